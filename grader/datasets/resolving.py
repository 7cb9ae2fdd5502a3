"""Which copy of a dataset is used, in order: a data folder, the Keras cache, the embedded stand-in."""

from __future__ import annotations

import os
from pathlib import Path

from grader.datasets.cache import cache_folder
from grader.datasets.dataset import Dataset, Layout
from grader.datasets.fashion import FASHION
from grader.datasets.hashing import arrays_sha256, files_sha256, recall, remember
from grader.datasets.mnist import MNIST
from grader.datasets.prepared import folder_of, is_ready, prepare
from grader.datasets.signs import SIGNS
from grader.domain import DatasetInfo
from grader.errors import DataUnavailable
from grader.messages import say

KNOWN: dict[str, Dataset] = {dataset.name: dataset for dataset in (MNIST, FASHION, SIGNS)}


def resolve(name: str, data_dir: Path | None = None, cache_dir: Path | None = None) -> DatasetInfo:
    """Return the dataset `name`, prepared; download nothing.

    `data_dir` defaults to the environment's GRADE_DATA; a data folder need not hold every dataset, but what it holds
    must be sound. `cache_dir` defaults to GRADE_CACHE, else to the user's cache folder. Raise `DataUnavailable`: an
    unknown name, a data folder that is not there, a damaged file in it, no place to write.
    """
    dataset = _known_dataset(name)
    cache = cache_dir or cache_folder()
    try:
        return _from_data_folder(dataset, data_dir, cache) or _from_keras(dataset, cache) or _stand_in(dataset, cache)
    except OSError as error:
        raise DataUnavailable(
            say(
                "The data could not be prepared in {folder} ({reason}). Free some space, or name another folder in "
                "GRADE_CACHE.",
                folder=cache,
                reason=error,
            )
        ) from error


def fetch(name: str, cache_dir: Path | None = None) -> DatasetInfo:
    """Download the dataset into the Keras cache and return it, prepared. Raise `DataUnavailable`."""
    dataset = _known_dataset(name)
    if dataset.download is None:
        raise DataUnavailable(
            say(
                "The dataset “{name}” cannot be downloaded. Put its files in a folder ({files}) and name that folder "
                "with --data or GRADE_DATA.",
                name=name,
                files=", ".join(dataset.layouts[0].files),
            )
        )
    try:
        dataset.download()
    except Exception as error:  # Keras raises a bare Exception for a failed URL, and others for a damaged download
        raise DataUnavailable(
            say(
                "The dataset “{name}” could not be downloaded ({reason}). Check the network, or put its files in a "
                "folder and name that folder with --data or GRADE_DATA.",
                name=name,
                reason=error,
            )
        ) from error
    info = _from_keras(dataset, cache_dir or cache_folder())
    if info is None:
        raise DataUnavailable(
            say("The dataset “{name}” was downloaded, but not found in {folder}.", name=name, folder=_keras_folder())
        )
    return info


def _from_data_folder(dataset: Dataset, data_dir: Path | None, cache: Path) -> DatasetInfo | None:
    named = os.environ.get("GRADE_DATA")
    folder = data_dir or (Path(named).expanduser() if named else None)
    if folder is None:
        return None
    if not folder.is_dir():
        raise DataUnavailable(
            say(
                "The data folder {folder} does not exist. Correct --data or GRADE_DATA, or leave it out: the grader "
                "then uses the Keras cache or its own stand-in.",
                folder=folder,
            )
        )
    return _first_found(dataset, dataset.layouts, folder, "files", cache)


def _from_keras(dataset: Dataset, cache: Path) -> DatasetInfo | None:
    """Return the dataset from the Keras cache. A broken download there was not named by anyone, so it is passed
    over."""
    try:
        return _first_found(dataset, dataset.cache_layouts, _keras_folder(), "keras-cache", cache)
    except DataUnavailable:
        return None


def _first_found(
    dataset: Dataset, layouts: tuple[Layout, ...], folder: Path, source: str, cache: Path
) -> DatasetInfo | None:
    for layout in layouts:
        paths = layout.found_in(folder)
        if paths:
            sha256 = files_sha256(paths, cache)
            prepared = folder_of(cache, dataset.name, sha256)
            if not is_ready(prepared):
                prepare(prepared, dataset, dataset.read(layout, paths), sha256, paths)
            return DatasetInfo(dataset.name, source, sha256, prepared)
    return None


def _stand_in(dataset: Dataset, cache: Path) -> DatasetInfo:
    about = f"stand-in {dataset.name} {dataset.version}"
    sha256 = recall(cache, about)
    if sha256 is None or not is_ready(folder_of(cache, dataset.name, sha256)):
        arrays = dataset.generate()
        sha256 = arrays_sha256(arrays, dataset.version)
        prepare(folder_of(cache, dataset.name, sha256), dataset, arrays, sha256)
        remember(cache, about, sha256)
    return DatasetInfo(dataset.name, "stand-in", sha256, folder_of(cache, dataset.name, sha256))


def _keras_folder() -> Path:
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets"


def _known_dataset(name: str) -> Dataset:
    if name not in KNOWN:
        raise DataUnavailable(say("Unknown dataset “{name}”. Known: {known}.", name=name, known=", ".join(KNOWN)))
    return KNOWN[name]
