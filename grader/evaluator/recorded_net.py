"""Reads a recorded Keras model as a tiny net and its training, or says why it is not one.

What is read was written by a student's process: nothing in it is trusted, everything not on a list is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from grader.evaluator.formulas import ACTIVATIONS, DEFAULTS, INITIALISERS, LOSSES
from grader.evaluator.restarts import POINTS, Dense, Initial, Procedure, TinyNet

MAX_LAYERS = 8
MAX_UNITS = 256
MAX_EPOCHS = 20_000
MAX_RATE = 1000.0

Reason: TypeAlias = Literal[
    "malformed",  # not the JSON of a Keras model
    "inputs",  # not two inputs, or not four rows
    "outputs",  # not one output
    "layer",  # something else than dense layers, one after the other
    "activation",
    "initializer",
    "setting",  # a regulariser, a constraint, a frozen layer, gradient clipping…
    "loss",
    "optimizer",
    "learning_rate",
    "size",  # more layers, units or epochs than are tried here
]
"""Why a recorded net is not tried again; the check then judges the student's own run."""


class _RefusedError(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


def from_keras(architecture: object, compiled: Mapping[str, object]) -> tuple[TinyNet, Procedure] | Reason:
    """The net and its training, read from what a student's process recorded: nothing in it is trusted.

    `architecture` is the model's JSON, as text or decoded. `compiled` holds `loss`, `optimizer`, `learning_rate`,
    `epochs` and `batch_size` (None: Keras' 32), and if known `rows`, how many points the training was fed. Settings
    such as the momentum are taken from the architecture's own `compile_config` where it names the same optimiser.
    """
    try:
        model = _mapping(json.loads(architecture) if isinstance(architecture, str) else architecture)
        if compiled.get("rows") not in (None, len(POINTS)):
            raise _RefusedError("inputs")
        net = TinyNet(_read_layers(model))
        return net, _read_procedure(compiled, model.get("compile_config"))
    except _RefusedError as refused:
        return refused.reason
    except (ValueError, RecursionError):  # text that is no JSON
        return "malformed"


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _RefusedError("malformed")
    return value


def _sequence(value: object) -> Sequence[object]:
    if not isinstance(value, (list, tuple)):
        raise _RefusedError("malformed")
    return value


def _number(value: object, low: float, high: float, reason: Reason) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise _RefusedError(reason)
    return float(value)


def _count(value: object, low: int, high: int, reason: Reason) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _RefusedError(reason)
    return value


def _read_layers(model: Mapping[str, object]) -> tuple[Dense, ...]:
    recorded = [_mapping(item) for item in _sequence(_mapping(model.get("config")).get("layers"))]
    if len(recorded) > 3 * MAX_LAYERS:
        raise _RefusedError("size")
    if model.get("class_name") != "Sequential":
        _require_chain(model, recorded)
    _require_two_inputs(model, recorded)
    layers: list[Dense] = []
    for item in recorded:
        kind, config = item.get("class_name"), _mapping(item.get("config"))
        if kind == "Dense":
            layers.append(_read_dense(config))
        elif kind in ("Activation", "ReLU") and layers and layers[-1].activation == "linear":
            last = layers[-1]
            layers[-1] = Dense(last.units, _separate_activation(kind, config), last.use_bias, last.kernel, last.bias)
        elif kind not in ("InputLayer", "Flatten"):
            raise _RefusedError("layer")
    if not layers or layers[-1].units != 1:
        raise _RefusedError("outputs")
    if len(layers) > MAX_LAYERS:
        raise _RefusedError("size")
    return tuple(layers)


def _require_chain(model: Mapping[str, object], recorded: Sequence[Mapping[str, object]]) -> None:
    """A functional model is taken where each layer has one input: the layer before it."""
    for before, item in zip((None, *recorded), recorded, strict=False):
        nodes = _sequence(item.get("inbound_nodes"))
        if before is None:
            if nodes or item.get("class_name") != "InputLayer":
                raise _RefusedError("layer")
            continue
        if len(nodes) != 1:
            raise _RefusedError("layer")
        arguments = _sequence(_mapping(nodes[0]).get("args"))
        if len(arguments) != 1 or not isinstance(arguments[0], Mapping):
            raise _RefusedError("layer")
        history = _sequence(_mapping(arguments[0].get("config")).get("keras_history"))
        if not history or history[0] != before.get("name"):
            raise _RefusedError("layer")
    outputs = _sequence(_mapping(model.get("config")).get("output_layers"))
    output = outputs[0] if outputs and isinstance(outputs[0], (list, tuple)) else outputs
    if not output or output[0] != recorded[-1].get("name"):
        raise _RefusedError("layer")


def _require_two_inputs(model: Mapping[str, object], recorded: Sequence[Mapping[str, object]]) -> None:
    """The input's shape stands in the input layer, or in what the first layer or the whole model was built for."""
    first = recorded[0] if recorded else {}
    places = (
        (first, "config", "batch_shape"),
        (first, "build_config", "input_shape"),
        (model, "build_config", "input_shape"),
    )
    for holder, part, key in places:
        settings = holder.get(part)
        shape = settings.get(key) if isinstance(settings, Mapping) else None
        if shape is not None:
            if len(_sequence(shape)) != 2 or _sequence(shape)[1] != POINTS.shape[1]:
                raise _RefusedError("inputs")
            return
    raise _RefusedError("inputs")


def _read_dense(config: Mapping[str, object]) -> Dense:
    free = ("kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint", "bias_constraint")
    if any(config.get(key) is not None for key in free) or config.get("trainable", True) is not True:
        raise _RefusedError("setting")
    if config.get("lora_rank") is not None or config.get("quantization_config") is not None:
        raise _RefusedError("setting")
    use_bias = config.get("use_bias", True)
    if not isinstance(use_bias, bool):
        raise _RefusedError("malformed")
    return Dense(
        _count(config.get("units"), 1, MAX_UNITS, "size"),
        _activation(config.get("activation")),
        use_bias,
        _initial(config.get("kernel_initializer", "glorot_uniform")),
        _initial(config.get("bias_initializer", "zeros")),
    )


def _activation(name: object) -> str:
    if name is None:
        return "linear"
    if not isinstance(name, str) or name not in ACTIVATIONS:
        raise _RefusedError("activation")
    return name


def _separate_activation(kind: object, config: Mapping[str, object]) -> str:
    if kind == "Activation":
        return _activation(config.get("activation"))
    if config.get("max_value") is not None or config.get("negative_slope", 0) != 0 or config.get("threshold", 0) != 0:
        raise _RefusedError("activation")
    return "relu"


_INITIAL_KEYS = {
    "random_uniform": ("minval", "maxval"),
    "random_normal": ("mean", "stddev"),
    "truncated_normal": ("mean", "stddev"),
    "constant": ("value", ""),
}


def _initial(value: object) -> Initial:
    config: Mapping[str, object] = {}
    if isinstance(value, Mapping):
        config = _mapping(value.get("config") or {})
        value = value.get("class_name")
    name = _snake(value)
    if name not in INITIALISERS:
        raise _RefusedError("initializer")
    low, high = (
        _number(config.get(key, default), -1e3, 1e3, "initializer")
        for key, default in zip(_INITIAL_KEYS.get(name, ("", "")), INITIALISERS[name], strict=True)
    )
    if name in _INITIAL_KEYS and name != "constant" and (high < low if name == "random_uniform" else high < 0):
        raise _RefusedError("initializer")
    return Initial(name, low, high)


def _snake(value: object) -> str:
    """GlorotUniform → glorot_uniform."""
    if not isinstance(value, str) or len(value) > 40:
        return ""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in value).lstrip("_")


_SHORT_NAMES = {"mse": LOSSES[0], "mae": LOSSES[1], "bce": LOSSES[2]}


def _loss(name: object) -> str:
    """MeanSquaredError, mean_squared_error, mse and MSE are one loss."""
    known = _SHORT_NAMES.get(name.lower(), _snake(name)) if isinstance(name, str) else ""
    if known not in LOSSES:
        raise _RefusedError("loss")
    return known


# Settings that change a training and are not tried here: they must be absent, or off.
_OFF = ("weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "loss_scale_factor", "gradient_accumulation_steps")


def _read_procedure(compiled: Mapping[str, object], recorded: object) -> Procedure:
    loss = _loss(compiled.get("loss"))
    name = compiled.get("optimizer")
    name = name.lower() if isinstance(name, str) else ""
    if name not in DEFAULTS:
        raise _RefusedError("optimizer")
    batch = compiled.get("batch_size")
    config = recorded if isinstance(recorded, Mapping) else {}
    return Procedure(
        loss=loss,
        optimizer=name,
        learning_rate=_number(compiled.get("learning_rate"), 1e-12, MAX_RATE, "learning_rate"),
        epochs=_count(compiled.get("epochs"), 1, MAX_EPOCHS, "size"),
        batch_size=_count(32 if batch is None else batch, 1, 1 << 30, "malformed"),
        settings=_optimizer_settings(name, config.get("optimizer")),
        logits=_reads_logits(loss, config.get("loss")),
    )


def _optimizer_settings(name: str, recorded: object) -> tuple[tuple[str, float | bool], ...]:
    if not isinstance(recorded, Mapping) or str(recorded.get("class_name")).lower() != name:
        return ()
    config = _mapping(recorded.get("config"))
    if any(config.get(key) is not None for key in _OFF) or config.get("use_ema", False) is not False:
        raise _RefusedError("setting")
    settings: list[tuple[str, float | bool]] = []
    for key, default in DEFAULTS[name].items():
        value = config.get(key, default)
        if isinstance(default, bool):
            if not isinstance(value, bool):
                raise _RefusedError("setting")
            settings.append((key, value))
        else:
            settings.append((key, _number(value, 0.0, 1.0, "setting")))
    return tuple(settings)


def _reads_logits(loss: str, recorded: object) -> bool:
    """Whether the loss was told to expect logits. Label smoothing and other reductions are not tried here."""
    if not isinstance(recorded, Mapping):
        return False
    config = _mapping(recorded.get("config") or {})
    if config.get("reduction", "sum_over_batch_size") not in ("sum_over_batch_size", "mean_with_sample_weight"):
        raise _RefusedError("setting")
    if config.get("label_smoothing", 0) != 0:
        raise _RefusedError("setting")
    return loss == "binary_crossentropy" and config.get("from_logits") is True
