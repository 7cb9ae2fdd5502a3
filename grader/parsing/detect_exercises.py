"""Which exercises a program holds, looked up inside the sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.domain import JobFields, Json
from grader.domain.job_fields import list_in, text_in
from grader.errors import GraderError, UnreadableSubmission
from grader.evidence import Fields
from grader.intake.exercise_names import Naming
from grader.parsing.request import Request
from grader.reading import content
from grader.reading.detection import Net, detect_exercises

KIND = "exercises"


@dataclass(frozen=True, slots=True)
class DetectExercises(Request[tuple[str, ...] | None]):
    """Of the exercises `ids`, those in the file `path`, in their order in it; none where nothing can be read, None where
    it could not be looked into. `networks` are those of the exercises that ask for one of their own.

    Many files are looked into by one job, for what is found is a hint and no mark: marks rest on `Read`, asked alone.
    """

    path: Path
    ids: tuple[str, ...]
    networks: Mapping[str, Sequence[Net]]

    kind = KIND

    def write_inputs(self, folder: Path) -> Mapping[str, Json]:
        name = f"program{self.path.suffix.lower()}"
        with suppress(UnreadableSubmission):
            (folder / name).write_bytes(content(self.path))
        networks: Mapping[str, Json] = {
            exercise: [*map(_net_to_json, nets)] for exercise, nets in self.networks.items()
        }
        return {"name": name, "ids": self.ids, "networks": networks}

    def parse_response(self, lines: Sequence[Fields]) -> tuple[str, ...]:
        found = [id_ for line in lines for id_ in line.many("exercises", len(self.ids), str)]
        return tuple(id_ for id_ in found if id_ in self.ids)

    def on_limit(self, limit: str) -> None:
        return None

    def on_failure(self, problem: GraderError) -> None:
        return None  # when the program is graded, the record says so


# ── Inside the sandbox ──────────────────────────────────────────────────────────────────────────


def respond(folder: Path, fields: JobFields) -> Iterator[Mapping[str, Json]]:
    """Yield one line with the exercises that the program holds."""
    networks = {exercise: [*map(_net_from_json, list_in(nets))] for exercise, nets in fields.table("networks").items()}
    naming = Naming(fields.texts("ids"))
    yield {"exercises": detect_exercises(folder / fields.text("name"), naming, networks)}


def _net_to_json(net: Net) -> Json:
    return [[kind, size] for kind, size in net]


def _net_from_json(net: Json) -> Net:
    return tuple((text_in(kind), size) for kind, size in map(list_in, list_in(net)))
