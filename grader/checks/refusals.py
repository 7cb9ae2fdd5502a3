"""Why the evaluator refused to judge something, as a sentence. Its reasons, short and in English, serve as codes."""

from __future__ import annotations

import re
from collections.abc import Callable

from grader.domain import Text
from grader.messages import plain, safe, say

LONGEST = 300


def refusal(reason: object) -> Text:
    """What stands after a colon: « la couche Lambda n'est pas reconstruite ici ». What no sentence knows is quoted."""
    written = safe(str(reason), LONGEST)
    for pattern, sentence in _SENTENCES:
        found = pattern.fullmatch(written)
        if found:
            return sentence(found)
    return say("the grader cannot read it ({reason})", reason=plain(written))


def known(reason: str) -> bool:
    """True where a sentence was written for this reason."""
    return any(pattern.fullmatch(reason) for pattern, _ in _SENTENCES)


def _always(text: Text) -> Callable[[re.Match[str]], Text]:
    return lambda found: text


def _limit(found: re.Match[str]) -> Text:
    if found["which"] == "memory":
        return say("judging it needs more memory than is allowed")
    return say("judging it takes longer than is allowed")


_TOO_LARGE = say("it is far larger than the exercise needs")
_CODES: tuple[tuple[str, Callable[[re.Match[str]], Text]], ...] = (
    (r"limit: (?P<which>\w+)", _limit),
    (
        r"an input of shape (?P<want>.*) for images of shape (?P<got>.*)",
        lambda m: say(
            "it takes inputs of shape {want}, and the images are of shape {got}", want=m["want"], got=m["got"]
        ),
    ),
    (
        r"an output of (?P<got>\d+) values for (?P<want>\d+) classes",
        lambda m: say("it gives {got} values for {want} classes", got=m["got"], want=m["want"]),
    ),
    (r"a model with several inputs", _always(say("it has several inputs"))),
    (r"a model with several outputs", _always(say("it has several outputs"))),
    (r"a network that branches", _always(say("its layers do not follow one another in a single line"))),
    (r"an input that is not two numbers", _always(say("its input is not two numbers"))),
    (r"an output that is not one number", _always(say("its output is not one number"))),
    (
        r"activation (?P<name>.*)",
        lambda m: say("the activation {name} is not one of those of Keras that are rebuilt here", name=m["name"]),
    ),
    (
        r"(?P<name>\w+)=(?P<value>.*)",
        lambda m: say("the setting {name} = {value} is not one that is rebuilt here", name=m["name"], value=m["value"]),
    ),
    (
        r"too many \w[\w ]*|too much to compute|an? (?:input|file|architecture) that (?:large|long)|"
        r"an? (?:file|archive) that unpacks to too much",
        _always(_TOO_LARGE),
    ),
    (
        r"weights that are not finite numbers",
        _always(say("its weights are not finite numbers (NaN or infinite): the training diverged")),
    ),
    (r"weights that do not fit the architecture", _always(say("its weights do not fit its layers"))),
    (r"weights without an architecture", _always(say("the file holds weights only, and no model was built for them"))),
    (
        r"handed-in weights of another architecture than the one the program builds",
        _always(say("the weights that were handed in belong to another architecture than the one the program builds")),
    ),
    (
        r"saved weights of another architecture than the one the program builds",
        _always(say("the saved weights belong to another architecture than the one the program builds")),
    ),
    (
        r"other layers than those that were recorded|a layer .* unlike the one that was recorded",
        _always(say("its description is not that of the layers that were built")),
    ),
    (
        r"not a layer|a layer without (?:settings|a name)|a graph|a shape|an input shape|not JSON.*|"
        r"a call with something else than tensors|not a buildable architecture.*",
        _always(say("its architecture cannot be rebuilt from its description")),
    ),
    (
        r"a model without input shape",
        _always(say("the size of its input is not known: begin it with `keras.Input(…)`")),
    ),
    (
        r"the file cannot be read.*|not a \.keras archive|an? (?:file|archive) (?:that|with) .*",
        _always(say("the file is damaged, or is not one that Keras wrote")),
    ),
    (
        r"images or nothing instead of features",
        _always(say("it was given images, or nothing, instead of a network's features")),
    ),
    (r"a label is needed for each row of features", _always(say("there is not one label for each row of features"))),
    (r"features that are not finite numbers", _always(say("the features hold NaN or infinite values"))),
    (
        r"no scaler with one value per pixel",
        _always(say("the recorded scaler does not have one mean and one scale per pixel")),
    ),
    (
        r"[A-Z]\w*|\w+>\w+",  # the name of a layer's class, or a registered one
        lambda m: say("the layer {name} is not one of those that are rebuilt here", name=m[0]),
    ),
)
_SENTENCES = tuple((re.compile(pattern, re.DOTALL), sentence) for pattern, sentence in _CODES)
