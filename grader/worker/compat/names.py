"""Names that modules of Keras have lost or moved: `keras.models.Input`, `model_from_yaml`, `plot_model`."""

from __future__ import annotations

import functools
import importlib
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

from grader.messages import say
from grader.worker.compat.attributes import answer, everywhere, from_table
from grader.worker.compat.modules import today_of
from grader.worker.compat.told import Told

Table = dict[str, tuple[str, Callable[[], Any]]]


def install(told: Told) -> None:
    import keras

    models: Table = {
        "Input": ("keras.Input", lambda: keras.Input),
        "model_from_yaml": ("keras.models.model_from_json", lambda: _model_from_yaml),
        "model_from_config": ("keras.Model.from_config", lambda: keras.models.Sequential.from_config),
    }
    layers: Table = {
        "merge": ("keras.layers.concatenate, add, …", lambda: _merge),
        "CuDNNLSTM": ("keras.layers.LSTM", lambda: keras.layers.LSTM),
        "CuDNNGRU": ("keras.layers.GRU", lambda: keras.layers.GRU),
        "Sequential": ("keras.Sequential", lambda: keras.Sequential),
        "Model": ("keras.Model", lambda: keras.Model),
        "AtrousConvolution2D": ("keras.layers.Conv2D", lambda: keras.layers.Conv2D),
    }
    optimizers: Table = {
        name: (f"keras.optimizers.{kind}", functools.partial(getattr, keras.optimizers, kind))
        for name, kind in (("sgd", "SGD"), ("adam", "Adam"), ("rmsprop", "RMSprop"), ("adagrad", "Adagrad"))
    }
    generators = ("ImageDataGenerator", "NumpyArrayIterator", "random_rotation", "random_shift", "random_zoom")
    image: Table = {
        name: (f"tensorflow.keras.preprocessing.image.{name}", functools.partial(_legacy_image, name))
        for name in generators
    }
    utils: Table = {
        "plot_model": ("keras.utils.plot_model", lambda: keras.utils.plot_model),
        "plot": ("keras.utils.plot_model", lambda: keras.utils.plot_model),
        "print_summary": ("model.summary()", lambda: lambda model, *a, **k: model.summary()),
    }
    tables = {"models": models, "layers": layers, "optimizers": optimizers, "utils": utils, "": {}}
    for_each_keras({**tables, "preprocessing.image": image}, told)
    everywhere("optimizers.legacy", _todays_optimizers)
    _plot_model(told)


def for_each_keras(tables: dict[str, Table], told: Told) -> None:
    for name, table in tables.items():

        def treat(module: ModuleType, table: Table = table) -> None:
            answer(module, told, _or_submodule(module, from_table(table, f"{module.__name__}.", told)))

        everywhere(name, treat)


def _or_submodule(module: ModuleType, find: Callable[[str], Any]) -> Callable[[str], Any]:
    """`keras.utils.np_utils.to_categorical` after nothing but `import keras`."""

    def found(name: str) -> Any:
        full = f"{module.__name__}.{name}"
        return importlib.import_module(full) if today_of(full) is not None else find(name)

    return found


def _todays_optimizers(legacy: ModuleType) -> None:
    """`tf.keras.optimizers.legacy.SGD` is a class that only refuses; today's does what was meant."""
    optimizers = importlib.import_module("keras.optimizers")
    for name in list(vars(legacy)):
        if not name.startswith("_") and hasattr(optimizers, name):
            setattr(legacy, name, getattr(optimizers, name))


def _legacy_image(name: str) -> Any:
    return getattr(importlib.import_module("keras._tf_keras.keras.preprocessing.image"), name)


def _model_from_yaml(text: str, custom_objects: Any = None) -> Any:
    import keras

    try:
        json.loads(text)
    except ValueError:
        raise ValueError(
            "This model was written in YAML by another version of Keras, which Keras 3 does not read; "
            "run the program that saves it again, with model.to_json()."
        ) from None
    return keras.models.model_from_json(text, custom_objects)


def _merge(inputs: Any, mode: str = "sum", concat_axis: int = -1, **_: Any) -> Any:
    from keras import layers

    if mode == "concat":
        return layers.concatenate(inputs, axis=concat_axis)
    kinds = {"sum": layers.add, "mul": layers.multiply, "ave": layers.average, "max": layers.maximum}
    if mode == "dot":
        return layers.dot(inputs, axes=-1)
    return kinds[mode](inputs)


def _plot_model(told: Told) -> None:
    """A drawing that needs a program which is not there must not cost the training that follows it."""
    from keras.src.utils import model_visualization

    original = model_visualization.plot_model

    @functools.wraps(original)
    def plot_model(*args: Any, **kwargs: Any) -> Any:
        try:
            return original(*args, **kwargs)
        except ImportError:
            told.tell(say("`plot_model` needs Graphviz, which is not available here: the drawing was left out."))
            return None

    model_visualization.plot_model = plot_model
    everywhere("utils", lambda module: setattr(module, "plot_model", plot_model))
