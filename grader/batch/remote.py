"""Grading elsewhere: tasks and records travel as bytes through any `concurrent.futures.Executor`.

Nothing but the executor is shared with the machine that grades: no file system, no gradebook. What comes back is put
in the run cache and filed here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from concurrent.futures import Executor, Future
from pathlib import Path

from grader.batch.pool import Task
from grader.batch.warm import workbench_for
from grader.domain import DatasetInfo, Phase, Record
from grader.errors import ClusterUnavailable
from grader.grading import Listener, grade, not_marked, wire
from grader.grading.run_cache import RunCache


class Remote:
    """A pool over an executor, which stays its owner's. `backend` is the sandbox that the other side is to use, `data`
    what it must have, `room` how many tasks may be under way: twice its workers keeps them busy."""

    def __init__(
        self,
        executor: Executor,
        backend: str,
        data: Mapping[str, DatasetInfo],
        room: int,
        run_cache: RunCache | None = None,
    ) -> None:
        self.room = room
        self._executor = executor
        self._backend = backend
        self._data = data
        self._run_cache = run_cache
        self._awaited: set[Future[bytes]] = set()

    def submit(self, task: Task, listener: Listener) -> Future[Record]:
        promised: Future[Record] = Future()
        promised.set_running_or_notify_cancel()
        listener.on_phase(Phase.SENT)
        try:
            info = self._data.get(task.exercise.dataset)
            data = info.sha256 if info else ""
            sent = wire.pack_task(task.exercise, task.submission, task.options, self._backend, data)
            answer = self._send(task, sent, listener)
        except Exception as problem:
            promised.set_result(not_marked(task.exercise, task.submission, None, task.options, problem))
            return promised
        self._awaited.add(answer)
        answer.add_done_callback(lambda done: self._receive(task, done, promised))
        return promised

    def _send(self, task: Task, sent: bytes, listener: Listener) -> Future[bytes]:
        return self._executor.submit(grade_payload, sent)

    def _receive(self, task: Task, done: Future[bytes], promised: Future[Record]) -> None:
        self._awaited.discard(done)
        try:
            promised.set_result(wire.unpack_result(done.result(), self._run_cache))
        except ClusterUnavailable as problem:  # all of it: no other submission fares better
            promised.set_exception(problem)
        except Exception as problem:  # a machine that went away is nobody's zero
            promised.set_result(not_marked(task.exercise, task.submission, None, task.options, problem))

    def stop(self) -> None:
        for answer in tuple(self._awaited):
            answer.cancel()


def grade_payload(sent: bytes, batch: str = "", listener: Listener | None = None) -> bytes:
    """Grade what was sent, on the other side: with a warm workbench of this process; return the record and the run, packed.

    `batch` is what this belongs to, for `warm.halt`.
    """
    with tempfile.TemporaryDirectory(prefix="grade-wire-") as place:
        folder = Path(place)
        envelope = wire.unpack_task(sent, folder / "submission", RunCache(folder / "run_cache", everything=True))
        with workbench_for(envelope, batch) as workbench:
            record = grade(envelope.exercise, envelope.submission, workbench, envelope.options, listener or Listener())
        return wire.pack_result(record, folder / "run_cache")
