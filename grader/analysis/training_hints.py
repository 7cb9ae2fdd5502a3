"""What a training's history and data give away: a sentence that teaches, or nothing."""

from __future__ import annotations

import math

from grader.analysis.model_match import MatchedModel
from grader.domain import DataInfo, Snapshot, Text
from grader.messages import number, say

PLATEAU = 0.03  # how near the loss stays to ln(classes), and still counts as not having begun to fall


def training_hint(found: MatchedModel) -> Text:
    """Return the first hint that fits, or nothing; what explains most comes first."""
    classes = (found.shape.output_shape or (None, 10))[-1] or 10
    losses = [v for t in found.trainings for v in t.history.get("loss", ())]
    data = next((t.data for t in reversed(found.trainings) if t.data is not None), None)
    for sentence in (
        _diverged(losses),
        _unscaled(data),
        _labels_not_one_hot(data, found, classes),
        _misplaced_softmax(found),
        _created_again(found),
        _plateau(losses, classes),
        _still_falling(losses, found),
    ):
        if sentence:
            return sentence
    return Text()


def _diverged(losses: list[float]) -> Text:
    if any(not math.isfinite(loss) for loss in losses):
        return say(
            "The loss became NaN: the training diverged. Lower the learning rate, and check that the images lie in [0, 1]."
        )
    return Text()


def _unscaled(data: DataInfo | None) -> Text:
    if data is not None and data.high > 2 and data.low >= 0:
        return say("The images go up to {high}: divide them by 255 before training.", high=number(data.high))
    return Text()


def _labels_not_one_hot(data: DataInfo | None, found: MatchedModel, classes: int) -> Text:
    compiled = found.compiled
    if (
        data is None
        or compiled is None
        or "sparse" in compiled.loss.lower()
        or "categorical" not in compiled.loss.lower()
    ):
        return Text()
    if data.label_shape not in ((classes,), ()):
        return say(
            "The labels have the shape {shape}: turn them into one-hot rows with `keras.utils.to_categorical(y, {classes})`.",
            shape=data.label_shape,
            classes=classes,
        )
    return Text()


def _misplaced_softmax(found: MatchedModel) -> Text:
    """Missing under a cross-entropy that expects shares, applied twice, which flattens them, or too early."""
    compiled = found.compiled
    layers = found.layers
    activations = [layer.settings.get("activation") for layer in layers]
    if activations[-2:] == ["softmax", "softmax"] and layers[-1].kind in ("Activation", "Softmax"):
        return say("Softmax is applied twice, which makes all classes nearly equal: keep one.")
    if "softmax" in activations[:-1]:
        return say(
            "A softmax stands before the last layer, where it squeezes the hidden values: "
            "give that layer the activation asked for, and keep softmax for the last one."
        )
    if compiled is not None and compiled.loss == "categorical_crossentropy" and activations[-1:] == ["linear"]:
        return say("The last layer has no softmax, which `categorical_crossentropy` expects: `activation='softmax'`.")
    return Text()


def _created_again(found: MatchedModel) -> Text:
    """A model of the same shape that was never trained, and is judged by the program in the trained one's place."""
    trained = {t.model for t in found.evidence.trainings}
    alike = {s.model for s in found.evidence.snapshots if _layer_sizes(s) == _layer_sizes(found.shape)} - trained
    judged = {u.model for u in found.evidence.uses if u.how in ("evaluate", "predict", "save")}
    loaded = {u.model for u in found.evidence.uses if u.how == "load_weights"}
    if trained and alike & judged - loaded:
        return say("The model is created again after its training, and the new one has learnt nothing: create it once.")
    return Text()


def _layer_sizes(snapshot: Snapshot) -> tuple[tuple[str, int], ...]:
    return tuple((layer.kind, layer.parameters) for layer in snapshot.layers)


def _plateau(losses: list[float], classes: int) -> Text:
    if losses and all(abs(loss - math.log(classes)) < PLATEAU for loss in losses):
        return say(
            "The loss stayed at {loss} = ln {classes} throughout: the network has not begun to learn. Give it more epochs or a larger learning rate.",
            loss=number(math.log(classes), 2),
            classes=classes,
        )
    return Text()


def _still_falling(losses: list[float], found: MatchedModel) -> Text:
    if 0 < len(losses) < 5:
        return say("The training was very short: more epochs will raise the accuracy.")
    validation = [v for t in found.trainings for v in t.history.get("val_loss", ())]
    if len(validation) > 4 and validation[-1] > 1.2 * min(validation) and losses[-1] < losses[len(losses) // 2]:
        return say("The validation loss rises while the training loss falls: the model over-fits. Stop earlier.")
    return Text()
