"""Any bytes become a source or a failure with a line; only what is no file at all is an error."""

from __future__ import annotations

import gc
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from grader import reading
from grader.domain import ModelSpec, Submission, layer
from grader.errors import UnreadableSubmission
from grader.intake.names import Naming
from grader.reading.answers import answers_in
from grader.reading.source import LARGEST, Source, read_source
from grader.reading.within import exercises_within, net_of

Found = TypeVar("Found")


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
    failure = source(tmp_path, b"#" * (LARGEST + 1)).failure
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


NASTY = {
    "parentheses": "(" * 4_999_999,
    "one string": "x = '" + "a" * 4_999_000 + "'",
    "many lines": "x=1\n" * 1_250_000,
    "just below the bound": "x=1\n" * 19_900,
    "nested lists": "[" * 1_000_000 + "]" * 1_000_000,
    "a large dictionary": "REPONSES={" + ",".join(f"{i}:1" for i in range(550_000)) + "}",
    "many dictionaries": "REPONSES={'a':1}\n" * 290_000,
    "many open dictionaries": "REPONSES={" * 490_000,
    "many entries": "REPONSES['a']=1\n" * 290_000,
    "open strings": "REPONSES={" + "'''" * 1_600_000,
    "escapes": "REPONSES={'" + "\\" * 4_900_000,
    "minus": "-" * 4_000_000 + "1",
    "sum": "x=" + "1+" * 19_000 + "1",
    "attributes": "x" + ".a" * 19_000,
    "not": "not " * 40_000 + "x",
    "a dotted import": "import " + ".".join(["b" * 100] * 39_000),
    "a dotted import over lines": "import a" + " \\\n.b" * 12_000,
    "many dotted names": "import "
    + ".".join(["b" * 1000] * 99)
    + "\n"
    + ("from " + ".".join(["c" * 120] * 99) + " import d\n") * 390,
    "blank": "\n" * 4_999_999,
    "spaces": "REPONSES" + " " * 4_999_000,
    "one huge line": "x = [" + "'abc', " * 700_000 + "]",
    "many strings": '"" \'\' """""" f"" ' * 270_000,
    "nested strings": "f'{" * 1_200_000,
    "nested brackets of all kinds": "([{" * 1_600_000,
    "headings": "# Exercice 1 : titre\n" * 230_000,
    "almost headings": "# exo exo exo exo exo exo exo exo exo exo exo exo\n" * 98_000,
    "exercises of many names": "".join(f"REPONSES_EXO{n}={{'a':1}}\n" for n in range(170_000)),
    "functions of many names": "".join(f"def exo{n}(x): y\n" for n in range(5000)) + "\n" * 4_000_000,
    "keys of many names": "REPONSES={" + ",".join(f"'exo{n}_a':1" for n in range(5000)) + "}",
    "layers": "Dense(10)\n" * 490_000,
    "indents": "".join(" " * n + "if x:\n" for n in range(90)) + " " * 4_900_000,
    "old python": "print x\n" * 600_000,
    "magics": "%time x\n!ls\n" * 380_000,
    "tabs": "\t" * 4_900_000 + "x",
    "a lone backslash": "(\nREPONSES = {" + '"\\' * 2_400_000,
    "a lone backslash behind quotes": "(\nREPONSES = {" + "'\\" * 20_000,
    "a lone backslash behind long quotes": "(\nREPONSES = {" + "'''\\" * 20_000 + "x\\",
}


def large_notebook(kind: str) -> str:
    """About 5 MB of a notebook."""
    source, output = {
        "output": (["x = 1"], [{"output_type": "stream", "name": "stdout", "text": "a" * 4_900_000}]),
        "many outputs": (["x = 1"], [{"output_type": "stream", "name": "stdout", "text": "a"}] * 80_000),
        "source": (["x = 1\n"] * 400_000, []),
    }.get(kind, (["x = 1"], []))
    cells: list[dict[str, object]] = [{"cell_type": "code", "metadata": {}, "source": source, "outputs": output}]
    if kind == "headings":
        cells = [{"cell_type": "markdown", "metadata": {}, "source": "# Exercice 1\nparametres : 3"}] * 50_000
    if kind == "cells":
        cells *= 60_000
    if kind == "one markdown cell":
        cells = [{"cell_type": "markdown", "metadata": {}, "source": "# Exercice 1\na : b\n" * 240_000}]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


NOTEBOOKS = ("output", "many outputs", "source", "headings", "cells", "one markdown cell")
NAMING = Naming((*(f"exo{n}" for n in range(7)), "xor", "fashion", "signs", "autoencoder"))
KEYS = ("parametres", "convexe", "minimum_global")


def timed(read: Callable[[], Found]) -> tuple[Found, float]:
    """What was read, and the processor seconds of the better of two times, without the collection of what the other
    tests have left in memory."""
    gc.collect()
    gc.freeze()
    try:
        taken = []
        for _ in range(2):
            before = time.process_time()
            found = read()
            taken.append(time.process_time() - before)
        return found, min(taken)
    finally:
        gc.unfreeze()


@pytest.mark.parametrize("kind", [*NASTY, *(f"notebook: {kind}" for kind in NOTEBOOKS)])
def test_reading_all_of_a_nasty_file_takes_less_than_a_second(tmp_path: Path, kind: str) -> None:
    """Everything that reading looks for: syntax, answers, whose they are, imports, old names."""
    is_notebook = kind.startswith("notebook: ")
    path = tmp_path / ("exo1.ipynb" if is_notebook else "exo1.py")
    path.write_text(large_notebook(kind.partition(": ")[2]) if is_notebook else NASTY[kind])
    assert path.stat().st_size <= 5_100_000
    submission = Submission("ana", "exo1", tmp_path, path, (Path(path.name),))
    found, taken = timed(lambda: reading.read(submission, KEYS, NAMING))
    assert taken < 1.0
    assert found.source or found.failure is not None or found.notices or is_notebook


MOST_HELD = """
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
    run = subprocess.run([sys.executable, "-c", MOST_HELD, *files], capture_output=True, text=True, check=True)
    assert int(run.stdout) < 300  # MiB


@pytest.mark.parametrize("kind", ["headings", "layers", "exercises of many names", "one huge line"])
def test_looking_into_a_nasty_file_for_its_exercises_takes_less_than_a_second(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "tp.py"
    path.write_text(NASTY[kind])
    networks = {"exo1": [net_of(ModelSpec("m", (layer("Dense", units=10),), (7850,)))]}
    _, taken = timed(lambda: exercises_within(path, NAMING, networks))
    assert taken < 1.0


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
