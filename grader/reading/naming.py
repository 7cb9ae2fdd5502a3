"""What names and headings say of exercises; whoever reads a program gives a `Naming` (`grader.intake.exercise_names` has one)."""

from __future__ import annotations

from typing import Protocol


class Naming(Protocol):
    """What names and headings say, in the order in which they say it."""

    def names(self, text: str) -> tuple[str, ...]:
        """Return the exercises that a name says: a file's, a function's, a key's."""
        ...

    def rest(self, text: str) -> str:
        """Return what a name says besides its exercises."""
        ...

    def titles(self, line: str) -> tuple[str, ...]:
        """Return the exercises that a line announces as a heading does; none where it only mentions them."""
        ...


class Nameless:
    """A `Naming` for where no exercise is known: nothing names one."""

    def names(self, text: str) -> tuple[str, ...]:
        """Return no exercise."""
        return ()

    def rest(self, text: str) -> str:
        """Return the whole name."""
        return text

    def titles(self, line: str) -> tuple[str, ...]:
        """Return no exercise."""
        return ()
