"""What was typed after `grade batch`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.domain import Lang, Mode

if TYPE_CHECKING:
    from grader.cli.deadlines import Dates
    from grader.grading import Options


@dataclass(frozen=True, slots=True)
class Asked:
    folder: Path
    out: Path
    jobs: int
    only: tuple[str, ...]
    options: Options
    mode: Mode | None
    data: Path | None
    backend: str
    fresh: bool
    attempts: str | None
    dates: Dates
    lang: Lang
    profile: bool = False
    scheduler: str | None = None
    groups: tuple[Path, ...] = ()
