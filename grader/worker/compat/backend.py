"""`keras.backend`: its functions live in `keras.ops` today, and TensorFlow's edition still has most of them."""

from __future__ import annotations

import importlib
from typing import Any

from grader.worker.compat.attributes import answer, everywhere
from grader.worker.compat.told import Told

_ORDER = {"channels_last": "tf", "channels_first": "th"}


def install(told: Told) -> None:
    full = importlib.import_module("keras._tf_keras.keras.backend")
    own = {
        "image_dim_ordering": ("K.image_data_format()", lambda: _ORDER[full.image_data_format()]),
        "set_image_dim_ordering": ("K.set_image_data_format(…)", _set_image_dim_ordering),
        "get_session": ("", lambda: None),
        "set_session": ("", lambda session: None),
        "learning_phase": ("model(x, training=False)", lambda: 0),
        "set_learning_phase": ("model(x, training=…)", lambda value: None),
        "manual_variable_initialization": ("", lambda value: None),
        "tensorflow_backend": ("keras.backend", None),
        "function": ("keras.Model(inputs, outputs)", _function),
        "get_value": ("keras.ops.convert_to_numpy", _get_value),
        "set_value": ("variable.assign(…)", _assign),
    }

    def find(name: str) -> Any:
        if name in own:
            today, value = own[name]
            told.old(f"keras.backend.{name}", today) if today else told.dropped(f"keras.backend.{name}")
            return value if name != "tensorflow_backend" else full
        if not hasattr(full, name) or name.startswith("_"):
            raise AttributeError(name)
        told.old(f"keras.backend.{name}", f"keras.ops.{name}")
        return getattr(full, name)

    def treat(module: Any) -> None:
        answer(module, told, find)
        if hasattr(module, "get_value"):  # an optimizer's rate is no TensorFlow variable when it follows a schedule
            module.get_value, module.set_value = _get_value, _assign

    everywhere("backend", treat)


def _set_image_dim_ordering(order: str) -> None:
    import keras

    keras.config.set_image_data_format({"tf": "channels_last", "th": "channels_first"}[order])


def _get_value(variable: Any) -> Any:
    import numpy as np

    value = np.asarray(variable)
    return value.item() if value.ndim == 0 else value


def _assign(variable: Any, value: Any) -> None:
    variable.assign(value)


def _function(inputs: Any, outputs: Any, **_: Any) -> Any:
    """`K.function([model.input, K.learning_phase()], [layer.output])` as a model of its own."""
    import keras
    import numpy as np

    tensors = [item for item in inputs if not isinstance(item, int)] if isinstance(inputs, list | tuple) else [inputs]
    several = isinstance(outputs, list | tuple)
    model = keras.Model(tensors, list(outputs) if several else outputs)

    def call(values: Any) -> Any:
        given = [np.asarray(v) for v in (values if isinstance(values, list | tuple) else [values])][: len(tensors)]
        result = model(given, training=False)
        results = result if isinstance(result, list | tuple) else [result]
        return [np.asarray(r) for r in results] if several else np.asarray(results[0])

    return call
