"""Reading the formats that the datasets are handed around in: Keras' `.npz`, and idx files (also gzipped)."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.datasets.dataset import Arrays, Layout

KEYS = ("x_train", "y_train", "x_test", "y_test")
IDX_NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
IDX_LIMIT = 64 << 20  # the largest of the files, unpacked, is 47 MB


def npz(file: str) -> Layout:
    return Layout((file,), _read_npz)


def idx(folder: str, suffix: str = "") -> Layout:
    return Layout(tuple(f"{folder}/{name}{suffix}" for name in IDX_NAMES), _read_idx)


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


def _idx_array(path: Path) -> NDArray[Any]:
    """An idx file of bytes: two zero bytes, the type 8, the number of dimensions, each of them as a big-endian
    int32, then the values (format: yann.lecun.com/exdb/mnist)."""
    content = _content(path)
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        raise ValueError(f"{path.name}: expected an idx file of unsigned bytes; received {content[:4]!r}")
    start = 4 + 4 * content[3]
    shape = np.frombuffer(content[4:start], ">i4").astype(int)
    return np.frombuffer(content, np.uint8, offset=start).reshape(tuple(shape))


def _content(path: Path) -> bytes:
    if path.suffix != ".gz":
        return path.read_bytes()
    try:
        with gzip.open(path) as file:
            return file.read(IDX_LIMIT)
    except zlib.error as error:
        raise ValueError(f"{path.name}: {error}") from error
