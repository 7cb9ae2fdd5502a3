"""Finds the exercises that programs hold, with what the catalog knows of them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from grader.catalog import Catalog
from grader.files import DAMAGED, write_whole
from grader.grading.keys import looking_key, state_of
from grader.intake import ExerciseDetector
from grader.parsing import DetectExercises, Parser
from grader.reading.detection import Net, net_of


def detect_exercises_with(catalog: Catalog, parser: Parser) -> ExerciseDetector:
    """Return what finds the exercises that programs hold. The catalog is only read for the first one that is looked into."""
    ids = catalog.ids()

    @cache
    def networks() -> dict[str, list[Net]]:
        """Only those that one exercise alone asks for: exo6 loads those of exo2 and exo3."""
        models = {id_: catalog.find(id_).models for id_ in ids}
        return {id_: [net_of(one) for one in asked] for id_, asked in models.items() if len(asked) == 1}

    return lambda paths: parser.all([DetectExercises(path, ids, networks()) for path in paths])


class CachedDetector:
    """An `ExerciseDetector` that does not look twice into a file that has not changed. What was seen is kept in the file `place`,
    for the exercises as they are in `catalog` and the reader as it is."""

    def __init__(self, detect: ExerciseDetector, place: Path, catalog: Catalog) -> None:
        self._detect = detect
        self._place = place
        self._key = looking_key([catalog.assignments / id_ / "exercise.py" for id_ in catalog.ids()])
        self._known = self._kept()
        self._seen: dict[str, list[str]] = {}

    def __call__(self, paths: Sequence[Path]) -> list[list[str] | None]:
        states = {path: f"{path} {state_of(path)}" for path in paths}
        new = [path for path in paths if states[path] not in self._known]
        for path, found in zip(new, self._detect(new) if new else (), strict=True):
            if found is not None:  # another time it may be seen
                self._seen[states[path]] = list(found)
        known = {state: self._known[state] for state in states.values() if state in self._known}
        self._seen = known | self._seen
        return [self._seen.get(states[path]) for path in paths]

    def keep(self) -> None:
        """For the next time; a full disk costs the shortcut only."""
        if self._seen == self._known:
            return
        with contextlib.suppress(OSError):
            write_whole(self._place, json.dumps({"key": self._key, "seen": self._seen}))

    def _kept(self) -> dict[str, list[str]]:
        try:
            kept = json.loads(self._place.read_text(encoding="utf-8"))
            return {str(file): list(ids) for file, ids in kept["seen"].items()} if kept["key"] == self._key else {}
        except DAMAGED:
            return {}
