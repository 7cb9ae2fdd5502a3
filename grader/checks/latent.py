"""`latent`: what was projected are the 100 hidden values of the student's own models."""

from __future__ import annotations

from grader.checks.embeddings import embeddings, needs, none_found, runs_of
from grader.checks.findings import failed, partial, passed
from grader.domain import Check, Facts, Finding
from grader.messages import join, plain, say


def check(points: float, models: int = 2, size: int = 100) -> Check:
    return Check(
        "latent", say("Hidden values of both networks"), points, lambda facts: judge(facts, models, size), needs=needs
    )


def judge(facts: Facts, models: int, size: int) -> Finding:
    expected = say("projections of the {size} hidden values of each of the {models} networks", size=size, models=models)
    if not runs_of(facts):
        return none_found(facts, expected)
    sources = {e.source for e in embeddings(facts)}
    shapes = join([plain(c.facts.get("shape")) for c in runs_of(facts)])
    right = [which for which in range(models) if f"hidden{which}" in sources and _width(facts, which) == size]
    measured = say("inputs of shape {shapes}", shapes=shapes)
    if len(right) == models:
        return passed(say("The hidden values come from the networks themselves."), measured, expected)
    missing = [facts.exercise.models[which].name for which in range(models) if which not in right]
    message = say("No projection shows the hidden values of {missing}.", missing=", ".join(missing))
    hint = say(
        "Cut the network after its layer of {size} units: `keras.Model(model.inputs, model.layers[-2].output)`, then `predict` on the test images.",
        size=size,
    )
    if right:
        return partial(len(right) / models, message, measured, expected, hint)
    return failed(message, measured, expected, hint)


def _width(facts: Facts, which: int) -> int:
    for embedding in embeddings(facts):
        shape = embedding.call.facts.get("shape")
        if (
            embedding.source == f"hidden{which}"
            and isinstance(shape, list)
            and len(shape) == 2
            and isinstance(shape[1], int)
        ):
            return shape[1]
    return 0
