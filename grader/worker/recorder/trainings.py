"""Trainings: by `fit`, batch by batch, or by a loop of the program's own."""

from __future__ import annotations

from typing import Any  # Keras and most of what students call ships no types

from keras.src.models.model import Model
from keras.src.optimizers.base_optimizer import BaseOptimizer

from grader.domain import SnapshotReason, TrainingMethod
from grader.evidence import EventWriter
from grader.worker.fit_arguments import listed
from grader.worker.recorder.data import describe, length_of
from grader.worker.recorder.describe import compiled_as
from grader.worker.recorder.guard import BoundCall, Guard
from grader.worker.recorder.shortened_training import maybe_int, shortened
from grader.worker.recorder.tracked_models import BatchRun, TrackedModel, TrackedModels
from grader.worker.recorder.training_callback import TrainingCallback


class TrainingWatch:
    """`audit_steps` caps each `fit`; None leaves it alone."""

    def __init__(self, writer: EventWriter, guard: Guard, models: TrackedModels, audit_steps: int | None) -> None:
        self._writer = writer
        self._guard = guard
        self._models = models
        self._audit_steps = audit_steps
        self._applied: dict[int, Any] = {}  # the optimizer that last changed a variable, by the variable's identity

    def install(self) -> None:
        around = self._guard.around
        around(Model, "fit", before=self._fit_begins, after=self._fit_ends, after_errors=True)
        around(Model, "train_on_batch", before=self._batch_begins)
        around(BaseOptimizer, "apply", before=self._optimizer_applied)

    def _fit_begins(self, call: BoundCall) -> TrainingCallback:
        tracked = self._models.track(call.target)
        self._models.end_batches(tracked)
        number = self._writer.number("fit")
        callback = TrainingCallback(self._writer, self._guard, self._models, tracked, number, self._audit_steps)
        self._writer.write(
            "fit_begin",
            id=number,
            model=tracked.number,
            how=TrainingMethod.FIT,
            epochs=max(0, int(call.get("epochs", 1)) - int(call.get("initial_epoch", 0))),
            batch_size=maybe_int(call.get("batch_size")),
            capped=self._audit_steps is not None,
            data=describe(self._writer, call.get("x"), call.get("y")),
            compiled=compiled_as(call.target, tracked.number),
        )
        if self._audit_steps is not None:
            call.change(**shortened(call.arguments, self._audit_steps))
        call.change(callbacks=[*listed(call.get("callbacks")), callback])
        return callback

    def _fit_ends(self, call: BoundCall) -> None:
        if call.prepared is not None:
            call.prepared.end()

    def _batch_begins(self, call: BoundCall) -> None:
        tracked = self._models.track(call.target)
        if tracked.batches is None:
            tracked.batches = BatchRun(self._writer.number("fit"))
            x, y = call.get("x"), call.get("y")
            self._writer.write(
                "fit_begin",
                id=tracked.batches.fit,
                model=tracked.number,
                how=TrainingMethod.TRAIN_ON_BATCH,
                epochs=0,
                batch_size=length_of(x),
                data=describe(self._writer, x, y),
                compiled=compiled_as(call.target, tracked.number),
            )
        tracked.batches.steps += 1
        tracked.trained = True

    def _optimizer_applied(self, call: BoundCall) -> None:
        for variable in call.get("trainable_variables") or ():
            self._applied[id(variable)] = call.target

    def note_own_loop(self, tracked: TrackedModel) -> None:
        """Trained by `optimizer.apply` outside of `fit`: a loop written by hand."""
        variables = tracked.model.trainable_variables
        optimizer = next((self._applied[id(v)] for v in variables if id(v) in self._applied), None)
        if tracked.trained or optimizer is None:
            return
        number = self._writer.number("fit")
        steps = int(optimizer.iterations)
        compiled = {"model": tracked.number, "loss": "", "optimizer": type(optimizer).__name__, "learning_rate": None}
        self._writer.write(
            "fit_begin", id=number, model=tracked.number, how=TrainingMethod.LOOP, epochs=0, compiled=compiled
        )
        self._writer.write("fit_end", fit=number, steps=steps, finished=True)
        tracked.steps, tracked.trained = steps, True
        self._models.snapshot(tracked.model, SnapshotReason.FIT)
