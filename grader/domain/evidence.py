"""What was seen: everything that left the sandbox, already read distrustfully (see `grader.evidence`)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from grader.domain.calls import LibraryCall
from grader.domain.failure import Failure
from grader.domain.text import Json, Notice

SIGKILL = 9
C = TypeVar("C", bound=LibraryCall)


class Phase(StrEnum):
    """List what a grading may be at. Listeners and a cluster's workers report it, and records hold the seconds of
    each."""

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
    """List how a job may end; from `TIMEOUT` on, what ended it."""

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
    """List the moments at which a model is recorded."""

    BUILD = "build"  # its training begins: no weights yet
    EPOCH = "epoch"  # meanwhile, replaced by the next one
    FIT = "fit"  # its training is over
    EVALUATE = "evaluate"
    PREDICT = "predict"
    SAVE = "save"
    END = "end"  # of the program


class TrainingMethod(StrEnum):
    """List how a model may be trained: `LOOP` is one of the program's own, which calls the optimizer."""

    FIT = "fit"
    TRAIN_ON_BATCH = "train_on_batch"
    LOOP = "loop"


class ModelMethod(StrEnum):
    """List what a model may be used for, besides training."""

    EVALUATE = "evaluate"
    PREDICT = "predict"
    SAVE = "save"
    SAVE_WEIGHTS = "save_weights"
    EXPORT = "export"
    LOAD_WEIGHTS = "load_weights"


class FigureMoment(StrEnum):
    """List when a figure may be seen: shown, saved, closed, or open at the program's end."""

    SHOW = "show"
    SAVEFIG = "savefig"
    CLOSE = "close"
    END = "end"


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """Describe a recorded layer: its Keras class, those of its settings that were noted, its output's shape without the
    batch axis, its number of parameters."""

    kind: str
    name: str
    settings: Mapping[str, Json]
    output_shape: tuple[int | None, ...] | None
    parameters: int


@dataclass(frozen=True, slots=True)
class DataInfo:
    """Describe what a training was fed: sizes, ranges, and the name of the array file with its row fingerprints."""

    rows: int
    shape: tuple[int, ...]
    dtype: str
    low: float
    high: float
    label_shape: tuple[int, ...]
    rows_file: str | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Describe a model as it stood at one moment. `architecture` is Keras JSON; `weights` names an array file."""

    id: int
    model: int
    name: str
    reason: SnapshotReason
    architecture: str | None
    layers: tuple[LayerInfo, ...]
    parameters: int
    input_shape: tuple[int | None, ...] | None
    output_shape: tuple[int | None, ...] | None
    weights: str | None
    steps: int


@dataclass(frozen=True, slots=True)
class CompileInfo:
    """Hold the settings that a model was compiled with. `learning_rate` is None where it is no number (a schedule)."""

    model: int
    loss: str
    optimizer: str
    learning_rate: float | None


KERAS_BATCH = 32  # Keras' own default


@dataclass(frozen=True, slots=True)
class Training:
    """Describe one `fit` (or a run of `train_on_batch`). `history` maps a metric to one value per epoch run."""

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
    data: DataInfo | None
    compiled: CompileInfo | None

    @property
    def batch(self) -> int:
        """Return how many rows a step takes: Keras' own number where none was given."""
        return self.batch_size or KERAS_BATCH


@dataclass(frozen=True, slots=True)
class ModelUse:
    """Describe one call of a model's method, with the snapshot that it used."""

    model: int
    how: ModelMethod
    snapshot: int | None
    rows: int
    values: tuple[float, ...]
    path: str


@dataclass(frozen=True, slots=True)
class AxesInfo:
    """Describe one axes of a figure: how many images, lines and scattered points it holds, `cmap` the first image's
    map, `grid` the (rows, columns) of the layout it belongs to and `place` its number in it, row by row from 0."""

    title: str
    images: int
    cmap: str
    lines: int
    points: int
    grid: tuple[int, int] | None = None
    place: int | None = None


@dataclass(frozen=True, slots=True)
class FigureInfo:
    """Describe a figure of matplotlib's: `arrays` names the file of its images, `picture` that of its PNG; None where
    none was kept."""

    id: int
    how: FigureMoment
    axes: tuple[AxesInfo, ...]
    arrays: str | None
    picture: str | None


@dataclass(frozen=True, slots=True)
class Printed:
    """Hold the standard output and error: the kept text, and how many bytes were dropped."""

    text: str = ""
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """Describe how the job ended. `exit` is the process's exit code, negative for a signal. `memory_ran_out`: the
    system ended a process for want of memory meanwhile."""

    status: OutcomeStatus
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_mib: int = 0
    exit: int | None = None
    memory_ran_out: bool = False

    @property
    def ended_from_outside(self) -> bool:
        """Return whether it ended by SIGKILL, which the grader did not send: the system did, or somebody, or the
        program itself."""
        return self.status == OutcomeStatus.KILLED and self.exit == -SIGKILL


@dataclass(frozen=True, slots=True)
class StoredArray:
    """Describe where one array of a kept file lies in it: `kind` is NumPy's name of its numbers (`<f4`), `offset` in
    bytes."""

    name: str
    kind: str
    fortran: bool
    shape: tuple[int, ...]
    offset: int

    @property
    def size(self) -> int:
        """Return its size in bytes."""
        return math.prod(self.shape) * int(self.kind[2:])


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hold everything that left the sandbox, already read distrustfully (see `grader.evidence`). `arrays` says of those
    array files that are opened outside of the sandbox what lies where."""

    folder: Path | None = None
    snapshots: tuple[Snapshot, ...] = ()
    trainings: tuple[Training, ...] = ()
    uses: tuple[ModelUse, ...] = ()
    figures: tuple[FigureInfo, ...] = ()
    calls: tuple[LibraryCall, ...] = ()
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
        """Return the snapshot of this number; None where there is none."""
        return next((s for s in self.snapshots if s.id == snapshot_id), None)

    def calls_of(self, kind: type[C]) -> tuple[C, ...]:
        """Return the calls of one kind, in their order."""
        return tuple(call for call in self.calls if isinstance(call, kind))
