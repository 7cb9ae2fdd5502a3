"""Rewrites the notebooks from their scripts: `python -m tests.tools.notebooks` after changing a stub or a solution.

Stubs and solutions are kept as scripts in the percent format: a line `# %%` opens a code cell, a line
`# %% [markdown]` a cell of text whose lines are comments. The notebook beside each script holds the same
cells, no outputs, and ids that depend on nothing but the position, so that a change shows as a small diff.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MARKER = re.compile(r"^# %%(?P<markdown> \[markdown\])?\s*$")


@dataclass(frozen=True, slots=True)
class Cell:
    markdown: bool
    lines: tuple[str, ...]

    @property
    def source(self) -> str:
        lines = (re.sub(r"^# ?", "", line) for line in self.lines) if self.markdown else self.lines
        return "\n".join(lines).strip("\n")


def cells(script: str) -> list[Cell]:
    """The cells of a script in the percent format.

    Raises:
        ValueError: something stands before the first marker, or a cell of text holds a line of code.
    """
    found: list[tuple[bool, list[str]]] = []
    for number, line in enumerate(script.splitlines(), start=1):
        marker = MARKER.match(line)
        if marker:
            found.append((marker["markdown"] is not None, []))
        elif not found:
            if line.strip():
                raise ValueError(f"line {number}: before the first `# %%`: {line}")
        else:
            if found[-1][0] and line.strip() and not line.startswith("#"):
                raise ValueError(f"line {number}: code in a cell of text: {line}")
            found[-1][1].append(line)
    return [Cell(markdown, tuple(lines)) for markdown, lines in found]


def notebook(script: str) -> dict[str, Any]:
    """The notebook (nbformat 4.5) with the cells of `script`."""
    return {
        "cells": [_notebook_cell(number, cell) for number, cell in enumerate(cells(script), start=1)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _notebook_cell(number: int, cell: Cell) -> dict[str, Any]:
    common = {"id": f"cell-{number}", "metadata": {}, "source": cell.source.splitlines(keepends=True)}
    if cell.markdown:
        return {"cell_type": "markdown", **common}
    return {"cell_type": "code", "execution_count": None, **common, "outputs": []}


def rendered(script: Path) -> str:
    return json.dumps(notebook(script.read_text(encoding="utf-8")), ensure_ascii=False, indent=1) + "\n"


def scripts() -> Iterator[Path]:
    """Every script that has a notebook: the stubs and the solutions."""
    for folder in sorted((ROOT / "assignments").iterdir()):
        yield from sorted(folder.glob(f"{folder.name}.py"))
    yield from sorted((ROOT / "reference").glob("*/solution.py"))


def main() -> None:
    for script in scripts():
        target = script.with_suffix(".ipynb")
        text = rendered(script)
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
            print(f"written: {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
