"""What a gradebook's folder shows beside the gradebook: one JSON file per record that counts, the decisions, the pages.

All of it follows the gradebook: `refresh` makes anew what does not.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict
from pathlib import Path

from grader import records
from grader.derived import DerivedFiles
from grader.domain import Lang, Record
from grader.messages import say
from grader.store import Gradebook

PAGES = "pages"
RECORDS = ".records.json"
DECISIONS = "decisions.jsonl"
KEYS = ("fingerprint", "run_key", "judgement_key")
FILED = "filed"  # in a record's file: under which keys the gradebook holds it, for `grade restore`


def record_name(student: str, exercise: str) -> str:
    """A file name of plain characters. Two students whose names differ only in others are told apart by a digest."""
    plain = re.sub(r"[^\w.-]+", "_", student).strip("._")[:80]
    if not plain or plain != student:
        plain = (plain or "copie") + "-" + hashlib.sha256(student.encode("utf-8", "replace")).hexdigest()[:6]
    return f"{plain}.{exercise}.json"


class RecordFiles:
    """The JSON files of one gradebook, each with what a teacher decided. `keep` at the end."""

    def __init__(self, book: Gradebook) -> None:
        self._book = book
        self._files = DerivedFiles(book.folder, RECORDS)

    def write(self, student: str, exercise: str) -> None:
        """The record that counts for this student and exercise, where its file does not hold."""
        for state in self._book.states(student, exercise).values():
            self._write(student, exercise, state)

    def refresh(self) -> None:
        """All of them, and the decisions."""
        for (student, exercise), state in self._book.states().items():
            self._write(student, exercise, state)
        self.write_decisions()
        self.keep()

    def keep(self) -> None:
        self._files.keep()

    def _write(self, student: str, exercise: str, state: str) -> None:
        name = record_name(student, exercise)
        if self._files.holds(name, state):
            return
        found = self._book.counting(student, exercise)
        if found is None:  # damaged: told, and graded again
            return
        record, filed = found
        filed_as = {FILED: {name: getattr(filed, name) for name in KEYS}}
        self._files.write(name, records.text_of({**filed_as, **records.to_json(record)}), state)

    def write_decisions(self) -> None:
        """All that hold, one on each line: they outlive the gradebook."""
        lines = [json.dumps(asdict(decision), ensure_ascii=False) for decision in self._book.decisions()]
        text = "".join(f"{line}\n" for line in lines)
        state = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        if not self._files.holds(DECISIONS, state):
            self._files.write(DECISIONS, text, state)


def refresh(book: Gradebook) -> None:
    """Every file beside the gradebook that does not follow it is made anew."""
    RecordFiles(book).refresh()


def write_json(book: Gradebook, record: Record) -> None:
    """The file of one record, and the decisions, after one was made."""
    files = RecordFiles(book)
    files.write(record.student, record.exercise)
    files.write_decisions()
    files.keep()


def write_pages(book: Gradebook, lang: Lang) -> Path | None:
    """The class page, made anew where anything on it would change, or where a page is not as it was written; None where
    pages are not made here."""
    try:
        from grader.reports.html import pages_hold
        from grader.reports.html import write_pages as write
    except ImportError:
        return None
    from grader.cli.progress import busy

    state = f"{book.state()} {lang}"
    index = book.folder / book.setting("index", "-")
    if book.setting(PAGES, "") != state or not index.is_file() or not pages_hold(book.folder):
        with busy(say("Making the pages"), lang):
            index = write(book.records(), book.folder, lang)
        book.set("index", str(index.relative_to(book.folder)))
        book.set(PAGES, state)
    return index
