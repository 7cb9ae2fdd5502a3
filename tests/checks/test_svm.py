"""`latent` and `svm`: which network's features each SVM got, its settings, and its accuracy measured outside."""

from __future__ import annotations

from typing import Any

import pytest

from grader.analysis import Analysis
from grader.checks import svm
from grader.domain import Mode, Status, SvmFit
from grader.measurements import Why
from tests.checks.build import analysis, spoken, training
from tests.checks.test_shared_encoder import EXERCISE, autoencoder, classifier
from tests.checks.thresholds import answered

ASKED = (
    svm.SvmSpec(C=1000.0, gamma=0.02, full=0.60, partial=0.45),
    svm.SvmSpec(C=1.0, gamma=0.02, full=0.93, partial=0.88),
)
CHECK = svm.check(4, *ASKED)
FEATURES = svm.features(2)
RIGHT = {"split": "train", "known": 1.0, "wrong_labels": 0.0, "rows": 10_000}
FIRST, SECOND = {**RIGHT, "models": [0], "accuracy": 0.71}, {**RIGHT, "models": [1], "accuracy": 0.95}


def fit(number: int, width: int = 20, **settings: Any) -> SvmFit:
    return SvmFit(
        number, f"call-{number}.npz", **{"C": 1.0, "gamma": 0.02, "kernel": "rbf", **settings}, shape=(10_000, width)
    )


USUAL = (fit(1, C=1000), fit(2))


def about(*calls: SvmFit, **more: Any) -> Analysis:
    snapshots = (autoencoder(), classifier())
    trainings = tuple(training(id=s.model, model=s.model) for s in snapshots)
    return analysis(of=EXERCISE, snapshots=snapshots, trainings=trainings, calls=calls, **more)


def test_both_svms_as_asked_for_earn_everything() -> None:
    found = answered(CHECK, about(*USUAL), FIRST, SECOND)
    assert found.status is Status.PASSED and "71.00%" in found.measured.en and "95.00%" in found.measured.en
    assert answered(FEATURES, about(*USUAL), FIRST, SECOND).status is Status.PASSED


def test_the_two_checks_ask_the_evaluator_only_once() -> None:
    given = about(*USUAL)
    assert CHECK.requests(given) == FEATURES.requests(given)


def test_the_networks_are_those_at_the_end_of_their_trainings() -> None:
    from dataclasses import replace

    given = about(*USUAL)
    # The end of the program finds the autoencoder changed by the classifier's training.
    later = replace(given.evidence.snapshots[0], id=9, reason="end", weights="weights-9.npz")
    evidence = replace(given.evidence, snapshots=(*given.evidence.snapshots, later))
    assert CHECK.requests(replace(given, evidence=evidence))[0].networks == ((0, 1), (1, 2), (2, 9))


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [(0.60, 0.93, 1), (0.59, 0.93, 0.75), (0.44, 0.93, 0.5), (0.60, 0.92, 0.75), (0.60, 0.87, 0.5), (0.44, 0.87, 0)],
)
def test_each_svm_is_worth_half_of_the_points(first: float, second: float, share: float) -> None:
    found = answered(CHECK, about(*USUAL), FIRST | {"accuracy": first}, SECOND | {"accuracy": second})
    assert found.share == share


@pytest.mark.parametrize("settings", [{"gamma": "scale"}, {"C": 10.0}, {"kernel": "linear"}, {"gamma": None}])
def test_other_settings_earn_nothing_for_that_svm(settings: dict[str, Any]) -> None:
    found = answered(CHECK, about(fit(1, C=1000), fit(2, **settings)), FIRST, SECOND)
    assert (found.status, found.share) == (Status.PARTIAL, 0.5) and "instead of" in found.message.en


def test_the_svms_are_told_apart_by_their_features_and_not_by_their_order() -> None:
    assert answered(CHECK, about(fit(1), fit(2, C=1000)), SECOND, FIRST).status is Status.PASSED


def test_a_frozen_encoder_gives_both_the_same_features() -> None:
    both = {**RIGHT, "models": [0, 1], "accuracy": 0.95}
    assert answered(CHECK, about(*USUAL), both, both).status is Status.PASSED
    assert answered(FEATURES, about(*USUAL), both, both).status is Status.PASSED


def test_features_taken_too_late_earn_half_of_the_features() -> None:
    late = {**FIRST, "models": [1, 3]}
    found = answered(FEATURES, about(*USUAL), late, SECOND)
    assert (found.status, found.share) == (Status.PARTIAL, 0.5) and "autoencoder" in found.message.en
    assert answered(CHECK, about(*USUAL), late, SECOND).share == 0.5


def test_features_taken_before_the_training_are_told_so() -> None:
    found = answered(FEATURES, about(*USUAL), {**FIRST, "models": [2]}, {**SECOND, "models": [2]})
    assert found.status is Status.FAILED and "before it" in found.hint.en


def test_features_of_no_recorded_network_are_told_so() -> None:
    unknown = {"models": [], "rows": 10_000}
    found = answered(FEATURES, about(*USUAL), unknown, unknown)
    assert found.status is Status.FAILED and "none of your networks" in found.hint.en
    assert answered(CHECK, about(*USUAL), unknown, unknown).status is Status.FAILED


def test_pixels_are_no_features() -> None:
    refused = {"refused": Why.NOT_FEATURES}
    given = about(fit(1, 784, C=1000), fit(2, 784))
    found = answered(FEATURES, given, refused, refused)
    assert found.status is Status.FAILED and "images themselves" in found.hint.en
    assert answered(CHECK, given, refused, refused).status is Status.FAILED


def test_wrong_labels_and_test_images_earn_nothing() -> None:
    found = answered(CHECK, about(*USUAL), FIRST | {"wrong_labels": 0.9}, SECOND | {"split": "test"})
    assert found.status is Status.FAILED
    assert "labels" in found.message.en and "test images" in found.message.en


def test_without_an_svm_nothing_is_earned() -> None:
    for check in (CHECK, FEATURES):
        assert spoken(check.judge(about())).status is Status.FAILED
        assert spoken(check.judge(about(mode=Mode.STATIC))).status is Status.SKIPPED
