"""What a student's job is made of, as the grader sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


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
    def from_fields(cls, fields: Mapping[str, Any]) -> StudentJob:
        return cls(
            work=Path(fields["work"]),
            out=Path(fields["out"]),
            main=fields["main"],
            seed=fields["seed"],
            threads=fields["threads"],
            audit_steps=fields["audit_steps"],
            data=fields["data"],
            values=tuple(fields["values"]),
            speedups=fields.get("speedups", True),
        )
