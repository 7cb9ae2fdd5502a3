"""One student's folder or file, as the student has it.

exo1.py · exo1/solution.ipynb · any file that is named on the command line
"""

from __future__ import annotations

from pathlib import Path

from grader.domain import Submission, Text
from grader.errors import NothingToGrade, UnreadableSubmission
from grader.intake.candidates import Candidate, chosen, listed_names, submission
from grader.intake.exercise_names import clean, read_name
from grader.intake.listing import PROGRAMS, Entry, is_program, walk
from grader.intake.several_exercises import ExerciseDetector, detect_nothing, told_together
from grader.messages import say


def find_one(exercise_id: str, path: Path, student: str = "", detect: ExerciseDetector = detect_nothing) -> Submission:
    """Return the submission for `exercise_id` in a folder, or the file `path` whatever its name. `detect` sees into
    programs whose names say nothing.

    Raises NothingToGrade where there is none, UnreadableSubmission where what bears the name is no readable file.
    """
    path = path.absolute()
    if path.is_dir() and path.suffix.lower() in PROGRAMS:
        raise UnreadableSubmission(say("{file} is a folder; a script or a notebook is expected.", file=path.name))
    if path.is_dir():
        return _in_folder(exercise_id, path, student, detect)
    if not path.exists():
        raise NothingToGrade(say("There is no file or folder {path}.", path=path))
    if not path.is_file() or path.suffix.lower() not in PROGRAMS:
        raise UnreadableSubmission(
            say("{file} is neither a script (.py) nor a notebook (.ipynb). Give the file to be graded.", file=path.name)
        )
    return submission(exercise_id, path, student or path.parent.name, Text())


def _in_folder(exercise_id: str, folder: Path, student: str, detect: ExerciseDetector) -> Submission:
    inside = folder / exercise_id
    places = [folder, inside] if inside.is_dir() and not inside.is_symlink() else [folder]
    for place in places:
        candidates = _candidates(exercise_id, place)
        if candidates:
            best = max(candidates, key=lambda c: c.rank)
            others = [c for c in candidates if c.path != best.path]
            return submission(exercise_id, best.path, student or folder.name, chosen(best, others))
    programs = sorted(_programs(folder), key=lambda e: e.modified, reverse=True)
    for program, together in zip(programs, detect([e.path for e in programs]), strict=True):
        if together and exercise_id in together:
            told = told_together(exercise_id, together)
            return submission(exercise_id, program.path, student or folder.name, told)
    wrong = folder / f"{exercise_id}.py"
    if wrong.is_dir():
        raise UnreadableSubmission(say("{file} is a folder; a script or a notebook is expected.", file=wrong.name))
    raise _nothing_in(exercise_id, folder)


def _candidates(exercise_id: str, folder: Path) -> list[Candidate]:
    """Return the programs of one folder that bear the exercise's name; in a folder of that name, its only program."""
    programs = _programs(folder)
    named = [(e, read_name(e.path.name, (exercise_id,))) for e in programs]
    found = [(e, n.exact) for e, n in named if n is not None]
    if not found and len(programs) == 1 and read_name(folder.name, (exercise_id,)):
        found = [(programs[0], False)]
    return [Candidate(e.path, exercise_id, "", exact, e.modified, False) for e, exact in found]


def _programs(folder: Path) -> list[Entry]:
    return [e for e in walk(folder, depth=1) if is_program(e)]


def _nothing_in(exercise_id: str, folder: Path) -> NothingToGrade:
    names = [e.path.name for e in walk(folder, depth=1) if e.kind == "file"]
    programs = [n for n in names if n.lower().endswith(PROGRAMS)]
    found = listed_names(programs or names) or say("nothing")
    return NothingToGrade(
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
