"""When the work of a class was due, and when it came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from grader.store import Deadline, Gradebook
from grader.store.calendar import ALL

Moments = tuple[tuple[str, str, datetime], ...]  # student, exercise or `ALL`, moment


@dataclass(frozen=True, slots=True)
class Dates:
    """What is new about deadlines; None where nothing is said, and what the gradebook remembers goes on to hold.

    `lifted` takes the deadline back; `extensions` are deadlines of single students, `receipts` when each work came in.
    """

    deadline: Deadline | None = None
    lifted: bool = False
    extensions: Moments | None = None
    receipts: Moments | None = None

    def write_to(self, book: Gradebook, exercises: Iterable[str]) -> None:
        """Put them into the gradebook: for these exercises, or for all where none is named."""
        if self.deadline is not None or self.lifted:
            book.set_deadlines(list(exercises) or [ALL], self.deadline)
        if self.extensions is not None:
            book.extend(self.extensions)
        if self.receipts is not None:
            book.receive(self.receipts)

    def unknown_students(self, known: Iterable[str]) -> list[str]:
        """Return the names in the tables that are none of `known`, capitals apart."""
        there = {name.casefold() for name in known}
        named = {student for table in (self.extensions, self.receipts) for student, _, _ in table or ()}
        return sorted(name for name in named if name.casefold() not in there)
