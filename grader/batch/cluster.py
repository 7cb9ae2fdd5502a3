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
reaches none of them, since the walls around it have no network.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

from grader.batch import cluster_side
from grader.batch.cluster_side import NEWS
from grader.batch.pool import Task
from grader.batch.remote import Remote
from grader.domain import DatasetInfo, Record, Text, Training
from grader.errors import ClusterUnavailable, GraderError, UsageError, WorkerDied
from grader.grading import Listener
from grader.grading.shelf import Shelf
from grader.messages import join, plain, safe, say, say_n

CONNECT_SECONDS = 5.0
WORKER_SECONDS = 15.0
WATCH_SECONDS = 5.0
GOODBYE_SECONDS = 10.0
PER_THREAD = 2  # one that is graded and one that waits beside it; more would only be blamed when a machine dies
RETRIES = 1
MOST_NAMED = 3

Tell = Callable[[Text], None]


class ClusterPool(Remote):
    """`Remote` through a Dask client. `room` follows the workers that come and go."""

    def __init__(
        self, client: Any, backend: str, data: Mapping[str, DatasetInfo], shelf: Shelf | None, threads: int, tell: Tell
    ) -> None:
        self.batch = uuid4().hex
        self._client = client
        self._threads = threads
        self._tell = tell
        self._over = threading.Event()
        self._stopping = False
        self._lost = False
        self._listeners: dict[str, Listener] = {}
        self._unpacking = ThreadPoolExecutor(1, thread_name_prefix="grade-unpack")  # not in the client's own loop
        self._tasks: Any = client.get_executor(pure=False, retries=RETRIES)
        super().__init__(self._tasks, backend, data, 1, shelf)
        self._look(1)
        client.subscribe_topic(NEWS, self._heard)
        self._watcher = threading.Thread(target=self._watch, name="grade-cluster", daemon=True)
        self._watcher.start()

    def submit(self, task: Task, listener: Listener) -> Future[Record]:
        return super().submit(replace(task, options=replace(task.options, threads=self._threads)), listener)

    def _send(self, task: Task, sent: bytes, listener: Listener) -> Future[bytes]:
        key = f"grade-{task.exercise.id}-{uuid4().hex}"
        ours: Future[bytes] = Future()
        try:
            theirs = self._tasks.submit(cluster_side.perform, self.batch, key, sent, key=key)
        except Exception as problem:  # the client closed itself: it did not find the scheduler again
            ours.set_exception(self._gone(problem))
            return ours
        self._listeners[key] = listener
        theirs.add_done_callback(lambda done: self._unpacking.submit(self._pass_on, key, done, ours))
        ours.add_done_callback(lambda asked: theirs.cancel() if asked.cancelled() else None)
        return ours

    def _pass_on(self, key: str, done: Future[bytes], ours: Future[bytes]) -> None:
        from distributed import KilledWorker

        self._listeners.pop(key, None)
        if not ours.set_running_or_notify_cancel():
            return
        try:
            ours.set_result(done.result())
        except CancelledError as problem:
            ours.set_exception(problem if self._stopping else self._gone(problem))
        except KilledWorker:
            words = say("Every machine that graded this submission went down meanwhile.")
            ours.set_exception(WorkerDied(words.fr, words.en))
        except BaseException as problem:
            ours.set_exception(problem)

    def _gone(self, problem: BaseException) -> ClusterUnavailable:
        self._lost = True
        words = say(
            "The scheduler went away. Nothing that was graded is lost: the same command goes on once it is back."
        )
        return ClusterUnavailable(words.fr, words.en)

    # ── News ────────────────────────────────────────────────────────────────────────────────

    def _heard(self, event: tuple[float, Any]) -> None:
        """How a submission fares, told by the machine that grades it; news of other batches are nobody's here."""
        with suppress(KeyError, TypeError, ValueError, AttributeError):
            news = event[1]
            listener = self._listeners.get(news["key"])
            if listener is not None and "phase" in news:
                listener.phase(str(news["phase"]))
            elif listener is not None:
                listener.event("epoch", _training(news))

    def _watch(self) -> None:
        before = 1
        while not self._over.wait(WATCH_SECONDS):
            with suppress(Exception):  # a moment without the scheduler is noticed by those who wait for an answer
                before = self._look(before)

    def _look(self, before: int) -> int:
        """How many submissions the cluster grades at once; told when that becomes none, or some again."""
        now = int(sum(self._client.nthreads().values()))
        self.room = max(1, PER_THREAD * now)
        if before and not now:
            self._tell(say("No worker is left. Waiting for one: Ctrl-C stops, and nothing that was graded is lost."))
        elif now and not before:
            self._tell(say_n("{count} submission at a time.", "{count} submissions at a time.", now))
        return now

    # ── The end ─────────────────────────────────────────────────────────────────────────────

    def stop(self) -> None:
        """What waits is called off, and what is graded for this batch is ended on its machine."""
        self._stopping = True
        if self._awaited and not self._lost:
            _within(GOODBYE_SECONDS, super().stop)
            _within(GOODBYE_SECONDS, lambda: self._client.run(cluster_side.halt, self.batch, on_error="ignore"))

    def close(self) -> None:
        """Warm workers end too: a cluster that was lent is given back as it was."""
        self._over.set()
        if not self._lost:
            _within(GOODBYE_SECONDS, lambda: self._client.run(cluster_side.tidy, on_error="ignore"))
        self._unpacking.shutdown(wait=False, cancel_futures=True)


@contextmanager
def cluster(
    address: str, backend: str, data: Mapping[str, DatasetInfo], shelf: Shelf | None, tell: Tell = lambda text: None
) -> Generator[ClusterPool, None, None]:
    """The cluster behind the scheduler at `address`, its machines examined. `tell` is told what a reader should know.

    Raises:
        UsageError: Dask is not installed here.
        ClusterUnavailable: the scheduler does not answer, no worker has come, or one cannot grade.
    """
    client = _connected(address)
    try:
        _await_workers(client, address)
        threads = _examine(client, backend, data, tell)
        pool = ClusterPool(client, backend, data, shelf, threads, tell)
        try:
            yield pool
        finally:
            pool.close()
    finally:
        _within(GOODBYE_SECONDS, lambda: client.close(timeout=CONNECT_SECONDS))


def _connected(address: str) -> Any:
    """A client. TLS is a matter of the address (`tls://…`) and of Dask's own configuration."""
    try:
        import dask
        from distributed import Client
    except ImportError:
        words = say("Grading on a cluster needs Dask, which is not installed: `pip install 'tme-grader[cluster]'`.")
        raise UsageError(words.fr, words.en) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is told in our words
    # Parcels belong in the tasks, as said above, however large they are: no warning.
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"})
    try:
        asyncio.run(_reach(address))
        client: Any = Client
        return client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="grade")
    except Exception as problem:  # of the network, of the address or of certificates: each library's own
        words = say(
            "The scheduler at {address} does not answer ({reason}). Does it run there (`dask scheduler`), and can this machine reach it? An address looks like tcp://host:8786; one of tls:// needs the certificates that Dask's configuration names.",
            address=safe(address, 200),
            reason=safe(str(problem) or type(problem).__name__, 200),
        )
        raise ClusterUnavailable(words.fr, words.en) from None


async def _reach(address: str) -> None:
    """Before a client is made, which would go on trying for longer and complain when it is thrown away."""
    from distributed import Security
    from distributed.comm import core

    untyped: Any = core, Security
    comm = await untyped[0].connect(address, timeout=CONNECT_SECONDS, **untyped[1]().get_connection_args("client"))
    await comm.close()


def _await_workers(client: Any, address: str) -> None:
    from distributed import TimeoutError as NoneCame

    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except NoneCame:
        words = say(
            "The scheduler at {address} has no worker. Start one on each machine that is to grade: `dask worker {address}`.",
            address=safe(address, 200),
        )
        raise ClusterUnavailable(words.fr, words.en) from None


# ── Examining ───────────────────────────────────────────────────────────────────────────────────


def _examine(client: Any, backend: str, data: Mapping[str, DatasetInfo], tell: Tell) -> int:
    """Every worker that is there has this grader, the data and walls that hold: one that has not would fail submission
    after submission in no time, and so draw all of them. Returns how many threads a submission may have."""
    wanted = {name: info.sha256 for name, info in data.items()}
    answers = client.run(cluster_side.examined, cluster_side.version(), backend, wanted, on_error="return")
    unfit = [(worker, why) for worker, answer in answers.items() if (why := _unfit(answer))]
    if unfit:
        named = [say("{worker}: {reason}", worker=worker, reason=why) for worker, why in unfit[:MOST_NAMED]]
        words = say_n(
            "{count} worker cannot grade. {reasons} Mend that or stop it, then type the same again.",
            "{count} workers cannot grade. {reasons} Mend that or stop them, then type the same again.",
            len(unfit),
            reasons=join(named, " "),
        )
        raise ClusterUnavailable(words.fr, words.en)
    facts = {worker: answer for worker, answer in answers.items() if isinstance(answer, dict)}
    _tell_of_walls(facts, tell)
    _tell_of_libraries(facts, tell)
    at_once = client.nthreads()
    hosts: dict[str, int] = {}
    for worker, fact in facts.items():
        hosts[fact["host"]] = hosts.get(fact["host"], 0) + at_once.get(worker, 1)
    return max(1, min((fact["cores"] // hosts[fact["host"]] for fact in facts.values()), default=1))


def _unfit(answer: Any) -> Text | None:
    if isinstance(answer, GraderError):
        return Text(answer.fr, answer.en)
    if isinstance(answer, ImportError | AttributeError):  # what is asked of it is not there by that name
        return say("it has no grader, or another version of it ({reason}).", reason=safe(str(answer), 200))
    if isinstance(answer, Exception) and not isinstance(answer, OSError | TimeoutError):  # who just left is not missed
        return plain(safe(f"{type(answer).__name__}: {answer}", 300))
    return None


def _tell_of_walls(facts: Mapping[str, Mapping[str, Any]], tell: Tell) -> None:
    """As on this machine: which walls, and where stronger ones are out of reach, why."""
    workers = say_n("{count} worker", "{count} workers", len(facts))
    names = ", ".join(sorted({str(fact["walls"]) for fact in facts.values()}))
    tell(say("On the cluster: {workers}; isolation: {walls}.", workers=workers, walls=names))
    for fr, en in sorted({tuple(fact["warning"]) for fact in facts.values() if any(fact["warning"])}):
        tell(Text(fr, en))


def _tell_of_libraries(facts: Mapping[str, Mapping[str, Any]], tell: Tell) -> None:
    from grader.grading.keys import libraries

    here = set(libraries())
    other = sorted({name for fact in facts.values() for name in set(fact["libraries"]) - here})
    if other:
        words = say(
            "Some workers have other libraries than this machine: {libraries}. Marks may differ by a hair; each record says what it ran with.",
            libraries=safe(", ".join(other), 300),
        )
        tell(words)


# ── Small things ────────────────────────────────────────────────────────────────────────────────


def _training(news: Mapping[str, Any]) -> Training:
    """As much of a training as a display shows."""
    history = {str(name): (float(value),) for name, value in news["history"].items()}
    asked, run = int(news["asked"]), int(news["run"])
    return Training(0, 0, "fit", asked, run, None, 0, False, False, history, None, None, None)


def _within(seconds: float, call: Callable[[], object]) -> None:
    """Done, or given up after a while: a farewell that nobody answers must not keep anybody here."""

    def quietly() -> None:
        with suppress(Exception):
            call()

    thread = threading.Thread(target=quietly, daemon=True)
    thread.start()
    thread.join(seconds)
