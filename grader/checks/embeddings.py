"""The t-SNE runs of a program, as the evaluator measured them. Shared by the checks on embeddings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.checks.findings import failed, skipped
from grader.checks.meant import meant
from grader.domain import Call, Facts, Finding, Json, Measurement, Mode, Text
from grader.messages import say

MOST_SHAPES = 60  # hulls and ellipses that one measurement looks at
MOST_RUNS = 6


@dataclass(frozen=True, slots=True)
class Embedding:
    """One t-SNE run and what the evaluator says of it: `source` is `test`, `train`, `hidden0`, `hidden1`… or empty."""

    call: Call
    result: Mapping[str, Json]

    @property
    def source(self) -> str:
        return str(self.result.get("source", ""))

    @property
    def count(self) -> int:
        shape = self.call.facts.get("points")
        return int(shape[0]) if isinstance(shape, list) and shape and isinstance(shape[0], int) else 0

    def real(self, name: str) -> float | None:
        value = self.result.get(name)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def runs_of(facts: Facts) -> tuple[Call, ...]:
    return tuple(c for c in facts.evidence.calls if c.what == "tsne" and c.arrays)[-MOST_RUNS:]


def needs(facts: Facts) -> tuple[Measurement, ...]:
    return tuple(measurement(facts, call) for call in runs_of(facts))


def measurement(facts: Facts, call: Call) -> Measurement:
    """The run's arrays, those of every hull and Gaussian, and the models whose hidden values it may show."""
    settings: list[tuple[str, str | int | float | None]] = [
        ("dataset", facts.exercise.dataset),
        ("arrays", call.arrays),
    ]
    for kind in ("hull", "gaussian"):
        made = [c.arrays for c in facts.evidence.calls if c.what == kind and c.arrays]
        settings += [(f"arrays_{kind}_{n}", name) for n, name in enumerate(made[:MOST_SHAPES])]
    for which in range(len(facts.exercise.models)):
        found = meant(facts, which)
        if found is not None and found.final is not None and found.final.architecture is not None:
            settings.append((f"snapshot_{which}", found.final.id))
    return Measurement("embedding", tuple(settings))


def embeddings(facts: Facts) -> tuple[Embedding, ...]:
    return tuple(Embedding(call, facts.measured[measurement(facts, call)]) for call in runs_of(facts))


def best(facts: Facts) -> Embedding | None:
    """The run that the criteria are judged on: of recognised images, the most points; the last of equals."""
    known = [e for e in embeddings(facts) if e.source]
    return max(enumerate(known), key=lambda item: (item[1].count, item[0]))[1] if known else None


def none_found(facts: Facts, expected: Text) -> Finding:
    """No usable t-SNE: why."""
    if facts.mode is Mode.STATIC:
        return skipped(say("Not judged: the program was only read, not run."))
    if not facts.reading.runnable:
        return failed(say("The program could not start, so no projection was seen."), expected=expected)
    if runs_of(facts):
        return failed(
            say("What was projected is not images of the dataset."),
            expected=expected,
            hint=say("Give `TSNE` the images, or the hidden values of your network for them, one per row."),
        )
    return failed(
        say("No t-SNE of scikit-learn was run."),
        expected=expected,
        hint=say("Use `sklearn.manifold.TSNE(…).fit_transform(images)`."),
    )
