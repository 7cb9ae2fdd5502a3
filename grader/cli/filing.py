"""What a gradebook's folder shows beside the gradebook: one JSON file per record that counts, and the pages."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from grader import records
from grader.domain import Lang, Record
from grader.messages import say
from grader.store import Gradebook

PAGES = "pages"


def record_name(record: Record) -> str:
    """A file name of plain characters. Two students whose names differ only in others are told apart by a digest."""
    plain = re.sub(r"[^\w.-]+", "_", record.student).strip("._")[:80]
    if not plain or plain != record.student:
        plain = (plain or "copie") + "-" + hashlib.sha256(record.student.encode("utf-8", "replace")).hexdigest()[:6]
    return f"{plain}.{record.exercise}.json"


def write_json(book: Gradebook, record: Record, only_missing: bool = False) -> None:
    """The record that counts for this one's student and exercise, with what a teacher decided."""
    path = book.folder / record_name(record)
    if only_missing and path.is_file():
        return
    counts = book.record(record.student, record.exercise)
    if counts is not None:
        records.write(counts, path)


def write_pages(book: Gradebook, lang: Lang) -> Path | None:
    """The class page, made anew where anything on it would change; None where pages are not made here."""
    try:
        from grader.reports.html import write_pages as write
    except ImportError:
        return None
    from grader.cli.progress import busy

    state = f"{book.state()} {lang}"
    index = book.folder / book.setting("index", "-")
    if book.setting(PAGES, "") != state or not index.is_file():
        with busy(say("Making the pages"), lang):
            index = write(book.records(), book.folder, lang)
        book.set("index", str(index.relative_to(book.folder)))
        book.set(PAGES, state)
    return index
