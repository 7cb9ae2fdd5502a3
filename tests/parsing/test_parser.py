"""Requests through a real worker: each has its own answer, and a file that breaks the parser costs its own alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from grader.domain import Reading, Submission
from grader.errors import DiskFull, ParsingFailed, UnreadableSubmission
from grader.parsing import OVER_LIMIT, UNREADABLE, DetectExercises, Parser, Read, ReadIfPossible
from grader.parsing import parser as parsing
from grader.sandbox import Job, Stopped, worker_handle
from grader.sandbox.process import Process
from tests.endings import waits_no_longer_than
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

    def on_failure(self, problem: Exception) -> Reading:
        return Reading(source=f"{type(problem).__name__}: {problem}")


@pytest.mark.parametrize("fault", ["crash", "bloat", "spin", "raise", "kill the worker"])
def test_a_file_that_breaks_the_parser_costs_its_own_request_alone(
    fault: str, faulty: Parser, program: Callable[..., Read], tmp_path: Path
) -> None:
    asked = [program(f"# \n# \nx = {n}\n", f"{n}.py") for n in range(5)]
    asked[2] = program(f"# {fault}\n# {tmp_path}\n", "2.py")
    asked = [Tolerant(one.submission) for one in asked]
    answers = faulty.all(asked)
    for n in (0, 1, 3, 4):
        assert answers[n].source == f"# \n# \nx = {n}\n" and answers[n].runnable
    if fault in ("bloat", "spin"):
        failure, (notice,) = answers[2].failure, answers[2].notices
        assert failure is not None and failure.type == OVER_LIMIT and not answers[2].runnable
        assert "2.py" in notice.text.fr and {"bloat": "memory", "spin": "cpu"}[fault] in notice.text.en
    else:
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
    lying, fine = Tolerant(program(lie, "lie.py").submission), program("# \n# \n", "fine.py")
    answers = faulty.all([lying, fine, lying])
    assert answers[1].source == "# \n# \n" and all(answers[n].source.startswith("ParsingFailed") for n in (0, 2))


def test_a_limit_of_the_whole_job_is_nobody_s_who_keeps_within_it_alone(
    program: Callable[..., Read], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that take a few hundredths of a second each, in a job that may take one."""
    monkeypatch.setattr(parsing, "LIMITS", replace(parsing.LIMITS, cpu=1, wall=2))
    slow = "x=1\n" * 3000
    with Parser(Process) as parser:
        answers = parser.all([program(slow + f"# {n}\n", f"{n}.py") for n in range(50)])
    assert all(answer.runnable and answer.source for answer in answers)


def test_answers_that_are_too_long_together_are_asked_for_one_by_one(
    program: Callable[..., Read], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing, "ANSWER_BYTES", 3 << 20)
    asked = [program("\x01" * 400_000, f"{n}.py") for n in range(4)] + [program("x = 1\n", "honest.py")]
    with Parser(Process) as parser:
        answers = parser.all(asked)
    assert [len(answer.source) for answer in answers] == [400_000] * 4 + [6]


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
        assert parser.one(DetectExercises(submission.main, ("exo1",), {})) == ()


def test_a_full_disk_is_told_as_such(
    parser: Parser, program: Callable[..., Read], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    asked = program("x = 1\n")
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DiskFull):
        parser.one(asked)


def test_a_file_that_cannot_be_opened_costs_its_own_request_alone(
    parser: Parser, program: Callable[..., Read], tmp_path: Path
) -> None:
    absent = Submission("ana", "exo1", tmp_path, tmp_path / "absent.py", (Path("absent.py"),))
    long = Submission("ana", "exo1", tmp_path, tmp_path / "exo1.py", (Path("exo1.py"), Path("reponses" + "x" * 300)))
    asked = [ReadIfPossible(program(f"x = {n}\n", f"{n}.py").submission) for n in range(3)]
    program("y = 1\n")
    answers = parser.all([asked[0], ReadIfPossible(absent), asked[1], ReadIfPossible(long), asked[2]])
    assert [answer.source for answer in answers] == ["x = 0\n", "", "x = 1\n", "y = 1\n", "x = 2\n"]
    assert answers[1].failure is not None and answers[1].failure.type == UNREADABLE


def test_what_cannot_be_laid_out_is_the_request_s_own_failure(
    parser: Parser, program: Callable[..., Read], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Path, data: bytes) -> int:
        if self.name == "refused.py":
            raise PermissionError(13, "Permission denied")
        return write(self, data)

    asked = [ReadIfPossible(program("x = 1\n", name).submission) for name in ("a.py", "refused.py", "b.py")]
    write = Path.write_bytes
    monkeypatch.setattr(Path, "write_bytes", refused)
    answers = parser.all(asked)
    assert [answer.source for answer in answers] == ["x = 1\n", "", "x = 1\n"]
    assert answers[1].failure is not None and "Permission denied" in answers[1].failure.message


def test_a_worker_that_does_not_start_is_told_at_once(program: Callable[..., Read], tmp_path: Path) -> None:
    class Broken(Process):
        def command(self, program: list[str], view: object, environment: object) -> list[str]:  # type: ignore[override]
            return ["/bin/false"]

    asked = [program("x = 1\n", f"{n}.py") for n in range(3)]
    with Parser(Broken) as parser, pytest.raises(ParsingFailed):
        parser.all([ReadIfPossible(one.submission) for one in asked])


def test_threads_share_a_parser_and_a_worker_makes_room_for_a_fresh_one(
    program: Callable[..., Read], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_handle, "RECYCLED_AFTER", 5)
    asked = [program(f"x = {n}\n", f"{n}.py") for n in range(24)]
    with Parser(Process) as parser, ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(parser.one, asked))
    assert [answer.source for answer in answers] == [f"x = {n}\n" for n in range(24)]


def test_who_waits_for_a_parser_that_is_stopped_ends_with_it(
    faulty: Parser, program: Callable[..., Read], tmp_path: Path
) -> None:
    asked = [program(f"# spin\n# {tmp_path}\n", f"{n}.py") for n in range(12)]
    faulty.one(program("# \n# \n"))

    def stopped(one: Read) -> bool:
        try:
            faulty.one(one)
        except Stopped:
            return True
        return False

    with ThreadPoolExecutor(12) as threads:
        ended = [threads.submit(stopped, one) for one in asked]
        time.sleep(0.3)
        faulty.stop()
        with waits_no_longer_than():
            assert all(one.result() for one in ended)


def test_nothing_stays_behind(program: Callable[..., Read]) -> None:
    with Parser(Process) as parser:
        parser.one(program("x = 1\n"))
        with parser.held() as handle:
            assert [path.name for path in handle.folder.iterdir()] == ["home"]
        folder = handle.folder
    assert not folder.exists()


def test_without_a_request_no_sandbox_is_built() -> None:
    with Parser(lambda: pytest.fail("nobody asked")) as parser:
        parser.stop()


def test_a_parser_that_is_stopped_ends_what_runs(faulty: Parser, program: Callable[..., Read], tmp_path: Path) -> None:
    faulty.one(program("# \n# \n"))
    threading.Timer(0.2, faulty.stop).start()
    with waits_no_longer_than(), pytest.raises(Stopped):
        faulty.one(program(f"# bloat\n# {tmp_path}\n"))
        faulty.one(program(f"# spin\n# {tmp_path}\n"))
    with pytest.raises(Stopped):
        faulty.one(program("# \n# \n"))
