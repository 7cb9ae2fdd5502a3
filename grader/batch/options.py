"""How a class is graded."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from grader.batch.dates import Dates
from grader.domain import Lang, Mode

Attempts = Literal["last", "best"]


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How a class is graded; each field has the default of the command line.

    exercises   names of the exercises to grade; all where it is empty
    mode        how programs are run; None audits costly trainings that come with weights, and runs the rest in full
    data        a folder of the real datasets
    sandbox     the isolation: `auto`, the strongest that works, or a backend by name
    scheduler   the address of a Dask scheduler, whose cluster grades; None grades on this machine
    jobs        how many submissions are graded at once; None is one for each core
    seed        set before each program starts
    time_limit  seconds that each program may take; None is the exercise's own limit
    speedups    help for trainings that changes no result
    fresh       run what is recorded or kept, too
    attempts    which of several attempts counts; None is what the gradebook remembers, the last at first
    dates       deadlines and receipts
    groups      CSV files that say who worked together
    lang        the language of the pages and of `reception.txt`
    """

    exercises: tuple[str, ...] = ()
    mode: Mode | None = None
    data: Path | None = None
    sandbox: str = "auto"
    scheduler: str | None = None
    jobs: int | None = None
    seed: int = 0
    time_limit: float | None = None
    speedups: bool = True
    fresh: bool = False
    attempts: Attempts | None = None
    dates: Dates = field(default_factory=Dates)
    groups: tuple[Path, ...] = ()
    lang: Lang = "fr"
