"""XOR's luck is what was measured, the work is bounded, and what is right is judged on any small table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grader.evaluator.many_nets import Table
from grader.evaluator.restarts import MAX_VALUES, MIN_RESTARTS, affordable, half_of, restarts, right
from grader.evaluator.small_net import Dense, Procedure, SmallNet
from grader.evaluator.xor_table import XOR, can_represent_xor, unfit

SLIDES = SmallNet((Dense(2, "relu"), Dense(1, "sigmoid")))
EIGHT = SmallNet((Dense(8, "relu"), Dense(1, "sigmoid")))


# ── Luck ────────────────────────────────────────────────────────────────────────────────────────


def test_two_relu_units_solve_xor_from_about_15_initialisations_in_100() -> None:
    found = restarts(SLIDES, Procedure(), XOR, 4000)
    assert found.share() == pytest.approx(0.15, abs=0.02)
    solved = found.accuracies == 1
    assert solved.shape == found.losses.shape == (4000,)
    # What is solved has a smaller loss than what is not.
    assert np.median(found.losses[solved]) < np.median(found.losses[~solved])


def test_eight_relu_units_solve_xor_most_of_the_time() -> None:
    assert restarts(EIGHT, Procedure(), XOR, 1000).share() == pytest.approx(0.88, abs=0.04)


def test_the_same_seed_gives_the_same_restarts_and_another_seed_others() -> None:
    procedure = Procedure(epochs=30, batch_size=1)
    first, again, other = (restarts(EIGHT, procedure, XOR, 40, seed) for seed in (3, 3, 4))
    assert np.array_equal(first.losses, again.losses)
    assert not np.array_equal(first.losses, other.losses)


def test_a_procedure_that_hardly_trains_hardly_solves() -> None:
    assert restarts(SLIDES, Procedure(epochs=1), XOR, 2000).share() < 0.02


def test_a_net_without_a_hidden_layer_never_solves_xor() -> None:
    found = restarts(SmallNet((Dense(1, "sigmoid"),)), Procedure(learning_rate=0.1, epochs=300), XOR, 200)
    assert found.share() == 0.0


def test_a_training_that_diverges_is_not_solved_and_its_loss_is_infinite() -> None:
    net = SmallNet((Dense(4, "linear"), Dense(4, "linear"), Dense(1, "linear")))
    found = restarts(net, Procedure(optimizer="SGD", learning_rate=1000.0, epochs=100), XOR, 20)
    assert found.share() == 0.0
    assert np.isinf(found.losses).all()


def test_an_output_that_the_loss_takes_for_a_logit_says_yes_from_zero_on() -> None:
    net = SmallNet((Dense(8, "tanh"), Dense(1, "linear")))
    told = Procedure("BinaryCrossentropy", learning_rate=0.05, epochs=300, loss_settings=(("from_logits", True),))
    assert restarts(net, told, XOR, 100).share() > 0.9


# ── Cost ────────────────────────────────────────────────────────────────────────────────────────


def test_a_net_as_in_the_slides_gets_all_the_restarts_that_are_wanted() -> None:
    assert affordable(SLIDES, Procedure(), 4, wanted=4000) == 4000


def test_a_large_net_gets_fewer_restarts_and_an_enormous_training_none() -> None:
    large = SmallNet((Dense(64, "relu"), Dense(64, "relu"), Dense(1, "sigmoid")))
    assert 20 <= affordable(large, Procedure(epochs=10_000), 4, wanted=4000) < 4000
    enormous = SmallNet((*(Dense(256, "relu") for _ in range(7)), Dense(1, "sigmoid")))
    assert affordable(enormous, Procedure(epochs=20_000, batch_size=1), 4) == 0


# ── Structure ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("hidden", "can"),
    [
        ((), False),
        ((Dense(6, "linear"), Dense(6, "linear")), False),
        ((Dense(1, "relu"),), False),
        ((Dense(1, "tanh"), Dense(9, "linear"), Dense(1, "sigmoid")), False),
        ((Dense(2, "relu"),), True),
        ((Dense(1, "linear"), Dense(2, "relu")), True),
        ((Dense(1, "relu"), Dense(3, "tanh")), True),
        ((Dense(3, "softmax"),), True),
    ],
)
def test_a_net_can_represent_xor_only_with_two_bent_units_side_by_side(hidden: tuple[Dense, ...], can: bool) -> None:
    net = SmallNet((*hidden, Dense(1, "sigmoid")))
    assert can_represent_xor(net) is can
    # Luck agrees: many tries with a good procedure find a solution exactly where there is one.
    found = restarts(net, Procedure(learning_rate=0.03, epochs=600), XOR, 300)
    assert (found.share() > 0) is can


@pytest.mark.parametrize("activation", ["silu", "gelu", "mish", "swish", "hard_silu", "hard_swish"])
def test_one_unit_that_falls_and_rises_can_represent_xor(activation: str) -> None:
    assert can_represent_xor(SmallNet((Dense(1, activation), Dense(1))))


@pytest.mark.parametrize(
    ("net", "procedure", "reason"),
    [
        (SLIDES, Procedure(), None),
        (SLIDES, Procedure("BinaryCrossentropy", "Lion"), None),
        (SmallNet(SLIDES.layers, inputs=3), Procedure(), "inputs"),
        (SmallNet((Dense(2, "relu"), Dense(2, "softmax"))), Procedure("CategoricalCrossentropy"), "outputs"),
        (SmallNet((Dense(2, "relu"), Dense(1, "softmax"))), Procedure(), "activation"),
        (SLIDES, Procedure("Hinge"), "loss"),
        (SLIDES, Procedure("CategoricalCrossentropy"), "loss"),
    ],
)
def test_only_a_net_that_answers_xor_by_a_half_is_tried_again(
    net: SmallNet, procedure: Procedure, reason: str | None
) -> None:
    assert unfit(net, procedure) == reason


# ── Another table ───────────────────────────────────────────────────────────────────────────────


def test_a_table_of_classes_is_learnt_and_judged_by_a_share_of_its_rows() -> None:
    dice = np.random.default_rng(0)
    classes = np.arange(30) % 3
    x = (dice.normal(size=(30, 4)) + 2 * np.eye(3, 4)[classes]).astype(np.float32)
    table = Table(x, classes[:, None].astype(np.float32))
    net = SmallNet((Dense(8, "relu"), Dense(3, "softmax")), inputs=4)
    procedure = Procedure("SparseCategoricalCrossentropy", "Adam", 0.05, epochs=40, batch_size=8)
    found = restarts(net, procedure, table, 100)
    assert found.share(0.9) > 0.9 >= found.share(1.01) == 0
    one_hot = Table(x, np.eye(3, dtype=np.float32)[classes])
    same = restarts(net, replace(procedure, loss="CategoricalCrossentropy"), one_hot, 100)
    np.testing.assert_allclose(found.losses, same.losses, rtol=0.1)


def test_the_work_grows_with_the_rows_of_a_table() -> None:
    wide = SmallNet((Dense(64, "relu"), Dense(3, "softmax")), inputs=4)
    usual = Procedure(epochs=100, batch_size=32)
    assert affordable(wide, usual, 150, wanted=400) == 400
    assert affordable(wide, usual, 15_000, wanted=400) < 400
    assert affordable(wide, replace(usual, epochs=20_000, batch_size=1), 150) == 0


def test_many_large_nets_do_not_fill_the_memory_however_short_their_training() -> None:
    large = SmallNet((*(Dense(256, "relu") for _ in range(7)), Dense(1, "sigmoid")))
    count = affordable(large, Procedure(epochs=1), 4, wanted=4000)
    assert count >= MIN_RESTARTS and count * large.parameters <= MAX_VALUES


# ── What is right ───────────────────────────────────────────────────────────────────────────────


def test_the_largest_of_several_outputs_is_the_answer_alone_in_its_place() -> None:
    outputs = np.array([[[0.1, 0.7, 0.2], [0.4, 0.4, 0.2], [np.nan, 0.5, 0.1], [0, 0, np.nan]]])
    numbers = np.array([[1], [0], [1], [0]])
    assert right(outputs, numbers).tolist() == [[True, False, False, False]]
    assert right(outputs, np.eye(3)[numbers[:, 0]]).tolist() == [[True, False, False, False]]


def test_no_answer_is_right_for_a_class_that_no_output_stands_for() -> None:
    assert not right(np.ones((1, 2)), np.array([[5]])).any()


def test_the_half_is_zero_for_logits() -> None:
    told = Procedure("BinaryCrossentropy", loss_settings=(("from_logits", True),))
    assert half_of(SmallNet((Dense(1, "linear"),)), told) == 0
    assert half_of(SmallNet((Dense(1, "sigmoid"),)), told) == half_of(SLIDES, Procedure()) == 0.5
