"""`answer.<key>`: how near a number must be, which shapes contradict, and how much of an answer is shown."""

from __future__ import annotations

import pytest

from grader.checks import answers
from grader.domain import Check, Finding, Reading, Text
from tests.checks.build import analysis, spoken
from tests.checks.thresholds import FULL, HALF, NOTHING, READ_BY_A_TEACHER, Verdict, verdict

WHY = Text("parce que", "because")
LARGE, SMALL = answers.number("q", 2, 7850, WHY), answers.number("q", 2, 0.5, WHY)
SHAPES = answers.shapes("q", 2, ((62, 62, 32), (60, 60, 32)), WHY)
SPACE = answers.space("q", 2, 784, WHY)


def judged(check: Check, answer: str) -> Finding:
    return spoken(check.judge(analysis(reading=Reading(answers={"q": answer}))))


@pytest.mark.parametrize(
    ("check", "answer", "expected"),
    [
        (LARGE, "7850", FULL),
        (LARGE, "7850.000007", FULL),  # one part in 10⁹ of the number
        (LARGE, "7850.000009", NOTHING),
        (LARGE, "7849.999993", FULL),
        (LARGE, "7849.999991", NOTHING),
        (LARGE, "7851", NOTHING),
        (SMALL, "0.5000000009", FULL),  # of 1, for numbers below it
        (SMALL, "0.5000000011", NOTHING),
        (LARGE, "784*10 = 7850", HALF),
    ],
)
def test_a_number_is_right_up_to_rounding(check: Check, answer: str, expected: Verdict) -> None:
    assert verdict(judged(check, answer)) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("62x62x32, 60x60x32", FULL),
        ("64x64x3, 62x62x32, 60x60x32", FULL),  # the input in front
        ("64x64x3, 62x62x32, 61x61x32, 60x60x32", NOTHING),
        ("62x62x32", NOTHING),
        ("60x60x32, 62x62x32", NOTHING),
        ("3x3, 5x5, 62x62x32, 2x2, 60x60x32", FULL),  # two numbers are a window
        ("62x62, 60x60", READ_BY_A_TEACHER),
    ],
)
def test_one_shape_besides_those_asked_for_is_allowed(answer: str, expected: Verdict) -> None:
    assert verdict(judged(SHAPES, answer)) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("R^784", FULL),
        ("[0,1]^(28x28)", FULL),
        ("R^783", NOTHING),
        ("R^785", NOTHING),
        ("R^784 ou R^28", READ_BY_A_TEACHER),
        ("un espace de dimension 784", FULL),
        ("784 dimensions", FULL),
        ("grand", READ_BY_A_TEACHER),
    ],
)
def test_the_dimension_of_a_space_is_exact(answer: str, expected: Verdict) -> None:
    assert verdict(judged(SPACE, answer)) == expected


def test_a_wrong_dimension_is_told_by_the_smallest_found() -> None:
    assert "dimension 28 " in judged(SPACE, "R^28, R^30").message.en


@pytest.mark.parametrize(("length", "shown"), [(159, 159), (160, 160), (161, 160)])
def test_a_long_answer_is_shortened_to_160_characters(length: int, shown: int) -> None:
    text = answers.shortened("x" * length).en
    assert len(text) == shown and text.endswith("…") is (length > 160)


@pytest.mark.parametrize(("length", "cut"), [(4000, False), (4001, True)])
def test_free_text_is_shown_up_to_4000_characters(length: int, cut: bool) -> None:
    text = judged(answers.free_text("q", 3, WHY), "x" * length).measured.en
    assert len(text) == 4000 and text.endswith("…") is cut


@pytest.mark.parametrize(("written", "told"), [("0.25", "0.25 is"), ("7,840", "7,840 is"), ("7840.0", "7,840 is")])
def test_a_wrong_number_is_repeated_as_numbers_are_written(written: str, told: str) -> None:
    assert judged(LARGE, written).message.en.startswith(told)
