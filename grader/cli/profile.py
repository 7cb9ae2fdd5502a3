"""`--profile`: where the time of a grading went, phase by phase, in a table that adds up."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

from grader.domain import Lang, Phase, Text
from grader.grading.phases import PHASES
from grader.messages import number, percent, say

LABELS = {
    Phase.INTAKE: say("Finding the submission"),
    Phase.READING: say("Reading without running"),
    Phase.START: say("Starting: Python, walls, data, worker"),
    Phase.STUDENT: say("The student's program"),
    Phase.EVIDENCE: say("Copying files, reading the evidence"),
    Phase.EVALUATION: say("Measuring on the grader's own data"),
    Phase.CHECKS: say("Judging"),
    Phase.REPORT: say("Showing, putting away"),
}
REST = say("Between submissions, idle workers")
TOTAL = say("Total")
Row = tuple[str, Text, float]


def process_began() -> float:
    """Return when this process was started, on the clock of `time.perf_counter`; now, where the system does not say."""
    try:
        started = int(Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19])
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - started / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        age = 0.0
    return time.perf_counter() - max(0.0, age)


class BatchProfile:
    """The phases of all submissions, and what `slots` workers did besides, from now on."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._sums: dict[str, float] = {}
        self._count = 0

    def add(self, phases: Mapping[str, float]) -> None:
        """Add the phases of one submission."""
        self._count += bool(phases)
        for name, seconds in phases.items():
            self._sums[name] = self._sums.get(name, 0.0) + seconds

    def show(self, jobs: int, lang: Lang) -> None:
        """Print the table, once all is done."""
        slots = max(1, min(jobs, self._count))
        wall = time.perf_counter() - self._began
        rest = slots * wall - sum(self._sums.values())
        show(self._sums, lang, count=max(1, self._count), rest=rest, slots=slots)


def show(phases: Mapping[str, float], lang: Lang, count: int = 1, rest: float = 0.0, slots: int = 0) -> None:
    """Print the table on stderr, so that what is printed for a program stays what it was. `count` submissions share the phases; `slots`
    workers had the total on their clocks."""
    from rich.console import Console
    from rich.table import Table

    total = sum(phases.values()) + rest
    rows: list[Row] = [(name, LABELS[name], phases[name]) for name in PHASES if name in phases]
    rows += [("", REST, rest)] if slots else []
    table = Table(box=None, pad_edge=False, show_header=False)
    for number_of_column in range(5):
        table.add_column(justify="left" if number_of_column < 2 else "right", no_wrap=True)
    for name, label, seconds in (*rows, ("", TOTAL, total)):
        each = _seconds(seconds / count, lang, 3) if count > 1 else ""
        share = percent(seconds / total if total else 0.0, 0).in_(lang)
        table.add_row(name, label.in_(lang), _seconds(seconds, lang), share, each)
    if slots:
        clock = say("On the clock, with {slots} at a time", slots=number(slots))
        table.add_row("", clock.in_(lang), _seconds(total / slots, lang), "", "")
    console = Console(stderr=True, highlight=False)
    console.print()
    console.print(table)


def _seconds(seconds: float, lang: Lang, decimals: int = 2) -> str:
    return f"{number(seconds, decimals).in_(lang)}\u202fs"
