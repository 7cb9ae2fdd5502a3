"""Folders as students and teachers have them, turned into submissions.

    one student     exo1.py · exo1/solution.ipynb · any file that is named on the command line
    a class         etudiant01/exo1.py · etudiant01/exo1/exo1.ipynb · submitted/etudiant01/exo1/… · dupont_exo1.py

Nothing that is not recognised is dropped in silence: `Intake.ignored` says what and why.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.domain import Submission, Text
from grader.errors import NothingToGrade, UnreadableSubmission
from grader.intake.aside import Ignored, left_aside
from grader.intake.listing import MOST_FILES, PROGRAMS, Entry, files_under, walk
from grader.intake.names import Named, clean, exercises_of, read_name
from grader.messages import join, plain, say

CLASS_DEPTH = 8
SHOWN = 12  # names in an error's list
_WRAPPERS = re.compile(
    r"submitted|submissions?|soumissions?|rendus?|depots?|class|classe|eleves|etudiants|students", re.I
)


@dataclass(frozen=True, slots=True)
class Intake:
    """What a class folder holds: submissions in the order of students and exercises, and everything left aside."""

    submissions: tuple[Submission, ...]
    ignored: tuple[Ignored, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    path: Path
    exercise: str
    student: str
    exact: bool
    modified: float
    flat: bool

    @property
    def rank(self) -> tuple[bool, float, str]:
        """The name that says the exercise and nothing else comes first, then the file changed last."""
        return self.exact, self.modified, self.path.name


# ── One student ─────────────────────────────────────────────────────────────────────────────────


def find_one(exercise_id: str, path: Path, student: str = "") -> Submission:
    """The submission for `exercise_id` in a folder, or the file `path` whatever its name.

    Raises NothingToGrade where there is none, UnreadableSubmission where what bears the name is no readable file.
    """
    path = path.absolute()
    if path.is_dir() and path.suffix.lower() in PROGRAMS:
        raise _unreadable(say("{file} is a folder; a script or a notebook is expected.", file=path.name))
    if path.is_dir():
        return _in_folder(exercise_id, path, student)
    if not path.exists():
        raise _nothing(say("There is no file or folder {path}.", path=path))
    if not path.is_file() or path.suffix.lower() not in PROGRAMS:
        raise _unreadable(
            say("{file} is neither a script (.py) nor a notebook (.ipynb). Give the file to be graded.", file=path.name)
        )
    return _submission(exercise_id, path, student or path.parent.name, Text())


def _in_folder(exercise_id: str, folder: Path, student: str) -> Submission:
    inside = folder / exercise_id
    places = [folder, inside] if inside.is_dir() and not inside.is_symlink() else [folder]
    for place in places:
        candidates = _candidates(exercise_id, place)
        if candidates:
            best = max(candidates, key=lambda c: c.rank)
            others = [c for c in candidates if c.path != best.path]
            return _submission(exercise_id, best.path, student or folder.name, _chosen(best, others))
    wrong = folder / f"{exercise_id}.py"
    if wrong.is_dir():
        raise _unreadable(say("{file} is a folder; a script or a notebook is expected.", file=wrong.name))
    raise _nothing_in(exercise_id, folder)


def _candidates(exercise_id: str, folder: Path) -> list[_Candidate]:
    """The programs of one folder that bear the exercise's name; in a folder of that name, its only program."""
    programs = [e for e in walk(folder, depth=1) if e.kind == "file" and e.path.suffix.lower() in PROGRAMS]
    named = [(e, read_name(e.path.name, (exercise_id,))) for e in programs]
    found = [(e, n.exact) for e, n in named if n is not None]
    if not found and len(programs) == 1 and read_name(folder.name, (exercise_id,)):
        found = [(programs[0], False)]
    return [_Candidate(e.path, exercise_id, "", exact, e.modified, False) for e, exact in found]


def _nothing_in(exercise_id: str, folder: Path) -> NothingToGrade:
    names = [e.path.name for e in walk(folder, depth=1) if e.kind == "file"]
    programs = [n for n in names if n.lower().endswith(PROGRAMS)]
    found = _list(programs or names) or say("nothing")
    return _nothing(
        say(
            "Nothing to grade for {exercise} in {folder}: {script} or {notebook} was looked for, found: {found}. "
            "Go to the folder of your file, or name it: grade {exercise} {example}",
            exercise=exercise_id,
            folder=folder,
            script=f"{exercise_id}.py",
            notebook=f"{exercise_id}.ipynb",
            found=found,
            example=clean(programs[0]) if programs else say("path/to/file.py"),
        )
    )


def _list(names: Sequence[str]) -> Text:
    shown = [plain(clean(name)) for name in names[:SHOWN]]
    if len(names) > SHOWN:
        shown.append(plain("…"))
    return join(shown)


def _unreadable(message: Text) -> UnreadableSubmission:
    return UnreadableSubmission(message.fr, message.en)


def _nothing(message: Text) -> NothingToGrade:
    return NothingToGrade(message.fr, message.en)


def _chosen(best: _Candidate, others: Iterable[_Candidate]) -> Text:
    names = [c.path.name for c in others]
    if not names:
        return Text()
    same = all(c.exact == best.exact for c in others)
    if same:
        return say(
            "Several files match: {file} was graded, the one changed last, and not {others}.",
            file=clean(best.path.name),
            others=_list(names),
        )
    return say(
        "Several files match: {file} was graded, whose name fits best, and not {others}.",
        file=clean(best.path.name),
        others=_list(names),
    )


def _submission(
    exercise: str, main: Path, student: str, note: Text, files: tuple[Path, ...] | None = None
) -> Submission:
    root = main.parent
    left_out = False
    if files is None:
        files, left_out = files_under(root, main)
    if left_out:
        bounded = say("Only the {count} nearest files of the folder were taken.", count=min(len(files), MOST_FILES))
        note = join([note, bounded], " ") if note else bounded
    return Submission(clean(student), exercise, root, main, files, note)


# ── A class ─────────────────────────────────────────────────────────────────────────────────────


def find_all(folder: Path, known_ids: Collection[str], only: Collection[str] = ()) -> Intake:
    """Every submission in a class folder. Raises NothingToGrade where `folder` is none."""
    folder = folder.absolute()
    if not folder.is_dir():
        raise _nothing(say("{path} is not a folder of submissions.", path=folder))
    entries = list(walk(folder, CLASS_DEPTH))
    candidates = [c for e in entries if (c := _candidate(folder, e, known_ids))]
    asked = [c for c in candidates if not only or c.exercise in only]
    submissions, passed_over = _best_of_each(folder, asked)
    not_asked = {
        c.path: say("{exercise} was not asked for.", exercise=c.exercise)
        for c in candidates
        if only and c.exercise not in only
    }
    ignored = left_aside(folder, entries, known_ids, submissions, {**not_asked, **passed_over})
    return Intake(tuple(submissions), tuple(ignored))


def _candidate(folder: Path, entry: Entry, known_ids: Collection[str]) -> _Candidate | None:
    if entry.kind != "file" or entry.path.suffix.lower() not in PROGRAMS:
        return None
    *folders, name = entry.path.relative_to(folder).parts
    named = read_name(name, known_ids) or _by_folder(entry.path, folders, known_ids)
    if named is None:
        return None
    while folders and _WRAPPERS.fullmatch(folders[0]):
        folders = folders[1:]
    people = [f for f in folders if named.exercise not in exercises_of(f, known_ids)]
    flat = not people and bool(named.owner)
    student = people[0] if people else named.owner or folder.name
    return _Candidate(entry.path, named.exercise, student, named.exact or flat, entry.modified, flat)


def _by_folder(path: Path, folders: Sequence[str], known_ids: Collection[str]) -> Named | None:
    """A file of any name alone in a folder named for an exercise is that exercise's program."""
    if not folders:
        return None
    named = read_name(folders[-1], known_ids)
    if named is None or not named.exact:
        return None
    programs = [e for e in walk(path.parent, 1) if e.kind == "file" and e.path.suffix.lower() in PROGRAMS]
    return Named(named.exercise, False, "") if len(programs) == 1 else None


def _best_of_each(folder: Path, candidates: Iterable[_Candidate]) -> tuple[list[Submission], dict[Path, Text]]:
    """One submission for each student and exercise, and why the other candidates were passed over."""
    groups: dict[tuple[str, str], list[_Candidate]] = {}
    for candidate in candidates:
        groups.setdefault((candidate.student, candidate.exercise), []).append(candidate)
    submissions: list[Submission] = []
    passed_over: dict[Path, Text] = {}
    names = _distinct({student for student, _ in groups})
    for (student, exercise), group in sorted(groups.items()):
        best = max(group, key=lambda c: c.rank)
        others = [c for c in group if c is not best]
        for other in others:
            passed_over[other.path] = say("{file} was graded instead.", file=clean(str(best.path.relative_to(folder))))
        files = _own_files(best) if best.flat else None
        submissions.append(_submission(exercise, best.path, names[student], _chosen(best, others), files))
    return submissions, passed_over


def _distinct(students: Iterable[str]) -> Mapping[str, str]:
    """Clean names, told apart where cleaning makes two students' names equal."""
    taken: set[str] = set()
    names: dict[str, str] = {}
    for student in sorted(students):
        name, count = clean(student), 1
        while name in taken:
            count += 1
            name = f"{clean(student)} ({count})"
        taken.add(name)
        names[student] = name
    return names


def _own_files(candidate: _Candidate) -> tuple[Path, ...]:
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
