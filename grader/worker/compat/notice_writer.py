"""Writes notices about old spellings and the like: once per line of the student's, with the file and the line."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import FrameType

from grader.domain import Text
from grader.evidence import EventWriter
from grader.messages import say
from grader.worker.recorder.failures import CELL, TIMED

MAX_NOTICES = 40
IPYTHON = "/IPython/"  # calls magics for the student
_INTERNAL = (str(Path(__file__).parents[1]), "<frozen importlib", str(importlib.__file__))


class NoticeWriter:
    """Writes each notice once, at the line of the student's that caused it. `work` is the student's folder."""

    def __init__(self, writer: EventWriter, work: Path) -> None:
        self.work = work
        self._writer = writer
        self._written: set[tuple[str, int, str]] = set()

    def asked_by_student(self) -> bool:
        """Return whether the student's own line makes the present call, and not a library's."""
        return self._place() is not None

    def old_spelling(self, old: str, new: str, place: tuple[str, int] | None = None) -> None:
        """Note an old spelling that was understood. Silent where it was not the student who wrote it."""
        self.write(
            say("`{old}` is an old spelling, which was understood: today one writes `{new}`.", old=old, new=new), place
        )

    def dropped(self, old: str) -> None:
        """Note an old spelling for which there is nothing today."""
        self.write(say("`{old}` no longer exists and is not needed any more: it was ignored.", old=old))

    def calling_line(self) -> tuple[str, int] | None:
        """Return the file and line of the student's that makes the present call, for a notice to come; None for a
        library's."""
        return self._place()

    def nearest_line(self) -> tuple[str, int] | None:
        """Return the student's nearest file and line, even where it is a library that makes the call on its behalf."""
        frame = _calling_frame()
        while frame is not None:
            place = self._place_of(frame)
            if place is not None:
                return place
            frame = frame.f_back
        return None

    def write(self, text: Text, place: tuple[str, int] | None = None) -> None:
        """Write a notice at `place`, else at the student's line that makes the present call; nothing where there is none."""
        place = place or self._place()
        if place is None or (*place, text.en) in self._written or len(self._written) >= MAX_NOTICES:
            return
        self._written.add((*place, text.en))
        self._writer.write("notice", fr=text.fr, en=text.en, where=place[0], line=place[1])

    def source_line(self) -> str:
        """Return the text of the line that makes the present call; empty where it is unknown."""
        import linecache

        frame = _calling_frame()
        return linecache.getline(frame.f_code.co_filename, frame.f_lineno) if frame is not None else ""

    def _place(self) -> tuple[str, int] | None:
        frame = _calling_frame()
        return self._place_of(frame) if frame is not None else None

    def _place_of(self, frame: FrameType) -> tuple[str, int] | None:
        name = frame.f_code.co_filename
        if CELL.fullmatch(name):
            return name, frame.f_lineno
        if name.startswith(TIMED):
            cell = _cell_around(frame)
            return (cell, frame.f_lineno + 1) if cell else None
        path = Path(name)
        return (str(path.relative_to(self.work)), frame.f_lineno) if path.is_relative_to(self.work) else None


def _cell_around(frame: FrameType | None) -> str | None:
    while frame is not None and not CELL.fullmatch(frame.f_code.co_filename):
        frame = frame.f_back
    return frame.f_code.co_filename if frame is not None else None


def _calling_frame() -> FrameType | None:
    """Return the nearest frame that is neither the worker's, the import system's nor IPython's."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith(_INTERNAL) and IPYTHON not in name:
            return frame
        frame = frame.f_back
    return None
