"""Inside the sandbox: the job that unpacks an archive; each refused entry is an event.

Fields: `folder`, where `archive` lies and `files` is made; `bounds`. Events: {"name", "why"}, then {"done": true}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.domain import JobFields, Json
from grader.domain.job_fields import whole_in
from grader.intake.archive_members import Bounds
from grader.intake.archives import unpack
from grader.parsing.response import write_line


@dataclass(frozen=True, slots=True)
class UnpackJob:
    """What the grader asks for."""

    folder: Path
    bounds: Bounds

    @classmethod
    def from_fields(cls, fields: JobFields) -> UnpackJob:
        bounds = {name: whole_in(value) for name, value in fields.table("bounds").items()}
        return cls(fields.path("folder"), Bounds(**bounds))


def run(fields: Mapping[str, Json], events: int) -> int:
    """Entry point, called by name in the forked process; return the exit code."""
    job = UnpackJob.from_fields(JobFields(fields))
    for refusal in unpack(job.folder / "archive", job.folder / "files", job.bounds):
        write_line(events, {"name": refusal.name, "why": refusal.why.value})
    write_line(events, {"done": True})
    return 0
