"""A lost or damaged gradebook, made anew from the records and decisions that lie beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from grader import records
from grader.domain import JsonObject, Record, Submission, Verdict
from grader.errors import GraderError, NothingToGrade, UsageError
from grader.files import DAMAGED
from grader.messages import say
from grader.store.decisions import Decision, anchor_of
from grader.store.gradebook import FILE, Gradebook
from grader.store.record_files import DECISIONS, FILED, KEYS, refresh

FiledRecord = tuple[Record, tuple[str, str, str]]  # with the keys of KEYS


@dataclass(frozen=True, slots=True)
class Restored:
    """What a gradebook was restored from: how many records and decisions it holds, where the old file was put (None
    where there was none), and the names of record files that could not be read."""

    records: int
    decisions: int
    old_file: Path | None
    unread: tuple[str, ...]


def restore(folder: Path) -> Restored:
    """Make the gradebook of an output folder anew. The old file is kept under another name.

    Raises:
        UsageError: the gradebook there is whole.
        NothingToGrade: there is no record to restore one from.
    """
    if _is_whole(folder):
        words = say("The gradebook in {folder} is whole: nothing is to be restored.", folder=folder)
        raise UsageError(words)
    found, unread = _records(folder)
    if not found:
        words = say("No record in {folder} to restore a gradebook from.", folder=folder)
        raise NothingToGrade(words)
    students = {record.student for record, _ in found}
    old_file = _rename_old(folder, FILE)
    with Gradebook.open(folder, create=True) as book:
        for record, keys in found:
            book.file(_submission(record), *keys, _undecided(record))
        for decision in _decisions(folder / DECISIONS, found):
            if decision.student in students:
                book.decide(decision)
        refresh(book)
        return Restored(len(book.records(exhibits=False)), len(book.decisions()), old_file, tuple(unread))


def require_no_orphans(folder: Path) -> None:
    """Refuse to make a gradebook where none is, while decisions lie beside its place: they must not be lost.

    Raises:
        UsageError: with the way back.
    """
    book = folder / FILE
    lost = not book.is_file() or not book.stat().st_size
    if lost and _lines(folder / DECISIONS):
        words = say(
            "{folder} holds decisions, but its gradebook is gone or empty. `grade restore {folder}` brings it back; or name "
            "another folder with --out.",
            folder=folder,
        )
        raise UsageError(words)


def _is_whole(folder: Path) -> bool:
    try:
        with Gradebook.open(folder) as book:
            return not book.damaged() and bool(book.states())
    except GraderError:
        return False


def _rename_old(folder: Path, name: str) -> Path | None:
    """Give the file another name, as it is: nothing is thrown away."""
    if not (folder / name).exists():
        return None
    renamed = folder / f"{name}.{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    for ending in ("", "-wal", "-shm"):
        path = folder / f"{name}{ending}"
        if path.exists():
            path.replace(f"{renamed}{ending}")
    return renamed


def _records(folder: Path) -> tuple[list[FiledRecord], list[str]]:
    """Return each record with its keys, and the names of files that could not be read."""
    found: list[FiledRecord] = []
    unread: list[str] = []
    for path in sorted(folder.glob("[!.]*.json")):
        try:
            fields: JsonObject = json.loads(path.read_text(encoding="utf-8"))
            filed = fields.get(FILED, {})
            first, second, third = (str(filed.get(key, "")) for key in KEYS)
            found.append((records.from_json(fields), (first, second, third)))
        except (*DAMAGED, GraderError):
            unread.append(path.name)
    return found, unread


def _submission(record: Record) -> Submission:
    return Submission(
        record.student,
        record.exercise,
        Path(),
        Path(record.file),
        (),
        received=record.received,
        identity=record.identity,
        members=record.members,
        attempt=record.attempt,
    )


def _undecided(record: Record) -> Record:
    """Return the record as the grader made it: what a teacher decided is applied anew."""
    return replace(record, verdicts=tuple(map(_as_made, record.verdicts)), lateness=None)


def _as_made(verdict: Verdict) -> Verdict:
    was = verdict.override
    return verdict if was is None else replace(verdict, status=was.was_status, points=was.was, override=None)


def _decisions(path: Path, found: list[FiledRecord]) -> Iterator[Decision]:
    """Yield the decisions that were written down, and those that only the records show."""
    known = set()
    for line in _lines(path):
        try:
            decision = Decision(**json.loads(line))
        except DAMAGED:
            continue
        known.add((decision.student, decision.exercise, decision.check))
        yield decision
    for record, (fingerprint, _, _) in found:
        for verdict in record.verdicts:
            if verdict.override is not None and (record.student, record.exercise, verdict.id) not in known:
                kind, anchor = anchor_of(_undecided(record), verdict.id, fingerprint)
                by = verdict.override
                where = (record.student, record.exercise, verdict.id)
                yield Decision(*where, kind, verdict.points, by.author, by.date, by.reason, anchor)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
