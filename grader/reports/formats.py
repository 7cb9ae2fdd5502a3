"""The formats of `grade export`, by name. A new one is a function from records to text, and a line here."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.domain import Lang, Record
from grader.reports import junit, lms, plain

Write = Callable[[Sequence[Record], Lang], str]


@dataclass(frozen=True, slots=True)
class Format:
    """`single`: the platform takes one student a file."""

    write: Write
    suffix: str
    single: bool = False


def _gradescope(records: Sequence[Record], lang: Lang) -> str:
    return json.dumps(lms.gradescope(records, lang), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


FORMATS = {
    "moodle": Format(lms.moodle, "csv"),
    "canvas": Format(lms.canvas, "csv"),
    "csv": Format(plain.csv_of, "csv"),
    "gradescope": Format(_gradescope, "json", single=True),
    "junit": Format(junit.junit, "xml"),
    "markdown": Format(plain.markdown, "md"),
    "json": Format(plain.json_of, "json"),
}
