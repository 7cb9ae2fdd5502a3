"""Legal help for training and evaluation: several batches in one call of the graph, the arithmetic being the same.

Keras returns to Python after each batch, which for the small nets of the courses takes longer than the batch itself.
`steps_per_execution` lets the graph run several batches before it returns. The batches, their order and every update stay
what they are; only who counts them changes, so a loss differs by rounding at most. Measured, processor time of one core:

    exo1, 10 epochs of 200 batches     fit 3.4 s → 1.8 s    evaluate of 313 batches 0.51 s → 0.40 s
    exo3, LeNet                        fit left alone       evaluate of 313 batches 2.3 s → 1.8 s

It is left alone wherever somebody could notice: a callback that wants batches (the student's own ones always see every
batch), `steps_per_execution` chosen by the student, models with a training step or a loop of their own, models that run
eagerly, data that arrives batch by batch, an audit (whose cap counts batches). XLA stays off: it makes the CNN twice
as slow; oneDNN is TensorFlow's own choice on this processor.
"""

from __future__ import annotations

import functools
import inspect
import math
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any  # Keras ships no types

import keras
import numpy as np
from keras.src.models.functional import Functional
from keras.src.models.model import Model
from keras.src.models.sequential import Sequential

from grader.domain import KERAS_BATCH
from grader.worker.fit_arguments import are_arrays, listed
from grader.worker.prepare_once import prepare_once

MAX_STEPS = 200
MIN_STEPS = 4
MIN_TRAINING_BATCHES = 400  # batches in all: below that the larger graph costs more than it saves
MIN_EVALUATION_BATCHES = 60
OPERATIONS_PER_SECOND = 2e10  # of floating-point numbers, on a slow core
TRAINING_SECONDS, EVALUATION_SECONDS = 0.25, 1.0  # between two calls there is no progress to see and nothing to stop
WEIGHTLESS = (
    "InputLayer Flatten Reshape Activation ReLU LeakyReLU Softmax Dropout Rescaling"
    " MaxPooling2D AveragePooling2D GlobalAveragePooling2D GlobalMaxPooling2D"
)
KNOWN_LAYERS = frozenset([*WEIGHTLESS.split(), "Dense", "Conv2D", "BatchNormalization"])
BATCH_HOOKS = tuple(f"on_{part}batch_{end}" for part in ("", "train_", "test_", "predict_") for end in ("begin", "end"))
OWN_STEPS = ("train_step", "test_step", "make_train_function", "make_test_function", "compute_loss", "compute_metrics")
FUNCTIONS = ("train_function", "test_function")

Arguments = dict[str, Any]


@dataclass
class _BuiltFunctions:
    """The functions that Keras built for each number of steps, for as long as `compiled` is the model's own."""

    compiled: object
    by_steps: dict[int, dict[str, Any]] = field(default_factory=dict)


class Speedups:
    """Lets a model run several batches in one call of its graph. `tolerant` are callback classes that override a hook for batches but need not see every one; an audit leaves
    `fit` alone: its cap counts batches."""

    def __init__(self, tolerant: tuple[type, ...] = (), fit: bool = True) -> None:
        self._fit = fit
        self._tolerant = (keras.callbacks.ProgbarLogger, *tolerant)
        self._built: weakref.WeakKeyDictionary[Any, _BuiltFunctions] = weakref.WeakKeyDictionary()
        self._sped_up: weakref.WeakSet[Any] = weakref.WeakSet()

    def install(self) -> None:
        """Wrap the methods of models; called before the recorder, whose wrappers are to lie around these."""
        if self._fit:
            self._wrap("fit", self._steps_of_fit)
        self._wrap("evaluate", self._steps_of_evaluate)
        for name in ("predict", "predict_on_batch"):
            self._one_at_a_time(name)
        count_exactly()
        prepare_once()

    def _wrap(self, name: str, steps_of: Callable[[Any, Arguments], int]) -> None:
        original = getattr(Model, name)
        signature = inspect.signature(original)

        @functools.wraps(original)
        def wrapper(model: Any, *args: Any, **kwargs: Any) -> Any:
            steps = 1
            with suppress(Exception):  # what is out of the ordinary runs as it is
                if model not in self._sped_up and suits(model):
                    steps = steps_of(model, signature.bind(model, *args, **kwargs).arguments)
            if steps < MIN_STEPS:
                return original(model, *args, **kwargs)
            with self._running(model, steps):
                return original(model, *args, **kwargs)

        setattr(Model, name, wrapper)

    def _one_at_a_time(self, name: str) -> None:
        """Have a model predict one batch at a time, be it in a callback: Keras would pass several to a function for one."""
        original = getattr(Model, name)

        @functools.wraps(original)
        def wrapper(model: Any, *args: Any, **kwargs: Any) -> Any:
            if model not in self._sped_up:
                return original(model, *args, **kwargs)
            steps, model.steps_per_execution = model.steps_per_execution, 1
            try:
                return original(model, *args, **kwargs)
            finally:
                model.steps_per_execution = steps

        setattr(Model, name, wrapper)

    @contextmanager
    def _running(self, model: Any, steps: int) -> Iterator[None]:
        """Have the model run `steps` batches a call, then be as it was. What Keras built for it is kept for the next time."""
        compiled, plain = model._loss_tracker, {name: getattr(model, name) for name in FUNCTIONS}
        made = self._built.get(model)
        if made is None or made.compiled is not compiled:
            made = self._built[model] = _BuiltFunctions(compiled)
        _set(model, steps, made.by_steps.get(steps, dict.fromkeys(FUNCTIONS)))
        self._sped_up.add(model)
        try:
            yield
        finally:
            self._sped_up.discard(model)
            if model._loss_tracker is compiled:  # else a callback compiled it anew, and nothing of it is ours
                made.by_steps[steps] = {name: getattr(model, name) for name in FUNCTIONS}
                _set(model, 1, plain)

    # ── When, and how many ──────────────────────────────────────────────────────────────────

    def _steps_of_fit(self, model: Any, given: Arguments) -> int:
        if given.get("steps_per_epoch") or given.get("validation_steps") or not are_arrays(given, "x", "y"):
            return 1
        validation = given.get("validation_data")
        if validation is not None and not all(isinstance(part, np.ndarray) for part in validation):
            return 1
        if self._wants_batches(given.get("callbacks")):
            return 1
        size = given.get("batch_size") or KERAS_BATCH
        rows = len(given["x"]) * (1 - (given.get("validation_split") or 0.0))
        batches = math.ceil(rows / size)
        if batches * given.get("epochs", 1) < MIN_TRAINING_BATCHES:
            return 1
        return _fitting(batches, TRAINING_SECONDS, 3 * work(model) * size)  # forward, and backward twice as much

    def _steps_of_evaluate(self, model: Any, given: Arguments) -> int:
        if given.get("steps") or given.get("callbacks") or given.get("kwargs") or not are_arrays(given, "x", "y"):
            return 1
        size = given.get("batch_size") or KERAS_BATCH
        batches = math.ceil(len(given["x"]) / size)
        return _fitting(batches, EVALUATION_SECONDS, work(model) * size) if batches >= MIN_EVALUATION_BATCHES else 1

    def _wants_batches(self, callbacks: Any) -> bool:
        return any(self._wants(callback) for callback in listed(callbacks))

    def _wants(self, callback: Any) -> bool:
        if isinstance(callback, self._tolerant):
            return False
        if type(callback) is keras.callbacks.ModelCheckpoint:
            return bool(callback.save_freq != "epoch")
        plain = keras.callbacks.Callback
        return any(
            hook in vars(callback) or getattr(type(callback), hook, None) is not getattr(plain, hook)
            for hook in BATCH_HOOKS
        )


def _set(model: Any, steps: int, functions: dict[str, Any]) -> None:
    model.steps_per_execution = steps
    for name, function in functions.items():
        setattr(model, name, function)


def _fitting(batches: int, seconds: float, operations: float) -> int:
    """Return how many steps fit into `seconds`, the calls of an epoch being equal in length as far as that goes."""
    most = int(max(1.0, min(MAX_STEPS, batches, seconds * OPERATIONS_PER_SECOND / max(operations, 1.0))))
    return math.ceil(batches / math.ceil(batches / most))


def suits(model: Any) -> bool:
    """Return whether this is an ordinary model, compiled without a word about how to run."""
    import tensorflow as tf

    return (
        type(model) in (Sequential, Functional, Model)
        and not any(name in vars(model) for name in OWN_STEPS)
        and bool(model.compiled and model.built)
        and model.steps_per_execution == 1
        and not (model.run_eagerly or model.jit_compile)
        and not (tf.config.functions_run_eagerly() or tf.distribute.has_strategy())
        and all(type(layer).__name__ in KNOWN_LAYERS for layer in model.layers)
    )


def work(model: Any) -> float:
    """Return the floating-point operations to predict one row: each weight of a layer counts twice, at each place that it is
    used at."""
    return float(sum(2 * layer.count_params() * _places(layer.output.shape) for layer in model.layers))


def _places(shape: tuple[int | None, ...]) -> int:
    return math.prod(size or 1 for size in shape[1:-1])


def count_exactly() -> None:
    """Correct what Keras shows: it counts as if every call were full, 120 of 118 batches at the end."""
    for name in ("on_train_batch_end", "on_test_batch_end"):
        _count_exactly(name)


def _count_exactly(name: str) -> None:
    original = getattr(keras.callbacks.ProgbarLogger, name)

    @functools.wraps(original)
    def wrapper(bar: Any, batch: int, logs: Any = None) -> Any:
        return original(bar, min(batch, bar.target - 1) if bar.target else batch, logs)

    setattr(keras.callbacks.ProgbarLogger, name, wrapper)
