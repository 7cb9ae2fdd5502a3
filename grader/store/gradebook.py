"""The gradebook itself: records are filed under what they were made from, and read with all that was decided since."""

from __future__ import annotations

import fcntl
import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO

from grader import records as forms
from grader.domain import RECORD_SCHEMA, Record, Submission
from grader.errors import NothingToGrade, UnreadableSubmission
from grader.files import DAMAGED
from grader.messages import say
from grader.store import calendar, rows
from grader.store.decisions import Decision, Stale, apply
from grader.store.lateness import Deadline
from grader.store.schema import connect, told, writing

FILE = "gradebook.sqlite"
LOCK = ".at-work"
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
    the grader made it; None where another version wrote it, or where it is `damaged`."""

    submission: Submission
    fingerprint: str
    run_key: str
    judgement_key: str
    record: Record | None
    damaged: bool = False
    newer: bool = False


class Gradebook:
    """Use as a context manager. One connection: for one thread; other processes may have the same file open."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._connection = connection
        self._at_work: IO[bytes] | None = None

    @classmethod
    def open(cls, folder: Path, *, create: bool = False) -> Gradebook:
        """The gradebook of an output folder.

        Raises:
            NothingToGrade: there is none, and none is to be made.
            UnreadableSubmission: the file is something else.
            Breakdown: it cannot be written.
        """
        path = folder / FILE
        if not create and not path.is_file():
            words = say(
                "There is no gradebook in {folder}. `grade batch FOLDER --out {folder}` makes one.", folder=folder
            )
            raise NothingToGrade(words.fr, words.en)
        if create:
            folder.mkdir(parents=True, exist_ok=True)
        return cls(folder, connect(path))

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()
        if self._at_work is not None:
            self._at_work.close()

    def first_at_work(self) -> bool:
        """Until this gradebook is closed, or its process dies, no other one is told True for the same folder."""
        try:
            self._at_work = (self.folder / LOCK).open("ab")
            fcntl.flock(self._at_work, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks: two batches then only do some work twice
            return True
        return True

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with told(self.folder / FILE), writing(self._connection):
            yield self._connection

    # ── Reading ─────────────────────────────────────────────────────────────────────────────

    def records(self, exhibits: bool = True) -> list[Record]:
        """One record per student and exercise, the one that counts, with overrides and lateness, in that order.

        Without `exhibits`, of these only the answers: a class is read in a moment.
        """
        return [record for record, _, _ in self._all(exhibits=exhibits)]

    def record(self, student: str, exercise: str) -> Record | None:
        return next((record for record, _, _ in self._all(student, exercise)), None)

    def counting(self, student: str, exercise: str) -> tuple[Record, Current] | None:
        """The record that counts, with all that was decided, and as what it is filed."""
        return next(((record, entry) for record, _, entry in self._all(student, exercise)), None)

    def stale(self) -> list[Stale]:
        """Decisions that no longer apply to the work that counts."""
        return [stale for _, stales, _ in self._all(exhibits=False) for stale in stales]

    def _all(
        self, student: str | None = None, exercise: str | None = None, exhibits: bool = True
    ) -> list[tuple[Record, tuple[Stale, ...], Current]]:
        with told(self.folder / FILE):
            dates = calendar.read(self._connection)
        decisions: dict[tuple[str, str], list[Decision]] = {}
        for decision in self.decisions():
            decisions.setdefault((decision.student, decision.exercise), []).append(decision)
        best: dict[tuple[str, str], tuple[Record, tuple[Stale, ...], Current]] = {}
        for entry in self.current(student, exercise, exhibits):
            if entry.damaged:
                continue  # told by `damaged`, graded again by the next batch
            if entry.record is None:
                raise _of_another_version(self.folder, entry.newer)
            key = (entry.record.student, entry.record.exercise)
            decided, stale = apply(entry.record, entry.fingerprint, decisions.get(key, ()))
            found = (dates.apply(decided), stale, entry)
            if key not in best or self._counts_more(found[0], best[key][0]):
                best[key] = found
        return [best[key] for key in sorted(best)]

    def _counts_more(self, one: Record, other: Record) -> bool:
        if self.setting("attempts", "last") == "best":
            return (not one.broken, one.final_score, one.attempt) > (not other.broken, other.final_score, other.attempt)
        return one.attempt > other.attempt

    def current(
        self, student: str | None = None, exercise: str | None = None, exhibits: bool = True
    ) -> Iterator[Current]:
        """What was handed in last, of every attempt. `record` is None where an older version wrote it."""
        query, values = _CURRENT.format(exhibits="r.exhibits" if exhibits else "'{}'"), []
        for column, value in (("n.name", student), ("s.exercise", exercise)):
            if value is not None:
                query += f" AND {column} = ?"
                values.append(value)
        with told(self.folder / FILE):
            for row in self._connection.execute(query + " ORDER BY n.name, s.exercise, s.attempt", values):
                yield _current(row)

    def damaged(self) -> list[Current]:
        """Submissions whose records in this file are cut off or mixed up: they count for nothing until they are graded
        again."""
        return [entry for entry in self.current(exhibits=False) if entry.damaged]

    # ── Filing ──────────────────────────────────────────────────────────────────────────────

    def look_up(self, submission: Submission, fingerprint: str) -> Filed | None:
        """The record filed for just these files of this student."""
        with told(self.folder / FILE):
            row = self._connection.execute(
                """SELECT r.run_key, r.judgement_key, r.broken, r.schema, r.backend
                   FROM submissions s JOIN students n ON n.id = s.student JOIN records r ON r.submission = s.id
                   WHERE n.name = ? AND s.exercise = ? AND s.attempt = ? AND s.fingerprint = ?""",
                (rows.storable(submission.student), submission.exercise, submission.attempt, fingerprint),
            ).fetchone()
        if row is None or row["schema"] != RECORD_SCHEMA:
            return None
        return Filed(row["run_key"], row["judgement_key"], bool(row["broken"]), row["backend"])

    def seen(self, submissions: Iterable[tuple[Submission, str]]) -> None:
        """These submissions, whose records are filed already, are the ones that count now."""
        with self._writing() as connection:
            for submission, fingerprint in submissions:
                rows.enter(connection, submission, fingerprint)

    def file(self, submission: Submission, fingerprint: str, run_key: str, judgement_key: str, record: Record) -> None:
        """Durable when this returns: neither a kill nor a power cut takes it back."""
        fields = forms.to_json(record)
        exhibits = fields.pop("exhibits")
        fields["exhibits"] = {kind: exhibits.pop(kind) for kind in LIGHT & exhibits.keys()}
        backend = str(record.sandbox.get("backend", ""))
        with self._writing() as connection:
            number = rows.enter(connection, submission, fingerprint)
            values = (
                run_key,
                judgement_key,
                record.schema,
                record.broken,
                backend,
                *map(rows.as_json, (fields, exhibits)),
            )
            before = connection.execute(
                "SELECT run_key, judgement_key, schema, broken, backend, json, exhibits FROM records WHERE submission = ?",
                (number,),
            ).fetchone()
            if before is None or tuple(before) != values:  # else what was made of it before, pages too, still holds
                connection.execute(
                    """INSERT OR REPLACE INTO records
                       (submission, run_key, judgement_key, schema, broken, backend, json, exhibits, made)
                       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                    (number, *values, _now()),
                )

    # ── Decisions ───────────────────────────────────────────────────────────────────────────

    def decisions(self) -> list[Decision]:
        """The latest decision on each verdict, unless it was withdrawn."""
        with told(self.folder / FILE):
            found = self._connection.execute(
                """SELECT d.*, n.name FROM decisions d JOIN students n ON n.id = d.student
                   WHERE d.withdrawn IS NULL AND d.id = (SELECT max(o.id) FROM decisions o WHERE o.student = d.student
                         AND o.exercise = d.exercise AND o.check_id = d.check_id) ORDER BY d.id"""
            )
            return [
                Decision(*(row[name] for name in ("name", "exercise", "check_id")), *(row[n] for n in _DECIDED))
                for row in found
            ]

    def decide(self, decision: Decision) -> None:
        """A later decision takes the place of an earlier one, which stays on file."""
        with self._writing() as connection:
            (student,) = connection.execute("SELECT id FROM students WHERE name = ?", (decision.student,)).fetchone()
            connection.execute(
                f"INSERT INTO decisions (student, exercise, check_id, {', '.join(_DECIDED)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (student, decision.exercise, decision.check, *(getattr(decision, name) for name in _DECIDED)),
            )

    def withdraw(self, student: str, exercise: str, check: str) -> bool:
        """False where nothing was decided."""
        with self._writing() as connection:
            done = connection.execute(
                """UPDATE decisions SET withdrawn = ? WHERE withdrawn IS NULL AND exercise = ? AND check_id = ?
                   AND student = (SELECT id FROM students WHERE name = ?)""",
                (_now(), exercise, check, student),
            )
            return done.rowcount > 0

    # ── Settings, dates, digests ────────────────────────────────────────────────────────────

    def setting(self, name: str, default: str) -> str:
        with told(self.folder / FILE):
            row = self._connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return row["value"] if row else default

    def set(self, name: str, value: str) -> None:
        if self.setting(name, "") != value:
            with self._writing() as connection:
                connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def set_deadlines(self, exercises: Iterable[str], deadline: Deadline | None) -> None:
        with told(self.folder / FILE):
            calendar.set_deadlines(self._connection, exercises, deadline)

    def extend(self, entries: Iterable[tuple[str, str, datetime]]) -> None:
        with told(self.folder / FILE):
            calendar.extend(self._connection, entries)

    def receive(self, entries: Iterable[tuple[str, str, datetime]]) -> None:
        with told(self.folder / FILE):
            calendar.receive(self._connection, entries)

    def states(self, student: str | None = None, exercise: str | None = None) -> dict[tuple[str, str], str]:
        """By student and exercise: another one whenever the record that counts would say anything else."""
        found: dict[tuple[str, str], list[object]] = {}
        where, values = "", []
        for column, value in (("n.name", student), ("s.exercise", exercise)):
            if value is not None:
                where += f" AND {column} = ?"
                values.append(value)
        queries = (
            f"""SELECT n.name, s.exercise, s.*, r.made, r.judgement_key, r.schema FROM submissions s
                JOIN students n ON n.id = s.student JOIN records r ON r.submission = s.id WHERE 1 {where} ORDER BY s.id""",
            f"""SELECT n.name, s.exercise, s.id, s.withdrawn FROM decisions s
                JOIN students n ON n.id = s.student WHERE 1 {where} ORDER BY s.id""",
        )
        with told(self.folder / FILE):
            for query in queries:
                for row in self._connection.execute(query, values):
                    found.setdefault((row[0], row[1]), []).append(tuple(row))
            shared = [tuple(map(tuple, self._connection.execute(query))) for query in _DATES]
        whole = {key: hashlib.sha256(repr((rows_, shared)).encode("utf-8", "replace")) for key, rows_ in found.items()}
        return {key: digest.hexdigest() for key, digest in whole.items()}

    def state(self) -> str:
        """Another one whenever `records` would say anything else."""
        queries = (
            "SELECT s.*, r.made, r.judgement_key FROM submissions s JOIN records r ON r.submission = s.id ORDER BY s.id",
            "SELECT id, withdrawn FROM decisions ORDER BY id",
            *_DATES,
        )
        digest = hashlib.sha256()
        with told(self.folder / FILE):
            for query in queries:
                for row in self._connection.execute(query):
                    digest.update(repr(tuple(row)).encode("utf-8", "replace"))
        return digest.hexdigest()

    def digests(self) -> dict[str, tuple[str, str]]:
        """What is known of files: path → (state, SHA-256), so that an unchanged file is not read again."""
        with told(self.folder / FILE):
            listed = self._connection.execute("SELECT * FROM digests").fetchall()
        return {row["path"]: (row["state"], row["sha256"]) for row in listed}

    def remember_digests(self, known: dict[str, tuple[str, str]]) -> None:
        if known:
            listed = [(rows.storable(path), state, sha256) for path, (state, sha256) in known.items()]
            with self._writing() as connection:
                connection.executemany("INSERT OR REPLACE INTO digests VALUES (?, ?, ?)", listed)


_DATES = (
    "SELECT * FROM deadlines ORDER BY 1",
    "SELECT * FROM extensions ORDER BY 1, 2",
    "SELECT * FROM receipts ORDER BY 1, 2",
    "SELECT value FROM settings WHERE name = 'attempts'",
)
_DECIDED = ("kind", "points", "author", "date", "reason", "anchor")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _current(row: sqlite3.Row) -> Current:
    keys = (row["fingerprint"], row["run_key"], row["judgement_key"])
    newer = row["schema"] > RECORD_SCHEMA
    try:
        if not row["whole"]:
            raise ValueError("exhibits")
        return Current(rows.handed_in(row), *keys, rows.record(row), newer=newer)
    except DAMAGED:
        program = Path(row["program"])
        submission = Submission(row["name"], row["exercise"], Path(), program, (), attempt=row["attempt"])
        return Current(submission, *keys, None, damaged=True)


def _of_another_version(folder: Path, newer: bool) -> UnreadableSubmission:
    if newer:
        words = say(
            "The gradebook in {folder} holds records of a newer version of the grader; this one cannot read them.",
            folder=folder,
        )
    else:
        words = say(
            "The gradebook in {folder} holds records of an older form: `grade rejudge {folder}` brings them up to date.",
            folder=folder,
        )
    return UnreadableSubmission(words.fr, words.en)
