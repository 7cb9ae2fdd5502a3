"""Rides along a training: what it does is told as it goes, and an audit ends it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from grader.evidence import finite_or_name

if TYPE_CHECKING:
    from grader.worker.recorder.models import ModelWatch, Seen

INTERIM_SECONDS = 15.0
PROGRESS_SECONDS = 0.2
KERAS_BATCH = 32


class Follower(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Rides along one `fit`: live progress, history, interim weights, and the cap of an audit."""

    def __init__(self, watch: ModelWatch, seen: Seen, fit: int, audit_steps: int | None) -> None:
        super().__init__()
        self._watch = watch
        self._record = seen
        self._fit = fit
        self._audit_steps = audit_steps
        self._steps = 0
        self._epoch = 0
        self._last = -1
        self._told = 0.0
        self._interim_at = time.monotonic()
        self._interim: int | None = None
        self._complete = False

    def on_train_begin(self, logs: Any = None) -> None:
        self._record.trained = True
        with self._watch.guard.careful("build"):
            self._watch.snapshot(self._record.model, "build")

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch, self._last = epoch, -1

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        # Several steps may lie between two calls (`steps_per_execution`), and the last call of an epoch counts as full.
        total = maybe_int((self.params or {}).get("steps")) or 0
        batch = min(batch, total - 1) if total else batch
        self._steps += batch - self._last
        self._last = batch
        now = time.monotonic()
        if now - self._told > PROGRESS_SECONDS:
            self._told = now
            self._watch.tape.write("batch", fit=self._fit, epoch=self._epoch, done=batch + 1, total=total)
        if self._audit_steps is not None and self._steps >= self._audit_steps:
            self._record.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        values = {str(k): finite_or_name(float(v)) for k, v in (logs or {}).items() if np.ndim(v) == 0}
        self._watch.tape.write("epoch", fit=self._fit, epoch=epoch, logs=values)
        if time.monotonic() - self._interim_at > INTERIM_SECONDS:
            self._interim_at = time.monotonic()
            with self._watch.guard.careful("interim weights"):
                self._record.steps = self._steps
                self._interim = self._watch.snapshot(self._record.model, "epoch", self._interim) or self._interim

    def on_train_end(self, logs: Any = None) -> None:
        self._complete = True

    def end(self) -> None:
        self._record.steps += self._steps
        self._record.stunted = self._audit_steps is not None
        self._watch.tape.write("fit_end", fit=self._fit, steps=self._steps, finished=self._complete)
        self._watch.snapshot(self._record.model, "fit")


def leave_out(given: dict[str, Any], steps: int) -> None:
    """Rows that an audit will not come to need no copy: Keras makes one of all that it is given."""
    rows = steps * (maybe_int(given.get("batch_size")) or KERAS_BATCH)
    plain = all(isinstance(given.get(name), np.ndarray) for name in ("x", "y"))
    whole = any(given.get(name) is not None for name in ("sample_weight", "class_weight", "steps_per_epoch", "steps"))
    if plain and not whole and not given.get("validation_split") and len(given["x"]) == len(given["y"]):
        given["x"], given["y"] = given["x"][:rows], given["y"][:rows]
    validation = given.get("validation_data")
    if isinstance(validation, tuple | list) and all(isinstance(part, np.ndarray) for part in validation):
        given["validation_data"] = tuple(part[:rows] for part in validation)


def maybe_int(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float | np.integer) else None
