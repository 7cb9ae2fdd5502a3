"""Model files that a student handed in: read without executing anything of theirs, compared with what was recorded.

`.keras` archives and `.h5` files are opened for two things only: the architecture, which goes through the same
allow-list as a recorded one, and the arrays. Keras' own `load_model` is never called.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.evaluator.bounds import Refused, Shape
from grader.evaluator.hdf5 import FREE_BYTES, MOST_BYTES, MOST_RATIO, check_hdf5
from grader.evaluator.predict import figures, image_shape, inputs_for, load_model
from grader.evaluator.rebuild import build, set_weights
from grader.evidence import ARCHITECTURE_CHARS, Forged
from grader.files import no_room

MOST_ENTRIES = 200
SAMPLE = 200


def compare_saved(settings: Mapping[str, Any], folder: Path, datasets: Mapping[str, Path]) -> dict[str, Any]:
    """Settings: `file`, `snapshot`, `dataset`, `scale`, `offset`.

    Returns `difference`, the largest difference between the predictions of the saved and of the recorded model on
    some test images; or `refused`.
    """
    images = np.load(datasets[settings["dataset"]] / "x_test.npy", mmap_mode="r")[:SAMPLE]
    try:
        saved = open_saved(settings, folder, images.shape[1:])
        recorded = load_model(settings, folder, images.shape[1:])
        a, b = (_output(model, inputs_for(model, images, settings)) for model in (saved, recorded))
    except (Refused, Forged) as problem:
        return {"refused": str(problem)}
    if not isinstance(a, np.ndarray) or not isinstance(b, np.ndarray) or a.shape != b.shape:
        return {"difference": 1.0}
    a, b = (np.nan_to_num(one.astype(np.float64)) for one in (a, b))
    return {"difference": float(np.abs(a - b).max())}


def _output(model: Any, inputs: NDArray[np.float32]) -> Any:
    """For so few images `predict` takes longer to build its graph than to run it."""
    output = model(inputs, training=False)
    return np.asarray(output) if hasattr(output, "shape") else output


def evaluate_saved(settings: Mapping[str, Any], folder: Path, datasets: Mapping[str, Path]) -> dict[str, Any]:
    """As `predict`, for the weights of the file `handed_in`, or of the `file` that the program left, in the architecture of
    `snapshot`, which the script builds: what else the file says of layers between those weights is of no account."""
    try:
        images = image_shape(settings, datasets)
        saved = open_saved(settings, folder, images)
        model = build(_built(settings, folder), images)
        if shapes_of(saved) != shapes_of(model):
            whose = "handed-in" if "handed_in" in settings else "saved"
            return {"refused": f"{whose} weights of another architecture than the one the program builds"}
        set_weights(model, saved.get_weights())
        return figures(model, settings, folder, datasets)
    except (Refused, Forged) as problem:
        return {"refused": str(problem)}


def _built(settings: Mapping[str, Any], folder: Path) -> str:
    facts = json.loads((folder / f"snapshot-{settings['snapshot']}.json").read_text(encoding="utf-8"))
    return str(facts["architecture"])


def shapes_of(model: Any) -> list[tuple[int, ...]]:
    return [tuple(w.shape) for w in model.weights]


def open_saved(settings: Mapping[str, Any], folder: Path, images: Shape | None = None) -> Any:
    """Return the model of a file, to be fed with `images` of a shape. Raise `Refused`."""
    handed_in = "handed_in" in settings
    name = str(settings["handed_in"] if handed_in else settings["file"])
    path = folder / ("handed_in" if handed_in else "file") / name
    if not path.is_file():
        raise Refused("the file cannot be read")
    try:
        if zipfile.is_zipfile(path):
            return _keras_archive(path, folder, images)
        check_hdf5(path)
        if settings.get("snapshot") is not None and (name.endswith(".weights.h5") or _only_weights(path)):
            return _with_weights(build(_built(settings, folder), images), path)
        return _legacy_h5(path, images)
    except Refused:
        raise
    except Exception as problem:  # whatever a hostile or damaged file makes a parser say
        if no_room(problem):
            raise  # the grader's own trouble
        raise Refused(f"the file cannot be read ({type(problem).__name__})") from None


def _only_weights(path: Path) -> bool:
    """What `save_weights("model.h5")` of Keras 2 writes: the architecture is the program's to build."""
    import h5py

    with h5py.File(path, "r") as file:
        return "layer_names" in file.attrs and "model_config" not in file.attrs


def _keras_archive(path: Path, folder: Path, images: Shape | None) -> Any:
    """Two entries are read by their names, and written under one of ours; nothing is unpacked."""
    with zipfile.ZipFile(path) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        size = sum(entry.file_size for entry in archive.infolist())
        if len(archive.infolist()) > MOST_ENTRIES or size > max(FREE_BYTES, min(MOST_BYTES, _ratio(path))):
            raise Refused("an archive that unpacks to too much")
        if not {"config.json", "model.weights.h5"} <= entries.keys():
            raise Refused("not a .keras archive")
        config, packed = entries["config.json"], entries["model.weights.h5"]
        if config.file_size > ARCHITECTURE_CHARS:
            raise Refused("an architecture that long")
        if {config.compress_type, packed.compress_type} - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise Refused("an archive that is packed in an unusual way")  # other methods know no bound on one step
        model = build(archive.read(config).decode("utf-8"), images)
        weights = folder / f"{path.stem}-unpacked.weights.h5"
        with archive.open(packed) as source, weights.open("wb") as target:
            shutil.copyfileobj(source, target)
    return _with_weights(model, weights)


def _ratio(path: Path) -> int:
    return MOST_RATIO * max(path.stat().st_size, 1)


def _with_weights(model: Any, path: Path) -> Any:
    """Load arrays by Keras' own reader of `.weights.h5` (plain HDF5 datasets, no code), or of the older layout."""
    import h5py

    check_hdf5(path)
    with h5py.File(path, "r") as file:
        older = "layer_names" in file.attrs
        if older:
            _load_legacy(file, model)
    if not older:
        model.load_weights(path)
    if any(not np.isfinite(np.asarray(w)).all() for w in model.get_weights()):
        raise Refused("weights that are not finite numbers")
    return model


def _legacy_h5(path: Path, images: Shape | None) -> Any:
    """A whole model as Keras 2 wrote it: its configuration in an attribute, its weights in a group."""
    import h5py

    check_hdf5(path)
    with h5py.File(path, "r") as file:
        config = file.attrs.get("model_config")
        if config is None:
            raise Refused("weights without an architecture")
        model = build(config if isinstance(config, str) else bytes(config).decode("utf-8"), images)
        _load_legacy(file["model_weights"], model)
    return model


def _load_legacy(group: Any, model: Any) -> None:
    from keras.src.legacy.saving.legacy_h5_format import load_weights_from_hdf5_group

    load_weights_from_hdf5_group(group, model)
