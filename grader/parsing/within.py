"""Which exercises a program holds, looked up behind the walls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import GraderError, UnreadableSubmission
from grader.evidence import Fields
from grader.intake.names import Naming
from grader.parsing.request import Request
from grader.reading import content
from grader.reading.detection import Net, detect_exercises

KIND = "within"


@dataclass(frozen=True, slots=True)
class Within(Request[tuple[str, ...] | None]):
    """Of the exercises `ids`, those in the file `path`, in their order in it; none where nothing can be read, None where
    it could not be looked into. `networks` are those of the exercises that ask for one of their own.

    Many files are looked into by one job, for what is seen is a hint and no mark: marks rest on `Read`, asked alone.
    """

    path: Path
    ids: tuple[str, ...]
    networks: Mapping[str, Sequence[Net]]

    kind = KIND

    def lay(self, folder: Path) -> Mapping[str, Any]:
        name = f"program{self.path.suffix.lower()}"
        with suppress(UnreadableSubmission):
            (folder / name).write_bytes(content(self.path))
        return {"name": name, "ids": self.ids, "networks": self.networks}

    def hear(self, lines: Sequence[Fields]) -> tuple[str, ...]:
        told = [id_ for line in lines for id_ in line.many("within", len(self.ids), str)]
        return tuple(id_ for id_ in told if id_ in self.ids)

    def beyond(self, status: str) -> None:
        return None

    def failed(self, problem: GraderError) -> None:
        return None  # when it is graded, it will be told


# ── Behind the walls ────────────────────────────────────────────────────────────────────────────


def told(about: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    networks = {exercise: [_net(net) for net in nets] for exercise, nets in about["networks"].items()}
    path = Path(about["folder"]) / about["name"]
    yield {"within": detect_exercises(path, Naming(tuple(about["ids"])), networks)}


def _net(net: Sequence[Sequence[Any]]) -> Net:
    return tuple((kind, size) for kind, size in net)
