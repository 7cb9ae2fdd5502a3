"""Where the time of a grading goes: wall seconds by phase, one phase following the other without a gap."""

from __future__ import annotations

import time
from collections.abc import Callable

from grader.domain import Phase

PHASES = tuple(phase for phase in Phase if phase not in (Phase.SENT, Phase.DATA))  # those that are measured


class Stopwatch:
    """`seconds` always add up to the time since the start, or since `began` on the same clock."""

    def __init__(self, began: float | None = None, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._at = clock() if began is None else began
        self.seconds: dict[str, float] = {}

    def lap(self, phase: Phase, **parts: float) -> None:
        """What has passed since the last lap was `phase`, but for `parts` of it that belong to others."""
        now = self._clock()
        left, self._at = now - self._at, now
        for name, seconds in parts.items():
            part = min(max(seconds, 0.0), left)
            left -= part
            self._add(name, part)
        self._add(phase, left)

    def _add(self, phase: str, seconds: float) -> None:
        self.seconds[phase] = self.seconds.get(phase, 0.0) + seconds
