"""A projection for a page: the evaluator's sample of the points, and the outlines around all of them, as whole numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from grader.domain import Json

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STEPS = 1000  # of the grid on which points are kept


def projection(source: str, count: int, result: Mapping[str, Any]) -> Json:
    """The evaluator's sample of the points, and the outlines that it drew around all of them."""
    import numpy as np

    points = np.asarray(result["points"], dtype=np.float64)
    outlines: Sequence[Mapping[str, Any]] = result.get("outlines") or []
    corners = [np.asarray(o["hull"], dtype=np.float64).reshape(-1, 2) for o in outlines]
    reach = [_reach(o) for o in outlines]
    everything = np.concatenate([points, *corners, *reach])
    low, high = everything.min(axis=0), everything.max(axis=0)
    span = float(max(high - low)) or 1.0  # one scale for both axes, so that circles stay round

    def at(values: NDArray[np.float64]) -> list[int]:
        whole: list[int] = np.round((values - low) * (STEPS / span)).astype(int).ravel().tolist()
        return whole

    classes: list[Json] = [
        {"label": int(o["label"]), "hull": at(c), "ellipse": [*at(np.asarray(o["mean"])), *_axes(o, STEPS / span)]}
        for o, c in zip(outlines, corners, strict=True)
    ]
    kept = {name: result.get(name) for name in ("nh", "trustworthiness", "hulls", "ellipses")}
    box = [float(v) for v in (*low, *(low + span))]
    return {
        "source": source,
        "count": count,
        "box": [round(v, 3) for v in box],
        "points": at(points),
        "labels": [int(label) for label in result["labels"]],
        "classes": classes,
        **kept,
    }


def _reach(outline: Mapping[str, Any]) -> NDArray[np.float64]:
    """The corners of the upright box around the ellipse, shape (2, 2)."""
    import numpy as np

    mean, covariance = np.asarray(outline["mean"]), np.asarray(outline["covariance"])
    half = 2 * np.sqrt(np.maximum(np.diag(covariance), 0))
    return np.stack([mean - half, mean + half])


def _axes(outline: Mapping[str, Any], scale: float) -> list[float]:
    """Half axes (two standard deviations, 86 % of a Gaussian) and the angle of the first, in degrees."""
    import numpy as np

    values, vectors = np.linalg.eigh(np.asarray(outline["covariance"], dtype=np.float64))
    angle = float(np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1])))
    half = 2 * np.sqrt(np.maximum(values, 0)) * scale
    return [round(float(half[1]), 1), round(float(half[0]), 1), round(angle, 1)]
