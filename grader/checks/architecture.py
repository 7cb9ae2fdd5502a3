"""`architecture`: the layers asked for, in order, however they are spelt."""

from __future__ import annotations

from grader.analysis import Analysis
from grader.analysis.canonical import Layer, canonical, differing, same, written
from grader.checks.findings import failed, nothing_recorded, partial, passed
from grader.domain import Check, Finding, Stage, Text
from grader.messages import join, plain, say

RIGHT_KINDS = 0.5  # the right layers with a wrong setting


def check(points: float, model: int = 0) -> Check:
    """Return the check `architecture`: all points for the layers of `exercise.models[model]` in order, half of them for
    the right kinds of layers with other settings."""
    return Check(
        "architecture",
        say("Architecture of the model"),
        points,
        lambda analysis: judge(analysis, model),
        stage=Stage.MODEL,
    )


def judge(analysis: Analysis, model: int) -> Finding:
    """Judge the layers of the recorded model, in the spelling of `grader.analysis.canonical`."""
    asked = canonical(analysis.exercise.models[model].layers)
    expected = written(asked)
    found = analysis.model(model)
    if found is None:
        return nothing_recorded(analysis, expected)
    seen = found.layers
    measured = written(seen)
    if same(seen, asked):
        return passed(say("The layers are those that are asked for."), measured, expected)
    if [layer.kind for layer in seen] == [layer.kind for layer in asked]:
        wrong = [_differences(s, a) for s, a in zip(seen, asked, strict=True) if differing(s, a)]
        return partial(
            RIGHT_KINDS,
            say("The right layers, but not all their settings: {wrong}.", wrong=join(wrong, "; ")),
            measured,
            expected,
        )
    return failed(say("The layers are not those that are asked for."), measured, expected, _hint(seen, asked))


def _differences(seen: Layer, asked: Layer) -> Text:
    return join(
        [
            say(
                "{layer}: {name} is {seen} instead of {asked}",
                layer=seen.kind,
                name=name,
                seen=_setting_text(seen, name),
                asked=_setting_text(asked, name),
            )
            for name in differing(seen, asked)
        ]
    )


def _setting_text(layer: Layer, name: str) -> Text:
    value = layer.settings.get(name)
    return plain("×".join(map(str, value)) if isinstance(value, list | tuple) else value)


def _hint(seen: tuple[Layer, ...], asked: tuple[Layer, ...]) -> Text:
    if any("." in layer.kind for layer in seen):
        return say("Use the layers of Keras: a layer of your own class cannot be judged.")
    if len(seen) > len(asked):
        return (
            say("There are {more} layers more than asked for.", more=len(seen) - len(asked))
            if len(seen) - len(asked) > 1
            else say("There is one layer more than asked for.")
        )
    if len(seen) < len(asked):
        return say("There is at least one layer less than asked for.")
    return say("Compare the kinds of layers one by one with those asked for.")
