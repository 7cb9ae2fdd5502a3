"""CSV that a spreadsheet opens as text: quoted by the csv module, and no cell that a spreadsheet would compute."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from grader.messages import safe

FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # the last four: some locales compute these too
CELL_CHARS = 30_000  # below the 32 767 of spreadsheets


def cell(value: object) -> object:
    """Return a number as it is; a text cleaned, and behind an apostrophe where it would be taken for a formula.

    The characters are those of the OWASP page on CSV injection. A lone hyphen computes nothing.
    """
    if isinstance(value, int | float):
        return value
    text = safe(str(value), CELL_CHARS, keep_lines=True)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA) and text != "-" else text


def table(rows: Iterable[Sequence[object]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([cell(value) for value in row] for row in rows)
    return buffer.getvalue()
