"""Where the arrays of a run's files lie, found behind the walls: outside, numbers are taken from there, and nothing is
parsed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from grader.domain import StoredArray
from grader.errors import ParsingFailed
from grader.evidence import ARRAYS_PER_FILE, Fields, InvalidEvidence, copy_regular, directory, most_bytes, stored_array
from grader.messages import plain
from grader.parsing.request import Request

KIND = "arrays"


@dataclass(frozen=True, slots=True)
class Arrays(Request[tuple[StoredArray, ...] | None]):
    """The directory of the file `name` in `folder`; None where it is no file of plain arrays."""

    source: Path
    name: str

    kind = KIND

    def lay(self, folder: Path) -> Mapping[str, Any]:
        with suppress(InvalidEvidence):
            copy_regular(self.source / self.name, folder / self.name, most_bytes(self.name))
        return {"name": self.name}

    def hear(self, lines: Sequence[Fields]) -> tuple[StoredArray, ...] | None:
        if not lines or lines[0].flag("forged"):
            return None
        return tuple(stored for line in lines for stored in line.many("arrays", ARRAYS_PER_FILE, stored_array))

    def beyond(self, status: str) -> tuple[StoredArray, ...] | None:
        """No file within its bounds takes so much: it is the machine that has no room, or the parser that is wrong."""
        return self.failed(ParsingFailed(plain(f"arrays: {status}")))


# ── Behind the walls ────────────────────────────────────────────────────────────────────────────


def told(about: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    try:
        found = directory(Path(about["folder"]), about["name"])
    except InvalidEvidence:
        yield {"forged": True}
        return
    yield {"arrays": [astuple(stored) for stored in found]}
