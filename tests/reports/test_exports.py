"""What other programs read: learning platforms, spreadsheets, continuous integration."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from grader.domain import LANGS, Lang, Lateness, Outcome, Record, Status
from grader.reports.formats import FORMATS
from grader.reports.tables import cell, table
from tests.reports import build

MOODLE = {"system": "moodle", "id": "123456", "email": "d@example.org"}
CANVAS = {"system": "canvas", "id": "77", "login": "ddurand", "section": "TP 2", "assignment": "4711"}


def rows(records: Sequence[Record], name: str, lang: Lang = "fr") -> list[list[str]]:
    return list(csv.reader(io.StringIO(FORMATS[name].write(records, lang))))


# ── Spreadsheets ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "\xa0=", "＝", "＋", "－", "＠"])
def test_no_cell_begins_a_formula(start: str) -> None:
    written = table([[f"{start}HYPERLINK(1)", "kept"]])
    (first, second) = next(csv.reader(io.StringIO(written, newline="")))
    assert first.startswith("'")
    assert second == "kept"


def test_numbers_and_harmless_texts_stay_as_they_are() -> None:
    assert [cell(v) for v in (-1.5, 3, "a-b", "-", "Élodie")] == [-1.5, 3, "a-b", "-", "Élodie"]


@pytest.mark.parametrize("name", ["csv", "moodle", "canvas"])
@pytest.mark.parametrize("lang", LANGS)
def test_a_hostile_name_is_one_harmless_cell(name: str, lang: Lang) -> None:
    bad = '=cmd|" /C calc"!A0\n"; DROP'
    record = build.record(bad, identity={"system": "moodle", "id": "@1", "name": bad, "email": "+1"}, file=bad)
    found = rows([record], name, lang)
    assert len({len(row) for row in found}) == 1
    assert not [c for row in found for c in row if c.startswith(("=", "+", "@", "\t", "\r"))]
    assert any(c.startswith("'=cmd") for row in found for c in row)


def test_plain_csv_has_a_row_per_record_and_no_mark_where_the_grader_failed() -> None:
    late = build.record("b", "exo2", lateness=Lateness(90, 4.5, build.both("4.5 off")))
    found = rows([build.broken("a"), late], "csv", "en")
    heading = found[0]
    by_name = [dict(zip(heading, row, strict=True)) for row in found[1:]]
    assert [row["Student"] for row in by_name] == ["a", "b"]
    assert by_name[0]["Mark"] == ""
    assert by_name[0]["State"] == "not marked"
    assert (by_name[1]["Mark"], by_name[1]["Points before lateness"], by_name[1]["Points off for lateness"]) == (
        "10.0",
        "14.5",
        "4.5",
    )
    assert by_name[1]["accuracy"] == "10.5"


# ── Moodle ──────────────────────────────────────────────────────────────────────────────────────


def test_moodle_finds_its_columns_in_both_languages() -> None:
    english = ["Identifier", "Full name", "Email address", "Grade", "Maximum Grade", "Last modified (grade)"]
    french = [
        "Identifiant",
        "Nom complet",
        "Adresse de courriel",
        "Note",
        "Note maximale",
        "Dernière modification (note)",
    ]
    records = [build.record(identity=MOODLE)]
    assert rows(records, "moodle", "en")[0] == [*english, "Feedback comments"]
    assert rows(records, "moodle", "fr")[0] == [*french, "Feedback par commentaires"]


def test_moodle_gets_one_row_per_student_with_the_sum_and_the_reasons() -> None:
    own = [build.record("d", name, identity=MOODLE) for name in ("exo1", "exo2")]
    found = rows([*own, build.broken("e")], "moodle", "en")
    assert found[1][:6] == ["Participant 123456", "d", "d@example.org", "29.0", "40", "-"]
    assert "exo1, Logistic regression: 14.5 / 20" in found[1][6]
    assert "Accuracy on the test images (10.5 / 14) train for `10` epochs" in found[1][6]
    assert found[2][3] == ""  # the grader failed: nothing is imported


# ── Canvas ──────────────────────────────────────────────────────────────────────────────────────


def test_canvas_gets_its_own_columns_and_one_per_exercise() -> None:
    records = [
        build.record("durand", identity=CANVAS),
        build.record("durand", "exo2", identity={**CANVAS, "assignment": ""}),
        build.broken("petit"),
    ]
    assert rows(records, "canvas") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "exo1 (4711)", "exo2"],
        ["    Points Possible", "", "", "", "", "20", "20"],
        ["durand", "77", "", "ddurand", "TP 2", "14.5", "14.5"],
        ["petit", "", "", "", "", "", ""],
    ]


# ── Gradescope ──────────────────────────────────────────────────────────────────────────────────

# https://gradescope-autograders.readthedocs.io/en/latest/specs/
TOP = {
    "score": (int, float),
    "execution_time": (int, float),
    "output": str,
    "output_format": str,
    "visibility": str,
    "stdout_visibility": str,
    "extra_data": dict,
    "tests": list,
}
TEST = {
    "score": (int, float),
    "max_score": (int, float),
    "status": str,
    "name": str,
    "name_format": str,
    "number": str,
    "output": str,
    "output_format": str,
    "visibility": str,
}
WORDS = {
    "visibility": {"visible", "hidden", "after_due_date", "after_published"},
    "stdout_visibility": {"visible", "hidden", "after_due_date", "after_published"},
    "output_format": {"text", "html", "simple_format", "md", "ansi"},
    "name_format": {"text", "html", "simple_format", "md", "ansi"},
    "status": {"passed", "failed"},
}


def agrees(fields: dict[str, object], allowed: dict[str, object]) -> None:
    assert fields.keys() <= allowed.keys()
    for name, value in fields.items():
        assert isinstance(value, allowed[name]), name  # type: ignore[arg-type]
        assert name not in WORDS or value in WORDS[name], name


@pytest.mark.parametrize(
    "records", [[build.full()], [build.hostile()], [build.record(), build.record(exercise="exo2")]]
)
def test_gradescope_results_have_the_documented_form(records: list[Record]) -> None:
    found = json.loads(FORMATS["gradescope"].write(records, "en"))
    agrees(found, TOP)
    for test in found["tests"]:
        agrees(test, TEST)
    assert found["score"] == sum(record.final_score for record in records)
    assert len(found["tests"]) == sum(len(record.verdicts) for record in records)


def test_gradescope_gets_no_score_where_the_grader_failed() -> None:
    found = json.loads(FORMATS["gradescope"].write([build.broken()], "en"))
    assert "score" not in found
    assert all("score" not in test for test in found["tests"])


# ── JUnit ───────────────────────────────────────────────────────────────────────────────────────

# What `junit-10.xsd` of Jenkins' xUnit plugin (and with it Surefire's form) asks for: for each element its required
# and its optional attributes, and the elements that may stand inside.
JUNIT = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": (
        {"name"},
        {"time", "classname", "group"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    **dict.fromkeys(("skipped", "error", "failure"), (set(), {"type", "message"}, set())),
    **dict.fromkeys(("system-out", "system-err"), (set(), set(), set())),
}
SUREFIRE_TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")


def check(element: ET.Element) -> None:
    required, optional, inside = JUNIT[element.tag]
    assert required <= element.attrib.keys() <= required | optional, element.tag
    assert {child.tag for child in element} <= inside, element.tag
    if element.tag.startswith("testsuite"):
        assert SUREFIRE_TIME.fullmatch(element.get("time", ""))
    for child in element:
        check(child)


@pytest.mark.parametrize("records", [[build.full(), build.broken()], [build.hostile()], build.class_of(5)])
@pytest.mark.parametrize("lang", LANGS)
def test_junit_has_the_form_that_jenkins_takes(records: list[Record], lang: Lang) -> None:
    root = ET.fromstring(FORMATS["junit"].write(records, lang).encode())
    check(root)
    assert root.tag == "testsuites"
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases)
        for kind, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert int(suite.attrib[attribute]) == sum(case.find(kind) is not None for case in cases)


def test_junit_says_why_and_does_not_fail_what_waits_for_a_teacher() -> None:
    root = ET.fromstring(FORMATS["junit"].write([build.record(outcome=Outcome("ok", 3.5))], "en").encode())
    runs, accuracy, convex = root.iter("testcase")
    assert len(runs) == 0
    failure = accuracy.find("failure")
    assert failure is not None
    assert failure.attrib == {"type": "partial", "message": "10.5 / 14 — in part"}
    assert failure.text == "measured: 90.1%\nexpected: at least 91.5%\nhint: train for `10` epochs"
    assert convex.find("skipped") is not None
    assert root.attrib["time"] == "3.500"


def test_a_fault_of_the_grader_is_an_error_in_junit() -> None:
    root = ET.fromstring(FORMATS["junit"].write([build.broken()], "en").encode())
    assert (root.attrib["errors"], root.attrib["failures"]) == ("1", "0")


# ── Markdown and JSON ───────────────────────────────────────────────────────────────────────────


def test_markdown_as_a_teacher_pastes_it() -> None:
    record = replace(build.record(), notices=(), versions={}, grader_version="")
    assert FORMATS["markdown"].write([record], "en") == (
        "## durand\n\n"
        "### exo1 — Logistic regression: 14.5 / 20\n\n"
        "| Check | Points | Verdict |\n"
        "| --- | --: | --- |\n"
        "| ✔ The program runs to its end | 4 / 4 | passed — ran to its end |\n"
        "| ◐ Accuracy on the test images | 10.5 / 14 | in part |\n"
        "| ✎ Question “convexe” | 0 / 2 | for the teacher — read by a teacher |\n\n"
        "**Accuracy on the test images**\n\n"
        "- measured: 90.1%\n"
        "- expected: at least 91.5%\n"
        "- hint: train for \\`10\\` epochs\n\n"
        "- up to 2 more from the teacher\n\n"
        "_mnist \\(stand\\-in data\\) · mode full · bubblewrap \\(full\\) · 12.2 s · 640 MiB · seed 0_\n"
    )


def test_nothing_that_somebody_wrote_is_markdown() -> None:
    text = FORMATS["markdown"].write([build.hostile()], "en")
    for line in text.splitlines():
        assert not re.search(r"(?<!\\)<", line), line
        assert not re.search(r"(?<!\\)\]\(", line)
    rows_ = [line for line in text.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in rows_} == {4}


def test_json_holds_every_record_without_what_only_pages_show() -> None:
    found = json.loads(FORMATS["json"].write([build.full(), build.broken()], "fr"))
    assert [record["student"] for record in found["records"]] == ["Maëlle Le Goff", "petit"]
    assert found["records"][0]["final_score"] == 12.5
    assert "exhibits" not in found["records"][0]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("lang", LANGS)
def test_every_format_takes_every_record(name: str, lang: Lang) -> None:
    skipped = build.record("s", verdicts=(build.verdict("runs", 0, 4, Status.SKIPPED),), outcome=None, dataset=None)
    for record in (build.full(), build.hostile(), build.broken(), skipped):
        text = FORMATS[name].write([record], lang)
        assert text
        assert "\x1b" not in text
        text.encode()
