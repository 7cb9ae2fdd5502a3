"""Saving and loading under names that Keras 3 refuses: `save_weights("model.h5")`, `save("my_model")`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any  # Keras and most of what students call ships no types

from grader.worker.compat.attributes import everywhere
from grader.worker.compat.notice_writer import NoticeWriter
from grader.worker.compat.paths import elsewhere, for_writing

WHOLE = (".keras", ".h5", ".hdf5")
LEGACY = (".h5", ".hdf5")


def install(notices: NoticeWriter) -> None:
    from keras.src.models.model import Model
    from keras.src.saving import saving_api

    _around(
        Model,
        "save",
        lambda model, original, path, *a, **k: original(model, _whole(path, notices), *a, **_no_format(k)),
    )
    _around(
        Model,
        "save_weights",
        lambda model, original, path, *a, **k: _save_weights(model, original, path, notices, *a, **k),
    )
    _around(
        Model, "load_weights", lambda model, original, path, *a, **k: original(model, _weights(path, notices), *a, **k)
    )
    load = saving_api.load_model

    @functools.wraps(load)
    def load_model(filepath: Any, *args: Any, **kwargs: Any) -> Any:
        return load(_found(filepath, notices, (".keras", ".h5")), *args, **kwargs)

    saving_api.load_model = load_model
    for name in ("models", "saving"):
        everywhere(name, lambda module: setattr(module, "load_model", load_model))


def _around(owner: Any, name: str, instead: Callable[..., Any]) -> None:
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapper(model: Any, filepath: Any, *args: Any, **kwargs: Any) -> Any:
        return instead(model, original, filepath, *args, **kwargs)

    # More is taken than the function itself takes (`save_format`): the recorder binds arguments by what is said here.
    wrapper.__signature__ = inspect.signature(wrapper, follow_wrapped=False)  # type: ignore[attr-defined]
    setattr(owner, name, wrapper)


def _no_format(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kwargs.items() if name != "save_format"}


def _whole(filepath: Any, notices: NoticeWriter) -> Any:
    path = for_writing(filepath, notices)
    if not isinstance(path, str | Path) or str(path).endswith((*WHOLE, ".weights.h5")):
        return path
    notices.old_spelling(f"model.save({str(filepath)!r})", f"model.save({str(filepath) + '.keras'!r})")
    return f"{path}.keras"


def _save_weights(model: Any, original: Any, filepath: Any, notices: NoticeWriter, *args: Any, **kwargs: Any) -> Any:
    """In the layout of Keras 2 where the name is of Keras 2, so that `load_weights` knows what it finds."""
    path = for_writing(filepath, notices)
    name = str(path)
    if not isinstance(path, str | Path) or name.endswith((".weights.h5", ".weights.json")):
        return original(model, path, *args, **_no_format(kwargs))
    stem = name.removesuffix(".h5").removesuffix(".hdf5")
    notices.old_spelling(f"save_weights({str(filepath)!r})", f"save_weights({Path(stem).name + '.weights.h5'!r})")
    if not name.endswith(LEGACY):
        return original(model, f"{name}.weights.h5", *args, **_no_format(kwargs))
    import h5py
    from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group

    with h5py.File(name, "w") as file:
        save_weights_to_hdf5_group(file, model)
    return None


def _weights(filepath: Any, notices: NoticeWriter) -> Any:
    return _found(filepath, notices, (".weights.h5", ".h5"))


def _found(filepath: Any, notices: NoticeWriter, endings: tuple[str, ...]) -> Any:
    """The file of that name, or the one that saving under that name has made."""
    if not isinstance(filepath, str | Path):
        return filepath
    path = elsewhere(filepath, notices) or filepath
    if Path(path).exists():
        return path
    return next((f"{path}{end}" for end in endings if Path(f"{path}{end}").is_file()), path)
