"""That something comes to an end. How fast it is, `tests.bench` measures: no test fails because a machine is slow.

The bounds here are met many times over where all is well, and missed by far by what waits for ever or grows with the
square of its input. Whoever passes one is interrupted, so that a hang fails one test instead of holding all of them.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

COMPUTING = 10.0  # the parser's clock for one request; where all is well, 1 s on a slow machine
PATIENCE = 120.0


Found = TypeVar("Found")


class Endless(BaseException):
    """Not an Exception: nothing that catches those takes it for its own."""


@contextmanager
def computes_no_longer_than(seconds: float = COMPUTING) -> Iterator[None]:
    """Processor seconds of this process, all threads."""
    with _interrupted(signal.ITIMER_PROF, signal.SIGPROF, seconds):
        yield


@contextmanager
def waits_no_longer_than(seconds: float = PATIENCE) -> Iterator[None]:
    """Seconds on the wall, whoever is waited for."""
    with _interrupted(signal.ITIMER_REAL, signal.SIGALRM, seconds):
        yield


def until(condition: Callable[[], Found], seconds: float = PATIENCE) -> Found:
    """What `condition` finds as soon as it finds something."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"waited {seconds:g} seconds in vain"
        time.sleep(0.02)
    return found


@contextmanager
def _interrupted(timer: int, number: signal.Signals, seconds: float) -> Iterator[None]:
    def late(received: int, frame: FrameType | None) -> None:
        raise Endless(f"no end after {seconds:g} seconds")

    before = signal.signal(number, late)
    signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(number, before)
