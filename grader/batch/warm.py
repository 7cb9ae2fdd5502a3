"""Benches that stay warm in this process from one parcel to the next, for a machine that grades what others send."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.util import Finalize

from grader.domain import DatasetInfo
from grader.grading import Bench
from grader.grading.parcel import Order
from grader.sandbox import Stopped

_LOCK = threading.Lock()
_FREE: list[tuple[Order, Bench]] = []  # with the order that each was made for
_BUSY: list[tuple[str, Bench]] = []  # with the batch that each grades for
_HALTED: set[str] = set()


@contextmanager
def lent(order: Order, batch: str = "") -> Iterator[Bench]:
    """A free bench that suits the order, else a new one, in whose favour a free one that does not suit is closed: this
    process never holds more of them than it graded with at a time.

    Raises `Stopped` where the batch was halted, or is while the bench is in use.
    """
    bench = _take(order, batch)
    sound = False
    try:
        yield bench
        sound = True
    except Exception:  # the grader failed on this submission, not the bench
        sound = True
        raise
    finally:
        with _LOCK:
            _BUSY[:] = [entry for entry in _BUSY if entry[1] is not bench]
            sound = sound and batch not in _HALTED
            if sound:
                _FREE.append((order, bench))
        if not sound:
            _close(bench)


def _take(order: Order, batch: str) -> Bench:
    with _LOCK:
        if batch in _HALTED:
            raise Stopped
        suited = next((entry for entry in reversed(_FREE) if _suits(entry[0], entry[1], order)), None)
        if suited is not None:
            _FREE.remove(suited)
            _BUSY.append((batch, suited[1]))
            return suited[1]
        spare = _FREE.pop(0) if _FREE else None
    if spare is not None:
        _close(spare[1])
    from grader import sandbox

    chosen, _ = sandbox.choose(order.backend)
    bench = Bench(chosen, order.data, threads=order.options.threads).__enter__()
    with _LOCK:
        _BUSY.append((batch, bench))
        if batch in _HALTED:  # meanwhile
            bench.stop()
    return bench


def _suits(made_for: Order, bench: Bench, order: Order) -> bool:
    """Data that an exercise does not ask for is no hindrance: a local batch has all of it at hand too."""
    same = (made_for.backend, made_for.options.threads) == (order.backend, order.options.threads)
    return same and _digests(order.data).items() <= _digests(bench.data).items()


def _digests(data: Mapping[str, DatasetInfo]) -> dict[str, str]:
    return {info.name: info.sha256 for info in data.values()}


def halt(batch: str) -> None:
    """What is graded for this batch ends within a second or so, and nothing more of it begins."""
    with _LOCK:
        _HALTED.add(batch)
        for whose, bench in _BUSY:
            if whose == batch:
                bench.stop()


def close_free() -> None:
    """End the warm workers that nobody uses."""
    with _LOCK:
        free = _FREE[:]
        _FREE.clear()
    for _, bench in free:
        _close(bench)


def _close(bench: Bench) -> None:
    bench.__exit__(None, None, None)


Finalize(None, close_free, exitpriority=10)  # unlike `atexit`, also where this process is a child of `multiprocessing`
