"""`neighbourhood_hit`: recomputed from the recorded points; in the band for that many points; and the student's own value.

The bands were measured (`tests/tools/measure_bands.py`) and are kept as data in `neighbourhood_hit.json`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

from grader.checks.embeddings import Embedding, embeddings, needs, none_found
from grader.checks.findings import failed, partial, passed
from grader.domain import Check, Facts, Finding, Text
from grader.messages import join, number, say

BANDS = Path(__file__).with_name("neighbourhood_hit.json")
NEAR = 0.005
MARGIN = 0.03  # below the lowest of the measured seeds
HALF = 0.5
NAMES = {"pixels": ("nh", "nh_brut"), "hidden0": ("nh_mlp", "nh"), "hidden1": ("nh_cnn", "nh")}
LABELS = {"pixels": say("pixels"), "hidden0": say("hidden layer of the MLP"), "hidden1": say("hidden layer of the CNN")}


def check(points: float, k: int = 6, sources: tuple[str, ...] = ("pixels",)) -> Check:
    """`sources` are the embeddings that must be there: `pixels`, `hidden0`, `hidden1` (the exercise's models)."""
    return Check(
        "neighbourhood_hit",
        say("Neighbourhood hit (k = {k})", k=k),
        points,
        lambda facts: judge(facts, sources),
        needs=needs,
    )


def judge(facts: Facts, sources: tuple[str, ...]) -> Finding:
    expected = say("in the usual band, and your own value within {near} of the recomputed one", near=number(NEAR, 3))
    found = by_source(facts)
    if not any(source in found for source in sources):
        return none_found(facts, expected)
    parts = [_one(facts, found.get(source), source) for source in sources]
    share = sum(part.share for part in parts) / len(parts)
    message, measured = join([p.message for p in parts], " "), join([p.measured for p in parts if p.measured], "; ")
    hint = next((p.hint for p in parts if p.hint), Text())
    if share == 1:
        return passed(message, measured, expected)
    if share == 0:
        return failed(message, measured, expected, hint)
    return partial(share, message, measured, expected, hint)


def by_source(facts: Facts) -> dict[str, Embedding]:
    """For each source the run with the most points; test and training images are both `pixels`."""
    found: dict[str, Embedding] = {}
    for embedding in embeddings(facts):
        source = "pixels" if embedding.source in ("test", "train") else embedding.source
        if source and (source not in found or embedding.count >= found[source].count):
            found[source] = embedding
    return found


def _one(facts: Facts, embedding: Embedding | None, source: str) -> Finding:
    label = LABELS[source]
    value = embedding.real("nh") if embedding is not None else None
    if embedding is None or value is None:
        return failed(
            say("{label}: no projection was found.", label=label), hint=say("Project them by t-SNE like the pixels.")
        )
    measured = say("{label}: {value}", label=label, value=number(value, 3))
    low, high = band(source, embedding.count, data_kind(facts))
    own, formula = stated(facts, embedding, source, value)
    in_band = low <= value <= high
    if in_band and own is not None and formula is None:
        return passed(say("{label}: {value}, as expected.", label=label, value=number(value, 3)), measured)
    problems, hint = [], Text()
    if not in_band:
        problems.append(
            say(
                "{value} lies outside the band from {low} to {high}",
                value=number(value, 3),
                low=number(low, 2),
                high=number(high, 2),
            )
        )
        hint = say("Project the rows themselves, unchanged, with the parameters asked for; networks must be trained.")
    if own is None:
        problems.append(say("your own value was not found"))
        hint = say("Store it in a variable named `{name}` and print it.", name=NAMES[source][0])
    elif formula is not None:
        problems.append(
            say("your value {own} is not the recomputed {value}", own=number(own, 3), value=number(value, 3))
        )
        hint = formula
    message = say("{label}: {problems}.", label=label, problems=join(problems, "; "))
    right = in_band + (own is not None and formula is None)
    return partial(HALF, message, measured, hint=hint) if right else failed(message, measured, hint=hint)


# ── The student's own value ─────────────────────────────────────────────────────────────────────


def stated(facts: Facts, embedding: Embedding, source: str, value: float) -> tuple[float | None, Text | None]:
    """The student's value, and what is wrong with it (None where it is right)."""
    variables = [v for name in NAMES[source] if isinstance(v := facts.evidence.values.get(name), int | float)]
    printed = _printed(facts.evidence.printed.text)
    for own in (*variables, *printed, *_titled(facts)):
        if abs(own - value) <= NEAR:
            return own, None
    formulas = embedding.result.get("formulas")
    table = formulas if isinstance(formulas, Mapping) else {}
    for own in (*variables, *printed):
        for name, wrong in table.items():
            if isinstance(wrong, int | float) and abs(own - wrong) <= NEAR * max(1, abs(wrong)) / 2:
                return own, explain_formula(name)
    if variables:
        return variables[0], say(
            "Compare your formula with the definition: the mean, over all points, of the share of the 6 nearest neighbours with the same label."
        )
    return None, None


def _titled(facts: Facts) -> list[float]:
    """Numbers in the titles of plots, where the hit stands in percent, as a rule."""
    titles = "\n".join(axes.title for figure in facts.evidence.figures for axes in figure.axes)
    return [share for found in _printed(titles) for share in (found, found / 100)]


def _printed(text: str) -> list[float]:
    """Numbers printed near the words that name the measure."""
    lines = [line for line in text.splitlines()[-400:] if re.search(r"(?i)\bnh|hit|voisin", line)]
    found = [float(n.replace(",", ".")) for line in lines[:60] for n in re.findall(r"\d+[.,]\d+(?:e-?\d+)?", line)[:20]]
    return [n for n in found if math.isfinite(n)]


def explain_formula(name: str) -> Text:
    sentences = {
        "division_in_if": say(
            "`tx /= k` stands inside the `if`: it must be divided once per point, after the loop over the neighbours. Check the indentation."
        ),
        "division_in_loop": say(
            "`tx /= k` stands inside the loop over the neighbours: it must be divided once per point, after the loop. Check the indentation."
        ),
        "self_counted": say("The point itself is counted among its 6 neighbours: ask for 7 and leave out the first."),
        "self_added": say("The point itself is counted on top of its 6 neighbours: leave out the first."),
        "self_added_divided": say("The point itself is counted as a seventh neighbour: leave out the first."),
        "percent": say("The value is asked for as a share between 0 and 1, not in percent."),
        "not_divided": say("The number of neighbours with the same label must be divided by k = 6."),
    }
    return sentences.get(name) or say("This is the value for k = {k}: k = 6 is asked for.", k=name.removeprefix("k"))


# ── Bands ───────────────────────────────────────────────────────────────────────────────────────


@cache
def _bands() -> dict[str, dict[str, dict[str, list[float]]]]:
    """data kind → source → number of points → values measured over seeds."""
    bands: dict[str, dict[str, dict[str, list[float]]]] = json.loads(BANDS.read_text(encoding="utf-8"))["measured"]
    return bands


def data_kind(facts: Facts) -> str:
    return "stand-in" if facts.stand_in else "mnist"


def band(source: str, count: int, data: str) -> tuple[float, float]:
    """(lowest, highest) value to expect for that many points, read between the numbers of points that were measured."""
    table = _bands()[data][source]
    sizes = sorted(int(n) for n in table)
    low = _between(sizes, [min(table[str(n)]) for n in sizes], count) - MARGIN
    high = _between(sizes, [max(table[str(n)]) for n in sizes], count) + MARGIN
    if count > sizes[-1]:  # it grows with the number of points: beyond what was measured, nothing is too high
        high = 1.0
    return max(0.0, low), min(1.0, high)


def _between(sizes: list[int], values: list[float], count: int) -> float:
    """Linear in the logarithm of the number of points; constant beyond both ends."""
    if count <= sizes[0]:
        return values[0]
    for (a, b), (u, v) in zip(pairwise(sizes), pairwise(values), strict=True):
        if count <= b:
            share = (math.log(count) - math.log(a)) / (math.log(b) - math.log(a))
            return u + share * (v - u)
    return values[-1]
