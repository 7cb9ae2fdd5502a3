"""Decisions from the command line: who decides, on which verdict, within which bounds."""

from __future__ import annotations

import difflib
import os
import subprocess
from datetime import datetime

from grader.domain import Record, Verdict
from grader.errors import UsageError
from grader.messages import safe, say
from grader.store import Decision, Gradebook
from grader.store.decisions import anchor_of

MAX_REASON = 2000


def author_name(given: str | None) -> str:
    """`--author`, else GRADE_AUTHOR, else git's user.name, else the login name."""
    for name in (given, os.environ.get("GRADE_AUTHOR"), _git(), os.environ.get("USER")):
        if name and name.strip():
            return safe(name.strip(), 100)
    raise UsageError(say("Who decides? Say it with --author."))


def _git() -> str:
    """The name in the user's own settings: those of a repository, which may be a student's, are not asked."""
    command = ["git", "-C", "/", "config", "--global", "user.name"]
    asked = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1"}
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_CONFIG", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS"):
        asked.pop(name, None)
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False, env=asked)
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout


def now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def decide(book: Gradebook, record: Record, check: str, points: float, author: str, reason: str) -> Decision:
    """File a decision on a verdict of `record`, which must come from this gradebook."""
    fingerprint, made = undecided(book, record)
    kind, anchor = anchor_of(made, check, fingerprint)
    reason = safe(reason.strip(), MAX_REASON, keep_lines=True)
    decision = Decision(record.student, record.exercise, check, kind, points, author, now(), reason, anchor)
    book.decide(decision)
    return decision


def undecided(book: Gradebook, record: Record) -> tuple[str, Record]:
    """The fingerprint of the submission that counts, and its record as the grader made it."""
    for entry in book.current(record.student, record.exercise, exhibits=False):
        if entry.record is not None and entry.submission.attempt == record.attempt:
            return entry.fingerprint, entry.record
    raise AssertionError("a record that is not in its own gradebook")


def find_record(book: Gradebook, student: str, exercise: str) -> Record:
    """By name, capitals apart. Raises UsageError with the nearest names."""
    records = book.records(exhibits=False)
    students = sorted({record.student for record in records})
    name = _same(student, students)
    if name is None:
        raise UsageError(
            say("The gradebook knows no student “{given}”. It knows: {near}.", **_near(student, students)),
        )
    exercises = [record.exercise for record in records if record.student == name]
    wanted = _same(exercise, exercises)
    if wanted is None:
        words = say("{name} has no record for “{given}”. There is: {near}.", name=name, **_near(exercise, exercises))
        raise UsageError(words)
    return next(r for r in records if (r.student, r.exercise) == (name, wanted))


def find_verdict(record: Record, check: str) -> Verdict:
    """By its id, capitals apart. Raises UsageError with the nearest ids."""
    ids = [verdict.id for verdict in record.verdicts]
    wanted = _same(check, ids)
    if wanted is None:
        raise UsageError(say("There is no verdict “{given}”. There is: {near}.", **_near(check, ids)))
    return next(verdict for verdict in record.verdicts if verdict.id == wanted)


def _same(given: str, known: list[str]) -> str | None:
    if given in known:
        return given
    same = [name for name in known if name.casefold() == given.casefold()]
    return same[0] if len(same) == 1 else None


def _near(given: str, known: list[str]) -> dict[str, str]:
    near = difflib.get_close_matches(given, known, n=3, cutoff=0.5) or known[:6]
    return {"given": safe(given, 100), "near": safe(", ".join(near), 400) or "—"}


def within(points: float, verdict: Verdict) -> float:
    """Raises UsageError for points that the verdict is not worth."""
    if not 0 <= points <= verdict.max_points:
        raise UsageError(
            say(
                "{check} is worth {most} points: {points} cannot be given.",
                check=verdict.id,
                most=f"{verdict.max_points:g}",
                points=f"{points:g}",
            )
        )
    return points
