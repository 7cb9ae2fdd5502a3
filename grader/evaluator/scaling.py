"""How a student's inputs came from pixels: found by comparing what was recorded with our own images.

Where every image was put on one scale, its recorded lowest and highest values against those of its pixels tell which.
A scaler by pixel hides which images a training saw. So each recorded scaler is put on the grader's images, and the
one whose results carry the fingerprints that the training's rows carried is the one; that also tells which images
they were.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from grader.evaluator.inputs import Inputs
from grader.evidence import InvalidEvidence, load_arrays
from grader.fingerprints import fingerprints, positions
from grader.measurements import ModelInputs, Unmeasurable, Why

FIRST = 10_000  # images tried before all of them: the exercise asks for the first 10 000
RECOGNISED = 0.5
MAX_SCALE = 1e6
CHUNK = 5000
COMPARED = 500  # images by which one scale for all of them is found


class Scale(Protocol):
    """Turn pixels into inputs of a network."""

    def __call__(self, pixels: NDArray[np.generic]) -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True)
class Affine:
    """Turn pixels into pixels · `scale` + `offset`."""

    scale: float = 1 / 255
    offset: float = 0.0

    def __call__(self, pixels: NDArray[np.generic]) -> NDArray[np.float32]:
        """Return an array of the same shape."""
        return pixels.astype(np.float32) * np.float32(self.scale) + np.float32(self.offset)


@dataclass(frozen=True, slots=True)
class Scaler:
    """Turn pixels into pixels · `scale` + `offset`, then minus `mean`, over `deviation`; the last two have one value
    per pixel."""

    scale: float
    offset: float
    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]

    def __call__(self, pixels: NDArray[np.generic]) -> NDArray[np.float32]:
        """Return an array of shape (n, number of pixels) for pixels of shape (n, …)."""
        flat = pixels.reshape(len(pixels), -1).astype(np.float32) * np.float32(self.scale) + np.float32(self.offset)
        flat -= self.mean
        flat /= self.deviation
        return flat


@dataclass(frozen=True, slots=True)
class Scaled:
    """Hold the scaler that a training's rows went through, and what they were: as `grader.analysis.provenance`
    counts."""

    scaler: Scaler
    known: int = 0
    test: int = 0
    wrong_labels: int = 0


def scaled(fed: ModelInputs, inputs: Inputs) -> Scaled | None:
    """Return the recorded scaler that the training's rows went through; None where no scaler was recorded.

    Raise `Unmeasurable` where none of them is a scaler of these images.
    """
    if not fed.scalers:
        return None
    scalers = [s for s in (_recorded_scaler(name, fed.dataset, inputs) for name in fed.scalers) if s is not None]
    if not scalers:
        raise Unmeasurable(Why.SCALER, "no scaler with one value per pixel")
    rows = _training_rows(fed.rows, inputs)
    if rows is None:
        return Scaled(scalers[0])
    found = (_recognise(scaler, *rows, fed.dataset, inputs) for scaler in scalers)
    return max((f for f in found if f.known >= RECOGNISED * len(rows[0])), key=lambda f: f.known, default=None) or (
        Scaled(scalers[0])
    )


def affine(name: str | None, dataset: str, inputs: Inputs) -> tuple[float, float] | None:
    """Return (scale, offset) such that pixels · scale + offset are the recorded rows; None where they are no such
    images."""
    try:
        arrays = load_arrays(inputs.folder, name)
    except InvalidEvidence:
        return None
    hashes, low, high = (arrays.get(key, np.zeros(0)) for key in ("hashes", "low", "high"))
    if hashes.dtype != np.uint64 or not hashes.shape == low.shape == high.shape or hashes.ndim != 1:
        return None
    for split in ("train", "test"):
        at = positions(hashes.astype(np.uint64), inputs.rows(dataset, split))
        known = at >= 0
        if known.any():
            of_images = inputs.images(dataset, split)[at[known][:COMPARED]]
            of_images = of_images.reshape(len(of_images), -1)
            return _fitted_affine(of_images, low[known][:COMPARED].astype(float), high[known][:COMPARED].astype(float))
    return None


def _fitted_affine(
    images: NDArray[np.uint8], low: NDArray[np.float64], high: NDArray[np.float64]
) -> tuple[float, float] | None:
    dark, bright = images.min(axis=1).astype(float), images.max(axis=1).astype(float)
    scale = float(np.median((high - low) / np.maximum(bright - dark, 1)))
    offset = float(np.median(low - scale * dark))
    usable = math.isfinite(scale) and math.isfinite(offset) and 0 < scale < MAX_SCALE and abs(offset) < MAX_SCALE
    return (scale, offset) if usable else None


def _recorded_scaler(name: str, dataset: str, inputs: Inputs) -> Scaler | None:
    pixels = math.prod(inputs.images(dataset, "test").shape[1:])
    before = affine(name, dataset, inputs)
    if before is None:
        return None
    arrays = load_arrays(inputs.folder, name)
    scale = arrays.get("scale", np.zeros(0)).astype(np.float64)
    if scale.shape != (pixels,) or not np.isfinite(scale).all() or (scale == 0).any():
        return None
    if "min" in arrays:  # MinMaxScaler: x · scale + min
        with np.errstate(all="ignore"):
            mean, deviation = -arrays["min"].astype(np.float64) / scale, 1 / scale
    else:
        mean, deviation = arrays.get("mean", np.zeros(pixels)).astype(np.float64), scale
    if mean.shape != (pixels,) or not np.isfinite(mean).all():
        return None
    return Scaler(*before, mean.astype(np.float32), deviation.astype(np.float32))


def _training_rows(name: str | None, inputs: Inputs) -> tuple[NDArray[np.uint64], NDArray[np.int64]] | None:
    """(fingerprints, labels with -1 for unknown) of the training's sampled rows."""
    try:
        arrays = load_arrays(inputs.folder, name)
    except InvalidEvidence:
        return None
    hashes = arrays.get("hashes", np.zeros(0))
    if hashes.dtype != np.uint64 or hashes.ndim != 1 or not len(hashes):
        return None
    labels = arrays.get("labels", np.zeros(0))
    known = labels.shape == hashes.shape and labels.dtype.kind in "iu"
    return hashes.astype(np.uint64), labels.astype(np.int64) if known else np.full(len(hashes), -1)


def _recognise(
    scaler: Scaler, hashes: NDArray[np.uint64], labels: NDArray[np.int64], dataset: str, inputs: Inputs
) -> Scaled:
    """Which of the grader's images, put through the scaler, have these fingerprints; test images last."""
    true = np.full(len(hashes), -1, np.int64)
    seen = {split: np.zeros(len(hashes), bool) for split in ("train", "test")}
    for split, there in seen.items():
        images, own = inputs.images(dataset, split), inputs.labels(dataset, split)
        for start in range(0, len(images), CHUNK):
            if split == "train" and start == FIRST and there.mean() > RECOGNISED:
                break
            part = slice(start, start + CHUNK)
            at = positions(hashes, fingerprints(scaler(images[part]))[0])
            found = at >= 0
            true = np.where(found & (true < 0), own[part][np.maximum(at, 0)], true)
            np.logical_or(there, found, out=there)
    known = seen["train"] | seen["test"]
    wrong = known & (labels >= 0) & (labels != true)
    return Scaled(scaler, int(known.sum()), int((seen["test"] & ~seen["train"]).sum()), int(wrong.sum()))
