"""A worker's share of the cores: what it starts, it starts there, so that busy workers do not push one another about."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress


def available() -> tuple[int, ...]:
    """Return the numbers of the cores that this process may use."""
    return tuple(sorted(os.sched_getaffinity(0)))


def core_count() -> int:
    """Return how many cores this process may use."""
    return len(available())


def shares(workers: int) -> list[tuple[int, ...]]:
    """Return the cores of each worker: all of them dealt out evenly; none in particular where there are more workers than cores."""
    cores = available()
    if workers > len(cores):
        return [()] * workers
    return [cores[len(cores) * n // workers : len(cores) * (n + 1) // workers] for n in range(workers)]


@contextmanager
def starting_on(cores: Collection[int]) -> Iterator[None]:
    """Keep processes that this thread starts meanwhile on `cores`; on any where that is empty or not allowed."""
    before = os.sched_getaffinity(0)
    if cores:
        with suppress(OSError):
            os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
