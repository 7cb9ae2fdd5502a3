"""Hulls and ellipses of an embedding: the recorded ones, compared with those of each class's points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.evaluator.inputs import Inputs
from grader.evidence import InvalidEvidence, load_arrays
from grader.measurements import EmbeddingRequest, Outline
from grader.measurements.embedding import Point

Points: TypeAlias = NDArray[np.float64]
"""Points of the plane, shape (n, 2)."""

OUTLINE_ERROR = 1e-6
ELLIPSE_ERROR = 0.02


@dataclass(frozen=True, slots=True)
class ComparedOutlines:
    """Hold the fields of the same names in `EmbeddingFigures`."""

    hulls: tuple[int, ...]
    hulls_made: int
    ellipses: tuple[int, ...]
    ellipses_made: int
    outlines: tuple[Outline, ...]


def compared_outlines(
    request: EmbeddingRequest, points: Points, labels: NDArray[np.int64], inputs: Inputs
) -> ComparedOutlines:
    """Return the classes whose recorded hull, and whose recorded Gaussian, is that of the class's projected points.

    `points` has shape (n, 2), `labels` shape (n,).
    """
    hulls, gaussians = _recorded(request.hulls, inputs), _recorded(request.gaussians, inputs)
    by_class = {int(c): points[labels == c] for c in np.unique(labels)}
    return ComparedOutlines(
        tuple(c for c, own in by_class.items() if any(is_hull(h, own) for h in hulls)),
        len(hulls),
        tuple(c for c, own in by_class.items() if any(is_ellipse(g, own) for g in gaussians)),
        len(gaussians),
        tuple(drawn for c, own in by_class.items() if (drawn := outline(c, own))),
    )


def outline(label: int, own: Points) -> Outline | None:
    """Return the outline of a class's points, shape (n, 2), for a figure; None for a flat class."""
    from scipy.spatial import ConvexHull, QhullError

    try:
        corners = own[ConvexHull(own).vertices]
    except (QhullError, ValueError):
        return None
    mean, (across, up) = own.mean(axis=0).tolist(), np.cov(own.T, bias=True).tolist()
    return Outline(label, as_pairs(np.round(corners, 3)), tuple(mean), (tuple(across), tuple(up)))


def as_pairs(points: Points) -> tuple[Point, ...]:
    """Return the rows of an array of shape (n, 2) as plain pairs."""
    return tuple((x, y) for x, y in points.tolist())


def _recorded(names: Iterable[str], inputs: Inputs) -> list[dict[str, NDArray[np.generic]]]:
    found = []
    for name in names:
        try:
            found.append(load_arrays(inputs.folder, name))
        except InvalidEvidence:
            continue
    return found


def is_hull(recorded: Mapping[str, NDArray[np.generic]], own: Points) -> bool:
    """Return whether a recorded hull has the corners of the convex hull (SciPy's) of a class's points, shape (n, 2), in
    whatever order, up to a relative rounding of 1e-6."""
    from scipy.spatial import ConvexHull, QhullError

    given, vertices = recorded.get("points"), recorded.get("vertices")
    if given is None or vertices is None or given.ndim != 2 or given.shape[1] != 2 or len(own) < 3:
        return False
    if vertices.ndim != 1 or vertices.dtype.kind not in "iu":
        return False
    corner = vertices.astype(np.int64)  # what is too large for it becomes negative
    if not ((corner >= 0) & (corner < len(given))).all():
        return False
    try:
        corners = own[ConvexHull(own).vertices]
    except QhullError:
        return False
    return _same_set(np.asarray(given[corner], dtype=np.float64), corners)


def _same_set(a: Points, b: Points) -> bool:
    if a.shape != b.shape:
        return False
    scale = OUTLINE_ERROR * max(1.0, float(np.abs(b).max()))
    distances = np.abs(a[:, None, :] - b[None, :, :]).max(axis=2)
    return bool((distances.min(axis=0) <= scale).all() and (distances.min(axis=1) <= scale).all())


def is_ellipse(recorded: Mapping[str, NDArray[np.generic]], own: Points) -> bool:
    """Return whether a recorded Gaussian has the mean and the full covariance of a class's points, shape (n, 2), up to
    2 % of their spread (so with n or n - 1 in the denominator)."""
    means, covariances = recorded.get("means"), recorded.get("covariances")
    if means is None or covariances is None or means.shape != (1, 2) or covariances.shape != (1, 2, 2) or len(own) < 3:
        return False
    true = np.cov(own.T, bias=True)
    spread = float(np.sqrt(np.trace(true))) or 1.0
    near = np.abs(means[0] - own.mean(axis=0)).max() <= ELLIPSE_ERROR * spread
    return bool(near and np.abs(covariances[0] - true).max() <= ELLIPSE_ERROR * spread**2)
