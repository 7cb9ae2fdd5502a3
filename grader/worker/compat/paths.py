"""Paths of another machine: Colab's `/content/…`, and the course's data wherever the student keeps them.

Narrow on purpose: only a path that does not exist here, and that lies under `/content` or ends in the name of one of
the course's data files, is led elsewhere.
"""

from __future__ import annotations

import builtins
import functools
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any  # wraps functions of any library, with whatever they take

from grader.messages import say
from grader.worker.after_import import AfterImport
from grader.worker.compat.notice_writer import NoticeWriter

COLAB = "/content"
DATA_FILES = ("train_signs.h5", "test_signs.h5")
MNIST = "mnist.npz"
_PARTS = re.compile(r"[/\\]+")


def install(notices: NoticeWriter) -> None:
    _open(notices)
    _chdir(notices)
    AfterImport({"h5py": lambda module: _h5py(module, notices)}).install()
    _numpy(notices)


def elsewhere(path: Any, notices: NoticeWriter) -> str | None:
    """Return where a file of the student's machine lies here; None where the path is to be taken as it is."""
    name = _foreign(path)
    if name is None:
        return None
    parts = [part for part in _PARTS.split(name) if part not in ("", ".", "..", "content")]
    for start in range(len(parts)):
        for folder in (notices.work, notices.work / "datasets"):
            candidate = folder.joinpath(*parts[start:])
            if candidate.exists():
                _note(name, str(candidate.relative_to(notices.work)), notices)
                return str(candidate)
    return None


def for_writing(path: Any, notices: NoticeWriter) -> Any:
    """Return the path to write to: a file under `/content` goes beside the program."""
    name = _foreign(path)
    if name is None or not name.startswith(COLAB):
        return path
    target = _PARTS.split(name)[-1]
    _note(name, target, notices)
    return str(notices.work / target)


def _note(name: str, found: str, notices: NoticeWriter) -> None:
    notices.write(
        say(
            "The path `{path}` exists on another machine only; `{file}` beside the program was taken.",
            path=name[:120],
            file=found[:120] or ".",
        )
    )


def _foreign(path: Any) -> str | None:
    if not isinstance(path, str | Path):
        return None
    name = str(path)
    known = name.startswith(f"{COLAB}/") or name == COLAB or name.endswith((*DATA_FILES, MNIST))
    return name if known and not os.path.exists(name) else None  # noqa: PTH110  # any text, however odd


def _open(notices: NoticeWriter) -> None:
    original: Callable[..., Any] = builtins.open

    @functools.wraps(original)
    def opened(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if isinstance(file, str | Path) and _foreign(file) is not None:
            writes = isinstance(mode, str) and any(letter in mode for letter in "wxa")
            file = for_writing(file, notices) if writes else elsewhere(file, notices) or file
        return original(file, mode, *args, **kwargs)

    builtins.open = opened


def _chdir(notices: NoticeWriter) -> None:
    """`%cd /content/drive/MyDrive/tp`: the program's own folder stands for it."""
    original = os.chdir

    @functools.wraps(original)
    def chdir(path: Any) -> None:
        if isinstance(path, str) and path.startswith(COLAB) and _foreign(path) is not None:
            _note(path, "", notices)
            path = elsewhere(path, notices) or str(notices.work)
        original(path)

    os.chdir = chdir


def _h5py(module: Any, notices: NoticeWriter) -> None:
    original = module.File.__init__

    @functools.wraps(original)
    def opened(self: Any, name: Any, mode: str = "r", *args: Any, **kwargs: Any) -> None:
        if _foreign(name) is not None:
            name = elsewhere(name, notices) or name if mode in ("r", "r+") else for_writing(name, notices)
        original(self, name, mode, *args, **kwargs)

    module.File.__init__ = opened


def _numpy(notices: NoticeWriter) -> None:
    """`np.load("mnist.npz")`, the file that older handouts distribute, is made of what `load_data` gives."""
    import numpy as np

    original = np.load

    @functools.wraps(original)
    def load(file: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(file, str | Path) and str(file).endswith(MNIST) and not Path(file).exists():
            from keras.datasets import mnist

            if elsewhere(file, notices) is None:
                notices.old_spelling(f"np.load({str(file)[-40:]!r})", "keras.datasets.mnist.load_data()")
                (x_train, y_train), (x_test, y_test) = mnist.load_data()
                return Arrays(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
        return original(file, *args, **kwargs)

    np.load = load


class Arrays(dict[str, Any]):
    """What `np.load` gives for an `.npz`: a mapping that can stand in a `with`."""

    @property
    def files(self) -> list[str]:
        return list(self)

    def __enter__(self) -> Arrays:
        return self

    def __exit__(self, *problem: object) -> None:
        return None

    def close(self) -> None:
        return None
