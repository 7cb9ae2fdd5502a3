"""Architectures written in one way, so that equal spellings compare as equal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grader.domain import Json, LayerInfo, LayerSpec, Text
from grader.messages import join, plain

# Do nothing to what the model computes after training.
TRANSPARENT = frozenset(
    {"InputLayer", "Dropout", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "ActivityRegularization"}
)
RESHAPING = frozenset({"Flatten", "Reshape", "Rescaling"})
ACTIVATION_LAYERS = {"Softmax": "softmax", "ReLU": "relu", "LeakyReLU": "leaky_relu", "ELU": "elu"}
ALIASES = {"Convolution2D": "Conv2D", "MaxPool2D": "MaxPooling2D"}


@dataclass(frozen=True, slots=True)
class Layer:
    """Hold one layer: its Keras class and those of its settings that are known or asked for."""

    kind: str
    settings: Mapping[str, Json]


def canonical(layers: Iterable[LayerInfo | LayerSpec]) -> tuple[Layer, ...]:
    """Return the layers with activations inside those that they follow, without inputs, dropout and a reshape of the
    input."""
    found: list[Layer] = []
    for layer in layers:
        kind = ALIASES.get(layer.kind, layer.kind)
        if kind in TRANSPARENT or (kind in RESHAPING and not found):
            continue
        activation = layer.settings.get("activation") if kind == "Activation" else ACTIVATION_LAYERS.get(kind)
        if activation is not None and found and _is_linear(found[-1]):
            found[-1] = Layer(found[-1].kind, {**found[-1].settings, "activation": activation})
        else:
            found.append(Layer(kind, dict(layer.settings)))
    return tuple(found)


def _is_linear(layer: Layer) -> bool:
    return layer.settings.get("activation") == "linear"


def agrees(seen: Layer, asked: Layer) -> bool:
    """Return whether every setting asked for is there; a pair written as one number ([5, 5] or 5) is the same pair."""
    return seen.kind == asked.kind and not differing(seen, asked)


def differing(seen: Layer, asked: Layer) -> tuple[str, ...]:
    """Return the names of the settings asked for that are not there."""
    return tuple(
        name for name, value in asked.settings.items() if _one_if_equal(seen.settings.get(name)) != _one_if_equal(value)
    )


def _one_if_equal(value: Json) -> Json:
    if isinstance(value, list | tuple):
        first: Json = value[0] if len(set(map(str, value))) == 1 else list(value)
        return first
    return value


def same(seen: tuple[Layer, ...], asked: tuple[Layer, ...]) -> bool:
    """Return whether the layers agree one by one with those asked for."""
    return len(seen) == len(asked) and all(agrees(s, a) for s, a in zip(seen, asked, strict=True))


SHOWN = ("units", "filters", "kernel_size", "pool_size", "padding", "activation")


def written(layers: tuple[Layer, ...]) -> Text:
    """Return « Conv2D(32, 5×5, sigmoid) → Dense(10, softmax) », the same in both languages, for Keras' names are."""
    return join([plain(_layer_text(layer)) for layer in layers], " → ") if layers else plain("∅")


def _layer_text(layer: Layer) -> str:
    parts = []
    for name in SHOWN:
        value = layer.settings.get(name)
        if value is None or (name == "padding" and value == "valid"):
            continue
        parts.append("×".join(map(str, value)) if isinstance(value, list | tuple) else str(value))
    if layer.settings.get("use_bias") is False:
        parts.append("use_bias=False")
    return f"{layer.kind}({', '.join(parts)})"
