"""What older versions wrote is read with the right marks and rewritten as today's: records and gradebooks alike."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from grader import records
from grader.domain import RECORD_SCHEMA, Mode, Record, Status, Text
from grader.store import FILE, Gradebook
from grader.store.schema import GRADEBOOK_SCHEMA
from grader.store.schema import MIGRATIONS as GRADEBOOK_MIGRATIONS

KEPT = Path(__file__).parent / "records"
MARKS = {
    "runs": (Status.FAILED, 0),
    "parameters": (Status.PASSED, 3),
    "architecture": (Status.PASSED, 4),
    "training": (Status.PARTIAL, 2),
    "xor": (Status.FAILED, 0),
    "answer.perceptron_simple": (Status.PASSED, 2),
    "answer.pourquoi": (Status.REVIEW, 0),
}
OVERRIDDEN = {**MARKS, "training": (Status.PARTIAL, 2.5)}


def marks(record: Record) -> dict[str, tuple[Status, float]]:
    return {verdict.id: (verdict.status, verdict.points) for verdict in record.verdicts}


@pytest.fixture(params=sorted(KEPT.glob("schema-*.json")), ids=lambda path: path.stem)
def kept(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture
def old_book(tmp_path: Path) -> Path:
    """A folder with the kept gradebook of schema 1."""
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.executescript((KEPT / "gradebook-1.sql").read_text(encoding="utf-8"))
    connection.close()
    return tmp_path


@pytest.mark.parametrize(
    ("migrations", "first", "last"),
    [(records.MIGRATIONS, 1, RECORD_SCHEMA), (GRADEBOOK_MIGRATIONS, 0, GRADEBOOK_SCHEMA)],
    ids=["records", "gradebook"],
)
def test_there_is_one_migration_for_each_step(migrations: dict[int, object], first: int, last: int) -> None:
    assert list(migrations) == list(range(first, last))


def test_a_file_is_kept_of_every_schema_before() -> None:
    written = {json.loads(path.read_text(encoding="utf-8"))["schema"] for path in KEPT.glob("schema-*.json")}
    assert written >= set(range(1, RECORD_SCHEMA))
    assert {path.name for path in KEPT.glob("gradebook-*.sql")} >= {
        f"gradebook-{schema}.sql" for schema in range(1, GRADEBOOK_SCHEMA)
    }


def test_an_older_record_is_read_with_its_marks(kept: Path) -> None:
    record, fields = records.read(kept), json.loads(kept.read_text(encoding="utf-8"))
    assert marks(record) == (MARKS if fields["schema"] == 1 else OVERRIDDEN)
    assert (record.score, record.max_score) == (fields["score"], fields["max_score"])
    assert record.final_score == record.score and record.lateness is None
    assert record.to_review and not record.broken


def test_an_older_record_is_read_with_all_that_it_says(kept: Path) -> None:
    record, fields = records.read(kept), json.loads(kept.read_text(encoding="utf-8"))
    assert (record.exercise, record.student, record.file, record.mode) == ("xor", "Inès O'Brien", "xor.py", Mode.FULL)
    assert record.outcome is not None and record.outcome.status == "error" and not record.outcome.memory_ran_out
    assert record.failure is not None and record.failure.frames[0].line == 15
    assert len(record.curves["loss"]) == 30 and record.output_tail.startswith("dernière ligne")
    for verdict, written in zip(record.verdicts, fields["verdicts"], strict=True):
        assert verdict.message == Text(**written["message"]) and verdict.measured == Text(**written["measured"])
    assert record.exhibits == fields.get("exhibits", {}) and record.attempt == 1 and record.members == ()


def test_an_older_records_rubric_is_for_teachers_only(kept: Path) -> None:
    verdict = records.read(kept).verdicts[-1]
    assert verdict.rubric.en.startswith("The two classes are not linearly separable") and verdict.expected == Text()
    assert not any(v.rubric for v in records.read(kept).verdicts[:-1])


def test_an_older_records_override_is_kept(kept: Path) -> None:
    overrides = [v.override for v in records.read(kept).verdicts if v.override is not None]
    if json.loads(kept.read_text(encoding="utf-8"))["schema"] == 1:  # it knew none
        assert overrides == []
    else:
        (override,) = overrides
        assert (override.author, override.was, override.was_status) == ("Mme Curie", 2, Status.PARTIAL)


def test_an_older_record_is_rewritten_as_todays(kept: Path, tmp_path: Path) -> None:
    record = records.read(kept)
    records.write(record, tmp_path / "r.json")
    written: dict[str, Any] = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert written["schema"] == RECORD_SCHEMA and "details" not in written
    assert records.migrated(written) == written
    assert records.read(tmp_path / "r.json") == record


def test_migrating_leaves_what_it_is_given_alone(kept: Path) -> None:
    text = kept.read_text(encoding="utf-8")
    fields = json.loads(text)
    records.from_json(fields)
    assert fields == json.loads(text)


def test_an_older_gradebook_is_read_with_its_marks_and_decisions(old_book: Path) -> None:
    with Gradebook.open(old_book) as book:
        (record,) = book.records()
        (entry,) = book.current()
        assert marks(record) == OVERRIDDEN and record.score == 11.5
        assert record.verdicts[-1].rubric and not record.verdicts[-1].expected
        assert entry.record is not None and marks(entry.record) == MARKS
        assert book.look_up(entry.submission, entry.fingerprint) is not None
        assert book._connection.execute("PRAGMA user_version").fetchone()[0] == GRADEBOOK_SCHEMA


def test_a_record_filed_anew_in_an_older_gradebook_is_todays(old_book: Path) -> None:
    with Gradebook.open(old_book) as book:
        (entry,) = book.current()
        assert entry.record is not None
        book.file(entry.submission, entry.fingerprint, entry.run_key, entry.judgement_key, entry.record)
        (row,) = book._connection.execute("SELECT schema, json FROM records").fetchall()
        assert row["schema"] == RECORD_SCHEMA == json.loads(row["json"])["schema"]
        assert marks(book.records()[0]) == OVERRIDDEN
