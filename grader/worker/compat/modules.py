"""Modules that have moved: `keras.layers.core`, `keras.utils.np_utils`, `sklearn.cross_validation`."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any  # stands for modules of any library

from grader.worker.compat.notice_writer import NoticeWriter

_LAYERS = (
    "core convolutional pooling recurrent normalization embeddings advanced_activations merge wrappers noise local"
)
_UTILS = "np_utils vis_utils generic_utils data_utils io_utils layer_utils visualize_util"
# Below each root stands the Keras of today; `keras` publishes less than `tensorflow.keras`.
_ROOTS = {
    "keras": "keras",
    "tensorflow.keras": "keras._tf_keras.keras",
    "keras._tf_keras.keras": "keras._tf_keras.keras",
}
_MOVED = {
    **{f"layers.{name}": "layers" for name in _LAYERS.split()},
    **{f"layers.{name}": "layers" for name in ("convolutional_recurrent", "cudnn_recurrent", "preprocessing")},
    **{f"utils.{name}": "utils" for name in _UTILS.split()},
    "objectives": "losses",
    "initializations": "initializers",
    "engine": "layers",
    "engine.topology": "layers",
    "engine.training": "models",
    "engine.sequential": "models",
    "engine.input_layer": "layers",
    "legacy.layers": "layers",
    "optimizers.legacy": "optimizers",
    "backend.tensorflow_backend": "backend",
    "preprocessing.text": "preprocessing.text",
}
_PRIVATE = ("layers", "models", "optimizers", "callbacks", "datasets", "losses", "metrics", "preprocessing")
_COPY = "tensorflow.python.keras."
_ELSEWHERE = {
    "sklearn.cross_validation": "sklearn.model_selection",
    "sklearn.grid_search": "sklearn.model_selection",
    "sklearn.externals": "joblib",
    "sklearn.externals.joblib": "joblib",
    "sklearn.mixture.gaussian_mixture": "sklearn.mixture",
    "sklearn.manifold.t_sne": "sklearn.manifold",
}


def install(notices: NoticeWriter) -> None:
    sys.meta_path.append(MovedFinder(notices))  # last: asked only for what nobody knows
    _private_keras(notices)


def today_of(name: str) -> str | None:
    """Return the module of today that holds what `name` held."""
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    if name.startswith(_COPY) and (first := name.removeprefix(_COPY).partition(".")[0]) in _PRIVATE:
        return f"keras._tf_keras.keras.{first}"
    for root, today in _ROOTS.items():
        if name.startswith(f"{root}.") and (rest := name[len(root) + 1 :]) in _MOVED:
            if rest == "preprocessing.text":
                return f"keras._tf_keras.keras.{rest}"
            return f"{today}.{_MOVED[rest]}"
    return None


def _private_keras(notices: NoticeWriter) -> None:
    """TensorFlow still carries a private copy of Keras 2, whose models are no Keras models any more."""
    parent = sys.modules.get("tensorflow.python.keras")
    for full in list(sys.modules):
        name = full.removeprefix(_COPY).partition(".")[0]
        if full.startswith(_COPY) and name in _PRIVATE:
            moved = sys.modules[full] = Moved(full, f"keras._tf_keras.keras.{name}", notices)
            if full == f"{_COPY}{name}":
                setattr(parent, name, moved)


class MovedFinder(MetaPathFinder, Loader):
    def __init__(self, notices: NoticeWriter) -> None:
        self._notices = notices

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if today_of(fullname) is None or not self._notices.asked_by_student():
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        today = today_of(spec.name)
        assert today is not None
        self._notices.old_spelling(spec.name, today.replace("keras._tf_keras.keras", "tensorflow.keras"))
        kind = MovedFunction if spec.name.endswith("layers.merge") else Moved
        return kind(spec.name, today, self._notices)

    def exec_module(self, module: ModuleType) -> None:
        return None


class Moved(ModuleType):
    """Stands for a module of old; what is taken from it comes from today's."""

    def __init__(self, name: str, today: str, notices: NoticeWriter) -> None:
        super().__init__(name)
        self.__path__: list[str] = []  # modules below it have moved too
        self._today = today
        self._notices = notices

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return [n for n in dir(importlib.import_module(self._today)) if not n.startswith("_")]
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "joblib" and self._today == "joblib":
            return importlib.import_module("joblib")
        value = getattr(importlib.import_module(self._today), name)
        shown = self._today.replace("keras._tf_keras.keras", "tensorflow.keras")
        self._notices.old_spelling(self.__name__, shown)
        return value


class MovedFunction(Moved):
    """`keras.layers.merge` was a function in Keras 1 and a module in Keras 2."""

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        return merged(inputs, *args, **kwargs)


def merged(inputs: Any, mode: str = "sum", concat_axis: int = -1, **_: Any) -> Any:
    from keras import layers

    if mode == "concat":
        return layers.concatenate(inputs, axis=concat_axis)
    kinds = {"sum": layers.add, "mul": layers.multiply, "ave": layers.average, "max": layers.maximum}
    if mode == "dot":
        return layers.dot(inputs, axes=-1)
    return kinds[mode](inputs)
