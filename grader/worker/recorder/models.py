"""Models: every one that is built, compiled, trained, used or saved, with its weights at each such moment."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras.src.models.functional import Functional
from keras.src.models.model import Model
from keras.src.models.sequential import Sequential
from keras.src.optimizers.base_optimizer import BaseOptimizer

from grader.evidence import Tape, finite_or_name
from grader.worker.recorder import data as data_seen
from grader.worker.recorder.describe import boundary, compiled_as, digest, layers_of
from grader.worker.recorder.follower import Follower, leave_out, maybe_int
from grader.worker.recorder.guard import Guard

MODELS = 400


@dataclass
class Seen:
    """One model as the recorder knows it. Held strongly: a model that lived in a function still counts."""

    number: int
    model: Any
    digest: bytes | None = None
    shape: tuple[Any, ...] = ()
    snapshot: int | None = None
    steps: int = 0
    batches: _Batches | None = None
    trained: bool = False
    stunted: bool = False  # an audit ended its training, and no weights were loaded since


@dataclass
class _Batches:
    """A run of `train_on_batch` on one model."""

    fit: int
    steps: int
    started: bool = False


MAX_SAVES = 100  # files saved while training that are noted


class ModelWatch:
    def __init__(self, tape: Tape, guard: Guard, audit_steps: int | None) -> None:
        self.tape = tape
        self.guard = guard
        self._audit_steps = audit_steps
        self._seen: dict[int, Seen] = {}
        self._applied: dict[int, Any] = {}
        self._fitting = False
        self._saved: set[tuple[int, str]] = set()

    # ── Wrapping ────────────────────────────────────────────────────────────────────────────

    def install(self) -> None:
        guard = self.guard
        for kind in (Sequential, Functional, Model):
            self._register_new(kind)
        # A Sequential builds a Functional for its own use: not a model of the student's.
        guard.around(Sequential, "build")
        guard.around(Model, "compile", after=lambda _, model, *a, **k: self._compiled(model))
        self._wrap_fit()
        self._wrap_train_on_batch()
        if self._audit_steps is not None:
            self._shorten_evaluate(self._audit_steps)
        for name in ("evaluate", "predict"):
            self._wrap_use(name)
        for name in ("save", "save_weights", "export"):
            self._wrap_save_while_training(name)
            guard.around(
                Model,
                name,
                before=lambda model, *a, **k: self.snapshot(model, "save"),
                after=lambda _, model, *a, how=name, **k: self._used(model, how, path=_path(a, k)),
            )
        guard.around(
            Model, "load_weights", after=lambda _, model, *a, **k: self._used(model, "load_weights", path=_path(a, k))
        )
        guard.around(BaseOptimizer, "apply", before=self._optimizer_applied)

    def _register_new(self, kind: type) -> None:
        original = kind.__init__  # type: ignore[misc]  # wrapping the constructor is the point
        watch = self

        @functools.wraps(original)
        def wrapper(model: Any, *args: Any, **kwargs: Any) -> None:
            original(model, *args, **kwargs)
            if watch.guard.watching:
                with watch.guard.careful("new model"):
                    watch.know(model)

        # Keras reads the constructor's argument names to rebuild a model from its settings.
        wrapper.__signature__ = inspect.signature(original)  # type: ignore[attr-defined]
        kind.__init__ = wrapper  # type: ignore[misc]

    def _wrap_fit(self) -> None:
        original = Model.fit
        signature = inspect.signature(original)
        watch = self

        @functools.wraps(original)
        def fit(model: Any, *args: Any, **kwargs: Any) -> Any:
            if not watch.guard.watching:
                return original(model, *args, **kwargs)
            given = signature.bind(model, *args, **kwargs)
            follower: Follower | None = None
            with watch.guard.careful("fit begins"):
                follower = watch._fit_begins(model, given.arguments)
            watch._fitting = True
            try:
                with watch.guard.quiet():
                    return original(*given.args, **given.kwargs)
            finally:
                watch._fitting = False
                if follower is not None:
                    with watch.guard.careful("fit ends"):
                        follower.end()

        Model.fit = fit

    def _wrap_save_while_training(self, name: str) -> None:
        """A callback that saves: each file is noted once, for a `fit` may not come to its end."""
        original = getattr(Model, name)
        watch = self

        @functools.wraps(original)
        def save(model: Any, *args: Any, **kwargs: Any) -> Any:
            if watch.guard.within == 1 and watch._fitting:
                with watch.guard.careful("a file saved while training"):
                    watch._saved_while_training(model, name, _path(args, kwargs))
            return original(model, *args, **kwargs)

        setattr(Model, name, save)

    def _saved_while_training(self, model: Any, how: str, path: str) -> None:
        key = (id(model), path)
        if key not in self._saved and len(self._saved) < MAX_SAVES:
            self._saved.add(key)
            self.tape.write("use", model=self.know(model).number, how=how, snapshot=None, rows=0, values=[], path=path)

    def _wrap_train_on_batch(self) -> None:
        signature = inspect.signature(Model.train_on_batch)

        def before(*args: Any, **kwargs: Any) -> None:
            given = signature.bind(*args, **kwargs).arguments
            self._batch_trained(given["self"], given.get("x"), given.get("y"))

        self.guard.around(Model, "train_on_batch", before=before)

    def _shorten_evaluate(self, steps: int) -> None:
        """What an audit has hardly trained is not worth evaluating on every image; what was loaded is."""
        original = Model.evaluate
        signature = inspect.signature(original)
        watch = self

        @functools.wraps(original)
        def evaluate(model: Any, *args: Any, **kwargs: Any) -> Any:
            given = signature.bind(model, *args, **kwargs)
            with watch.guard.careful("evaluate in an audit"):
                if watch.know(model).stunted:
                    leave_out(given.arguments, steps)
            return original(*given.args, **given.kwargs)

        Model.evaluate = evaluate

    def _wrap_use(self, name: str) -> None:
        def after(result: Any, model: Any, *args: Any, **kwargs: Any) -> None:
            x = args[0] if args else kwargs.get("x")
            self._used(model, name, rows=_length(x), values=_numbers(result) if name == "evaluate" else [])

        self.guard.around(Model, name, before=lambda model, *a, **k: self.snapshot(model, name), after=after)

    # ── What happens ────────────────────────────────────────────────────────────────────────

    def know(self, model: Any) -> Seen:
        seen = self._seen.get(id(model))
        if seen is None:
            seen = Seen(self.tape.number("model"), model)
            if len(self._seen) < MODELS:
                self._seen[id(model)] = seen
        return seen

    def _compiled(self, model: Any) -> None:
        facts = compiled_as(model, self.know(model).number)
        if facts is not None:
            self.tape.write("compile", **facts)

    def _optimizer_applied(self, optimizer: Any, grads: Any = None, variables: Any = None, *_: Any, **__: Any) -> None:
        for variable in variables or ():
            self._applied[id(variable)] = optimizer

    def _fit_begins(self, model: Any, given: dict[str, Any]) -> Follower:
        seen = self.know(model)
        self._end_batches(seen)
        number = self.tape.number("fit")
        x, y = given.get("x"), given.get("y")
        validation = given.get("validation_data")
        follower = Follower(self, seen, number, self._audit_steps)
        self.tape.write(
            "fit_begin",
            id=number,
            model=seen.number,
            how="fit",
            epochs=max(0, int(given.get("epochs", 1)) - int(given.get("initial_epoch", 0))),
            batch_size=maybe_int(given.get("batch_size")),
            capped=self._audit_steps is not None,
            data=data_seen.describe(self.tape, x, y),
            validation=data_seen.describe(self.tape, *validation[:2]) if isinstance(validation, tuple | list) else None,
            compiled=compiled_as(model, seen.number),
        )
        if self._audit_steps is not None:
            leave_out(given, self._audit_steps)
        callbacks = given.get("callbacks")
        if callbacks is None:
            given["callbacks"] = [follower]
        elif isinstance(callbacks, keras.callbacks.CallbackList):
            given["callbacks"] = [*callbacks.callbacks, follower]
        elif isinstance(callbacks, list | tuple):
            given["callbacks"] = [*callbacks, follower]
        else:
            given["callbacks"] = [callbacks, follower]
        return follower

    def _batch_trained(self, model: Any, x: Any, y: Any) -> None:
        seen = self.know(model)
        if seen.batches is None:
            seen.batches = _Batches(self.tape.number("fit"), 0)
            self.tape.write(
                "fit_begin",
                id=seen.batches.fit,
                model=seen.number,
                how="train_on_batch",
                epochs=0,
                batch_size=_length(x),
                data=data_seen.describe(self.tape, x, y),
                compiled=compiled_as(model, seen.number),
            )
        seen.batches.steps += 1
        seen.trained = True

    def _end_batches(self, seen: Seen) -> None:
        if seen.batches is not None:
            batches, seen.batches = seen.batches, None
            seen.steps += batches.steps
            self.tape.write("fit_end", fit=batches.fit, steps=batches.steps, finished=True)
            self.snapshot(seen.model, "fit")

    def _used(self, model: Any, how: str, rows: int = 0, values: list[object] | None = None, path: str = "") -> None:
        seen = self.know(model)
        seen.stunted = seen.stunted and how != "load_weights"
        self.tape.write(
            "use", model=seen.number, how=how, snapshot=seen.snapshot, rows=rows, values=values or [], path=path
        )

    def snapshot(self, model: Any, reason: str, interim: int | None = None) -> int | None:
        """Write the model as it stands, if it is built and has changed since it was last written."""
        seen = self.know(model)
        if seen.batches is not None and reason not in ("fit", "train_on_batch"):
            self._end_batches(seen)
        if not model.built:
            return None
        weights = [np.asarray(w) for w in model.get_weights()] if reason != "build" else []
        shape = tuple(layer.name for layer in model.layers)
        now = digest(weights)
        if (now == seen.digest and shape == seen.shape) and reason != "fit":
            return seen.snapshot
        number = interim or self.tape.number("snapshot")
        kept = None
        if reason != "build":
            seen.digest, seen.shape, seen.snapshot = now, shape, number
            kept = self.tape.arrays("weights", {f"w{i}": w for i, w in enumerate(weights)}, f"weights-{number}.npz")
        self.tape.write(
            "snapshot",
            id=number,
            model=seen.number,
            name=str(model.name),
            reason=reason,
            architecture=_architecture(model),
            layers=layers_of(model),
            parameters=int(model.count_params()),
            input_shape=boundary(model, "input_shape"),
            output_shape=boundary(model, "output_shape"),
            weights=kept,
            steps=seen.steps,
        )
        return number

    def finish(self) -> None:
        """The end of the program: loops of one's own are recognised, every model that changed is written."""
        for seen in list(self._seen.values()):
            with self.guard.careful("last look at a model"):
                self._end_batches(seen)
                self._note_own_loop(seen)
                if seen.snapshot is None or seen.trained:
                    self.snapshot(seen.model, "end")

    def _note_own_loop(self, seen: Seen) -> None:
        """Trained by `optimizer.apply` outside of `fit`: a loop written by hand."""
        optimizer = next((self._applied[id(v)] for v in seen.model.trainable_variables if id(v) in self._applied), None)
        if seen.trained or optimizer is None:
            return
        number = self.tape.number("fit")
        steps = int(optimizer.iterations)
        compiled = {"model": seen.number, "loss": "", "optimizer": type(optimizer).__name__, "learning_rate": None}
        self.tape.write("fit_begin", id=number, model=seen.number, how="loop", epochs=0, compiled=compiled)
        self.tape.write("fit_end", fit=number, steps=steps, finished=True)
        seen.steps, seen.trained = steps, True
        self.snapshot(seen.model, "fit")


def _architecture(model: Any) -> str | None:
    """The model's JSON, or None for a model of one's own class, which no JSON describes."""
    if type(model) not in (Sequential, Functional, Model):
        return None
    try:
        return str(model.to_json())
    except Exception:  # a layer of one's own without a config
        return None


def _path(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    return str(args[0] if args else kwargs.get("filepath", ""))[:500]


def _length(x: Any) -> int:
    if isinstance(x, list | tuple) and x and hasattr(x[0], "shape"):
        x = x[0]
    shape = getattr(x, "shape", None)
    return int(shape[0]) if shape is not None and len(shape) and shape[0] is not None else 0


def _numbers(result: Any) -> list[object]:
    values = result.values() if isinstance(result, dict) else result if isinstance(result, list | tuple) else [result]
    return [finite_or_name(float(v)) for v in values if np.ndim(v) == 0][:16]
