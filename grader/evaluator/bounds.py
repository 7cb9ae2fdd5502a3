"""How large a model would be, known before anything of it is allocated.

A few words of JSON can ask for more memory than any machine has, or for hours of arithmetic. The cleaned
configuration is built once without values: Keras works out every shape, and no variable is made.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from typing import Any

from grader.measurements import Unmeasurable, Why

MOST_LAYERS = 200  # nested ones included
MOST_CALLS = 1000  # of layers: a model may be called many times by the one around it
MOST_PARAMETERS = 60_000_000
MOST_VALUES = 1 << 20  # activations of one example in one layer; 128 channels of a 64 × 64 image are half of it
MOST_STEPS = 1 << 29  # multiplications for one example; LeNet needs 11 million


def check_bounds(config: dict[str, Any]) -> None:
    """Raises `Unmeasurable` for a cleaned configuration (see `rebuild`) that is larger than a student's network can be."""
    layers, calls = count(config["config"])
    if layers > MOST_LAYERS or calls > MOST_CALLS:
        raise Unmeasurable(Why.TOO_LARGE, "too many layers")
    model = built_without_values(config)
    if not model.built:
        raise Unmeasurable(Why.NO_INPUT_SHAPE, "a model without input shape")
    if model.count_params() > MOST_PARAMETERS:
        raise Unmeasurable(Why.TOO_LARGE, "too many parameters")
    if max((math.prod(s) for layer in leaves(model) for s in shapes(layer)), default=0) > MOST_VALUES:
        raise Unmeasurable(Why.TOO_LARGE, "too many values in one layer")
    if steps(model, config["config"]) > MOST_STEPS:
        raise Unmeasurable(Why.TOO_LARGE, "too much to compute")


def count(config: dict[str, Any]) -> tuple[int, int]:
    """(layers, calls of layers), those of nested models included."""
    layers = calls = 0
    for item in config["layers"]:
        inner = count(item["config"]) if "layers" in item["config"] else (1, 1)
        layers += inner[0]
        calls += inner[1] * max(1, len(item["inbound_nodes"]))
    return layers, calls


def built_without_values(config: dict[str, Any]) -> Any:
    """The Keras model of a cleaned configuration, all shapes known and not one variable allocated."""
    import keras
    from keras.src.backend.common import global_state

    kind = keras.Sequential if config["class_name"] == "Sequential" else keras.Model
    try:
        with keras.StatelessScope(initialize_variables=False):
            return kind.from_config(copy.deepcopy(config["config"]))  # Keras takes pieces out of it
    finally:  # else the next scope would give them values after all
        global_state.set_global_attribute("uninitialized_variables", [])


def leaves(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from leaves(layer)
        else:
            yield layer


def shapes(layer: Any, which: str = "output_tensors") -> list[tuple[int, ...]]:
    """Of what one layer gives (or takes, `input_tensors`) at each of its calls, without the batch axis."""
    tensors = [tensor for node in layer._inbound_nodes for tensor in getattr(node, which)]
    return [tuple(n or 1 for n in tensor.shape[1:]) for tensor in tensors]


def steps(model: Any, config: dict[str, Any]) -> int:
    """Multiplications for one example, from above."""
    total = 0
    own = {layer.name: layer for layer in model.layers}
    for item in config["layers"]:
        layer = own.get(item["config"]["name"])  # a Sequential does not count its input as a layer
        if layer is not None:
            once = steps(layer, item["config"]) if "layers" in item["config"] else _steps(layer)
            total += max(1, len(item["inbound_nodes"])) * once
    return total


def _steps(layer: Any) -> int:
    """Each kernel at each place (all data is channels-last), each pooling window, each value."""
    given = shapes(layer)
    places = max((math.prod(s[:-1]) for s in given + shapes(layer, "input_tensors")), default=1)
    window = math.prod(getattr(layer, "pool_size", None) or (1,))
    values = max((math.prod(s) for s in given), default=0)
    weights = sum(math.prod(w.shape) for w in layer.weights)
    return int(places * weights + window * values)
