"""What a network predicts on the grader's own images: of the recorded weights, of a file handed in, of a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from grader.measurements.request import Files, MeasurementRequest, ModelInputs


@dataclass(frozen=True, slots=True)
class RecognisedRows:
    """Count of a training's rows behind a scaler how many are images of the dataset (`known`), how many of those are
    test images and no training images (`test`), and how many bear another label than theirs."""

    known: int
    test: int
    wrong_labels: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """Hold a test image's number, its class, and the class that the network gave."""

    index: int
    true: int
    predicted: int


@dataclass(frozen=True, slots=True)
class Prediction:
    """Hold what a network predicts. Accuracies are shares from 0 to 1: of all test images, and of some training images.
    `confusion[true][predicted]` counts test images; `wrong` lists the first mistakes; `parameters` counts those of the
    rebuilt network; `rows` is None where no scaler was recorded."""

    accuracy: float
    train_accuracy: float
    confusion: tuple[tuple[int, ...], ...]
    wrong: tuple[Mistake, ...]
    parameters: int
    rows: RecognisedRows | None = None

    @property
    def images(self) -> int:
        """Return how many test images were judged."""
        return sum(map(sum, self.confusion))


@dataclass(frozen=True, slots=True)
class PredictRequest(MeasurementRequest[Prediction]):
    """Ask what the recorded weights of `snapshot` predict."""

    kind: ClassVar[str] = "predict"
    snapshot: int
    inputs: ModelInputs

    def files(self) -> Files:
        """Return the snapshot and the array files of the request."""
        return Files((self.snapshot,), self.inputs.arrays())


@dataclass(frozen=True, slots=True)
class HandedInRequest(MeasurementRequest[Prediction]):
    """Ask what the weights in `file`, handed in, predict in the architecture of `snapshot`."""

    kind: ClassVar[str] = "handed_in"
    file: str
    snapshot: int
    inputs: ModelInputs

    def files(self) -> Files:
        """Return the snapshot, the array files and the file handed in."""
        return Files((self.snapshot,), self.inputs.arrays(), handed_in=(self.file,))


@dataclass(frozen=True, slots=True)
class CheckpointRequest(MeasurementRequest[Prediction]):
    """Ask what the weights in `file`, which the program left, predict in the architecture of `snapshot`."""

    kind: ClassVar[str] = "checkpoint"
    file: str
    snapshot: int
    inputs: ModelInputs

    def files(self) -> Files:
        """Return the snapshot, the array files and the file that the program left."""
        return Files((self.snapshot,), self.inputs.arrays(), left=(self.file,))
