"""A class as teachers have it, a folder or an archive, turned into submissions.

    folders         etudiant01/exo1.py · etudiant01/exo1/exo1.ipynb · submitted/etudiant01/exo1/… · dupont_exo1.py
    exports         Moodle, Canvas, GitHub Classroom, nbgrader (`lms`), as they come or unpacked
    archives        of the class, and of each student within it (`survey`)
    several at once exo1_exo2.py · tp1_exo1-2.ipynb · tp_complet.ipynb with a heading for each

Nothing that is not recognised is dropped in silence: `Intake.ignored` says what and why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.domain import Submission, Text
from grader.intake import archives, groups
from grader.intake.archives import kind_of, stem_of
from grader.intake.aside import Ignored, left_aside
from grader.intake.candidates import Candidate, chosen, nothing, submission
from grader.intake.listing import MOST_FILES, PROGRAMS, walk
from grader.intake.lms import attempt_of
from grader.intake.names import Named, clean, exercises_of, read_name
from grader.intake.single import find_one
from grader.intake.survey import Found, survey
from grader.intake.together import Look, Within, exercises_named, looking_at, told_beside, told_together, unseeing
from grader.intake.unpacking import Room, Unpack
from grader.messages import join, say

__all__ = ["Intake", "find_all", "find_one"]

_WRAPPERS = re.compile(
    r"submitted|submissions?|soumissions?|rendus?|depots?|class|classe|eleves|etudiants|students", re.I
)


@dataclass(frozen=True, slots=True)
class Intake:
    """What a class folder holds: submissions in the order of students and exercises, and everything left aside."""

    submissions: tuple[Submission, ...]
    ignored: tuple[Ignored, ...]


def find_all(
    place: Path,
    known_ids: Collection[str],
    only: Collection[str] = (),
    look: Look = unseeing,
    unpack: Unpack = archives.unpack,
    into: Path | None = None,
) -> Intake:
    """Every submission in a class folder or in an archive of one, every attempt counted as one.

    A program that holds several exercises, by its name or because `look` finds them in it, is one submission for each.
    Archives are opened by `unpack` and kept below `into`, a temporary folder if None; without archives, neither is used.

    Raises:
        NothingToGrade: `place` is neither a folder nor an archive.
    """
    place = place.absolute()
    if not place.is_dir() and not (place.is_file() and kind_of(place.name) in ("zip", "tar")):
        raise nothing(say("{path} is neither a folder of submissions nor an archive of one (zip, tar.gz).", path=place))
    made = survey(place, known_ids, Room(unpack, into))
    within = looking_at([f.entry.path for f in made.found if _is_program(f)], look)
    candidates = [c for f in made.found for c in _candidates_of(place, f, known_ids, within)]
    asked = [c for c in candidates if not only or c.exercise in only]
    submissions, passed_over = _best_of_each(place, asked)
    submissions, once = groups.together(submissions, made.groups)
    not_asked = {
        c.path: say("{exercise} was not asked for.", exercise=c.exercise)
        for c in candidates
        if only and c.exercise not in only
    }
    graded = {s.main for s in submissions}
    aside = {**{path: why for path, why in not_asked.items() if path not in graded}, **passed_over, **once}
    left = [
        *left_aside(place, [f.entry for f in made.found], known_ids, submissions, aside),
        *_unasked_parts(candidates, only, within),
    ]
    shown = {f.entry.path: f.shown for f in made.found}
    return Intake(tuple(submissions), (*made.ignored, *(Ignored(shown.get(i.path, i.path), i.reason) for i in left)))


def _unasked_parts(candidates: Sequence[Candidate], only: Collection[str], within: Within) -> Iterator[Ignored]:
    """Parts that programs hold besides what their names say, where the student handed in nothing else for them."""
    handed_in = {(c.student, c.exercise) for c in candidates}
    for candidate in candidates:
        if len(candidate.together) < 2 and (not only or candidate.exercise in only):
            shown = [id_ for id_ in within(candidate.path) if id_ != candidate.exercise]
            lost = [id_ for id_ in shown if (candidate.student, id_) not in handed_in and (not only or id_ in only)]
            if lost:
                yield Ignored(candidate.path, told_beside(candidate.exercise, lost))


def _candidates_of(place: Path, found: Found, known_ids: Collection[str], within: Within) -> list[Candidate]:
    """One for each exercise that a program is for."""
    path = found.entry.path
    if not _is_program(found):
        return []
    folders = list(found.parts[:-1])
    by_name = read_name(path.name, known_ids) or _by_folder(path, folders, known_ids)
    named = (by_name,) if by_name else exercises_named(path, known_ids, within)
    together = tuple(one.exercise for one in named)
    candidates = [_candidate(place, found, folders, one, known_ids) for one in named]
    return [replace(one, together=together) for one in candidates]


def _is_program(found: Found) -> bool:
    return found.entry.kind == "file" and found.entry.path.suffix.lower() in PROGRAMS and not found.companion


def _candidate(
    place: Path, found: Found, folders: Sequence[str], named: Named, known_ids: Collection[str]
) -> Candidate:
    entry = found.entry
    candidate = Candidate(
        entry.path, named.exercise, "", named.exact, entry.modified, False, sure=named.sure, received=found.received
    )
    if found.owner is not None:
        who = found.owner
        return replace(
            candidate,
            student=who.student,
            key=who.key[1],
            identity=who.identity,
            attempt=who.attempt,
            shown=found.shown,
        )
    attempt = next((n for part in folders if (n := attempt_of(part))), 1)
    folders = [part for part in folders if attempt_of(part) is None]
    while folders and _WRAPPERS.fullmatch(folders[0]):
        folders = folders[1:]
    people = [f for f in folders if named.exercise not in exercises_of(f, known_ids)]
    # « dupont_exo1/exo1.py » is Dupont's, as « dupont_exo1.py » is.
    around = next((one.owner for f in folders if (one := read_name(f, known_ids)) and one.owner), "")
    flat = not people and not around and bool(named.owner)
    student = people[0] if people else around or named.owner or (stem_of(place.name) if place.is_file() else place.name)
    exact = named.exact or (flat and named.sure)
    return replace(candidate, student=student, exact=exact, flat=flat, attempt=attempt, shown=found.shown)


def _by_folder(path: Path, folders: Sequence[str], known_ids: Collection[str]) -> Named | None:
    """A file of any name alone in a folder named for an exercise is that exercise's program."""
    if not folders:
        return None
    named = read_name(folders[-1], known_ids)
    if named is None or not named.exact:
        return None
    programs = [e for e in walk(path.parent, 1) if e.kind == "file" and e.path.suffix.lower() in PROGRAMS]
    return Named(named.exercise, False, "") if len(programs) == 1 else None


def _best_of_each(place: Path, candidates: Iterable[Candidate]) -> tuple[list[Submission], dict[Path, Text]]:
    """One submission for each student, exercise and attempt, and why the other candidates were passed over."""
    works: dict[tuple[tuple[str, str], str, int], list[Candidate]] = {}
    for candidate in candidates:
        works.setdefault(((candidate.student, candidate.key), candidate.exercise, candidate.attempt), []).append(
            candidate
        )
    submissions: list[Submission] = []
    passed_over: dict[Path, Text] = {}
    names = _distinct({who for who, _, _ in works})
    for (who, exercise, attempt), work in sorted(works.items()):
        best = max(work, key=lambda c: c.rank)
        others = [c for c in work if c is not best]
        for other in others:
            instead = best.shown.relative_to(place) if best.shown.is_relative_to(place) else best.shown
            passed_over[other.path] = say("{file} was graded instead.", file=clean(str(instead)))
        files = _own_files(best) if best.flat else None
        rivals = [c for c in others if c.sure == best.sure]
        said = [text for text in (chosen(best, rivals), told_together(exercise, best.together)) if text]
        made = submission(exercise, best.path, names[who], join(said, " "), files)
        submissions.append(replace(made, received=best.received, identity=best.identity, attempt=attempt))
    graded = {submission.main for submission in submissions}
    return submissions, {path: why for path, why in passed_over.items() if path not in graded}


def _distinct(students: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
    """Clean names, told apart where two students bear one, or where cleaning makes their names equal: by what the LMS
    knows them by, else by a number."""
    students = sorted(students)
    often = Counter(clean(student) for student, _ in students)
    taken: set[str] = set()
    names: dict[tuple[str, str], str] = {}
    for student, key in students:
        plain_name, count = clean(student), 1
        name = f"{plain_name} ({key})" if key and often[plain_name] > 1 else plain_name
        while name in taken:
            count += 1
            name = f"{plain_name} ({count})"
        taken.add(name)
        names[student, key] = name
    return names


def _own_files(candidate: Candidate) -> tuple[Path, ...]:
    """In a folder that all students share, what bears the student's name: « dupont_exo1.py », « dupont_mlp.keras »."""
    owner = _letters(candidate.student)
    own = [
        e.path
        for e in walk(candidate.path.parent, 1)
        if e.kind == "file" and e.path != candidate.path and f" {owner} " in f" {_letters(e.path.name)} "
    ]
    return tuple(p.relative_to(candidate.path.parent) for p in (candidate.path, *own[: MOST_FILES - 1]))


def _letters(name: str) -> str:
    """The words of a name between spaces: « dupont » is none of those of « dupontel_exo1.py »."""
    return " ".join(re.split(r"[\s_.]+", name.casefold())).strip()
