"""Optimizers with `lr`, `decay`, a whole-number momentum, `epsilon=None`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any  # Keras and most of what students call ships no types

from grader.worker.compat.arguments import Kwargs, Positional, before
from grader.worker.compat.notice_writer import NoticeWriter

KINDS = ("SGD", "Adam", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam", "AdamW", "Ftrl")


def install(notices: NoticeWriter) -> None:
    import keras
    from keras.src.optimizers.base_optimizer import BaseOptimizer

    for kind in KINDS:
        owner = getattr(keras.optimizers, kind)
        usual = inspect.signature(owner.__init__).parameters["learning_rate"].default
        before(owner, "__init__", _today(kind, usual, notices))

    def read(optimizer: Any) -> Any:
        notices.old_spelling("optimizer.lr", "optimizer.learning_rate")
        return optimizer.learning_rate

    def write(optimizer: Any, value: Any) -> None:
        notices.old_spelling("optimizer.lr", "optimizer.learning_rate")
        optimizer.learning_rate = value

    BaseOptimizer.lr = property(read, write)


def _today(kind: str, usual: float, notices: NoticeWriter) -> Callable[[Positional, Kwargs], tuple[Positional, Kwargs]]:
    def change(args: Positional, kwargs: Kwargs) -> tuple[Positional, Kwargs]:
        kwargs = dict(kwargs)
        if "lr" in kwargs:
            notices.old_spelling(f"{kind}(lr=…)", f"{kind}(learning_rate=…)")
            kwargs.setdefault("learning_rate", kwargs.pop("lr"))
        if "schedule_decay" in kwargs:
            del kwargs["schedule_decay"]
            notices.dropped(f"{kind}(schedule_decay=…)")
        if "decay" in kwargs:
            args, kwargs = _decayed(kind, usual, args, kwargs, notices)
        if isinstance(kwargs.get("momentum"), int):
            kwargs["momentum"] = float(kwargs["momentum"])
        if kwargs.get("epsilon", 0.0) is None:
            del kwargs["epsilon"]
        return args, kwargs

    return change


def _decayed(
    kind: str, usual: float, args: Positional, kwargs: Kwargs, notices: NoticeWriter
) -> tuple[Positional, Kwargs]:
    """Keras 2: rate / (1 + decay · steps), which is what InverseTimeDecay computes with one decay per step."""
    from keras.optimizers import schedules

    decay = kwargs.pop("decay")
    if not decay:
        notices.dropped(f"{kind}(decay=…)")
        return args, kwargs
    notices.old_spelling(f"{kind}(decay=…)", "keras.optimizers.schedules.InverseTimeDecay(…)")
    rate = args[0] if args else kwargs.pop("learning_rate", usual)
    return args[1:], {**kwargs, "learning_rate": schedules.InverseTimeDecay(float(rate), 1, float(decay))}
