"""Digests that change whenever the records would say anything else: what is made of them is made anew only then."""

from __future__ import annotations

import hashlib
import sqlite3

from grader.domain import RECORD_SCHEMA
from grader.store.filed import matching

_DATES = (
    "SELECT * FROM deadlines ORDER BY 1",
    "SELECT * FROM extensions ORDER BY 1, 2",
    "SELECT * FROM receipts ORDER BY 1, 2",
    "SELECT value FROM settings WHERE name = 'attempts'",
)


def states(
    connection: sqlite3.Connection, student: str | None = None, exercise: str | None = None
) -> dict[tuple[str, str], str]:
    """Return a digest by student and exercise: another one whenever the record that counts would say anything else, or
    would be written in another form."""
    found: dict[tuple[str, str], list[object]] = {}
    where, values = matching(student, exercise)
    queries = (
        f"""SELECT n.name, s.exercise, s.*, r.made, r.judgement_key, r.schema FROM submissions s
            JOIN students n ON n.id = s.student JOIN records r ON r.submission = s.id WHERE 1 {where} ORDER BY s.id""",
        f"""SELECT n.name, s.exercise, s.id, s.withdrawn FROM decisions s
            JOIN students n ON n.id = s.student WHERE 1 {where} ORDER BY s.id""",
    )
    for query in queries:
        for row in connection.execute(query, values):
            found.setdefault((row[0], row[1]), []).append(tuple(row))
    shared = [tuple(map(tuple, connection.execute(query))) for query in _DATES]
    return {key: _digest((listed, shared, RECORD_SCHEMA)) for key, listed in found.items()}


def state(connection: sqlite3.Connection) -> str:
    """Return one digest for all: another one whenever the records would say anything else."""
    queries = (
        "SELECT s.*, r.made, r.judgement_key FROM submissions s JOIN records r ON r.submission = s.id ORDER BY s.id",
        "SELECT id, withdrawn FROM decisions ORDER BY id",
        *_DATES,
    )
    return _digest([tuple(row) for query in queries for row in connection.execute(query)])


def _digest(listed: object) -> str:
    return hashlib.sha256(repr(listed).encode("utf-8", "replace")).hexdigest()
