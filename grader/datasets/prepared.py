"""Prepared folders: a dataset made ready once, so that opening it costs nothing.

    <cache>/mnist-p1.2-0123456789abcdef/    name, versions of layout and fingerprints, content
        x_train.npy y_train.npy x_test.npy y_test.npy     mapped, not read
        rows_train.npy rows_test.npy                      fingerprints of the images
        mnist.npz, or what else the handouts open by path
        meta.json

A folder is written under another name and then renamed, so it is either whole or not there: two processes may
make it at the same time, and the second one's work is thrown away.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.datasets.dataset import SPLITS, Arrays, Dataset
from grader.domain import DatasetInfo, RowIndex
from grader.fingerprints import FORM, fingerprints

LAYOUT = 1  # grows when the files of a prepared folder, or the fingerprints, change their meaning


def folder_of(cache: Path, name: str, sha256: str) -> Path:
    """Return where the dataset `name` of this content is prepared."""
    return cache / f"{name}-p{LAYOUT}.{FORM}-{sha256[:16]}"


def is_ready(folder: Path) -> bool:
    """Return whether a prepared folder is there, hence whole."""
    return (folder / "meta.json").is_file()


def prepare(folder: Path, dataset: Dataset, arrays: Arrays, sha256: str, sources: tuple[Path, ...] = ()) -> None:
    """Write `folder`, unless it is there. Raise `OSError` where the cache cannot be written."""
    if is_ready(folder):
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write(draft, dataset, arrays, sha256, sources)
        draft.chmod(0o755)  # mkdtemp keeps the folder private; a sandboxed user must read it
        _publish(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write(folder: Path, dataset: Dataset, arrays: Arrays, sha256: str, sources: tuple[Path, ...]) -> None:
    for key, array in arrays.items():
        np.save(folder / f"{key}.npy", np.ascontiguousarray(array))
    for split in SPLITS:
        np.save(folder / f"rows_{split}.npy", fingerprints(arrays[f"x_{split}"])[0])
    dataset.extras(folder, arrays, sources)
    meta = {
        "name": dataset.name,
        "sha256": sha256,
        "sources": [path.name for path in sources],
        "stand_in_version": None if sources else dataset.version,
        "shapes": {key: list(array.shape) for key, array in arrays.items()},
    }
    (folder / "meta.json").write_text(json.dumps(meta, indent=2) + "\n", encoding="utf-8")


def _publish(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)
    except OSError:
        if not is_ready(folder):  # not another process that was quicker
            raise


def load(info: DatasetInfo) -> dict[str, NDArray[np.generic]]:
    """Return `x_train`, `y_train`, `x_test`, `y_test`, mapped read-only from the prepared folder; shapes as in
    `grader.datasets.dataset.Arrays`. Raise `OSError` where it is not whole."""
    return {f"{part}_{split}": _map(info.folder / f"{part}_{split}.npy") for part in "xy" for split in SPLITS}


def row_index(info: DatasetInfo) -> RowIndex:
    """Return the fingerprints and the labels of every image, of shape (n,), in the order of the images. Raise `OSError`
    where the folder is not whole."""
    return RowIndex(
        split={split: _map(info.folder / f"rows_{split}.npy") for split in SPLITS},
        labels={split: np.load(info.folder / f"y_{split}.npy").astype(np.int64) for split in SPLITS},
    )


def _map(path: Path) -> NDArray[Any]:  # NumPy does not know the type of what a file holds
    array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return array
