"""`parameters`: the model has the number of parameters that the architecture asked for has."""

from __future__ import annotations

from grader.analysis import Analysis
from grader.checks.findings import failed, nothing_recorded, passed
from grader.domain import Check, Finding, LayerInfo, Stage, Text
from grader.messages import join, number, say


def check(points: float, model: int = 0) -> Check:
    """Return the check `parameters`: all points for a number of parameters that `exercise.models[model]` allows, else
    none."""
    return Check(
        "parameters",
        say("Number of parameters of the model"),
        points,
        lambda analysis: judge(analysis, model),
        stage=Stage.MODEL,
    )


def judge(analysis: Analysis, model: int) -> Finding:
    """Judge the number of parameters of the recorded model; hint at it layer by layer where it is another one."""
    asked = analysis.exercise.models[model].parameters
    expected = join([number(count) for count in asked], " / ")
    found = analysis.model(model)
    if found is None:
        return nothing_recorded(analysis, expected)
    count = found.shape.parameters
    measured = number(count)
    if count in asked:
        return passed(say("Your model has {count} parameters.", count=measured), measured, expected)
    return failed(
        say("Your model has {count} parameters instead of {expected}.", count=measured, expected=expected),
        measured,
        expected,
        _hint(found.shape.layers, count, asked),
    )


def _hint(layers: tuple[LayerInfo, ...], count: int, asked: tuple[int, ...]) -> Text:
    without_bias = [layer for layer in layers if layer.settings.get("use_bias") is False]
    if without_bias and count < min(asked):
        return say("Every unit needs its bias: do not set `use_bias=False`.")
    by_layer = join(
        [say("{name}: {count}", name=la.name, count=number(la.parameters)) for la in layers if la.parameters]
    )
    return say(
        "Layer by layer, `model.summary()` gives {layers}. A dense layer has (inputs + 1) × units.", layers=by_layer
    )
