"""Models: every one that is built, used or saved, with its weights at each such moment."""

from __future__ import annotations

from typing import Any  # Keras and most of what students call ships no types

import numpy as np
from keras.src.models.functional import Functional
from keras.src.models.model import Model
from keras.src.models.sequential import Sequential

from grader.domain import ModelMethod, SnapshotReason
from grader.evidence import EventWriter, finite_or_name
from grader.worker.recorder.data import length_of
from grader.worker.recorder.guard import BoundCall, Guard, Handler
from grader.worker.recorder.shortened_training import shortened
from grader.worker.recorder.tracked_models import TrackedModels
from grader.worker.recorder.trainings import TrainingWatch

MAX_SAVES = 100  # files saved while training that are noted
MAX_VALUES = 16
USES = {ModelMethod.EVALUATE: SnapshotReason.EVALUATE, ModelMethod.PREDICT: SnapshotReason.PREDICT}
SAVES = (ModelMethod.SAVE, ModelMethod.SAVE_WEIGHTS, ModelMethod.EXPORT)


class ModelWatch:
    """`audit_steps` caps each `fit`, and what is evaluated of a model whose training was capped; None leaves both alone."""

    def __init__(self, writer: EventWriter, guard: Guard, audit_steps: int | None) -> None:
        self._writer = writer
        self._guard = guard
        self._audit_steps = audit_steps
        self._models = TrackedModels(writer)
        self._trainings = TrainingWatch(writer, guard, self._models, audit_steps)
        self._saved: set[tuple[int, str]] = set()

    def install(self) -> None:
        around = self._guard.around
        for kind in (Sequential, Functional, Model):
            around(kind, "__init__", after=lambda call: self._models.track(call.target), inner_calls=True)
        # A Sequential builds a Functional for its own use: not a model of the student's.
        around(Sequential, "build")
        self._trainings.install()
        if self._audit_steps is not None:
            around(Model, "evaluate", before=self._shorten_evaluate, everywhere=True)
        for use, reason in USES.items():
            around(Model, use, before=self._snapshot_for(reason), after=self._noter_of_use(use))
        for save in SAVES:
            around(Model, save, before=self._noter_of_saves_while_training(save), everywhere=True)
            around(Model, save, before=self._snapshot_for(SnapshotReason.SAVE), after=self._noter_of_file(save))
        load = ModelMethod.LOAD_WEIGHTS
        around(Model, load, after=self._noter_of_file(load))

    def finish(self) -> None:
        """The end of the program: loops of one's own are recognised, every model that changed is written."""
        for tracked in self._models:
            with self._guard.careful("last look at a model"):
                self._models.end_batches(tracked)
                self._trainings.note_own_loop(tracked)
                if tracked.snapshot is None or tracked.trained:
                    self._models.snapshot(tracked.model, SnapshotReason.END)

    # ── Handlers ────────────────────────────────────────────────────────────────────────────

    def _shorten_evaluate(self, call: BoundCall) -> None:
        """What an audit has hardly trained is not worth evaluating on every image; what was loaded is."""
        if self._audit_steps is not None and self._models.track(call.target).truncated:
            call.change(**shortened(call.arguments, self._audit_steps))

    def _snapshot_for(self, reason: SnapshotReason) -> Handler:
        return lambda call: self._models.snapshot(call.target, reason)

    def _noter_of_use(self, how: ModelMethod) -> Handler:
        def after(call: BoundCall) -> None:
            values = _numbers(call.result) if how is ModelMethod.EVALUATE else []
            self._used(call.target, how, rows=length_of(call.get("x")), values=values)

        return after

    def _noter_of_file(self, how: ModelMethod) -> Handler:
        return lambda call: self._used(call.target, how, path=_path(call))

    def _noter_of_saves_while_training(self, how: ModelMethod) -> Handler:
        """A callback that saves: each file is noted once, for a `fit` may not come to its end."""

        def before(call: BoundCall) -> None:
            key = (id(call.target), _path(call))
            if self._guard.under_way == "fit" and key not in self._saved and len(self._saved) < MAX_SAVES:
                self._saved.add(key)
                number = self._models.track(call.target).number
                self._writer.write("use", model=number, how=how, snapshot=None, rows=0, values=[], path=key[1])

        return before

    def _used(
        self, model: Any, how: ModelMethod, rows: int = 0, values: list[float | str] | None = None, path: str = ""
    ) -> None:
        tracked = self._models.track(model)
        tracked.truncated = tracked.truncated and how is not ModelMethod.LOAD_WEIGHTS
        self._writer.write(
            "use",
            model=tracked.number,
            how=how,
            snapshot=tracked.snapshot,
            rows=rows,
            values=values or [],
            path=path,
        )


def _path(call: BoundCall) -> str:
    return str(call.get("filepath", ""))[:500]


def _numbers(result: Any) -> list[float | str]:
    values = result.values() if isinstance(result, dict) else result if isinstance(result, list | tuple) else [result]
    return [finite_or_name(float(v)) for v in values if np.ndim(v) == 0][:MAX_VALUES]
