"""What is kept: everything about one graded submission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.domain.data import DatasetInfo
from grader.domain.evidence import Outcome
from grader.domain.failure import Failure
from grader.domain.spec import Mode
from grader.domain.text import Json, Notice, Text
from grader.domain.verdict import Status, Verdict

RECORD_SCHEMA = 3  # grows with a step in `grader.records.MIGRATIONS` and a kept file in `tests/records/`


@dataclass(frozen=True, slots=True)
class Lateness:
    """Hold how many seconds after the deadline the work came, the points that the policy takes off, and the policy in
    words."""

    seconds: float
    penalty: float
    policy: Text


@dataclass(frozen=True, slots=True)
class Record:
    """Hold everything about one graded submission; `grader.records` writes and reads its JSON.

    `exhibits` holds what a page shows beside the verdicts (source, plots, images), each bounded, under its kind.
    `phases` holds the seconds that each phase of the grading took.
    """

    exercise: str
    title: Text
    student: str
    file: str
    mode: Mode
    seed: int
    verdicts: tuple[Verdict, ...]
    dataset: DatasetInfo | None
    sandbox: Mapping[str, str]
    outcome: Outcome | None
    notices: tuple[Notice, ...] = ()
    failure: Failure | None = None
    output_tail: str = ""
    output_dropped: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    curves: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    exhibits: Mapping[str, Json] = field(default_factory=dict)
    phases: Mapping[str, float] = field(default_factory=dict)
    received: str = ""
    identity: Mapping[str, str] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    attempt: int = 1
    lateness: Lateness | None = None
    grader_version: str = ""
    schema: int = RECORD_SCHEMA

    @property
    def score(self) -> float:
        """Return the points of the verdicts, a teacher's overrides included, without any penalty."""
        return round(sum(v.points for v in self.verdicts), 2)

    @property
    def final_score(self) -> float:
        """Return the score less the penalty for lateness, never below 0."""
        return round(max(0.0, self.score - (self.lateness.penalty if self.lateness else 0.0)), 2)

    @property
    def max_score(self) -> float:
        """Return the points that the verdicts could have earned."""
        return round(sum(v.max_points for v in self.verdicts), 2)

    @property
    def broken(self) -> bool:
        """Return whether the grader, not the student, failed: the submission is not marked."""
        return any(v.status is Status.ERROR for v in self.verdicts)

    @property
    def to_review(self) -> bool:
        """Return whether a teacher must decide at least one verdict."""
        return any(v.status is Status.REVIEW for v in self.verdicts)
