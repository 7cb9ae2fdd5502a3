"""`ellipses`: the best-fitting ellipse of each class: a full-covariance Gaussian of its projected points."""

from __future__ import annotations

from grader.analysis import Analysis
from grader.checks.outlines import Outlines, judge_outlines
from grader.domain import Check
from grader.messages import say


def check(points: float) -> Check:
    """Return the check `ellipses`: a tenth of the points for each of ten classes whose full-covariance Gaussian is
    right."""
    return Check(
        "ellipses",
        say("Best-fitting ellipse of each class"),
        points,
        lambda analysis: judge_outlines(
            analysis,
            lambda figures: Outlines(figures.ellipses, figures.ellipses_made),
            say("10 ellipses, each the full-covariance Gaussian of one class"),
            say(
                'For each class c: `GaussianMixture(n_components=1, covariance_type="full").fit(points[labels == c])`, with labels as numbers from 0 to 9.'
            ),
        ),
        requests=Analysis.embedding_requests,
    )
