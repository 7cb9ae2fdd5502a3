"""`shared_encoder`: the classifier begins with the very layers that the autoencoder trained."""

from __future__ import annotations

from grader.analysis import Analysis, MatchedModel
from grader.analysis.svm_fits import classifier_beside
from grader.checks.findings import failed, nothing_recorded, partial, passed
from grader.domain import Check, Finding, LayerInfo, LayerSpec
from grader.messages import number, say

OTHER_HEAD = 0.5  # shared, but what follows the encoder is not what was asked for


def check(points: float, models: tuple[int, int] = (0, 1)) -> Check:
    """Return the check `shared_encoder`: all points where the two `models` hold the same encoder object, half of them
    where something else than the layer asked for follows it."""
    return Check(
        "shared_encoder",
        say("One encoder for both models"),
        points,
        lambda analysis: judge(analysis, *models),
    )


def judge(analysis: Analysis, first: int, second: int) -> Finding:
    """Judge whether the models of the numbers `first` and `second` share layers that have parameters."""
    expected = say("the same encoder object in both models")
    one = analysis.model(first)
    if one is None:
        return nothing_recorded(analysis, expected)
    other = classifier_beside(one, analysis.model(second))
    if other is None:
        return failed(
            say("No classifier was built besides the autoencoder."),
            expected=expected,
            hint=say(
                "`keras.Sequential([keras.Input((28, 28)), encoder, keras.layers.Dense(10, activation='softmax')])`."
            ),
        )
    shared = shared_layers(one, other)
    count = sum(layer.parameters for layer in shared)
    measured = say(
        "{shared} of the classifier's {all} parameters are shared",
        shared=number(count),
        all=number(other.shape.parameters),
    )
    if not shared:
        return failed(
            say("The classifier has an encoder of its own, which learnt nothing from the images without labels."),
            measured,
            expected,
            say("Put the same variable `encoder` into both models: the same Keras object, hence the same weights."),
        )
    head = _head_parameters(shared[-1], analysis.exercise.models[second].layers[-1])
    if head is not None and other.shape.parameters - count != head:
        return partial(
            OTHER_HEAD,
            say("The encoder is shared, but something else than one softmax layer follows it in the classifier."),
            measured,
            expected,
            say("One dense layer of 10 units with softmax adds {count} parameters.", count=number(head)),
        )
    return passed(say("Both models hold the same encoder."), measured, expected)


def shared_layers(one: MatchedModel, other: MatchedModel) -> list[LayerInfo]:
    """Return the layers with parameters of `other` that are the same objects in `one`, in order."""
    there = {layer.settings.get("identity") for layer in one.shape.layers if layer.parameters}
    return [la for la in other.shape.layers if la.parameters and la.settings.get("identity") in there]


def _head_parameters(last: LayerInfo, asked: LayerSpec) -> int | None:
    """Parameters of the layer asked for behind the shared encoder, whatever the encoder's own size."""
    inputs, units = last.settings.get("units"), asked.settings.get("units")
    return (inputs + 1) * units if isinstance(inputs, int) and isinstance(units, int) else None
