"""A Dask cluster as a pool: submissions go there as bytes, records and kept runs come back as bytes.

What survives the death of a machine:

- A submission's bytes are part of its task, which the scheduler keeps until the answer is here. Data that is
  scattered to workers instead would be lost together with the worker that holds it.
- A task whose worker dies is given to another one by the scheduler, up to its own `allowed-failures` (3): a program
  that takes every machine down with it is not marked in the end. A task that fails is tried once more.
- Keys are random and tasks are not `pure`: equal submissions of two students are two tasks, and what an earlier batch
  left on the scheduler is never taken for an answer.
- However often a task was begun, this side awaits one answer, and files it once.

What can be trusted: the machines of a cluster trust one another and this one (Dask sends pickles); a student's program
reaches none of them, since its sandbox has no network.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from uuid import uuid4

from grader.batch import cluster_side
from grader.batch.cluster_joining import Report, await_workers, connected, examine
from grader.batch.cluster_side import NEWS, Dask
from grader.batch.pool import Task
from grader.batch.remote import Remote
from grader.domain import DatasetInfo, JsonObject, Phase, Record, Training, TrainingMethod
from grader.errors import ClusterUnavailable, WorkerDied
from grader.grading import Listener
from grader.grading.run_cache import RunCache
from grader.messages import say, say_n

WATCH_SECONDS = 5.0
GOODBYE_SECONDS = 10.0
PER_THREAD = 2  # one that is graded and one that waits beside it; more would only be blamed when a machine dies
RETRIES = 1


class ClusterPool(Remote):
    """`Remote` through a Dask client. `room` follows the workers that come and go."""

    def __init__(
        self,
        client: Dask,
        backend: str,
        data: Mapping[str, DatasetInfo],
        run_cache: RunCache | None,
        threads: int,
        report: Report,
    ) -> None:
        self.batch = uuid4().hex
        self._client = client
        self._threads = threads
        self._report = report
        self._over = threading.Event()
        self._stopping = False
        self._lost = False
        self._listeners: dict[str, Listener] = {}
        self._unpacking = ThreadPoolExecutor(1, thread_name_prefix="grade-unpack")  # not in the client's own loop
        self._tasks: Dask = client.get_executor(pure=False, retries=RETRIES)
        super().__init__(self._tasks, backend, data, 1, run_cache)
        self._count_workers(1)
        client.subscribe_topic(NEWS, self._on_news)
        self._watcher = threading.Thread(target=self._watch, name="grade-cluster", daemon=True)
        self._watcher.start()

    def submit(self, task: Task, listener: Listener) -> Future[Record]:
        return super().submit(replace(task, options=replace(task.options, threads=self._threads)), listener)

    def _send(self, task: Task, sent: bytes, listener: Listener) -> Future[bytes]:
        key = f"grade-{task.exercise.id}-{uuid4().hex}"
        ours: Future[bytes] = Future()
        try:
            theirs = self._tasks.submit(cluster_side.perform, self.batch, key, sent, key=key)
        except Exception:  # the client closed itself: it did not find the scheduler again
            ours.set_exception(self._gone())
            return ours
        self._listeners[key] = listener
        theirs.add_done_callback(lambda done: self._arrived(key, done, ours))
        ours.add_done_callback(lambda asked: theirs.cancel() if asked.cancelled() else None)
        return ours

    def _arrived(self, key: str, done: Future[bytes], ours: Future[bytes]) -> None:
        with suppress(RuntimeError):  # after `close`: Dask calls off what waited, and nobody awaits it here any more
            self._unpacking.submit(self._pass_on, key, done, ours)

    def _pass_on(self, key: str, done: Future[bytes], ours: Future[bytes]) -> None:
        from distributed import KilledWorker

        self._listeners.pop(key, None)
        if not ours.set_running_or_notify_cancel():
            return
        try:
            ours.set_result(done.result())
        except CancelledError as problem:
            ours.set_exception(problem if self._stopping else self._gone())
        except KilledWorker:
            words = say("Every machine that graded this submission went down meanwhile.")
            ours.set_exception(WorkerDied(words))
        except BaseException as problem:
            ours.set_exception(problem)

    def _gone(self) -> ClusterUnavailable:
        self._lost = True
        return ClusterUnavailable(
            say("The scheduler went away. Nothing that was graded is lost: the same command goes on once it is back.")
        )

    # ── News ────────────────────────────────────────────────────────────────────────────────

    def _on_news(self, event: tuple[float, JsonObject]) -> None:
        """Pass on how a submission fares, as the machine that grades it reports; news of other batches is dropped."""
        with suppress(KeyError, TypeError, ValueError, AttributeError):
            news = event[1]
            listener = self._listeners.get(news["key"])
            if listener is not None and "phase" in news:
                listener.on_phase(Phase(news["phase"]))
            elif listener is not None:
                listener.on_event("epoch", _training(news))

    def _watch(self) -> None:
        before = 1
        while not self._over.wait(WATCH_SECONDS):
            with suppress(Exception):  # a moment without the scheduler is noticed by those who wait for an answer
                before = self._count_workers(before)

    def _count_workers(self, before: int) -> int:
        """Return how many submissions the cluster grades at once; report when that becomes none, or some again."""
        now = int(sum(self._client.nthreads().values()))
        self.room = max(1, PER_THREAD * now)
        if before and not now:
            self._report(say("No worker is left. Waiting for one: Ctrl-C stops, and nothing that was graded is lost."))
        elif now and not before:
            self._report(say_n("{count} submission at a time.", "{count} submissions at a time.", now))
        return now

    # ── The end ─────────────────────────────────────────────────────────────────────────────

    def stop(self) -> None:
        """Call off what waits, and end what is graded for this batch on its machine."""
        self._stopping = True
        if self._awaited and not self._lost:
            _call_within(GOODBYE_SECONDS, super().stop)
            _call_within(GOODBYE_SECONDS, lambda: self._client.run(cluster_side.halt, self.batch, on_error="ignore"))

    def close(self) -> None:
        """End the warm workers too: a cluster that was lent is given back as it was."""
        self._over.set()
        if not self._lost:
            _call_within(GOODBYE_SECONDS, lambda: self._client.run(cluster_side.tidy, on_error="ignore"))
        self._unpacking.shutdown(wait=False, cancel_futures=True)


@contextmanager
def cluster(
    address: str,
    backend: str,
    data: Mapping[str, DatasetInfo],
    run_cache: RunCache | None,
    report: Report = lambda text: None,
) -> Generator[ClusterPool, None, None]:
    """Yield a pool on the cluster behind the scheduler at `address`, its machines examined. `report` takes what a reader
    should know.

    Raises:
        UsageError: Dask is not installed here.
        ClusterUnavailable: the scheduler does not answer, no worker has come, or one cannot grade.
    """
    client = connected(address)
    try:
        await_workers(client, address)
        threads = examine(client, backend, data, report)
        pool = ClusterPool(client, backend, data, run_cache, threads, report)
        try:
            yield pool
        finally:
            pool.close()
    finally:
        _call_within(GOODBYE_SECONDS, lambda: client.close(timeout=GOODBYE_SECONDS))


# ── Small things ────────────────────────────────────────────────────────────────────────────────


def _training(news: JsonObject) -> Training:
    """Return as much of a training as a display shows."""
    history = {str(name): (float(value),) for name, value in news["history"].items()}
    asked, run = int(news["asked"]), int(news["run"])
    return Training(0, 0, TrainingMethod.FIT, asked, run, None, 0, False, False, history, None, None)


def _call_within(seconds: float, call: Callable[[], object]) -> None:
    """Call, and give up after a while: a farewell that nobody answers must not keep anybody here."""

    def quietly() -> None:
        with suppress(Exception):
            call()

    thread = threading.Thread(target=quietly, daemon=True)
    thread.start()
    thread.join(seconds)
