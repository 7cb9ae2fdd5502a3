"""`trustworthiness`: the embedding belongs to its input; points invented to look separated do not.

Measure: trustworthiness with 6 neighbours (Venna and Kaski 2001; scikit-learn's), on at most 2000 of the points.
"""

from __future__ import annotations

from grader.analysis import Analysis
from grader.checks.embedding_findings import no_projection
from grader.checks.findings import failed, passed
from grader.domain import Check, Finding
from grader.messages import number, say

FAITHFUL = 0.9  # real runs: 0.96 and more; a random layout: about 0.5


def check(points: float, least: float = FAITHFUL) -> Check:
    """Return the check `trustworthiness`: all points from a trustworthiness of `least` (0 to 1) on, else none."""
    return Check(
        "trustworthiness",
        say("The projection is faithful to the images"),
        points,
        lambda analysis: judge(analysis, least),
        requests=Analysis.embedding_requests,
    )


def judge(analysis: Analysis, least: float) -> Finding:
    """Judge the trustworthiness of the best embedding (Venna and Kaski 2001), as the evaluator computed it."""
    expected = say("at least {least}", least=number(least, 2))
    found = analysis.best_embedding
    value = found.figures.trustworthiness if found is not None else None
    if found is None or value is None:
        return no_projection(analysis, expected)
    measured = number(value, 3)
    if value >= least:
        return passed(
            say("Neighbours in the plane are neighbours among the images (trustworthiness {value}).", value=measured),
            measured,
            expected,
        )
    return failed(
        say("The points do not reflect the images: their trustworthiness is {value}.", value=measured),
        measured,
        expected,
        say("Use the points that `fit_transform` returns, for the very images that you gave it."),
    )
