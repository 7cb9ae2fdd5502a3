"""Who grades: a pool behind one small interface, and the loop that keeps it busy.

A pool takes a task and promises its record, as a `concurrent.futures.Executor` does. `Workbenches` are threads of this
process, each with a warm worker; `Remote` (beside) sends tasks as bytes through any executor there is.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Protocol

from grader.domain import DatasetInfo, Exercise, Record, Submission
from grader.errors import UnreadableSubmission
from grader.grading import Listener, Options, Workbench, grade, not_marked, running_workbench, unreadable
from grader.grading.workbench import evaluator_for
from grader.parsing import Parser
from grader.sandbox import Level, Sandbox
from grader.sandbox.cores import shares


@dataclass(frozen=True, slots=True)
class Task:
    """One submission to grade, with its exercise and the options that hold for it."""

    exercise: Exercise
    submission: Submission
    options: Options


class Pool(Protocol):
    """`room` is how many tasks it takes at a time. `stop` calls off what runs: nothing of it stays behind."""

    room: int

    def submit(self, task: Task, listener: Listener) -> Future[Record]:
        """Begin to grade a task as soon as there is room; return the promise of its record."""

    def stop(self) -> None:
        """Call off what waits and what runs."""


def all_by(
    pool: Pool,
    tasks: Iterable[Task],
    listen: Callable[[Task], Listener] = lambda task: Listener(),
    needed: Callable[[Task], bool] = lambda task: True,
    again: bool = False,
) -> Generator[tuple[Task, Record | None], None, None]:
    """Yield each task's record as it is finished, in no order. Closing the iterator stops the pool.

    A task is asked about just before its turn: one that is not `needed` any more is yielded without a record. With
    `again`, what failed through the grader is tried once more when all else is done.
    """
    coming, failed = iter(tasks), list[Task]()
    running: dict[Future[Record], Task] = {}
    try:
        while True:
            while len(running) < pool.room and (task := next(coming, None)) is not None:
                if needed(task):
                    running[pool.submit(task, listen(task))] = task
                else:
                    yield task, None
            if not running:
                if not failed:
                    return
                coming, failed, again = iter(failed), [], False
                continue
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                task, record = running.pop(future), future.result()
                if again and record.broken:
                    failed.append(task)
                else:
                    yield task, record
    finally:
        for future in running:
            future.cancel()
        pool.stop()


def perform(task: Task, workbench: Workbench, listener: Listener) -> Record:
    """Grade one submission; return a record that says so where the grader cannot take it."""
    try:
        return grade(task.exercise, task.submission, workbench, task.options, listener)
    except UnreadableSubmission as problem:
        return unreadable(task.exercise, task.submission, workbench, task.options, problem)
    except Exception as problem:  # one submission that the grader cannot take must not cost the others
        return not_marked(task.exercise, task.submission, workbench, task.options, problem)


class Readers:
    """A pool for what is only read, at a workbench without a worker that would run anything."""

    room = 1

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench

    def submit(self, task: Task, listener: Listener) -> Future[Record]:
        promised: Future[Record] = Future()
        promised.set_result(perform(task, self._workbench, listener))
        return promised

    def stop(self) -> None: ...


class Workbenches:
    """Threads of this process: as many workbenches, and one evaluator and one parser for all."""

    def __init__(self, workbenches: list[Workbench]) -> None:
        self.room = len(workbenches)
        self._workbenches = workbenches
        self._free: queue.SimpleQueue[Workbench] = queue.SimpleQueue()
        for workbench in workbenches:
            self._free.put(workbench)
        self._threads = ThreadPoolExecutor(len(workbenches), thread_name_prefix="grade")

    def wait_until_warm(self) -> None:
        """Wait until every worker is warm, for who measures; grading waits by itself."""
        for workbench in self._workbenches:
            if workbench.runner is not None:
                workbench.runner.wait_until_warm()
            workbench.evaluator.wait_until_warm()

    def submit(self, task: Task, listener: Listener) -> Future[Record]:
        return self._threads.submit(self._perform, task, listener)

    def _perform(self, task: Task, listener: Listener) -> Record:
        workbench = self._free.get()
        try:
            return perform(task, workbench, listener)
        finally:
            self._free.put(workbench)

    def stop(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for workbench in self._workbenches:
            workbench.stop()
        self._threads.shutdown(wait=True)


@contextmanager
def workbenches(
    sandbox: Sandbox, data: Mapping[str, DatasetInfo], count: int, threads: int, parser: Parser | None = None
) -> Generator[Workbenches, None, None]:
    """Yield a pool of `count` workbenches of this machine.

    `parser` stays its owner's to close, though it takes no more requests once the pool was stopped; without one, the
    workbenches have one of their own, in the same sandbox.
    """
    with ExitStack() as stack:
        evaluator = None
        if sandbox.level is not Level.LIMITS_ONLY:
            evaluator = stack.enter_context(evaluator_for(data, lambda: sandbox))
        parser = parser or stack.enter_context(Parser(lambda: sandbox))
        yield Workbenches(
            [
                stack.enter_context(
                    running_workbench(
                        sandbox,
                        data,
                        threads=threads,
                        evaluator=evaluator,
                        cores=cores,
                        parser=parser,
                    )
                )
                for cores in shares(max(1, count))
            ]
        )


def grade_all(
    tasks: Iterable[Task],
    sandbox: Sandbox,
    data: Mapping[str, DatasetInfo],
    jobs: int,
    listen: Callable[[Task], Listener] = lambda task: Listener(),
) -> Generator[tuple[Task, Record], None, None]:
    """Grade on this machine: yield each task's record as it is finished, in no order. Closing the iterator ends
    everything that it started."""
    tasks = list(tasks)
    threads = max((task.options.threads for task in tasks), default=1)
    with workbenches(sandbox, data, min(jobs, len(tasks)), threads) as pool:
        for task, record in all_by(pool, tasks, listen):
            assert record is not None
            yield task, record
