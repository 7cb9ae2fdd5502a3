"""`keras.wrappers.scikit_learn`: a model in scikit-learn's clothes, which Keras has dropped."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any  # scikit-learn ships no types

import numpy as np

from grader.worker.compat.notice_writer import NoticeWriter

_NAMES = tuple(f"{root}.wrappers.scikit_learn" for root in ("keras", "tensorflow.keras", "keras._tf_keras.keras"))
_FIT = frozenset(("batch_size", "epochs", "verbose", "callbacks", "validation_split", "validation_data", "shuffle"))


def install(notices: NoticeWriter) -> None:
    sys.meta_path.append(WrapperFinder(notices))


class WrapperFinder(MetaPathFinder, Loader):
    def __init__(self, notices: NoticeWriter) -> None:
        self._notices = notices

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname in _NAMES and self._notices.asked_by_student() else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        self._notices.old_spelling(spec.name, "keras.wrappers.SKLearnClassifier")
        module = ModuleType(spec.name)
        module.__dict__.update(KerasClassifier=KerasClassifier, KerasRegressor=KerasRegressor)
        return module

    def exec_module(self, module: ModuleType) -> None:
        return None


class _Wrapped:
    """Enough for `fit`, `predict`, `score`, and for scikit-learn's cross-validation, which copies by parameters."""

    def __init__(self, build_fn: Callable[..., Any], **sk_params: Any) -> None:
        self.build_fn = build_fn
        self.sk_params = sk_params

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        return {"build_fn": self.build_fn, **self.sk_params}

    def set_params(self, **params: Any) -> Any:
        self.build_fn = params.pop("build_fn", self.build_fn)
        self.sk_params.update(params)
        return self

    def _build(self) -> None:
        taken = inspect.signature(self.build_fn).parameters
        self.model = self.build_fn(**{name: value for name, value in self.sk_params.items() if name in taken})

    def _train(self, x: Any, y: Any, **kwargs: Any) -> Any:
        settings = {name: value for name, value in self.sk_params.items() if name in _FIT}
        if "nb_epoch" in self.sk_params:
            settings["epochs"] = self.sk_params["nb_epoch"]
        self.history = self.model.fit(x, y, **{**settings, **kwargs})
        return self.history

    def _predicted(self, x: Any) -> Any:
        return np.asarray(self.model.predict(x, verbose=0))


class KerasClassifier(_Wrapped):
    _estimator_type = "classifier"

    def fit(self, x: Any, y: Any, **kwargs: Any) -> Any:
        """Labels may be numbers or one-hot rows; a categorical loss is given one-hot rows, as it was."""
        import keras

        y = np.asarray(y)
        self.classes_, numbers = np.unique(y.argmax(axis=1) if y.ndim == 2 else y, return_inverse=True)
        self._build()
        loss = str(getattr(self.model, "loss", ""))
        rows = "categorical_crossentropy" in loss and "sparse" not in loss
        return self._train(x, keras.utils.to_categorical(numbers) if rows and y.ndim == 1 else y, **kwargs)

    def predict(self, x: Any, **kwargs: Any) -> Any:
        values = self._predicted(x)
        picked = values.argmax(axis=-1) if values.shape[-1] > 1 else (values > 0.5).astype(int).ravel()
        return self.classes_[picked]

    def predict_proba(self, x: Any, **kwargs: Any) -> Any:
        values = self._predicted(x)
        return values if values.shape[-1] > 1 else np.hstack([1 - values, values])

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        y = np.asarray(y)
        return float((self.predict(x) == (y.argmax(axis=1) if y.ndim == 2 else y)).mean())


class KerasRegressor(_Wrapped):
    _estimator_type = "regressor"

    def fit(self, x: Any, y: Any, **kwargs: Any) -> Any:
        self._build()
        return self._train(x, y, **kwargs)

    def predict(self, x: Any, **kwargs: Any) -> Any:
        return np.squeeze(self._predicted(x), axis=-1)

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        """The loss with its sign turned, as Keras gave it."""
        loss = self.model.evaluate(x, y, verbose=0)
        return -float(loss[0] if isinstance(loss, list) else loss)
