"""How large a model would be, known before anything of it is allocated.

A few words of JSON can ask for more memory than any machine has, or for hours of arithmetic. The cleaned
configuration is built once without values: Keras works out every shape, and no variable is made.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias  # Keras ships no types

from grader.measurements import Unmeasurable, Why

Config: TypeAlias = dict[str, Any]  # Keras' own JSON, nested as each of its classes wants it
Shape: TypeAlias = tuple[int | None, ...]  # of one example

MAX_LAYERS = 200  # nested ones included
MAX_CALLS = 1000  # of layers: a model may be called many times by the one around it
MAX_PARAMETERS = 60_000_000
MAX_VALUES = 1 << 20  # activations of one example in one layer; 128 channels of a 64 × 64 image are half of it
MAX_STEPS = 1 << 29  # multiplications for one example; LeNet needs 11 million

BUILT_FOR = "build_input_shape"  # where a Sequential without an input layer keeps the shape of its input


@dataclass(frozen=True, slots=True)
class Cost:
    """Hold upper bounds for one example: `values`, how many the largest layer gives, and `steps`, multiplications."""

    values: int
    steps: int


def check_bounds(config: Config) -> None:
    """Raise `Unmeasurable` for a cleaned configuration (see `rebuild`) that is larger than a student's network can be.

    A side that no input layer tells counts as 1: such a model is bounded for what it is fed with only after `with_sides`
    has written the sizes in.
    """
    layers, calls = count(config["config"])
    if layers > MAX_LAYERS or calls > MAX_CALLS:
        raise Unmeasurable(Why.TOO_LARGE, "too many layers")
    model = built_without_values(config)
    if not model.built:
        raise Unmeasurable(Why.NO_INPUT_SHAPE, "a model without input shape")
    if model.count_params() > MAX_PARAMETERS:
        raise Unmeasurable(Why.TOO_LARGE, "too many parameters")
    found = cost(model, config["config"])
    if found.values > MAX_VALUES:
        raise Unmeasurable(Why.TOO_LARGE, "too many values in one layer")
    if found.steps > MAX_STEPS:
        raise Unmeasurable(Why.TOO_LARGE, "too much to compute")


def count(config: Config) -> tuple[int, int]:
    """Return (layers, calls of layers), those of nested models included."""
    layers = calls = 0
    for item in config["layers"]:
        inner = count(item["config"]) if "layers" in item["config"] else (1, 1)
        layers += inner[0]
        calls += inner[1] * max(1, len(item["inbound_nodes"]))
    return layers, calls


def built_without_values(config: Config) -> Any:
    """Return the Keras model of a cleaned configuration, all shapes known and not one variable allocated. Raise what
    Keras raises on settings that do not fit together."""
    import keras
    from keras.src.backend.common import global_state

    kind = keras.Sequential if config["class_name"] == "Sequential" else keras.Model
    try:
        with keras.StatelessScope(initialize_variables=False):
            return kind.from_config(copy.deepcopy(config["config"]))  # Keras takes pieces out of it
    finally:  # else the next scope would give them values after all
        global_state.set_global_attribute("uninitialized_variables", [])


# ── Sides that an input layer leaves open ───────────────────────────────────────────────────────


def with_sides(config: Config, given: Sequence[Shape]) -> Config:
    """Return a configuration with the sides written in that its inputs leave open.

    `given` is what they are fed with, one shape per input, without the batch axis: such as (28, 28) or (64, 64, 3). An
    image of one channel may come with or without that axis. An input that does not fit what it is given stays as it is.
    """
    config = copy.deepcopy(config)
    inputs = _input_places(config["config"])
    for (place, key), shape in zip(inputs, given, strict=True) if len(inputs) == len(given) else ():
        for fed in (shape, (*shape, 1), shape[:-1] if shape[-1:] == (1,) else shape):
            if place.get(key) is not None and _fits(place[key][1:], fed):
                place[key] = [None, *fed]
    return config


def _input_places(config: Config) -> list[tuple[Config, str]]:
    """Return where the shapes of a model's inputs stand: a table, and the key in it."""
    if "input_layers" in config:
        by_name = {item["config"]["name"]: item["config"] for item in config["layers"]}
        return [(by_name.get(name, {}), "batch_shape") for name in _layer_names(config["input_layers"])]
    first = config["layers"][0] if config["layers"] else {}
    return [(first["config"], "batch_shape") if first.get("class_name") == "InputLayer" else (config, BUILT_FOR)]


def _layer_names(ends: Sequence[Any]) -> list[str]:
    """Return the names in `input_layers`: of [name, node, tensor], or of lists of these."""
    if ends and isinstance(ends[0], str):
        return [ends[0]]
    return [name for end in ends for name in _layer_names(end)]


def _fits(own: Sequence[int | None], given: Shape) -> bool:
    return len(own) == len(given) and all(n in (None, m) for n, m in zip(own, given, strict=True))


# ── What a model costs ──────────────────────────────────────────────────────────────────────────


def cost(model: Any, config: Config) -> Cost:
    """Return what one example costs in a model without values, of the `config` (its inner part) it was built from.

    A model inside of it may leave the sides of its input open: it is bounded for each shape that it is called on. Raise
    `Unmeasurable` where such a shape stays unknown.
    """
    values = total = 0
    own = {layer.name: layer for layer in model.layers}
    for item in config["layers"]:
        layer = own.get(item["config"]["name"])  # a Sequential does not count its input as a layer
        if layer is None:
            continue
        if "layers" in item["config"]:
            each = [_cost_inside(layer, item, given) for given in _call_shapes(layer)]
            once = Cost(max(c.values for c in each), max(c.steps for c in each))
        else:
            once = Cost(max((math.prod(s) for s in shapes(layer)), default=0), _steps(layer))
        values = max(values, once.values)
        total += max(1, len(item["inbound_nodes"])) * once.steps
    return Cost(values, total)


def _cost_inside(layer: Any, item: Config, given: Sequence[Shape]) -> Cost:
    """Return what a model inside of another one costs in a call on shapes `given`."""
    fed = with_sides(item, given)
    left_open = any(None in (place.get(key) or ())[1:] for place, key in _input_places(fed["config"]))
    if left_open and not any(None in shape for shape in given):
        raise Unmeasurable(Why.NO_INPUT_SHAPE, "a model inside, called on what its input does not tell")
    return cost(layer if fed == item else built_without_values(fed), fed["config"])


def _call_shapes(layer: Any) -> list[tuple[Shape, ...]]:
    """Return what a layer is called on, without the batch axis; each kind of call once, at least one."""
    found = [tuple(tuple(t.shape[1:]) for t in node.input_tensors) for node in layer._inbound_nodes]
    return list(dict.fromkeys(found)) or [()]


def shapes(layer: Any, which: str = "output_tensors") -> list[tuple[int, ...]]:
    """Return the shapes that a layer gives (or takes, `input_tensors`) at each of its calls, without the batch axis; an
    open side counts as 1."""
    tensors = [tensor for node in layer._inbound_nodes for tensor in getattr(node, which)]
    return [tuple(n or 1 for n in tensor.shape[1:]) for tensor in tensors]


def _steps(layer: Any) -> int:
    """Each kernel at each place (all data is channels-last), each pooling window, each value."""
    given = shapes(layer)
    places = max((math.prod(s[:-1]) for s in given + shapes(layer, "input_tensors")), default=1)
    window = math.prod(getattr(layer, "pool_size", None) or (1,))
    values = max((math.prod(s) for s in given), default=0)
    weights = sum(math.prod(w.shape) for w in layer.weights)
    return int(places * weights + window * values)
