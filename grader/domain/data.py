"""Which data was used, and how its images are recognised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """Describe which data was used: `source` is `files`, `keras-cache` or `stand-in`; `folder` holds the prepared
    arrays."""

    name: str
    source: str
    sha256: str
    folder: Path


@dataclass(frozen=True, slots=True)
class RowIndex:
    """Hold the fingerprints of a dataset's images, so that rows can be recognised by content.

    `split` maps "train"/"test" to the fingerprints, uint64 of shape (n,), in the order of the images; `labels` to the
    labels, int64 of shape (n,).
    """

    split: Mapping[str, NDArray[np.uint64]]
    labels: Mapping[str, NDArray[np.int64]]
