"""What a request to the evaluator is, and which files it speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from grader.domain import Request

LEFT, HANDED_IN = "left", "handed_in"  # the folders of copies beside the evaluator
R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Files:
    """List the files that the evaluator must be given. `snapshots` are numbers of recorded models, `arrays` names of
    the evidence's array files, `left` paths that the program left, `handed_in` paths that were handed in with it."""

    snapshots: tuple[int, ...] = ()
    arrays: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    handed_in: tuple[str, ...] = ()


class MeasurementRequest(Request, Generic[R_co]):
    """Ask the evaluator for an `R_co`, or for a `Refused`.

    Frozen and hashable: equal requests are measured once, and their answer is kept under them.
    """

    __slots__ = ()
    kind: ClassVar[str]

    def files(self) -> Files:
        """Return what must be laid beside the evaluator before it can answer. Raise `NotImplementedError` here: each
        kind has its own."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class ModelInputs:
    """Describe how images of `dataset` became the inputs of a network: pixel (0 to 255) · `scale` + `offset`.

    Where `rows` names the fingerprints of a training's rows, the evaluator finds scale and offset exactly; where
    `scalers` names recorded fits (the last first), it finds the one that the rows went through.
    """

    dataset: str
    scale: float = 1 / 255
    offset: float = 0.0
    rows: str | None = None
    scalers: tuple[str, ...] = ()

    def arrays(self) -> tuple[str, ...]:
        """Return the names of the array files that tell of the inputs."""
        return (*self.scalers, *(() if self.rows is None else (self.rows,)))
