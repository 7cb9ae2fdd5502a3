"""A teacher decides: on which verdict, within which bounds, and with the files beside the gradebook following."""

from __future__ import annotations

import difflib
from datetime import datetime

from grader.domain import Record, Verdict
from grader.errors import UsageError
from grader.messages import safe, say
from grader.store.decisions import Decision, anchor_of
from grader.store.gradebook import Gradebook
from grader.store.record_files import write_record

MAX_AUTHOR, MAX_REASON = 100, 2000  # characters


def decide(book: Gradebook, record: Record, check: str, points: float, author: str, reason: str) -> Decision:
    """File a decision on a verdict of `record`, which must come from this gradebook, and write the files that follow it.

    Raises:
        UsageError: there is no such verdict, or it is not worth so many points.
        Breakdown, OSError: the gradebook or the files cannot be written.
    """
    verdict = find_verdict(record, check)
    _require_within(points, verdict)
    fingerprint, made = _undecided(book, record)
    kind, anchor = anchor_of(made, verdict.id, fingerprint)
    decision = Decision(
        student=record.student,
        exercise=record.exercise,
        check=verdict.id,
        kind=kind,
        points=points,
        author=safe(author.strip(), MAX_AUTHOR),
        date=datetime.now().astimezone().isoformat(timespec="seconds"),
        reason=safe(reason.strip(), MAX_REASON, keep_lines=True),
        anchor=anchor,
    )
    book.decide(decision)
    write_record(book, record)
    return decision


def withdraw(book: Gradebook, record: Record, check: str) -> None:
    """Take back what was decided on a verdict of `record`, and write the files that follow it.

    Raises:
        UsageError: nothing was decided.
        Breakdown, OSError: the gradebook or the files cannot be written.
    """
    if not book.withdraw(record.student, record.exercise, check):
        raise UsageError(say("Nothing was decided about {check}.", check=check))
    write_record(book, record)


def _undecided(book: Gradebook, record: Record) -> tuple[str, Record]:
    """Return the fingerprint of the submission that counts, and its record as the grader made it."""
    for entry in book.current(record.student, record.exercise, exhibits=False):
        if entry.record is not None and entry.submission.attempt == record.attempt:
            return entry.fingerprint, entry.record
    raise AssertionError("a record that is not in its own gradebook")


def find_record(book: Gradebook, student: str, exercise: str) -> Record:
    """Return the record that counts, found by names, capitals apart. Raises UsageError with the nearest names."""
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
    """Return a verdict, found by its id, capitals apart. Raises UsageError with the nearest ids."""
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


def _require_within(points: float, verdict: Verdict) -> None:
    if not 0 <= points <= verdict.max_points:
        words = say(
            "{check} is worth {most} points: {points} cannot be given.",
            check=verdict.id,
            most=f"{verdict.max_points:g}",
            points=f"{points:g}",
        )
        raise UsageError(words)
