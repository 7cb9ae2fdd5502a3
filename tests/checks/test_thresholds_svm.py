"""`svm` and `latent`: settings, labels, accuracies and the number of fits that are looked at, from both sides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from grader.checks import svm
from grader.domain import Status
from tests.checks.test_svm import CHECK, FEATURES, FIRST, SECOND, USUAL, about, fit
from tests.checks.thresholds import FULL, HALF, NOTHING, Verdict, answered, verdict

THREE_QUARTERS: Verdict = (Status.PARTIAL, 0.75)


@pytest.mark.parametrize(
    ("accuracy", "expected"),
    [(0.6001, FULL), (0.6, FULL), (0.5999, THREE_QUARTERS), (0.45, THREE_QUARTERS), (0.4499, HALF)],
)
def test_each_svm_has_two_thresholds(accuracy: float, expected: Verdict) -> None:
    assert verdict(answered(CHECK, about(*USUAL), FIRST | {"accuracy": accuracy}, SECOND)) == expected


@pytest.mark.parametrize(("wrong", "expected"), [(0.0499, FULL), (0.05, FULL), (0.0501, HALF), (0.0999, HALF)])
def test_one_label_in_twenty_may_be_another(wrong: float, expected: Verdict) -> None:
    found = answered(CHECK, about(*USUAL), FIRST | {"wrong_labels": wrong}, SECOND)
    assert verdict(found) == expected
    assert ("of the labels" in found.message.en) is (expected == HALF)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"C": 1000.0009}, FULL),  # one part in 10⁶, as a float32 may have it
        ({"C": 1000.0011}, HALF),
        ({"C": 999.9991}, FULL),
        ({"C": 999.9989}, HALF),
        ({"C": 1000, "gamma": 0.0200000199}, FULL),
        ({"C": 1000, "gamma": 0.0200000201}, HALF),
        ({"C": 1000, "kernel": "linear"}, HALF),
    ],
)
def test_the_settings_agree_up_to_rounding(settings: dict[str, Any], expected: Verdict) -> None:
    assert verdict(answered(CHECK, about(fit(1, **settings), fit(2)), FIRST, SECOND)) == expected


@pytest.mark.parametrize(("width", "expected"), [(19, HALF), (20, FULL), (21, HALF)])
def test_the_features_are_exactly_as_many_as_asked_for(width: int, expected: Verdict) -> None:
    given = about(fit(1, width, C=1000), fit(2))
    assert verdict(answered(FEATURES, given, FIRST, SECOND)) == expected


@pytest.mark.parametrize("shape", [(), (20,), (10_000, 20, 1), (10_000, 0)])
def test_features_without_a_size_are_none(shape: Any) -> None:
    given = about(replace(fit(1, C=1000), shape=shape), fit(2))
    assert verdict(answered(FEATURES, given, FIRST, SECOND)) == HALF


def test_both_models_must_have_their_features() -> None:
    assert verdict(answered(FEATURES, about(*USUAL), FIRST, FIRST)) == HALF
    assert verdict(answered(FEATURES, about(*USUAL), SECOND, SECOND)) == HALF
    neither = {"models": [2], "rows": 10_000}
    assert verdict(answered(FEATURES, about(*USUAL), neither, neither)) == NOTHING


@pytest.mark.parametrize(("later", "expected"), [(2, FULL), (3, HALF)])
def test_the_last_four_fits_are_looked_at(later: int, expected: Verdict) -> None:
    """The one for the autoencoder comes first; then the other, and more of the other."""
    given = about(fit(1, C=1000), *(fit(n) for n in range(2, 3 + later)))
    results = [FIRST, *[SECOND] * (1 + later)][-len(CHECK.requests(given)) :]
    assert len(results) == min(2 + later, 4)
    assert verdict(answered(CHECK, given, *results)) == expected


def test_of_several_fits_on_one_network_s_features_the_right_one_counts() -> None:
    given = about(fit(1, C=1000), fit(2, C=5), fit(3))
    assert verdict(answered(CHECK, given, FIRST, FIRST, SECOND)) == FULL
    given = about(fit(1, C=5), fit(2, C=1000), fit(3))
    assert verdict(answered(CHECK, given, FIRST | {"accuracy": 0.1}, FIRST, SECOND)) == FULL


def test_where_no_fit_has_the_right_settings_the_last_one_is_told() -> None:
    given = about(fit(1, C=5), fit(2, C=6), fit(3))
    found = answered(CHECK, given, FIRST, FIRST, SECOND)
    assert verdict(found) == HALF and "SVC(C=6, gamma=0.02) instead of" in found.message.en


def test_six_other_moments_are_tried_the_last_ones() -> None:
    given = about(*USUAL)
    others = tuple(replace(given.evidence.snapshots[0], id=n, reason="predict") for n in range(11, 18))
    evidence = replace(given.evidence, snapshots=(*given.evidence.snapshots, *others))
    networks = CHECK.requests(replace(given, evidence=evidence))[0].networks
    assert networks == ((0, 1), (1, 2), *((n, 10 + n) for n in range(2, 8)))


def test_the_first_ten_thousand_rows_are_asked_for() -> None:
    assert svm.ROWS == 10_000 and all(need.rows == 10_000 for need in CHECK.requests(about(*USUAL)))
    assert FEATURES.requests(about(*USUAL)) == CHECK.requests(about(*USUAL))


def test_the_evaluator_is_told_the_scale_of_the_inputs() -> None:
    for need in CHECK.requests(about(*USUAL)):
        assert (need.inputs.scale, need.inputs.offset) == (pytest.approx(1 / 255), 0.0)
