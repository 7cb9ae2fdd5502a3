"""What a recorded model predicts on the grader's own images: accuracy, confusion, examples that went wrong."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.evaluator.agree import check_agreement
from grader.evaluator.bounds import Refused, Shape
from grader.evaluator.rebuild import rebuild
from grader.evaluator.scaling import affine, scaled
from grader.evidence import Forged, load_arrays

BATCH = 500
TRAIN_IMAGES = 2000  # seen beside the test images: a model that knows the test set better has been trained on it
WRONG_EXAMPLES = 24


def predict(settings: Mapping[str, Any], folder: Path, datasets: Mapping[str, Path]) -> dict[str, Any]:
    """Settings: `snapshot` (its number), `dataset`, `scale` and `offset` (pixels → input), or recorded scalers
    (see `scaling`).

    Returns accuracy on the 10 000 test images and on some training images, the confusion matrix (rows: true
    class), the number of parameters of the rebuilt model; `rows`, where a scaler was used: what the training's rows
    turned out to be; or `refused` with the reason.
    """
    try:
        return figures(load_model(settings, folder, image_shape(settings, datasets)), settings, folder, datasets)
    except (Refused, Forged) as problem:
        return {"refused": str(problem)}


def figures(model: Any, settings: Mapping[str, Any], folder: Path, datasets: Mapping[str, Path]) -> dict[str, Any]:
    """As `evaluate`, with inputs as the training's rows (`arrays_rows`) were: on their scale, or through a recorded
    scaler, where there is one."""
    data = datasets[settings["dataset"]]
    found = scaled(settings, folder, data)
    if found is None:
        exact = affine(folder, settings.get("arrays_rows"), data)
        scale = dict(zip(("scale", "offset"), exact, strict=True)) if exact else {}
        return evaluate(model, {**settings, **scale}, datasets)
    rows = {"known": found.known, "test": found.test, "wrong_labels": found.wrong_labels}
    return {**evaluate(model, {**settings, "through": found.scaler}, datasets), "rows": rows}


def evaluate(model: Any, settings: Mapping[str, Any], datasets: Mapping[str, Path]) -> dict[str, Any]:
    """The figures of `predict` for a model. Raises `Refused` where its inputs or outputs do not fit the dataset."""
    data = datasets[settings["dataset"]]
    test = _probabilities(model, np.load(data / "x_test.npy", mmap_mode="r"), settings)
    train = _probabilities(model, np.load(data / "x_train.npy", mmap_mode="r")[:TRAIN_IMAGES], settings)
    labels = np.load(data / "y_test.npy").ravel()
    train_labels = np.load(data / "y_train.npy").ravel()[:TRAIN_IMAGES]
    classes = int(labels.max()) + 1
    if test.shape[1] != classes:
        raise Refused(f"an output of {test.shape[1]} values for {classes} classes")
    predicted = test.argmax(axis=1)
    wrong = np.flatnonzero(predicted != labels)[:WRONG_EXAMPLES]
    return {
        "accuracy": float((predicted == labels).mean()),
        "train_accuracy": float((train.argmax(axis=1) == train_labels).mean()),
        "confusion": np.bincount(labels.astype(int) * classes + predicted, minlength=classes**2)
        .reshape(classes, classes)
        .tolist(),
        "wrong": [[int(i), int(labels[i]), int(predicted[i])] for i in wrong],
        "parameters": int(model.count_params()),
    }


def image_shape(settings: Mapping[str, Any], datasets: Mapping[str, Path]) -> Shape | None:
    """Return the shape of one image of the `dataset`, such as (28, 28), or None without one."""
    data = datasets.get(settings.get("dataset", ""))
    return None if data is None else np.load(data / "x_test.npy", mmap_mode="r").shape[1:]


def load_model(settings: Mapping[str, Any], folder: Path, images: Shape | None = None) -> Any:
    """Return the rebuilt model of a snapshot, which the grader laid into `folder`, to be fed with `images` of a shape
    (None: with no images). Raise `Refused` or `Forged`."""
    snapshot = json.loads((folder / f"snapshot-{settings['snapshot']}.json").read_text(encoding="utf-8"))
    arrays = load_arrays(folder, snapshot["weights"])
    weights = [arrays[f"w{i}"] for i in range(len(arrays)) if f"w{i}" in arrays]
    model = rebuild(snapshot["architecture"], weights, images)
    if "layers" in snapshot:
        check_agreement(model, snapshot["layers"])
    return model


def inputs_for(model: Any, pixels: NDArray[np.uint8], settings: Mapping[str, Any]) -> NDArray[np.float32]:
    """Images of shape (n, …) as the model takes them: scaled as its training was, in the shape of its input."""
    shape = getattr(model, "input_shape", None)
    if not isinstance(shape, tuple) or not all(n is None or isinstance(n, int) for n in shape):
        raise Refused("a model with several inputs")
    wanted, given = shape[1:], pixels.shape[1:]
    if any(n is None for n in wanted) or math.prod(wanted) != math.prod(given):
        raise Refused(f"an input of shape {wanted} for images of shape {given}")
    through = settings.get("through")
    if through is not None:
        inputs: NDArray[np.float32] = through(pixels)
    else:
        scale, offset = settings.get("scale", 1 / 255), settings.get("offset", 0.0)
        inputs = pixels.astype(np.float32) * np.float32(scale) + np.float32(offset)
    return inputs.reshape(len(pixels), *wanted)


def _predicted(model: Any, inputs: NDArray[np.float32]) -> Any:
    """`predict` builds a graph first, which is worth its while for convolutions only (10 000 images of a LeNet: 1.7 s
    of processor time instead of 2.4 s; of a dense net: 0.2 s instead of next to nothing)."""
    if any("Conv" in type(layer).__name__ or hasattr(layer, "layers") for layer in model.layers):
        return model.predict(inputs, batch_size=BATCH, verbose=0)
    parts = [model(inputs[start : start + BATCH], training=False) for start in range(0, len(inputs), BATCH)]
    return np.concatenate([np.asarray(part) for part in parts]) if all(hasattr(p, "shape") for p in parts) else parts


def _probabilities(model: Any, pixels: NDArray[np.uint8], settings: Mapping[str, Any]) -> NDArray[np.float32]:
    output = _predicted(model, inputs_for(model, pixels, settings))
    if not isinstance(output, np.ndarray):
        raise Refused("a model with several outputs")
    return np.nan_to_num(output.reshape(len(pixels), -1).astype(np.float32))
