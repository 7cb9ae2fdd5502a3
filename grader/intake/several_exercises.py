"""Programs that hold several exercises: each is graded once for every one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from pathlib import Path

from grader.domain import Text
from grader.intake.exercise_names import Named, parts_of_name, read_names
from grader.intake.listing import head
from grader.messages import say

# The exercises that the content of each program shows; None where it could not be looked into.
ExerciseDetector = Callable[[Sequence[Path]], Sequence[Sequence[str] | None]]
Within = Callable[[Path], Sequence[str]]
MAX_BYTES = 1 << 20
_NO_OWNER = re.compile(
    r"(?:tps?|tme|td|dm|devoirs?|rendus?|complet|complete|entier|tout|exos?|exercices?|notebook|projet|final|finale|"
    r"main|code|script|reponses|deep|learning|mnist|copie|v)\d*",
    re.IGNORECASE,
)


def detect_nothing(paths: Sequence[Path]) -> list[tuple[str, ...]]:
    return [() for _ in paths]


def detected_in(paths: Sequence[Path], detect: ExerciseDetector) -> Within:
    """Return what each of these programs shows; none is looked into before it is asked for, then all are at once."""

    @cache
    def seen() -> Mapping[Path, Sequence[str] | None]:
        return dict(zip(paths, detect(paths), strict=True))

    return lambda path: seen().get(path) or ()


def exercises_named(path: Path, known_ids: Collection[str], within: Within, shared: bool = False) -> tuple[Named, ...]:
    """Return what the name says; where it says several, or none, the content decides.

    A second number that may be a version's (« exo1-2 ») counts unless the content shows other exercises only. A name
    that says nothing is looked into: only a program that shows at least two exercises is taken for a whole set, and a
    module that a program beside it imports never is, unless the folder is `shared` by several students.
    """
    named = read_names(path.name, known_ids)
    if len(named) == 1 or (named and all(one.sure for one in named)):
        return named
    shown = [id_ for id_ in within(path) if id_ in known_ids]
    if named:
        return tuple(one for one in named if one.sure or not shown or one.exercise in shown)
    if len(shown) < 2 or (not shared and _imported(path)):
        return ()
    owner = " ".join(part for part in parts_of_name(path.name) if not _NO_OWNER.fullmatch(part))
    return tuple(Named(id_, False, owner, sure=False) for id_ in shown)


def _imported(path: Path) -> bool:
    """Return whether this is a module of the student's own, which another program beside it imports."""
    if path.suffix.lower() != ".py":
        return False
    word = re.compile(rf"\b(?:import|from)\s+{re.escape(path.stem)}\b".encode())
    beside = [p for p in path.parent.iterdir() if p.suffix.lower() in (".py", ".ipynb") and p != path]
    return any(word.search(head(p, MAX_BYTES)) for p in beside if p.is_file() and not p.is_symlink())


def told_together(exercise: str, together: Sequence[str]) -> Text:
    """Say for the report that the same file is graded for other exercises too."""
    if len(together) < 2:
        return Text()
    return say(
        "This file holds several exercises ({exercises}): it is graded once for each, here for {exercise}.",
        exercises=", ".join(together),
        exercise=exercise,
    )


def told_beside(exercise: str, others: Sequence[str]) -> Text:
    """Say for the teacher which part there is that nobody would grade."""
    return say(
        "graded for {exercise} only; it also seems to hold {others}, for which nothing else was handed in: "
        "a name with all exercises, such as {name}, has each of them graded",
        exercise=exercise,
        others=", ".join(others),
        name="_".join([exercise, *others]),
    )
