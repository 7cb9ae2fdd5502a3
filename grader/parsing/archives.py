"""Outside: has a parsing worker open archives."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from grader.domain import Limits, OutcomeStatus
from grader.errors import WorkerDied
from grader.evidence import Fields, InvalidEvidence, read_json
from grader.intake.archive_members import MIB, Bounds
from grader.intake.refusals import Refusal, Why
from grader.intake.unpacking import Unpack, take_over
from grader.parsing.parser import Parser
from grader.sandbox import Job, WorkerHandle
from grader.sandbox.removing import remove_tree

SECONDS = 600.0
MEMORY_MIB = 1024
MAX_LINES = 4000
_REFUSED_FOR = {
    OutcomeStatus.TIMEOUT: Why.TIME,
    OutcomeStatus.CPU: Why.TIME,
    OutcomeStatus.MEMORY: Why.MEMORY,
    OutcomeStatus.DISK: Why.LARGE,
}


def unpacked_by(parser: Parser, on_archive: Callable[[str], None] = lambda name: None) -> Unpack:
    """Return an `Unpack` for `intake.find_all`; `on_archive` is called with the name of each archive that is opened."""

    def unpack(archive: Path, target: Path, bounds: Bounds) -> list[Refusal]:
        if archive.stat().st_size > bounds.archive:
            return [Refusal("", Why.ARCHIVE_LARGE)]
        on_archive(archive.name)
        with parser.held() as handle:
            return _unpacked(handle, archive, target, bounds)

    return unpack


def _unpacked(handle: WorkerHandle, archive: Path, target: Path, bounds: Bounds) -> list[Refusal]:
    folder = handle.new_folder()
    try:
        shutil.copyfile(archive, folder / "archive")  # a job may write in its folder, so the original stays away
        refused, status = _run(handle, folder, bounds)
        if status is not None:
            refused.append(Refusal("", _REFUSED_FOR.get(status, Why.DAMAGED)))
        if (folder / "files").is_dir() and not (folder / "files").is_symlink():
            refused += take_over(folder / "files", target, bounds)
        return refused
    finally:
        remove_tree(folder)


def _run(handle: WorkerHandle, folder: Path, bounds: Bounds) -> tuple[list[Refusal], OutcomeStatus | None]:
    """Return what was refused, and how the job ended where it did not say that it was done."""
    lines: list[bytes] = []
    limits = Limits(wall=SECONDS, cpu=SECONDS, memory_mib=MEMORY_MIB, file_mib=bounds.file // MIB + 1, processes=4)
    job = Job("grader.parsing.unpack_job", {"folder": str(folder), "bounds": asdict(bounds)}, limits, folder)
    try:
        status = handle.run(job, lines.append).outcome.status
    except WorkerDied:
        status = OutcomeStatus.KILLED
    refused, done = _reported(lines)
    return refused, None if done else status


def _reported(lines: list[bytes]) -> tuple[list[Refusal], bool]:
    """Return the refusals of the events, and whether the job was done. What lacks the expected form is passed over."""
    refused: list[Refusal] = []
    done = False
    for line in lines[:MAX_LINES]:
        try:
            event = Fields(read_json(line))
            done = done or event.flag("done")
            if why := event.text("why"):
                refused.append(Refusal(event.text("name", 300), Why(why)))
        except (InvalidEvidence, ValueError):
            continue
    return refused, done
