"""Running a submission: a copy of its files, a job in the student slot, the evidence that comes out."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.domain import Evidence, Exercise, Mode, Notice, Outcome, Submission
from grader.errors import UnreadableSubmission, WorkerDied
from grader.evidence import EVENTS, Forged, Reader, copy_regular
from grader.grading.bench import Bench, Options
from grader.messages import say
from grader.sandbox import Job, Slot

MOST_FILES = 2000
MOST_FILE_BYTES = 512 << 20
ATTEMPTS = 2
HELPERS = "outils.py"
RECORDED_VALUES = ("nh", "nh_brut", "nh_mlp", "nh_cnn")


@dataclass(frozen=True, slots=True)
class RanSubmission:
    """The job's `folder` holds `work` (what the program left) and `out` (the arrays of the evidence); `lines` are
    the events as they came."""

    outcome: Outcome
    evidence: Evidence
    folder: Path
    lines: tuple[bytes, ...] = ()


def run_submission(
    exercise: Exercise,
    submission: Submission,
    bench: Bench,
    options: Options,
    on_event: Callable[[str, Any, Reader], None],
) -> RanSubmission:
    """Raises `WorkerDied` where the worker died twice: the grader's failure, not the student's."""
    for attempt in range(ATTEMPTS):
        try:
            return _run_once(exercise, submission, bench, options, on_event)
        except WorkerDied:
            if attempt + 1 == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _run_once(
    exercise: Exercise,
    submission: Submission,
    bench: Bench,
    options: Options,
    on_event: Callable[[str, Any, Reader], None],
) -> RanSubmission:
    slot = bench.student
    folder = slot.new_folder()
    work, out = folder / "work", folder / "out"
    copy_files(submission, work)
    lend_helpers(exercise, work)
    lent = lend_prerequisites(exercise, submission, work)
    out.mkdir()
    limits = exercise.limits if options.time_limit is None else replace(exercise.limits, wall=options.time_limit)
    reader = Reader(out)

    lines: list[bytes] = []

    def on_line(line: bytes) -> None:
        found = reader.feed(line)
        if found is not None:
            if found[0] != "batch":
                lines.append(line)  # what the reader refuses is kept nowhere: its budget bounds this list too
            on_event(*found, reader)

    job = Job("grader.worker.job", _fields(exercise, submission, bench, options, folder), limits, folder)
    ran = slot.run(job, on_line)
    for place in (folder, work, out):
        _take_back(place)
    evidence = reader.close(ran.printed, list_files(work))
    evidence = replace(evidence, notices=(*lent, *evidence.notices))
    return RanSubmission(ran.outcome, evidence, folder, tuple(lines[:EVENTS]))


def _take_back(place: Path) -> None:
    """A program may put a link in the place of its own folder, to lead the grader elsewhere."""
    if place.is_symlink() or not place.is_dir():
        place.unlink(missing_ok=True)
        place.mkdir()


def _fields(exercise: Exercise, submission: Submission, bench: Bench, options: Options, folder: Path) -> dict[str, Any]:
    return {
        "work": str(folder / "work"),
        "out": str(folder / "out"),
        "main": submission.program,
        "seed": options.seed,
        "threads": options.threads,
        "audit_steps": exercise.audit_steps if options.mode is Mode.AUDIT else None,
        "data": {name: str(info.folder) for name, info in bench.data.items()},
        "values": list(RECORDED_VALUES),
    }


def copy_files(submission: Submission, work: Path) -> None:
    """Plain files only, so that no link of a submission leads anywhere."""
    work.mkdir()
    for relative in submission.files[:MOST_FILES]:
        try:
            copy_regular(submission.root / relative, work / relative, MOST_FILE_BYTES)
        except Forged as problem:
            if str(relative) == submission.program:
                raise UnreadableSubmission(
                    f"{relative} ne peut pas être lu : {problem}", f"{relative} cannot be read: {problem}"
                ) from None


def lend_helpers(exercise: Exercise, work: Path) -> None:
    """The helper module of the handouts, where the student did not hand in their own copy."""
    source = exercise.folder.parent / HELPERS if exercise.folder else None
    if source is not None and source.is_file() and not (work / HELPERS).exists():
        shutil.copyfile(source, work / HELPERS)


def lend_prerequisites(exercise: Exercise, submission: Submission, work: Path) -> tuple[Notice, ...]:
    """Files of earlier exercises that the program opens: the student's own from beside this submission, else the
    reference's, with a notice: what went wrong there is not counted twice."""
    notices = []
    for name, earlier in exercise.borrows.items():
        if (work / name).exists():
            continue
        own = [submission.root / ".." / earlier / name, submission.root / earlier / name, submission.root / ".." / name]
        if any(_copied(path, work / name) for path in own):
            notices.append(Notice(say("{file} was taken from your {exercise}.", file=name, exercise=earlier)))
        elif exercise.folder and _copied(exercise.folder.parents[1] / "reference" / earlier / name, work / name):
            notices.append(Notice(say("{file} was not handed in: the reference's was lent to you.", file=name)))
    return tuple(notices)


def _copied(source: Path, target: Path) -> bool:
    try:
        copy_regular(source, target, MOST_FILE_BYTES)
    except Forged:
        return False
    return True


def list_files(work: Path) -> dict[str, int]:
    """The plain files under `work` with their sizes in bytes, bounded, no link followed."""
    found: dict[str, int] = {}
    for folder, folders, files in os.walk(work, followlinks=False):
        folders[:] = sorted(folders)[:200]
        for name in sorted(files):
            path = Path(folder, name)
            try:
                status = path.lstat()
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode):
                found[str(path.relative_to(work))] = status.st_size
            if len(found) >= MOST_FILES:
                return found
    return found


def clear(slot: Slot, folder: Path) -> None:
    """Remove a job's folder, whatever the program left in it."""
    if folder.is_relative_to(slot.folder):
        shutil.rmtree(folder, ignore_errors=True)
