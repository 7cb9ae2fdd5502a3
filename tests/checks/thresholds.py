"""What a check says of one measured figure, for the tables that pin its thresholds from both sides.

Only here and in `tests.checks.build` do these tests know how an answer of the evaluator's reaches a check.
"""

from __future__ import annotations

from typing import Any

from grader.analysis import Analysis
from grader.domain import Check, Finding, Status
from tests.checks.build import measured, spoken

Verdict = tuple[Status, float]
FULL: Verdict = (Status.PASSED, 1.0)
HALF: Verdict = (Status.PARTIAL, 0.5)
NOTHING: Verdict = (Status.FAILED, 0.0)
READ_BY_A_TEACHER: Verdict = (Status.REVIEW, 0.0)


def answered(check: Check, about: Analysis, *results: dict[str, Any]) -> Finding:
    """Judge once the evaluator has answered: one result for each need in order, or one for all; none for no need."""
    return spoken(check.judge(measured(about, check.requests(about), *results) if results else about))


def verdict(found: Finding) -> Verdict:
    return found.status, found.share
