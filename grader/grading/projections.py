"""A projection for a page: the evaluator's sample of the points, and the outlines around all of them, as whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.analysis.embeddings import Embedding
from grader.domain import Json
from grader.measurements import Outline

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STEPS = 1000  # of the grid on which points are kept


def projection(embedding: Embedding) -> Json:
    """Return the sample of the points, and the outlines around all of them."""
    import numpy as np

    figures = embedding.figures
    points = np.asarray(figures.points, dtype=np.float64)
    corners = [np.asarray(outline.hull, dtype=np.float64).reshape(-1, 2) for outline in figures.outlines]
    reach = [_reach(outline) for outline in figures.outlines]
    everything = np.concatenate([points, *corners, *reach])
    low, high = everything.min(axis=0), everything.max(axis=0)
    span = float(max(high - low)) or 1.0  # one scale for both axes, so that circles stay round

    def at(values: NDArray[np.float64]) -> list[int]:
        whole: list[int] = np.round((values - low) * (STEPS / span)).astype(int).ravel().tolist()
        return whole

    classes: list[Json] = [
        {"label": one.label, "hull": at(c), "ellipse": [*at(np.asarray(one.mean)), *_axes(one, STEPS / span)]}
        for one, c in zip(figures.outlines, corners, strict=True)
    ]
    box = [float(v) for v in (*low, *(low + span))]
    return {
        "source": embedding.source,
        "count": embedding.count,
        "box": [round(v, 3) for v in box],
        "points": at(points),
        "labels": list(figures.labels),
        "classes": classes,
        "nh": figures.nh,
        "trustworthiness": figures.trustworthiness,
        "hulls": list(figures.hulls),
        "ellipses": list(figures.ellipses),
    }


def _reach(outline: Outline) -> NDArray[np.float64]:
    """The corners of the upright box around the ellipse, shape (2, 2)."""
    import numpy as np

    mean, covariance = np.asarray(outline.mean), np.asarray(outline.covariance)
    half = 2 * np.sqrt(np.maximum(np.diag(covariance), 0))
    return np.stack([mean - half, mean + half])


def _axes(outline: Outline, scale: float) -> list[float]:
    """Half axes (two standard deviations, 86 % of a Gaussian) and the angle of the first, in degrees."""
    import numpy as np

    values, vectors = np.linalg.eigh(np.asarray(outline.covariance, dtype=np.float64))
    angle = float(np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1])))
    half = 2 * np.sqrt(np.maximum(values, 0)) * scale
    return [round(float(half[1]), 1), round(float(half[0]), 1), round(angle, 1)]
