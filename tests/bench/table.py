"""What every benchmark takes and gives: settings, and rows of a table."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
Row = tuple[str, str, str]
"""What, how much, and the target where there is one."""


@dataclass(frozen=True)
class Settings:
    """`quick` shows that a benchmark works; its figures are extrapolated or of smaller cases, and say so."""

    runs: int = 9
    quick: bool = False
    hours: float = 0.0  # of `soak`, which goes on until they are over


def seconds(value: float) -> str:
    return f"{value:.2f} s" if value < 10 else f"{value:.1f} s"


def median(once: Callable[[], float], runs: int) -> float:
    """The first run, which may compile bytecode or fill caches, is not counted."""
    once()
    return statistics.median(once() for _ in range(runs))


def markdown(rows: Iterable[Row]) -> str:
    """For the README."""
    lines = [f"| {what} | {measured} | {target} |" for what, measured, target in rows]
    return "\n".join(["| what | measured | target |", "| --- | --- | --- |", *lines])
