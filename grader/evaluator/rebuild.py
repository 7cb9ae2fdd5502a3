"""A recorded architecture, as Keras JSON, rebuilt from an allow-list of layers and plain settings.

Nothing of the student's decides what is imported: the JSON is copied key by key into a configuration of our
own, in which only known layers, known activations and plain numbers remain, and Keras builds that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any  # Keras ships no types

import numpy as np
from numpy.typing import NDArray

from grader.domain import Json
from grader.evaluator.bounds import MAX_LAYERS, MAX_PARAMETERS, Config, Shape, check_bounds, with_sides
from grader.evidence import ARCHITECTURE_CHARS, read_json
from grader.measurements import Unmeasurable, Why

MAX_DEPTH = 4
MAX_IN_SEQUENCE = 80  # Keras builds a Sequential anew for each of its layers
MAX_SETTING = 1 << 17
MAX_DIMENSIONS = 1 << 26  # of one input

ACTIVATIONS = frozenset(
    "linear relu relu6 sigmoid hard_sigmoid softmax softplus softsign tanh elu selu gelu silu swish mish"
    " exponential leaky_relu log_softmax celu hard_tanh hard_silu hard_swish log_sigmoid threshold".split()
)
COMMON = ("name", "trainable")
LAYERS: dict[str, tuple[str, ...]] = {
    "InputLayer": ("batch_shape", "dtype"),
    "Dense": ("units", "activation", "use_bias"),
    "Activation": ("activation",),
    "Softmax": ("axis",),
    "ReLU": ("max_value", "negative_slope", "threshold"),
    "LeakyReLU": ("negative_slope",),
    "ELU": ("alpha",),
    "PReLU": ("shared_axes",),
    "Flatten": ("data_format",),
    "Reshape": ("target_shape",),
    "Permute": ("dims",),
    "Rescaling": ("scale", "offset"),
    "Normalization": ("axis", "mean", "variance", "invert"),
    "Dropout": ("rate",),
    "SpatialDropout2D": ("rate", "data_format"),
    "GaussianNoise": ("stddev",),
    "GaussianDropout": ("rate",),
    "ActivityRegularization": ("l1", "l2"),
    "BatchNormalization": ("axis", "momentum", "epsilon", "center", "scale"),
    "LayerNormalization": ("axis", "epsilon", "center", "scale"),
    "Conv2D": ("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "groups", "activation",
               "use_bias"),
    "DepthwiseConv2D": ("kernel_size", "strides", "padding", "data_format", "dilation_rate", "depth_multiplier",
                        "activation", "use_bias"),
    "SeparableConv2D": ("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate",
                        "depth_multiplier", "activation", "use_bias"),
    "Conv2DTranspose": ("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "activation",
                        "use_bias"),
    "MaxPooling2D": ("pool_size", "strides", "padding", "data_format"),
    "AveragePooling2D": ("pool_size", "strides", "padding", "data_format"),
    "GlobalAveragePooling2D": ("data_format", "keepdims"),
    "GlobalMaxPooling2D": ("data_format", "keepdims"),
    "ZeroPadding2D": ("padding", "data_format"),
    "Cropping2D": ("cropping", "data_format"),
    "UpSampling2D": ("size", "data_format", "interpolation"),
    "Add": (),
    "Average": (),
    "Maximum": (),
    "Multiply": (),
    "Subtract": (),
    "Concatenate": ("axis",),
}  # fmt: skip
MODELS = {"Sequential": "Sequential", "Functional": "Model", "Model": "Model"}  # the name under `keras`


def rebuild(architecture: str, weights: list[NDArray[np.generic]], images: Shape | None = None) -> Any:
    """Return the Keras model of a recorded architecture, with its weights.

    Args:
        architecture: JSON as `model.to_json()` writes it.
        weights: the arrays in the order of `model.get_weights()`.
        images: the shape of the images that it is to be fed with: sides that its input leaves open get theirs.

    Raises:
        Unmeasurable: a layer, activation or size that is not allowed, or weights that do not fit.
    """
    if sum(w.size for w in weights) > MAX_PARAMETERS:
        raise Unmeasurable(Why.TOO_LARGE, "too many parameters")
    model = build(architecture, images)
    set_weights(model, weights)
    return model


def build(architecture: str, images: Shape | None = None) -> Any:
    """Return the model of an architecture alone, with fresh weights, for `images` of a shape (see `rebuild`). Raise
    `Unmeasurable`."""
    import keras

    if len(architecture) > ARCHITECTURE_CHARS:
        raise Unmeasurable(Why.TOO_LARGE, "an architecture that long")
    try:
        clean = model_config(read_json(architecture), depth=0)
        if images is not None:
            clean = with_sides(clean, [images])
        check_bounds(clean)
        kind = keras.Sequential if clean["class_name"] == "Sequential" else keras.Model
        model = kind.from_config(clean["config"])
    except Unmeasurable:
        raise
    except Exception as problem:  # Keras raises what it likes on settings that do not fit together
        raise Unmeasurable(Why.ARCHITECTURE, f"not a buildable architecture ({type(problem).__name__})") from None
    return model


def set_weights(model: Any, weights: list[NDArray[np.generic]]) -> None:
    """Set the weights of a Keras model. Raise `Unmeasurable` where their shapes do not fit, or one is not finite."""
    wanted = [tuple(w.shape) for w in model.weights]
    given = [w.shape for w in weights]
    if wanted != given:
        raise Unmeasurable(Why.WEIGHTS_DO_NOT_FIT, "weights that do not fit the architecture")
    if any(not np.isfinite(w).all() for w in weights):
        raise Unmeasurable(Why.WEIGHTS_NOT_FINITE, "weights that are not finite numbers")
    model.set_weights([w.astype(np.float32) for w in weights])
    _finalize_states(model)


def _finalize_states(model: Any) -> None:
    """A normalisation computes with figures that it derives from its weights, once."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            _finalize_states(layer)
        elif hasattr(layer, "finalize_state"):
            layer.finalize_state()


def model_config(given: object, depth: int) -> Config:
    """Return a clean copy of a model's configuration: what is on the lists and nothing else. Raise `Unmeasurable` for a
    layer, a setting or a size that is not allowed, and for models more than 4 deep inside one another."""
    kind, config = _class_and_config(given)
    if kind not in MODELS:
        raise _unknown_layer(kind[:80])
    layers = config.get("layers")
    most = MAX_LAYERS if MODELS[kind] == "Model" else MAX_IN_SEQUENCE
    if depth > MAX_DEPTH or not isinstance(layers, list) or len(layers) > most:
        raise Unmeasurable(Why.TOO_LARGE, "too many layers")
    clean: Config = {"name": _name(config.get("name")), "layers": [_layer(item, depth) for item in layers]}
    if MODELS[kind] == "Model":
        for end in ("input_layers", "output_layers"):
            clean[end] = _endpoints(config.get(end))
    elif isinstance(config.get("build_input_shape"), list):
        clean["build_input_shape"] = _shape(config["build_input_shape"])
    return {"module": "keras", "class_name": MODELS[kind], "config": clean, "registered_name": None}


def _table(given: object) -> Mapping[str, object]:
    if not isinstance(given, dict):
        raise Unmeasurable(Why.ARCHITECTURE, "not a layer")
    return given


def _class_and_config(given: object) -> tuple[str, Mapping[str, object]]:
    kind, config = _table(given).get("class_name"), _table(given).get("config")
    if not isinstance(kind, str):
        raise Unmeasurable(Why.ARCHITECTURE, "not a layer")
    if not isinstance(config, dict):
        raise Unmeasurable(Why.ARCHITECTURE, "a layer without settings")
    return kind, config


def _layer(given: object, depth: int) -> Config:
    kind, config = _class_and_config(given)
    registered = _table(given).get("registered_name")
    # A registered name marks a class of the student's own, whatever it is called.
    if kind in MODELS:
        clean = model_config(given, depth + 1)
    elif kind in LAYERS and registered in (None, kind):
        settings = {name: _setting(name, config[name]) for name in LAYERS[kind] if config.get(name) is not None}
        settings |= {"name": _name(config.get("name"))}
        clean = {"module": "keras.layers", "class_name": kind, "config": settings, "registered_name": None}
    else:
        raise _unknown_layer(str(registered or kind)[:80])
    clean["name"] = clean["config"]["name"]
    clean["inbound_nodes"] = _nodes(_table(given).get("inbound_nodes"))
    return clean


def _name(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 120 or not value.isprintable():
        raise Unmeasurable(Why.ARCHITECTURE, "a layer without a name")
    return value


def _setting(name: str, value: object) -> Json:
    if name == "activation":
        return _activation(value)
    if name == "dtype":
        return "float32"
    if name == "batch_shape":
        return _shape(value)
    if isinstance(value, str):
        if value not in ("same", "valid", "channels_last", "nearest", "bilinear"):
            raise unknown_setting(name, value)
        return value
    return _plain_value(name, value)


def _activation(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("config") if value.get("class_name") == "function" else value.get("class_name")
    if not isinstance(value, str) or value not in ACTIVATIONS:
        raise Unmeasurable(Why.ACTIVATION, f"activation {str(value)[:60]}", name=str(value)[:60])
    return value


def _plain_value(name: str, value: object, depth: int = 3) -> Json:
    if isinstance(value, list) and depth and len(value) <= 4096:
        return [_plain_value(name, item, depth - 1) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float) and abs(value) <= MAX_SETTING:
        return value
    raise unknown_setting(name, value)


def _shape(value: object) -> list[int | None]:
    if not isinstance(value, list) or not 1 <= len(value) <= 6:
        raise Unmeasurable(Why.ARCHITECTURE, "an input shape")
    shape = [None if n is None else n for n in value]
    if any(isinstance(n, bool) or not (n is None or isinstance(n, int)) or (n or 1) < 1 for n in shape):
        raise Unmeasurable(Why.ARCHITECTURE, "an input shape")
    if math.prod(n or 1 for n in shape) > MAX_DIMENSIONS:
        raise Unmeasurable(Why.TOO_LARGE, "an input that large")
    return [None, *shape[1:]]


def _endpoints(value: object) -> Json:
    """`input_layers` and `output_layers`: [name, node, tensor], or lists of these."""
    if isinstance(value, list) and value and isinstance(value[0], str):
        return [_name(value[0]), *(_index(n) for n in value[1:3])]
    if isinstance(value, list) and len(value) <= 16:
        return [_endpoints(item) for item in value]
    raise Unmeasurable(Why.ARCHITECTURE, "a graph")


def _index(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1000:
        raise Unmeasurable(Why.ARCHITECTURE, "a graph")
    return value


def _nodes(value: object) -> list[Config]:
    """Calls of a layer: which tensors it was called on. Anything but tensors is left out or refused."""
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > 16:
        raise Unmeasurable(Why.ARCHITECTURE, "a graph")
    return [{"args": [_argument(a) for a in _list_of(node, "args")], "kwargs": {}} for node in value]


def _list_of(node: object, key: str) -> list[object]:
    items = node.get(key) if isinstance(node, dict) else None
    if not isinstance(items, list) or len(items) > 4:
        raise Unmeasurable(Why.ARCHITECTURE, "a graph")
    return items


def _argument(value: object) -> list[Any] | Config:
    if isinstance(value, list) and len(value) <= 32:
        return [_argument(item) for item in value]
    kind, config = _class_and_config(value)
    history = config.get("keras_history")
    if kind != "__keras_tensor__" or not isinstance(history, list) or len(history) != 3:
        raise Unmeasurable(Why.ARCHITECTURE, "a call with something else than tensors")
    shape = config.get("shape") or []
    if not isinstance(shape, list):
        raise Unmeasurable(Why.ARCHITECTURE, "a shape")
    kept = {"shape": [None if n is None else _dimension(n) for n in shape], "dtype": "float32"}
    return {
        "class_name": "__keras_tensor__",
        "config": {**kept, "keras_history": [_name(history[0]), _index(history[1]), _index(history[2])]},
    }


def _dimension(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_DIMENSIONS:
        raise Unmeasurable(Why.ARCHITECTURE, "a shape")
    return value


def _unknown_layer(name: str) -> Unmeasurable:
    return Unmeasurable(Why.LAYER, name, name=name)


def unknown_setting(name: str, value: object) -> Unmeasurable:
    """Return what to raise for a setting that nothing here knows."""
    return Unmeasurable(Why.SETTING, f"{name}={str(value)[:40]}", name=name, value=str(value)[:40])
