"""The datasets that some exercises need."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from grader.datasets.resolving import KNOWN, resolve
from grader.domain import DatasetInfo, Exercise


def needed_by(exercises: Iterable[Exercise], folder: Path | None = None) -> dict[str, DatasetInfo]:
    """Return the datasets of these exercises by name, prepared; an exercise without images needs none.

    `folder` is where real data is looked for first. Raise `DataUnavailable`.
    """
    names = {exercise.dataset for exercise in exercises} & set(KNOWN)
    return {name: resolve(name, folder) for name in sorted(names)}
