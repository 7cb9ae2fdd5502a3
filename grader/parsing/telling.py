"""Behind the walls: how answers are written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grader.evidence import write_all

CHARS = 100_000  # of a text in one line: six bytes each at worst
ITEMS = 1000  # of a list in one line: numbers, and names of 200 characters


def tell(events: int, what: Mapping[str, object]) -> None:
    """One line of JSON, whole."""
    write_all(events, json.dumps(what, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


def in_pieces(name: str, value: str | Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    """A long text or list as several lines, none of them too long; nothing where it is empty."""
    step = CHARS if isinstance(value, str) else ITEMS
    for at in range(0, len(value), step):
        yield {name: value[at : at + step]}
