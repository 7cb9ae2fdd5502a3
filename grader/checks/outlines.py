"""What hulls and ellipses have in common: one outline per class, right or not, as the evaluator compared them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from grader.analysis import Analysis
from grader.checks.embedding_findings import no_projection
from grader.checks.findings import failed, partial, passed
from grader.domain import Finding, Text
from grader.measurements import EmbeddingFigures
from grader.messages import number, say

CLASSES = 10


@dataclass(frozen=True, slots=True)
class Outlines:
    """Hold the classes whose outline is right, and how many outlines the program computed."""

    right: tuple[int, ...]
    made: int


def judge_outlines(
    analysis: Analysis, outlines: Callable[[EmbeddingFigures], Outlines], expected: Text, hint: Text
) -> Finding:
    """Judge one kind of outline, which `outlines` takes from the figures of the best embedding: a tenth of the points
    for each class that has the right one."""
    found = analysis.best_embedding
    if found is None:
        return no_projection(analysis, expected)
    drawn = outlines(found.figures)
    count, made = len(drawn.right), drawn.made
    measured = say("{right} right of {made} computed", right=count, made=number(made))
    if count >= CLASSES:
        return passed(say("One for each of the ten classes, all right."), measured, expected)
    if made == 0:
        return failed(say("None was computed."), measured, expected, hint)
    message = say("{right} of the ten classes have the right one.", right=count)
    if count:
        return partial(round(count / CLASSES, 2), message, measured, expected, hint)
    return failed(message, measured, expected, hint)
