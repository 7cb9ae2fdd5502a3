"""Grading elsewhere: tasks and records travel as bytes through any `concurrent.futures.Executor`.

Nothing but the executor is shared with the machine that grades: no file system, no gradebook. What comes back is put
on the shelf and filed here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from concurrent.futures import Executor, Future
from pathlib import Path

from grader.batch.pool import Task
from grader.batch.warm import lent as _bench
from grader.domain import DatasetInfo, Phase, Record
from grader.errors import ClusterUnavailable
from grader.grading import Listener, grade, not_marked, parcel
from grader.grading.shelf import Shelf


class Remote:
    """A pool over an executor, which stays its owner's. `backend` is the sandbox that the other side is to use, `data`
    what it must have, `room` how many tasks may be under way: twice its workers keeps them busy."""

    def __init__(
        self,
        executor: Executor,
        backend: str,
        data: Mapping[str, DatasetInfo],
        room: int,
        shelf: Shelf | None = None,
    ) -> None:
        self.room = room
        self._executor = executor
        self._backend = backend
        self._data = data
        self._shelf = shelf
        self._awaited: set[Future[bytes]] = set()

    def submit(self, task: Task, listener: Listener) -> Future[Record]:
        promised: Future[Record] = Future()
        promised.set_running_or_notify_cancel()
        listener.phase(Phase.SENT)
        try:
            info = self._data.get(task.exercise.dataset)
            data = info.sha256 if info else ""
            sent = parcel.pack_task(task.exercise, task.submission, task.options, self._backend, data)
            answer = self._send(task, sent, listener)
        except Exception as problem:
            promised.set_result(not_marked(task.exercise, task.submission, None, task.options, problem))
            return promised
        self._awaited.add(answer)
        answer.add_done_callback(lambda done: self._receive(task, done, promised))
        return promised

    def _send(self, task: Task, sent: bytes, listener: Listener) -> Future[bytes]:
        return self._executor.submit(grade_parcel, sent)

    def _receive(self, task: Task, done: Future[bytes], promised: Future[Record]) -> None:
        self._awaited.discard(done)
        try:
            promised.set_result(parcel.unpack_result(done.result(), self._shelf))
        except ClusterUnavailable as problem:  # all of it: no other submission fares better
            promised.set_exception(problem)
        except Exception as problem:  # a machine that went away is nobody's zero
            promised.set_result(not_marked(task.exercise, task.submission, None, task.options, problem))

    def stop(self) -> None:
        for answer in tuple(self._awaited):
            answer.cancel()


def grade_parcel(sent: bytes, batch: str = "", listener: Listener | None = None) -> bytes:
    """On the other side: unpack, grade with a warm bench of this process, pack the record and the kept run.

    `batch` is what this belongs to, for `warm.halt`.
    """
    with tempfile.TemporaryDirectory(prefix="grade-parcel-") as place:
        folder = Path(place)
        order = parcel.unpack_task(sent, folder / "submission", Shelf(folder / "shelf", everything=True))
        with _bench(order, batch) as bench:
            record = grade(order.exercise, order.submission, bench, order.options, listener or Listener())
        return parcel.pack_result(record, folder / "shelf")
