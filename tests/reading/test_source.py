"""Any bytes become a source or a failure with a line; only what is no file at all is an error."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from grader import reading
from grader.domain import ModelSpec, Submission, layer
from grader.errors import UnreadableSubmission
from grader.intake.exercise_names import Naming
from grader.reading.answers import answers_in
from grader.reading.detection import detect_exercises, net_of
from grader.reading.source import MAX_BYTES, Source, read_source
from tests.endings import computes_no_longer_than
from tests.intake.classes import EVERY_ID
from tests.reading.nasty import NASTY, NOTEBOOKS, large_notebook


def source(tmp_path: Path, data: bytes | str) -> Source:
    path = tmp_path / "exo1.py"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_source(path)


@pytest.mark.parametrize(
    "data",
    [
        "é = 'été'\n".encode(),
        "\ufeffé = 'été'\n".encode(),
        b"# -*- coding: latin-1 -*-\nx = '\xe9t\xe9'\n",
        b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\xe9t\xe9'\n",
        b"x = '\xe9t\xe9'\n",
        b"x = '\xc3\xa9t\xc3\xa9'\r\ny = 1\r\n",
        b"x = '\xc3\xa9t\xc3\xa9'\ry = 1\r",
    ],
)
def test_every_usual_encoding_and_line_end_is_read(tmp_path: Path, data: bytes) -> None:
    found = source(tmp_path, data)
    assert found.failure is None
    assert found.tree is not None
    assert "été" in found.text
    assert "\r" not in found.text


def test_latin_1_without_a_cookie_is_noticed_at_its_line(tmp_path: Path) -> None:
    (notice,) = source(tmp_path, b"x = 1\ny = '\xe9'\n").notices
    assert notice.line == 2
    assert "UTF-8" in notice.text.en


@pytest.mark.parametrize(
    ("data", "type_", "line"),
    [
        ("x = 1\nprint(x\n", "SyntaxError", 2),
        ("if 1:\n\tx = 1\n        y = 2\n", "TabError", 3),
        ("def f():\nx = 1\n", "IndentationError", 2),
        (b"x = 1\ny = '\0'\n", "SyntaxError", 2),
        (b"# coding: klingon\nx = 1\n", "SyntaxError", 1),
        ("x = 1\n".encode("utf-16"), "SyntaxError", 1),
    ],
)
def test_what_python_refuses_is_a_failure_with_its_line(
    tmp_path: Path, data: bytes | str, type_: str, line: int
) -> None:
    failure = source(tmp_path, data).failure
    assert failure is not None
    assert failure.type == type_
    assert (failure.frames[0].file, failure.frames[0].line) == ("exo1.py", line)


@pytest.mark.parametrize("codec", ["zlib", "rot13", "punycode", "unicode_escape", "idna"])
def test_a_codec_that_nobody_writes_scripts_in_is_never_used(tmp_path: Path, codec: str) -> None:
    failure = source(tmp_path, f"# coding: {codec}\nREPONSES = {{}}\n").failure
    assert failure is not None
    assert codec in failure.message


def test_a_file_beyond_the_limit_is_a_failure_and_not_an_error(tmp_path: Path) -> None:
    failure = source(tmp_path, b"#" * (MAX_BYTES + 1)).failure
    assert failure is not None
    assert failure.type == "FileTooLarge"


def test_a_folder_a_missing_file_and_a_pipe_are_errors(tmp_path: Path) -> None:
    (tmp_path / "exo1.py").mkdir()
    os.mkfifo(tmp_path / "pipe.py")
    for name in ("exo1.py", "missing.py", "pipe.py"):
        with pytest.raises(UnreadableSubmission):
            read_source(tmp_path / name)


def test_a_warning_of_the_compiler_is_not_ours(tmp_path: Path) -> None:
    assert source(tmp_path, r"x = '\d'; y = 1 is 1").failure is None


NAMING = Naming(EVERY_ID)
KEYS = ("parametres", "convexe", "minimum_global")


@pytest.mark.parametrize("kind", [*NASTY, *(f"notebook: {kind}" for kind in NOTEBOOKS)])
def test_all_of_a_nasty_file_is_read_within_its_clock(tmp_path: Path, kind: str) -> None:
    """Everything that reading looks for: syntax, answers, whose they are, imports, old names. `tests.bench` has the times."""
    is_notebook = kind.startswith("notebook: ")
    path = tmp_path / ("exo1.ipynb" if is_notebook else "exo1.py")
    path.write_text(large_notebook(kind.partition(": ")[2]) if is_notebook else NASTY[kind])
    assert path.stat().st_size <= 5_100_000
    submission = Submission("ana", "exo1", tmp_path, path, (Path(path.name),))
    with computes_no_longer_than():
        found = reading.read(submission, KEYS, NAMING)
    assert found.source or found.failure is not None or found.notices or is_notebook


MAX_HELD = """
import resource, sys
from pathlib import Path
from grader.reading.source import read_source
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for name in sys.argv[1:]:
    read_source(Path(name))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before >> 10)
"""


def test_a_nasty_file_takes_little_memory(tmp_path: Path) -> None:
    """Python's parser keeps every beginning of a dotted name that is imported: 80 GB for one of these."""
    files = [tmp_path / f"{number}.py" for number in range(len(NASTY))]
    for file, text in zip(files, NASTY.values(), strict=True):
        file.write_text(text)
    run = subprocess.run([sys.executable, "-c", MAX_HELD, *files], capture_output=True, text=True, check=True)
    assert int(run.stdout) < 300  # MiB


@pytest.mark.parametrize("kind", ["headings", "layers", "exercises of many names", "one huge line"])
def test_a_nasty_file_is_looked_into_for_its_exercises_within_its_clock(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "tp.py"
    path.write_text(NASTY[kind])
    networks = {"exo1": [net_of(ModelSpec("m", (layer("Dense", units=10),), (7850,)))]}
    with computes_no_longer_than():
        detect_exercises(path, NAMING, networks)


def test_random_bytes_never_raise(tmp_path: Path) -> None:
    chance = random.Random(0)
    pieces = [
        b"REPONSES",
        b"=",
        b"{",
        b"}",
        b"'''",
        b'"',
        b"\\",
        b"\n",
        b"#",
        b"\0",
        b"\xff",
        b"a",
        b":",
        b"1",
        b",",
        b"[",
    ]
    for _ in range(400):
        found = source(tmp_path, b"".join(chance.choices(pieces, k=40)))
        assert isinstance(answers_in(found), dict)
