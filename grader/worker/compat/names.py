"""Names that modules of Keras have lost or moved: `keras.models.Input`, `model_from_yaml`, `plot_model`."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any  # Keras and most of what students call ships no types

from grader.messages import say
from grader.worker.compat.attributes import answer, everywhere, from_table
from grader.worker.compat.keras2_files import model_from_text
from grader.worker.compat.modules import merged, today_of
from grader.worker.compat.notice_writer import NoticeWriter

Table = dict[str, tuple[str, Callable[[], Any]]]


def install(notices: NoticeWriter) -> None:
    import keras

    models: Table = {
        "Input": ("keras.Input", lambda: keras.Input),
        "model_from_yaml": ("keras.models.model_from_json", lambda: model_from_text),
        "model_from_config": ("keras.Model.from_config", lambda: keras.models.Sequential.from_config),
    }
    layers: Table = {
        "merge": ("keras.layers.concatenate, add, …", lambda: merged),
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
    utils["multi_gpu_model"] = ("model", lambda: lambda model, *a, **k: model)
    tables = {"models": models, "layers": layers, "optimizers": optimizers, "utils": utils, "": {}, **_small()}
    for_each_keras({**tables, "preprocessing.image": image}, notices)
    everywhere("optimizers.legacy", _todays_optimizers)
    _plot_model(notices)
    everywhere("models", lambda module: setattr(module, "model_from_json", model_from_text))


_LOSSES = {
    "mse": "mean_squared_error", "MSE": "mean_squared_error", "mae": "mean_absolute_error",
    "MAE": "mean_absolute_error", "mape": "mean_absolute_percentage_error", "msle": "mean_squared_logarithmic_error",
    "kld": "kl_divergence", "kullback_leibler_divergence": "kl_divergence", "logcosh": "log_cosh",
    "cosine_proximity": "cosine_similarity",
}  # fmt: skip
_INITIALIZERS = {"normal": "RandomNormal", "uniform": "RandomUniform", "zero": "Zeros", "one": "Ones"}
_REGULARIZERS = {"l1l2": "L1L2", "activity_l1": "L1", "activity_l2": "L2", "activity_l1l2": "L1L2"}


def _small() -> dict[str, Table]:
    """Modules of which only a few names have changed."""
    tables: dict[str, Table] = {}
    changed = {"losses": _LOSSES, "metrics": _LOSSES, "initializers": _INITIALIZERS, "regularizers": _REGULARIZERS}
    for name, names in changed.items():
        module = importlib.import_module(f"keras.{name}")
        tables[name] = {
            old: (f"keras.{name}.{new}", functools.partial(getattr, module, new)) for old, new in names.items()
        }
    return tables


def for_each_keras(tables: dict[str, Table], notices: NoticeWriter) -> None:
    for name, table in tables.items():

        def treat(module: ModuleType, table: Table = table) -> None:
            answer(module, notices, _or_submodule(module, from_table(table, f"{module.__name__}.", notices)))

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


def _plot_model(notices: NoticeWriter) -> None:
    """A drawing that needs a program which is not there must not cost the training that follows it."""
    from keras.src.utils import model_visualization

    original = model_visualization.plot_model

    @functools.wraps(original)
    def plot_model(*args: Any, **kwargs: Any) -> Any:
        try:
            return original(*args, **kwargs)
        except ImportError:
            notices.write(say("`plot_model` needs Graphviz, which is not available here: the drawing was left out."))
            return None

    model_visualization.plot_model = plot_model
    everywhere("utils", lambda module: setattr(module, "plot_model", plot_model))
