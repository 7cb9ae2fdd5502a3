"""What is asked: exercises with their models, questions, limits and checks; and what a student hands in for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from grader.domain.text import Json, Text
from grader.domain.verdict import Finding


class Mode(StrEnum):
    """List how a program may be run."""

    STATIC = "static"  # read only
    AUDIT = "audit"  # each `fit` is capped at a few steps
    FULL = "full"  # as the student wrote it


@dataclass(frozen=True, slots=True)
class Limits:
    """Hold what one job may use, in seconds, MiB and counts; `files` counts folders too, `total_mib` all that it
    writes. `frozen` is how long a job of the grader's own may lie stopped before it is given up; a student's program
    may do so until its time is over (0)."""

    wall: float = 300.0
    cpu: float = 900.0
    memory_mib: int = 6144
    processes: int = 128
    threads: int = 1024
    file_mib: int = 512
    total_mib: int = 1024
    files: int = 2000
    output_bytes: int = 1 << 20
    output_flood_bytes: int = 256 << 20
    frozen: float = 0.0


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """Describe a layer that is asked for: Keras class name, and the settings that count (the others are free)."""

    kind: str
    settings: Mapping[str, Json] = field(default_factory=dict)


def layer(kind: str, **settings: Json) -> LayerSpec:
    """Return the layer asked for, with the settings that count."""
    return LayerSpec(kind, settings)


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """Describe an architecture that is asked for.

    `layers` is the sequence once written in one way (activations inside their layers, `Flatten` in front of a dense net
    and `Dropout` left out); `parameters` holds every right count, for the variants that are equal.
    """

    name: str
    layers: tuple[LayerSpec, ...]
    parameters: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Hold a question asked in words, answered under `key` in the student's `REPONSES`."""

    key: str
    text: Text


class Stage(StrEnum):
    """List the earliest moments at which a check can give its verdict."""

    READING = "reading"
    MODEL = "model"
    RUN = "run"


class Request:
    """Ask the evaluator something: the kinds stand in `grader.measurements`."""

    __slots__ = ()


def _no_requests(analysis: object) -> tuple[Request, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Check:
    """Judge one thing. `judge` is pure; `requests` names what the evaluator must measure first.

    Both take the run's `grader.analysis.Analysis`, which stands above this room: hence the open parameters.
    """

    id: str
    title: Text
    points: float
    judge: Callable[..., Finding]
    requests: Callable[..., tuple[Request, ...]] = _no_requests
    stage: Stage = Stage.RUN


@dataclass(frozen=True, slots=True)
class Exercise:
    """Describe what is asked. `costly` trainings are audited in a batch when weights were handed in. `prerequisites`
    maps a file that the program opens to the exercise whose hand-in it is."""

    id: str
    title: Text
    dataset: str
    checks: tuple[Check, ...]
    models: tuple[ModelSpec, ...] = ()
    questions: tuple[Question, ...] = ()
    limits: Limits = Limits()
    audit_steps: int = 30
    costly: bool = False
    prerequisites: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None

    @property
    def max_score(self) -> float:
        """Return the points that all checks can earn."""
        return sum(check.points for check in self.checks)


@dataclass(frozen=True, slots=True)
class Submission:
    """Hold one student's files for one exercise.

    `main` is the path of what is run, inside the folder `root`; `files`, relative to `root`, are what is copied.
    `received` is when it was handed in, ISO 8601 with its offset, "" where nobody says; `identity` what an LMS knows
    the student by (`system`, `id`, …), for the way back; `members` the students of a group; `attempt` counts from 1.
    """

    student: str
    exercise: str
    root: Path
    main: Path
    files: tuple[Path, ...]
    note: Text = Text()
    received: str = ""
    identity: Mapping[str, str] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    attempt: int = 1

    @property
    def is_notebook(self) -> bool:
        """Return whether what is run is a notebook."""
        return self.main.suffix.lower() == ".ipynb"

    @property
    def program(self) -> str:
        """Return `main` relative to `root`: the name under which it runs."""
        return str(self.main.relative_to(self.root))
