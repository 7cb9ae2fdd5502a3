"""What a session reports while it runs: typed events, in the order in which they happen.

Searching*  NothingRecognised | ClassReceived  RecordDamaged*  RecordsUnchanged?
[GradingBegan  (SandboxChosen | ClusterReported | SubmissionGraded | SubmissionSpared)*  GradingEnded]
ClassGraded  PagesBegan?  FilesWritten

A session that judges again reports `GradingBegan (SubmissionJudged | SubmissionNotJudged)* GradingEnded` instead, then
goes on as above. A session that compares reports `Searching* ExerciseCompared* ClassCompared`. Where a session ends by an exception, nothing more is reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from grader.batch.pool import Task
from grader.batch.reception import Reception
from grader.domain import Record, Submission, Text
from grader.grading import Listener
from grader.intake import Skipped
from grader.sandbox import Sandbox, SelfTest
from grader.similarity import ComparedClass, ComparedExercise
from grader.store import Stale


@dataclass(frozen=True, slots=True)
class Searching:
    """Submissions are looked for; `at` names the archive that is being opened, "" at first."""

    at: str = ""


@dataclass(frozen=True, slots=True)
class NothingRecognised:
    """There is no submission, but these entries. The session raises `NothingToGrade` next."""

    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class ClassReceived:
    reception: Reception


@dataclass(frozen=True, slots=True)
class RecordDamaged:
    """The gradebook cannot read the record of this submission any more, which is graded again where it was handed in."""

    submission: Submission


@dataclass(frozen=True, slots=True)
class RecordsUnchanged:
    """So many submissions are recorded as they are: their records hold."""

    count: int


@dataclass(frozen=True, slots=True)
class GradingBegan:
    """So many submissions are to be graded, or to be judged again."""

    total: int


@dataclass(frozen=True, slots=True)
class SandboxChosen:
    """In what programs are going to be read or run, with what its self-test found."""

    sandbox: Sandbox
    test: SelfTest


@dataclass(frozen=True, slots=True)
class ClusterReported:
    """What a reader should know of the cluster that grades."""

    message: Text


@dataclass(frozen=True, slots=True)
class SubmissionGraded:
    """`made` is the record of this submission, which is filed; `counting` the one that counts for its student and
    exercise now, with a teacher's decisions and lateness."""

    submission: Submission
    made: Record
    counting: Record


@dataclass(frozen=True, slots=True)
class SubmissionSpared:
    """Another session has graded it meanwhile."""

    submission: Submission


@dataclass(frozen=True, slots=True)
class SubmissionJudged:
    """Judged again from its kept run. `before` is None where the old record could not be read; `changed` says whether
    a verdict or its points are others than before."""

    submission: Submission
    before: Record | None
    after: Record
    changed: bool


@dataclass(frozen=True, slots=True)
class SubmissionNotJudged:
    """No run of it is kept, or one on other data."""

    submission: Submission


@dataclass(frozen=True, slots=True)
class GradingEnded:
    pass


@dataclass(frozen=True, slots=True)
class ClassGraded:
    """The `records` that count, of all submissions of this session: unchanged ones too. `stale` are decisions that no
    longer apply, `unknown_students` names that only a table of dates knows."""

    records: tuple[Record, ...]
    stale: tuple[Stale, ...] = ()
    unknown_students: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PagesBegan:
    """Pages are going to be written; not reported where those that are there hold."""


@dataclass(frozen=True, slots=True)
class FilesWritten:
    """The gradebook in `folder` and the files beside it are up to date. `page` is the class page, None where pages
    cannot be made here."""

    folder: Path
    page: Path | None


@dataclass(frozen=True, slots=True)
class ExerciseCompared:
    """The programs of one exercise are compared."""

    compared: ComparedExercise


@dataclass(frozen=True, slots=True)
class ClassCompared:
    """The programs of every exercise are compared, and the handed-in weights."""

    compared: ComparedClass


SessionEvent: TypeAlias = (
    Searching
    | NothingRecognised
    | ClassReceived
    | RecordDamaged
    | RecordsUnchanged
    | GradingBegan
    | SandboxChosen
    | ClusterReported
    | SubmissionGraded
    | SubmissionSpared
    | SubmissionJudged
    | SubmissionNotJudged
    | GradingEnded
    | ClassGraded
    | PagesBegan
    | FilesWritten
    | ExerciseCompared
    | ClassCompared
)


class SessionListener:
    """Is told how a session gets on; does nothing by itself."""

    def notify(self, event: SessionEvent) -> None:
        """Take an event. Called from the thread that iterates over the session; a cluster's events come from others."""

    def listen(self, task: Task) -> Listener:
        """Return who is told of the grading of one submission, from the thread that grades it."""
        return Listener()
