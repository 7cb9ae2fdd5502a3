"""What one dataset is: its shapes, the files it may come in, and how its stand-in is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.errors import DataUnavailable
from grader.messages import plain, say

Arrays: TypeAlias = Mapping[str, NDArray[np.generic]]
"""`x_train`, `x_test`: uint8 of shape (n, height, width) or (n, height, width, 3); `y_train`, `y_test`: (n,)."""

SPLITS = ("train", "test")


@dataclass(frozen=True, slots=True)
class Layout:
    """Describe one set of files that a dataset comes in, relative to the folder where it is looked for."""

    files: tuple[str, ...]
    read: Callable[[tuple[Path, ...]], Arrays]

    def found_in(self, folder: Path) -> tuple[Path, ...] | None:
        """Return the paths, in the order of `files`, or None where one of them is missing."""
        paths = tuple(folder / file for file in self.files)
        return paths if all(path.is_file() for path in paths) else None


def no_extras(folder: Path, arrays: Arrays, sources: tuple[Path, ...]) -> None:
    """Add nothing: for a dataset that no student opens by its path."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Describe one dataset of the courses.

    `image` is the shape of one image, `rows` the number of images by split. `layouts` are looked for in a data folder,
    `cache_layouts` in the Keras cache. `generate` makes the stand-in; `version` grows whenever its images change.
    `extras(folder, arrays, sources)` adds to the prepared folder what the handouts open by path. `download` fills the
    Keras cache, where there is something to download.
    """

    name: str
    image: tuple[int, ...]
    rows: Mapping[str, int]
    classes: int
    layouts: tuple[Layout, ...]
    cache_layouts: tuple[Layout, ...]
    generate: Callable[[], Arrays]
    version: int
    extras: Callable[[Path, Arrays, tuple[Path, ...]], None] = no_extras
    download: Callable[[], object] | None = None

    def read(self, layout: Layout, paths: tuple[Path, ...]) -> Arrays:
        """Return the arrays of found files. Raise `DataUnavailable`, naming the file, where they are not this
        dataset."""
        try:
            arrays = layout.read(paths)
        except Exception as error:  # zip, gzip, HDF5 and NumPy each fail in their own way on a damaged file
            raise _unreadable(paths[0], plain(f"{type(error).__name__}: {error}")) from error
        self._verify(arrays, paths[0])
        return arrays

    def _verify(self, arrays: Arrays, path: Path) -> None:
        for split in SPLITS:
            x, y = arrays[f"x_{split}"], arrays[f"y_{split}"]
            shape = (self.rows[split], *self.image)
            if x.shape != shape or x.dtype != np.uint8:
                raise _mismatch(path, f"x_{split}", f"uint8 {shape}", f"{x.dtype} {x.shape}")
            if y.shape != shape[:1] or y.dtype.kind not in "iu":
                raise _mismatch(path, f"y_{split}", f"uint8/int64 {shape[:1]}", f"{y.dtype} {y.shape}")
            if y.min() < 0 or y.max() >= self.classes:
                raise _mismatch(path, f"y_{split}", f"0…{self.classes - 1}", f"{y.min()}…{y.max()}")


def _unreadable(path: Path, reason: object) -> DataUnavailable:
    text = say(
        "The data file {path} cannot be read ({reason}). Replace it by a fresh copy, or remove it: the grader then "
        "uses the Keras cache or its own stand-in.",
        path=path,
        reason=reason,
    )
    return DataUnavailable(text)


def _mismatch(path: Path, key: str, expected: str, received: str) -> DataUnavailable:
    text = say(
        "The data file {path} is not the expected dataset. Expected for {key}: {expected}. Received: {received}. "
        "Replace it by a fresh copy, or remove it: the grader then uses the Keras cache or its own stand-in.",
        path=path,
        key=key,
        expected=expected,
        received=received,
    )
    return DataUnavailable(text)
