"""With what a program runs: its limits, and the files that are laid beside it. The key of a run follows the same answers."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.domain import Exercise, Limits, Mode, Notice, Submission
from grader.errors import UnreadableSubmission
from grader.evidence import InvalidEvidence, copy_regular
from grader.intake import exercise_of
from grader.messages import say

if TYPE_CHECKING:
    from grader.grading.options import Options

MAX_FILES = 2000
MAX_FILE_BYTES = 512 << 20
HELPERS = "outils.py"


def limits_of(exercise: Exercise, options: Options) -> Limits:
    """Return the limits under which the exercise's programs run: a time limit that was asked for stands before its own."""
    return exercise.limits if options.time_limit is None else replace(exercise.limits, wall=options.time_limit)


def audit_steps_of(exercise: Exercise, options: Options) -> int | None:
    """Return after how many steps a training is cut short; None where it runs in full."""
    return exercise.audit_steps if options.mode is Mode.AUDIT else None


def helpers_of(exercise: Exercise) -> Path | None:
    """Return where the helper module of the handouts lies, if it is there."""
    return exercise.folder.parent / HELPERS if exercise.folder else None


def copy_files(submission: Submission, work: Path) -> None:
    """Plain files only, so that no link of a submission leads anywhere."""
    work.mkdir()
    for relative in submission.files[:MAX_FILES]:
        try:
            copy_regular(submission.root / relative, work / relative, MAX_FILE_BYTES)
        except InvalidEvidence as problem:
            if str(relative) == submission.program:
                raise UnreadableSubmission(
                    say("{file} cannot be read: {reason}", file=relative, reason=problem)
                ) from None


def provide_helpers(exercise: Exercise, work: Path) -> None:
    """The helper module of the handouts, where the student did not hand in their own copy."""
    source = helpers_of(exercise)
    if source is not None and source.is_file() and not (work / HELPERS).exists():
        shutil.copyfile(source, work / HELPERS)


def provide_prerequisites(exercise: Exercise, submission: Submission, work: Path) -> tuple[Notice, ...]:
    """Files of earlier exercises that the program opens: the student's own from beside this submission, else the
    reference's, with a notice: what went wrong there is not counted twice."""
    notices = []
    for name, earlier in exercise.prerequisites.items():
        if (work / name).exists():
            continue
        *own, reference = candidates(name, exercise, submission)
        if any(_copied(path, work / name) for path in own):
            notices.append(Notice(say("{file} was taken from your {exercise}.", file=name, exercise=earlier)))
        elif _copied(reference, work / name):
            notices.append(Notice(say("{file} was not handed in: the reference's was lent to you.", file=name)))
    return tuple(notices)


def candidates(name: str, exercise: Exercise, submission: Submission) -> list[Path]:
    """Where a file that the program needs is looked for, in this order; the reference's is the last.

    Beside the submission's folder only where that is one folder of several of the same student, named after its
    exercise: elsewhere, what lies beside is another student's.
    """
    earlier, root = exercise.prerequisites[name], submission.root
    own = [root / earlier / name]
    if exercise_of(root.resolve().name, [exercise.id]):
        own = [root / ".." / earlier / name, *own, root / ".." / name]
    exercises = exercise.folder.parents[1] if exercise.folder else Path(os.devnull)
    return [*own, exercises / "reference" / earlier / name]


def _copied(source: Path, target: Path) -> bool:
    try:
        copy_regular(source, target, MAX_FILE_BYTES)
    except InvalidEvidence:
        return False
    return True
