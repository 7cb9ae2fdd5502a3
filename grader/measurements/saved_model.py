"""How a saved file's predictions differ from those of the recorded network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from grader.measurements.request import Files, MeasurementRequest, ModelInputs


@dataclass(frozen=True, slots=True)
class SavedDifference:
    """Hold the largest absolute difference between an output of the two networks on some test images."""

    difference: float


@dataclass(frozen=True, slots=True)
class SavedModelRequest(MeasurementRequest[SavedDifference]):
    """Ask how `file`, which the program left, differs from the recorded weights of `snapshot`."""

    kind: ClassVar[str] = "saved_model"
    file: str
    snapshot: int
    inputs: ModelInputs

    def files(self) -> Files:
        """Return the snapshot, the array files and the file that the program left."""
        return Files((self.snapshot,), self.inputs.arrays(), left=(self.file,))
