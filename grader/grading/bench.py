"""What grading needs at hand: warm workers, datasets, options, and somebody who is told how it goes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from grader import datasets
from grader.domain import DatasetInfo, Mode, RowIndex, Verdict
from grader.sandbox import Level, Sandbox, Slot

CORE = (
    "keras",
    "grader.worker.job",
    "grader.worker.script",
    "grader.worker.datasets",
    "grader.worker.recorder",
    "grader.worker.compat",
)
NOTEBOOK = ("grader.worker.notebook", "matplotlib_inline.backend_inline")
LIBRARIES = (
    "matplotlib.pyplot",
    "sklearn.manifold",
    "sklearn.svm",
    "sklearn.preprocessing",
    "h5py",
    "pandas",
    "scipy.spatial",
)
EVALUATOR = ("keras", "grader.evaluator.job", "grader.evaluator.predict")


@dataclass(frozen=True, slots=True)
class Options:
    """`shelf` is the folder where long runs are kept and found again; None runs everything afresh."""

    mode: Mode = Mode.FULL
    seed: int = 0
    threads: int = 2
    time_limit: float | None = None
    shelf: Path | None = None


class Listener:
    """Told what happens while a submission is graded; does nothing by itself. Called from the grading thread."""

    def phase(self, name: str) -> None: ...

    def early(self, verdicts: tuple[Verdict, ...]) -> None: ...

    def event(self, kind: str, item: Any) -> None: ...


@dataclass
class Bench:
    """One student slot and one evaluator slot, with the datasets they can see. Use as a context manager.

    With full walls the evaluator is a worker of its own, which never ran a student's code; without walls there is
    nothing to keep apart, and one worker serves for both.
    """

    sandbox: Sandbox
    data: Mapping[str, DatasetInfo]
    preload: tuple[str, ...] = (*CORE, *NOTEBOOK, *LIBRARIES)
    threads: int = 2
    evaluator: Slot | None = None
    evaluator_lock: threading.Lock = field(default_factory=threading.Lock)
    student: Slot = field(init=False)
    _own_evaluator: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        read = tuple(info.folder for info in self.data.values())
        shared = self.sandbox.level is Level.LIMITS_ONLY
        self.student = Slot(self.sandbox, read, self.preload + (EVALUATOR if shared else ()), self.threads)
        if shared:
            self.evaluator = self.student
        elif self.evaluator is None:
            self.evaluator = evaluator_slot(self.sandbox, self.data)
            self._own_evaluator = True

    def __enter__(self) -> Bench:
        self.student.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.student.close()
        if self._own_evaluator and self.evaluator is not None:
            self.evaluator.close()

    def rows(self, dataset: str) -> RowIndex | None:
        info = self.data.get(dataset)
        return datasets.row_index(info) if info is not None else None

    def stands_in(self, dataset: str) -> bool:
        info = self.data.get(dataset)
        return info is not None and info.source == "stand-in"


def evaluator_slot(sandbox: Sandbox, data: Mapping[str, DatasetInfo]) -> Slot:
    return Slot(sandbox, tuple(info.folder for info in data.values()), EVALUATOR)
