"""An embedding, measured from its recorded points: which images they are, neighbourhood hit, faithfulness, outlines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any  # Keras ships no types; differences are taken of arrays of any number type

import numpy as np
from numpy.typing import NDArray

from grader.evaluator.inputs import Inputs
from grader.evaluator.outlines import Points, as_pairs, compared_outlines
from grader.evaluator.predict import inputs_for, load_model
from grader.evaluator.scaling import Affine
from grader.evidence import InvalidEvidence, load_arrays
from grader.fingerprints import positions
from grader.measurements import NEIGHBOURS, EmbeddingFigures, EmbeddingRequest, Unmeasurable

MAX_POINTS = 70_000
MAX_COORDINATE = 1e9  # squares of larger coordinates lead beyond all numbers
TRUST_POINTS = 2000
OTHER_K = (1, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20)  # whose hits are told from the one that is asked for
RECOGNISED = 0.95
HIDDEN_ERROR = 1e-3


def measure_embedding(request: EmbeddingRequest, inputs: Inputs) -> EmbeddingFigures:
    """Return what a recorded t-SNE's points, shape (n, 2), give with the grader's own labels of the recognised rows.

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
        points=as_pairs(np.round(points[:TRUST_POINTS], 3)),
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
    """Hold what the rows of a t-SNE are: `source` as in `EmbeddingFigures`, `labels` of shape (n,) with -1 for unknown
    rows, and the `rows` of the input, of shape (n, width)."""

    source: str
    labels: NDArray[np.int64]
    rows: NDArray[np.generic]


def recognise(
    run: Mapping[str, NDArray[np.generic]], count: int, request: EmbeddingRequest, inputs: Inputs
) -> Recognised | None:
    """Return what the rows of a recorded run are, as images of the dataset or hidden values of a network; None where
    they are nothing known.

    `run` has `hashes`, shape (count,), and for hidden values the `input`, shape (count, width).
    """
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
    return _recognise_hidden(run.get("input"), count, request, inputs)


def _recognise_hidden(
    rows: NDArray[np.generic] | None, count: int, request: EmbeddingRequest, inputs: Inputs
) -> Recognised | None:
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
    """Return the outputs of every layer that gives `width` numbers per image, each of shape (n, width), the last layer
    first; none where the network's own output has that width."""
    import keras

    layers = [la for la in model.layers if tuple(la.output.shape[1:]) == (width,)]
    if not layers or model.output_shape[-1] == width:  # what leaves the network is not hidden
        return []
    several = keras.Model(model.inputs, [layer.output for layer in layers])
    outputs = several.predict(inputs, batch_size=500, verbose=0)
    return list(outputs if isinstance(outputs, list) else [outputs])[::-1]


def match_rows(rows: NDArray[np.generic], among: NDArray[np.generic]) -> NDArray[np.int64]:
    """Return the number of the equal row of `among`, shape (m, width), for each of `rows`, shape (n, width), as an
    array of shape (n,): equal up to rounding, -1 where there is none."""
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
    """Return the numbers of the `count` nearest other points of each point, nearest first: shape (n, count) for points
    (n, 2)."""
    from sklearn.neighbors import NearestNeighbors

    found: NDArray[np.int64] = NearestNeighbors(n_neighbors=count).fit(points).kneighbors(return_distance=False)
    return found


def hit(neighbours: NDArray[np.int64], labels: NDArray[np.int64], k: int) -> float:
    """Return the neighbourhood hit, from 0 to 1: the mean share of a point's `k` nearest neighbours, itself excluded,
    that have its label (Paulovich et al. 2008).

    `neighbours` has shape (n, k or more), the nearest first, `labels` shape (n,).
    """
    return float((labels[neighbours[:, :k]] == labels[:, None]).mean())


def wrong_formulas(neighbours: NDArray[np.int64], labels: NDArray[np.int64], k: int = NEIGHBOURS) -> dict[str, float]:
    """Return by name what well-known mistakes in `hit`, of the same shapes, would give on these points."""
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
        if other != k and other <= same.shape[1]:
            found[f"k{other}"] = float(same[:, :other].mean())
    return found


def _divided_in_loop(hits: NDArray[np.bool_], k: int) -> float:
    """`tx /= k` inside the `for`: t ← (t + hit) / k at each neighbour."""
    total = np.zeros(len(hits))
    for column in hits.T:
        total = (total + column) / k
    return float(total.mean())


def faithful(original: NDArray[np.generic], points: Points) -> float:
    """Return scikit-learn's trustworthiness (Venna and Kaski 2001), from 0 to 1, with 6 neighbours, on an even sample
    of at most 2000 points; 0 for fewer than 15.

    `original` has shape (n, width), `points` shape (n, 2).
    """
    from sklearn.manifold import trustworthiness

    if len(points) > TRUST_POINTS:
        picked = np.linspace(0, len(points) - 1, TRUST_POINTS).astype(np.int64)
        original, points = original[picked], points[picked]
    return float(trustworthiness(original, points, n_neighbors=NEIGHBOURS)) if len(points) > 2 * NEIGHBOURS + 2 else 0.0
