"""`keras.backend`: its functions live in `keras.ops` today, and TensorFlow's edition still has most of them."""

from __future__ import annotations

import importlib
from typing import Any  # Keras and most of what students call ships no types

from grader.worker.compat.attributes import answer, everywhere
from grader.worker.compat.notice_writer import NoticeWriter

# What is called otherwise in `keras.ops`, or lives elsewhere.
_TODAY = {
    "batch_dot": "keras.ops.matmul", "batch_flatten": "keras.ops.reshape", "constant": "keras.ops.convert_to_tensor",
    "conv2d": "keras.ops.conv", "count_params": "model.count_params()", "dropout": "keras.random.dropout",
    "eval": "keras.ops.convert_to_numpy", "flatten": "keras.ops.ravel", "foldl": "keras.ops.scan",
    "gather": "keras.ops.take", "int_shape": "tensor.shape", "l2_normalize": "keras.ops.normalize",
    "map_fn": "keras.ops.map", "moving_average_update": "variable.assign(…)",
    "permute_dimensions": "keras.ops.transpose", "pool2d": "keras.ops.max_pool", "pow": "keras.ops.power",
    "random_normal": "keras.random.normal", "random_uniform": "keras.random.uniform",
    "repeat_elements": "keras.ops.repeat", "resize_images": "keras.ops.image.resize", "reverse": "keras.ops.flip",
    "truncated_normal": "keras.random.truncated_normal", "update": "variable.assign(…)",
    "update_add": "variable.assign_add(…)", "variable": "keras.Variable",
}  # fmt: skip
_ORDER = {"channels_last": "tf", "channels_first": "th"}


def install(notices: NoticeWriter) -> None:
    full = importlib.import_module("keras._tf_keras.keras.backend")
    operations = importlib.import_module("keras.ops")
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
        "placeholder": ("keras.Input(…)", _placeholder),
        "in_train_phase": ("model(x, training=…)", lambda x, alt, training=None: _called(x if training else alt)),
        "print_tensor": ("print(…)", lambda x, message="": print(message, x) or x),  # noqa: T201  # the student's own
        "gradients": ("tf.GradientTape()", _gradients),
        "reset_uids": ("", lambda: None),
    }

    def find(name: str) -> Any:
        if name in own:
            today, value = own[name]
            notices.old_spelling(f"keras.backend.{name}", today) if today else notices.dropped(f"keras.backend.{name}")
            return value if name != "tensorflow_backend" else full
        if name.startswith("_"):
            raise AttributeError(name)
        value = vars(full).get(name) or getattr(operations, name)  # `full` itself asks here for what it lacks
        today = _TODAY.get(name, f"keras.ops.{name}")
        notices.old_spelling(f"keras.backend.{name}", today)
        return value

    def treat(module: Any) -> None:
        answer(module, notices, find)
        if hasattr(module, "get_value"):  # an optimizer's rate is no TensorFlow variable when it follows a schedule
            module.get_value, module.set_value = _get_value, _assign

    everywhere("backend", treat)


def _set_image_dim_ordering(order: str) -> None:
    import keras

    keras.config.set_image_data_format({"tf": "channels_last", "th": "channels_first"}[order])


def _placeholder(shape: Any = None, ndim: Any = None, dtype: Any = None, name: Any = None, **_: Any) -> Any:
    import keras

    given = tuple(shape) if shape is not None else (None,) * (ndim or 1)
    return keras.Input(batch_shape=given, dtype=dtype, name=name)


def _called(value: Any) -> Any:
    return value() if callable(value) else value


def _gradients(loss: Any, variables: Any) -> Any:
    raise NotImplementedError("K.gradients exists no more: use `with tf.GradientTape() as tape:` and `tape.gradient`.")


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
