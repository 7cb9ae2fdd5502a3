"""`accuracy`: its two thresholds, and when a model is said to have been trained on the test images."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks import accuracy
from tests.checks.build import analysis
from tests.checks.thresholds import FULL, HALF, NOTHING, Verdict, answered, verdict

CHECK = accuracy.check(4, full=0.915, partial=0.88)


def accused(lead: float, *, stand_in: bool = False, images: int = 0, **result: Any) -> bool:
    """Whether a model that knows the test images better by `lead` is said to have been trained on them."""
    table = {"confusion": [[images // 2, 0], [0, images - images // 2]]} if images else {}
    found = answered(CHECK, analysis(stand_in=stand_in), {"accuracy": lead, "train_accuracy": 0.0, **table, **result})
    return "trained on the test images" in found.message.en


@pytest.mark.parametrize(
    ("figure", "expected"),
    [(0.9151, FULL), (0.915, FULL), (0.9149, HALF), (0.8801, HALF), (0.88, HALF), (0.8799, NOTHING)],
)
def test_points_follow_the_two_thresholds(figure: float, expected: Verdict) -> None:
    assert verdict(answered(CHECK, analysis(), {"accuracy": figure, "train_accuracy": figure})) == expected


@pytest.mark.parametrize(
    ("stand_in", "lead", "is_accused"),
    [
        (False, 0.0299, False),
        (False, 0.03, False),
        (False, 0.0301, True),
        (True, 0.0799, False),
        (True, 0.08, False),
        (True, 0.0801, True),
    ],
)
def test_how_much_better_than_the_training_images_is_too_well(stand_in: bool, lead: float, is_accused: bool) -> None:
    assert accused(lead, stand_in=stand_in) is is_accused


@pytest.mark.parametrize(
    ("images", "lead", "is_accused"),
    [
        (100, 0.1499, False),  # three deviations of 0.5 / √100
        (100, 0.15, False),
        (100, 0.1501, True),
        (2500, 0.0301, True),  # three deviations of 0.5 / √2500 are 0.03
        (10_000, 0.0299, False),
        (10_000, 0.0301, True),
    ],
)
def test_a_small_test_set_allows_three_deviations(images: int, lead: float, is_accused: bool) -> None:
    assert accused(lead, images=images) is is_accused


@pytest.mark.parametrize(
    ("known", "test", "is_accused"),
    [
        (1000, 5, False),  # 0.5 % of the rows
        (1000, 6, True),
        (10_000, 50, False),
        (10_000, 51, True),
        (100, 1, False),  # one may stand in both sets by accident
        (100, 2, True),
        (300, 2, True),
    ],
)
def test_how_many_test_images_among_the_training_s_are_too_many(known: int, test: int, is_accused: bool) -> None:
    rows = {"known": known, "test": test, "wrong_labels": 0}
    assert accused(0.0, rows=rows) is is_accused


def test_who_trained_on_training_images_is_not_accused_of_knowing_the_test_too_well() -> None:
    assert not accused(0.5, rows={"known": 1, "test": 0, "wrong_labels": 0})
    assert accused(0.5, rows={"known": 0, "test": 0, "wrong_labels": 0})


@pytest.mark.parametrize(("wrong", "is_told"), [(199, False), (200, False), (201, True)])
def test_wrong_labels_are_told_from_a_fifth_on(wrong: int, is_told: bool) -> None:
    rows = {"known": 1000, "test": 0, "wrong_labels": wrong}
    found = answered(CHECK, analysis(), {"accuracy": 0.5, "train_accuracy": 0.5, "rows": rows})
    assert ("still in the same order" in found.hint.en) is is_told
