"""What a recorded model predicts on the grader's own images: accuracy, confusion, examples that went wrong."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any  # Keras ships no types

import numpy as np
from numpy.typing import NDArray

from grader.evaluator.bounds import Shape
from grader.evaluator.consistency import check_agreement
from grader.evaluator.inputs import Inputs
from grader.evaluator.rebuild import rebuild
from grader.evaluator.scaling import Affine, Scale, affine, scaled
from grader.evidence import load_arrays, numbered
from grader.measurements import Mistake, ModelInputs, Prediction, PredictRequest, RecognisedRows, Unmeasurable, Why

BATCH = 500
TRAIN_IMAGES = 2000  # seen beside the test images: a model that knows the test set better has been trained on it
WRONG_EXAMPLES = 24


def predict(request: PredictRequest, inputs: Inputs) -> Prediction:
    """Return what the recorded weights predict. Raise `Unmeasurable` or `InvalidEvidence`."""
    model = load_model(request.snapshot, inputs, inputs.image_shape(request.inputs.dataset))
    return figures(model, request.inputs, inputs)


def figures(model: Any, fed: ModelInputs, inputs: Inputs) -> Prediction:
    """Return what a model predicts, with inputs as the training's rows were: on their scale, or through a recorded
    scaler, where there is one. Raise as `predict`."""
    found = scaled(fed, inputs)
    if found is None:
        exact = affine(fed.rows, fed.dataset, inputs)
        return evaluate(model, fed.dataset, Affine(*exact) if exact else Affine(fed.scale, fed.offset), inputs)
    rows = RecognisedRows(found.known, found.test, found.wrong_labels)
    return replace(evaluate(model, fed.dataset, found.scaler, inputs), rows=rows)


def evaluate(model: Any, dataset: str, scale: Scale, inputs: Inputs) -> Prediction:
    """Return the figures of a model whose inputs come from pixels by `scale`.

    Raise `Unmeasurable` where its inputs or outputs do not fit the dataset.
    """
    test = _probabilities(model, inputs.images(dataset, "test"), scale)
    train = _probabilities(model, inputs.images(dataset, "train")[:TRAIN_IMAGES], scale)
    labels, train_labels = inputs.labels(dataset, "test"), inputs.labels(dataset, "train")[:TRAIN_IMAGES]
    classes = int(labels.max()) + 1
    if test.shape[1] != classes:
        raise Unmeasurable(
            Why.OUTPUT_COUNT,
            f"an output of {test.shape[1]} values for {classes} classes",
            got=test.shape[1],
            want=classes,
        )
    predicted = test.argmax(axis=1)
    wrong = np.flatnonzero(predicted != labels)[:WRONG_EXAMPLES]
    confusion = np.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)
    return Prediction(
        accuracy=float((predicted == labels).mean()),
        train_accuracy=float((train.argmax(axis=1) == train_labels).mean()),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        wrong=tuple(Mistake(int(i), int(labels[i]), int(predicted[i])) for i in wrong),
        parameters=int(model.count_params()),
    )


def load_model(number: int, inputs: Inputs, images: Shape | None = None) -> Any:
    """Return the rebuilt model of a snapshot, to be fed with `images` of a shape (None: with no images).

    Raise `Unmeasurable` or `InvalidEvidence`.
    """
    snapshot = inputs.snapshot(number)
    arrays = load_arrays(inputs.folder, snapshot["weights"])
    weights = numbered(arrays, "w")
    model = rebuild(snapshot["architecture"], weights, images)
    if "layers" in snapshot:
        check_agreement(model, snapshot["layers"])
    return model


def inputs_for(model: Any, pixels: NDArray[np.uint8], scale: Scale) -> NDArray[np.float32]:
    """Return images of shape (n, …) as the model takes them: by `scale`, in the shape of its input.

    Raise `Unmeasurable` where that is another number of values.
    """
    shape = getattr(model, "input_shape", None)
    if not isinstance(shape, tuple) or not all(n is None or isinstance(n, int) for n in shape):
        raise Unmeasurable(Why.SEVERAL_INPUTS, "a model with several inputs")
    wanted, given = shape[1:], pixels.shape[1:]
    if any(n is None for n in wanted) or math.prod(wanted) != math.prod(given):
        raise Unmeasurable(
            Why.INPUT_SHAPE, f"an input of shape {wanted} for images of shape {given}", want=str(wanted), got=str(given)
        )
    return scale(pixels).reshape(len(pixels), *wanted)


def _outputs(model: Any, inputs: NDArray[np.float32]) -> Any:
    """`predict` builds a graph first, which is worth its while for convolutions only (10 000 images of a LeNet: 1.7 s
    of processor time instead of 2.4 s; of a dense net: 0.2 s instead of next to nothing)."""
    if any("Conv" in type(layer).__name__ or hasattr(layer, "layers") for layer in model.layers):
        return model.predict(inputs, batch_size=BATCH, verbose=0)
    parts = [model(inputs[start : start + BATCH], training=False) for start in range(0, len(inputs), BATCH)]
    return np.concatenate([np.asarray(part) for part in parts]) if all(hasattr(p, "shape") for p in parts) else parts


def _probabilities(model: Any, pixels: NDArray[np.uint8], scale: Scale) -> NDArray[np.float32]:
    output = _outputs(model, inputs_for(model, pixels, scale))
    if not isinstance(output, np.ndarray):
        raise Unmeasurable(Why.SEVERAL_OUTPUTS, "a model with several outputs")
    return np.nan_to_num(output.reshape(len(pixels), -1).astype(np.float32))
