"""Requests through a real worker: each has its own answer, and a file that breaks the parser costs its own alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.domain import Reading, Submission
from grader.errors import DiskFull, ParsingFailed, UnreadableSubmission
from grader.parsing import BEYOND, Parser, Read, Within
from grader.parsing import parser as parsing
from grader.sandbox import Job, Stopped
from grader.sandbox.process import Process
from tests.parsing.faulty import LIES


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Read]:
    def read(text: str, name: str = "exo1.py") -> Read:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return Read(Submission("ana", "exo1", tmp_path, path, (Path(name),)))

    return read


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Iterator[Parser]:
    monkeypatch.setattr(parsing, "LIMITS", replace(parsing.LIMITS, memory_mib=300))
    monkeypatch.setattr(
        parsing, "Job", lambda entry, fields, limits, folder: Job("tests.parsing.faulty", fields, limits, folder)
    )
    with Parser(Process) as one:
        yield one


class Tolerant(Read):
    """Tells what went wrong in place of a reading."""

    def failed(self, problem: Exception) -> Reading:
        return Reading(source=f"{type(problem).__name__}: {problem}")


@pytest.mark.parametrize("fault", ["crash", "bloat", "spin", "raise", "kill the worker"])
def test_a_file_that_breaks_the_parser_costs_its_own_request_alone(
    fault: str, faulty: Parser, program: Callable[..., Read], tmp_path: Path
) -> None:
    asked = [program(f"# \n# \nx = {n}\n", f"{n}.py") for n in range(5)]
    asked[2] = program(f"# {fault}\n# {tmp_path}\n", "2.py")
    asked = [Tolerant(one.submission) for one in asked]
    if fault == "kill the worker":  # whoever asks together with it cannot be told from it
        with pytest.raises(ParsingFailed):
            faulty.all(asked)
        asked[2] = asked[1]
    answers = faulty.all(asked)
    for n in (0, 1, 3, 4):
        assert answers[n].source == f"# \n# \nx = {n}\n" and answers[n].runnable
    if fault in ("bloat", "spin"):
        failure, (notice,) = answers[2].failure, answers[2].notices
        assert failure is not None and failure.type == BEYOND and not answers[2].runnable
        assert "2.py" in notice.text.fr and {"bloat": "memory", "spin": "cpu"}[fault] in notice.text.en
    elif fault != "kill the worker":
        assert answers[2].source.startswith("ParsingFailed: The grader failed while reading this file"), answers[2]
        assert fault != "raise" or "KeyError: 'odd'" in answers[2].source


def test_what_breaks_the_parser_once_only_is_read_the_second_time(
    faulty: Parser, program: Callable[..., Read], tmp_path: Path
) -> None:
    asked = [program("# \n# \n", "0.py"), program(f"# crash once\n# {tmp_path / 'mark'}\nx = 1\n", "1.py")]
    assert [answer.source[-6:] for answer in faulty.all(asked)] == ["# \n# \n"[-6:], "x = 1\n"]
    assert (tmp_path / "mark").exists()


@pytest.mark.parametrize("lie", LIES)
def test_lines_without_the_form_are_the_grader_s_failure(
    lie: str, faulty: Parser, program: Callable[..., Read]
) -> None:
    with pytest.raises(ParsingFailed):
        faulty.one(program(lie, "lie.py"))
    assert faulty.one(program("# \n# \n", "fine.py")).source == "# \n# \n"


def test_more_requests_than_one_job_takes_are_all_answered(
    parser: Parser, program: Callable[..., Read], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing, "AT_ONCE", 3)
    monkeypatch.setattr(parsing, "BYTES_AT_ONCE", 20)
    asked = [program(f"x = {n}\n" * (n + 1), f"{n}.py") for n in range(8)]
    assert [one.source for one in parser.all(asked)] == [f"x = {n}\n" * (n + 1) for n in range(8)]
    assert parser.all([]) == []


def test_a_file_that_is_none_is_told_as_such(parser: Parser, tmp_path: Path) -> None:
    (tmp_path / "exo1.ipynb").write_text("{")
    for name, words in (("exo1.ipynb", "JSON"), ("absent.py", "There is no file"), (".", "folder")):
        submission = Submission("ana", "exo1", tmp_path, tmp_path / name, (Path(name),))
        with pytest.raises(UnreadableSubmission, match=words):
            parser.one(Read(submission))
        assert parser.one(Within(submission.main, ("exo1",), {})) == ()


def test_a_full_disk_is_told_as_such(
    parser: Parser, program: Callable[..., Read], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    asked = program("x = 1\n")
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DiskFull):
        parser.one(asked)


def test_nothing_stays_behind(program: Callable[..., Read]) -> None:
    with Parser(Process) as parser:
        parser.one(program("x = 1\n"))
        with parser.held() as slot:
            assert [path.name for path in slot.folder.iterdir()] == ["home"]
        folder = slot.folder
    assert not folder.exists()


def test_without_a_request_no_walls_are_built() -> None:
    with Parser(lambda: pytest.fail("nobody asked")) as parser:
        parser.stop()


def test_a_parser_that_is_stopped_ends_at_once(faulty: Parser, program: Callable[..., Read], tmp_path: Path) -> None:
    faulty.one(program("# \n# \n"))
    threading.Timer(0.2, faulty.stop).start()
    started = time.monotonic()
    with pytest.raises(Stopped):
        faulty.one(program(f"# bloat\n# {tmp_path}\n"))
        faulty.one(program(f"# spin\n# {tmp_path}\n"))
    assert time.monotonic() - started < 5
    with pytest.raises(Stopped):
        faulty.one(program("# \n# \n"))
