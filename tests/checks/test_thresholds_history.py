"""What a training's history and data give away, and how long a message may be: from both sides."""

from __future__ import annotations

import math
from typing import Any

import pytest

from grader.analysis.error_hints import error_hint
from grader.analysis.error_messages import fold
from grader.analysis.refusal_texts import refusal
from grader.analysis.training_hints import training_hint
from grader.domain import Failure
from grader.measurements import Refused, Why
from tests.checks.build import analysis, data, training

LN_TEN = math.log(10)
FALLING = tuple(1.0 - 0.05 * n for n in range(10))


def told(loss: tuple[float, ...] = FALLING, validation: tuple[float, ...] = (), **changes: Any) -> str:
    """What is said of one training whose loss went so."""
    history = {"loss": loss, **({"val_loss": validation} if validation else {})}
    about = analysis(trainings=(training(history=history, **changes),))
    found = about.model()
    assert found is not None
    return training_hint(found).en


@pytest.mark.parametrize(
    ("away", "is_told"), [(-0.0301, False), (-0.0299, True), (0.0, True), (0.0299, True), (0.0301, False)]
)
def test_a_loss_within_three_hundredths_of_guessing_has_not_begun_to_fall(away: float, is_told: bool) -> None:
    assert ("has not begun to learn" in told((LN_TEN + away,) * 6)) is is_told
    assert "has not begun to learn" not in told((*(LN_TEN,) * 6, 2.0))


@pytest.mark.parametrize(("high", "low", "is_told"), [(2.0, 0.0, False), (2.01, 0.0, True), (255.0, -0.01, False)])
def test_images_that_go_beyond_two_were_not_divided(high: float, low: float, is_told: bool) -> None:
    assert ("divide them by 255" in told(data=data(high=high, low=low))) is is_told


@pytest.mark.parametrize(("epochs", "is_told"), [(1, True), (4, True), (5, False)])
def test_fewer_than_five_epochs_are_few(epochs: int, is_told: bool) -> None:
    assert ("very short" in told(FALLING[:epochs])) is is_told


@pytest.mark.parametrize(
    ("validation", "is_told"),
    [
        ((1.0, 1.0, 1.0, 1.0, 1.2), False),
        ((1.0, 1.0, 1.0, 1.0, 1.21), True),
        ((1.0, 1.0, 1.0, 1.21), False),  # of four epochs nothing is said
        ((1.0, 1.5, 0.8, 0.9, 0.97), True),
        ((1.0, 1.5, 0.8, 0.9, 0.95), False),
    ],
)
def test_a_validation_loss_a_fifth_above_its_lowest_over_fits(validation: tuple[float, ...], is_told: bool) -> None:
    assert ("over-fits" in told(validation=validation)) is is_told


@pytest.mark.parametrize(("last", "is_told"), [(0.59, True), (0.6, False), (0.61, False)])
def test_a_training_loss_that_rises_since_its_middle_is_no_over_fitting(last: float, is_told: bool) -> None:
    found = told((1.0, 1.0, 0.6, 1.0, last), validation=(1.0, 1.0, 1.0, 1.0, 2.0))
    assert ("over-fits" in found) is is_told


# ── Texts ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("length", "is_cut"), [(300, False), (301, True)])
def test_a_message_is_cut_after_300_characters(length: int, is_cut: bool) -> None:
    shown = fold("x" * length)
    assert shown.count("x") == 300 and shown.endswith("[…]") is is_cut
    node = fold(f"{'y' * length}\n[[{{{{node a}}}}]]")
    assert node.count("y") == 300 and node.endswith("[…]") is is_cut


def test_two_lines_of_a_message_are_shown() -> None:
    assert fold("a\nb") == "a b" and fold("a\nb\nc") == "a b […]"


@pytest.mark.parametrize(("length", "kept"), [(300, 300), (301, 299)])
def test_what_is_wrong_with_evidence_is_quoted_up_to_300_characters(length: int, kept: int) -> None:
    assert refusal(Refused(Why.EVIDENCE, {"reason": "é" * length})).en.count("é") == kept


@pytest.mark.parametrize(("columns", "told_as"), [(100, "one-hot"), (101, "images themselves")])
def test_more_than_a_hundred_columns_are_pixels(columns: int, told_as: str) -> None:
    message = f"labels doit être de forme (1000,), reçu : (1000, {columns})"
    assert told_as in error_hint(Failure("ValueError", message, ())).en
