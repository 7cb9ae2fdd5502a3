"""Many nets side by side learn exactly as Keras' own `fit` teaches each of them alone."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

from grader.evaluator.many_nets import Table, Weights, answers, draw, initial, train
from grader.evaluator.small_net import (
    ACTIVATIONS,
    INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    SPARSE,
    Dense,
    Initial,
    Procedure,
    Settings,
    SmallNet,
)

NETS = 3
DICE = np.random.default_rng(1)
X4 = DICE.normal(size=(9, 4)).astype(np.float32)
CLASSES = np.arange(9) % 3
FLOWERS = Table(X4 + np.eye(3, 4, dtype=np.float32)[CLASSES] * 3, np.eye(3, dtype=np.float32)[CLASSES])
NUMBERED = Table(FLOWERS.x, CLASSES[:, None].astype(np.float32))
XOR = Table(np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32), np.array([[0], [1], [1], [0]], np.float32))


# ── The proof: step by step as Keras ────────────────────────────────────────────────────────────


def keras_net(net: SmallNet) -> Any:
    layers = [keras.layers.Dense(d.units, activation=d.activation, use_bias=d.use_bias) for d in net.layers]
    return keras.Sequential([keras.Input((net.inputs,)), *layers])


def shaken(net: SmallNet, seed: int = 7) -> Weights:
    """Starts with biases other than zero."""
    dice = np.random.default_rng(seed)
    return tuple(w + dice.normal(0, 0.2, w.shape).astype(np.float32) for w in initial(net, NETS, seed))


def by_keras(net: SmallNet, procedure: Procedure, table: Table, start: Weights, steps: int) -> Weights:
    """The weights after `steps` calls of `train_on_batch` on the whole table, each net alone."""
    found = []
    for index in range(NETS):
        model = keras_net(net)
        model.compile(
            getattr(keras.optimizers, procedure.optimizer)(procedure.learning_rate, **dict(procedure.settings)),
            getattr(keras.losses, procedure.loss)(**dict(procedure.loss_settings)),
        )
        model.set_weights([w[index] for w in start])
        for _ in range(steps):
            model.train_on_batch(table.x, table.y)
        found.append(model.get_weights())
    return tuple(np.stack(arrays) for arrays in zip(*found, strict=True))


def assert_as_keras(net: SmallNet, procedure: Procedure, table: Table, steps: int = 20) -> None:
    start = shaken(net)
    ours = train(net, replace(procedure, epochs=steps), table, start, seed=0)
    theirs = by_keras(net, procedure, table, start, steps)
    assert len(ours) == len(theirs)
    assert any(np.abs(a - b).max() > 1e-3 for a, b in zip(start, ours, strict=True)), "nothing was learnt"
    for got, want in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=5e-6)


IRIS = SmallNet((Dense(5, "relu"), Dense(3, "softmax")), inputs=4)
SLIDES = SmallNet((Dense(3, "tanh"), Dense(2, "tanh", use_bias=False), Dense(1, "sigmoid")))


@pytest.mark.parametrize(
    ("procedure", "table"),
    [
        (Procedure("CategoricalCrossentropy", "Adam", 0.01), FLOWERS),
        (Procedure("CategoricalCrossentropy", "SGD", 0.1, settings=(("momentum", 0.9), ("nesterov", True))), FLOWERS),
        (Procedure(SPARSE, "RMSprop", 0.01), NUMBERED),
        (Procedure("MeanSquaredError", "Nadam", 0.01), FLOWERS),
    ],
    ids=lambda value: f"{value.optimizer}-{value.loss}" if isinstance(value, Procedure) else "",
)
def test_a_net_of_four_inputs_and_three_classes_learns_as_by_train_on_batch(procedure: Procedure, table: Table) -> None:
    assert_as_keras(IRIS, procedure, table)


def test_a_net_of_two_inputs_and_one_output_learns_as_by_train_on_batch() -> None:
    assert_as_keras(SLIDES, Procedure("BinaryCrossentropy", "Adam", 0.01), XOR)
    assert_as_keras(SLIDES, Procedure("MeanSquaredError", "Lion", 0.01), XOR)


def test_a_net_learns_as_by_fit() -> None:
    start = shaken(IRIS)
    procedure = Procedure("CategoricalCrossentropy", "Adam", 0.05, epochs=60)
    ours = train(IRIS, procedure, FLOWERS, start, seed=0)
    model = keras_net(IRIS)
    model.compile(keras.optimizers.Adam(0.05), "categorical_crossentropy")
    model.set_weights([w[1] for w in start])
    model.fit(FLOWERS.x, FLOWERS.y, epochs=60, verbose=0)
    outputs, losses = answers(IRIS, procedure, FLOWERS, ours)
    np.testing.assert_allclose(outputs[1], model.predict(FLOWERS.x, verbose=0), atol=1e-3)
    assert losses[1] == pytest.approx(model.evaluate(FLOWERS.x, FLOWERS.y, verbose=0), abs=1e-3)
    assert (outputs.argmax(axis=2) == CLASSES).all(), "a table that small can be learnt"


OPTIMIZER_VARIANTS: dict[str, tuple[str, float, Settings]] = {
    **{name: (name, 0.01, ()) for name in OPTIMIZERS},
    "SGD with momentum": ("SGD", 0.1, (("momentum", 0.9),)),
    "SGD with decay and clipped values": ("SGD", 0.1, (("weight_decay", 0.1), ("clipvalue", 0.05))),
    "Adam with amsgrad": ("Adam", 0.01, (("amsgrad", True),)),
    "Adam with large settings": ("Adam", 0.01, (("epsilon", 0.01), ("beta_1", 0.8), ("beta_2", 0.9))),
    "RMSprop with momentum": ("RMSprop", 0.01, (("momentum", 0.5), ("epsilon", 0.001))),
    "RMSprop centred": ("RMSprop", 0.01, (("centered", True), ("epsilon", 0.001))),
    "Adadelta with a large rate": ("Adadelta", 1.0, (("rho", 0.8),)),
    "Ftrl with all settings": (
        "Ftrl",
        0.1,
        (("l1_regularization_strength", 0.01), ("l2_regularization_strength", 0.01), ("beta", 0.1)),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("variant", OPTIMIZER_VARIANTS)
def test_every_optimizer_takes_the_steps_that_it_takes_for_one_net(variant: str) -> None:
    name, rate, settings = OPTIMIZER_VARIANTS[variant]
    if name == "Adadelta" and not settings:
        rate = 1.0  # else it hardly moves
    assert_as_keras(IRIS, Procedure("CategoricalCrossentropy", name, rate, settings=settings), FLOWERS)
    assert_as_keras(SLIDES, Procedure("MeanSquaredError", name, rate, settings=settings), XOR)


LOSS_VARIANTS: dict[str, tuple[str, Settings]] = {
    **{name: (name, ()) for name in LOSSES},
    "BinaryCrossentropy smoothed": ("BinaryCrossentropy", (("label_smoothing", 0.1),)),
    "CategoricalCrossentropy smoothed": ("CategoricalCrossentropy", (("label_smoothing", 0.1),)),
    "BinaryFocalCrossentropy balanced": ("BinaryFocalCrossentropy", (("apply_class_balancing", True), ("gamma", 1.5))),
    "Huber of a small delta": ("Huber", (("delta", 0.1),)),
}


@pytest.mark.slow
@pytest.mark.parametrize("variant", LOSS_VARIANTS)
def test_every_loss_is_taken_per_net(variant: str) -> None:
    name, settings = LOSS_VARIANTS[variant]
    # A loss in per cent of targets of 0 is millions large: small steps keep the last digits comparable.
    rate = 1e-8 if name == "MeanAbsolutePercentageError" else 0.05
    table = NUMBERED if name == SPARSE else FLOWERS
    assert_as_keras(IRIS, Procedure(name, "SGD", rate, loss_settings=settings), table)
    if "from_logits" not in LOSSES[name]:
        return
    logits = SmallNet((Dense(5, "tanh"), Dense(3)), inputs=4)
    assert_as_keras(logits, Procedure(name, "SGD", rate, loss_settings=(("from_logits", True),)), table)


@pytest.mark.slow
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_every_activation_acts_in_each_net_alone(activation: str) -> None:
    hidden = SmallNet((Dense(6, activation), Dense(3, "softmax")), inputs=4)
    assert_as_keras(hidden, Procedure("CategoricalCrossentropy", "SGD", 0.1), FLOWERS)
    last = SmallNet((Dense(6, "tanh"), Dense(3, activation)), inputs=4)
    assert_as_keras(last, Procedure("MeanSquaredError", "SGD", 0.05), FLOWERS)


# ── Mini-batches ────────────────────────────────────────────────────────────────────────────────


LINEAR = SmallNet((Dense(3, "linear", use_bias=False, kernel=Initial("Zeros")),), inputs=4)


@pytest.mark.parametrize("batch", [1, 3, 9, 100])
def test_small_batches_show_every_row_once_in_each_epoch(batch: int) -> None:
    # With a linear unit, no bias and a tiny step, one epoch moves the weights by the sum of the rows' gradients.
    procedure = Procedure("MeanSquaredError", "SGD", 1e-5, epochs=1, batch_size=batch)
    moved = train(LINEAR, procedure, FLOWERS, initial(LINEAR, 5, 0), seed=3)[0]
    expected = 1e-5 * 2 / 3 * FLOWERS.x.T @ FLOWERS.y / min(batch, 9)
    np.testing.assert_allclose(moved, np.tile(expected, (5, 1, 1)), rtol=1e-2, atol=1e-8)


def test_the_last_batch_has_the_rows_that_are_left() -> None:
    procedure = Procedure("MeanSquaredError", "SGD", 1e-5, epochs=1, batch_size=4)
    moved = train(LINEAR, procedure, FLOWERS, initial(LINEAR, 30, 0), seed=3)[0] / (1e-5 * 2 / 3)
    each = FLOWERS.x[:, :, None] * FLOWERS.y[:, None, :]
    alone = (moved - each.sum(axis=0) / 4) / (1 - 1 / 4)  # the gradient of the row that makes a batch of its own
    distance = np.abs(alone[:, None] - each).max(axis=(2, 3))
    assert (distance.min(axis=1) < 0.05).all()
    assert len(set(distance.argmin(axis=1))) > 4, "each net leaves another row for the last"


def test_each_net_sees_the_rows_in_an_order_of_its_own_and_another_one_in_each_epoch() -> None:
    net, start = LINEAR, initial(LINEAR, 40, 0)
    procedure = Procedure("MeanSquaredError", "SGD", 0.1, epochs=1, batch_size=1)
    (moved,) = train(net, procedure, FLOWERS, start, seed=0)
    assert len(np.unique(np.round(moved, 5), axis=0)) > 30
    (twice,) = train(net, replace(procedure, epochs=2), FLOWERS, start, seed=0)
    (again,) = train(net, procedure, FLOWERS, (moved,), seed=0)  # the first epoch's order once more
    assert not np.allclose(twice, again, atol=1e-5)


# ── The same seed, the same numbers ─────────────────────────────────────────────────────────────


def test_the_same_seed_gives_the_same_nets_whatever_ran_before() -> None:
    def made(seed: int) -> list[np.ndarray[Any, Any]]:
        procedure = Procedure("CategoricalCrossentropy", "Adam", 0.01, epochs=3, batch_size=2)
        return list(train(IRIS, procedure, FLOWERS, initial(IRIS, 20, seed), seed))

    first = made(5)
    keras.utils.set_random_seed(99)
    keras.random.normal((3,))
    made(6)
    assert all(np.array_equal(a, b) for a, b in zip(first, made(5), strict=True))
    assert not np.array_equal(first[0], made(6)[0])


def test_nothing_of_tensorflow_is_imported_before_a_net_is_trained() -> None:
    code = (
        "import sys, grader.evaluator.many_nets, grader.evaluator.xor_measurement\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules), 'the evaluator is forked after the import'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_table_that_does_not_fit_the_net_is_refused() -> None:
    start = initial(IRIS, 2, 0)
    for table, loss in ((XOR, "MeanSquaredError"), (FLOWERS, SPARSE), (NUMBERED, "CategoricalCrossentropy")):
        with pytest.raises(ValueError, match="target columns"):
            train(IRIS, Procedure(loss), table, start, 0)
    with pytest.raises(ValueError, match="shape"):
        Table(np.zeros((3, 2), np.float32), np.zeros((4, 1), np.float32))


# ── Initialisers ────────────────────────────────────────────────────────────────────────────────

DEVIATIONS: dict[str, tuple[Settings, float]] = {
    "GlorotUniform": ((), np.sqrt(2 / 40)),
    "GlorotNormal": ((), np.sqrt(2 / 40)),
    "HeUniform": ((), np.sqrt(2 / 30)),
    "HeNormal": ((), np.sqrt(2 / 30)),
    "LecunUniform": ((), np.sqrt(1 / 30)),
    "LecunNormal": ((), np.sqrt(1 / 30)),
    "VarianceScaling": ((("scale", 3.0), ("mode", "fan_out"), ("distribution", "untruncated_normal")), np.sqrt(3 / 10)),
    "RandomUniform": ((("minval", -0.5), ("maxval", 0.5)), 1 / np.sqrt(12)),
    "RandomNormal": ((("stddev", 0.3),), 0.3),
    "TruncatedNormal": ((), 0.05 * 0.8796),
    "Zeros": ((), 0.0),
    "Ones": ((), 0.0),
    "Constant": ((("value", 2.0),), 0.0),
}


def test_every_initialiser_is_known() -> None:
    assert DEVIATIONS.keys() == INITIALIZERS.keys()


@pytest.mark.parametrize("name", DEVIATIONS)
def test_an_initialiser_spreads_a_30_by_10_kernel_of_each_net_as_keras_spreads_one(name: str) -> None:
    settings, deviation = DEVIATIONS[name]
    ours = draw(Initial(name, settings), 200, (30, 10), seed=1)
    assert ours.shape == (200, 30, 10) and ours.dtype == np.float32
    one = np.asarray(getattr(keras.initializers, name)(**dict(settings))((30, 10)))
    assert ours.std() == pytest.approx(deviation, rel=0.02, abs=1e-6)
    assert ours.mean() == pytest.approx({"Ones": 1.0, "Constant": 2.0}.get(name, 0.0), abs=0.01)
    assert one.std() == pytest.approx(ours.std(), rel=0.15, abs=1e-6)
    assert len(np.unique(ours[:, 0, 0])) > 190 or deviation == 0, "each net has a draw of its own"


def test_a_bias_is_spread_by_its_own_length() -> None:
    ours = draw(Initial("HeNormal"), 2000, (10,), seed=1)
    assert ours.shape == (2000, 10)
    assert ours.std() == pytest.approx(np.sqrt(2 / 10), rel=0.03)


def test_the_weights_of_a_net_are_drawn_apart_from_each_other() -> None:
    first, _, second, _ = initial(SmallNet((Dense(4), Dense(4)), inputs=4), 50, seed=0)
    assert abs(float(np.corrcoef(first.ravel(), second.ravel())[0, 1])) < 0.1
