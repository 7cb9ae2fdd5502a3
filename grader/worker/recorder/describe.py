"""Describes a Keras model in plain values: layers, shapes, settings, compile settings, a digest of its weights."""

from __future__ import annotations

import hashlib
from typing import Any  # Keras and most of what students call ships no types

from grader.domain import Json

SETTINGS = (
    "units", "activation", "filters", "kernel_size", "strides", "padding", "pool_size", "use_bias", "rate",
    "data_format", "target_shape", "dilation_rate", "groups", "n", "axis", "alpha", "negative_slope", "dtype",
)  # fmt: skip


def layers_of(model: Any, inside: str = "") -> list[dict[str, Json]]:
    """Return the layers in order, nested models unfolded; `identity` tells the same layer object met twice."""
    found: list[dict[str, Json]] = []
    for layer in model.layers:
        if hasattr(layer, "layers") and hasattr(layer, "get_weights") and not hasattr(layer, "layer"):
            found += layers_of(layer, f"{inside}{layer.name}/")
            continue
        found.append(
            {
                "kind": type(layer).__name__
                if _is_keras(layer)
                else f"{type(layer).__module__}.{type(layer).__name__}",
                "name": layer.name,
                "settings": {**_settings(layer), "inside": inside, "identity": id(layer) % (1 << 48)},
                "output_shape": _shape(layer),
                "parameters": int(layer.count_params()) if layer.built else 0,
            }
        )
    return found


def _is_keras(layer: Any) -> bool:
    return type(layer).__module__.startswith("keras.")


def _settings(layer: Any) -> dict[str, Json]:
    config = layer.get_config()
    kept = {name: _value(config[name]) for name in SETTINGS if name in config}
    for role in ("kernel_initializer", "bias_initializer", "kernel_regularizer"):
        if config.get(role):
            kept[role] = _value(config[role])
    return kept


def _value(value: Any) -> Json:
    if isinstance(value, dict):
        return str(value.get("class_name") or value.get("config") or "")
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)[:100]


def _shape(layer: Any) -> list[int | None] | None:
    """Return the output shape without the batch axis: (28, 28, 32). None where it is unknown or there are several outputs."""
    try:
        shape = layer.output.shape
    except (AttributeError, ValueError, RuntimeError):
        return None
    return [None if n is None else int(n) for n in shape[1:]]


def boundary(model: Any, which: str) -> list[int | None] | None:
    """Return the `input_shape` or `output_shape` of a single-input, single-output model, batch axis included."""
    shape = getattr(model, which, None)
    if not isinstance(shape, tuple) or not all(n is None or isinstance(n, int) for n in shape):
        return None
    return list(shape)


def compiled_as(model: Any, number: int) -> dict[str, Json] | None:
    """Return the `compiled` of a `fit_begin` event; None for a model that is not compiled."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None:
        return None
    try:
        rate = float(optimizer.learning_rate)
    except (TypeError, ValueError, AttributeError):
        rate = None
    return {
        "model": number,
        "loss": _name(getattr(model, "loss", None)),
        "optimizer": type(optimizer).__name__,
        "learning_rate": rate,
    }


def _name(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, list | tuple):
        return ",".join(_name(item) for item in value[:8])
    if isinstance(value, dict):
        return ",".join(_name(item) for item in list(value.values())[:8])
    name = getattr(value, "__name__", None) or type(value).__name__
    return str(name)


def digest(weights: list[Any]) -> bytes:
    """Return 16 bytes that tell these weights from any others."""
    mixed = hashlib.blake2b(digest_size=16)
    for array in weights:
        mixed.update(str(array.shape).encode())
        mixed.update(array.tobytes())
    return mixed.digest()
