"""One submission for each student, exercise and attempt: the best of several files, and the files that go along."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from grader.domain import Submission, Text
from grader.intake.candidates import Candidate, chosen, submission
from grader.intake.listing import MOST_FILES, files_under, walk
from grader.intake.names import clean
from grader.intake.together import told_together
from grader.messages import join, say

Student = tuple[str, str]


def best_of_each(place: Path, candidates: Iterable[Candidate]) -> tuple[list[Submission], dict[Path, Text]]:
    """One submission for each student, exercise and attempt, and why the other candidates were passed over."""
    works: dict[tuple[Student, str, int], list[Candidate]] = {}
    for candidate in candidates:
        who = (candidate.student, candidate.key)
        works.setdefault((who, candidate.exercise, candidate.attempt), []).append(candidate)
    programs: dict[Path, set[Student]] = {}
    for (who, _, _), work in works.items():
        for one in work:
            programs.setdefault(one.path, set()).add(who)
    submissions: list[Submission] = []
    passed_over: dict[Path, Text] = {}
    names = distinct({who for who, _, _ in works})
    for (who, exercise, attempt), work in sorted(works.items()):
        best = max(work, key=lambda c: c.rank)
        others = [c for c in work if c is not best]
        for other in others:
            instead = best.shown.relative_to(place) if best.shown.is_relative_to(place) else best.shown
            passed_over[other.path] = say("{file} was graded instead.", file=clean(str(instead)))
        files = None if best.owned else _files_of_nobody_else(best, who, programs)
        rivals = [c for c in others if c.sure == best.sure]
        said = [text for text in (chosen(best, rivals), told_together(exercise, best.together)) if text]
        made = submission(exercise, best.path, names[who], join(said, " "), files)
        submissions.append(replace(made, received=best.received, identity=best.identity, attempt=attempt))
    graded = {submission.main for submission in submissions}
    return submissions, {path: why for path, why in passed_over.items() if path not in graded}


def distinct(students: Iterable[Student]) -> Mapping[Student, str]:
    """Clean names, told apart where two students bear one, or where cleaning makes their names equal: by what the LMS
    knows them by, else by a number. A name that is clean as it stands keeps it, whoever else comes."""
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


def _files_of_nobody_else(
    best: Candidate, who: Student, programs: Mapping[Path, set[Student]]
) -> tuple[Path, ...] | None:
    """For a program whose owner stands in its name, or nowhere: what lies in the same folder and is no other student's.

    « dupont_exo1.py » takes along what bears Dupont's name (« dupont_mlp.keras »); a program that names nobody takes what
    bears nobody's. None where the folder has one student only, so that all of it is theirs.
    """
    folder = best.path.parent
    rivals = {other for path, owners in programs.items() if path.is_relative_to(folder) for other in owners} - {who}
    if not best.flat and not rivals:
        return None
    theirs = {path for path, owners in programs.items() if who not in owners}
    if best.flat:
        own = [e.path for e in walk(folder, 1) if e.kind == "file" and _bears(e.path, best.student)]
    else:
        own = [
            folder / file
            for file in files_under(folder, best.path)[0]
            if not any(_bears(Path(part), name) for part in file.parts for name, _ in rivals)
        ]
    kept = [path for path in own if path != best.path and path not in theirs]
    return tuple(path.relative_to(folder) for path in (best.path, *kept[: MOST_FILES - 1]))


def _bears(path: Path, student: str) -> bool:
    """The words of a name: « dupont » is none of those of « dupontel_exo1.py », nor « py » one of any program's."""
    return f" {_letters(student)} " in f" {_letters(path.stem)} "


def _letters(name: str) -> str:
    return " ".join(re.split(r"[\s_.]+", name.casefold())).strip()
