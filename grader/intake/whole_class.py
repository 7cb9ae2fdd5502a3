"""A class as teachers have it, a folder or an archive, turned into submissions.

    folders         etudiant01/exo1.py · etudiant01/exo1/exo1.ipynb · submitted/etudiant01/exo1/… · dupont_exo1.py
    exports         Moodle, Canvas, GitHub Classroom, nbgrader (`lms`), as they come or unpacked
    archives        of the class, and of each student within it (`survey`)
    several at once exo1_exo2.py · tp1_exo1-2.ipynb · tp_complet.ipynb with a heading for each

Whose work something is, the class's outermost level says (`works`). Nothing that is not recognised is dropped in silence:
`Intake.skipped` says what and why; `Intake.warnings` what a teacher should know before believing the marks.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.domain import Submission, Text
from grader.errors import NothingToGrade
from grader.intake import archives, groups
from grader.intake.archives import kind_of, stem_of
from grader.intake.best_of_each import best_of_each
from grader.intake.candidates import Candidate
from grader.intake.exercise_names import Named, read_name
from grader.intake.found import Found
from grader.intake.listing import is_program, walk
from grader.intake.lookalikes import lookalikes
from grader.intake.one_student import find_one
from grader.intake.several_exercises import (
    ExerciseDetector,
    Within,
    detect_nothing,
    detected_in,
    exercises_named,
    told_beside,
)
from grader.intake.skipped import Skipped, skipped_entries
from grader.intake.survey import survey
from grader.intake.unpacking import Room, Unpack
from grader.messages import join, plain, say

__all__ = ["Intake", "find_all", "find_one"]


@dataclass(frozen=True, slots=True)
class Intake:
    """What a class folder holds: submissions in the order of students and exercises, how it is laid out, what a teacher
    has to know, and everything that was skipped."""

    submissions: tuple[Submission, ...]
    skipped: tuple[Skipped, ...]
    layout: Text = Text()
    warnings: tuple[Text, ...] = ()


def find_all(
    place: Path,
    known_ids: Collection[str],
    only: Collection[str] = (),
    detect: ExerciseDetector = detect_nothing,
    unpack: Unpack = archives.unpack,
    into: Path | None = None,
    lists: Sequence[Path] = (),
    without: Path | None = None,
) -> Intake:
    """Return every submission in a class folder or in an archive of one, every attempt counted as one.

    A program that holds several exercises, by its name or because `detect` finds them in it, is one submission for each.
    Archives are opened by `unpack` and kept below `into`, a temporary folder if None; without archives, neither is used.
    `lists` say who is in which group; `without` is a folder that is no part of the class, such as the results.

    Raises:
        NothingToGrade: `place` is neither a folder nor an archive.
    """
    place = Path(os.path.abspath(place))  # noqa: PTH100  # « a/.. » has a name of its own
    if not place.is_dir() and not (place.is_file() and kind_of(place.name) in ("zip", "tar")):
        raise NothingToGrade(
            say("{path} is neither a folder of submissions nor an archive of one (zip, tar.gz).", path=place)
        )
    made = survey(place, known_ids, Room(unpack, into), lists, without)
    within = detected_in([f.entry.path for f in made.found if _may_run(f)], detect)
    candidates = _candidates(place, made.found, known_ids, within)
    asked = [c for c in candidates if not only or c.exercise in only]
    submissions, passed_over = best_of_each(place, asked)
    submissions, once = groups.together(submissions, made.groups)
    not_asked = {
        c.path: say("{exercise} was not asked for.", exercise=c.exercise)
        for c in candidates
        if only and c.exercise not in only
    }
    graded = {s.main for s in submissions}
    reasons = {**{path: why for path, why in not_asked.items() if path not in graded}, **passed_over, **once}
    left = skipped_entries(place, made.found, known_ids, submissions, reasons)
    warnings = [*made.warnings, *(_alike(names) for names in lookalikes(s.student for s in submissions))]
    skipped = (*made.skipped, *left, *_unasked_parts(candidates, only, within))
    return Intake(tuple(submissions), skipped, made.layout, tuple(warnings))


def _alike(names: Sequence[str]) -> Text:
    listed = join([plain(f"« {name} »") for name in names])
    return say("Names that look alike: {names}. Each is graded as a student of its own.", names=listed)


def _unasked_parts(candidates: Sequence[Candidate], only: Collection[str], within: Within) -> Iterator[Skipped]:
    """Yield parts that programs hold besides what their names say, where the student handed in nothing else for
    them."""
    handed_in = {(c.student, c.key, c.exercise) for c in candidates}
    for candidate in candidates:
        if len(candidate.together) < 2 and (not only or candidate.exercise in only):
            shown = [id_ for id_ in within(candidate.path) if id_ != candidate.exercise]
            lost = [
                id_
                for id_ in shown
                if (candidate.student, candidate.key, id_) not in handed_in and (not only or id_ in only)
            ]
            if lost:
                yield Skipped(candidate.shown, told_beside(candidate.exercise, lost), candidate.student)


# ── Programs and the exercises they are for ─────────────────────────────────────────────────────


def _candidates(place: Path, found: Sequence[Found], known_ids: Collection[str], within: Within) -> list[Candidate]:
    programs = [f for f in found if _may_run(f)]
    # Where students share a folder, what one of them imports says nothing about another's file.
    shared = any(f.owner is None and _owner_in(f, known_ids) for f in programs)
    return [c for f in programs for c in _candidates_of(place, f, known_ids, within, shared and f.owner is None)]


def _may_run(found: Found) -> bool:
    return is_program(found.entry) and not found.companion and not found.typed


def _owner_in(found: Found, known_ids: Collection[str]) -> str:
    named = read_name(found.entry.path.name, known_ids)
    return named.owner if named else ""


def _candidates_of(
    place: Path, found: Found, known_ids: Collection[str], within: Within, shared: bool
) -> list[Candidate]:
    """Return one for each exercise that a program is for."""
    path = found.entry.path
    by_name = read_name(path.name, known_ids) or _by_folder(path, found.parts[:-1], known_ids)
    named = (by_name,) if by_name else exercises_named(path, known_ids, within, shared)
    together = tuple(one.exercise for one in named)
    return [replace(_candidate(place, found, one), together=together) for one in named]


def _candidate(place: Path, found: Found, named: Named) -> Candidate:
    candidate = Candidate(
        found.entry.path,
        named.exercise,
        "",
        named.exact,
        found.entry.modified,
        flat=False,
        sure=named.sure,
        received=found.received,
        shown=found.shown,
        attempt=found.attempt,
    )
    if found.owner is not None:
        who = found.owner
        return replace(candidate, student=who.student, key=who.key[1], identity=who.identity, owned=True)
    student = named.owner or (stem_of(place.name) if place.is_file() else place.name)
    exact = named.exact or (bool(named.owner) and named.sure)
    return replace(candidate, student=student, exact=exact, flat=bool(named.owner))


def _by_folder(path: Path, folders: Sequence[str], known_ids: Collection[str]) -> Named | None:
    """Return what a folder's name says: a file of any name alone in a folder named for an exercise is its program."""
    if not folders:
        return None
    named = read_name(folders[-1], known_ids)
    if named is None or not named.exact:
        return None
    programs = [e for e in walk(path.parent, 1) if is_program(e)]
    return Named(named.exercise, False, "") if len(programs) == 1 else None
