"""An embedding, measured from its recorded points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

from grader.measurements.request import Files, MeasurementRequest

Point: TypeAlias = tuple[float, float]
NEIGHBOURS = 6  # for the neighbourhood hit, where an exercise does not say another number


@dataclass(frozen=True, slots=True)
class Outline:
    """Describe one class's points: the corners of their convex hull, their mean and their full covariance (2 × 2)."""

    label: int
    hull: tuple[Point, ...]
    mean: Point
    covariance: tuple[Point, Point]


@dataclass(frozen=True, slots=True)
class EmbeddingFigures:
    """Hold what the recorded points give.

    `source` says which rows were projected: `test` or `train` images, `hidden0`, `hidden1`… (hidden values of the
    exercise's models), or "" where they are none of these; then nothing below it is known. `recognised` counts the
    rows; `nh` is the neighbourhood hit (Paulovich et al. 2008; a share from 0 to 1), `formulas` what well-known
    mistakes in it would give, by name; `trustworthiness` is scikit-learn's (Venna and Kaski 2001; from 0 to 1). `hulls`
    and `ellipses` are the classes whose recorded outline is right, `…_made` how many were recorded. `points` and
    `labels` are a sample for a picture.
    """

    finite: bool
    source: str = ""
    recognised: int = 0
    nh: float | None = None
    formulas: Mapping[str, float] = field(default_factory=dict)
    trustworthiness: float | None = None
    hulls: tuple[int, ...] = ()
    hulls_made: int = 0
    ellipses: tuple[int, ...] = ()
    ellipses_made: int = 0
    outlines: tuple[Outline, ...] = ()
    points: tuple[Point, ...] = ()
    labels: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class EmbeddingRequest(MeasurementRequest[EmbeddingFigures]):
    """Ask what a t-SNE run's points give.

    `arrays` are those of the run, `hulls` and `gaussians` of every outline that was computed; `networks` pairs the
    number of an exercise's model with the snapshot whose hidden values may have been projected; `k` is the number of
    neighbours of the hit.
    """

    kind: ClassVar[str] = "embedding"
    dataset: str
    arrays: str
    hulls: tuple[str, ...] = ()
    gaussians: tuple[str, ...] = ()
    networks: tuple[tuple[int, int], ...] = ()
    k: int = NEIGHBOURS

    def files(self) -> Files:
        """Return the snapshots and the array files of the request."""
        return Files(tuple(snapshot for _, snapshot in self.networks), (self.arrays, *self.hulls, *self.gaussians))
