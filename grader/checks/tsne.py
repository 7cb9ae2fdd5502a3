"""`tsne`: the run has the parameters asked for, enough finite points in the plane, and images as its input."""

from __future__ import annotations

from grader.analysis import Analysis
from grader.checks.embedding_findings import no_projection
from grader.checks.findings import failed, partial, passed
from grader.domain import Check, Finding, Scalar, Text, TsneRun
from grader.messages import join, number, plain, say

HALF = 0.5


def check(
    points: float, perplexity: float = 30, init: str = "pca", minimum: int = 1000, verbose: int | None = None
) -> Check:
    """Return the check `tsne`: all points for a t-SNE in two dimensions with these settings (names and meaning as in
    scikit-learn's `TSNE`) of at least `minimum` test images, half of them where something differs. `verbose` is free
    where None."""
    asked: dict[str, Scalar] = {"n_components": 2, "init": init, "perplexity": perplexity}
    if verbose is not None:
        asked["verbose"] = verbose
    return Check(
        "tsne",
        say("t-SNE projection"),
        points,
        lambda analysis: judge(analysis, asked, minimum),
        requests=Analysis.embedding_requests,
    )


def judge(analysis: Analysis, asked: dict[str, Scalar], minimum: int) -> Finding:
    """Judge the settings, the number and the origin of the points of the best embedding."""
    expected = say(
        "{settings}, at least {minimum} test images", settings=_settings_text(asked), minimum=number(minimum)
    )
    found = analysis.best_embedding
    if found is None:
        return no_projection(analysis, expected)
    known = settings_of(found.run)
    seen = {name: known[name] for name in asked}
    measured = say("{settings}, {count} images", settings=_settings_text(seen), count=number(found.count))
    if not found.figures.finite or found.run.points != (found.count, 2):
        return failed(say("The projected points are not finite points of the plane."), measured, expected)
    wrong: list[Text] = [
        say("{name} is {seen} instead of {asked}", name=name, seen=seen.get(name), asked=value)
        for name, value in asked.items()
        if seen.get(name) != value
    ]
    if found.count < minimum:
        wrong.append(say("only {count} images are projected", count=number(found.count)))
    if found.source == "train":
        wrong.append(say("these are training images; test images are asked for"))
    if not wrong:
        return passed(say("The projection is the one asked for."), measured, expected)
    return partial(HALF, say("A t-SNE of images, but {wrong}.", wrong=join(wrong, "; ")), measured, expected)


def settings_of(run: TsneRun) -> dict[str, Scalar]:
    """Return the settings that may be asked for, by their names in scikit-learn."""
    return {
        "n_components": run.n_components,
        "init": run.init,
        "perplexity": run.perplexity,
        "verbose": run.verbose,
    }


def _settings_text(settings: dict[str, Scalar]) -> Text:
    return plain(", ".join(f"{name}={value}" for name, value in settings.items()))
