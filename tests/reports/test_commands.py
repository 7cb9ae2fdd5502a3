"""`grade report` and `grade export`, as a teacher types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from grader import records
from grader.cli.main import run
from grader.domain import Record, Submission
from grader.store import Gradebook
from tests.reports import build


@pytest.fixture
def batch(tmp_path: Path) -> Callable[..., Path]:
    """A folder as a batch leaves it, without a gradebook."""

    def written(*given: Record) -> Path:
        for number, record in enumerate(given or (build.full(), build.record("durand"), build.broken())):
            records.write(record, tmp_path / f"{number}.json")
        return tmp_path

    return written


def test_report_makes_the_pages_and_names_the_first(batch: Callable[..., Path], capsys: pytest.CaptureFixture) -> None:
    folder = batch()
    assert run(["report", str(folder), "--lang", "en"]) == 0
    assert capsys.readouterr().out == f"{folder / 'index.html'}\n"
    assert {path.name for path in (folder / "etudiants").iterdir()} >= {"durand.html", "petit.html"}
    assert run(["report", str(folder)]) == 0  # its own files are no records


@pytest.mark.parametrize("name", ["moodle", "canvas", "csv", "junit", "markdown", "json"])
def test_export_writes_to_the_standard_output_or_a_file(
    batch: Callable[..., Path], capfdbinary: pytest.CaptureFixture, name: str
) -> None:
    folder = batch()
    assert run(["export", str(folder), "--format", name]) == 0
    printed = capfdbinary.readouterr().out
    assert b"durand" in printed
    assert run(["export", str(folder), "--format", name, "--out", str(folder / "new" / "x"), "--bom"]) == 0
    assert (folder / "new" / "x").read_bytes() == b"\xef\xbb\xbf" + printed


def test_gradescope_takes_one_file_per_student(batch: Callable[..., Path], capsys: pytest.CaptureFixture) -> None:
    folder = batch()
    assert run(["export", str(folder), "--format", "gradescope"]) == 2
    assert "--out" in capsys.readouterr().err
    assert run(["export", str(folder), "--format", "gradescope", "--out", str(folder / "gs")]) == 0
    assert json.loads((folder / "gs" / "durand.json").read_text())["score"] == 14.5
    assert len(list((folder / "gs").iterdir())) == 3


def test_one_exercise_alone_is_exported(batch: Callable[..., Path], capfd: pytest.CaptureFixture) -> None:
    folder = batch(build.record(), build.record(exercise="exo2"))
    assert run(["export", str(folder), "--format", "csv", "--exercise", "exo2"]) == 0
    found = capfd.readouterr().out
    assert "exo2" in found
    assert "exo1" not in found
    assert run(["export", str(folder), "--format", "csv", "--exercise", "exo9"]) == 2


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [("", "", "No record"), ("x.json", "{", "no record"), ("x.json", "[1]", "no record"), ("x.json", "{}", "schema")],
)
def test_what_is_no_batch_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture, name: str, content: str, told: str
) -> None:
    if name:
        (tmp_path / name).write_text(content)
    assert run(["report", str(tmp_path), "--lang", "en"]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "index.html").exists()


def test_a_gradebook_goes_before_files_that_lie_beside_it(
    batch: Callable[..., Path], capfd: pytest.CaptureFixture
) -> None:
    folder = batch(build.record("a file"))
    submission = Submission("from the gradebook", "exo1", folder, folder / "exo1.py", ())
    with Gradebook.open(folder, create=True) as book:
        book.file(submission, "fingerprint", "run", "judgement", build.record("from the gradebook"))
    assert run(["export", str(folder), "--format", "csv"]) == 0
    found = capfd.readouterr().out
    assert "from the gradebook" in found
    assert "a file" not in found
    assert run(["report", str(folder)]) == 0
    assert "from the gradebook" in (folder / "index.html").read_text(encoding="utf-8")
