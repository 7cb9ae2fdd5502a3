"""How a teacher is to judge an answer is for teachers: no student's view shows it, open or decided."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from grader import records
from grader.domain import LANGS, Lang, Mode, Override, Record, Status, Text
from grader.reports.feedback import feedback
from grader.reports.formats import FORMATS
from grader.reports.html import class_page, student_page
from grader.reports.terminal import show_record
from tests.reports import build

SECRET = Text("BARÈME-SECRET", "SECRET-RUBRIC")
OPEN = build.verdict("answer.interpretation", 0, 2, Status.REVIEW, message=build.both("to be read"), rubric=SECRET)
DECIDED = replace(
    OPEN,
    status=Status.PARTIAL,
    points=1,
    override=Override("Mme Curie", "2026-11-21T10:00:00+00:00", "incomplete", 0, Status.REVIEW),
)


def secret(text: object) -> bool:
    return "SECRET" in str(text)


@pytest.mark.parametrize("verdict", [OPEN, DECIDED], ids=["open", "decided"])
@pytest.mark.parametrize("lang", LANGS)
def test_no_view_of_a_student_s_shows_the_rubric(verdict: object, lang: Lang) -> None:
    record = build.record(verdicts=(*build.record().verdicts, verdict))
    shown = io.StringIO()
    show_record(record, Console(file=shown, width=200), lang)
    views = {
        "page": student_page([record], lang),
        "class": class_page([record], lang),
        "comment": feedback([record], lang),
        "terminal": shown.getvalue(),
        **{name: FORMATS[name].write([record], lang) for name in FORMATS if name != "json"},
    }
    assert {name for name, text in views.items() if secret(text)} == set()
    assert "to be read" in str(views["junit"]) or verdict is DECIDED


def test_a_record_keeps_the_rubric_and_an_older_one_finds_it_where_it_stood() -> None:
    record = build.record(verdicts=(OPEN,))
    fields = json.loads(json.dumps(records.to_json(record)))
    assert records.from_json(fields).verdicts == (OPEN,)
    fields["schema"] = 2
    (old,) = fields["verdicts"]
    old["expected"] = old.pop("rubric")
    old["message"] = {"fr": "Un enseignant lira cette réponse.", "en": records.TO_BE_READ}
    (read,) = records.from_json(fields).verdicts
    assert read.rubric == SECRET and read.expected == Text()
    old["message"]["en"] = "another check's message"
    (other,) = records.from_json(fields).verdicts
    assert other.expected == SECRET and other.rubric == Text()


@pytest.mark.parametrize("mode", [Mode.STATIC, Mode.AUDIT])
def test_only_the_terminal_where_a_run_was_asked_for_tells_how_to_have_it_whole(mode: Mode) -> None:
    record = build.record(mode=mode)
    shown = io.StringIO()
    show_record(record, Console(file=shown, width=200), "en")
    assert "`grade exo1`" in shown.getvalue()
    assert "`grade exo1`" not in student_page([record], "en") + str(FORMATS["gradescope"].write([record], "en"))


def test_a_student_s_own_json_is_without_it(tmp_path: Path) -> None:
    from grader.cli.student import _write

    _write(build.record(verdicts=(OPEN,)), tmp_path / "record.json")
    read: Record = records.read(tmp_path / "record.json")
    assert read.verdicts == (replace(OPEN, rubric=Text()),)
