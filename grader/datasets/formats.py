"""Read the formats that the datasets are handed around in: Keras' `.npz`, idx files (also gzipped), the course's HDF5."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grader.datasets.dataset import SPLITS, Arrays, Layout

KEYS = ("x_train", "y_train", "x_test", "y_test")
IDX_NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
MAX_IDX_BYTES = 64 << 20  # the largest of the files, unpacked, is 47 MB


def npz(file: str) -> Layout:
    """Return the layout of one `.npz` with the arrays that Keras names."""
    return Layout((file,), _read_npz)


def idx(folder: str, suffix: str = "") -> Layout:
    """Return the layout of four idx files in `folder`, gzipped where `suffix` is ".gz"."""
    return Layout(tuple(f"{folder}/{name}{suffix}" for name in IDX_NAMES), _read_idx)


def hdf5(files: tuple[str, str]) -> Layout:
    """Return the layout of two HDF5 files, one for each of `SPLITS`, with the arrays `train_set_x`, `train_set_y`…"""
    return Layout(files, _read_hdf5)


def keras_download(name: str) -> Callable[[], object]:
    """Return what fills the Keras cache with `keras.datasets.<name>`; importing Keras takes 4 s, so only then."""

    def download() -> object:
        return import_module(f"keras.datasets.{name}").load_data()

    return download


def _read_npz(paths: tuple[Path, ...]) -> Arrays:
    # Opened here: NumPy would leave a file open that turns out to be no archive.
    with paths[0].open("rb") as file:
        archive = np.load(file, allow_pickle=False)
        if isinstance(archive, np.ndarray):
            raise ValueError(f"expected an archive of arrays; received one array {archive.shape}")
        missing = [key for key in KEYS if key not in archive]
        if missing:
            raise ValueError(f"expected the arrays {', '.join(KEYS)}; received {', '.join(archive) or 'none'}")
        return {key: archive[key] for key in KEYS}


def _read_idx(paths: tuple[Path, ...]) -> Arrays:
    return {key: _idx_array(path) for key, path in zip(KEYS, paths, strict=True)}


def _idx_array(path: Path) -> NDArray[np.generic]:
    """Return the array of an idx file of bytes: two zero bytes, the type 8, the number of dimensions, each of them as a
    big-endian int32, then the values (format: yann.lecun.com/exdb/mnist)."""
    content = _content(path)
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        raise ValueError(f"{path.name}: expected an idx file of unsigned bytes; received {content[:4]!r}")
    start = 4 + 4 * content[3]
    shape = np.frombuffer(content[4:start], ">i4").astype(int)
    return np.frombuffer(content, np.uint8, offset=start).reshape(tuple(shape))


def _read_hdf5(paths: tuple[Path, ...]) -> Arrays:
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


def _content(path: Path) -> bytes:
    if path.suffix != ".gz":
        return path.read_bytes()
    try:
        with gzip.open(path) as file:
            return file.read(MAX_IDX_BYTES)
    except zlib.error as error:
        raise ValueError(f"{path.name}: {error}") from error
