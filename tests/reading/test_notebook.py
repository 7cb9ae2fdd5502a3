"""Notebooks are read as JSON, IPython's own lines set aside, each line known by its cell."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from grader.errors import UnreadableSubmission
from grader.reading.answers import answers_in
from grader.reading.notebook import neutralised
from grader.reading.source import read_source

PYTHON = {"kernelspec": {"name": "python3", "language": "python"}, "language_info": {"name": "python"}}


def code(*source: str) -> dict[str, Any]:
    return {"cell_type": "code", "source": list(source), "outputs": [], "metadata": {}, "execution_count": None}


def written(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "exo1.ipynb"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def notebook(*cells: dict[str, Any], metadata: object = PYTHON) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": list(cells)}


def test_the_cells_are_one_text_and_every_line_knows_its_cell(tmp_path: Path) -> None:
    markdown = {"cell_type": "markdown", "source": "# titre", "metadata": {}}
    found = read_source(
        written(tmp_path, notebook(code("a = 1\n", "b = 2"), markdown, code("c = 3"), code("d = 4\ne = 5")))
    )
    assert found.text == "a = 1\nb = 2\nc = 3\nd = 4\ne = 5"
    assert [found.place(line) for line in range(1, 6)] == [(1, 1), (1, 2), (2, 1), (3, 1), (3, 2)]
    assert found.prose == ("# titre",)
    assert found.notices == ()
    assert found.tree is not None
    assert [node.lineno for node in found.tree.body] == [1, 2, 3, 4, 5]


def test_answers_are_found_in_a_cell(tmp_path: Path) -> None:
    cells = [code("!pip install x\n", "%matplotlib inline"), code("x = 1\n", 'REPONSES = {"parametres": 784*10 + 10}')]
    assert answers_in(read_source(written(tmp_path, notebook(*cells)))) == {"parametres": "784*10 + 10"}


def test_a_broken_cell_is_named_and_hides_no_other(tmp_path: Path) -> None:
    cells = [code("x = 1"), code("\nprint(\n"), code('REPONSES = {"convexe": "oui"}')]
    found = read_source(written(tmp_path, notebook(*cells)))
    assert found.failure is not None
    assert (found.failure.cell, found.failure.frames[0].line) == (2, 2)
    assert answers_in(found) == {"convexe": "oui"}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("if 1:\n    !ls -l\n", "if 1:\n    pass\n"),
        ("model.fit?\nx = 1", "pass\nx = 1"),
        ("?model", "pass"),
        ("files = !ls\nx = 1", "files = None\nx = 1"),
        ("t = %timeit -o f()", "t = None"),
        ("!pip install \\\n  keras\nx = 1", "pass\npass\nx = 1"),
        ("%%time\nx = 1", "pass\nx = 1"),
        ("%%bash\nls (\necho 'x", "pass\npass\npass"),
        ("\n%%capture out\nx = 1", "\npass\nx = 1"),
        ("!echo \"it's (\nx = 1", "pass\nx = 1"),
    ],
)
def test_the_lines_of_ipython_become_pass(cell: str, expected: str) -> None:
    assert neutralised(cell) == expected
    ast.parse(neutralised(cell))


@pytest.mark.parametrize(
    "cell",
    [
        's = """\n%d images ?\n!important\nEst-elle convexe ?\n"""\nx = 1',
        "print('%d'\n      % 3)",
        "x = (7\n  % 2)\n# vrai ?\ny = x != 3",
        "a = b'''\n?x\n'''",
    ],
)
def test_python_that_looks_like_ipython_stays(cell: str) -> None:
    assert neutralised(cell) == cell


def test_format_3_is_read(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "heading", "level": 1, "source": ["Réponses"]},
        {"cell_type": "code", "input": ["x = 1\n", "y = 2"], "language": "python", "outputs": []},
    ]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}
    found = read_source(written(tmp_path, old))
    assert found.text == "x = 1\ny = 2"
    assert found.prose == ("# Réponses",)


def test_a_notebook_without_a_kernel_is_read_with_a_notice(tmp_path: Path) -> None:
    found = read_source(written(tmp_path, notebook(code("x = 1"), metadata={})))
    assert "kernel" in found.notices[0].text.en


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[1, 2]",
        '{"a": 1}',
        "[" * 100_000,
        '{"nbformat": 4, "cells": 3}',
        '{"nbformat": 2, "worksheets": []}',
        '{"nbformat": 5, "cells": []}',
        '{"nbformat": "4", "cells": []}',
        '{"cells": []}',
        json.dumps(notebook(metadata={"kernelspec": {"name": "ir", "language": "R"}})),
    ],
    ids=lambda c: c[:30],
)
def test_what_is_no_python_notebook_is_refused_in_one_sentence(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnreadableSubmission) as refused:
        read_source(written(tmp_path, content))
    assert "exo1.ipynb" in refused.value.text.en


def test_malformed_cells_are_survived(tmp_path: Path) -> None:
    cells: list[Any] = [3, None, {}, {"cell_type": "code"}, {"cell_type": "code", "source": 3}, code("x = '\ud800'")]
    found = read_source(written(tmp_path, notebook(*cells)))
    assert found.failure is None
    assert "x = " in found.text


def test_stored_outputs_are_ignored(tmp_path: Path) -> None:
    cell = code("x = 1") | {"outputs": [{"output_type": "stream", "text": "y" * 6_000_000}]}
    assert read_source(written(tmp_path, notebook(cell))).text == "x = 1"


@pytest.mark.parametrize("language", ["", " ", "\x00 \x1b", "\u202e"])
def test_a_language_without_a_name_is_none(language: str, tmp_path: Path) -> None:
    content = notebook(code("x = 1"), metadata={"language_info": {"name": language}, "kernelspec": {"language": ""}})
    assert read_source(written(tmp_path, content)).text == "x = 1"
