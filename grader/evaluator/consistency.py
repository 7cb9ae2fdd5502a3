"""What was noted of a model's layers against the model that its architecture gives.

Both come from the student's process, and the checks judge the one by the notes and the other by its predictions:
they must speak of one network.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any  # Keras ships no types

from grader.evaluator.inputs import NotedLayer
from grader.measurements import Unmeasurable, Why

SETTINGS = (
    "units", "activation", "filters", "kernel_size", "strides", "padding", "pool_size", "use_bias", "rate",
    "target_shape", "dilation_rate", "groups",
)  # fmt: skip
UNNAMED = "function"  # an activation given as a function that Keras knows under another name


def check_agreement(model: Any, noted: Sequence[NotedLayer]) -> None:
    """Raise `Unmeasurable` where a rebuilt Keras model is not the one that was noted.

    `noted` are the layers of the snapshot: `kind`, `name`, `settings`, `parameters`.
    """
    found = {inside + layer.name: layer for inside, layer in _unfolded(model)}
    by_name = {str(one["settings"].get("inside") or "") + one["name"]: one for one in noted}
    if len(by_name) != len(noted) or found.keys() != by_name.keys():
        raise Unmeasurable(Why.UNLIKE_RECORDED, "other layers than those that were recorded")
    for name, layer in found.items():
        if not _same_layer(layer, by_name[name]):
            raise Unmeasurable(Why.UNLIKE_RECORDED, f"a layer {name} unlike the one that was recorded")


def _unfolded(model: Any, inside: str = "") -> Iterator[tuple[str, Any]]:
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _unfolded(layer, f"{inside}{layer.name}/")
        else:
            yield inside, layer


def _same_layer(layer: Any, noted: NotedLayer) -> bool:
    if noted["kind"] != type(layer).__name__ or noted["parameters"] != layer.count_params():
        return False
    config = layer.get_config()
    settings = {name: noted["settings"].get(name) for name in SETTINGS if name in config}
    return all(_same_value(value, config[name]) for name, value in settings.items() if value not in (None, UNNAMED))


def _same_value(noted: object, own: object) -> bool:
    if isinstance(noted, float) and isinstance(own, int | float):
        return math.isclose(noted, own, rel_tol=1e-6)
    return bool(_listed(noted) == _listed(own))


def _listed(value: object) -> object:
    """As JSON has it: lists all the way down."""
    return [_listed(item) for item in value] if isinstance(value, tuple | list) else value
