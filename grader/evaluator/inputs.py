"""What a measurement is given: a folder with copies of the student's files, and the grader's datasets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from grader.domain import Json


class NotedLayer(TypedDict):
    """Describe a layer as the recorder noted it: nothing of it is proven."""

    kind: str
    name: str
    settings: Mapping[str, Json]
    parameters: int


class RecordedModel(TypedDict):
    """Describe a recorded model: Keras' JSON, the name of the array file of its weights, the layers noted with it."""

    architecture: str
    weights: str
    layers: NotRequired[list[NotedLayer]]


@dataclass(frozen=True, slots=True)
class Inputs:
    """Hold what a measurement is given. `folder` has what the requests declared (see `grader.measurements.Files`):
    `snapshot-N.json`, array files, and below `left/` and `handed_in/` files of the student's. `datasets` maps a name to
    the folder of its arrays."""

    folder: Path
    datasets: Mapping[str, Path]

    def snapshot(self, number: int) -> RecordedModel:
        """Return what was recorded of a model. Raise `OSError` where no request declared it."""
        found: RecordedModel = json.loads((self.folder / f"snapshot-{number}.json").read_text(encoding="utf-8"))
        return found

    def images(self, dataset: str, split: str) -> NDArray[np.uint8]:
        """Return the images of `train` or `test`, mapped, of shape (n, height, width) or (n, height, width, 3). Raise
        `KeyError` for an unknown dataset."""
        found: NDArray[np.uint8] = np.load(self.datasets[dataset] / f"x_{split}.npy", mmap_mode="r")
        return found

    def image_shape(self, dataset: str) -> tuple[int, ...] | None:
        """Return the shape of one image, such as (28, 28); None where the dataset is none of images."""
        return self.images(dataset, "test").shape[1:] if dataset in self.datasets else None

    def labels(self, dataset: str, split: str) -> NDArray[np.int64]:
        """Return the class of each image, of shape (n,). Raise as `images`."""
        found: NDArray[np.int64] = np.load(self.datasets[dataset] / f"y_{split}.npy").ravel().astype(np.int64)
        return found

    def rows(self, dataset: str, split: str) -> NDArray[np.uint64]:
        """Return the fingerprint of each image, of shape (n,). Raise as `images`."""
        found: NDArray[np.uint64] = np.load(self.datasets[dataset] / f"rows_{split}.npy")
        return found
