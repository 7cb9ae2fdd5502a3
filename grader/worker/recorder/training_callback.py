"""A callback that the recorder adds to each training: notes what it does as it goes, and ends it in an audit."""

from __future__ import annotations

import time
from typing import Any  # Keras and most of what students call ships no types

import keras
import numpy as np

from grader.domain import SnapshotReason
from grader.evidence import EventWriter, finite_or_name
from grader.worker.recorder.guard import Guard
from grader.worker.recorder.shortened_training import maybe_int
from grader.worker.recorder.tracked_models import TrackedModel, TrackedModels

INTERIM_SECONDS = 15.0
PROGRESS_SECONDS = 0.2


class TrainingCallback(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Follows one `fit`: live progress, history, interim weights, and the cap of an audit."""

    def __init__(
        self,
        writer: EventWriter,
        guard: Guard,
        models: TrackedModels,
        tracked: TrackedModel,
        fit: int,
        audit_steps: int | None,
    ) -> None:
        super().__init__()
        self._writer = writer
        self._guard = guard
        self._models = models
        self._tracked = tracked
        self._fit = fit
        self._audit_steps = audit_steps
        self._steps = 0
        self._epoch = 0
        self._last = -1
        self._reported = 0.0
        self._interim_at = time.monotonic()
        self._interim: int | None = None
        self._complete = False

    def on_train_begin(self, logs: Any = None) -> None:
        self._tracked.trained = True
        with self._guard.careful("build"):
            self._models.snapshot(self._tracked.model, SnapshotReason.BUILD)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch, self._last = epoch, -1

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        # Several steps may lie between two calls (`steps_per_execution`), and the last call of an epoch counts as full.
        total = maybe_int((self.params or {}).get("steps")) or 0
        batch = min(batch, total - 1) if total else batch
        self._steps += batch - self._last
        self._last = batch
        now = time.monotonic()
        if now - self._reported > PROGRESS_SECONDS:
            self._reported = now
            self._writer.write("batch", fit=self._fit, epoch=self._epoch, done=batch + 1, total=total)
        if self._audit_steps is not None and self._steps >= self._audit_steps:
            self._tracked.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        values = {str(k): finite_or_name(float(v)) for k, v in (logs or {}).items() if np.ndim(v) == 0}
        self._writer.write("epoch", fit=self._fit, epoch=epoch, logs=values)
        if time.monotonic() - self._interim_at > INTERIM_SECONDS:
            self._interim_at = time.monotonic()
            with self._guard.careful("interim weights"):
                self._tracked.steps = self._steps
                number = self._models.snapshot(self._tracked.model, SnapshotReason.EPOCH, self._interim)
                self._interim = number or self._interim

    def on_train_end(self, logs: Any = None) -> None:
        self._complete = True

    def end(self) -> None:
        """Write how the training ended, and the model as it is then; called where `fit` raised, too."""
        self._tracked.steps += self._steps
        self._tracked.truncated = self._audit_steps is not None
        self._writer.write("fit_end", fit=self._fit, steps=self._steps, finished=self._complete)
        self._models.snapshot(self._tracked.model, SnapshotReason.FIT)
