"""`fetch_openml("mnist_784")` and `fetch_mldata`: the same images from another shop, served without network."""

from __future__ import annotations

import functools
import sys
from types import ModuleType
from typing import Any  # scikit-learn ships no types

import numpy as np

from grader.worker.after_import import AfterImport
from grader.worker.compat.attributes import answer
from grader.worker.compat.notice_writer import NoticeWriter


def install(notices: NoticeWriter) -> None:
    AfterImport({"sklearn.datasets._openml": lambda module: _openml(module, notices)}).install()
    AfterImport({"sklearn.datasets": lambda module: _mldata(module, notices)}).install()


def _openml(module: ModuleType, notices: NoticeWriter) -> None:
    original = vars(module)["fetch_openml"]

    @functools.wraps(original)
    def fetch_openml(name: Any = None, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(name, str) or "mnist" not in name.lower():
            return original(name, *args, **kwargs)
        notices.old_spelling(f"fetch_openml({name!r})", f"keras.datasets.{_dataset(name)}.load_data()")
        images, labels = _everything(name)
        labels = labels.astype(str).astype(object)
        return (images, labels) if kwargs.get("return_X_y") else _bunch(images, labels)

    setattr(module, "fetch_openml", fetch_openml)  # noqa: B010  # of a module that has no types
    whole = sys.modules.get("sklearn.datasets")
    if whole is not None:
        whole.__dict__["fetch_openml"] = fetch_openml


def _mldata(module: ModuleType, notices: NoticeWriter) -> None:
    def fetch_mldata(name: str, **_: Any) -> Any:
        return _bunch(*_everything(name))

    def find(name: str) -> Any:
        if name != "fetch_mldata":
            raise AttributeError(name)
        notices.old_spelling("sklearn.datasets.fetch_mldata", "keras.datasets.mnist.load_data()")
        return fetch_mldata

    answer(module, notices, find)


def _dataset(name: str) -> str:
    return "fashion_mnist" if "fashion" in name.lower() else "mnist"


def _everything(name: str) -> tuple[Any, Any]:
    """Training and test images together: (70000, 784) and (70000,)."""
    import keras

    (x_train, y_train), (x_test, y_test) = getattr(keras.datasets, _dataset(name)).load_data()
    images = np.concatenate([x_train, x_test]).reshape(-1, 784)
    return images, np.concatenate([y_train, y_test])


def _bunch(images: Any, labels: Any) -> Any:
    from sklearn.utils import Bunch

    return Bunch(data=images, target=labels)
