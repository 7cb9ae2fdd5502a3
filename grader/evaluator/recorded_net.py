"""Reads a recorded Keras model as a small dense net and its training, or says why it is not one.

What is read was written by a student's process: nothing in it is trusted, everything not on a list is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

from grader.domain import KERAS_BATCH
from grader.evaluator.small_net import (
    ACTIVATIONS,
    INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    Dense,
    Initial,
    Kind,
    Procedure,
    Settings,
    SmallNet,
    accepted,
)

MAX_LAYERS = 8
MAX_UNITS = 256
MAX_INPUTS = 256
MAX_EPOCHS = 20_000
MAX_RATE = 1000.0

Reason: TypeAlias = Literal[
    "malformed",  # not the JSON of a Keras model
    "inputs",  # not one row of numbers, or not as many as the table has
    "outputs",  # no output, or not as many as the table has
    "layer",  # something else than dense layers, one after the other
    "activation",
    "initializer",
    "setting",  # a regulariser, a constraint, a frozen layer, gradients clipped by their norm…
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


def from_keras(architecture: object, compiled: Mapping[str, object]) -> tuple[SmallNet, Procedure] | Reason:
    """Return the net and its training, read from what a student's process recorded, or why they are not read.

    `architecture` is the model's JSON, as text or decoded. `compiled` holds `loss`, `optimizer`, `learning_rate`,
    `epochs` and `batch_size` (None: Keras' 32). Settings such as the momentum are taken from the architecture's own
    `compile_config` where it names the same optimiser and loss.
    """
    try:
        model = _mapping(json.loads(architecture) if isinstance(architecture, str) else architecture)
        recorded = _recorded_layers(model)
        inputs = _inputs(model, recorded)
        return SmallNet(_read_layers(recorded), inputs), _read_procedure(compiled, model.get("compile_config"))
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


def _recorded_layers(model: Mapping[str, object]) -> list[Mapping[str, object]]:
    recorded = [_mapping(item) for item in _sequence(_mapping(model.get("config")).get("layers"))]
    if len(recorded) > 3 * MAX_LAYERS:
        raise _RefusedError("size")
    if model.get("class_name") != "Sequential":
        _require_chain(model, recorded)
    return recorded


def _read_layers(recorded: Sequence[Mapping[str, object]]) -> tuple[Dense, ...]:
    layers: list[Dense] = []
    for item in recorded:
        _require_keras(item, "layer")
        kind, config = item.get("class_name"), _mapping(item.get("config"))
        if kind == "Dense":
            layers.append(_read_dense(config))
        elif kind in ("Activation", "ReLU", "Softmax") and layers and layers[-1].activation == "linear":
            layers[-1] = replace(layers[-1], activation=_separate_activation(kind, config))
        elif kind not in ("InputLayer", "Flatten"):
            raise _RefusedError("layer")
    if not layers:
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


def _inputs(model: Mapping[str, object], recorded: Sequence[Mapping[str, object]]) -> int:
    """Return how many numbers an example has, from the input layer, or from what the first layer or the whole model
    was built for."""
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
            if len(_sequence(shape)) != 2:
                raise _RefusedError("inputs")
            return _count(_sequence(shape)[1], 1, MAX_INPUTS, "inputs")
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
    if kind == "Softmax":
        if config.get("axis", -1) != -1:
            raise _RefusedError("activation")
        return "softmax"
    if config.get("max_value") is not None or config.get("negative_slope", 0) != 0 or config.get("threshold", 0) != 0:
        raise _RefusedError("activation")
    return "relu"


def _require_keras(item: Mapping[str, object], reason: Reason) -> None:
    """A registered name marks a class of the student's own, whatever it is called."""
    if item.get("registered_name") not in (None, item.get("class_name")):
        raise _RefusedError(reason)


# ── Words of Keras ──────────────────────────────────────────────────────────────────────────────


def _known_class(name: object, known: Mapping[str, Mapping[str, Kind]], reason: Reason) -> str:
    """Return Keras' name of a class; GlorotUniform and glorot_uniform are one."""
    wanted = _folded(name)
    for own in known:
        if wanted == _folded(own):
            return own
    raise _RefusedError(reason)


def _folded(name: object) -> str:
    return name.replace("_", "").lower() if isinstance(name, str) and len(name) <= 40 else ""


def _settings(config: Mapping[str, object], kinds: Mapping[str, Kind], reason: Reason) -> Settings:
    """Return those settings of a class that were recorded, each within its bounds."""
    try:
        given = {name: accepted(kind, config[name]) for name, kind in kinds.items() if name in config}
    except ValueError:
        raise _RefusedError(reason) from None
    return tuple((name, value) for name, value in given.items() if value is not None)


def _initial(value: object) -> Initial:
    config: Mapping[str, object] = {}
    if isinstance(value, Mapping):
        _require_keras(value, "initializer")
        config = _mapping(value.get("config") or {})
        value = value.get("class_name")
    name = _known_class(value, INITIALIZERS, "initializer")
    settings = _settings(config, INITIALIZERS[name], "initializer")
    given = dict(settings)
    if name == "RandomUniform" and float(given.get("minval", -0.05)) > float(given.get("maxval", 0.05)):
        raise _RefusedError("initializer")
    return Initial(name, settings)


_SHORT_NAMES = {
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "bce": "BinaryCrossentropy",
}


def _read_procedure(compiled: Mapping[str, object], recorded: object) -> Procedure:
    loss = compiled.get("loss")
    loss = _known_class(_SHORT_NAMES.get(_folded(loss), loss), LOSSES, "loss")
    optimizer = _known_class(compiled.get("optimizer"), OPTIMIZERS, "optimizer")
    batch = compiled.get("batch_size")
    config = recorded if isinstance(recorded, Mapping) else {}
    return Procedure(
        loss=loss,
        optimizer=optimizer,
        learning_rate=_number(compiled.get("learning_rate"), 1e-12, MAX_RATE, "learning_rate"),
        epochs=_count(compiled.get("epochs"), 1, MAX_EPOCHS, "size"),
        batch_size=_count(KERAS_BATCH if batch is None else batch, 1, 1 << 30, "malformed"),
        settings=_optimizer_settings(optimizer, config.get("optimizer")),
        loss_settings=_loss_settings(loss, config.get("loss")),
    )


# Settings that change a training and are not tried here: they must be absent, or off.
_OFF = ("clipnorm", "global_clipnorm", "loss_scale_factor", "gradient_accumulation_steps")


def _optimizer_settings(name: str, recorded: object) -> Settings:
    if not isinstance(recorded, Mapping) or _folded(recorded.get("class_name")) != _folded(name):
        return ()
    _require_keras(recorded, "optimizer")
    config = _mapping(recorded.get("config"))
    if any(config.get(key) is not None for key in _OFF) or config.get("use_ema", False) is not False:
        raise _RefusedError("setting")
    return _settings(config, OPTIMIZERS[name], "setting")


def _loss_settings(name: str, recorded: object) -> Settings:
    """Return the loss's settings where it was given as an object. Other reductions and axes are not tried here."""
    if not isinstance(recorded, Mapping):
        return ()
    if recorded.get("class_name") == "function":
        raise _RefusedError("loss")  # it may be the student's own, by a name of Keras'
    _require_keras(recorded, "loss")
    config = _mapping(recorded.get("config") or {})
    if config.get("reduction", "sum_over_batch_size") not in ("sum_over_batch_size", "mean_with_sample_weight"):
        raise _RefusedError("setting")
    if config.get("axis", -1) != -1 or config.get("ignore_class") is not None:
        raise _RefusedError("setting")
    return _settings(config, LOSSES[name], "setting") if _folded(recorded.get("class_name")) == _folded(name) else ()
