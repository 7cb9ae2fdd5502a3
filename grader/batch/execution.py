"""What a plan says is to be graded: kept runs are judged again, the rest runs, on this machine or on a cluster."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass

from grader.batch.events import ClusterReported, SandboxChosen, SessionListener, SubmissionSpared
from grader.batch.options import BatchOptions
from grader.batch.plan import Entry, Plan, holds
from grader.batch.pool import Pool, Readers, Task, all_by, workbenches
from grader.domain import DatasetInfo, Mode, Record
from grader.grading import Workbench, reading_workbench, rejudge
from grader.grading.run_cache import RunCache
from grader.parsing import Parser
from grader.sandbox import Sandbox
from grader.sandbox.cores import core_count
from grader.sandbox.lazy import LazySandbox
from grader.store import Gradebook


@dataclass(frozen=True, slots=True)
class Execution:
    """With what a session grades. The gradebook is asked what another session has filed meanwhile; nothing is filed."""

    options: BatchOptions
    data: Mapping[str, DatasetInfo]
    book: Gradebook
    run_cache: RunCache
    sandbox: LazySandbox
    parser: Parser
    listener: SessionListener

    def records(self, todo: Plan) -> Generator[tuple[Entry, Record], None, None]:
        """Yield the records that are new, each as soon as it is there. Closing the iterator ends what runs.

        Raises:
            SandboxUnavailable, ClusterUnavailable: nothing can run.
            UsageError: Dask is not installed.
        """
        to_run = list(todo.to_run)
        if not self.book.first_at_work():  # two sessions at once meet in the middle
            to_run.reverse()
        with reading_workbench(self.data, self.sandbox, self.parser) as workbench:
            for entry in todo.kept:
                record = self._judged_again(entry, workbench)
                if record is not None:
                    yield entry, record
                else:
                    to_run.append(entry)
        if to_run:
            yield from self._run(to_run)

    def _judged_again(self, entry: Entry, workbench: Workbench) -> Record | None:
        try:
            return rejudge(entry.task.exercise, entry.task.submission, self.run_cache, entry.run_key, workbench)
        except Exception:  # whatever is wrong with what was kept: a new run will tell
            return None

    def _run(self, to_run: list[Entry]) -> Generator[tuple[Entry, Record], None, None]:
        entries = {id(entry.task): entry for entry in to_run}

        def needed(task: Task) -> bool:
            """Another session may have graded it meanwhile."""
            entry = entries[id(task)]
            filed = self.book.look_up(task.submission, entry.fingerprint)
            return self.options.fresh or not holds(filed, entry, self.options.sandbox)

        with self._pool(to_run) as pool:
            tasks = [entry.task for entry in to_run]
            with closing(all_by(pool, tasks, self.listener.listen, needed, again=True)) as results:
                for task, record in results:
                    if record is not None:
                        yield entries[id(task)], record
                    else:
                        self.listener.notify(SubmissionSpared(task.submission))

    def _pool(self, to_run: list[Entry]) -> AbstractContextManager[Pool]:
        """Return who grades: this machine, or the cluster that was named. Sorts `to_run` as suits it."""
        if self.options.mode is Mode.STATIC and self.options.scheduler is None:
            self._chosen_sandbox()
            return nullcontext(Readers(reading_workbench(self.data, self.sandbox, self.parser)))
        if self.options.scheduler is not None:
            from grader.batch.cluster import cluster

            to_run.sort(key=lambda entry: entry.task.exercise.dataset)  # a worker that stays with its data stays warm
            return cluster(
                self.options.scheduler,
                self.options.sandbox,
                self.data,
                self.run_cache,
                lambda message: self.listener.notify(ClusterReported(message)),
            )
        threads = max(entry.task.options.threads for entry in to_run)
        jobs = min(self.options.jobs or core_count(), len(to_run))
        return workbenches(self._chosen_sandbox(), self.data, jobs, threads, self.parser)

    def _chosen_sandbox(self) -> Sandbox:
        chosen, test = self.sandbox.chosen()
        self.listener.notify(SandboxChosen(chosen, test))
        return chosen
