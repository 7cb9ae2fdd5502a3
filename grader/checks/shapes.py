"""`shapes`: the data as the program shapes it, or the shapes that leave each layer of the model."""

from __future__ import annotations

import re

from grader.analysis import Analysis
from grader.checks.findings import failed, nothing_recorded, partial, passed
from grader.domain import ArrayInfo, Check, Finding, Mode, Stage, Text
from grader.messages import join, plain, say

RANGE = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)(?![\d.])")
HALF = 0.5


def data(points: float, shapes: tuple[tuple[int, ...], ...], low: float = 0.0, high: float = 1.0) -> Check:
    """Return the check `shapes` of the data: all points where the `shapes` and the range of the pixels, from `low` to
    `high`, are printed, half of them where only a part of that is."""
    return Check(
        "shapes", say("Shapes and range of the data"), points, lambda analysis: judge_data(analysis, shapes, low, high)
    )


def judge_data(analysis: Analysis, shapes: tuple[tuple[int, ...], ...], low: float, high: float) -> Finding:
    """Judge the printed shapes and the printed range; `shapes[0]` is that of the array whose range is known."""
    expected = say(
        "{shapes}, pixels from {low} to {high}, printed",
        shapes=join([plain(shape) for shape in shapes], " · "),
        low=f"{low:g}",
        high=f"{high:g}",
    )
    if analysis.mode is Mode.STATIC or analysis.outcome is None:
        return nothing_recorded(analysis, expected)
    missing = [shape for shape in shapes if not printed_shape(analysis.evidence.printed.text, shape)]
    own = [array for array in analysis.evidence.calls_of(ArrayInfo) if array.shape == shapes[0]]
    without = _without_shapes(analysis.evidence.printed.text)
    numbers = {float(n) for n in RANGE.findall(without)}
    in_range = {low, high} <= numbers and not any(array.high != high or array.low != low for array in own)
    measured = _range_text(own)
    if not missing and in_range:
        return passed(say("The shapes and the range are printed, and right."), measured, expected)
    wrong = []
    if missing:
        wrong.append(say("{shapes} is not printed", shapes=join([plain(shape) for shape in missing], " · ")))
    if not in_range:
        wrong.append(say("the range printed is not {low} to {high}", low=f"{low:g}", high=f"{high:g}"))
    hint = say("Print `X_train.shape`, `X_test.shape`, `X_train.min()` and `X_train.max()`, after dividing by 255.")
    message = say("Not all is there: {wrong}.", wrong=join(wrong, "; "))
    if len(missing) == len(shapes) and not in_range:
        return failed(message, measured, expected, hint)
    return partial(HALF, message, measured, expected, hint)


def printed_shape(text: str, shape: tuple[int, ...]) -> bool:
    """Return whether a shape stands in a text, as « (60000, 784) », « 60000 x 784 », « [60000, 784] »…"""
    return re.search(r"(?<!\d)" + r"\s*[,x×*]\s*".join(map(str, shape)) + r"(?!\d)", text) is not None


def _without_shapes(text: str) -> str:
    return re.sub(r"[(\[]\s*\d+\s*(?:,\s*\d+\s*)+,?[)\]]", " ", text)


def _range_text(arrays: list[ArrayInfo]) -> Text:
    if not arrays:
        return Text()
    return say("pixels from {low} to {high}", low=arrays[0].low, high=arrays[0].high)


def check(points: float, expected: tuple[tuple[int, ...], ...], model: int = 0) -> Check:
    """Return the check `shapes` of a model: all points where its layers give the `expected` shapes in order, without
    the batch axis, else none. Layers that keep the shape (activations, dropout) are left out."""
    return Check(
        "shapes",
        say("Shapes that leave each layer"),
        points,
        lambda analysis: judge(analysis, expected, model),
        stage=Stage.MODEL,
    )


def judge(analysis: Analysis, asked: tuple[tuple[int, ...], ...], model: int) -> Finding:
    """Judge the shapes that leave the layers of `exercise.models[model]`."""
    expected = join([plain(_shape_text(shape)) for shape in asked], " → ")
    found = analysis.model(model)
    if found is None:
        return nothing_recorded(analysis, expected)
    silent = {"Activation", "Dropout", "InputLayer", "Rescaling", "Softmax", "ReLU"}
    seen = tuple(layer.output_shape or () for layer in found.shape.layers if layer.kind not in silent)
    measured = join([plain(_shape_text(shape)) for shape in seen], " → ")
    if seen == asked:
        return passed(say("Every layer gives the shape that is asked for."), measured, expected)
    right = 0
    while right < min(len(seen), len(asked)) and seen[right] == asked[right]:
        right += 1
    return failed(
        say("The shapes differ from layer {layer} on.", layer=right + 1),
        measured,
        expected,
        say("A 3×3 convolution without padding takes two pixels off each side's length; a 2×2 pooling halves it."),
    )


def _shape_text(shape: tuple[int | None, ...]) -> str:
    return "×".join(str(n) for n in shape) or "?"
