"""`answer.<key>`: questions answered in words, read without running anything."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import replace

from grader.analysis import Analysis
from grader.checks.findings import failed, partial, passed, review
from grader.domain import Check, Finding, Stage, Text
from grader.language.figures import final_number
from grader.language.shapes import shapes as read_shapes
from grader.language.understand import Understood
from grader.language.understand import yes_no as understand
from grader.messages import number as written
from grader.messages import plain, say

NEAR = 1e-9
RIGHT_VALUE = 0.5  # the share for a right result with a calculation that gives another
EXPONENTS = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
# What a power is raised to, with or without brackets, perhaps as a product: ^784, **784, ^{784}, ^(28×28).
DIMENSION = re.compile(r"(?:\^|\*\*|puissance|power(?: of)?)\s*[{(]?\s*(\d{1,9}(?:\s*[x×*.·]\s*\d{1,9})*)")
DIMENSIONS = re.compile(r"(?i)(?:dimensions?|dim\.?)\s*(?:est|is|:|=|de)?\s*(\d{1,9})\b|\b(\d{1,9})\s*dimensions?\b")


def _title(key: str) -> Text:
    return say("Question “{key}”", key=key)


def _no_answer(expected: Text) -> Finding:
    return failed(
        say("No answer was given."),
        expected=expected,
        hint=say("Write it in the dictionary REPONSES, between quotation marks."),
    )


def shortened(answer: str, most: int = 160) -> Text:
    """Return the answer on one line, cut to `most` characters."""
    folded = " ".join(answer.split())
    return plain(folded if len(folded) <= most else f"{folded[: most - 1]}…")


def number(
    key: str, points: float, expected: float | tuple[float, ...], why: Text, labels: tuple[str, ...] = ()
) -> Check:
    """Return the check `answer.<key>` of a number, alone or at the end of its calculation.

    `expected` is the right value, or several of them; `why` is the hint for a wrong one; `labels` are words that name
    the number in a longer answer. A right result whose calculation gives another earns half of the points.
    """
    accepted = expected if isinstance(expected, tuple) else (expected,)
    return Check(
        f"answer.{key}",
        _title(key),
        points,
        lambda analysis: judge_number(analysis.reading.answers.get(key, ""), accepted, why, labels),
        stage=Stage.READING,
    )


def judge_number(answer: str, accepted: tuple[float, ...], why: Text, labels: tuple[str, ...] = ()) -> Finding:
    """Judge a number against the `accepted` ones, equal up to a relative rounding of 1e-9. Ask for a teacher's review
    where no single number can be read."""
    asked = say("a number, with its calculation")
    if not answer.strip():
        return _no_answer(asked)
    stated = final_number(answer, labels)
    measured = shortened(answer)
    if stated.value is None:
        return review(say("No single result can be read in the answer; a teacher will look at it."), measured, asked)
    if not any(abs(stated.value - value) <= NEAR * max(1, abs(value)) for value in accepted):
        return failed(say("{value} is not right.", value=_number_text(stated.value)), measured, asked, why)
    if not stated.consistent and stated.calculation is not None:
        return partial(
            RIGHT_VALUE,
            say("The result is right, but the calculation gives {value}.", value=_number_text(stated.calculation)),
            measured,
            asked,
            why,
        )
    return passed(say("{value} is right.", value=_number_text(stated.value)), measured, asked)


def _number_text(value: float) -> Text:
    return written(value) if value == int(value) and abs(value) < 1e15 else plain(f"{value:g}")


def yes_no(key: str, points: float, expected: bool, why: Text, about: tuple[str, ...] = ()) -> Check:
    """Return the check `answer.<key>` of a yes or no, in French or English: all points or none.

    `why` is the hint for a wrong answer; `about` are words for the property in question, as in « elle est convexe ».
    """
    return Check(
        f"answer.{key}",
        _title(key),
        points,
        lambda analysis: judge_yes_no(analysis.reading.answers.get(key, ""), expected, why, about),
        stage=Stage.READING,
    )


def judge_yes_no(answer: str, expected: bool, why: Text, about: tuple[str, ...]) -> Finding:
    """Judge whether the answer means `expected`. Ask for a teacher's review where it is clearly neither yes nor no."""
    asked = say("yes or no, and why")
    understood = understand(answer, about)
    measured = shortened(answer)
    if understood is Understood.EMPTY:
        return _no_answer(asked)
    if understood is Understood.UNCLEAR:
        return review(say("The answer is not clearly a yes or a no; a teacher will look at it."), measured, asked)
    if (understood is Understood.YES) is expected:
        return passed(say("Right: yes.") if expected else say("Right: no."), measured, asked)
    return failed(
        say("Understood as “yes”, which is not right.")
        if understood is Understood.YES
        else say("Understood as “no”, which is not right."),
        measured,
        asked,
        why,
    )


def shapes(key: str, points: float, expected: tuple[tuple[int, ...], ...], why: Text) -> Check:
    """Return the check `answer.<key>` of the shape that leaves each layer, in order, however it is written: all points
    or none.

    What follows the last shape is free; `why` is the hint for a wrong answer.
    """
    return Check(
        f"answer.{key}",
        _title(key),
        points,
        lambda analysis: judge_shapes(analysis.reading.answers.get(key, ""), expected, why),
        stage=Stage.READING,
    )


def judge_shapes(answer: str, expected: tuple[tuple[int, ...], ...], why: Text) -> Finding:
    """Judge whether the `expected` shapes (without the batch axis) stand in the answer in their order, with one other
    shape at most. Ask for a teacher's review where no shape can be read."""
    asked = say("the shape that leaves each layer, in order")
    if not answer.strip():
        return _no_answer(asked)
    measured = shortened(answer)
    found = read_shapes(answer)
    # Numbers alone also count layers or name sizes: only a shape of three numbers contradicts.
    wrong = [shape for shape in found if len(shape) > 2 and shape not in expected]
    rest = iter(found)
    in_order = all(shape in rest for shape in expected)  # `in` eats the iterator up to what it finds
    if in_order and len(wrong) <= 1:  # the shape of the input may stand in front
        return passed(say("The shapes are right."), measured, asked)
    if not any(len(shape) > 2 for shape in found):
        return review(say("No shapes can be read in the answer; a teacher will look at it."), measured, asked)
    return failed(say("At least one of the shapes is not right."), measured, asked, why)


def free_text(key: str, points: float, rubric: Text) -> Check:
    """Return the check `answer.<key>` that a teacher marks: the record holds the answer, and the `rubric` for the
    teacher only."""
    return Check(
        f"answer.{key}",
        _title(key),
        points,
        lambda analysis: judge_free_text(analysis, key, rubric),
        stage=Stage.READING,
    )


def judge_free_text(analysis: Analysis, key: str, rubric: Text) -> Finding:
    """Return a finding for a teacher's review, with the first 4000 characters of the answer; fail an empty one."""
    answer = analysis.reading.answers.get(key, "")
    if not answer.strip():
        return _no_answer(say("some sentences"))
    return replace(review(say("A teacher will read this answer."), shortened(answer, 4000)), rubric=rubric)


def space(key: str, points: float, dimension: int, why: Text) -> Check:
    """Return the check `answer.<key>` of the space of images of `dimension` numbers, written as ℝ^784, [0,1]^784,
    {0..255}^784, 256^784 images, « 784 dimensions »…: all points or none. `why` is the hint for a wrong dimension."""
    return Check(
        f"answer.{key}",
        _title(key),
        points,
        lambda analysis: judge_space(analysis.reading.answers.get(key, ""), dimension, why),
        stage=Stage.READING,
    )


def judge_space(answer: str, dimension: int, why: Text) -> Finding:
    """Judge the dimension that an answer names. Ask for a teacher's review where it names none, or the right one among
    others."""
    asked = say("a space with its dimension, such as [0,1]^3")
    if not answer.strip():
        return _no_answer(asked)
    measured = shortened(answer)
    plain_ = unicodedata.normalize("NFKC", EXPONENTS.sub(r"^\g<0>", answer))
    powers = {math.prod(map(int, re.findall(r"\d+", power))) for power in DIMENSION.findall(plain_)}
    found = powers | {int(n) for pair in DIMENSIONS.findall(plain_) for n in pair if n}
    if found == {dimension}:
        return passed(say("Right: dimension {dimension}.", dimension=dimension), measured, asked)
    if dimension in found or not found:
        return review(say("The space cannot be read in the answer; a teacher will look at it."), measured, asked)
    return failed(say("The dimension {found} is not right.", found=min(found)), measured, asked, why)
