"""`ellipses`: the best-fitting ellipse of each class: a full-covariance Gaussian of its projected points."""

from __future__ import annotations

from grader.checks.embeddings import needs
from grader.checks.outlines import judge_outlines
from grader.domain import Check
from grader.messages import say


def check(points: float) -> Check:
    return Check(
        "ellipses",
        say("Best-fitting ellipse of each class"),
        points,
        lambda facts: judge_outlines(
            facts,
            "ellipses",
            say("10 ellipses, each the full-covariance Gaussian of one class"),
            say(
                'For each class c: `GaussianMixture(n_components=1, covariance_type="full").fit(points[labels == c])`, with labels as numbers from 0 to 9.'
            ),
        ),
        needs=needs,
    )
