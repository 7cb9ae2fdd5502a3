"""What is said about an old spelling: once per line of the student's, with the file and the line."""

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
_BETWEEN = (str(Path(__file__).parents[1]), "<frozen importlib", str(importlib.__file__))


class Told:
    def __init__(self, writer: EventWriter, work: Path) -> None:
        self.work = work
        self._writer = writer
        self._said: set[tuple[str, int, str]] = set()

    def asked(self) -> bool:
        """True where the student's own line asks, and not a library's."""
        return self._place() is not None

    def old(self, old: str, new: str, place: tuple[str, int] | None = None) -> None:
        """An old spelling that was understood. Silent where it was not the student who wrote it."""
        self.tell(
            say("`{old}` is an old spelling, which was understood: today one writes `{new}`.", old=old, new=new), place
        )

    def dropped(self, old: str) -> None:
        """An old spelling for which there is nothing today."""
        self.tell(say("`{old}` no longer exists and is not needed any more: it was ignored.", old=old))

    def here(self) -> tuple[str, int] | None:
        """The student's line that asks now, for what can only be told later."""
        return self._place()

    def above(self) -> tuple[str, int] | None:
        """The student's nearest line, even where it is a library that asks on its behalf."""
        frame = _asking()
        while frame is not None:
            place = self._place_of(frame)
            if place is not None:
                return place
            frame = frame.f_back
        return None

    def tell(self, text: Text, place: tuple[str, int] | None = None) -> None:
        place = place or self._place()
        if place is None or (*place, text.en) in self._said or len(self._said) >= MAX_NOTICES:
            return
        self._said.add((*place, text.en))
        self._writer.write("notice", fr=text.fr, en=text.en, where=place[0], line=place[1])

    def source_line(self) -> str:
        """The text of the student's line that asks; empty where it is unknown."""
        import linecache

        frame = _asking()
        return linecache.getline(frame.f_code.co_filename, frame.f_lineno) if frame is not None else ""

    def _place(self) -> tuple[str, int] | None:
        frame = _asking()
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


def _asking() -> FrameType | None:
    """The nearest frame that is neither the worker's, the import system's nor IPython's."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith(_BETWEEN) and IPYTHON not in name:
            return frame
        frame = frame.f_back
    return None
