"""An embedding, measured from its recorded points: which images they are, neighbourhood hit, faithfulness, outlines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.evaluator.inputs import Inputs
from grader.evaluator.predict import inputs_for, load_model
from grader.evaluator.scaling import Affine
from grader.evidence import InvalidEvidence, load_arrays
from grader.fingerprints import positions
from grader.measurements import NEIGHBOURS, EmbeddingFigures, EmbeddingRequest, Outline, Unmeasurable

Points = NDArray[np.float64]
MAX_POINTS = 70_000
MAX_COORDINATE = 1e9  # squares of larger coordinates lead beyond all numbers
TRUST_POINTS = 2000
OTHER_K = (1, 3, 4, 5, 7, 8, 10, 12, 15, 20)
RECOGNISED = 0.95
HIDDEN_ERROR = 1e-3
OUTLINE_ERROR = 1e-6
ELLIPSE_ERROR = 0.02


def measure_embedding(request: EmbeddingRequest, inputs: Inputs) -> EmbeddingFigures:
    """Return what a recorded t-SNE's points give, with the grader's own labels of the recognised rows.

    Raise `InvalidEvidence` or `Unmeasurable` where the points cannot be read.
    """
    run = load_arrays(inputs.folder, request.arrays)
    if "points" not in run:
        raise InvalidEvidence("no points were kept")
    points = np.asarray(run["points"], dtype=np.float64)
    finite = bool(points.size and np.isfinite(points).all() and np.abs(points).max() < MAX_COORDINATE)
    if not finite or points.ndim != 2 or points.shape[1] != 2 or len(points) > MAX_POINTS:
        return EmbeddingFigures(finite)
    found = recognise(run, len(points), request, inputs)
    if found is None:
        return EmbeddingFigures(finite)
    known = found.labels >= 0
    recognised = int(known.sum())
    points, original, labels = points[known], found.rows[known], found.labels[known]
    if len(points) <= request.k:
        return EmbeddingFigures(finite, recognised=recognised)
    neighbours = nearest(points, min(max(*OTHER_K, request.k), len(points) - 1))
    drawn = compared_outlines(request, points, labels, inputs)
    return EmbeddingFigures(
        finite,
        found.source,
        recognised,
        nh=hit(neighbours, labels, request.k),
        formulas=wrong_formulas(neighbours, labels, request.k),
        trustworthiness=faithful(original, points),
        points=_pairs(np.round(points[:TRUST_POINTS], 3)),
        labels=tuple(labels[:TRUST_POINTS].tolist()),
        hulls=drawn.hulls,
        hulls_made=drawn.hulls_made,
        ellipses=drawn.ellipses,
        ellipses_made=drawn.ellipses_made,
        outlines=drawn.outlines,
    )


# ── Which images ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Recognised:
    """What the rows of a t-SNE are: `source` as in `EmbeddingFigures`, `labels` of shape (n,) with -1 for unknown rows,
    and the `rows` of the input, of shape (n, width)."""

    source: str
    labels: NDArray[np.int64]
    rows: NDArray[Any]


def recognise(
    run: Mapping[str, NDArray[Any]], count: int, request: EmbeddingRequest, inputs: Inputs
) -> Recognised | None:
    """Return what the `count` rows of a recorded run are; None where they are nothing known."""
    hashes = run.get("hashes")
    if hashes is None or hashes.shape != (count,):
        return None
    for split in ("test", "train"):
        at = positions(hashes, inputs.rows(request.dataset, split))
        if (at >= 0).mean() >= RECOGNISED:
            labels = inputs.labels(request.dataset, split)
            images = inputs.images(request.dataset, split)
            rows = images[np.maximum(at, 0)].reshape(count, -1).astype(np.float32) / 255
            return Recognised(split, np.where(at >= 0, labels[at], -1), rows)
    return _hidden(run.get("input"), count, request, inputs)


def _hidden(rows: NDArray[Any] | None, count: int, request: EmbeddingRequest, inputs: Inputs) -> Recognised | None:
    """Rows that are hidden values of a recorded model for test images."""
    if rows is None or rows.ndim != 2 or len(rows) != count or not np.isfinite(rows).all():
        return None
    images, labels = inputs.images(request.dataset, "test"), inputs.labels(request.dataset, "test")
    for number, snapshot in request.networks:
        try:
            model = load_model(snapshot, inputs, images.shape[1:])
            fed = inputs_for(model, np.asarray(images), Affine())
        except (Unmeasurable, InvalidEvidence):
            continue
        for values in hidden_values(model, fed, rows.shape[1]):
            if not np.isfinite(values).all():
                continue
            at = match_rows(rows, values)
            if (at >= 0).mean() >= RECOGNISED:
                found = np.where(at >= 0, labels[np.maximum(at, 0)], -1)
                return Recognised(f"hidden{number}", found, rows.astype(np.float32))
    return None


def hidden_values(model: Any, inputs: NDArray[np.float32], width: int) -> list[NDArray[np.float32]]:
    """The outputs of every layer that gives `width` numbers per image, the last layer first; shape (n, width)."""
    import keras

    layers = [la for la in model.layers if tuple(la.output.shape[1:]) == (width,)]
    if not layers or model.output_shape[-1] == width:  # what leaves the network is not hidden
        return []
    several = keras.Model(model.inputs, [layer.output for layer in layers])
    outputs = several.predict(inputs, batch_size=500, verbose=0)
    return list(outputs if isinstance(outputs, list) else [outputs])[::-1]


def match_rows(rows: NDArray[Any], among: NDArray[Any]) -> NDArray[np.int64]:
    """The index of the equal row of `among` for each of `rows`, up to rounding; -1 where there is none."""
    if len(rows) <= len(among) and _close(rows, among[: len(rows)]).mean() >= RECOGNISED:
        return np.where(_close(rows, among[: len(rows)]), np.arange(len(rows)), -1)
    from sklearn.neighbors import NearestNeighbors

    nearest_ = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(among)
    at = nearest_.kneighbors(rows, return_distance=False)[:, 0]
    return np.where(_close(rows, among[at]), at, -1)


def _close(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.bool_]:
    close: NDArray[np.bool_] = np.abs(a - b).max(axis=1) < HIDDEN_ERROR * max(1.0, float(np.abs(b).max()))
    return close


# ── Neighbourhood hit ───────────────────────────────────────────────────────────────────────────


def nearest(points: Points, count: int) -> NDArray[np.int64]:
    """The `count` nearest other points of each point, nearest first; shape (n, count)."""
    from sklearn.neighbors import NearestNeighbors

    found: NDArray[np.int64] = NearestNeighbors(n_neighbors=count).fit(points).kneighbors(return_distance=False)
    return found


def hit(neighbours: NDArray[np.int64], labels: NDArray[np.int64], k: int) -> float:
    """Mean share of a point's k nearest neighbours, itself excluded, that have its label (Paulovich et al. 2008)."""
    return float((labels[neighbours[:, :k]] == labels[:, None]).mean())


def wrong_formulas(neighbours: NDArray[np.int64], labels: NDArray[np.int64], k: int = NEIGHBOURS) -> dict[str, float]:
    """What the well-known mistakes would give on these points, by name."""
    same = labels[neighbours] == labels[:, None]
    hits = same[:, :k]
    counts = hits.sum(axis=1)
    found = {
        # `tx /= k` inside the `if`: t ← (t + 1) / k at each hit
        "division_in_if": float(
            np.array([sum(float(k) ** -i for i in range(1, m + 1)) for m in range(k + 1)])[counts].mean()
        ),
        "division_in_loop": _divided_in_loop(hits, k),
        # the point itself taken for its first neighbour
        "self_counted": float(((1 + hits[:, : k - 1].sum(axis=1)) / k).mean()),
        "self_added": float(((1 + counts) / k).mean()),
        "self_added_divided": float(((1 + counts) / (k + 1)).mean()),
        "percent": float(100 * counts.mean() / k),
        "not_divided": float(counts.mean()),
    }
    for other in OTHER_K:
        if other <= same.shape[1]:
            found[f"k{other}"] = float(same[:, :other].mean())
    return found


def _divided_in_loop(hits: NDArray[np.bool_], k: int) -> float:
    """`tx /= k` inside the `for`: t ← (t + hit) / k at each neighbour."""
    total = np.zeros(len(hits))
    for column in hits.T:
        total = (total + column) / k
    return float(total.mean())


def faithful(original: NDArray[Any], points: Points) -> float:
    """scikit-learn's trustworthiness with 6 neighbours, on an even sample of at most 2000 points."""
    from sklearn.manifold import trustworthiness

    if len(points) > TRUST_POINTS:
        picked = np.linspace(0, len(points) - 1, TRUST_POINTS).astype(np.int64)
        original, points = original[picked], points[picked]
    return float(trustworthiness(original, points, n_neighbors=NEIGHBOURS)) if len(points) > 2 * NEIGHBOURS + 2 else 0.0


# ── Hulls and ellipses ──────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ComparedOutlines:
    """As the fields of the same names in `EmbeddingFigures`."""

    hulls: tuple[int, ...]
    hulls_made: int
    ellipses: tuple[int, ...]
    ellipses_made: int
    outlines: tuple[Outline, ...]


def compared_outlines(
    request: EmbeddingRequest, points: Points, labels: NDArray[np.int64], inputs: Inputs
) -> ComparedOutlines:
    """Return the classes whose recorded hull, and whose recorded Gaussian, is that of the class's projected points."""
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
    return Outline(label, _pairs(np.round(corners, 3)), tuple(mean), (tuple(across), tuple(up)))


def _pairs(points: Points) -> tuple[tuple[float, float], ...]:
    return tuple((x, y) for x, y in points.tolist())


def _recorded(names: Iterable[str], inputs: Inputs) -> list[dict[str, NDArray[Any]]]:
    found = []
    for name in names:
        try:
            found.append(load_arrays(inputs.folder, name))
        except InvalidEvidence:
            continue
    return found


def is_hull(recorded: Mapping[str, NDArray[Any]], own: Points) -> bool:
    """The hull's corners are those of the convex hull of the class's points, in whatever order."""
    from scipy.spatial import ConvexHull, QhullError

    given, vertices = recorded.get("points"), recorded.get("vertices")
    if given is None or vertices is None or given.ndim != 2 or given.shape[1] != 2 or len(own) < 3:
        return False
    if vertices.ndim != 1 or vertices.dtype.kind not in "iu" or not ((vertices >= 0) & (vertices < len(given))).all():
        return False
    try:
        corners = own[ConvexHull(own).vertices]
    except QhullError:
        return False
    return _same_set(np.asarray(given[vertices], dtype=np.float64), corners)


def _same_set(a: Points, b: Points) -> bool:
    if a.shape != b.shape:
        return False
    scale = OUTLINE_ERROR * max(1.0, float(np.abs(b).max()))
    distances = np.abs(a[:, None, :] - b[None, :, :]).max(axis=2)
    return bool((distances.min(axis=0) <= scale).all() and (distances.min(axis=1) <= scale).all())


def is_ellipse(recorded: Mapping[str, NDArray[Any]], own: Points) -> bool:
    """Mean and full covariance are those of the class's points (with n or n - 1 in the denominator)."""
    means, covariances = recorded.get("means"), recorded.get("covariances")
    if means is None or covariances is None or means.shape != (1, 2) or covariances.shape != (1, 2, 2) or len(own) < 3:
        return False
    true = np.cov(own.T, bias=True)
    spread = float(np.sqrt(np.trace(true))) or 1.0
    near = np.abs(means[0] - own.mean(axis=0)).max() <= ELLIPSE_ERROR * spread
    return bool(near and np.abs(covariances[0] - true).max() <= ELLIPSE_ERROR * spread**2)
