"""An SVM fitted again, outside: on the recorded features, with our own labels, judged on features that we compute.

Nothing of the student's SVM is loaded. Which network gave the features is found by computing the features of our own
images with the recorded weights; that names the images, hence their labels, and gives the features of the test images.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any  # Keras ships no types

import numpy as np
from numpy.typing import NDArray

from grader.domain import Scalar
from grader.evaluator.inputs import Inputs
from grader.evaluator.predict import inputs_for, load_model
from grader.evaluator.rebuild import unknown_setting
from grader.evaluator.scaling import Affine
from grader.evidence import InvalidEvidence, load_arrays
from grader.measurements import SvmFigures, SvmRequest, Unmeasurable, Why

Rows = NDArray[np.float32]

PROBES = 300  # rows by which a network is recognised
NEAR = 1e-3  # how far rounding may lead, relative to the largest feature
EQUAL = 10.0  # networks whose error is within this factor of the best give the same features
MIN_KNOWN_SHARE = 0.95
KERNELS = ("rbf", "linear", "poly", "sigmoid")
BATCH = 2000
MAX_WORK = 1e11  # rows² × features, at most: two minutes; the course's 10 000 rows of 100 features are 1e10
ITERATIONS = 100_000  # for each pair of classes: honest features need some 7000, hostile ones would take an hour


@dataclass(frozen=True, slots=True)
class Source:
    """Hold where features come from: the numbers of the `models` that give them, the `split`, and per row the image's
    number there, shape (n,), -1 where it is unknown. `test` holds the same features of the test images, shape (m,
    width)."""

    models: tuple[int, ...]
    split: str
    at: NDArray[np.int64]
    test: Rows


def refit(request: SvmRequest, inputs: Inputs) -> SvmFigures:
    """Return where the features of a recorded fit come from, and what an SVM fitted on them again does.

    Raise `Unmeasurable` or `InvalidEvidence`.
    """
    features, labels = recorded(request, inputs)
    source = find_source(features, request, inputs)
    if source is None:
        return SvmFigures(models=(), rows=len(features))
    true = inputs.labels(request.inputs.dataset, source.split)[np.maximum(source.at, 0)]
    known = source.at >= 0
    wrong = known & (labels != true)
    return SvmFigures(
        models=source.models,
        rows=len(labels),
        split=source.split,
        known=float(known.mean()),
        wrong_labels=float(wrong.sum() / max(1, known.sum())),
        accuracy=_accuracy(features, source, true, request, inputs),
    )


def recorded(request: SvmRequest, inputs: Inputs) -> tuple[Rows, NDArray[np.int64]]:
    """Return the first rows of the recorded features, shape (n, width), and their recorded labels, shape (n,).

    Raise `Unmeasurable` or `InvalidEvidence`.
    """
    arrays = load_arrays(inputs.folder, request.arrays)
    features, labels = arrays.get("input"), arrays.get("labels")
    if features is None or features.ndim != 2 or not features.size:
        raise Unmeasurable(Why.NOT_FEATURES, "images or nothing instead of features")
    if labels is None or labels.shape != (len(features),) or labels.dtype.kind not in "iu":
        raise Unmeasurable(Why.LABELS, "a label is needed for each row of features")
    if min(request.rows, len(features)) ** 2 * features.shape[1] > MAX_WORK:
        raise Unmeasurable(Why.TOO_LARGE, "too much to compute")
    with np.errstate(all="ignore"):
        kept = features[: request.rows].astype(np.float32)
    if not np.isfinite(kept).all():
        raise Unmeasurable(Why.FEATURES_NOT_FINITE, "features that are not finite numbers")
    return kept, labels[: request.rows].astype(np.int64)


# ── Which network, which images ─────────────────────────────────────────────────────────────────


def find_source(features: Rows, request: SvmRequest, inputs: Inputs) -> Source | None:
    """Return the networks and the images that give these features, shape (n, width); None where no recorded network
    does."""
    for split in ("train", "test"):
        images = inputs.images(request.inputs.dataset, split)
        candidates = _candidates(features, images, request, inputs)
        if not candidates:
            continue
        best = min(error for _, _, error in candidates)
        alike = [(n, values) for n, values, error in candidates if error <= max(EQUAL * best, 1e-6)]
        values = alike[0][1]
        at = rows_at(features, values(images))
        if (at >= 0).mean() >= MIN_KNOWN_SHARE:
            test = values(images if split == "test" else inputs.images(request.inputs.dataset, "test"))
            return Source(tuple(n for n, _ in alike), split, at, test)
    return None


def _candidates(
    features: Rows, images: NDArray[np.uint8], request: SvmRequest, inputs: Inputs
) -> list[tuple[int, _Features, float]]:
    """(number of the network, function from images to features, error) of every network that comes near."""
    probes = np.linspace(0, len(features) - 1, min(PROBES, len(features))).astype(np.int64)
    scale = Affine(request.inputs.scale, request.inputs.offset)
    found = []
    for number, snapshot in sorted(request.networks):
        try:
            model = load_model(snapshot, inputs, images.shape[1:])
            for depth in depths(model, features.shape[1]):
                values = _Features(model, depth, scale)
                error = _relative_error(features[probes], probes, values, images)
                if error < NEAR:
                    found.append((number, values, error))
        except (Unmeasurable, InvalidEvidence):
            continue
    return found


@dataclass(frozen=True, slots=True)
class _Features:
    """The outputs of a network's layer number `depth` for images."""

    model: Any
    depth: int
    scale: Affine

    def __call__(self, images: NDArray[np.uint8]) -> Rows:
        parts = []
        for start in range(0, len(images), BATCH):
            value: Any = inputs_for(self.model, images[start : start + BATCH], self.scale)
            for layer in chain(self.model)[: self.depth + 1]:
                value = layer(value)
            parts.append(np.asarray(value, dtype=np.float32))
        values = np.concatenate(parts)
        if not np.isfinite(values).all():  # finite weights may still lead beyond all numbers
            raise Unmeasurable(Why.FEATURES_NOT_FINITE, "features that are not finite numbers")
        return values


def chain(model: Any) -> list[Any]:
    """Return the layers in order, nested models unfolded. Raise `Unmeasurable` for a net that branches."""
    layers: list[Any] = []
    for layer in model.layers:
        if hasattr(layer, "layers"):
            layers += chain(layer)
        elif type(layer).__name__ in ("Add", "Average", "Maximum", "Multiply", "Subtract", "Concatenate"):
            raise Unmeasurable(Why.BRANCHES, "a network that branches")
        elif type(layer).__name__ != "InputLayer":
            layers.append(layer)
    return layers


def depths(model: Any, width: int) -> list[int]:
    """Return the numbers of the layers that give `width` numbers per image. Raise as `chain`."""
    return [n for n, layer in enumerate(chain(model)) if tuple(layer.output.shape[1:]) == (width,)]


def _relative_error(probed: Rows, probes: NDArray[np.int64], values: _Features, images: NDArray[np.uint8]) -> float:
    """The middle distance of the probed rows to what the network gives, relative to the largest feature.

    The rows are most often the first images in their order; else each row's nearest is looked for.
    """
    size = max(float(np.abs(probed).max()), 1e-9)
    if probes[-1] < len(images):
        straight = np.abs(probed - values(images[probes])).max(axis=1)
        if np.median(straight) < NEAR * size:
            return float(np.median(straight)) / size
    nearest, _ = _nearest(probed, values(images))
    return float(np.median(nearest)) / size


def rows_at(features: Rows, among: Rows) -> NDArray[np.int64]:
    """Return the number of the image that gives each row, as an array of shape (n,); -1 where none does.

    `features` has shape (n, width); `among`, the features of the images, has shape (m, width).
    """
    near = NEAR * max(float(np.abs(features).max()), 1e-9)
    if len(features) <= len(among):
        straight = np.abs(features - among[: len(features)]).max(axis=1) < near
        if straight.mean() >= MIN_KNOWN_SHARE:
            return np.where(straight, np.arange(len(features)), -1)
    distance, at = _nearest(features, among)
    return np.where(distance < near, at, -1)


def _nearest(rows: Rows, among: Rows) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The largest difference in one feature to the nearest row of `among`, and its number."""
    from sklearn.neighbors import NearestNeighbors

    at = NearestNeighbors(n_neighbors=1).fit(among).kneighbors(rows, return_distance=False)[:, 0]
    return np.abs(rows - among[at]).max(axis=1).astype(np.float64), at


# ── The SVM ─────────────────────────────────────────────────────────────────────────────────────


def _accuracy(
    features: Rows, source: Source, true: NDArray[np.int64], request: SvmRequest, inputs: Inputs
) -> float | None:
    """Fitted on the recognised rows with our own labels. Features of test images are not fitted on."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import SVC

    if source.split != "train":
        return None
    known = source.at >= 0
    svm = SVC(
        C=_positive("C", request.C),
        gamma=_gamma(request.gamma),
        kernel=_kernel(request.kernel),
        cache_size=500,
        max_iter=ITERATIONS,
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            svm.fit(features[known], true[known])
    except ValueError:  # one class only
        return None
    return float(svm.score(source.test, inputs.labels(request.inputs.dataset, "test")))


def _positive(name: str, value: Scalar) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e12:
        raise unknown_setting(name, value)
    return float(value)


def _gamma(value: Scalar) -> float | str:
    return value if value in ("scale", "auto") and isinstance(value, str) else _positive("gamma", value)


def _kernel(value: Scalar) -> str:
    if value not in KERNELS or not isinstance(value, str):
        raise unknown_setting("kernel", value)
    return value
