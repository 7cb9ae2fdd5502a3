"""What grading needs at hand: datasets, a parser, warm workers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from grader import datasets
from grader.domain import DatasetInfo, RowIndex
from grader.parsing import Parser
from grader.sandbox import Level, Sandbox, WorkerHandle

# What a worker imports before it forks. Processor seconds that each costs a worker once, and spares every job that uses it:
#   keras                   3.1 to 4.0, with TensorFlow, h5py, matplotlib.pyplot and half of scikit-learn and SciPy
#   …runners.notebook       0.09, for every notebook
#   sklearn.manifold        0.08, with what is missing for t-SNE and SVM
#   the others              under 0.02 each: they are there already, and named for the day that Keras stops bringing them
# Left out: sklearn.mixture (0.01), which one exercise uses.
CORE = (
    "keras",
    "grader.worker.job",
    "grader.worker.runners.script",
    "grader.worker.datasets",
    "grader.worker.recorder",
    "grader.worker.compat",
)
NOTEBOOK = ("grader.worker.runners.notebook", "matplotlib_inline.backend_inline")
LIBRARIES = (
    "matplotlib.pyplot",
    "sklearn.manifold",
    "sklearn.svm",
    "sklearn.preprocessing",
    "h5py",
    "pandas",
    "scipy.spatial",
)
EVALUATOR = (
    "keras",
    "cattrs.preconf.json",  # 0.05
    "grader.evaluator.job",
    "grader.evaluator.predict",
    "grader.evaluator.saved",
)


class Evaluator:
    """The worker that measures, started when it is first asked for. Who shares it asks one at a time, under its `lock`.

    Use as a context manager.
    """

    def __init__(self, make: Callable[[], WorkerHandle]) -> None:
        self.lock = threading.Lock()
        self._make = make
        self._worker: WorkerHandle | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._worker is not None:
            self._worker.close()

    @property
    def worker(self) -> WorkerHandle:
        if self._worker is None:
            self._worker = self._make()
        return self._worker

    def stop(self) -> None:
        if self._worker is not None:
            self._worker.stop()


class Workbench:
    """The datasets at hand, a parser, an evaluator, and the `runner`: the worker that runs students' programs, None where
    programs are only read.

    Use as a context manager. It closes its runner, and what `owned` closes; a parser or an evaluator that others share
    is not among that.
    """

    def __init__(
        self,
        data: Mapping[str, DatasetInfo],
        parser: Parser,
        evaluator: Evaluator,
        runner: WorkerHandle | None = None,
        owned: ExitStack | None = None,
    ) -> None:
        self.data = data
        self.parser = parser
        self.runner = runner
        self._evaluator = evaluator
        self._owned = owned or ExitStack()
        self._rows: dict[str, RowIndex] = {}

    def __enter__(self) -> Self:
        """Where programs are run, both workers warm up side by side: whatever is run will be measured."""
        if self.runner is not None:
            self.runner.start()
            self.evaluator.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.runner is not None:
            self.runner.close()
        self._owned.close()

    def stop(self) -> None:
        """From another thread: what is at work ends with `Stopped` within a second."""
        if self.runner is not None:
            self.runner.stop()
        self._evaluator.stop()
        self.parser.stop()

    @property
    def evaluator(self) -> WorkerHandle:
        return self._evaluator.worker

    @property
    def evaluator_lock(self) -> threading.Lock:
        return self._evaluator.lock

    def rows(self, dataset: str) -> RowIndex | None:
        info = self.data.get(dataset)
        if info is not None and dataset not in self._rows:
            self._rows[dataset] = datasets.row_index(info)
        return self._rows.get(dataset)

    def stands_in(self, dataset: str) -> bool:
        info = self.data.get(dataset)
        return info is not None and info.source == "stand-in"


def reading_workbench(
    data: Mapping[str, DatasetInfo], sandbox: Callable[[], Sandbox], parser: Parser | None = None
) -> Workbench:
    """Return a workbench that only reads, and measures what others ran. `sandbox` is asked when a worker is needed; a
    `parser` that is given stays its owner's to close."""
    owned = ExitStack()
    evaluator = owned.enter_context(evaluator_for(data, sandbox))
    return Workbench(data, parser or owned.enter_context(Parser(sandbox)), evaluator, owned=owned)


def running_workbench(
    sandbox: Sandbox,
    data: Mapping[str, DatasetInfo],
    preload: tuple[str, ...] = (*CORE, *NOTEBOOK, *LIBRARIES),
    threads: int = 2,
    evaluator: Evaluator | None = None,
    cores: tuple[int, ...] = (),
    parser: Parser | None = None,
) -> Workbench:
    """Return a workbench that runs students' programs, on `cores` where some are named.

    In a sandbox that holds, the evaluator is a worker of its own, which never ran a student's code; with limits only
    there is nothing to keep apart, and one worker serves for both. A `parser` or an `evaluator` that is given stays its
    owner's to close.
    """
    owned, read = ExitStack(), tuple(info.folder for info in data.values())
    shared = sandbox.level is Level.LIMITS_ONLY
    runner = WorkerHandle(sandbox, read, preload + (EVALUATOR if shared else ()), threads, cores)
    if shared:
        evaluator = Evaluator(lambda: runner)
    elif evaluator is None:
        evaluator = owned.enter_context(evaluator_for(data, lambda: sandbox))
    parser = parser or owned.enter_context(Parser(lambda: sandbox))
    return Workbench(data, parser, evaluator, runner, owned)


def evaluator_for(data: Mapping[str, DatasetInfo], sandbox: Callable[[], Sandbox]) -> Evaluator:
    """Return an evaluator in a sandbox, which is asked when there is something to measure."""
    folders = tuple(info.folder for info in data.values())
    return Evaluator(lambda: WorkerHandle(sandbox(), folders, EVALUATOR))
