"""MNIST: handwritten digits, 28 × 28, in Keras' own file, in idx files, or as the stand-in made of `load_digits`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from grader.datasets.dataset import Arrays, Dataset
from grader.datasets.formats import KEYS, idx, keras_download, npz
from grader.datasets.standin_mnist import VERSION, generate


def _keras_file(folder: Path, arrays: Arrays, sources: tuple[Path, ...]) -> None:
    """Write `mnist.npz` as Keras would have downloaded it, for student code that opens it by its path."""
    np.savez(folder / "mnist.npz", **{key: arrays[key] for key in KEYS})  # type: ignore[arg-type]  # as numpy's own examples do


MNIST = Dataset(
    name="mnist",
    image=(28, 28),
    rows={"train": 60000, "test": 10000},
    classes=10,
    layouts=(npz("mnist.npz"), *(idx(d, s) for d in ("mnist", "MNIST/raw") for s in ("", ".gz"))),
    cache_layouts=(npz("mnist.npz"),),
    generate=generate,
    version=VERSION,
    extras=_keras_file,
    download=keras_download("mnist"),
)
