"""What a network predicts on the grader's own images: of the recorded weights, of a file handed in, of a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from grader.measurements.request import Files, MeasurementRequest, ModelInputs


@dataclass(frozen=True, slots=True)
class RecognisedRows:
    """Of a training's rows behind a scaler: how many are images of the dataset, how many of those test images (and no
    training images), how many bear another label than theirs."""

    known: int
    test: int
    wrong_labels: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """A test image by its number, its class, and the class that the network gave."""

    index: int
    true: int
    predicted: int


@dataclass(frozen=True, slots=True)
class Prediction:
    """Accuracies are shares from 0 to 1: of all test images, and of some training images. `confusion[true][predicted]`
    counts test images; `wrong` lists the first mistakes; `parameters` counts those of the rebuilt network."""

    accuracy: float
    train_accuracy: float
    confusion: tuple[tuple[int, ...], ...]
    wrong: tuple[Mistake, ...]
    parameters: int
    rows: RecognisedRows | None = None

    @property
    def images(self) -> int:
        """How many test images were judged."""
        return sum(map(sum, self.confusion))


@dataclass(frozen=True, slots=True)
class PredictRequest(MeasurementRequest[Prediction]):
    """Of the recorded weights of `snapshot`."""

    kind: ClassVar[str] = "predict"
    snapshot: int
    inputs: ModelInputs

    def files(self) -> Files:
        return Files((self.snapshot,), self.inputs.arrays())


@dataclass(frozen=True, slots=True)
class HandedInRequest(MeasurementRequest[Prediction]):
    """Of the weights in `file`, handed in, in the architecture of `snapshot`."""

    kind: ClassVar[str] = "handed_in"
    file: str
    snapshot: int
    inputs: ModelInputs

    def files(self) -> Files:
        return Files((self.snapshot,), self.inputs.arrays(), handed_in=(self.file,))


@dataclass(frozen=True, slots=True)
class CheckpointRequest(MeasurementRequest[Prediction]):
    """Of the weights in `file`, which the program left, in the architecture of `snapshot`."""

    kind: ClassVar[str] = "checkpoint"
    file: str
    snapshot: int
    inputs: ModelInputs

    def files(self) -> Files:
        return Files((self.snapshot,), self.inputs.arrays(), left=(self.file,))
