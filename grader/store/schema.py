"""The gradebook's tables, and how an older file becomes a newer one.

`MIGRATIONS` holds one function per step of `GRADEBOOK_SCHEMA`, which `PRAGMA user_version` counts: that of schema n makes
the file one of schema n + 1. A step is only ever added at the end; `tests/records/` keeps a file of every schema there was.
The records in the file have a schema of their own (`grader.records`).
"""

from __future__ import annotations

import atexit
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from grader import __version__
from grader.errors import Breakdown, GraderError, UnreadableSubmission
from grader.messages import say

GRADEBOOK_SCHEMA = 1  # grows with a step in `MIGRATIONS` and a kept file in `tests/records/`
BUSY_SECONDS = 30.0
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_CLOSED = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
_HELD = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def connect(path: Path) -> sqlite3.Connection:
    """Return an open gradebook, brought up to date. Writers wait for each other; every commit survives a power cut. One
    that lies where nothing can be written is read only.

    Raises:
        UnreadableSubmission: the file is no gradebook, or one of a newer version.
        Breakdown: the disk is full, or the file cannot be written.
    """
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        return _copied(path)
    with errors_in_words(path):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            _write_ahead(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            _migrate(connection, path)
        except BaseException:
            connection.close()
            raise
        return connection


def _copied(path: Path) -> sqlite3.Connection:
    """Return a copy of a gradebook that cannot be written (an archive, somebody else's) but can be read: a copy which
    goes with this process and takes no writing."""
    folder = Path(tempfile.mkdtemp(prefix="grade-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for ending in ("", "-wal"):  # what was committed last may lie beside the file still
        beside = path.with_name(path.name + ending)
        if beside.is_file():
            shutil.copyfile(beside, folder / beside.name)
    with errors_in_words(path):
        connection = sqlite3.connect(folder / path.name, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            _migrate(connection, path)
            connection.execute("PRAGMA query_only = ON")
        except BaseException:
            connection.close()
            raise
        return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let readers and one writer work at once. Switching a new file over is the one moment that does not wait by
    itself."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the file to today's schema, one step after the other, all of them or none.

    Raises:
        UnreadableSubmission: a newer version of the grader made the file.
    """
    if _version(connection) == GRADEBOOK_SCHEMA:
        return
    with writing(connection):
        version = _version(connection)  # another process may have gone ahead meanwhile
        if version > GRADEBOOK_SCHEMA:
            words = say(
                "{path} was made by a newer version of the grader, in schema {schema}; this version ({own}) reads schemas "
                "up to {last}. Install the version that made it, or a later one.",
                path=path,
                schema=version,
                own=__version__,
                last=GRADEBOOK_SCHEMA,
            )
            raise UnreadableSubmission(words)
        for step in range(version, GRADEBOOK_SCHEMA):
            MIGRATIONS[step](connection)
        connection.execute(f"PRAGMA user_version = {GRADEBOOK_SCHEMA}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """Make one transaction, whole or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def errors_in_words(path: Path) -> Iterator[None]:
    """Raise SQLite's errors as sentences that say what to do."""
    try:
        yield
    except sqlite3.DatabaseError as problem:
        raise _in_words(path, problem) from problem


def _in_words(path: Path, problem: sqlite3.DatabaseError) -> GraderError:
    code = getattr(problem, "sqlite_errorcode", 0) & 0xFF
    if code in _FULL:
        words = say(
            "The gradebook {path} cannot be written ({reason}). What was graded before is kept: free some space, and "
            "start again to go on.",
            path=path,
            reason=problem,
        )
    elif code in _CLOSED:
        words = say(
            "The gradebook {path} cannot be written ({reason}): the folder or the file is read-only, or belongs to "
            "somebody else.",
            path=path,
            reason=problem,
        )
    elif code in _HELD:
        words = say(
            "The gradebook {path} is held open by another program ({reason}). Close it (another `grade`, a program that "
            "shows databases) and start again.",
            path=path,
            reason=problem,
        )
    elif code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return UnreadableSubmission(
            say(
                "{path} is not a gradebook, or is damaged ({reason}). `grade restore {folder}` makes it anew from the records "
                "beside it.",
                path=path,
                folder=path.parent,
                reason=problem,
            )
        )
    else:
        words = say("The gradebook {path} cannot be used ({reason}).", path=path, reason=problem)
    return Breakdown(words)


def _create_tables(connection: sqlite3.Connection) -> None:
    """Make an empty file, schema 0, one of schema 1. `submissions.seen` grows: of one student's submissions with the
    same exercise and attempt, the one seen last is current. `fingerprint` is that of the files, `run_key` that of all
    that decides a run, `judgement_key` that of all that decides a record, `backend` the sandbox that it ran in.
    `exhibits` are apart because they are large."""
    for statement in (
        "CREATE TABLE students (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        """CREATE TABLE submissions (
            id INTEGER PRIMARY KEY,
            student INTEGER NOT NULL REFERENCES students ON DELETE CASCADE,
            exercise TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            fingerprint TEXT NOT NULL,
            program TEXT NOT NULL,
            received TEXT NOT NULL,
            identity TEXT NOT NULL,
            members TEXT NOT NULL,
            seen INTEGER NOT NULL,
            UNIQUE (student, exercise, attempt, fingerprint))""",
        """CREATE TABLE records (
            submission INTEGER PRIMARY KEY REFERENCES submissions ON DELETE CASCADE,
            run_key TEXT NOT NULL,
            judgement_key TEXT NOT NULL,
            schema INTEGER NOT NULL,
            broken INTEGER NOT NULL,
            backend TEXT NOT NULL,
            made TEXT NOT NULL,
            json TEXT NOT NULL,
            exhibits TEXT NOT NULL)""",
        """CREATE TABLE decisions (
            id INTEGER PRIMARY KEY,
            student INTEGER NOT NULL REFERENCES students ON DELETE CASCADE,
            exercise TEXT NOT NULL,
            check_id TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('review', 'override')),
            points REAL NOT NULL,
            author TEXT NOT NULL,
            date TEXT NOT NULL,
            reason TEXT NOT NULL,
            anchor TEXT NOT NULL,
            withdrawn TEXT)""",
        "CREATE INDEX decisions_of ON decisions (student, exercise, check_id)",
        "CREATE TABLE deadlines (exercise TEXT PRIMARY KEY, due TEXT NOT NULL, policy TEXT NOT NULL, grace REAL NOT NULL)",
        "CREATE TABLE extensions (student TEXT, exercise TEXT, due TEXT NOT NULL, PRIMARY KEY (student, exercise))",
        "CREATE TABLE receipts (student TEXT, exercise TEXT, received TEXT NOT NULL, PRIMARY KEY (student, exercise))",
        "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
        """CREATE TABLE digests (
            path TEXT PRIMARY KEY,
            state TEXT NOT NULL,
            sha256 TEXT NOT NULL)""",
    ):
        connection.execute(statement)


MIGRATIONS: Mapping[int, Callable[[sqlite3.Connection], None]] = {0: _create_tables}
