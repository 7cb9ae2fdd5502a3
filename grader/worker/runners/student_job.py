"""What a student's job is made of, as the grader sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.domain import JobFields


@dataclass(frozen=True, slots=True)
class StudentJob:
    """What the grader asks for. Folders are absolute; `main` is relative to `work`, which is the current folder."""

    work: Path
    out: Path
    main: str
    seed: int
    threads: int
    audit_steps: int | None
    data: Mapping[str, str]
    values: tuple[str, ...] = ()
    speedups: bool = True

    @classmethod
    def from_fields(cls, fields: JobFields) -> StudentJob:
        """Return the job that these fields describe. Raise as `JobFields` does."""
        return cls(
            work=fields.path("work"),
            out=fields.path("out"),
            main=fields.text("main"),
            seed=fields.whole("seed"),
            threads=fields.whole("threads"),
            audit_steps=fields.maybe_whole("audit_steps"),
            data=fields.table_of_texts("data"),
            values=fields.texts("values"),
            speedups=fields.flag("speedups"),
        )
