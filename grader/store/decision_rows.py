"""Decisions as rows: a later one takes the place of an earlier one, which stays on file."""

from __future__ import annotations

import sqlite3

from grader.store.decisions import Decision
from grader.store.filed import now

_DECIDED = ("kind", "points", "author", "date", "reason", "anchor")


def decisions(connection: sqlite3.Connection) -> list[Decision]:
    """Return the latest decision on each verdict, unless it was withdrawn."""
    found = connection.execute(
        """SELECT d.*, n.name FROM decisions d JOIN students n ON n.id = d.student
           WHERE d.withdrawn IS NULL AND d.id = (SELECT max(o.id) FROM decisions o WHERE o.student = d.student
                 AND o.exercise = d.exercise AND o.check_id = d.check_id) ORDER BY d.id"""
    )
    return [
        Decision(*(row[name] for name in ("name", "exercise", "check_id")), *(row[n] for n in _DECIDED))
        for row in found
    ]


def decide(connection: sqlite3.Connection, decision: Decision) -> None:
    """Add a decision on the work of a student who is in the gradebook."""
    (student,) = connection.execute("SELECT id FROM students WHERE name = ?", (decision.student,)).fetchone()
    connection.execute(
        f"INSERT INTO decisions (student, exercise, check_id, {', '.join(_DECIDED)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (student, decision.exercise, decision.check, *(getattr(decision, name) for name in _DECIDED)),
    )


def withdraw(connection: sqlite3.Connection, student: str, exercise: str, check: str) -> bool:
    """Note that what was decided no longer holds; return False where nothing was decided."""
    done = connection.execute(
        """UPDATE decisions SET withdrawn = ? WHERE withdrawn IS NULL AND exercise = ? AND check_id = ?
           AND student = (SELECT id FROM students WHERE name = ?)""",
        (now(), exercise, check, student),
    )
    return done.rowcount > 0
