"""The headers of known-wrong programs, and what it means to prove oneself."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from grader import catalog, verify
from grader.batch import Task
from grader.domain import Mode, Record, Status, Submission, Text, Verdict
from grader.errors import BadSpecification, NothingToGrade
from grader.grading import Options
from grader.verify import Case, Header, cases, disagreements, read_header


def header_of(text: str, folder: Path, name: str = "wrong.py") -> Header:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_header(path)


def test_a_header_says_marks_and_settings(tmp_path: Path) -> None:
    text = "# Une phrase.\n# expect: parameters = failed 0\n# expect: answer.convexe = partial 1.5\n# time-limit: 20\n# mode: audit\n# files: a.keras b.py\nx = 1\n"
    header = header_of(text, tmp_path)
    assert header.expected == {"parameters": (Status.FAILED, 0.0), "answer.convexe": (Status.PARTIAL, 1.5)}
    assert (header.time_limit, header.mode, header.files) == (20.0, Mode.AUDIT, ("a.keras", "b.py"))


def test_a_program_without_a_header_must_earn_everything(tmp_path: Path) -> None:
    assert header_of("x = 1\n", tmp_path) == Header({})


def test_a_notebook_says_it_in_its_first_cell(tmp_path: Path) -> None:
    cell = {
        "cell_type": "code",
        "source": ["# expect: runs = failed 0\n", "# time-limit: 5\n", "1 / 0"],
        "metadata": {},
    }
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    header = header_of(text, tmp_path, "wrong.ipynb")
    assert header.expected == {"runs": (Status.FAILED, 0.0)} and header.time_limit == 5


@pytest.mark.parametrize(
    "line",
    [
        "# expect parameters failed",
        "# expect: parameters = failed",
        "# expect: parameters failed 0",
        "# expect: parameters = failed zero",
        "# expect: parameters = broken 0",
        "# mode: fast",
        "# time-limit: soon",
    ],
)
def test_a_header_line_that_cannot_be_read_is_told(line: str, tmp_path: Path) -> None:
    with pytest.raises(BadSpecification) as told:
        header_of(line + "\n", tmp_path)
    assert line in told.value.text.fr and "wrong.py" in told.value.text.en


# ── Agreeing ────────────────────────────────────────────────────────────────────────────────────


def verdict(id: str = "runs", status: Status = Status.PASSED, points: float = 4, most: float = 4) -> Verdict:
    return Verdict(id, status, points, most, Text("t", "t"), message=Text("m", "m"))


def record(*verdicts: Verdict) -> Record:
    return Record("exo1", Text(), "s", "f.py", Mode.FULL, 0, verdicts, None, {}, None)


def case(kind: str = "wrong", **expected: tuple[Status, float]) -> Case:
    exercise = catalog.locate().find("exo1")
    submission = Submission("s", "exo1", Path("/r"), Path("/r/f.py"), (Path("f.py"),))
    return Case(kind, Task(exercise, submission, Options()), Header(dict(expected)))


def test_full_marks_agree_with_an_empty_header() -> None:
    assert disagreements(case("solution"), record(verdict(), verdict("a", Status.REVIEW, 0))) == ()


@pytest.mark.parametrize(
    "given",
    [
        verdict(status=Status.FAILED, points=0),
        verdict(status=Status.PARTIAL, points=2),
        verdict(status=Status.SKIPPED, points=0),
        verdict(status=Status.ERROR, points=0),
        verdict(points=3),
    ],
)
def test_marks_that_no_header_names_must_not_be_lost(given: Verdict) -> None:
    assert len(disagreements(case("solution"), record(given))) == 1


def test_the_marks_that_a_header_names_must_be_lost_as_it_says() -> None:
    expecting = case(runs=(Status.FAILED, 0.0))
    assert disagreements(expecting, record(verdict(status=Status.FAILED, points=0))) == ()
    assert disagreements(expecting, record(verdict()))
    assert disagreements(case(runs=(Status.PARTIAL, 2.0)), record(verdict(status=Status.PARTIAL, points=2.001))) == ()
    assert disagreements(case(runs=(Status.PARTIAL, 2.0)), record(verdict(status=Status.PARTIAL, points=2.1)))
    assert disagreements(case(runs=(Status.REVIEW, 0.0)), record(verdict(status=Status.PASSED)))


def test_a_header_that_names_an_unknown_verdict_is_told() -> None:
    problems = disagreements(case(run=(Status.FAILED, 0.0)), record(verdict()))
    assert len(problems) == 1 and "run" in problems[0].en


def test_a_stub_earns_nothing_and_breaks_nothing() -> None:
    nothing = record(verdict(status=Status.FAILED, points=0), verdict("a", Status.SKIPPED, 0))
    assert disagreements(case("stub"), nothing) == ()
    assert disagreements(case("stub"), record(verdict(points=1)))
    assert disagreements(case("stub"), record(verdict(status=Status.ERROR, points=0)))


# ── Cases ───────────────────────────────────────────────────────────────────────────────────────


def test_every_program_of_an_exercise_is_a_case() -> None:
    known = catalog.locate()
    found = list(cases(known.find("exo1"), known, Options()))
    kinds = [c.kind for c in found]
    assert kinds.count("solution") == kinds.count("stub") == 2
    assert kinds.count("wrong") == len(list((known.assignments.parent / "reference/exo1/wrong").glob("*.py")))
    assert all(c.task.submission.main.is_file() for c in found)


def test_without_a_reference_there_is_nothing_to_verify(tmp_path: Path) -> None:
    known = catalog.locate()
    with pytest.raises(NothingToGrade):
        list(cases(known.find("exo1"), replace(known, reference=None), Options()))
    with pytest.raises(NothingToGrade):
        list(cases(known.find("exo1"), replace(known, reference=tmp_path), Options()))


def _headers() -> list[Path]:
    reference = catalog.locate().reference
    return sorted(reference.glob("*/wrong/*.py")) if reference else []


@pytest.mark.parametrize("path", _headers(), ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_every_known_wrong_program_names_verdicts_and_marks_that_exist(path: Path) -> None:
    exercise = catalog.locate().find(path.parts[-3])
    most = {check.id: check.points for check in exercise.checks}
    header = read_header(path)
    assert header.expected, "a wrong program must lose something"
    for name, (status, points) in header.expected.items():
        assert 0 <= points <= most[name]
        assert (status, points) != (Status.PASSED, most[name]), f"{name}: passing needs no line"
    for name in header.files:
        assert (path.parent / name).is_file()


def test_verification_module_names_its_own_header_lines() -> None:
    assert verify.__doc__ is not None
    for line in verify.__doc__.splitlines():
        if line.strip().startswith("# expect"):
            assert verify.EXPECT.match(line.strip())
