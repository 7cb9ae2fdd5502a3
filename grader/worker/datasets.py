"""Leads `keras.datasets.*.load_data()` to the grader's prepared arrays, without network and without unpacking.

The files are mapped copy-on-write: all jobs share the pages of the machine's file cache, opening them takes 1 ms
(reading them 15 ms, unpacking Keras' own `mnist.npz` 400 ms), and what a program writes into its arrays stays its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any  # Keras ships no types

import numpy as np

from grader.worker.recorder.guard import replace

Pair = tuple[Any, Any]


def install(folders: Mapping[str, str]) -> None:
    """Replace `load_data` of each dataset. `folders` maps a dataset's name to its prepared folder (see `grader.datasets`)."""
    import keras.src.datasets.fashion_mnist as fashion
    from keras.src.datasets import mnist

    for name, module in (("mnist", mnist), ("fashion", fashion)):
        if name in folders:
            original = module.load_data
            replace(module, "load_data", original, _loader(Path(folders[name]), original))
    if "signs" in folders:
        _place_signs(Path(folders["signs"]))


def _loader(folder: Path, original: Callable[..., Any]) -> Callable[..., tuple[Pair, Pair]]:
    def load_data(path: str = "mnist.npz") -> tuple[Pair, Pair]:
        train, test = (tuple(_open(folder / f"{part}_{split}.npy") for part in "xy") for split in ("train", "test"))
        return train, test

    load_data.__doc__ = original.__doc__
    return load_data


def _open(path: Path) -> Any:
    """Return an ordinary array: a `memmap` would show itself where its type is printed."""
    return np.asarray(np.load(path, mmap_mode="c"))


def _place_signs(folder: Path) -> None:
    """Place the course's files beside the script and in `datasets/`, unless the student handed in their own."""
    for target in (Path(), Path("datasets")):
        target.mkdir(exist_ok=True)
        for file in ("train_signs.h5", "test_signs.h5"):
            if not (target / file).exists():
                try:
                    (target / file).symlink_to(folder / file)
                except OSError:
                    shutil.copyfile(folder / file, target / file)
