"""SIGNS: photographs of a hand showing 0 to 5 fingers, 64 × 64 × 3, in the course's two HDF5 files, or drawn."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from grader.datasets.dataset import SPLITS, Arrays, Dataset, Layout
from grader.datasets.standin_signs import VERSION, generate

FILES = ("train_signs.h5", "test_signs.h5")


def _read(paths: tuple[Path, ...]) -> Arrays:
    import h5py  # only when the files are read for the first time

    arrays = {}
    for split, path in zip(SPLITS, paths, strict=True):
        with h5py.File(path, "r") as file:
            missing = [key for key in (f"{split}_set_x", f"{split}_set_y") if key not in file]
            if missing:
                raise ValueError(f"{path.name}: expected {', '.join(missing)}; received {', '.join(file) or 'none'}")
            arrays[f"x_{split}"] = np.asarray(file[f"{split}_set_x"])
            arrays[f"y_{split}"] = np.asarray(file[f"{split}_set_y"]).reshape(-1)
    return arrays


def _course_files(folder: Path, arrays: Arrays, sources: tuple[Path, ...]) -> None:
    """`train_signs.h5` and `test_signs.h5`, which the handout opens by name."""
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
    layouts=(Layout(FILES, _read), Layout(tuple(f"datasets/{name}" for name in FILES), _read)),
    cache_layouts=(),
    generate=generate,
    version=VERSION,
    extras=_course_files,
)
