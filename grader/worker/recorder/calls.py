"""Calls of scikit-learn and SciPy that the exercises are about: settings, sizes, and the arrays that matter.

Each entry of `WATCHED` says which method of which class is noted, and how; the modules are watched from the
moment the program imports them, so that a program without them does not pay for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any  # scikit-learn and SciPy ship no types

import numpy as np
from numpy.typing import NDArray

from grader.domain import Json
from grader.evidence import EventWriter
from grader.fingerprints import fingerprints
from grader.worker.after_import import AfterImport
from grader.worker.recorder.data import SAMPLE, label_numbers
from grader.worker.recorder.guard import BoundCall, Guard, Handler

MAX_CALLS = 200
KEPT_COLUMNS = 256  # wider inputs are images: their fingerprints are enough
KEPT_BYTES = 64 << 20

Noted = tuple[dict[str, Json], dict[str, NDArray[Any]]]  # the facts, and the arrays that are kept
Note = Callable[[BoundCall], Noted]


@dataclass(frozen=True, slots=True)
class Watched:
    """One method that is watched: `note` makes the facts and arrays of an event of the kind `what`."""

    module: str
    owner: str
    method: str
    what: str
    note: Note


class CallWatch:
    """Notes the calls of `WATCHED`, at most `MAX_CALLS` of them."""

    def __init__(self, writer: EventWriter, guard: Guard) -> None:
        self._writer = writer
        self._guard = guard
        self._count = 0

    def install(self) -> None:
        modules = {watched.module for watched in WATCHED}
        AfterImport(dict.fromkeys(modules, self._watch_module)).install()

    def _watch_module(self, module: ModuleType) -> None:
        for watched in WATCHED:
            if watched.module == module.__name__:
                owner = getattr(module, watched.owner)
                self._guard.around(owner, watched.method, after=self._noter(watched))

    def _noter(self, watched: Watched) -> Handler:
        def after(call: BoundCall) -> None:
            if self._count >= MAX_CALLS:
                return
            self._count += 1
            facts, arrays = watched.note(call)
            kept = self._writer.arrays("call", arrays) if arrays else None
            self._writer.write("call", id=self._count, what=watched.what, facts=facts, arrays=kept)

        return after


# ── What is noted ───────────────────────────────────────────────────────────────────────────────


def _settings(estimator: Any) -> dict[str, Json]:
    """The estimator's parameters where they are plain values."""
    return {
        name: value if value is None or isinstance(value, bool | int | float | str) else str(value)[:60]
        for name, value in estimator.get_params(deep=False).items()
    }


def _rows(rows: NDArray[Any], sample: int | None = None) -> dict[str, NDArray[Any]]:
    """Fingerprints of all rows, or of an even sample; the rows themselves where they are narrow."""
    if rows.ndim < 2 or rows.dtype.kind not in "biuf":
        return {}
    if sample is not None and len(rows) > sample:
        rows = rows[np.linspace(0, len(rows) - 1, sample).astype(np.int64)]
    hashes, low, high = fingerprints(rows)
    kept = {"hashes": hashes, "low": low, "high": high}
    flat = rows.reshape(len(rows), -1)
    if flat.shape[1] <= KEPT_COLUMNS and flat.size * 4 <= KEPT_BYTES:
        kept["input"] = flat.astype(np.float32)
    return kept


def _tsne(call: BoundCall) -> Noted:
    estimator = call.target
    rows = np.asarray(call.get("X"))
    points = np.asarray(estimator.embedding_, dtype=np.float64)
    facts: dict[str, Json] = {"settings": _settings(estimator), "shape": list(rows.shape)}
    return {**facts, "points": list(points.shape)}, {**_rows(rows), "points": points}


def _hull(call: BoundCall) -> Noted:
    hull = call.target
    points = np.asarray(hull.points, dtype=np.float64)
    arrays = {"points": points, "vertices": np.asarray(hull.vertices, dtype=np.int64)}
    return {}, arrays


def _gaussian(call: BoundCall) -> Noted:
    mixture = call.target
    points = np.asarray(call.get("X"))
    if points.ndim != 2 or points.shape[1] != 2:
        return {}, {}
    arrays = {"points": points.astype(np.float64), "means": mixture.means_, "covariances": mixture.covariances_}
    return {}, {name: np.asarray(array, dtype=np.float64) for name, array in arrays.items()}


def _scaler_fit(call: BoundCall) -> Noted:
    scaler = call.target
    rows = np.asarray(call.get("X"))
    arrays = _rows(rows, SAMPLE)
    arrays.pop("input", None)
    for name in ("mean_", "scale_", "min_"):
        value = getattr(scaler, name, None)
        if value is not None and (name != "mean_" or getattr(scaler, "with_mean", True)):
            arrays[name.rstrip("_")] = np.asarray(value, dtype=np.float64)
    return {}, arrays


def _svm_fit(call: BoundCall) -> Noted:
    svm = call.target
    rows = np.asarray(call.get("X"))
    labels = np.asarray(call.get("y"))
    facts: dict[str, Json] = {"settings": _settings(svm), "shape": list(rows.shape)}
    return facts, {**_rows(rows), "labels": label_numbers(labels)}


_SCALERS = ("StandardScaler", "MinMaxScaler")
WATCHED = (
    Watched("sklearn.manifold._t_sne", "TSNE", "fit", "tsne", _tsne),
    Watched("sklearn.manifold._t_sne", "TSNE", "fit_transform", "tsne", _tsne),
    Watched("scipy.spatial._qhull", "ConvexHull", "__init__", "hull", _hull),
    Watched("sklearn.mixture._gaussian_mixture", "GaussianMixture", "fit", "gaussian", _gaussian),
    *(Watched("sklearn.preprocessing._data", name, "fit", "scaler_fit", _scaler_fit) for name in _SCALERS),
    *(Watched("sklearn.preprocessing._data", name, "fit_transform", "scaler_fit", _scaler_fit) for name in _SCALERS),
    Watched("sklearn.svm._classes", "SVC", "fit", "svm_fit", _svm_fit),
)
