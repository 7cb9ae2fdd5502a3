"""The words of the project, as frozen dataclasses. Nothing here runs, reads or writes anything.

An `Exercise` is what is asked; a `Submission` is one student's files for it. A sandbox runs the files
and yields an `Outcome` and `Evidence`; the trusted side adds `Measurement`s; each `Check` turns those
`Facts` into a `Finding`, and a finding with its points is a `Verdict`. A `Record` holds everything about
one graded submission and is the only thing a report reads.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
Lang = Literal["fr", "en"]
LANGS: tuple[Lang, ...] = ("fr", "en")
SIGKILL = 9
_CELL = re.compile(r"<cell (\d{1,6})>")


# ── What is said ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages; records carry both so that any report can choose."""

    fr: str = ""
    en: str = ""

    def in_(self, lang: Lang) -> str:
        return self.en if lang == "en" else self.fr

    def __bool__(self) -> bool:
        return bool(self.fr or self.en)


class Status(StrEnum):
    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"  # could not be judged in this mode; no points, and the record says why
    REVIEW = "review"  # a teacher decides
    ERROR = "error"  # the grader's own fault: not marked


class Mode(StrEnum):
    STATIC = "static"  # read only
    AUDIT = "audit"  # each `fit` is capped at a few steps
    FULL = "full"  # as the student wrote it


# ── What is asked ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use. Seconds, MiB, counts; `files` counts folders too, `total_mib` all that it writes. `frozen` is
    how long a job of the grader's own may lie stopped before it is given up; a student's program may do so until its
    time is over (0)."""

    wall: float = 300.0
    cpu: float = 900.0
    memory_mib: int = 6144
    processes: int = 128
    threads: int = 1024
    file_mib: int = 512
    total_mib: int = 1024
    files: int = 2000
    output_bytes: int = 1 << 20
    output_flood_bytes: int = 256 << 20
    frozen: float = 0.0


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """A layer that is asked for: Keras class name, and the settings that count (the others are free)."""

    kind: str
    settings: Mapping[str, Json] = field(default_factory=dict)


def layer(kind: str, **settings: Json) -> LayerSpec:
    return LayerSpec(kind, settings)


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """An architecture that is asked for.

    `layers` is the sequence once written in one way (activations inside their layers, `Flatten` in front of
    a dense net and `Dropout` left out); `parameters` holds every right count, for the variants that are equal.
    """

    name: str
    layers: tuple[LayerSpec, ...]
    parameters: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question asked in words, answered under `key` in the student's `REPONSES`."""

    key: str
    text: Text


@dataclass(frozen=True, slots=True)
class Exercise:
    """What is asked. `costly` trainings are audited in a batch when weights were handed in. `borrows` maps a file that the program opens to the exercise whose hand-in it is."""

    id: str
    title: Text
    dataset: str
    checks: tuple[Check, ...]
    models: tuple[ModelSpec, ...] = ()
    questions: tuple[Question, ...] = ()
    limits: Limits = Limits()
    audit_steps: int = 30
    costly: bool = False
    borrows: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None

    @property
    def max_score(self) -> float:
        return sum(check.points for check in self.checks)


@dataclass(frozen=True, slots=True)
class Submission:
    """One student's files for one exercise.

    `main` is the path of what is run, inside the folder `root`; `files`, relative to `root`, are what is copied.
    `received` is when it was handed in, ISO 8601 with its offset, "" where nobody says; `identity` what an LMS knows the
    student by (`system`, `id`, …), for the way back; `members` the students of a group; `attempt` counts from 1.
    """

    student: str
    exercise: str
    root: Path
    main: Path
    files: tuple[Path, ...]
    note: Text = Text()
    received: str = ""
    identity: Mapping[str, str] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    attempt: int = 1

    @property
    def is_notebook(self) -> bool:
        return self.main.suffix.lower() == ".ipynb"

    @property
    def program(self) -> str:
        """`main` relative to `root`: the name under which it runs."""
        return str(self.main.relative_to(self.root))


# ── What was seen ───────────────────────────────────────────────────────────────────────────────


class Phase(StrEnum):
    """What a grading is at. Listeners are told it, a cluster's workers tell it, and records hold the seconds of each."""

    INTAKE = "intake"  # finding the submission
    SENT = "sent"  # on its way to another machine
    DATA = "data"  # preparing it
    READING = "static"  # reading without running, under the name that records have always given it
    START = "start"  # waiting for the sandbox, the data and a warm worker
    STUDENT = "student"  # the student's program, from its first moment to its last
    EVIDENCE = "evidence"  # copying the files in, reading what was recorded
    EVALUATION = "evaluation"  # the evaluator's measurements, the wait for it included
    CHECKS = "checks"  # judging, and the record
    REPORT = "report"  # showing it, and putting everything away


class OutcomeStatus(StrEnum):
    """How a job ended; from `TIMEOUT` on, what ended it."""

    OK = "ok"
    ERROR = "error"  # an exit code other than 0
    TIMEOUT = "timeout"
    CPU = "cpu"
    MEMORY = "memory"
    PROCESSES = "processes"
    DISK = "disk"
    OUTPUT = "output"
    KILLED = "killed"  # by a signal that is no limit's


class SnapshotReason(StrEnum):
    """The moment at which a model was written down."""

    BUILD = "build"  # its training begins: no weights yet
    EPOCH = "epoch"  # meanwhile, replaced by the next one
    FIT = "fit"  # its training is over
    EVALUATE = "evaluate"
    PREDICT = "predict"
    SAVE = "save"
    END = "end"  # of the program


class TrainingMethod(StrEnum):
    """How a model was trained: `LOOP` is one of the program's own, which calls the optimizer."""

    FIT = "fit"
    TRAIN_ON_BATCH = "train_on_batch"
    LOOP = "loop"


class ModelMethod(StrEnum):
    """What a model was used for, besides training."""

    EVALUATE = "evaluate"
    PREDICT = "predict"
    SAVE = "save"
    SAVE_WEIGHTS = "save_weights"
    EXPORT = "export"
    LOAD_WEIGHTS = "load_weights"


class FigureMoment(StrEnum):
    """When a figure was seen: shown, saved, closed, or open at the program's end."""

    SHOW = "show"
    SAVEFIG = "savefig"
    CLOSE = "close"
    END = "end"


@dataclass(frozen=True, slots=True)
class Frame:
    file: str
    line: int
    function: str
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception of the student's program: `type`, `message`, and the frames of the student's own files."""

    type: str
    message: str
    frames: tuple[Frame, ...]
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class LayerSeen:
    kind: str
    name: str
    settings: Mapping[str, Json]
    output_shape: tuple[int | None, ...] | None
    parameters: int


@dataclass(frozen=True, slots=True)
class DataSeen:
    """What a training was fed: sizes, ranges, and the name of the array file with its row fingerprints."""

    rows: int
    shape: tuple[int, ...]
    dtype: str
    low: float
    high: float
    label_shape: tuple[int, ...]
    rows_file: str | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A model as it stood at one moment. `architecture` is Keras JSON; `weights` names an array file."""

    id: int
    model: int
    name: str
    reason: SnapshotReason
    architecture: str | None
    layers: tuple[LayerSeen, ...]
    parameters: int
    input_shape: tuple[int | None, ...] | None
    output_shape: tuple[int | None, ...] | None
    weights: str | None
    steps: int


@dataclass(frozen=True, slots=True)
class CompileSeen:
    """The settings that a model was compiled with: two trainings went on in the same way where these are equal, `metrics`
    included."""

    model: int
    loss: str
    optimizer: str
    learning_rate: float | None
    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Training:
    """One `fit` (or a run of `train_on_batch`). `history` maps a metric to one value per epoch run."""

    id: int
    model: int
    how: TrainingMethod
    epochs_asked: int
    epochs_run: int
    batch_size: int | None
    steps: int
    capped: bool
    finished: bool
    history: Mapping[str, tuple[float, ...]]
    data: DataSeen | None
    compiled: CompileSeen | None


@dataclass(frozen=True, slots=True)
class ModelUse:
    """One call of a model's method, with the snapshot that it used."""

    model: int
    how: ModelMethod
    snapshot: int | None
    rows: int
    values: tuple[float, ...]
    path: str


@dataclass(frozen=True, slots=True)
class AxesSeen:
    """One axes of a figure: how many images, lines and scattered points it holds, `cmap` the first image's map,
    `grid` the (rows, columns) of the layout it belongs to and `place` its number in it, row by row from 0."""

    title: str
    images: int
    cmap: str
    lines: int
    points: int
    grid: tuple[int, int] | None = None
    place: int | None = None


@dataclass(frozen=True, slots=True)
class FigureSeen:
    id: int
    how: FigureMoment
    axes: tuple[AxesSeen, ...]
    arrays: str | None
    picture: str | None


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a library that an exercise is about (t-SNE, a scaler, an SVM), noted with its settings.

    `facts` holds small values only; arrays are in the file named `arrays`.
    """

    id: int
    what: str
    facts: Mapping[str, Json]
    arrays: str | None


@dataclass(frozen=True, slots=True)
class Printed:
    """The standard output and error: the kept text, and how many bytes were dropped."""

    text: str = ""
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the job ended. `exit` is the process's exit code, negative for a signal. `memory_ran_out`: the system ended a
    process for want of memory meanwhile."""

    status: OutcomeStatus
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_mib: int = 0
    exit: int | None = None
    memory_ran_out: bool = False

    @property
    def ended_from_outside(self) -> bool:
        """By SIGKILL, which the grader did not send: the system did, or somebody, or the program itself."""
        return self.status == OutcomeStatus.KILLED and self.exit == -SIGKILL


@dataclass(frozen=True, slots=True)
class StoredArray:
    """Where one array of a kept file lies in it: `kind` is NumPy's name of its numbers (`<f4`), `offset` in bytes."""

    name: str
    kind: str
    fortran: bool
    shape: tuple[int, ...]
    offset: int

    @property
    def size(self) -> int:
        """In bytes."""
        return math.prod(self.shape) * int(self.kind[2:])


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that left the sandbox, already read distrustfully (see `grader.evidence`). `arrays`: of those array
    files that are opened outside of the walls, what lies where."""

    folder: Path | None = None
    snapshots: tuple[Snapshot, ...] = ()
    trainings: tuple[Training, ...] = ()
    uses: tuple[ModelUse, ...] = ()
    figures: tuple[FigureSeen, ...] = ()
    calls: tuple[Call, ...] = ()
    arrays: Mapping[str, tuple[StoredArray, ...]] = field(default_factory=dict)
    files: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, Json] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    finished: bool = False
    printed: Printed = Printed()
    versions: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    rejected: int = 0

    def snapshot(self, snapshot_id: int) -> Snapshot | None:
        return next((s for s in self.snapshots if s.id == snapshot_id), None)


# ── What was read without running ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Notice:
    """Something worth telling that costs no marks: `line` in `where`, 0 where there is none."""

    text: Text
    where: str = ""
    line: int = 0


def cell_number(file: str) -> int | None:
    """The number of a notebook's code cell, which frames and notices name `<cell 3>`; None for any other file."""
    found = _CELL.fullmatch(file)
    return int(found[1]) if found else None


@dataclass(frozen=True, slots=True)
class Parts:
    """Which exercise the lines of `file` belong to. `marks`: the lines at which a part begins, ascending, with its
    exercise ("" where it is for several); `inside`: (first line, last line, exercise) of functions and classes that
    bear an exercise's name; `prose`: the exercise of each markdown cell; `cells`: the first line of each code cell."""

    marks: tuple[tuple[int, str], ...] = ()
    inside: tuple[tuple[int, int, str], ...] = ()
    prose: tuple[str, ...] = ()
    cells: tuple[int, ...] = ()
    file: str = ""

    def at(self, line: int) -> str:
        """The exercise to which a line belongs; "" where nothing says so."""
        return self._within(line) or self._below(line)

    @property
    def exercises(self) -> tuple[str, ...]:
        """Every exercise that has a part of its own."""
        found = [exercise for _, exercise in self.marks] + [exercise for *_, exercise in sorted(self.inside)]
        return tuple(dict.fromkeys(exercise for exercise in found if exercise))

    def begins(self, exercise: str) -> int | None:
        """The first line of an exercise's part."""
        lines = [line for line, own in self.marks if own == exercise]
        lines += [first for first, _, own in self.inside if own == exercise]
        return min(lines, default=None)

    def of_failure(self, failure: Failure) -> tuple[str, int]:
        """The exercise that was at work when something failed ("" where nothing says so), and the line.

        A function of an exercise's own name says it best; else the line at the top that called all others."""
        lines = [line for frame in failure.frames if (line := self._line(frame))]
        for line in reversed(lines):
            if own := self._within(line):
                return own, line
        return (self._below(lines[0]), lines[0]) if lines else ("", 0)

    def _line(self, frame: Frame) -> int:
        """The line in the whole text; 0 where the frame is of another file."""
        cell = cell_number(frame.file)
        if cell is not None and 0 < cell <= len(self.cells):
            return self.cells[cell - 1] + frame.line - 1
        return frame.line if PurePath(frame.file).name == self.file else 0

    def _within(self, line: int) -> str:
        around = [(last - first, exercise) for first, last, exercise in self.inside if first <= line <= last]
        return min(around)[1] if around else ""

    def _below(self, line: int) -> str:
        before = bisect_right(self.marks, line, key=lambda mark: mark[0])
        return self.marks[before - 1][1] if before else ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the source says. `answers` maps each key of REPONSES to the text the student wrote."""

    source: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    failure: Failure | None = None
    imports: frozenset[str] = frozenset()
    notices: tuple[Notice, ...] = ()
    parts: Parts = Parts()

    @property
    def runnable(self) -> bool:
        return self.failure is None


# ── What is judged ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Measurement:
    """A question to the evaluator, by kind and settings; hashable, so that an answer can be cached."""

    kind: str
    settings: tuple[tuple[str, str | int | float | None], ...] = ()

    def get(self, name: str) -> str | int | float | None:
        return dict(self.settings).get(name)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a check may look at."""

    exercise: Exercise
    mode: Mode
    reading: Reading
    outcome: Outcome | None = None
    evidence: Evidence = Evidence()
    measured: Mapping[Measurement, Mapping[str, Json]] = field(default_factory=dict)
    rows: RowIndex | None = None
    handed_in: tuple[str, ...] = ()
    stand_in: bool = False
    notes: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, before it is worth points. `share` of the points is earned, from 0 to 1; `rubric` says how a
    teacher is to judge, and is for teachers only."""

    status: Status
    share: float
    message: Text
    measured: Text = Text()
    expected: Text = Text()
    hint: Text = Text()
    rubric: Text = Text()


class Stage(StrEnum):
    """The earliest moment at which a check can speak."""

    READING = "reading"
    MODEL = "model"
    RUN = "run"


def _no_measurements(facts: Facts) -> tuple[Measurement, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Check:
    """Judges one thing. `judge` is pure; `needs` names what the evaluator must measure first."""

    id: str
    title: Text
    points: float
    judge: Callable[[Facts], Finding]
    needs: Callable[[Facts], tuple[Measurement, ...]] = _no_measurements
    stage: Stage = Stage.RUN


@dataclass(frozen=True, slots=True)
class Override:
    """A teacher's decision on one verdict, which had `was` points and the status `was_status`: by whom, when (ISO 8601)
    and why."""

    author: str
    date: str
    reason: str
    was: float
    was_status: Status


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check is worth in one record. `rubric` is for teachers' views only: no page, comment or export that a
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


# ── Data ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """Which data was used: `source` is `files`, `keras-cache` or `stand-in`; `folder` holds the prepared arrays."""

    name: str
    source: str
    sha256: str
    folder: Path


@dataclass(frozen=True, slots=True)
class RowIndex:
    """The fingerprints of a dataset's images, so that rows can be recognised by content.

    `split` maps "train"/"test" to the fingerprints, uint64 of shape (n,), in the order of the images;
    `labels` to the labels, int64 of shape (n,).
    """

    split: Mapping[str, NDArray[np.uint64]]
    labels: Mapping[str, NDArray[np.int64]]


# ── What is kept ────────────────────────────────────────────────────────────────────────────────

RECORD_SCHEMA = 2


@dataclass(frozen=True, slots=True)
class Lateness:
    """How many seconds after the deadline the work came, the points that the policy takes off, and the policy in words."""

    seconds: float
    penalty: float
    policy: Text


@dataclass(frozen=True, slots=True)
class Record:
    """Everything about one graded submission; `grader.records` writes and reads its JSON.

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
    details: Mapping[str, Json] = field(default_factory=dict)
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
        """The points of the verdicts, a teacher's overrides included, without any penalty."""
        return round(sum(v.points for v in self.verdicts), 2)

    @property
    def final_score(self) -> float:
        """The score less the penalty for lateness, never below 0."""
        return round(max(0.0, self.score - (self.lateness.penalty if self.lateness else 0.0)), 2)

    @property
    def max_score(self) -> float:
        return round(sum(v.max_points for v in self.verdicts), 2)

    @property
    def broken(self) -> bool:
        """True where the grader, not the student, failed: the submission is not marked."""
        return any(v.status is Status.ERROR for v in self.verdicts)

    @property
    def to_review(self) -> bool:
        return any(v.status is Status.REVIEW for v in self.verdicts)
