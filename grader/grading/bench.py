"""What grading needs at hand: warm workers, datasets, options, and somebody who is told how it goes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from grader import datasets
from grader.domain import DatasetInfo, Mode, RowIndex, Verdict
from grader.parsing import Parser
from grader.sandbox import Level, Sandbox, WorkerHandle

# What a worker imports before it forks. Processor seconds that each costs a worker once, and spares every job that uses it:
#   keras                   3.1 to 4.0, with TensorFlow, h5py, matplotlib.pyplot and half of scikit-learn and SciPy
#   grader.worker.notebook  0.09, for every notebook
#   sklearn.manifold        0.08, with what is missing for t-SNE and SVM
#   the others              under 0.02 each: they are there already, and named for the day that Keras stops bringing them
# Left out: sklearn.mixture (0.01), which one exercise uses.
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
EVALUATOR = ("keras", "grader.evaluator.job", "grader.evaluator.predict", "grader.evaluator.saved")


@dataclass(frozen=True, slots=True)
class Keeping:
    """Runs are kept in `folder`: long ones for a while, or with `everything` all of them for good.

    `key` is the run's key where it is known already. Without `reuse` a kept run is not looked for, but replaced.
    """

    folder: Path
    everything: bool = False
    reuse: bool = True
    key: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """`shelf` says where runs are kept and found again; None runs everything afresh. `speedups` are help for the
    student's training that changes no result (`grader.worker.speedups`)."""

    mode: Mode = Mode.FULL
    seed: int = 0
    threads: int = 2
    time_limit: float | None = None
    shelf: Keeping | None = None
    speedups: bool = True


class Listener:
    """Told what happens while a submission is graded; does nothing by itself. Called from the grading thread."""

    def phase(self, name: str) -> None: ...

    def early(self, verdicts: tuple[Verdict, ...]) -> None: ...

    def event(self, kind: str, item: Any) -> None: ...


class Desk:
    """What judging needs: the datasets, a parser, and an evaluator, whose walls are built when each is first asked.

    Use as a context manager. Desks may share a `parser`, which then is not theirs to close.
    """

    def __init__(
        self, data: Mapping[str, DatasetInfo], walls: Callable[[], Sandbox], parser: Parser | None = None
    ) -> None:
        self.data = data
        self.evaluator_lock = threading.Lock()
        self.parser = parser or Parser(walls)
        self._own_parser = parser is None
        self._walls = walls
        self._rows: dict[str, RowIndex] = {}
        self._evaluator: WorkerHandle | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._evaluator is not None:
            self._evaluator.close()
        if self._own_parser:
            self.parser.close()

    def stop(self) -> None:
        """From another thread: what is at work ends with `Stopped` within a second."""
        self.parser.stop()
        if self._evaluator is not None:
            self._evaluator.stop()

    @property
    def evaluator(self) -> WorkerHandle:
        if self._evaluator is None:
            self._evaluator = evaluator_slot(self._walls(), self.data)
        return self._evaluator

    def rows(self, dataset: str) -> RowIndex | None:
        info = self.data.get(dataset)
        if info is not None and dataset not in self._rows:
            self._rows[dataset] = datasets.row_index(info)
        return self._rows.get(dataset)

    def stands_in(self, dataset: str) -> bool:
        info = self.data.get(dataset)
        return info is not None and info.source == "stand-in"


class Bench(Desk):
    """A desk with a student handle: what running needs.

    With full walls the evaluator is a worker of its own, which never ran a student's code; without walls there is
    nothing to keep apart, and one worker serves for both. Benches may share an `evaluator`, which then is not theirs
    to close, and its lock. The student's worker stays on `cores`, where some are named.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        data: Mapping[str, DatasetInfo],
        preload: tuple[str, ...] = (*CORE, *NOTEBOOK, *LIBRARIES),
        threads: int = 2,
        evaluator: WorkerHandle | None = None,
        evaluator_lock: threading.Lock | None = None,
        cores: tuple[int, ...] = (),
        parser: Parser | None = None,
    ) -> None:
        super().__init__(data, lambda: sandbox, parser)
        self.sandbox = sandbox
        read = tuple(info.folder for info in data.values())
        shared = sandbox.level is Level.LIMITS_ONLY
        self.student = WorkerHandle(sandbox, read, preload + (EVALUATOR if shared else ()), threads, cores)
        self._lent = self.student if shared else evaluator
        self.evaluator_lock = evaluator_lock or self.evaluator_lock

    def __enter__(self) -> Self:
        """Both workers warm up side by side: whatever is run will be measured."""
        self.student.start()
        self.evaluator.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.student.close()
        super().__exit__(kind, error, at)

    def stop(self) -> None:
        self.student.stop()
        if self._lent is not None:
            self._lent.stop()
        super().stop()

    @property
    def evaluator(self) -> WorkerHandle:
        return self._lent or super().evaluator


def evaluator_slot(sandbox: Sandbox, data: Mapping[str, DatasetInfo]) -> WorkerHandle:
    return WorkerHandle(sandbox, tuple(info.folder for info in data.values()), EVALUATOR)
