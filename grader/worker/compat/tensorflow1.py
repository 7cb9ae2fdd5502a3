"""TensorFlow 1: `tf.set_random_seed`, sessions and their settings, eager execution switched off."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any  # Keras and most of what students call ships no types

from grader.worker.compat.attributes import answer, from_table
from grader.worker.compat.notice_writer import NoticeWriter

CONTRIB = "tf.contrib was removed from TensorFlow in 2019; what it held is in tf.keras, or nowhere"
_SWITCHES = ("disable_eager_execution", "disable_v2_behavior", "disable_v2_tensorshape", "disable_control_flow_v2")


_OPTIMIZERS = {
    "GradientDescentOptimizer": "SGD", "MomentumOptimizer": "SGD", "AdamOptimizer": "Adam",
    "RMSPropOptimizer": "RMSprop", "AdagradOptimizer": "Adagrad", "AdadeltaOptimizer": "Adadelta",
}  # fmt: skip


def install(notices: NoticeWriter) -> None:
    import tensorflow as tf

    first = tf.compat.v1

    def find(name: str) -> Any:
        if name == "set_random_seed":
            notices.old_spelling("tf.set_random_seed", "tf.random.set_seed")
            return tf.random.set_seed
        if name == "enable_eager_execution":
            notices.dropped("tf.enable_eager_execution()")
            return lambda *a, **k: None
        if name == "contrib":
            raise ImportError(CONTRIB)
        value = getattr(first, name)
        notices.old_spelling(f"tf.{name}", f"tf.compat.v1.{name}")
        return value

    answer(tf, notices, find)
    optimizers: dict[str, tuple[str, Callable[[], Any]]] = {
        old: (f"keras.optimizers.{new}", functools.partial(_optimizer, new)) for old, new in _OPTIMIZERS.items()
    }
    answer(tf.train, notices, from_table(optimizers, "tf.train.", notices))
    for name in _SWITCHES:  # Keras 3 trains in eager mode only
        if hasattr(first, name):
            setattr(first, name, _ignored(f"tf.compat.v1.{name}()", notices))


def _ignored(call: str, notices: NoticeWriter) -> Callable[..., None]:
    def ignored(*args: Any, **kwargs: Any) -> None:
        notices.dropped(call)

    return ignored


def _optimizer(kind: str) -> Callable[..., Any]:
    """Its first two arguments were the rate and, for one of them, the momentum; `name` and locks mean nothing today."""
    import keras

    def make(learning_rate: float, *args: Any, use_locking: bool = False, name: str = "", **kwargs: Any) -> Any:
        named = {"beta1": "beta_1", "beta2": "beta_2", "decay": "rho"}
        return getattr(keras.optimizers, kind)(learning_rate, *args, **{named.get(k, k): v for k, v in kwargs.items()})

    return make
