"""TensorFlow 1: `tf.set_random_seed`, sessions and their settings, eager execution switched off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader.worker.compat.attributes import answer
from grader.worker.compat.told import Told

_SWITCHES = ("disable_eager_execution", "disable_v2_behavior", "disable_v2_tensorshape", "disable_control_flow_v2")


def install(told: Told) -> None:
    import tensorflow as tf

    first = tf.compat.v1

    def find(name: str) -> Any:
        if name == "set_random_seed":
            told.old("tf.set_random_seed", "tf.random.set_seed")
            return tf.random.set_seed
        if name == "enable_eager_execution":
            told.dropped("tf.enable_eager_execution()")
            return lambda *a, **k: None
        value = getattr(first, name)
        told.old(f"tf.{name}", f"tf.compat.v1.{name}")
        return value

    answer(tf, told, find)
    for name in _SWITCHES:  # Keras 3 trains in eager mode only
        if hasattr(first, name):
            setattr(first, name, _ignored(f"tf.compat.v1.{name}()", told))


def _ignored(call: str, told: Told) -> Callable[..., None]:
    def ignored(*args: Any, **kwargs: Any) -> None:
        told.dropped(call)

    return ignored
