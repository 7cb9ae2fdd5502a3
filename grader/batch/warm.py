"""Workbenches that stay warm in this process from one task to the next, for a machine that grades what others send."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.util import Finalize

from grader.domain import DatasetInfo
from grader.grading import Workbench, running_workbench
from grader.grading.wire import TaskEnvelope
from grader.sandbox import Stopped

_LOCK = threading.Lock()
_FREE: list[tuple[TaskEnvelope, Workbench]] = []  # with the envelope that each was made for
_BUSY: list[tuple[str, Workbench]] = []  # with the batch that each grades for
_HALTED: set[str] = set()


@contextmanager
def workbench_for(envelope: TaskEnvelope, batch: str = "") -> Iterator[Workbench]:
    """Yield a free workbench that suits the envelope, else a new one, for which a free one that does not suit is closed:
    this process never holds more of them than it graded with at a time.

    Raises `Stopped` where the batch was halted, or is while the workbench is in use.
    """
    workbench = _take(envelope, batch)
    sound = False
    try:
        yield workbench
        sound = True
    except Exception:  # the grader failed on this submission, not the workbench
        sound = True
        raise
    finally:
        with _LOCK:
            _BUSY[:] = [entry for entry in _BUSY if entry[1] is not workbench]
            sound = sound and batch not in _HALTED
            if sound:
                _FREE.append((envelope, workbench))
        if not sound:
            _close(workbench)


def _take(envelope: TaskEnvelope, batch: str) -> Workbench:
    with _LOCK:
        if batch in _HALTED:
            raise Stopped
        suited = next((entry for entry in reversed(_FREE) if _suits(entry[0], entry[1], envelope)), None)
        if suited is not None:
            _FREE.remove(suited)
            _BUSY.append((batch, suited[1]))
            return suited[1]
        spare = _FREE.pop(0) if _FREE else None
    if spare is not None:
        _close(spare[1])
    from grader import sandbox

    chosen, _ = sandbox.choose(envelope.backend)
    workbench = running_workbench(chosen, envelope.data, threads=envelope.options.threads).__enter__()
    with _LOCK:
        _BUSY.append((batch, workbench))
        if batch in _HALTED:  # meanwhile
            workbench.stop()
    return workbench


def _suits(made_for: TaskEnvelope, workbench: Workbench, envelope: TaskEnvelope) -> bool:
    """Return whether a workbench will do. Data that an exercise does not ask for is no hindrance: a local batch has all of it at hand too."""
    same = (made_for.backend, made_for.options.threads) == (envelope.backend, envelope.options.threads)
    return same and _digests(envelope.data).items() <= _digests(workbench.data).items()


def _digests(data: Mapping[str, DatasetInfo]) -> dict[str, str]:
    return {info.name: info.sha256 for info in data.values()}


def halt(batch: str) -> None:
    """End what is graded for this batch, within a second or so, and begin nothing more of it."""
    with _LOCK:
        _HALTED.add(batch)
        for of_batch, workbench in _BUSY:
            if of_batch == batch:
                workbench.stop()


def close_free() -> None:
    """End the warm workers that nobody uses."""
    with _LOCK:
        free = _FREE[:]
        _FREE.clear()
    for _, workbench in free:
        _close(workbench)


def _close(workbench: Workbench) -> None:
    workbench.__exit__(None, None, None)


Finalize(None, close_free, exitpriority=10)  # unlike `atexit`, also where this process is a child of `multiprocessing`
