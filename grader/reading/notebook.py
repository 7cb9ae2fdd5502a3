"""Notebooks read as JSON: the code cells in order as one text, and from which cell each line comes.

Stored outputs are ignored. IPython's own lines (`%matplotlib inline`, `!pip install`, `model.fit?`) are replaced by
`pass` for the syntax tree; the number of lines stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.domain import JsonObject, Notice
from grader.errors import UnreadableSubmission
from grader.messages import safe, say
from grader.reading.syntax import PIECES

MAX_BYTES = 50 << 20  # bytes
MAX_PIECES = 2_000_000  # lists and tables: each costs a hundred times the memory of the two characters that write it
PYTHON_CELLS = frozenset(("time", "timeit", "capture", "prun", "memit", "python", "python3", "pypy", "mprun"))

_LINE_MAGIC = re.compile(r"\s*(?:[%!?]|[\w.]+\?\??\s*$)")
_CELL_MAGIC = re.compile(r"\s*%%(\w+)")
_CAPTURED = re.compile(r"(\s*[\w.,\[\]'\" ]+?=\s*)[!%]")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell: `number` counts the code cells from 1; `first_line` is its first line in the whole text."""

    number: int
    first_line: int
    text: str


@dataclass(frozen=True, slots=True)
class Notebook:
    """`cells` are the code cells, neutralised; `prose` the text of the markdown cells, and `prose_at` the line of the
    whole text before which each stands."""

    cells: tuple[Cell, ...]
    prose: tuple[str, ...]
    prose_at: tuple[int, ...]
    notices: tuple[Notice, ...]


def read_notebook(path: Path, data: bytes) -> Notebook:
    """Return the notebook stored in `data`. Raises UnreadableSubmission where it is none that can be run."""
    content = _content(path, data)
    kinds = list(_cells(content, path))
    cells: list[Cell] = []
    prose: list[tuple[str, int]] = []
    line = 1
    for kind, source in kinds:
        if kind == "markdown":
            prose.append((source, line))
        if kind == "code":
            text = neutralised(source)
            cells.append(Cell(len(cells) + 1, line, text))
            line += text.count("\n") + 1
    texts, places = tuple(text for text, _ in prose), tuple(at for _, at in prose)
    return Notebook(tuple(cells), texts, places, _notices(path, content))


def _content(path: Path, data: bytes) -> JsonObject:
    if data.count(b"{") + data.count(b"[") > MAX_PIECES:
        raise UnreadableSubmission(
            say(
                "{file} is far too intricate for a notebook. Clear its outputs (Kernel ▸ Restart and clear output), "
                "save it, and hand it in again.",
                file=path.name,
            )
        )
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        raise UnreadableSubmission(
            say(
                "{file} is not a readable notebook: its JSON is broken at line {line}. Open it in Jupyter, "
                "save it again (File ▸ Save), and hand in that file.",
                file=path.name,
                line=line or "?",
            )
        ) from error
    if not isinstance(content, dict) or not ("cells" in content or "worksheets" in content):
        raise UnreadableSubmission(
            say("{file} is JSON, but not a Jupyter notebook: it holds no list of cells.", file=path.name)
        )
    version = content.get("nbformat")
    if not isinstance(version, int) or not 3 <= version <= 4:
        raise UnreadableSubmission(
            say(
                "{file} is a notebook of format {version}; formats 3 and 4 can be read. "
                "Open it in Jupyter and save it again.",
                file=path.name,
                version=str(version)[:20],
            )
        )
    language = _language(content)
    if language and not language.startswith(("python", "ipython")):
        raise UnreadableSubmission(
            say(
                "{file} is a notebook for {language}; a Python notebook is expected.", file=path.name, language=language
            )
        )
    return content


def _metadata(content: JsonObject, *names: str) -> str:
    value: object = content.get("metadata")
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return safe(value, 40).strip() if isinstance(value, str) else ""


def _language(content: JsonObject) -> str:
    return (_metadata(content, "language_info", "name") or _metadata(content, "kernelspec", "language")).lower()


def _notices(path: Path, content: JsonObject) -> tuple[Notice, ...]:
    if _metadata(content, "kernelspec", "name"):
        return ()
    message = say("This notebook does not name its kernel; Python 3 is used.")
    return (Notice(message, path.name),)


def _cells(content: JsonObject, path: Path) -> Iterator[tuple[str, str]]:
    """(kind, source) of every cell, for format 4 and for format 3, whose sheets and `input` it names otherwise."""
    groups = [content.get("cells")]
    if content.get("nbformat") == 3:
        sheets = content.get("worksheets")
        groups = [s.get("cells") for s in sheets if isinstance(s, dict)] if isinstance(sheets, list) else []
    for group in groups:
        if not isinstance(group, list):
            raise UnreadableSubmission(
                say("{file} is JSON, but not a Jupyter notebook: it holds no list of cells.", file=path.name)
            )
        for cell in group:
            if not isinstance(cell, dict):
                continue
            kind = str(cell.get("cell_type"))
            source = _joined(cell.get("source", cell.get("input", "")))
            if kind == "heading":
                kind, source = "markdown", "# " + source
            yield kind, source


def _joined(source: object) -> str:
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        return ""
    # A lone surrogate can be written in JSON but in no Python file.
    return _SURROGATES.sub("\ufffd", source).replace("\r\n", "\n").replace("\r", "\n")


def neutralised(cell: str) -> str:
    """Return the cell as Python can parse it, line for line."""
    magic = _CELL_MAGIC.match(cell)
    if magic:
        if magic[1] not in PYTHON_CELLS:
            return "\n".join("pass" for _ in cell.split("\n"))
        _, newline, rest = cell[magic.start(1) :].partition("\n")
        before = cell[: magic.start()].count("\n") + cell[magic.start() : magic.start(1)].count("\n")
        return "\n" * before + "pass" + newline + neutralised(rest)
    return "\n".join(_statements(cell))


def _statements(cell: str) -> Iterator[str]:
    """The lines of a cell, those that only IPython understands replaced; strings and brackets are left alone."""
    at = 0
    depth = 0
    replaced = ""  # what the line before became, where a backslash continues it
    while at <= len(cell):
        end = cell.find("\n", at)
        end = len(cell) if end < 0 else end
        line = cell[at:end]
        if depth == 0 and (replaced or _LINE_MAGIC.match(line) or _CAPTURED.match(line)):
            instead = replaced or _instead(line)
            yield instead
            replaced = instead if line.endswith("\\") else ""
            at = end + 1
            continue
        for piece in PIECES.finditer(cell, at):
            end = piece.start()
            if piece.lastgroup == "newline":
                break
            if piece.lastgroup == "bracket":
                depth = max(0, depth + (1 if piece[0] in "([{" else -1))
            end = len(cell)
        yield cell[at:end]
        at = end + 1


def _instead(line: str) -> str:
    """Python that may stand where IPython's `line` stood."""
    captured = _CAPTURED.match(line)
    if captured:
        return captured[1] + "None"
    return line[: len(line) - len(line.lstrip())] + "pass"
