"""`latent`: what was projected are the 100 hidden values of the student's own models."""

from __future__ import annotations

from grader.analysis import Analysis
from grader.checks.embedding_findings import no_projection
from grader.checks.findings import failed, partial, passed
from grader.domain import Check, Finding
from grader.messages import join, plain, say


def check(points: float, models: int = 2, size: int = 100) -> Check:
    """Return the check `latent`: an equal part of the points for each of the first `models` networks of the exercise
    whose layer of `size` hidden values was projected."""
    return Check(
        "latent",
        say("Hidden values of both networks"),
        points,
        lambda analysis: judge(analysis, models, size),
        requests=Analysis.embedding_requests,
    )


def judge(analysis: Analysis, models: int, size: int) -> Finding:
    """Judge by which networks the evaluator recognised the projected rows as hidden values of test images."""
    expected = say("projections of the {size} hidden values of each of the {models} networks", size=size, models=models)
    if not analysis.tsne_runs:
        return no_projection(analysis, expected)
    sources = {e.source for e in analysis.embeddings()}
    shapes = join([plain(list(run.shape)) for run in analysis.tsne_runs])
    right = [which for which in range(models) if f"hidden{which}" in sources and _width(analysis, which) == size]
    measured = say("inputs of shape {shapes}", shapes=shapes)
    if len(right) == models:
        return passed(say("The hidden values come from the networks themselves."), measured, expected)
    missing = [analysis.exercise.models[which].name for which in range(models) if which not in right]
    message = say("No projection shows the hidden values of {missing}.", missing=", ".join(missing))
    hint = say(
        "Cut the network after its layer of {size} units: `keras.Model(model.inputs, model.layers[-2].output)`, then `predict` on the test images.",
        size=size,
    )
    if right:
        return partial(len(right) / models, message, measured, expected, hint)
    return failed(message, measured, expected, hint)


def _width(analysis: Analysis, which: int) -> int:
    for embedding in analysis.embeddings():
        if embedding.source == f"hidden{which}" and len(embedding.run.shape) == 2:
            return embedding.run.shape[1]
    return 0
