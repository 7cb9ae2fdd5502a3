"""Architectures that Keras 1 and 2 wrote as JSON or YAML: `model_from_json` and `model_from_yaml` read them all."""

from __future__ import annotations

import json
from typing import Any  # Keras and most of what students call ships no types


def model_from_text(text: str, custom_objects: Any = None) -> Any:
    """The model of `to_json` or `to_yaml`, of whatever version. What `to_yaml` writes here is JSON."""
    from keras.src.legacy.saving import saving_utils
    from keras.src.models import model as models

    try:
        config = json.loads(text)
    except ValueError:
        config = from_yaml(text)
    if not _is_old(config):
        return models.model_from_json(text, custom_objects)
    if isinstance(config.get("config"), list):  # a Sequential was the list of its layers until 2018
        config = {**config, "config": {"name": "sequential", "layers": config["config"]}}
    return saving_utils.model_from_config(config, custom_objects)


def _is_old(config: Any) -> bool:
    return isinstance(config, dict) and "module" not in config and isinstance(config.get("config"), dict | list)


def from_yaml(text: str) -> Any:
    """Plain values and the tuples that Keras wrote. Any other tag is refused: YAML could name code to be run."""
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    def sequence(loader: yaml.SafeLoader, node: yaml.Node) -> list[Any]:
        return loader.construct_sequence(node, True) if isinstance(node, yaml.SequenceNode) else []

    def scalar(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
        return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else ""

    Loader.add_constructor("tag:yaml.org,2002:python/tuple", sequence)
    Loader.add_constructor("tag:yaml.org,2002:python/unicode", scalar)
    return yaml.load(text, Loader)
