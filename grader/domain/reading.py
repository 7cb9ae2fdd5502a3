"""What was read of a program without running it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.domain.failure import Failure
from grader.domain.text import Notice


@dataclass(frozen=True, slots=True)
class Parts:
    """Describe which exercise the lines of `file` belong to. `marks`: the lines at which a part begins, ascending, with
    its exercise ("" where it is for several); `inside`: (first line, last line, exercise) of functions and classes that
    bear an exercise's name; `prose`: the exercise of each markdown cell; `cells`: the first line of each code cell."""

    marks: tuple[tuple[int, str], ...] = ()
    inside: tuple[tuple[int, int, str], ...] = ()
    prose: tuple[str, ...] = ()
    cells: tuple[int, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold what the source says. `answers` maps each key of REPONSES to the text the student wrote."""

    source: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    failure: Failure | None = None
    imports: frozenset[str] = frozenset()
    notices: tuple[Notice, ...] = ()
    parts: Parts = Parts()

    @property
    def runnable(self) -> bool:
        """Return whether the source was read without a failure."""
        return self.failure is None
