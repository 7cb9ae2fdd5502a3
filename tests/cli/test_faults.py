"""Whatever is wrong with what a teacher hands to a command: one sentence with the remedy, an exit code that means it, and
never a traceback. Exit code 1 says that marks were lost, and nothing else."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from grader import records
from grader.cli import exits, main
from grader.cli.main import run
from grader.errors import UnreadableSubmission, UsageError
from grader.store import Gradebook, parse_moment
from grader.store.schema import connect
from tests.cli.classes import Typed, hand_in, static
from tests.reports import build

# ── What nobody foresaw ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (AssertionError(), exits.BROKEN),
        (RecursionError("maximum recursion depth"), exits.BROKEN),
        (sqlite3.DatabaseError("disk image is malformed"), exits.BROKEN),
        (KeyError("x"), exits.BROKEN),
        (PermissionError(13, "Permission denied", "/etc/x"), exits.USAGE),
        (IsADirectoryError(21, "Is a directory", "out/x"), exits.USAGE),
        (OSError(28, "No space left on device", "x"), exits.BROKEN),
    ],
)
def test_an_unforeseen_error_is_a_sentence(
    problem: Exception, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(lang: str) -> object:
        raise problem

    monkeypatch.setattr(main, "build", fails)
    assert run(["list", "--lang", "en"]) == code
    told = capsys.readouterr().err
    assert told.startswith("grade : ") and told.count("\n") == 1 and "Traceback" not in told
    with pytest.raises(type(problem)):
        run(["--debug", "list"])


@pytest.mark.parametrize("out", ["file", "file/below", "/proc/nothing", "class/../file"])
def test_results_that_cannot_be_written_are_told_before_any_work(out: str, typed: Typed) -> None:
    hand_in("alice")
    Path("file").write_text("x")
    code, told = typed("batch", "class", "--out", out, "--mode", "static", "--sandbox", "process")
    assert code == exits.USAGE and "grade :" in told and "Traceback" not in told


def test_a_page_s_place_taken_by_a_folder_is_told(typed: Typed) -> None:
    hand_in("alice")
    Path("out/index.html").mkdir(parents=True)
    code, told = static(typed)
    assert code == exits.USAGE and "index.html" in told


def test_an_export_into_nowhere_is_told(typed: Typed) -> None:
    hand_in("alice")
    static(typed)
    Path("file").write_text("x")
    for out in ("file/x.csv", "out", "/proc/x/y.csv"):
        code, told = typed("export", "out", "--format", "csv", "--out", out)
        assert code == exits.USAGE and "cannot be" in told


# ── Tables and dates ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text", ["0/3/2026", "00/03/2026", "1/0/2026", "31/02/2026", "1/1/0001", "9999-12-31", "0001-01-01"]
)
def test_a_date_that_no_calendar_has_is_told(text: str) -> None:
    with pytest.raises(UsageError):
        parse_moment(text, end_of_day=True)


def test_tables_of_old_macs_are_read_and_open_quotes_told_with_their_line(typed: Typed) -> None:
    hand_in("alice")
    Path("mac.csv").write_bytes(b"student,deadline\ralice,2026-03-01\rbob,2026-03-02\r")
    code, told = static(typed, "--extensions", "mac.csv")
    assert code == exits.MARKS_LOST and "bob" in told  # read: of bob there is nothing
    Path("open.csv").write_text('student,deadline\n"alice,2026-03-01\nbob,2026-03-02\n')
    code, told = static(typed, "--extensions", "open.csv")
    assert code == exits.USAGE and "open.csv cannot be read: line" in told
    Path("zero.csv").write_text("student,deadline\nalice,00/03/2026\n")
    code, told = static(typed, "--extensions", "zero.csv")
    assert code == exits.USAGE and "no date" in told


# ── Damaged files of our own ────────────────────────────────────────────────────────────────────

DEEP = "[" * 100_000


@pytest.mark.parametrize("junk", ["", "{", "[]", "null", '{"seen": 3}', DEEP, '{"a": ' * 50_000], ids=range(7))
@pytest.mark.parametrize("name", [".looks.json", ".pages.json", ".records.json"])
def test_a_damaged_note_costs_a_shortcut_only(name: str, junk: str, typed: Typed) -> None:
    hand_in("alice")
    static(typed)
    Path("out", name).write_text(junk)
    assert static(typed)[0] == exits.MARKS_LOST


@pytest.mark.parametrize("junk", ["{", "[]", "null", "{}", DEEP], ids=["cut", "list", "null", "empty", "deep"])
def test_one_damaged_record_is_named_skipped_and_graded_again(junk: str, typed: Typed) -> None:
    hand_in("alice")
    hand_in("bob")
    static(typed)
    with sqlite3.connect("out/gradebook.sqlite") as book:
        book.execute("UPDATE records SET json = ? WHERE submission = 1", (junk,))
    with Gradebook.open(Path("out")) as book_:
        assert [record.student for record in book_.records()] == ["bob"]
    assert typed("export", "out", "--format", "csv")[0] == 0
    code, told = static(typed)
    assert code == exits.MARKS_LOST and "Damaged in the gradebook" in told and "alice exo1" in told
    with Gradebook.open(Path("out")) as book_:
        assert [record.student for record in book_.records()] == ["alice", "bob"]
    assert "Damaged" not in static(typed)[1]


def test_a_record_file_with_impossible_numbers_is_told(tmp_path: Path, typed: Typed) -> None:
    path = tmp_path / "r" / "alice.exo1.json"
    records.write(build.record(curves={"loss": (1.0,)}), path)
    text = path.read_text(encoding="utf-8")
    for bad in (text.replace('"loss": [\n   1.0', '"loss": [\n   ' + "9" * 400), DEEP, "[]", text[:200]):
        assert bad != text
        path.write_text(bad, encoding="utf-8")
        code, told = typed("export", str(path.parent), "--format", "csv")
        assert code == exits.USAGE and "alice.exo1.json" in told


def test_a_newer_record_is_called_newer(tmp_path: Path) -> None:
    fields = records.to_json(build.record())
    with pytest.raises(UnreadableSubmission, match="newer"):
        records.from_json({**fields, "schema": 999})


# ── The gradebook's own troubles ────────────────────────────────────────────────────────────────


def test_a_gradebook_that_another_program_holds_says_so(
    typed: Typed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from grader.store import schema

    monkeypatch.setattr(schema, "BUSY_SECONDS", 0.1)
    hand_in("alice")
    static(typed)
    other = sqlite3.connect("out/gradebook.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        code, told = static(typed, "--fresh")
    finally:
        other.close()
    assert code == exits.BROKEN and "held open by another program" in told


def test_a_gradebook_that_is_none_names_the_way_back(tmp_path: Path) -> None:
    (tmp_path / "gradebook.sqlite").write_bytes(b"no database, but long enough to be read as one" * 100)
    with pytest.raises(UnreadableSubmission, match="grade restore"):
        connect(tmp_path / "gradebook.sqlite")


# ── A student's file is the student's ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("notebook", ["{", "{}", '{"cells": [], "nbformat": 9}', "\x00" * 50])
def test_a_broken_notebook_is_the_student_s_and_no_failure_of_the_grader_s(notebook: str, typed: Typed) -> None:
    hand_in("alice")
    Path("class/bob").mkdir()
    Path("class/bob/exo1.ipynb").write_text(notebook)
    code, told = static(typed)
    assert code == exits.MARKS_LOST, told
    with Gradebook.open(Path("out")) as book:
        record = book.record("bob", "exo1")
    assert record is not None and not record.broken and record.score == 0
    (runs,) = (v for v in record.verdicts if v.id == "runs")
    assert "exo1.ipynb" in runs.message.en
    assert "Unchanged since they were graded: 2" in static(typed)[1]
