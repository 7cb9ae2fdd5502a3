"""What was read of a program without running it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from grader.domain.evidence import Failure, Frame, cell_number
from grader.domain.text import Notice


@dataclass(frozen=True, slots=True)
class Parts:
    """Which exercise the lines of `file` belong to. `marks`: the lines at which a part begins, ascending, with its
    exercise ("" where it is for several); `inside`: (first line, last line, exercise) of functions and classes that
    bear an exercise's name; `prose`: the exercise of each markdown cell; `cells`: the first line of each code cell."""

    marks: tuple[tuple[int, str], ...] = ()
    inside: tuple[tuple[int, int, str], ...] = ()
    prose: tuple[str, ...] = ()
    cells: tuple[int, ...] = ()
    file: str = ""

    def at(self, line: int) -> str:
        """The exercise to which a line belongs; "" where nothing says so."""
        return self._within(line) or self._below(line)

    @property
    def exercises(self) -> tuple[str, ...]:
        """Every exercise that has a part of its own."""
        found = [exercise for _, exercise in self.marks] + [exercise for *_, exercise in sorted(self.inside)]
        return tuple(dict.fromkeys(exercise for exercise in found if exercise))

    def begins(self, exercise: str) -> int | None:
        """The first line of an exercise's part."""
        lines = [line for line, own in self.marks if own == exercise]
        lines += [first for first, _, own in self.inside if own == exercise]
        return min(lines, default=None)

    def of_failure(self, failure: Failure) -> tuple[str, int]:
        """The exercise that was at work when something failed ("" where nothing says so), and the line.

        A function of an exercise's own name says it best; else the line at the top that called all others."""
        lines = [line for frame in failure.frames if (line := self._line(frame))]
        for line in reversed(lines):
            if own := self._within(line):
                return own, line
        return (self._below(lines[0]), lines[0]) if lines else ("", 0)

    def _line(self, frame: Frame) -> int:
        """The line in the whole text; 0 where the frame is of another file."""
        cell = cell_number(frame.file)
        if cell is not None and 0 < cell <= len(self.cells):
            return self.cells[cell - 1] + frame.line - 1
        return frame.line if PurePath(frame.file).name == self.file else 0

    def _within(self, line: int) -> str:
        around = [(last - first, exercise) for first, last, exercise in self.inside if first <= line <= last]
        return min(around)[1] if around else ""

    def _below(self, line: int) -> str:
        before = bisect_right(self.marks, line, key=lambda mark: mark[0])
        return self.marks[before - 1][1] if before else ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the source says. `answers` maps each key of REPONSES to the text the student wrote."""

    source: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    failure: Failure | None = None
    imports: frozenset[str] = frozenset()
    notices: tuple[Notice, ...] = ()
    parts: Parts = Parts()

    @property
    def runnable(self) -> bool:
        return self.failure is None
