"""`hulls`: the convex hull of each class's points, equal to the one recomputed from the recorded points."""

from __future__ import annotations

from grader.checks.embeddings import needs
from grader.checks.outlines import judge_outlines
from grader.domain import Check
from grader.messages import say


def check(points: float) -> Check:
    return Check(
        "hulls",
        say("Convex hull of each class"),
        points,
        lambda facts: judge_outlines(
            facts,
            "hulls",
            say("10 hulls, each of all projected points of one class"),
            say("For each class c: `ConvexHull(points[labels == c])`, with labels as numbers from 0 to 9."),
        ),
        needs=needs,
    )
