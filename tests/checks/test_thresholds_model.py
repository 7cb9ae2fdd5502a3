"""`training`, `shapes`, `architecture`, `parameters`, `shared_encoder`: their counts, from both sides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from grader.analysis.canonical import canonical
from grader.checks import parameters, shapes, shared_encoder, training
from grader.domain import Printed
from tests.checks.build import analysis, exercise, seen, snapshot, spoken
from tests.checks.build import training as trained
from tests.checks.test_shared_encoder import autoencoder, classifier, of
from tests.checks.thresholds import FULL, HALF, NOTHING, Verdict, verdict

TEN = training.check(3, epochs=10, rows=60_000)


def epochs(**changes: Any) -> Verdict:
    return verdict(spoken(TEN.judge(analysis(trainings=(trained(**changes),)))))


@pytest.mark.parametrize(("ran", "expected"), [(9, NOTHING), (10, FULL), (11, FULL)])
def test_as_many_epochs_as_asked_for_or_more(ran: int, expected: Verdict) -> None:
    assert epochs(epochs_run=ran) == expected


@pytest.mark.parametrize(("ran", "expected"), [(1, FULL), (0, NOTHING)])
def test_where_nothing_is_asked_for_one_epoch_is_enough(ran: int, expected: Verdict) -> None:
    about = analysis(trainings=(trained(epochs_run=ran, steps=0),))
    assert verdict(spoken(training.check(3).judge(about))) == expected


@pytest.mark.parametrize(
    ("steps", "batch", "expected"),
    [
        (1901, 300, FULL),  # 60 000 images are an epoch; rounded, as nobody counts the last steps
        (1899, 300, NOTHING),
        (17_813, None, FULL),  # Keras' own batch of 32
        (17_812, None, NOTHING),
    ],
)
def test_a_loop_of_one_s_own_counts_by_the_images_it_saw(steps: int, batch: int | None, expected: Verdict) -> None:
    assert epochs(how="train_on_batch", epochs_run=0, steps=steps, batch_size=batch) == expected


@pytest.mark.parametrize(
    ("capped", "finished", "expected"), [(True, True, FULL), (True, False, NOTHING), (False, True, NOTHING)]
)
def test_only_a_training_that_an_audit_cut_counts_by_what_was_asked(
    capped: bool, finished: bool, expected: Verdict
) -> None:
    assert epochs(capped=capped, finished=finished, epochs_asked=10, epochs_run=1) == expected


@pytest.mark.parametrize(
    ("loss", "optimizer", "share"),
    [(None, None, 0), ("mse", None, 0), ("categorical_crossentropy", None, 1 / 2), (None, "SGD", 1 / 2)],
)
def test_what_is_free_is_not_counted_in_the_shares(loss: str | None, optimizer: str | None, share: float) -> None:
    check = training.check(3, loss=loss, optimizer=optimizer, epochs=11)
    assert spoken(check.judge(analysis())).share == share


# ── Layers ──────────────────────────────────────────────────────────────────────────────────────


def test_an_activation_enters_a_layer_that_has_one_to_give_up_and_no_other() -> None:
    relu = seen("Activation", activation="relu")
    assert [la.kind for la in canonical((seen("Dense", units=3), relu))] == ["Dense"]
    assert [la.kind for la in canonical((seen("MaxPooling2D"), relu))] == ["MaxPooling2D", "Activation"]
    assert [la.kind for la in canonical((seen("Dense", activation="relu"), relu))] == ["Dense", "Activation"]


@pytest.mark.parametrize(("count", "is_told"), [(7849, True), (7850, False), (7851, False)])
def test_a_missing_bias_explains_too_few_parameters_only(count: int, is_told: bool) -> None:
    about = analysis(
        of=exercise(replace(exercise().models[0], parameters=(7850, 9000))),
        snapshots=(snapshot((seen("Dense", count, units=10, use_bias=False),)),),
    )
    assert ("use_bias" in spoken(parameters.check(3).judge(about)).hint.en) is is_told


@pytest.mark.parametrize(("more", "expected"), [(0, FULL), (-1, HALF), (1, HALF)])
def test_what_follows_a_shared_encoder_has_as_many_parameters_as_one_layer(more: int, expected: Verdict) -> None:
    other = classifier()
    *kept, head = other.layers
    changed = (*kept, replace(head, parameters=head.parameters + more))
    about = of(autoencoder(), replace(other, layers=changed, parameters=sum(la.parameters for la in changed)))
    assert verdict(spoken(shared_encoder.check(2).judge(about))) == expected


# ── What is printed of the data ─────────────────────────────────────────────────────────────────

DATA = shapes.data(2, ((60000, 784), (10000, 784)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(60000, 784) (10000, 784) 0 1", FULL),
        ("(60000, 784) (10000, 784) 0 1.01", HALF),
        ("(60000, 784) (10000, 784) 0.01 1", HALF),
        ("(60000, 784) 0 1", HALF),
        ("(60000, 784) 0 1.01", HALF),
        ("0 1", HALF),
        ("0 1.01", NOTHING),
    ],
)
def test_the_range_of_the_pixels_is_exact(text: str, expected: Verdict) -> None:
    assert verdict(spoken(DATA.judge(analysis(printed=Printed(text))))) == expected
