"""Options that several commands take, and what they mean."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

from grader.domain import DatasetInfo, Exercise
from grader.errors import UsageError


class LangChoice(StrEnum):
    FR = "fr"
    EN = "en"


class SandboxChoice(StrEnum):
    AUTO = "auto"
    BUBBLEWRAP = "bubblewrap"
    LANDLOCK = "landlock"
    PROCESS = "process"


class ModeChoice(StrEnum):
    STATIC = "static"
    AUDIT = "audit"
    FULL = "full"


def cores() -> int:
    return len(os.sched_getaffinity(0))


def data_for(exercises: list[Exercise], folder: Path | None) -> dict[str, DatasetInfo]:
    """The datasets that these exercises need, prepared; an exercise without images needs none."""
    from grader import datasets

    names = {exercise.dataset for exercise in exercises} & set(datasets.KNOWN)
    return {name: datasets.resolve(name, folder) for name in sorted(names)}


def kept_runs() -> Path:
    """Where a student's long runs are kept between gradings."""
    from grader import datasets

    return datasets.cache_folder() / "runs"


def existing(path: Path) -> Path:
    if not path.exists():
        raise UsageError(f"{path} n'existe pas.", f"{path} does not exist.")
    return path
