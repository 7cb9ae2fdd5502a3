"""The command line: what is typed, what is answered, and with which exit code. Never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader import records
from grader.cli import exits
from grader.cli.main import language, run
from grader.domain import Mode, Record, Status, Text, Verdict
from grader.errors import BadSpecification, SandboxUnavailable, UnknownExercise, WorkerDied
from grader.store.record_files import record_name
from tests.endings import waits_no_longer_than

ANSWERS = 'REPONSES = {"parametres": "7850", "convexe": "oui", "minimum_global": "oui"}\n'


class Answer:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        assert "Traceback" not in out + err


Grade = Callable[..., Answer]


@pytest.fixture
def grade(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Grade:
    """`grade(...)` typed in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def typed(*words: str) -> Answer:
        capsys.readouterr()
        code = run(list(words))
        told = capsys.readouterr()
        return Answer(code, told.out, told.err)

    return typed


def static(grade: Grade, *words: str) -> Answer:
    return grade("exo1", *words, "--mode", "static")


# ── A student ───────────────────────────────────────────────────────────────────────────────────


def test_a_file_of_ones_own_is_graded_in_french(grade: Grade) -> None:
    Path("exo1.py").write_text(ANSWERS)
    answer = static(grade)
    assert answer.code == exits.MARKS_LOST
    assert "Question" in answer.out and "/ 20" in answer.out and "5 / 20" in answer.out
    assert not answer.err


@pytest.mark.parametrize("words", [("--lang", "en"), ("--lang=en",)])
def test_the_report_speaks_english_when_asked_to(words: tuple[str, ...], grade: Grade) -> None:
    Path("exo1.py").write_text(ANSWERS)
    answer = static(grade, *words)
    assert "Mark" in answer.out and "Précision" not in answer.out


def test_the_language_of_the_environment_is_taken(grade: Grade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADE_LANG", "en")
    assert "There is no exercise" in grade("zzz").err
    assert "n'existe pas" in grade("zzz", "--lang", "fr").err


@pytest.mark.parametrize(
    ("words", "lang"),
    [
        ([], "fr"),
        (["--lang", "en"], "en"),
        (["--lang=en"], "en"),
        (["exo1", "--lang"], "fr"),
        (["--lang", "de"], "fr"),
        (["--lang", "EN"], "en"),
    ],
)
def test_the_language_is_read_before_anything_else(words: list[str], lang: str) -> None:
    assert language(words) == lang


def test_a_file_elsewhere_is_named_by_its_path(grade: Grade, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "my work.py").write_text(ANSWERS)
    assert "5 / 20" in static(grade, "sub/my work.py").out


def test_only_the_mark_is_told_when_asked_to_be_quiet(grade: Grade) -> None:
    Path("exo1.py").write_text(ANSWERS)
    assert static(grade, "--quiet").out.strip() == "5 / 20"


def test_the_record_is_written_where_it_is_asked_for(grade: Grade, tmp_path: Path) -> None:
    Path("exo1.py").write_text(ANSWERS)
    answer = static(grade, "--json", "deep/record.json")
    record = records.read(tmp_path / "deep" / "record.json")
    assert record.score == 5 and record.mode is Mode.STATIC and "5 / 20" in answer.out


def test_the_record_on_the_terminal_is_nothing_but_json(grade: Grade) -> None:
    Path("exo1.py").write_text(ANSWERS)
    fields = json.loads(static(grade, "--json", "-").out)
    assert fields["score"] == 5 and {v["id"] for v in fields["verdicts"]} >= {"runs", "accuracy"}


# ── What cannot be graded ───────────────────────────────────────────────────────────────────────


def refused(answer: Answer, *told: str) -> None:
    assert answer.code == exits.USAGE and not answer.out
    assert len(answer.err.strip().splitlines()) <= 12
    for words in told:
        assert words in answer.err


def test_an_unknown_exercise_is_answered_with_the_nearest(grade: Grade) -> None:
    refused(grade("exo11"), "exo1", "Vouliez-vous dire")


def test_a_missing_file_is_told(grade: Grade) -> None:
    refused(static(grade, "nowhere.py"), "nowhere.py")


def test_an_empty_folder_is_told(grade: Grade) -> None:
    refused(static(grade), "exo1")


def test_a_folder_named_like_a_program_is_told(grade: Grade) -> None:
    Path("exo1.py").mkdir()
    refused(static(grade), "exo1")
    refused(static(grade, "exo1.py"), "exo1")


def test_what_is_no_file_at_all_is_told_and_not_waited_for(grade: Grade) -> None:
    os.mkfifo("exo1.py")
    with waits_no_longer_than():
        refused(static(grade, "exo1.py"), "exo1.py")


@pytest.mark.parametrize(
    "words",
    [
        ("exo1", "--mode", "fast"),
        ("exo1", "--sandbox", "none"),
        ("exo1", "--seed", "-1"),
        ("exo1", "--nonsense"),
        ("exo1", ".", "more"),
        ("exo1", "--time-limit", "soon"),
        ("list", "more"),
    ],
)
def test_a_wrong_option_is_bad_usage(words: tuple[str, ...], grade: Grade) -> None:
    answer = grade(*words)
    assert answer.code == exits.USAGE and answer.err


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x00" * 1000, b"\xff\xfe\x00x", b"print 'x'\n", b"x = (\n", "é = 1".encode("latin-1"), b"(" * 5000, b"x = 1\n" * 20_000,
        b"-" * 100_000 + b"1", b"REPONSES = " + b"[" * 500 + b"]" * 500,
    ],
    ids=["empty", "NULs", "UTF-16", "Python 2", "open", "Latin-1", "brackets", "long", "deep", "deep answers"],
)  # fmt: skip
def test_odd_sources_are_graded(content: bytes, grade: Grade) -> None:
    Path("exo1.py").write_bytes(content)
    assert static(grade).code == exits.MARKS_LOST


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b'{"cells": 3}', b'{"cells": [3]}', b'{"cells": [{"cell_type": "code"}]}',
        b'{"cells": [{"cell_type": "code", "source": {"a": 1}}], "nbformat": 4}', b"[" * 100_000, b"\xff\xfe",
        b'{"cells": [], "metadata": {}, "nbformat": 99, "nbformat_minor": 0}',
    ],
)  # fmt: skip
def test_broken_notebooks_are_told_or_graded(content: bytes, grade: Grade) -> None:
    Path("exo1.ipynb").write_bytes(content)
    answer = static(grade)
    assert answer.code in (exits.MARKS_LOST, exits.USAGE)
    assert answer.out or answer.err


def test_a_source_beyond_measure_is_answered(grade: Grade) -> None:
    Path("exo1.py").write_bytes(b"x = 1  # padding padding padding\n" * (50 * 1024 * 1024 // 33))
    with waits_no_longer_than():
        assert static(grade).code in (exits.MARKS_LOST, exits.USAGE)


# ── The grader's own faults ─────────────────────────────────────────────────────────────────────


def test_a_sandbox_that_cannot_be_built_is_the_graders_fault(grade: Grade, monkeypatch: pytest.MonkeyPatch) -> None:
    from grader import sandbox

    def none(name: str) -> None:
        raise SandboxUnavailable(Text("pas d’isolement", "no sandbox"))

    monkeypatch.setattr(sandbox, "choose", none)
    Path("exo1.py").write_text(ANSWERS)
    answer = grade("exo1")
    assert answer.code == exits.BROKEN and "pas d’isolement" in answer.err


def test_ctrl_c_ends_quietly(grade: Grade, monkeypatch: pytest.MonkeyPatch) -> None:
    from grader import catalog

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(catalog, "locate", interrupted)
    answer = grade("exo1")
    assert answer.code == exits.INTERRUPTED and answer.err


def test_what_an_error_quotes_cannot_reach_the_terminals_controls(grade: Grade) -> None:
    answer = grade("\x1b[31mexo\x07")
    assert answer.code == exits.USAGE and "\x1b" not in answer.err and "\x07" not in answer.err


# ── Exit codes ──────────────────────────────────────────────────────────────────────────────────


def record(*verdicts: tuple[Status, float], student: str = "s") -> Record:
    listed = tuple(Verdict(f"v{n}", status, points, 4, Text("t", "t")) for n, (status, points) in enumerate(verdicts))
    return Record("exo1", Text(), student, "f.py", Mode.FULL, 0, listed, None, {}, None)


FULL, LOST = (Status.PASSED, 4.0), (Status.FAILED, 0.0)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([], exits.FULL_MARKS),
        ([record(FULL)], exits.FULL_MARKS),
        ([record(FULL, (Status.REVIEW, 0.0))], exits.FULL_MARKS),
        ([record(FULL, LOST)], exits.MARKS_LOST),
        ([record((Status.PARTIAL, 2.0))], exits.MARKS_LOST),
        ([record((Status.SKIPPED, 0.0))], exits.MARKS_LOST),
        ([record(FULL), record(LOST)], exits.MARKS_LOST),
        ([record(LOST), record((Status.ERROR, 0.0))], exits.BROKEN),
    ],
)
def test_the_exit_code_is_a_property_of_the_records(given: list[Record], code: int) -> None:
    assert exits.of_records(given) == code


def test_the_exit_code_of_an_error_says_whose_it_is() -> None:
    assert exits.of_error(UnknownExercise(Text())) == exits.of_error(BadSpecification(Text())) == exits.USAGE
    assert exits.of_error(WorkerDied(Text())) == exits.BROKEN


# ── A teacher, and CI ───────────────────────────────────────────────────────────────────────────


def test_the_exercises_are_listed(grade: Grade) -> None:
    answer = grade("list")
    assert answer.code == 0 and [line.split()[0] for line in answer.out.splitlines()].count("exo1") == 1
    assert answer.out != grade("list", "--lang", "en").out


def test_a_class_folder_that_is_not_there_or_holds_nothing_is_told(grade: Grade) -> None:
    refused(grade("batch", "nowhere"), "nowhere")
    Path("empty").mkdir()
    assert grade("batch", "empty").code == exits.USAGE
    Path("others").mkdir()
    Path("others/notes.txt").write_text("hello")
    assert grade("batch", "others").code == exits.USAGE


def test_verifying_what_is_not_there_is_told(grade: Grade) -> None:
    assert grade("verify", "zzz").code == exits.USAGE
    assert grade("verify", "exo1", "--only", "no such program").code == exits.USAGE


@pytest.mark.parametrize(
    "student", ["dupont", "../../etc/passwd", "a/b", "é è", "", "x" * 500, ".hidden", "a\nb", "CON"]
)
def test_a_record_is_filed_under_a_plain_name(student: str) -> None:
    name = record_name(student, "exo1")
    assert name.endswith(".exo1.json") and "/" not in name and "\n" not in name and not name.startswith(".")
    assert len(name.encode()) < 255


def test_students_whose_names_differ_a_little_do_not_share_a_file() -> None:
    names = {record_name(s, "exo1") for s in ("a b", "a_b", "a/b", "a-b", "x" * 90, "x" * 91)}
    assert len(names) == 6
    assert record_name("a", "xor") != record_name("a", "exo1")


# ── Help ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words", [("--help",), ("-h",), ("batch", "--help"), ("verify", "--help"), ("exo1", "--help"), ("data", "--help")]
)
def test_help_is_given_in_both_languages(words: tuple[str, ...], grade: Grade) -> None:
    french, english = grade(*words), grade(*words, "--lang", "en")
    assert french.code == english.code == 0
    assert french.out and french.out != english.out


def test_without_a_word_the_help_is_shown(grade: Grade) -> None:
    answer = grade()
    assert "EXERCICE" in answer.out + answer.err and answer.code in (0, exits.USAGE)


def test_the_module_is_the_command(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "grader", "exo11"], capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False
    )
    assert done.returncode == exits.USAGE and done.stderr.startswith("grade") and "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_stub_is_graded_from_end_to_end(grade: Grade) -> None:
    from grader import catalog

    stub = catalog.locate().assignments / "exo1" / "exo1.py"
    answer = grade("exo1", str(stub))
    assert answer.code == exits.MARKS_LOST and "0 / 20" in answer.out
