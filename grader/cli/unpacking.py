"""Archives opened behind the sandbox's walls: a worker without libraries, started when the first archive is met."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

from grader.domain import Limits
from grader.errors import WorkerDied
from grader.intake.entries import MIB, Bounds
from grader.intake.refusals import Refusal, Why
from grader.intake.unpacking import take_over
from grader.sandbox import Job, Sandbox, Slot

COPIES = ".copies"  # below the results; hidden, so that a class folder around them does not show it
SECONDS = 600.0
MEMORY_MIB = 1024
_ENDED = {"timeout": Why.TIME, "cpu": Why.TIME, "memory": Why.MEMORY, "disk": Why.LARGE}


class Walled:
    """An `Unpack` for `intake.find_all`. Use as a context manager: `choose` is asked once, if at all; `tell` is given
    the name of each archive that is opened."""

    def __init__(self, choose: Callable[[], Sandbox], tell: Callable[[str], None] = lambda name: None) -> None:
        self._choose = choose
        self._tell = tell
        self._slot: Slot | None = None

    def __enter__(self) -> Walled:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._slot is not None:
            self._slot.close()

    def __call__(self, archive: Path, target: Path, bounds: Bounds) -> list[Refusal]:
        if archive.stat().st_size > bounds.archive:
            return [Refusal("", Why.ARCHIVE_LARGE)]
        self._tell(archive.name)
        if self._slot is None:
            self._slot = Slot(self._choose(), (), ("grader.worker.unpack",), threads=1)
        folder = self._slot.new_folder()
        try:
            shutil.copyfile(archive, folder / "archive")  # a job may write in its folder, so the original stays away
            lines: list[bytes] = []
            limits = Limits(
                wall=SECONDS, cpu=SECONDS, memory_mib=MEMORY_MIB, file_mib=bounds.file // MIB + 1, processes=4
            )
            fields = {"folder": str(folder), "bounds": asdict(bounds)}
            try:
                status = self._slot.run(
                    Job("grader.worker.unpack", fields, limits, folder), lines.append
                ).outcome.status
            except WorkerDied:
                status = "killed"
            refused, done = _told(lines)
            if not done:
                refused.append(Refusal("", _ENDED.get(status, Why.DAMAGED)))
            if (folder / "files").is_dir() and not (folder / "files").is_symlink():
                refused += take_over(folder / "files", target, bounds)
            return refused
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _told(lines: list[bytes]) -> tuple[list[Refusal], bool]:
    """The events, read distrustfully: what is not of the expected form is passed over."""
    refused: list[Refusal] = []
    done = False
    for line in lines[:1000]:
        try:
            event = json.loads(line)
            done = done or event.get("done") is True
            if "why" in event:
                refused.append(Refusal(str(event["name"])[:300], Why(event["why"])))
        except (ValueError, KeyError, AttributeError, RecursionError):
            continue
    return refused, done
