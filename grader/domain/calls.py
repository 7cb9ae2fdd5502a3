"""Calls of libraries that exercises are about, as the recorder noted them: settings, sizes, and the name of their arrays.

Settings are as the program gave them (`Scalar`): whatever is no plain value was written as text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Scalar: TypeAlias = bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class LibraryCall:
    """Describe one call of a library; `arrays` names the file of its arrays, None where none were kept."""

    id: int
    arrays: str | None


@dataclass(frozen=True, slots=True)
class TsneRun(LibraryCall):
    """Describe a call of scikit-learn's `TSNE.fit` or `fit_transform`: `shape` of what was projected, `points` that of
    the projection.

    Arrays: `points`, the fingerprints of the rows (`hashes`, `low`, `high`), and the rows themselves (`input`) where
    they are narrow.
    """

    n_components: Scalar
    init: Scalar
    perplexity: Scalar
    verbose: Scalar
    shape: tuple[int, ...]
    points: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class HullFit(LibraryCall):
    """Describe a call of SciPy's `ConvexHull`. Arrays: `points`, `vertices`."""


@dataclass(frozen=True, slots=True)
class MixtureFit(LibraryCall):
    """Describe a call of scikit-learn's `GaussianMixture.fit`, on points of the plane. Arrays: `points`, `means`,
    `covariances`."""


@dataclass(frozen=True, slots=True)
class ScalerFit(LibraryCall):
    """Describe a call of `fit` or `fit_transform` of a scaler by column. Arrays: fingerprints of a sample of the rows;
    `mean`, `scale`, `min` where the scaler has them."""


@dataclass(frozen=True, slots=True)
class SvmFit(LibraryCall):
    """Describe a call of `SVC.fit` on rows of `shape`. Arrays: fingerprints, the rows (`input`) where they are narrow,
    `labels`."""

    C: Scalar
    gamma: Scalar
    kernel: Scalar
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ArrayInfo(LibraryCall):
    """Describe an array among the program's variables at its end: no call, but noted alike. `low` and `high` may be
    NaN."""

    shape: tuple[int, ...]
    low: float
    high: float
