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
from typing import TYPE_CHECKING, TypeVar

from grader.domain import (
    Evidence,
    Exercise,
    Json,
    Notice,
    Outcome,
    OutcomeStatus,
    ScalerFit,
    StoredArray,
    Submission,
)
from grader.errors import WorkerDied
from grader.evidence import ARRAY_BYTES, EVENTS, Reader
from grader.grading.run_inputs import (
    MAX_FILES,
    audit_steps_of,
    copy_files,
    limits_of,
    provide_helpers,
    provide_prerequisites,
)
from grader.parsing import Arrays
from grader.sandbox.place import full_disk, without_room
from grader.sandbox.removing import remove_tree
from grader.sandbox.worker_handle import Job

if TYPE_CHECKING:  # what these need does not decide a run (`grader.grading.keys`)
    from grader.grading.options import Options
    from grader.grading.workbench import Workbench
    from grader.parsing import Parser
    from grader.sandbox import WorkerHandle

MAX_FOLDERS = 200  # in one
ATTEMPTS = 2
SPARE_BYTES = 16 << 20
ARRAY_HEADERS = 16 << 20  # what files of arrays take beside their numbers
RECORDED_VALUES = ("nh", "nh_brut", "nh_mlp", "nh_cnn")


Answer = TypeVar("Answer")
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
    ran = surely(run, runner)
    if ran.outcome.ended_from_outside:
        clear(runner, ran.folder)
        ran = surely(run, runner)
    return ran


def surely(run: Callable[[], Answer], worker: WorkerHandle) -> Answer:
    """Return what a run on this worker gives, tried once more where the worker died. Raises `WorkerDied` where it died
    again, `DiskFull` where nothing can be written."""
    for attempt in range(ATTEMPTS):
        try:
            return run()
        except WorkerDied:
            if attempt + 1 == ATTEMPTS:
                raise
        except OSError as problem:
            raise without_room(problem, worker.folder) from None
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
    reader = Reader(out)

    lines: list[bytes] = []

    def on_line(line: bytes) -> None:
        found = reader.feed(line)
        if found is not None:
            if found[0] != "batch":
                lines.append(line)  # what the reader refuses is kept nowhere: its budget bounds this list too
            on_event(*found, reader)

    job = Job(
        "grader.worker.job",
        _fields(exercise, submission, workbench, options, folder),
        limits_of(exercise, options),
        folder,
    )
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
        "audit_steps": audit_steps_of(exercise, options),
        "data": {name: str(info.folder) for name, info in workbench.data.items()},
        "values": list(RECORDED_VALUES),
    }


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
