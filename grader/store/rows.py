"""Submissions and records as rows, and back."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

from grader import records as forms
from grader.domain import RECORD_SCHEMA, Record, Submission


def enter(connection: sqlite3.Connection, submission: Submission, fingerprint: str) -> int:
    """Return the row of a submission, made the latest of its student, exercise and attempt. Writes only what
    changed."""
    name = storable(submission.student)
    connection.execute("INSERT OR IGNORE INTO students (name) VALUES (?)", (name,))
    (student,) = connection.execute("SELECT id FROM students WHERE name = ?", (name,)).fetchone()
    facts = {
        "program": submission.program,
        "received": submission.received,
        "identity": json.dumps(dict(submission.identity), ensure_ascii=False),
        "members": json.dumps(submission.members, ensure_ascii=False),
    }
    facts = {name: storable(value) for name, value in facts.items()}
    key = (student, submission.exercise, submission.attempt)
    others = connection.execute(
        "SELECT * FROM submissions WHERE student = ? AND exercise = ? AND attempt = ? ORDER BY seen DESC", key
    ).fetchall()
    latest = others[0]["seen"] if others else 0
    row = next((o for o in others if o["fingerprint"] == fingerprint), None)
    if row is None:
        made = connection.execute(
            """INSERT INTO submissions (student, exercise, attempt, fingerprint, program, received, identity, members, seen)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (*key, fingerprint, *facts.values(), latest + 1),
        )
        assert made.lastrowid is not None
        return made.lastrowid
    if row["seen"] != latest or any(row[name] != value for name, value in facts.items()):
        connection.execute(
            "UPDATE submissions SET program = ?, received = ?, identity = ?, members = ?, seen = ? WHERE id = ?",
            (*facts.values(), latest + (row["seen"] != latest), row["id"]),
        )
    return int(row["id"])


def handed_in(row: sqlite3.Row) -> Submission:
    """Return the submission of a row, without its files. Raises one of `DAMAGED` for a row that something else has
    changed."""
    nowhere = Path()
    return Submission(
        row["name"],
        row["exercise"],
        nowhere,
        nowhere / row["program"],
        (),
        received=row["received"],
        identity=json.loads(row["identity"]),
        members=tuple(json.loads(row["members"])),
        attempt=row["attempt"],
    )


def record(row: sqlite3.Row) -> Record | None:
    """Return the record as it was filed, an older one as today's; who handed it in, and when, is known from the latest
    hand-in of these files. None for a record of a newer version.

    Raises one of `DAMAGED`, or UnreadableSubmission, for a row that is cut off or mixed up.
    """
    if row["schema"] > RECORD_SCHEMA:
        return None
    fields = json.loads(row["json"])
    fields["exhibits"] |= json.loads(row["exhibits"])
    by = handed_in(row)
    return replace(forms.from_json(fields), received=by.received, identity=by.identity, members=by.members)


def as_json(value: object) -> str:
    """Return a value as JSON that the database takes. Raises ValueError for NaN."""
    return storable(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")))


def storable(text: str) -> str:
    """Return the text with half surrogate pairs, which no database takes, as question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
