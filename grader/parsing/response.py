"""Inside the sandbox: how responses are written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from grader.domain import Json
from grader.evidence import write_all

CHARS = 100_000  # of a text in one line: six bytes each at worst
ITEMS = 1000  # of a list in one line: numbers, and names of 200 characters


def write_line(events: int, line: Mapping[str, Json]) -> None:
    """Write one line of JSON to the pipe `events`, whole."""
    write_all(events, json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


def in_chunks(name: str, value: str | Sequence[Json]) -> Iterator[Mapping[str, Json]]:
    """Yield a long text or list as several lines {`name`: part}, none of them too long; nothing where it is empty."""
    step = CHARS if isinstance(value, str) else ITEMS
    for at in range(0, len(value), step):
        yield {name: value[at : at + step]}
