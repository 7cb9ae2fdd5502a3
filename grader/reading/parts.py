"""The parts of a file that holds several exercises, found by what announces them.

    # ---------- Exercice 2 : un perceptron          a comment, a markdown heading, `print("Exercice 2")`
    def exo2(): …                                    a function or a class of that name

What a name says is not known here: whoever reads gives a `Naming`. `attribution` says to which part a line belongs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from grader.domain import Parts
from grader.reading.attribution import exercise_at
from grader.reading.naming import Naming
from grader.reading.source import Source

MAX_TITLES = 3000  # comments that are looked at
_COMMENT = re.compile(r"^[ \t]*#(?P<text>[^\n]{2,100})$", re.MULTILINE)
_HEADING = re.compile(r" {0,3}(?:#{1,6}[ \t]|\*\*|__|<h[1-6]>)")


def parts_of(source: Source, naming: Naming, file: str = "") -> Parts:
    """Return which exercise each part of a source is for; `file` is its name, as frames of failures give it."""
    lines = dict(_titles(source))
    titled = [(line, found) for line, text in sorted(lines.items()) if (found := naming.titles(text))]
    marks = tuple((line, found[0] if len(found) == 1 else "") for line, found in titled)
    inside = tuple(_inside(source.tree, naming)) if source.tree is not None else ()
    cells = tuple(cell.first_line for cell in source.cells)
    return Parts(marks, inside, tuple(_of_cells(source, Parts(marks), naming)), cells, file)


def _of_cells(source: Source, parts: Parts, naming: Naming) -> Iterator[str]:
    """The exercise of each markdown cell: its own heading's, the one's above it, or that of the code above both."""
    place, above = 0, ""
    for here, cell in zip(source.prose_at, source.prose, strict=False):
        above = above if here == place else exercise_at(parts, here - 1)
        place, title = here, _title_of(cell, naming)
        above = above if title is None else title
        yield above


def _title_of(cell: str, naming: Naming) -> str | None:
    """The exercise of a markdown cell's last heading ("" several); None where it has none."""
    found = [titles for line in headings(cell) if (titles := naming.titles(line))]
    return (found[-1][0] if len(found[-1]) == 1 else "") if found else None


def headings(cell: str) -> Iterator[str]:
    """Yield the headings of a markdown cell, and its first line."""
    lines = [line for line in cell.splitlines()[:MAX_TITLES] if line.strip()]
    for number, line in enumerate(lines):
        if number == 0 or _HEADING.match(line):
            yield line[:200]


def _titles(source: Source) -> Iterator[tuple[int, str]]:
    """(line, text) of everything that may be a heading. A later one of the same line wins."""
    line, at = 1, 0
    for number, comment in enumerate(_COMMENT.finditer(source.text)):
        if number >= MAX_TITLES:
            break
        line += source.text.count("\n", at, comment.start())
        at = comment.start()
        yield line, comment["text"]
    for first, cell in zip(source.prose_at, source.prose, strict=False):
        for heading in headings(cell):
            yield first, heading
    if source.tree is not None:
        yield from _printed(source.tree.body[:MAX_TITLES])


def _printed(statements: Iterable[ast.stmt]) -> Iterator[tuple[int, str]]:
    """A string that stands alone, or one that is printed."""
    for statement in statements:
        value = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(value, ast.Call) and getattr(value.func, "id", "") == "print" and len(value.args) == 1:
            value = value.args[0]
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield statement.lineno, next((line for line in value.value[:400].splitlines() if line.strip()), "")


def _inside(tree: ast.Module, naming: Naming) -> Iterator[tuple[int, int, str]]:
    """(first line, last line, exercise) of every function and class whose name says one exercise."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            named = naming.names(node.name[:100])
            if len(named) == 1:
                yield node.lineno, node.end_lineno or node.lineno, named[0]
