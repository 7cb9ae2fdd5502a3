"""What a batch says of the class it was given, and that one student's hand-in leaves the others' records, marks and
exports as they are, to the last byte."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from grader.batch.plan import latest_attempts
from grader.cli import exits
from grader.reports.names import slug
from tests.cli.classes import ANSWERS, Typed, static
from tests.intake.classes import LAYOUTS, laid, zipped

HONEST = ANSWERS.format(convexe="oui").encode()
NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
EVIL = ANSWERS.format(convexe="non").encode()
FORMATS = ("moodle", "canvas", "csv", "junit", "markdown", "json")


def graded(
    typed: Typed,
    name: str,
    files: dict[str, bytes],
    exercises: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """The output of a whole batch with its exports, in a folder of its own."""
    home = Path(name).absolute()
    laid(home / "class", {path: as_program(path, data) for path, data in files.items()})
    monkeypatch.chdir(home)
    code, told = static(typed, *(word for exercise in exercises for word in ("--exercise", exercise)))
    assert code == exits.MARKS_LOST, told
    for format_ in FORMATS:
        assert typed("export", "out", "--format", format_, "--out", f"{format_}.txt")[0] == 0
    assert typed("export", "out", "--format", "gradescope", "--out", "gradescope")[0] == 0
    monkeypatch.chdir(home.parent)
    return home


def as_program(path: str, data: bytes) -> bytes:
    return HONEST if path.endswith("exo1.py") else NOTEBOOK if path.endswith(".ipynb") else data


def told_without_times(value: Any) -> Any:
    """A record, but for how long its reading took."""
    if isinstance(value, dict):
        return {key: told_without_times(item) for key, item in value.items() if key != "phases"}
    return [told_without_times(item) for item in value] if isinstance(value, list) else value


def theirs(home: Path, student: str) -> dict[str, Any]:
    """All that the batch wrote of everybody but one student."""
    found: dict[str, Any] = {}
    for path in (home / "out").glob("[!.]*.json"):
        record = told_without_times(json.loads(path.read_text(encoding="utf-8")))
        if student not in record["student"]:
            found[path.name] = record
    for path in (home / "gradescope").rglob("[!.]*.json"):
        if not path.stem.startswith(slug(student)) and student.replace(" ", "_") not in path.stem:
            found[str(path.relative_to(home))] = told_without_times(json.loads(path.read_text(encoding="utf-8")))
    for format_ in ("moodle", "canvas", "csv"):
        with (home / f"{format_}.txt").open(encoding="utf-8", newline="") as file:
            found[format_] = [row for row in csv.reader(file) if not any(student in cell for cell in row)]
    with sqlite3.connect(home / "out" / "gradebook.sqlite") as book:
        rows = book.execute(
            "SELECT name, exercise, attempt, program, received, identity, members, fingerprint FROM submissions s "
            "JOIN students n ON n.id = s.student WHERE instr(name, ?) = 0 ORDER BY 1, 2, 3",
            (student,),
        )
        found["rows"] = rows.fetchall()
    return found


@pytest.mark.parametrize("layout", ["moodle", "moodle-flat", "canvas", "nbgrader", "classroom", "folders", "drive"])
def test_records_ids_times_attempts_and_exports_are_byte_for_byte_those_without_the_hostile_member(
    layout: str,
    typed: Typed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = LAYOUTS[layout]
    claims = {
        "martinluc_12_99999_exo1-7.py": EVIL,
        "dupontlea_11_99999_exo1.py": EVIL,
        "Léa Dupont_1001_assignsubmission_file_/exo1.py": EVIL,
        "lea/exo1.py": EVIL,
        "tp1-lea-d/.git/HEAD": b"x",
        "timestamp.txt": b"2020-01-01 00:00:00 UTC",
        "groupes.csv": "groupe,étudiant\nlea,eve\nLéa Dupont,Eve Noir\n".encode(),
    }
    exercises = ["exo1", "exo2"] if any("exo2" in name for name in one.honest) else ["exo1"]
    hostile = one.files({"rendu.zip": zipped(claims, day=9)})
    before = theirs(graded(typed, "before", one.files(), exercises, monkeypatch), one.student)
    after = theirs(graded(typed, "after", hostile, exercises, monkeypatch), one.student)
    assert len(before["rows"]) > 1
    assert after == before


def test_the_class_is_described_and_all_that_is_said_of_it_stands_in_a_file(typed: Typed) -> None:
    laid(Path("class"), LAYOUTS["moodle"].files({f"a/b{n}.py": b"x" for n in range(30)}))
    _, told = static(typed)
    assert "Class: Moodle, 3 folders" in told
    assert "27 more of Eve Noir, see out/reception.txt" in told
    assert told.count("Left out") == 4
    written = Path("out/reception.txt").read_text(encoding="utf-8")
    assert written.count("Left out") == 30 and written.startswith("Class: Moodle, 3 folders\n")


def test_a_later_attempt_that_replaces_an_earlier_one_is_told_for_each_student(typed: Typed) -> None:
    laid(Path("class"), LAYOUTS["canvas"].files({"exo1-1.py": EVIL, "exo1-2.py": EVIL}))
    _, told = static(typed)
    assert "dupontlea, exo1: attempt 2 (exo1.py) replaces 1 earlier one" in told
    assert "noireve, exo1: attempt 3 (exo1.py) replaces 2 earlier ones" in told
    assert "dupontlea, exo1" in Path("out/reception.txt").read_text(encoding="utf-8")


def test_an_exercise_of_one_student_s_alone_is_told(typed: Typed) -> None:
    honest = {f"{who}/exo1.py": HONEST for who in ("lea", "luc", "ana", "bob")}
    laid(Path("class"), {**honest, "eve/exo1.py": HONEST, "eve/exo3.py": HONEST})
    assert "exo3 was handed in by one student only (eve)" in static(typed)[1]
    assert "by one student only" not in static(typed, "--exercise", "exo1", "--exercise", "exo3")[1]


def test_who_worked_together_may_be_named(typed: Typed) -> None:
    laid(Path("class"), {"dupont_exo1.py": HONEST, "martin_exo1.py": HONEST})
    Path("mine.csv").write_text("group,student\nmartin,Ana\nmartin,Bob\n", encoding="utf-8")
    static(typed, "--groups", "mine.csv")
    with sqlite3.connect("out/gradebook.sqlite") as book:
        assert '["Ana", "Bob"]' in {row[0] for row in book.execute("SELECT members FROM submissions")}


def test_a_class_without_any_submission_says_what_there_was(typed: Typed) -> None:
    laid(Path("class"), {"lea/rapport.pdf": b"x"})
    code, told = static(typed)
    assert code == exits.USAGE and "rapport.pdf" in told and "No submission was recognised" in told
    assert not Path("out").exists()


def test_the_last_attempt_is_the_one_with_the_greatest_number(tmp_path: Path) -> None:
    from tests.intake.classes import taken_in

    found = taken_in(laid(tmp_path / "class", LAYOUTS["canvas"].files()), tmp_path / "room")
    assert {(s.student, s.attempt) for s in latest_attempts(found.submissions)} >= {("dupontlea", 2)}
