"""Model files that a student handed in: read without executing anything of theirs, compared with what was recorded.

`.keras` archives and `.h5` files are opened for two things only: the architecture, which goes through the same
allow-list as a recorded one, and the arrays. Keras' own `load_model` is never called.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from grader.evaluator.predict import figures, inputs_for, load_model
from grader.evaluator.rebuild import Refused, build
from grader.evidence import Forged

MOST_ENTRIES = 200
MOST_BYTES = 512 << 20
MOST_RATIO = 200
SAMPLE = 200
TOLERANCE = 1e-3


def compare_saved(settings: Mapping[str, Any], folder: Path, datasets: Mapping[str, Path]) -> dict[str, Any]:
    """Settings: `file`, `snapshot`, `dataset`, `scale`, `offset`.

    Returns `difference`, the largest difference between the predictions of the saved and of the recorded model on
    some test images; or `refused`.
    """
    images = np.load(datasets[settings["dataset"]] / "x_test.npy", mmap_mode="r")[:SAMPLE]
    try:
        saved = open_saved(settings, folder)
        recorded = load_model(settings, folder)
        a, b = (m.predict(inputs_for(m, images, settings), verbose=0) for m in (saved, recorded))
    except (Refused, Forged) as problem:
        return {"refused": str(problem)}
    if a.shape != b.shape:
        return {"difference": 1.0}
    return {"difference": float(np.abs(a - b).max())}


def evaluate_saved(settings: Mapping[str, Any], folder: Path, datasets: Mapping[str, Path]) -> dict[str, Any]:
    """As `predict`, for the file `handed_in`; its weights must fit the architecture of `snapshot`, which the script builds."""
    try:
        model = open_saved(settings, folder)
        built = json.loads((folder / f"snapshot-{settings['snapshot']}.json").read_text(encoding="utf-8"))
        if shapes_of(model) != shapes_of(build(built["architecture"])):
            return {"refused": "handed-in weights of another architecture than the one the program builds"}
        return figures(model, settings, folder, datasets)
    except (Refused, Forged) as problem:
        return {"refused": str(problem)}


def shapes_of(model: Any) -> list[tuple[int, ...]]:
    return [tuple(w.shape) for w in model.weights]


def open_saved(settings: Mapping[str, Any], folder: Path) -> Any:
    """The model of a file. Raises `Refused`."""
    handed_in = "handed_in" in settings
    name = str(settings["handed_in"] if handed_in else settings["file"])
    path = folder / ("handed_in" if handed_in else "file") / name
    if not path.is_file():
        raise Refused("the file cannot be read")
    try:
        if zipfile.is_zipfile(path):
            return _keras_archive(path, folder)
        if settings.get("snapshot") is not None and (name.endswith(".weights.h5") or _only_weights(path)):
            built = json.loads((folder / f"snapshot-{settings['snapshot']}.json").read_text(encoding="utf-8"))
            return _with_weights(build(built["architecture"]), path)
        return _legacy_h5(path)
    except Refused:
        raise
    except Exception as problem:  # whatever a hostile or damaged file makes a parser say
        raise Refused(f"the file cannot be read ({type(problem).__name__})") from None


def _only_weights(path: Path) -> bool:
    """What `save_weights("model.h5")` of Keras 2 writes: the architecture is the program's to build."""
    import h5py

    with h5py.File(path, "r") as file:
        return "layer_names" in file.attrs and "model_config" not in file.attrs


def _keras_archive(path: Path, folder: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        sizes = [entry.file_size for entry in entries.values()]
        if len(sizes) > MOST_ENTRIES or sum(sizes) > min(MOST_BYTES, MOST_RATIO * max(path.stat().st_size, 1)):
            raise Refused("an archive that unpacks to too much")
        if not {"config.json", "model.weights.h5"} <= entries.keys():
            raise Refused("not a .keras archive")
        model = build(archive.read("config.json").decode("utf-8"))
        weights = folder / f"{path.stem}-unpacked.weights.h5"
        weights.write_bytes(archive.read("model.weights.h5"))
    return _with_weights(model, weights)


def _with_weights(model: Any, path: Path) -> Any:
    """Load arrays by Keras' own reader of `.weights.h5` (plain HDF5 datasets, no code), or of the older layout."""
    import h5py

    _no_links(path)
    with h5py.File(path, "r") as file:
        older = "layer_names" in file.attrs
        if older:
            _load_legacy(file, model)
    if not older:
        model.load_weights(path)
    if any(not np.isfinite(np.asarray(w)).all() for w in model.get_weights()):
        raise Refused("weights that are not finite numbers")
    return model


def _legacy_h5(path: Path) -> Any:
    """A whole model as Keras 2 wrote it: its configuration in an attribute, its weights in a group."""
    import h5py

    _no_links(path)
    with h5py.File(path, "r") as file:
        config = file.attrs.get("model_config")
        if config is None:
            raise Refused("weights without an architecture")
        model = build(config if isinstance(config, str) else bytes(config).decode("utf-8"))
        _load_legacy(file["model_weights"], model)
    return model


def _load_legacy(group: Any, model: Any) -> None:
    from keras.src.legacy.saving.legacy_h5_format import load_weights_from_hdf5_group

    load_weights_from_hdf5_group(group, model)


def _no_links(path: Path) -> None:
    """External links and external storage would lead out of the file."""
    import h5py

    if path.stat().st_size > MOST_BYTES:
        raise Refused("a file that large")
    seen = 0

    def look(group: Any, depth: int) -> None:
        nonlocal seen
        for name in group:
            seen += 1
            link = group.get(name, getlink=True)
            if seen > 5000 or depth > 20 or not isinstance(link, h5py.HardLink):
                raise Refused("a file with links, or too deep")
            item = group[name]
            if isinstance(item, h5py.Group):
                look(item, depth + 1)
            elif item.external or item.nbytes > MOST_BYTES or item.dtype.hasobject:
                raise Refused("a file with foreign data")

    with h5py.File(path, "r") as file:
        look(file, 0)
