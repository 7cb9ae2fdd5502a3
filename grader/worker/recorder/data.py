"""Describes what a training was fed, in a few numbers and the fingerprints of a sample of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any  # Keras and most of what students call ships no types

import numpy as np
from numpy.typing import NDArray

from grader.domain import Json
from grader.evidence import EventWriter, finite_or_name
from grader.fingerprints import fingerprints

SAMPLE = 4096
TAKEN_BATCHES = 16
NARROW = 16  # rows of so few columns are kept as they are: a table such as that of XOR


def describe(writer: EventWriter, x: Any, y: Any) -> dict[str, Json] | None:
    """Return the `data` of a `fit_begin` event: sizes and ranges of `x`, and a file with the sampled rows'
    fingerprints, lows, highs and labels, and where rows are narrow, themselves (`input`) and what they were to give
    (`target`). None for what cannot be looked at without disturbing it."""
    pair = _arrays(x, y)
    if pair is None:
        return None
    rows, labels, total = pair
    if rows.ndim == 0 or rows.dtype.kind not in "biuf":
        return None
    if not len(rows):
        return None
    picked: NDArray[np.int64] = np.unique(np.linspace(0, len(rows) - 1, min(SAMPLE, len(rows))).astype(np.int64))
    sample = np.asarray(rows[picked])
    hashes, low, high = fingerprints(sample)
    kept: dict[str, NDArray[Any]] = {"hashes": hashes, "low": low, "high": high}
    if 0 < sample[0].size <= NARROW:
        kept["input"] = sample.reshape(len(sample), -1).astype(np.float64)
        if labels is not None and len(labels) == len(rows) and labels[0].size <= NARROW and labels.dtype.kind in "biuf":
            kept["target"] = labels[picked].reshape(len(sample), -1).astype(np.float64)
    if labels is not None and len(labels) == len(rows):
        kept["labels"] = label_numbers(labels[picked])
    return {
        "rows": total,
        "shape": list(rows.shape[1:]),
        "dtype": str(rows.dtype),
        "low": finite_or_name(float(np.min(low))),
        "high": finite_or_name(float(np.max(high))),
        "label_shape": list(labels.shape[1:]) if labels is not None else [],
        "rows_file": writer.arrays("rows", kept),
    }


def length_of(x: Any) -> int:
    """Return how many rows `x` holds; several inputs are represented by the first, and 0 stands for what does not say."""
    if isinstance(x, list | tuple) and x and hasattr(x[0], "shape"):
        x = x[0]
    shape = getattr(x, "shape", None)
    return int(shape[0]) if shape is not None and len(shape) and shape[0] is not None else 0


def label_numbers(labels: NDArray[Any]) -> NDArray[np.int64]:
    """Return class numbers of shape (n,) from numbers or one-hot rows; -1 where a row is neither."""
    flat = labels.reshape(len(labels), -1)
    if flat.dtype.kind not in "biuf":
        return np.full(len(labels), -1, np.int64)
    if flat.shape[1] == 1:
        return np.nan_to_num(flat[:, 0].astype(np.float64), nan=-1.0, posinf=-1.0, neginf=-1.0).astype(np.int64)
    one_hot = (np.count_nonzero(flat, axis=1) == 1) & (flat.max(axis=1) == 1)
    return np.where(one_hot, flat.argmax(axis=1), -1)


def _arrays(x: Any, y: Any) -> tuple[NDArray[Any], NDArray[Any] | None, int] | None:
    """(rows, labels or None, total number of rows); several inputs are represented by the first."""
    if isinstance(x, Mapping):
        x = next(iter(x.values()), None)
    if isinstance(x, list | tuple) and x and hasattr(x[0], "shape"):
        x = x[0]
    if isinstance(y, list | tuple) and y and hasattr(y[0], "shape"):
        y = y[0]
    if hasattr(x, "take") and hasattr(x, "element_spec"):
        return _from_dataset(x)
    if hasattr(x, "__getitem__") and hasattr(x, "num_batches"):
        return _from_sequence(x)
    if x is None or hasattr(x, "__next__"):
        return None
    rows = np.asarray(x)
    return rows, None if y is None else np.asarray(y), len(rows) if rows.ndim else 0


def _from_dataset(dataset: Any) -> tuple[NDArray[Any], NDArray[Any] | None, int] | None:
    batched = getattr(dataset.element_spec, "__len__", None) is not None
    seen = list(dataset.take(TAKEN_BATCHES))
    batches = int(dataset.cardinality())
    return _join(seen, batches) if batched and seen else None


def _from_sequence(sequence: Any) -> tuple[NDArray[Any], NDArray[Any] | None, int] | None:
    batches = int(sequence.num_batches or 0)
    seen = [sequence[i] for i in range(min(batches, TAKEN_BATCHES))]
    return _join(seen, batches) if seen else None


def _join(elements: list[Any], batches: int) -> tuple[NDArray[Any], NDArray[Any] | None, int]:
    pairs = [e if isinstance(e, list | tuple) else (e, None) for e in elements]
    rows = np.concatenate([np.asarray(p[0]) for p in pairs])
    labels = np.concatenate([np.asarray(p[1]) for p in pairs]) if pairs[0][1] is not None else None
    total = len(rows) if batches <= len(elements) else max(0, batches) * len(np.asarray(pairs[0][0]))
    return rows, labels, total
