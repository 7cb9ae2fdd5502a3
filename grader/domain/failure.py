"""An exception of the student's program, and where in the student's files it was raised."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CELL = re.compile(r"<cell (\d{1,6})>")


@dataclass(frozen=True, slots=True)
class Frame:
    """Describe one frame of a traceback: a line of a file of the student's."""

    file: str
    line: int
    function: str
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Describe an exception of the student's program: `type`, `message`, and the frames of the student's own files."""

    type: str
    message: str
    frames: tuple[Frame, ...]
    cell: int | None = None


def cell_number(file: str) -> int | None:
    """Return the number of a notebook's code cell, which frames and notices name `<cell 3>`; None for any other
    file."""
    found = _CELL.fullmatch(file)
    return int(found[1]) if found else None
