"""`answer.<key>`: numbers, yes or no, and free text. How they are understood is tested with the reading."""

from __future__ import annotations

import pytest

from grader.checks import answers
from grader.domain import Finding, Reading, Stage, Status, Text
from tests.checks.build import analysis, spoken

WHY = Text("parce que", "because")
NUMBER = answers.number("parametres", 2, 7850, WHY)
YES = answers.yes_no("convexe", 1, True, WHY, about=("convexe", "convex"))
NO = answers.yes_no("convexe", 1, False, WHY, about=("convexe", "convex"))
FREE = answers.free_text("interpretation", 3, Text("barème", "rubric"))


def judged(check: object, answer: str | None) -> Finding:
    key = check.id.removeprefix("answer.")  # type: ignore[attr-defined]
    given = {} if answer is None else {key: answer}
    return spoken(check.judge(analysis(reading=Reading(answers=given), outcome=None)))  # type: ignore[attr-defined]


@pytest.mark.parametrize("check", [NUMBER, YES, NO, FREE], ids=["number", "yes", "no", "text"])
def test_an_answer_that_is_not_there_fails_and_speaks_before_anything_runs(check: object) -> None:
    assert check.stage is Stage.READING  # type: ignore[attr-defined]
    for empty in (None, "", "  \n "):
        found = judged(check, empty)
        assert found.status is Status.FAILED and "REPONSES" in found.hint.fr


@pytest.mark.parametrize("answer", ["7850", "7 850", "784*10+10 = 7850", "(784 + 1) × 10 = 7 850 paramètres"])
def test_the_right_number_passes(answer: str) -> None:
    assert judged(NUMBER, answer).status is Status.PASSED


def test_a_wrong_number_fails_with_the_reason() -> None:
    found = judged(NUMBER, "7840")
    assert found.status is Status.FAILED and found.hint == WHY and "7\u202f840" in found.message.fr


def test_a_right_number_with_a_wrong_calculation_earns_half() -> None:
    found = judged(NUMBER, "784*10 = 7850")
    assert (found.status, found.share) == (Status.PARTIAL, 0.5) and "7,840" in found.message.en


def test_a_number_that_cannot_be_read_goes_to_a_teacher() -> None:
    found = judged(NUMBER, "beaucoup")
    assert found.status is Status.REVIEW and found.measured.fr == "beaucoup"


def test_any_of_several_right_numbers_passes() -> None:
    check = answers.number("parametres", 2, (366806, 155606), WHY)
    assert judged(check, "155606").status is Status.PASSED and judged(check, "366 806").status is Status.PASSED
    assert judged(check, "1").status is Status.FAILED


@pytest.mark.parametrize(
    "answer", ["9" * 500, "1e999", "10**400 = 7850", "7850" * 2000, "=" * 5000, "inf", "nan", "7850\x00", "²"]
)
def test_odd_numbers_are_judged_without_failing(answer: str) -> None:
    assert judged(NUMBER, answer).status in (Status.FAILED, Status.REVIEW, Status.PARTIAL, Status.PASSED)


@pytest.mark.parametrize(
    ("answer", "yes", "no"),
    [
        ("Oui, car la hessienne est positive.", Status.PASSED, Status.FAILED),
        ("non", Status.FAILED, Status.PASSED),
        ("elle n'est pas convexe", Status.FAILED, Status.PASSED),
        ("convexe", Status.PASSED, Status.FAILED),
        ("oui et non", Status.REVIEW, Status.REVIEW),
        ("42", Status.REVIEW, Status.REVIEW),
    ],
)
def test_yes_and_no_are_judged_both_ways(answer: str, yes: Status, no: Status) -> None:
    assert judged(YES, answer).status is yes and judged(NO, answer).status is no


def test_a_wrong_answer_says_how_it_was_understood() -> None:
    assert "“yes”" in judged(NO, "oui").message.en and "« non »" in judged(YES, "non").message.fr.replace("\u00a0", " ")


def test_free_text_goes_to_a_teacher_with_its_rubric() -> None:
    found = judged(FREE, "Les enveloppes\nmontrent l'étendue. " + "x" * 5000)
    assert found.status is Status.REVIEW and found.rubric.en == "rubric" and not found.expected
    assert found.measured.fr.startswith("Les enveloppes montrent") and len(found.measured.fr) <= 4000
