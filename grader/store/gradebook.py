"""The gradebook itself: records are filed under what they were made from, and read with all that was decided since."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO

from grader.domain import Record, Submission
from grader.errors import NothingToGrade, UnreadableSubmission
from grader.messages import say
from grader.store import calendar, decision_rows, filed, rows, state_digests
from grader.store.decisions import Decision, Stale, apply
from grader.store.filed import Current, Filed
from grader.store.lateness import Deadline
from grader.store.schema import connect, errors_in_words, writing

FILE = "gradebook.sqlite"
LOCK = ".at-work"


class Gradebook:
    """An open gradebook, to use as a context manager. One connection: for one thread; other processes may have the same file open."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._connection = connection
        self._at_work: IO[bytes] | None = None

    @classmethod
    def open(cls, folder: Path, *, create: bool = False) -> Gradebook:
        """Open the gradebook of an output folder.

        Raises:
            NothingToGrade: there is none, and none is to be made.
            UnreadableSubmission: the file is something else.
            Breakdown: it cannot be written.
        """
        path = folder / FILE
        if not create and not path.is_file():
            raise NothingToGrade(
                say("There is no gradebook in {folder}. `grade batch FOLDER --out {folder}` makes one.", folder=folder)
            )
        if create:
            folder.mkdir(parents=True, exist_ok=True)
        return cls(folder, connect(path))

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Who was `first_at_work` is so no longer."""
        self._connection.close()
        if self._at_work is not None:
            self._at_work.close()

    def first_at_work(self) -> bool:
        """Return whether no other process is at work here: until this gradebook is closed, or its process dies, no other one
        gets True for the same folder."""
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
        with errors_in_words(self.folder / FILE), writing(self._connection):
            yield self._connection

    # ── Reading ─────────────────────────────────────────────────────────────────────────────

    def records(self, exhibits: bool = True) -> list[Record]:
        """Return one record per student and exercise, the one that counts, with overrides and lateness, in that order.

        Without `exhibits`, of these only the answers: a class is read in a moment.
        """
        return [record for record, _, _ in self._all(exhibits=exhibits)]

    def record(self, student: str, exercise: str) -> Record | None:
        """Return the record that counts for this student and exercise, with all that was decided; None where there is none."""
        return next((record for record, _, _ in self._all(student, exercise)), None)

    def counting(self, student: str, exercise: str) -> tuple[Record, Current] | None:
        """Return the record that counts, with all that was decided, and as what it is filed."""
        return next(((record, entry) for record, _, entry in self._all(student, exercise)), None)

    def records_and_stale(self) -> tuple[list[Record], list[Stale]]:
        """Return `records` without exhibits, and the decisions that no longer apply to the work that counts."""
        found = self._all(exhibits=False)
        return [record for record, _, _ in found], [stale for _, stales, _ in found for stale in stales]

    def stale(self) -> list[Stale]:
        """Return the decisions that no longer apply to the work that counts."""
        return self.records_and_stale()[1]

    def _all(
        self, student: str | None = None, exercise: str | None = None, exhibits: bool = True
    ) -> list[tuple[Record, tuple[Stale, ...], Current]]:
        with errors_in_words(self.folder / FILE):
            dates = calendar.read(self._connection)
        decisions: dict[tuple[str, str], list[Decision]] = {}
        for decision in self.decisions():
            decisions.setdefault((decision.student, decision.exercise), []).append(decision)
        best: dict[tuple[str, str], tuple[Record, tuple[Stale, ...], Current]] = {}
        best_counts = self.setting("attempts", "last") == "best"
        for entry in self.current(student, exercise, exhibits):
            if entry.damaged:
                continue  # reported by `damaged`, graded again by the next batch
            if entry.record is None:
                raise _of_a_newer_version(self.folder)
            key = (entry.record.student, entry.record.exercise)
            decided, stale = apply(entry.record, entry.fingerprint, decisions.get(key, ()))
            found = (dates.apply(decided), stale, entry)
            if key not in best or _counts_more(found[0], best[key][0], best_counts):
                best[key] = found
        return [best[key] for key in sorted(best)]

    def current(
        self, student: str | None = None, exercise: str | None = None, exhibits: bool = True
    ) -> Iterator[Current]:
        """Yield what was handed in last, of every attempt. `record` is None where a newer version wrote it."""
        with errors_in_words(self.folder / FILE):
            yield from filed.current(self._connection, student, exercise, exhibits)

    def damaged(self) -> list[Current]:
        """Return the submissions whose records in this file are cut off or mixed up: they count for nothing until they are
        graded again."""
        return [entry for entry in self.current(exhibits=False) if entry.damaged]

    # ── Filing ──────────────────────────────────────────────────────────────────────────────

    def look_up(self, submission: Submission, fingerprint: str) -> Filed | None:
        """Return under which keys the record of just these files of this student is filed."""
        with errors_in_words(self.folder / FILE):
            return filed.look_up(self._connection, submission, fingerprint)

    def seen(self, submissions: Iterable[tuple[Submission, str]]) -> None:
        """Make these submissions, whose records are filed already, the ones that count now."""
        with self._writing() as connection:
            for submission, fingerprint in submissions:
                rows.enter(connection, submission, fingerprint)

    def file(self, submission: Submission, fingerprint: str, run_key: str, judgement_key: str, record: Record) -> None:
        """File a record. Durable when this returns: neither a kill nor a power cut takes it back."""
        with self._writing() as connection:
            filed.file(connection, submission, fingerprint, run_key, judgement_key, record)

    # ── Decisions ───────────────────────────────────────────────────────────────────────────

    def decisions(self) -> list[Decision]:
        """Return the latest decision on each verdict, unless it was withdrawn."""
        with errors_in_words(self.folder / FILE):
            return decision_rows.decisions(self._connection)

    def decide(self, decision: Decision) -> None:
        """Add a decision: it takes the place of an earlier one, which stays on file."""
        with self._writing() as connection:
            decision_rows.decide(connection, decision)

    def withdraw(self, student: str, exercise: str, check: str) -> bool:
        """Take a decision back; return False where nothing was decided."""
        with self._writing() as connection:
            return decision_rows.withdraw(connection, student, exercise, check)

    # ── Settings, dates, digests ────────────────────────────────────────────────────────────

    def setting(self, name: str, default: str) -> str:
        """Return a setting that was remembered here, else the default."""
        with errors_in_words(self.folder / FILE):
            row = self._connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return row["value"] if row else default

    def set(self, name: str, value: str) -> None:
        """Remember a setting."""
        if self.setting(name, "") != value:
            with self._writing() as connection:
                connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def set_deadlines(self, exercises: Iterable[str], deadline: Deadline | None) -> None:
        """Set the deadline of these exercises, or of `ALL`; None takes deadlines away."""
        with self._writing() as connection:
            calendar.set_deadlines(connection, exercises, deadline)

    def extend(self, entries: Iterable[tuple[str, str, datetime]]) -> None:
        """Write extensions, (student, exercise or `ALL`, due), in place of all earlier ones."""
        with self._writing() as connection:
            calendar.replace_moments(connection, "extensions", entries)

    def receive(self, entries: Iterable[tuple[str, str, datetime]]) -> None:
        """Write when work came in, (student, exercise or `ALL`, moment), in place of all that was said before."""
        with self._writing() as connection:
            calendar.replace_moments(connection, "receipts", entries)

    def states(self, student: str | None = None, exercise: str | None = None) -> dict[tuple[str, str], str]:
        """Return a digest by student and exercise: another one whenever the record that counts would say anything else."""
        with errors_in_words(self.folder / FILE):
            return state_digests.states(self._connection, student, exercise)

    def state(self) -> str:
        """Return a digest of all: another one whenever `records` would say anything else."""
        with errors_in_words(self.folder / FILE):
            return state_digests.state(self._connection)

    def digests(self) -> dict[str, tuple[str, str]]:
        """Return what is known of files: path → (state, SHA-256), so that an unchanged file is not read again."""
        with errors_in_words(self.folder / FILE):
            listed = self._connection.execute("SELECT * FROM digests").fetchall()
        return {row["path"]: (row["state"], row["sha256"]) for row in listed}

    def remember_digests(self, known: dict[str, tuple[str, str]]) -> None:
        """Remember the digests of files, by path: each with the state in which the file was."""
        if known:
            listed = [(rows.storable(path), state, sha256) for path, (state, sha256) in known.items()]
            with self._writing() as connection:
                connection.executemany("INSERT OR REPLACE INTO digests VALUES (?, ?, ?)", listed)


def _counts_more(one: Record, other: Record, best_counts: bool) -> bool:
    if best_counts:
        return (not one.broken, one.final_score, one.attempt) > (not other.broken, other.final_score, other.attempt)
    return one.attempt > other.attempt


def _of_a_newer_version(folder: Path) -> UnreadableSubmission:
    words = say(
        "The gradebook in {folder} holds records of a newer version of the grader; this one cannot read them. Install the "
        "version that made them, or a later one.",
        folder=folder,
    )
    return UnreadableSubmission(words)
