"""Many submissions to Records: a pool of benches, each with its own warm worker, and one evaluator for all."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, replace

from grader.checks.saved_model import model_files
from grader.domain import DatasetInfo, Exercise, Mode, Record, Submission
from grader.grading import Bench, Listener, Options, grade, not_marked
from grader.grading.bench import evaluator_slot
from grader.sandbox import Level, Sandbox


@dataclass(frozen=True, slots=True)
class Task:
    """One submission to grade, with its exercise and the options that hold for it."""

    exercise: Exercise
    submission: Submission
    options: Options


def grade_all(
    tasks: Iterable[Task],
    sandbox: Sandbox,
    data: Mapping[str, DatasetInfo],
    jobs: int,
    listen: Callable[[Task], Listener] = lambda task: Listener(),
) -> Generator[tuple[Task, Record], None, None]:
    """Yield each task's record as it is finished, in no order. Closing the iterator ends everything it started."""
    tasks = list(tasks)
    benches: queue.SimpleQueue[Bench] = queue.SimpleQueue()
    with ExitStack() as stack:
        everybody: list[Bench] = []
        evaluator = None
        if sandbox.level is not Level.LIMITS_ONLY:
            evaluator = stack.enter_context(evaluator_slot(sandbox, data))
        lock = threading.Lock()
        threads = max((task.options.threads for task in tasks), default=1)
        for _ in range(max(1, min(jobs, len(tasks)))):
            bench = Bench(sandbox, data, threads=threads, evaluator=evaluator, evaluator_lock=lock)
            everybody.append(stack.enter_context(bench))
            benches.put(bench)

        def perform(task: Task) -> Record:
            bench = benches.get()
            try:
                return grade(task.exercise, task.submission, bench, task.options, listen(task))
            except Exception as problem:  # one submission that the grader cannot take must not cost the others
                return not_marked(task.exercise, task.submission, bench, task.options, problem)
            finally:
                benches.put(bench)

        pool = ThreadPoolExecutor(len(everybody), thread_name_prefix="grade")
        futures: dict[Future[Record], Task] = {pool.submit(perform, task): task for task in tasks}
        try:
            waiting = set(futures)
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield futures[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for bench in everybody:
                bench.student.stop()
            if evaluator is not None:
                evaluator.stop()
            pool.shutdown(wait=True)


def usual_mode(exercise: Exercise, submission: Submission) -> Mode:
    """A costly training is audited where trained weights were handed in; anything else runs as it is."""
    handed_in = model_files(tuple(str(file) for file in submission.files))
    return Mode.AUDIT if exercise.costly and handed_in else Mode.FULL


def threads_each(jobs: int, cores: int) -> int:
    """The machine is full but not oversubscribed."""
    return max(1, cores // max(1, jobs))


def with_threads(options: Options, jobs: int, cores: int) -> Options:
    return replace(options, threads=threads_each(jobs, cores))
