"""Finds exercises by folder: a name in `assignments/` is an exercise, the same name in `reference/` its solution."""

from __future__ import annotations

import difflib
import importlib.util
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

from grader.domain import Exercise
from grader.errors import BadSpecification, UnknownExercise
from grader.messages import join, plain, say

PACKAGE = Path(__file__).resolve().parent
VARIABLE = "GRADE_EXERCISES"


@dataclass(frozen=True, slots=True)
class Catalog:
    """`assignments` is the folder of the exercises; `reference` the teacher's, None where it is not here.

    An `exercise.py` is code of the teacher's and is executed: only these folders are looked into, never the
    current one or a submission's.
    """

    assignments: Path
    reference: Path | None

    def ids(self) -> tuple[str, ...]:
        return tuple(sorted(path.parent.name for path in self.assignments.glob("*/exercise.py")))

    def find(self, name: str) -> Exercise:
        """Return the exercise of that name, capitals and separators apart.

        Raises:
            UnknownExercise: with the nearest names.
            BadSpecification: its exercise.py breaks the rules.
        """
        ids = self.ids()
        by_plain = {_plain(known): known for known in ids}
        found = by_plain.get(_plain(name))
        if found is None:
            raise unknown(name, ids)
        return load(self.assignments / found)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def unknown(name: str, ids: tuple[str, ...]) -> UnknownExercise:
    near = difflib.get_close_matches(_plain(name), ids, n=2, cutoff=0.5)
    said = [say("There is no exercise “{name}”.", name=name)]
    if near:
        names = say("{one} or {other}", one=near[0], other=near[1]) if len(near) > 1 else plain(near[0])
        said.append(say("Did you mean {names}?", names=names))
    said.append(say("Known exercises: {names}.", names=", ".join(ids) or "—"))
    return UnknownExercise(join(said, " "))


def locate() -> Catalog:
    """Return the catalogue: `GRADE_EXERCISES`, else the `assignments/` beside the package (a clone), else those
    installed with it."""
    given = os.environ.get(VARIABLE)
    candidates = [Path(given)] if given else [PACKAGE.parent / "assignments", PACKAGE / "assignments"]
    for assignments in candidates:
        if any(assignments.glob("*/exercise.py")):
            reference = assignments.resolve().parent / "reference"
            return Catalog(assignments.resolve(), reference if reference.is_dir() else None)
    raise BadSpecification(
        say(
            "No exercise in {folder}: name the `assignments` folder in the variable {variable}.",
            folder=candidates[0],
            variable=VARIABLE,
        )
    )


def load(folder: Path) -> Exercise:
    """Return the `EXERCISE` of a folder's exercise.py."""
    path = folder / "exercise.py"
    spec = importlib.util.spec_from_file_location(f"grader_exercise_{folder.name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        exercise = module.EXERCISE
    except Exception as problem:  # whatever a specification does wrong is told with its file
        raise _bad(path, f"{type(problem).__name__}: {problem}") from problem
    if not isinstance(exercise, Exercise) or exercise.id != folder.name:
        raise _bad(path, "EXERCISE.id ≠ " + folder.name)
    ids = [check.id for check in exercise.checks]
    if len(set(ids)) != len(ids):
        raise _bad(path, f"duplicate check ids: {ids}")
    return replace(exercise, folder=folder)


def _bad(path: Path, reason: str) -> BadSpecification:
    return BadSpecification(say("Unusable specification: {path} ({reason})", path=path, reason=reason))
