"""`ordering`: the networks untangle the classes: pixels < MLP < CNN, by the recomputed neighbourhood hits."""

from __future__ import annotations

from itertools import pairwise

from grader.analysis import Analysis
from grader.analysis.embeddings import largest_by_source
from grader.checks.embedding_findings import no_projection
from grader.checks.findings import failed, partial, passed
from grader.checks.neighbourhood_hit import LABELS
from grader.domain import Check, Finding
from grader.messages import join, number, say

ORDER = ("pixels", "hidden0", "hidden1")
HALF = 0.5
LUCK = 0.01  # t-SNE's own spread: pixels and MLP lie close together for many points


def check(points: float) -> Check:
    """Return the check `ordering`: all points where the hits of pixels, MLP and CNN grow in this order, up to 0.01;
    half of them where one is missing."""
    return Check(
        "ordering", say("Order of the three neighbourhood hits"), points, judge, requests=Analysis.embedding_requests
    )


def judge(analysis: Analysis) -> Finding:
    """Judge the order of the recomputed neighbourhood hits, for each source those of the embedding with the most
    points."""
    expected = say("pixels < MLP < CNN")
    found = largest_by_source(analysis.embeddings())
    values = [found[source].figures.nh for source in ORDER if source in found]
    if len(values) < 2 or any(value is None for value in values):
        return (
            no_projection(analysis, expected)
            if not found
            else failed(say("At least two projections are needed to compare them."), expected=expected)
        )
    known = [float(value) for value in values if value is not None]
    names = [LABELS[source] for source in ORDER if source in found]
    measured = join(
        [say("{name} {value}", name=n, value=number(v, 3)) for n, v in zip(names, known, strict=True)], " · "
    )
    grows = all(a < b + LUCK for a, b in pairwise(known))
    if not grows:
        return failed(
            say("The order is not the expected one."),
            measured,
            expected,
            say("Are the networks trained, and cut after their hidden layer?"),
        )
    if len(known) < len(ORDER):
        return partial(HALF, say("The order is right, but one projection is missing."), measured, expected)
    return passed(say("Layer after layer the classes come apart."), measured, expected)
