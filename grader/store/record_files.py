"""The files beside a gradebook: one JSON file for each record that counts, and the decisions.

They follow the gradebook: `refresh` writes anew those that do not.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict

from grader import records
from grader.derived import DerivedFiles
from grader.domain import Record
from grader.store.gradebook import Gradebook

RECORDS = ".records.json"
DECISIONS = "decisions.jsonl"
KEYS = ("fingerprint", "run_key", "judgement_key")
FILED = "filed"  # in a record's file: under which keys the gradebook holds it, for `grade restore`


def record_name(student: str, exercise: str) -> str:
    """Return a file name of plain characters. A digest tells apart two students whose names differ only in others."""
    plain = re.sub(r"[^\w.-]+", "_", student).strip("._")[:80]
    if not plain or plain != student:
        plain = (plain or "copie") + "-" + hashlib.sha256(student.encode("utf-8", "replace")).hexdigest()[:6]
    return f"{plain}.{exercise}.json"


class RecordFiles:
    """The JSON files of one gradebook, each with what a teacher decided. Call `keep` at the end.

    What is written raises OSError where it cannot be.
    """

    def __init__(self, book: Gradebook) -> None:
        self._book = book
        self._files = DerivedFiles(book.folder, RECORDS)

    def write(self, student: str, exercise: str) -> None:
        """Write the record that counts for this student and exercise, where its file does not hold."""
        for state in self._book.states(student, exercise).values():
            self._write(student, exercise, state)

    def refresh(self) -> None:
        """Write all of them, and the decisions, where they do not hold."""
        for (student, exercise), state in self._book.states().items():
            self._write(student, exercise, state)
        self.write_decisions()
        self.keep()

    def keep(self) -> None:
        """Remember what was written, for the next time."""
        self._files.keep()

    def _write(self, student: str, exercise: str, state: str) -> None:
        name = record_name(student, exercise)
        if self._files.holds(name, state):
            return
        found = self._book.counting(student, exercise)
        if found is None:  # damaged: the next batch reports it and grades it again
            return
        record, filed = found
        filed_as = {FILED: {name: getattr(filed, name) for name in KEYS}}
        self._files.write(name, records.text_of({**filed_as, **records.to_json(record)}), state)

    def write_decisions(self) -> None:
        """Write all decisions, one on each line: they outlive the gradebook."""
        lines = [json.dumps(asdict(decision), ensure_ascii=False) for decision in self._book.decisions()]
        text = "".join(f"{line}\n" for line in lines)
        state = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        if not self._files.holds(DECISIONS, state):
            self._files.write(DECISIONS, text, state)


def refresh(book: Gradebook) -> None:
    """Write anew every file beside the gradebook that does not follow it."""
    RecordFiles(book).refresh()


def write_record(book: Gradebook, record: Record) -> None:
    """Write the file of one record, and the decisions, after one was made."""
    files = RecordFiles(book)
    files.write(record.student, record.exercise)
    files.write_decisions()
    files.keep()
