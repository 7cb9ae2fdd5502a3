"""An SVM on a network's features, fitted again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from grader.domain import Scalar
from grader.measurements.request import Files, MeasurementRequest, ModelInputs


@dataclass(frozen=True, slots=True)
class SvmFigures:
    """Hold what was found of a fit.

    `models` are the numbers of the networks that give these features (none: no recorded network does), `split` the
    images that they are of (`train` or `test`), `known` the share of rows recognised, `wrong_labels` the share of those
    with another label than ours, `rows` how many were used; `accuracy` (0 to 1) on the test images, None where it was
    not fitted (features of test images, one class only).
    """

    models: tuple[int, ...]
    rows: int
    split: str = ""
    known: float = 0.0
    wrong_labels: float = 0.0
    accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class SvmRequest(MeasurementRequest[SvmFigures]):
    """Ask where the features of an SVM come from and how well it does.

    `arrays` are those of a recorded fit with the settings `C`, `gamma`, `kernel`, of which `rows` at most are used;
    `networks` pairs a number (0 and 1: the exercise's models at the end of their trainings, larger: other moments) with
    the snapshot that may have given the features.
    """

    kind: ClassVar[str] = "svm"
    arrays: str
    rows: int
    C: Scalar
    gamma: Scalar
    kernel: Scalar
    inputs: ModelInputs
    networks: tuple[tuple[int, int], ...] = ()

    def files(self) -> Files:
        """Return the snapshots and the array file of the request."""
        return Files(tuple(snapshot for _, snapshot in self.networks), (self.arrays,))
