"""Where the time of a grading goes: wall seconds by phase, one phase following the other without a gap.

intake      finding the submission
static      reading it without running
start       waiting for the sandbox, the data and a warm worker
student     the student's program, from its first moment to its last
evidence    copying the files in, reading what was recorded
evaluation  the evaluator's measurements, the wait for it included
checks      judging, and the record
report      showing it, and putting everything away
"""

from __future__ import annotations

import time
from collections.abc import Callable

PHASES = ("intake", "static", "start", "student", "evidence", "evaluation", "checks", "report")


class Stopwatch:
    """`seconds` always add up to the time since the start, or since `began` on the same clock."""

    def __init__(self, began: float | None = None, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._at = clock() if began is None else began
        self.seconds: dict[str, float] = {}

    def lap(self, phase: str, **parts: float) -> None:
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
