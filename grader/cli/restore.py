"""`grade restore`: a lost or damaged gradebook, made anew from the records and decisions that lie beside it."""

# Annotations are evaluated where they stand: their help texts are in the reader's language.
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.cli.options import Common, LangChoice, existing
from grader.domain import Lang, Record, Submission, Verdict
from grader.errors import GraderError, NothingToGrade, UsageError
from grader.files import DAMAGED
from grader.messages import say, translate

if TYPE_CHECKING:
    from grader.store import Decision


def register(app: typer.Typer, lang: Lang) -> None:
    def _(message: str) -> str:
        return translate(message, lang)

    common = Common(_)

    @app.command(help=_("Makes a lost or damaged gradebook anew from the records and decisions beside it."))
    def restore(
        folder: Annotated[Path, common.results],
        lang_: Annotated[LangChoice, common.lang] = LangChoice(lang),
    ) -> None:
        _restore(existing(folder), lang)


def _restore(folder: Path, lang: Lang) -> None:
    from grader.cli.filing import DECISIONS, refresh
    from grader.cli.progress import console_for
    from grader.reports.terminal import shown
    from grader.store import Gradebook
    from grader.store.gradebook import FILE

    if _is_whole(folder):
        raise UsageError(say("The gradebook in {folder} is whole: nothing is to be restored.", folder=folder))
    found, unread = _records(folder)
    if not found:
        raise NothingToGrade(say("No record in {folder} to restore a gradebook from.", folder=folder))
    students = {record.student for record, _ in found}
    aside = _set_aside(folder, FILE)
    with Gradebook.open(folder, create=True) as book:
        for record, keys in found:
            book.file(_submission(record), *keys, _undecided(record))
        for decision in _decisions(folder / DECISIONS, found):
            if decision.student in students:
                book.decide(decision)
        refresh(book)
        count, decided = len(book.records(exhibits=False)), len(book.decisions())
    console = console_for()
    told = say("Restored: {records} records, {decisions} decisions.", records=count, decisions=decided)
    console.print(shown(told, lang))
    if aside is not None:
        console.print(shown(say("The old file lies in {path}.", path=aside), lang), style="bright_black")
    for name in unread:
        console.print(shown(say("Not read: {file}, which is damaged.", file=name), lang), style="yellow")
    hint = say("Deadlines are to be given again; `grade batch` grades what was handed in and has no record.")
    console.print(shown(hint, lang), style="bright_black")


def _is_whole(folder: Path) -> bool:
    from grader.store import Gradebook

    try:
        with Gradebook.open(folder) as book:
            return not book.damaged() and bool(book.states())
    except GraderError:
        return False


def not_orphaned(folder: Path) -> None:
    """Before a batch makes a gradebook where none is: decisions that lie beside it must not be lost.

    Raises:
        UsageError: with the way back.
    """
    from grader.cli.filing import DECISIONS
    from grader.store.gradebook import FILE

    book = folder / FILE
    lost = not book.is_file() or not book.stat().st_size
    if lost and _lines(folder / DECISIONS):
        raise UsageError(
            say(
                "{folder} holds decisions, but its gradebook is gone or empty. `grade restore {folder}` brings it back; or name "
                "another folder with --out.",
                folder=folder,
            )
        )


def _set_aside(folder: Path, name: str) -> Path | None:
    """The file as it is, under another name: nothing is thrown away."""
    if not (folder / name).exists():
        return None
    aside = folder / f"{name}.{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    for ending in ("", "-wal", "-shm"):
        path = folder / f"{name}{ending}"
        if path.exists():
            path.replace(f"{aside}{ending}")
    return aside


def _records(folder: Path) -> tuple[list[tuple[Record, tuple[str, str, str]]], list[str]]:
    """Each with its keys, and the names of files that could not be read."""
    from grader import records
    from grader.cli.filing import FILED, KEYS

    found, unread = [], []
    for path in sorted(folder.glob("[!.]*.json")):
        try:
            fields: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
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
    """As the grader made it: what a teacher decided is applied anew."""
    return replace(record, verdicts=tuple(map(_as_made, record.verdicts)), lateness=None)


def _as_made(verdict: Verdict) -> Verdict:
    was = verdict.override
    return verdict if was is None else replace(verdict, status=was.was_status, points=was.was, override=None)


def _decisions(path: Path, found: list[tuple[Record, tuple[str, str, str]]]) -> Iterator["Decision"]:
    """Those that were written down; of what the records say besides, what is not among them."""
    from grader.store import Decision
    from grader.store.decisions import anchor_of

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
