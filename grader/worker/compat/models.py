"""Models: arguments and methods that Keras 3 has dropped."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any  # Keras and most of what students call ships no types

import numpy as np

from grader.worker.compat.arguments import Kwargs, Positional, before, renamed
from grader.worker.compat.notice_writer import NoticeWriter

_QUEUE: Mapping[str, str | None] = dict.fromkeys(
    ("workers", "use_multiprocessing", "max_queue_size", "max_q_size", "nb_worker", "pickle_safe", "show_accuracy")
)
_FIT = {**_QUEUE, "nb_epoch": "epochs", "nb_epochs": "epochs", "X": "x"}
_COMPILE: Mapping[str, str | None] = {"class_mode": None, "target_tensors": None, "sample_weight_mode": None}
_USE = {**_QUEUE, "X": "x"}


def install(notices: NoticeWriter) -> None:
    from keras.src.models.functional import Functional
    from keras.src.models.model import Model
    from keras.src.models.sequential import Sequential

    def changed(
        call: str, names: Mapping[str, str | None]
    ) -> Callable[[Positional, Kwargs], tuple[Positional, Kwargs]]:
        return lambda args, kwargs: (args, renamed(kwargs, names, call, notices))

    for call, names in (("fit", _FIT), ("evaluate", _USE), ("predict", _USE)):
        before(Model, call, changed(call, names))

    def compiled(args: Positional, kwargs: Kwargs) -> tuple[Positional, Kwargs]:
        if len(args) > 2 and isinstance(args[2], list) and all(isinstance(item, str) for item in args[2]):
            notices.old_spelling("compile(optimizer, loss, metrics)", "compile(optimizer, loss, metrics=[…])")
            args, kwargs = (*args[:2], None, *args[3:]), {"metrics": args[2], **kwargs}
        if isinstance(kwargs.get("metrics"), str):
            kwargs = {**kwargs, "metrics": [kwargs["metrics"]]}
            notices.old_spelling(f"metrics={kwargs['metrics'][0]!r}", f"metrics=[{kwargs['metrics'][0]!r}]")
        return args, renamed(kwargs, _COMPILE, "compile", notices)

    before(Model, "compile", compiled)
    before(Functional, "__init__", changed("Model", {"input": "inputs", "output": "outputs"}))
    _new_with_old_names(Model)
    for name, method in _methods(notices).items():
        if not hasattr(Model, name):
            setattr(Model, name, method)
    for name in ("predict_classes", "predict_proba"):
        setattr(Sequential, name, getattr(Model, name))


def _new_with_old_names(model: Any) -> None:
    """`Model(input=a, output=b)`: what kind of model is made is decided before its constructor is called."""
    original = model.__new__

    @functools.wraps(original)
    def new(cls: Any, *args: Any, **kwargs: Any) -> Any:
        for old in ("input", "output"):
            if old in kwargs:
                kwargs[f"{old}s"] = kwargs.pop(old)
        return original(cls, *args, **kwargs)

    model.__new__ = staticmethod(new)


def _methods(notices: NoticeWriter) -> dict[str, Callable[..., Any]]:
    def fit_generator(model: Any, generator: Any, steps_per_epoch: Any = None, *args: Any, **kwargs: Any) -> Any:
        notices.old_spelling("model.fit_generator(…)", "model.fit(…)")
        steps, kwargs = _steps(generator, steps_per_epoch, "samples_per_epoch", kwargs)
        if "nb_val_samples" in kwargs:
            kwargs["validation_steps"] = kwargs.pop("nb_val_samples")
        if args:  # the third was the number of epochs
            kwargs["epochs"] = args[0]
        return model.fit(generator, steps_per_epoch=steps, **_without_queue(kwargs))

    def evaluate_generator(model: Any, generator: Any, steps: Any = None, **kwargs: Any) -> Any:
        notices.old_spelling("model.evaluate_generator(…)", "model.evaluate(…)")
        steps, kwargs = _steps(generator, steps, "val_samples", kwargs)
        return model.evaluate(generator, steps=steps, **_without_queue(kwargs))

    def predict_generator(model: Any, generator: Any, steps: Any = None, **kwargs: Any) -> Any:
        notices.old_spelling("model.predict_generator(…)", "model.predict(…)")
        steps, kwargs = _steps(generator, steps, "val_samples", kwargs)
        return model.predict(generator, steps=steps, **_without_queue(kwargs))

    def predict_classes(model: Any, x: Any, batch_size: int = 32, verbose: int = 0) -> Any:
        notices.old_spelling("model.predict_classes(x)", "model.predict(x).argmax(axis=1)")
        values = np.asarray(model.predict(x, batch_size=batch_size, verbose=verbose))
        return values.argmax(axis=-1) if values.shape[-1] > 1 else (values > 0.5).astype("int32")

    def predict_proba(model: Any, x: Any, batch_size: int = 32, verbose: int = 0) -> Any:
        notices.old_spelling("model.predict_proba(x)", "model.predict(x)")
        return model.predict(x, batch_size=batch_size, verbose=verbose)

    def to_yaml(model: Any, **kwargs: Any) -> str:
        notices.old_spelling("model.to_yaml()", "model.to_json()")
        return json.dumps(json.loads(model.to_json()), indent=2)  # JSON is YAML too

    return {
        "fit_generator": fit_generator,
        "evaluate_generator": evaluate_generator,
        "predict_generator": predict_generator,
        "predict_classes": predict_classes,
        "predict_proba": predict_proba,
        "to_yaml": to_yaml,
    }


def _steps(generator: Any, steps: Any, old: str, kwargs: Kwargs) -> tuple[int | None, Kwargs]:
    """Keras 1 counted samples where Keras 2 counts batches."""
    kwargs = dict(kwargs)
    if old in kwargs:
        steps = max(1, int(kwargs.pop(old)) // int(getattr(generator, "batch_size", 32) or 32))
    return (None if steps is None else int(steps)), kwargs


def _without_queue(kwargs: Kwargs) -> Kwargs:
    return {name: value for name, value in kwargs.items() if name not in _QUEUE}
