"""The deadlines that hold for a gradebook: per exercise or for all, with extensions, and when work came in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeVar

from grader.domain import Record
from grader.errors import UsageError
from grader.store.lateness import Deadline, lateness, parse_moment, parse_policy

ALL = ""  # in place of an exercise's name: holds for every one that has no entry of its own


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything is read at once: applied to a class, each table is asked once."""

    deadlines: dict[str, Deadline]
    extensions: dict[tuple[str, str], datetime]
    receipts: dict[tuple[str, str], str]

    def apply(self, record: Record) -> Record:
        """Return the record with its moment of receipt and its lateness; without a deadline, as it is."""
        receipt = _of(self.receipts, record)
        if receipt is not None:
            record = replace(record, received=receipt)
        deadline = self.deadlines.get(record.exercise) or self.deadlines.get(ALL)
        if deadline is None or not record.received:
            return replace(record, lateness=None)
        extended = _of(self.extensions, record)
        if extended is not None:
            deadline = replace(deadline, due=max(deadline.due, extended))
        try:
            received = parse_moment(record.received)
        except UsageError:  # a date that nobody can read makes nobody late
            return replace(record, lateness=None)
        return replace(record, lateness=lateness(record, received, deadline))


def _of(table: Mapping[tuple[str, str], T], record: Record) -> T | None:
    """Return a student's entry, by name or by what an LMS knows them by; a group's best known member's."""
    names = (record.student, *record.members, *map(str, record.identity.values()))
    for exercise in (record.exercise, ALL):
        for name in names:
            if (found := table.get((name.casefold(), exercise))) is not None:
                return found
    return None


def read(connection: sqlite3.Connection) -> Calendar:
    """Return the deadlines, extensions and receipts of a gradebook."""
    deadlines = {
        row["exercise"]: Deadline(datetime.fromisoformat(row["due"]), parse_policy(row["policy"]), row["grace"])
        for row in connection.execute("SELECT * FROM deadlines")
    }
    extensions = {
        (row["student"], row["exercise"]): datetime.fromisoformat(row["due"])
        for row in connection.execute("SELECT * FROM extensions")
    }
    receipts = {
        (row["student"], row["exercise"]): str(row["received"]) for row in connection.execute("SELECT * FROM receipts")
    }
    return Calendar(deadlines, extensions, receipts)


def set_deadlines(connection: sqlite3.Connection, exercises: Iterable[str], deadline: Deadline | None) -> None:
    """Set the deadline of these exercises, or of all (`ALL`), whose own deadlines then end. None takes deadlines
    away."""
    for exercise in exercises:
        if exercise == ALL:
            connection.execute("DELETE FROM deadlines")
        connection.execute("DELETE FROM deadlines WHERE exercise = ?", (exercise,))
        if deadline is not None:
            values = (exercise, deadline.due.isoformat(), str(deadline.policy), deadline.grace)
            connection.execute("INSERT INTO deadlines VALUES (?, ?, ?, ?)", values)


def replace_moments(
    connection: sqlite3.Connection,
    table: Literal["extensions", "receipts"],
    entries: Iterable[tuple[str, str, datetime]],
) -> None:
    """Write moments, (student, exercise or `ALL`, when), in place of all that the table held before."""
    connection.execute(f"DELETE FROM {table}")
    rows = [(student.casefold(), exercise, at.isoformat()) for student, exercise, at in entries]
    connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)", rows)
