"""Running a submission: a copy of its files, a job in the student's worker, the evidence that comes out."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from grader.domain import (
    Evidence,
    Exercise,
    Json,
    Mode,
    Notice,
    Outcome,
    OutcomeStatus,
    ScalerFit,
    StoredArray,
    Submission,
)
from grader.errors import UnreadableSubmission, WorkerDied
from grader.evidence import ARRAY_BYTES, EVENTS, InvalidEvidence, Reader, copy_regular
from grader.intake import exercise_of
from grader.messages import say
from grader.parsing import Arrays
from grader.sandbox.place import full_disk, without_room
from grader.sandbox.removing import remove_tree
from grader.sandbox.worker_handle import Job

if TYPE_CHECKING:  # what these need does not decide a run (`grader.grading.keys`)
    from grader.grading.options import Options
    from grader.grading.workbench import Workbench
    from grader.parsing import Parser
    from grader.sandbox import WorkerHandle

MAX_FILES = 2000
MAX_FOLDERS = 200  # in one
MAX_FILE_BYTES = 512 << 20
ATTEMPTS = 2
SPARE_BYTES = 16 << 20
HELPERS = "outils.py"
ARRAY_HEADERS = 16 << 20  # what files of arrays take beside their numbers
RECORDED_VALUES = ("nh", "nh_brut", "nh_mlp", "nh_cnn")


EventHandler = Callable[[str, object, Reader], None]
"""Told each event as it comes: its kind, what it holds, and the reader of all of them so far."""


@dataclass(frozen=True, slots=True)
class RanSubmission:
    """The job's `folder` holds `work` (what the program left) and `out` (the arrays of the evidence); `lines` are the events
    as they came, `provided` the notices of files that were provided, `waited` the seconds until a worker was there."""

    outcome: Outcome
    evidence: Evidence
    folder: Path
    lines: tuple[bytes, ...] = ()
    provided: tuple[Notice, ...] = ()
    waited: float = 0.0


def run_submission(
    exercise: Exercise,
    submission: Submission,
    workbench: Workbench,
    options: Options,
    on_event: EventHandler,
) -> RanSubmission:
    """What a run showed. One that a kill from outside ended is tried again: the second time it is the program's doing.

    Raises `WorkerDied` where the worker died twice, `DiskFull` where nothing can be written: the grader's failure, not
    the student's.
    """
    runner = workbench.runner
    assert runner is not None, "who only reads runs nothing"
    run = partial(_run_once, exercise, submission, workbench, runner, options, on_event)
    ran = _surely(run, runner)
    if ran.outcome.ended_from_outside:
        clear(runner, ran.folder)
        ran = _surely(run, runner)
    return ran


def _surely(run: Callable[[], RanSubmission], runner: WorkerHandle) -> RanSubmission:
    """Once more where the worker died."""
    for attempt in range(ATTEMPTS):
        try:
            return run()
        except WorkerDied:
            if attempt + 1 == ATTEMPTS:
                raise
        except OSError as problem:
            raise without_room(problem, runner.folder) from None
    raise AssertionError("unreachable")


def _run_once(
    exercise: Exercise,
    submission: Submission,
    workbench: Workbench,
    runner: WorkerHandle,
    options: Options,
    on_event: EventHandler,
) -> RanSubmission:
    folder = runner.new_folder()
    try:
        return _run_in(folder, exercise, submission, workbench, runner, options, on_event)
    except BaseException:  # nothing of it stays behind, least of all where the disk is full
        clear(runner, folder)
        raise


def _run_in(
    folder: Path,
    exercise: Exercise,
    submission: Submission,
    workbench: Workbench,
    runner: WorkerHandle,
    options: Options,
    on_event: EventHandler,
) -> RanSubmission:
    work, out = folder / "work", folder / "out"
    copy_files(submission, work)
    provide_helpers(exercise, work)
    provided = provide_prerequisites(exercise, submission, work)
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

    job = Job("grader.worker.job", _fields(exercise, submission, workbench, options, folder), limits, folder)
    ran = runner.run(job, on_line)
    for place in (folder, work, out):
        _take_back(place)
    _check_room(folder, ran.outcome)
    evidence = reader.close(ran.printed, list_files(work))
    evidence = replace(
        evidence, notices=(*provided, *evidence.notices), arrays=_directories(evidence, workbench.parser)
    )
    return RanSubmission(ran.outcome, evidence, folder, tuple(lines[:EVENTS]), provided, ran.waited)


def _directories(evidence: Evidence, parser: Parser) -> dict[str, tuple[StoredArray, ...]]:
    """Of the array files that checks and pages open themselves; the others are the evaluator's."""
    named = [training.data.rows_file for training in evidence.trainings if training.data is not None]
    named += [fit.arrays for fit in evidence.calls_of(ScalerFit)]
    named += [figure.arrays for figure in evidence.figures]
    if evidence.folder is None:
        return {}
    names = _within_budget(evidence.folder, [name for name in dict.fromkeys(named) if name is not None])
    found = parser.all([Arrays(evidence.folder, name) for name in names])
    return {name: stored for name, stored in zip(names, found, strict=True) if stored is not None}


def _within_budget(folder: Path, names: Iterable[str]) -> list[str]:
    """A recorder writes no more than its budget: what goes beyond is not its work."""
    sizes = {}
    for name in names:
        with suppress(OSError):
            sizes[name] = (folder / name).lstat().st_size
    together = accumulate(sizes.values())
    return [name for name, size in zip(sizes, together, strict=True) if size <= ARRAY_BYTES + ARRAY_HEADERS]


def _check_room(folder: Path, outcome: Outcome) -> None:
    """Where the disk is full, what the recorder could not write is missing through no fault of the program's."""
    if outcome.status != OutcomeStatus.DISK and shutil.disk_usage(folder).free < SPARE_BYTES:
        raise full_disk(folder)


def _take_back(place: Path) -> None:
    """A program may put a link in the place of its own folder, to lead the grader elsewhere, or close it."""
    if place.is_symlink() or not place.is_dir():
        place.unlink(missing_ok=True)
        place.mkdir()
    place.chmod(0o700)


def _fields(
    exercise: Exercise, submission: Submission, workbench: Workbench, options: Options, folder: Path
) -> dict[str, Json]:
    return {
        "work": str(folder / "work"),
        "out": str(folder / "out"),
        "main": submission.program,
        "seed": options.seed,
        "threads": options.threads,
        "speedups": options.speedups,
        "audit_steps": exercise.audit_steps if options.mode is Mode.AUDIT else None,
        "data": {name: str(info.folder) for name, info in workbench.data.items()},
        "values": list(RECORDED_VALUES),
    }


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
    source = exercise.folder.parent / HELPERS if exercise.folder else None
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


def list_files(work: Path) -> dict[str, int]:
    """The plain files under `work` with their sizes in bytes, bounded, no link followed."""
    found: dict[str, int] = {}
    waiting = [work]  # not `os.walk`, which goes down by calling itself and gives up on hostile depths
    while waiting and len(found) < MAX_FILES:
        try:
            entries = sorted(os.scandir(waiting.pop()), key=lambda entry: entry.name)
        except OSError:
            continue
        folders = []
        for entry in entries:
            with suppress(OSError):
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode):
                    folders.append(Path(entry.path))
                elif stat.S_ISREG(status.st_mode) and len(found) < MAX_FILES:
                    found[str(Path(entry.path).relative_to(work))] = status.st_size
        waiting += reversed(folders[:MAX_FOLDERS])
    return found


def clear(worker: WorkerHandle, folder: Path) -> None:
    """Remove a job's folder, whatever the program left in it."""
    if folder.is_relative_to(worker.folder):
        remove_tree(folder)
