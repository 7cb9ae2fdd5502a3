"""Where the arrays of a run's files lie, found inside the sandbox: outside, numbers are read from there, and nothing is
parsed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path

from grader.domain import JobFields, Json, StoredArray
from grader.errors import ParsingFailed
from grader.evidence import ARRAYS_PER_FILE, Fields, InvalidEvidence, copy_regular, directory, most_bytes, stored_array
from grader.messages import plain
from grader.parsing.request import Request

KIND = "arrays"


@dataclass(frozen=True, slots=True)
class Arrays(Request[tuple[StoredArray, ...] | None]):
    """The directory of the file `name` in the folder `source`; None where it is no file of plain arrays."""

    source: Path
    name: str

    kind = KIND

    def write_inputs(self, folder: Path) -> Mapping[str, Json]:
        with suppress(InvalidEvidence):
            copy_regular(self.source / self.name, folder / self.name, most_bytes(self.name))
        return {"name": self.name}

    def parse_response(self, lines: Sequence[Fields]) -> tuple[StoredArray, ...] | None:
        if not lines or lines[0].flag("invalid"):
            return None
        return tuple(stored for line in lines for stored in line.many("arrays", ARRAYS_PER_FILE, stored_array))

    def on_limit(self, limit: str) -> tuple[StoredArray, ...] | None:
        """No file within its bounds takes so much: it is the machine that has no room, or the parser that is wrong."""
        return self.on_failure(ParsingFailed(plain(f"arrays: {limit}")))


# ── Inside the sandbox ──────────────────────────────────────────────────────────────────────────


def respond(folder: Path, fields: JobFields) -> Iterator[Mapping[str, Json]]:
    """Yield one line: the directory of the file, or that it is no file of plain arrays."""
    try:
        found = directory(folder, fields.text("name"))
    except InvalidEvidence:
        yield {"invalid": True}
        return
    yield {"arrays": [astuple(stored) for stored in found]}
