"""Every model that the program made, and its snapshots: what it was like at each moment that matters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any  # Keras and most of what students call ships no types

import numpy as np
from keras.src.models.functional import Functional
from keras.src.models.model import Model
from keras.src.models.sequential import Sequential

from grader.domain import SnapshotReason
from grader.evidence import EventWriter
from grader.worker.recorder.describe import boundary, digest, layers_of

MAX_MODELS = 400


@dataclass
class BatchRun:
    """A run of `train_on_batch` on one model."""

    fit: int
    steps: int = 0


@dataclass
class TrackedModel:
    """One model as the recorder knows it. Held strongly: a model that lived in a function still counts."""

    number: int
    model: Any
    digest: bytes | None = None
    shape: tuple[Any, ...] = ()
    snapshot: int | None = None
    steps: int = 0
    batches: BatchRun | None = None
    trained: bool = False
    truncated: bool = False  # an audit ended its training, and no weights were loaded since


class TrackedModels:
    """All models of the program, by identity; beyond `MAX_MODELS` a model gets a new number each time it is met."""

    def __init__(self, writer: EventWriter) -> None:
        self._writer = writer
        self._tracked: dict[int, TrackedModel] = {}

    def __iter__(self) -> Iterator[TrackedModel]:
        return iter(list(self._tracked.values()))

    def track(self, model: Any) -> TrackedModel:
        """Return what is known of a model, which is new here where it was never met."""
        tracked = self._tracked.get(id(model))
        if tracked is None:
            tracked = TrackedModel(self._writer.number("model"), model)
            if len(self._tracked) < MAX_MODELS:
                self._tracked[id(model)] = tracked
        return tracked

    def snapshot(self, model: Any, reason: SnapshotReason, interim: int | None = None) -> int | None:
        """Write the model as it stands, if it is built and has changed since it was last written.

        `interim` is the number of a snapshot that this one replaces. Return the number of the one that holds now.
        """
        tracked = self.track(model)
        if tracked.batches is not None and reason is not SnapshotReason.FIT:
            self.end_batches(tracked)
        if not model.built:
            return None
        weights = [np.asarray(w) for w in model.get_weights()] if reason is not SnapshotReason.BUILD else []
        shape = tuple(layer.name for layer in model.layers)
        now = digest(weights)
        if (now == tracked.digest and shape == tracked.shape) and reason is not SnapshotReason.FIT:
            return tracked.snapshot
        number = interim or self._writer.number("snapshot")
        kept = None
        if reason is not SnapshotReason.BUILD:
            tracked.digest, tracked.shape, tracked.snapshot = now, shape, number
            kept = self._writer.arrays("weights", {f"w{i}": w for i, w in enumerate(weights)}, f"weights-{number}.npz")
        self._writer.write(
            "snapshot",
            id=number,
            model=tracked.number,
            name=str(model.name),
            reason=reason,
            architecture=_architecture(model),
            layers=layers_of(model),
            parameters=int(model.count_params()),
            input_shape=boundary(model, "input_shape"),
            output_shape=boundary(model, "output_shape"),
            weights=kept,
            steps=tracked.steps,
        )
        return number

    def end_batches(self, tracked: TrackedModel) -> None:
        """End the run of `train_on_batch` that is under way, if one is: it is one training."""
        if tracked.batches is not None:
            batches, tracked.batches = tracked.batches, None
            tracked.steps += batches.steps
            self._writer.write("fit_end", fit=batches.fit, steps=batches.steps, finished=True)
            self.snapshot(tracked.model, SnapshotReason.FIT)


def _architecture(model: Any) -> str | None:
    """The model's JSON, or None for a model of one's own class, which no JSON describes."""
    if type(model) not in (Sequential, Functional, Model):
        return None
    try:
        return str(model.to_json())
    except Exception:  # a layer of one's own without a config
        return None
