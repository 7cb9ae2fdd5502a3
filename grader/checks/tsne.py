"""`tsne`: the run has the parameters asked for, enough finite points in the plane, and images as its input."""

from __future__ import annotations

from grader.checks.embeddings import best, needs, none_found
from grader.checks.findings import failed, partial, passed
from grader.domain import Check, Facts, Finding, Json, Text
from grader.messages import join, number, plain, say

HALF = 0.5


def check(
    points: float, perplexity: float = 30, init: str = "pca", minimum: int = 1000, verbose: int | None = None
) -> Check:
    asked: dict[str, Json] = {"n_components": 2, "init": init, "perplexity": perplexity}
    if verbose is not None:
        asked["verbose"] = verbose
    return Check("tsne", say("t-SNE projection"), points, lambda facts: judge(facts, asked, minimum), needs=needs)


def judge(facts: Facts, asked: dict[str, Json], minimum: int) -> Finding:
    expected = say("{settings}, at least {minimum} test images", settings=_written(asked), minimum=number(minimum))
    found = best(facts)
    if found is None:
        return none_found(facts, expected)
    settings = found.call.facts.get("settings")
    seen = {name: settings.get(name) for name in asked} if isinstance(settings, dict) else {}
    measured = say("{settings}, {count} images", settings=_written(seen), count=number(found.count))
    if not found.result.get("finite") or found.call.facts.get("points") != [found.count, 2]:
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


def _written(settings: dict[str, Json]) -> Text:
    return plain(", ".join(f"{name}={value}" for name, value in settings.items()))
