"""Layers with the argument names of Keras 1 and 2."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any  # Keras and most of what students call ships no types

from grader.worker.compat.arguments import Kwargs, Positional, before, renamed
from grader.worker.compat.notice_writer import NoticeWriter

_EVERY: Mapping[str, str | None] = {"input_dtype": "dtype", "batch_input_shape": "input_shape"}
_KERNEL: Mapping[str, str | None] = {
    **_EVERY,
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
}
_SPACE: Mapping[str, str | None] = {
    **_EVERY,
    "border_mode": "padding",
    "dim_ordering": "data_format",
    "pool_length": "pool_size",
    "stride": "strides",
}
_DENSE = {**_KERNEL, "output_dim": "units"}
_CONV = {
    **_KERNEL,
    **_SPACE,
    "subsample": "strides",
    "subsample_length": "strides",
    "nb_filter": "filters",
    "filter_length": "kernel_size",
}
_RECURRENT = {
    **_DENSE,
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "U_regularizer": "recurrent_regularizer",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "implementation": None,
}
_TABLE: Mapping[str, Mapping[str, str | None]] = {
    "Dense": _DENSE,
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "SeparableConv2D"), _CONV),
    **dict.fromkeys(("MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D", "ZeroPadding2D"), _SPACE),
    **dict.fromkeys(("UpSampling2D", "GlobalAveragePooling2D", "GlobalMaxPooling2D"), _SPACE),
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN"), _RECURRENT),
    "Dropout": {**_EVERY, "p": "rate"},
    "GaussianNoise": {**_EVERY, "sigma": "stddev"},
    "GaussianDropout": {**_EVERY, "p": "rate"},
    "Activation": _EVERY,
    "Flatten": {**_EVERY, "dim_ordering": "data_format"},
    "Reshape": {**_EVERY, "dims": "target_shape"},
    "Embedding": {**_EVERY, "input_length": None, "init": "embeddings_initializer"},
    "BatchNormalization": {
        **_EVERY,
        "mode": None,
        "beta_init": "beta_initializer",
        "gamma_init": "gamma_initializer",
    },
}
_ORDERINGS = {"tf": "channels_last", "th": "channels_first"}
SMALLEST_KERNEL = 3  # Conv2D(32, 2, 2) may well mean strides of 2


def install(notices: NoticeWriter) -> None:
    import keras

    for kind, names in _TABLE.items():
        before(getattr(keras.layers, kind), "__init__", _today(kind, names, notices))
    for name in ("input", "output"):
        if not hasattr(keras.layers.Layer, f"{name}_shape"):
            setattr(keras.layers.Layer, f"{name}_shape", _Shape(name, notices))


class _Shape:
    """`layer.output_shape`; a layer that has an attribute of that name keeps its own."""

    def __init__(self, end: str, notices: NoticeWriter) -> None:
        self._end = end
        self._notices = notices

    def __get__(self, layer: Any, kind: Any = None) -> Any:
        if layer is None or not self._notices.asked_by_student():
            raise AttributeError(f"{self._end}_shape")
        tensor = getattr(layer, self._end)  # where the layer is in no model yet, Keras says so
        self._notices.old_spelling(f"layer.{self._end}_shape", f"layer.{self._end}.shape")
        return [tuple(t.shape) for t in tensor] if isinstance(tensor, list) else tuple(tensor.shape)


def _today(
    kind: str, names: Mapping[str, str | None], notices: NoticeWriter
) -> Callable[[Positional, Kwargs], tuple[Positional, Kwargs]]:
    def change(args: Positional, kwargs: Kwargs) -> tuple[Positional, Kwargs]:
        if kind.startswith(("Conv2D", "SeparableConv2D")):
            args, kwargs = _kernel(kind, args, kwargs, notices)
        if callable(kwargs.get("activation")):
            kwargs = {**kwargs, "activation": _activation(kwargs["activation"])}
        at = {"Activation": 0, "Dense": 1}.get(kind, len(args))
        args = (*args[:at], *map(_activation, args[at : at + 1]), *args[at + 1 :])
        if "batch_input_shape" in kwargs:
            kwargs = {**kwargs, "batch_input_shape": tuple(kwargs["batch_input_shape"][1:])}
        if "dim_ordering" in kwargs:
            kwargs = {**kwargs, "dim_ordering": _ORDERINGS.get(kwargs["dim_ordering"], kwargs["dim_ordering"])}
        return args, renamed(kwargs, names, kind, notices)

    return change


def _kernel(kind: str, args: Positional, kwargs: Kwargs, notices: NoticeWriter) -> tuple[Positional, Kwargs]:
    """`Convolution2D(32, 5, 5)` was a kernel of 5 × 5; today it would be read as strides of 5."""
    if {"nb_row", "nb_col"} <= kwargs.keys():
        kwargs = dict(kwargs)
        size = (kwargs.pop("nb_row"), kwargs.pop("nb_col"))
        notices.old_spelling(f"{kind}(nb_row=…, nb_col=…)", f"{kind}(kernel_size={size})")
        return args, {**kwargs, "kernel_size": size}
    if len(args) == 3 and _whole(args[1]) and _whole(args[2]) and "strides" not in kwargs:
        same = args[1] == args[2] >= SMALLEST_KERNEL
        if notices.asked_by_student() and (same or "Convolution2D" in notices.source_line()):
            notices.old_spelling(
                f"{kind}({args[0]}, {args[1]}, {args[2]})", f"{kind}({args[0]}, ({args[1]}, {args[2]}))"
            )
            return (args[0], (args[1], args[2])), kwargs
    return args, kwargs


def _activation(given: Any) -> Any:
    """`tf.nn.softmax` is Keras' own softmax, under a name that no file of a model can carry."""
    import keras

    name = str(getattr(given, "__name__", "")).removesuffix("_v2")
    if str(getattr(given, "__module__", "")).startswith("tensorflow.") and hasattr(keras.activations, name):
        return getattr(keras.activations, name)
    return given


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
