"""`hulls`: the convex hull of each class's points, equal to the one recomputed from the recorded points."""

from __future__ import annotations

from grader.analysis import Analysis
from grader.checks.outlines import Outlines, judge_outlines
from grader.domain import Check
from grader.messages import say


def check(points: float) -> Check:
    """Return the check `hulls`: a tenth of the points for each of ten classes whose convex hull is right."""
    return Check(
        "hulls",
        say("Convex hull of each class"),
        points,
        lambda analysis: judge_outlines(
            analysis,
            lambda figures: Outlines(figures.hulls, figures.hulls_made),
            say("10 hulls, each of all projected points of one class"),
            say("For each class c: `ConvexHull(points[labels == c])`, with labels as numbers from 0 to 9."),
        ),
        requests=Analysis.embedding_requests,
    )
