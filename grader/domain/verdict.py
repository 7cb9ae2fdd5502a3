"""What is judged."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from grader.domain.text import Text


class Status(StrEnum):
    """List the kinds of verdicts."""

    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"  # could not be judged in this mode; no points, and the record says why
    REVIEW = "review"  # a teacher decides
    ERROR = "error"  # the grader's own fault: not marked


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold what a check found, before it is worth points. `share` of the points is earned, from 0 to 1; `rubric` says
    how a teacher is to judge, and is for teachers only."""

    status: Status
    share: float
    message: Text
    measured: Text = Text()
    expected: Text = Text()
    hint: Text = Text()
    rubric: Text = Text()


@dataclass(frozen=True, slots=True)
class Override:
    """Hold a teacher's decision on one verdict, which had `was` points and the status `was_status`: by whom, when (ISO
    8601) and why."""

    author: str
    date: str
    reason: str
    was: float
    was_status: Status


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold what a check is worth in one record. `rubric` is for teachers' views only: no page, comment or export that a
    student reads shows it."""

    id: str
    status: Status
    points: float
    max_points: float
    title: Text
    measured: Text = Text()
    expected: Text = Text()
    message: Text = Text()
    hint: Text = Text()
    override: Override | None = None
    rubric: Text = Text()
