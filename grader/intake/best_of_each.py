"""One submission for each student, exercise and attempt: the best of several files, and the files that go along."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from grader.domain import Submission, Text
from grader.intake.candidates import Candidate, chosen, submission
from grader.intake.exercise_names import clean
from grader.intake.listing import MAX_FILES, files_under, walk
from grader.intake.several_exercises import told_together
from grader.messages import join, say

Student = tuple[str, str]


def best_of_each(place: Path, candidates: Iterable[Candidate]) -> tuple[list[Submission], dict[Path, Text]]:
    """Return one submission for each student, exercise and attempt, and why the other candidates were passed over."""
    works: dict[tuple[Student, str, int], list[Candidate]] = {}
    for candidate in candidates:
        who = (candidate.student, candidate.key)
        works.setdefault((who, candidate.exercise, candidate.attempt), []).append(candidate)
    shared = _Shared(works)
    submissions: list[Submission] = []
    passed_over: dict[Path, Text] = {}
    names = distinct({who for who, _, _ in works})
    for (who, exercise, attempt), work in sorted(works.items()):
        best = max(work, key=lambda c: c.rank)
        others = [c for c in work if c is not best]
        for other in others:
            instead = best.shown.relative_to(place) if best.shown.is_relative_to(place) else best.shown
            passed_over[other.path] = say("{file} was graded instead.", file=clean(str(instead)))
        files = None if best.owned else shared.files_of(best, who)
        rivals = [c for c in others if c.sure == best.sure]
        said = [text for text in (chosen(best, rivals), told_together(exercise, best.together)) if text]
        made = submission(exercise, best.path, names[who], join(said, " "), files)
        submissions.append(replace(made, received=best.received, identity=best.identity, attempt=attempt))
    graded = {submission.main for submission in submissions}
    return submissions, {path: why for path, why in passed_over.items() if path not in graded}


def distinct(students: Iterable[Student]) -> Mapping[Student, str]:
    """Return clean names, told apart where two students bear one, or where cleaning makes their names equal: by what
    the LMS knows them by, else by a number. A name that is clean as it stands keeps it, whoever else comes."""
    students = sorted(students, key=lambda one: (clean(one[0]) != one[0], one))
    often = Counter(clean(student) for student, _ in students)
    taken: set[str] = set()
    names: dict[Student, str] = {}
    for student, key in students:
        plain_name, count = clean(student), 1
        name = f"{plain_name} ({key})" if key and often[plain_name] > 1 else plain_name
        while name in taken:
            count += 1
            name = f"{plain_name} ({count})"
        taken.add(name)
        names[student, key] = name
    return names


class _Shared:
    """Folders in which several students' files lie side by side, each looked at once."""

    def __init__(self, works: Mapping[tuple[Student, str, int], Sequence[Candidate]]) -> None:
        self._owners: dict[Path, set[Student]] = {}
        for (who, _, _), work in works.items():
            for one in work:
                self._owners.setdefault(one.path, set()).add(who)
        self._files: dict[Path, list[tuple[Path, str]]] = {}

    def files_of(self, best: Candidate, who: Student) -> tuple[Path, ...] | None:
        """Return, for a program whose owner stands in its name or nowhere, what lies in the same folder and is no other
        student's.

        « dupont_exo1.py » takes along what bears Dupont's name (« dupont_mlp.keras »), what begins with it first; a program
        that names nobody takes what bears nobody's. None where the folder has one student only: all of it is theirs.
        """
        folder = best.path.parent
        if best.flat:
            name = _letters(best.student)
            bearing = [(path, words) for path, words in self._listed(folder) if f" {name} " in f" {words} "]
            own = [path for path, words in sorted(bearing, key=lambda one: not f"{one[1]} ".startswith(f"{name} "))]
        elif rivals := self._rivals(folder) - {who}:
            names = [f" {_letters(name)} " for name, _ in rivals]
            own = [
                folder / file
                for file in files_under(folder, best.path)[0]
                if not any(name in f" {_letters(Path(part).stem)} " for part in file.parts for name in names)
            ]
        else:
            return None
        kept = [path for path in own if path != best.path and who in self._owners.get(path, {who})]
        return tuple(path.relative_to(folder) for path in (best.path, *kept[: MAX_FILES - 1]))

    def _rivals(self, folder: Path) -> set[Student]:
        return {who for path, owners in self._owners.items() if folder in path.parents for who in owners}

    def _listed(self, folder: Path) -> list[tuple[Path, str]]:
        """Return the files of a folder with the words of their names: « dupont » is none of those of
        « dupontel_exo1.py », nor « py » one of any program's."""
        if folder not in self._files:
            files = [e.path for e in walk(folder, 1) if e.kind == "file"]
            self._files[folder] = [(path, _letters(path.stem)) for path in files]
        return self._files[folder]


def _letters(name: str) -> str:
    return " ".join(re.split(r"[\s_.]+", name.casefold())).strip()
