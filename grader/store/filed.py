"""Records as the gradebook files them: under which keys, and which of a student's submissions counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from grader import records as forms
from grader.domain import RECORD_SCHEMA, Record, Submission
from grader.errors import UnreadableSubmission
from grader.files import DAMAGED
from grader.store import rows

LIGHT = {"answers"}  # of the exhibits: small, and asked for whenever a decision is applied
_CURRENT = """
    SELECT s.*, n.name, r.run_key, r.judgement_key, r.schema, r.json, {exhibits} AS exhibits,
           json_valid(r.exhibits) AS whole
    FROM submissions s JOIN students n ON n.id = s.student JOIN records r ON r.submission = s.id
    WHERE s.seen = (SELECT max(o.seen) FROM submissions o JOIN records q ON q.submission = o.id
                    WHERE o.student = s.student AND o.exercise = s.exercise AND o.attempt = s.attempt)
"""


@dataclass(frozen=True, slots=True)
class Filed:
    """Under which keys a submission's record is filed. `backend` is the sandbox that it ran in."""

    run_key: str
    judgement_key: str
    broken: bool
    backend: str


@dataclass(frozen=True, slots=True)
class Current:
    """A submission that counts: who handed it in and when (its files are on the run_cache, if anywhere), and its record as
    the grader made it; None where a newer version wrote it, or where it is `damaged`."""

    submission: Submission
    fingerprint: str
    run_key: str
    judgement_key: str
    record: Record | None
    damaged: bool = False


def now() -> str:
    """Return the moment, ISO 8601 in UTC, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def matching(student: str | None, exercise: str | None) -> tuple[str, list[str]]:
    """Return a condition for one student, one exercise or both ("" for all), and the values for its marks."""
    given = {"n.name": student, "s.exercise": exercise}
    asked = {column: value for column, value in given.items() if value is not None}
    return "".join(f" AND {column} = ?" for column in asked), list(asked.values())


def current(
    connection: sqlite3.Connection, student: str | None = None, exercise: str | None = None, exhibits: bool = True
) -> Iterator[Current]:
    """Yield what was handed in last, of every attempt."""
    where, values = matching(student, exercise)
    query = _CURRENT.format(exhibits="r.exhibits" if exhibits else "'{}'")
    for row in connection.execute(query + where + " ORDER BY n.name, s.exercise, s.attempt", values):
        yield _current(row)


def _current(row: sqlite3.Row) -> Current:
    keys = (row["fingerprint"], row["run_key"], row["judgement_key"])
    try:
        if not row["whole"]:
            raise ValueError("exhibits")
        return Current(rows.handed_in(row), *keys, rows.record(row))
    except (*DAMAGED, UnreadableSubmission):
        program = Path(row["program"])
        submission = Submission(row["name"], row["exercise"], Path(), program, (), attempt=row["attempt"])
        return Current(submission, *keys, None, damaged=True)


def look_up(connection: sqlite3.Connection, submission: Submission, fingerprint: str) -> Filed | None:
    """Return under which keys the record of just these files of this student is filed, if it can be read here."""
    row = connection.execute(
        """SELECT r.run_key, r.judgement_key, r.broken, r.schema, r.backend
           FROM submissions s JOIN students n ON n.id = s.student JOIN records r ON r.submission = s.id
           WHERE n.name = ? AND s.exercise = ? AND s.attempt = ? AND s.fingerprint = ?""",
        (rows.storable(submission.student), submission.exercise, submission.attempt, fingerprint),
    ).fetchone()
    if row is None or row["schema"] > RECORD_SCHEMA:
        return None
    return Filed(row["run_key"], row["judgement_key"], bool(row["broken"]), row["backend"])


def file(
    connection: sqlite3.Connection,
    submission: Submission,
    fingerprint: str,
    run_key: str,
    judgement_key: str,
    record: Record,
) -> None:
    """Write a record in place of the one that was filed for these files, unless it is the same."""
    fields = forms.to_json(record)
    exhibits = fields.pop("exhibits")
    assert isinstance(exhibits, dict)
    fields["exhibits"] = {kind: exhibits.pop(kind) for kind in LIGHT & exhibits.keys()}
    backend = str(record.sandbox.get("backend", ""))
    number = rows.enter(connection, submission, fingerprint)
    texts = map(rows.as_json, (fields, exhibits))
    values = (run_key, judgement_key, record.schema, record.broken, backend, *texts)
    before = connection.execute(
        "SELECT run_key, judgement_key, schema, broken, backend, json, exhibits FROM records WHERE submission = ?",
        (number,),
    ).fetchone()
    if before is None or tuple(before) != values:  # else what was made of it before, pages too, still holds
        connection.execute(
            """INSERT OR REPLACE INTO records
               (submission, run_key, judgement_key, schema, broken, backend, json, exhibits, made)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (number, *values, now()),
        )
