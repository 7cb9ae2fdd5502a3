"""SIGNS: photographs of a hand showing 0 to 5 fingers, 64 × 64 × 3, in the course's two HDF5 files, or drawn."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from grader.datasets.dataset import SPLITS, Arrays, Dataset
from grader.datasets.formats import hdf5
from grader.datasets.standin_signs import VERSION, generate

FILES = ("train_signs.h5", "test_signs.h5")


def _course_files(folder: Path, arrays: Arrays, sources: tuple[Path, ...]) -> None:
    """Write `train_signs.h5` and `test_signs.h5`, which the handout opens by name."""
    import h5py

    for source in sources:
        shutil.copyfile(source, folder / source.name)
    if sources:
        return
    for split, name in zip(SPLITS, FILES, strict=True):
        with h5py.File(folder / name, "w") as file:
            file[f"{split}_set_x"] = arrays[f"x_{split}"]
            file[f"{split}_set_y"] = arrays[f"y_{split}"]
            file["list_classes"] = np.arange(6)


SIGNS = Dataset(
    name="signs",
    image=(64, 64, 3),
    rows={"train": 1080, "test": 120},
    classes=6,
    layouts=(hdf5(FILES), hdf5((f"datasets/{FILES[0]}", f"datasets/{FILES[1]}"))),
    cache_layouts=(),
    generate=generate,
    version=VERSION,
    extras=_course_files,
)
