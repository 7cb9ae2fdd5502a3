"""Model files that a student handed in: read without executing anything of theirs, compared with what was recorded.

`.keras` archives and `.h5` files are opened for two things only: the architecture, which goes through the same
allow-list as a recorded one, and the arrays. Keras' own `load_model` is never called.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import Any  # Keras and h5py ship no types

import numpy as np
from numpy.typing import NDArray

from grader.evaluator.bounds import Shape
from grader.evaluator.hdf5 import check_hdf5, most_unpacked
from grader.evaluator.inputs import Inputs
from grader.evaluator.predict import figures, inputs_for, load_model
from grader.evaluator.rebuild import build, set_weights
from grader.evaluator.scaling import Affine
from grader.evidence import ARCHITECTURE_CHARS
from grader.files import no_room
from grader.measurements import (
    CheckpointRequest,
    HandedInRequest,
    Prediction,
    SavedDifference,
    SavedModelRequest,
    Unmeasurable,
    Why,
)
from grader.measurements.request import HANDED_IN, LEFT

MAX_ENTRIES = 200
SAMPLE = 200


def compare_saved(request: SavedModelRequest, inputs: Inputs) -> SavedDifference:
    """Return how the saved and the recorded model differ on some test images. Raise `Unmeasurable` or `InvalidEvidence`."""
    images = inputs.images(request.inputs.dataset, "test")[:SAMPLE]
    scale, shape = Affine(request.inputs.scale, request.inputs.offset), images.shape[1:]
    saved = open_saved(
        inputs.folder / LEFT / request.file, inputs.folder, _built_architecture(request.snapshot, inputs), shape
    )
    recorded = load_model(request.snapshot, inputs, shape)
    a, b = (_output(model, inputs_for(model, images, scale)) for model in (saved, recorded))
    if not isinstance(a, np.ndarray) or not isinstance(b, np.ndarray) or a.shape != b.shape:
        return SavedDifference(1.0)
    a, b = (np.nan_to_num(one.astype(np.float64)) for one in (a, b))
    return SavedDifference(float(np.abs(a - b).max()))


def _output(model: Any, inputs: NDArray[np.float32]) -> Any:
    """For so few images `predict` takes longer to build its graph than to run it."""
    output = model(inputs, training=False)
    return np.asarray(output) if hasattr(output, "shape") else output


def evaluate_handed_in(request: HandedInRequest, inputs: Inputs) -> Prediction:
    """Return what the weights that were handed in predict. Raise `Unmeasurable` or `InvalidEvidence`."""
    return _evaluate(request, inputs.folder / HANDED_IN / request.file, Why.HANDED_IN_OTHER, inputs)


def evaluate_checkpoint(request: CheckpointRequest, inputs: Inputs) -> Prediction:
    """Return what the weights that the program left predict. Raise `Unmeasurable` or `InvalidEvidence`."""
    return _evaluate(request, inputs.folder / LEFT / request.file, Why.SAVED_OTHER, inputs)


def _evaluate(request: HandedInRequest | CheckpointRequest, path: Path, other: Why, inputs: Inputs) -> Prediction:
    """In the architecture that the program builds: what else the file says of layers between is of no account."""
    architecture, images = _built_architecture(request.snapshot, inputs), inputs.image_shape(request.inputs.dataset)
    saved = open_saved(path, inputs.folder, architecture, images)
    model = build(architecture, images)
    if shapes_of(saved) != shapes_of(model):
        raise Unmeasurable(other, "weights of another architecture than the one the program builds")
    set_weights(model, saved.get_weights())
    return figures(model, request.inputs, inputs)


def _built_architecture(snapshot: int, inputs: Inputs) -> str:
    return str(inputs.snapshot(snapshot)["architecture"])


def shapes_of(model: Any) -> list[tuple[int, ...]]:
    """Return the shape of each weight of a Keras model, in the order of `get_weights`."""
    return [tuple(w.shape) for w in model.weights]


def open_saved(path: Path, scratch: Path, architecture: str | None, images: Shape | None = None) -> Any:
    """Return the model of a file, to be fed with `images` of a shape; of one that holds weights only, in
    `architecture`.

    `scratch` is a folder for what has to be unpacked. Raise `Unmeasurable`, or `OSError` where the disk is full.
    """
    if not path.is_file():
        raise Unmeasurable(Why.FILE, "the file cannot be read")
    try:
        if zipfile.is_zipfile(path):
            return _keras_archive(path, scratch, images)
        check_hdf5(path)
        if architecture is not None and (path.name.endswith(".weights.h5") or _only_weights(path)):
            return _with_weights(build(architecture, images), path)
        return _legacy_h5(path, images)
    except Unmeasurable:
        raise
    except Exception as problem:  # whatever a hostile or damaged file makes a parser say
        if no_room(problem):
            raise  # the grader's own trouble
        raise Unmeasurable(Why.FILE, f"the file cannot be read ({type(problem).__name__})") from None


def _only_weights(path: Path) -> bool:
    """What `save_weights("model.h5")` of Keras 2 writes: the architecture is the program's to build."""
    import h5py

    with h5py.File(path, "r") as file:
        return "layer_names" in file.attrs and "model_config" not in file.attrs


def _keras_archive(path: Path, scratch: Path, images: Shape | None) -> Any:
    """Two entries are read by their names, and written under one of ours; nothing is unpacked."""
    with zipfile.ZipFile(path) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        size = sum(entry.file_size for entry in archive.infolist())
        if len(archive.infolist()) > MAX_ENTRIES or size > most_unpacked(path):
            raise Unmeasurable(Why.TOO_LARGE, "an archive that unpacks to too much")
        if not {"config.json", "model.weights.h5"} <= entries.keys():
            raise Unmeasurable(Why.FILE, "not a .keras archive")
        config, packed = entries["config.json"], entries["model.weights.h5"]
        if config.file_size > ARCHITECTURE_CHARS:
            raise Unmeasurable(Why.TOO_LARGE, "an architecture that long")
        if {config.compress_type, packed.compress_type} - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise Unmeasurable(
                Why.FILE, "an archive that is packed in an unusual way"
            )  # other methods know no bound on one step
        model = build(archive.read(config).decode("utf-8"), images)
        weights = scratch / f"{path.stem}-unpacked.weights.h5"
        with archive.open(packed) as source, weights.open("wb") as target:
            shutil.copyfileobj(source, target)
    check_hdf5(weights)
    return _with_weights(model, weights)


def _with_weights(model: Any, path: Path) -> Any:
    """Load arrays by Keras' own reader of `.weights.h5` (plain HDF5 datasets, no code), or of the older layout."""
    import h5py

    with h5py.File(path, "r") as file:
        older = "layer_names" in file.attrs
        if older:
            _load_legacy(file, model)
    if not older:
        model.load_weights(path)
    if any(not np.isfinite(np.asarray(w)).all() for w in model.get_weights()):
        raise Unmeasurable(Why.WEIGHTS_NOT_FINITE, "weights that are not finite numbers")
    return model


def _legacy_h5(path: Path, images: Shape | None) -> Any:
    """A whole model as Keras 2 wrote it: its configuration in an attribute, its weights in a group."""
    import h5py

    with h5py.File(path, "r") as file:
        config = file.attrs.get("model_config")
        if config is None:
            raise Unmeasurable(Why.WEIGHTS_ALONE, "weights without an architecture")
        model = build(config if isinstance(config, str) else bytes(config).decode("utf-8"), images)
        _load_legacy(file["model_weights"], model)
    return model


def _load_legacy(group: Any, model: Any) -> None:
    from keras.src.legacy.saving.legacy_h5_format import load_weights_from_hdf5_group

    load_weights_from_hdf5_group(group, model)
