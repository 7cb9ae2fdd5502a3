"""`neighbourhood_hit`: recomputed from the recorded points; in the band for that many points; and the student's own value.

The bands were measured (`tests/tools/measure_bands.py`) and are kept as data in `neighbourhood_hit.json`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from grader.analysis import Analysis
from grader.analysis.embeddings import Embedding, largest_by_source
from grader.checks.embedding_findings import no_projection
from grader.checks.findings import failed, partial, passed, together
from grader.domain import Check, Finding, Text
from grader.errors import BadSpecification
from grader.measurements import NEIGHBOURS
from grader.messages import join, number, say

BANDS = Path(__file__).with_name("neighbourhood_hit.json")
NEAR = 0.005
MARGIN = 0.03  # below the lowest of the measured seeds
HALF = 0.5
Bands = Mapping[str, tuple[float, float]]
NAMES = {"pixels": ("nh", "nh_brut"), "hidden0": ("nh_mlp", "nh"), "hidden1": ("nh_cnn", "nh")}
LABELS = {"pixels": say("pixels"), "hidden0": say("hidden layer of the MLP"), "hidden1": say("hidden layer of the CNN")}


@dataclass(frozen=True, slots=True)
class HitSpec:
    """Hold how many neighbours count, which embeddings must be there, and bands in place of the measured ones."""

    k: int
    sources: tuple[str, ...]
    bands: Bands


def check(
    points: float, k: int = NEIGHBOURS, sources: tuple[str, ...] = ("pixels",), bands: Bands | None = None
) -> Check:
    """Return the check `neighbourhood_hit`: an equal part of the points for each of `sources`, half of it for a hit in
    its band and half for the student's own value, within 0.005 of the recomputed one.

    `sources` are `pixels`, `hidden0`, `hidden1` (the exercise's models); `k` neighbours count. `bands` gives the lowest
    and highest hit (shares from 0 to 1) for each source; where it is None, they are those measured for k = 6. Raise
    `BadSpecification` where k differs and a band is missing.
    """
    if k != NEIGHBOURS and (bands is None or not set(sources) <= bands.keys()):
        raise BadSpecification(
            say(
                "neighbourhood_hit: the bands were measured for k = {usual}; with k = {k}, pass `bands=`.",
                usual=NEIGHBOURS,
                k=k,
            )
        )
    asked = HitSpec(k, sources, bands or {})
    return Check(
        "neighbourhood_hit",
        say("Neighbourhood hit (k = {k})", k=k),
        points,
        lambda analysis: judge(analysis, asked),
        requests=lambda analysis: analysis.embedding_requests(k),
    )


def judge(analysis: Analysis, asked: HitSpec) -> Finding:
    """Judge for each source the embedding with the most points. The hit is that of Paulovich et al. (2008), recomputed
    by the evaluator."""
    expected = say("in the usual band, and your own value within {near} of the recomputed one", near=number(NEAR, 3))
    found = largest_by_source(analysis.embeddings(asked.k))
    sources = asked.sources
    if not any(source in found for source in sources):
        return no_projection(analysis, expected)
    parts = [_judge_source(analysis, found.get(source), source, asked) for source in sources]
    return together(parts, expected)


def _judge_source(analysis: Analysis, embedding: Embedding | None, source: str, asked: HitSpec) -> Finding:
    label = LABELS[source]
    value = embedding.figures.nh if embedding is not None else None
    if embedding is None or value is None:
        return failed(
            say("{label}: no projection was found.", label=label), hint=say("Project them by t-SNE like the pixels.")
        )
    measured = say("{label}: {value}", label=label, value=number(value, 3))
    low, high = asked.bands.get(source) or band(source, embedding.count, data_kind(analysis))
    own, formula = stated(analysis, embedding, source, value, asked.k)
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


def stated(
    analysis: Analysis, embedding: Embedding, source: str, value: float, k: int = NEIGHBOURS
) -> tuple[float | None, Text | None]:
    """Return the student's own value, from a variable, the output or a title, and a hint at what is wrong with it (None
    where it is right); both None where no value was found.

    `value` is the recomputed hit, a share from 0 to 1.
    """
    variables = [v for name in NAMES[source] if isinstance(v := analysis.evidence.values.get(name), int | float)]
    printed = _numbers_printed(analysis.evidence.printed.text)
    for own in (*variables, *printed, *_numbers_in_titles(analysis)):
        if abs(own - value) <= NEAR:
            return own, None
    table = embedding.figures.formulas
    for own in (*variables, *printed):
        for name, wrong in table.items():
            if abs(own - wrong) <= NEAR * max(1, abs(wrong)) / 2:
                return own, explain_formula(name, k)
    if variables:
        return variables[0], say(
            "Compare your formula with the definition: the mean, over all points, of the share of the {k} nearest neighbours with the same label.",
            k=k,
        )
    return None, None


def _numbers_in_titles(analysis: Analysis) -> list[float]:
    """Numbers in the titles of plots, where the hit stands in percent, as a rule."""
    titles = "\n".join(axes.title for figure in analysis.evidence.figures for axes in figure.axes)
    return [share for found in _numbers_printed(titles) for share in (found, found / 100)]


def _numbers_printed(text: str) -> list[float]:
    """Numbers printed near the words that name the measure."""
    lines = [line for line in text.splitlines()[-400:] if re.search(r"(?i)\bnh|hit|voisin", line)]
    found = [float(n.replace(",", ".")) for line in lines[:60] for n in re.findall(r"\d+[.,]\d+(?:e-?\d+)?", line)[:20]]
    return [n for n in found if math.isfinite(n)]


def explain_formula(name: str, k: int = NEIGHBOURS) -> Text:
    """Return the hint for a mistake in the formula, by its name in `EmbeddingFigures.formulas`."""
    sentences = {
        "division_in_if": say(
            "`tx /= k` stands inside the `if`: it must be divided once per point, after the loop over the neighbours. Check the indentation."
        ),
        "division_in_loop": say(
            "`tx /= k` stands inside the loop over the neighbours: it must be divided once per point, after the loop. Check the indentation."
        ),
        "self_counted": say(
            "The point itself is counted among its {k} neighbours: ask for {more} and leave out the first.",
            k=k,
            more=k + 1,
        ),
        "self_added": say("The point itself is counted on top of its {k} neighbours: leave out the first.", k=k),
        "self_added_divided": say("The point itself is counted as one neighbour more: leave it out."),
        "percent": say("The value is asked for as a share between 0 and 1, not in percent."),
        "not_divided": say("The number of neighbours with the same label must be divided by k = {k}.", k=k),
    }
    return sentences.get(name) or say(
        "This is the value for k = {other}: k = {k} is asked for.", other=name.removeprefix("k"), k=k
    )


# ── Bands ───────────────────────────────────────────────────────────────────────────────────────


@cache
def _measured_bands() -> dict[str, dict[str, dict[str, list[float]]]]:
    """data kind → source → number of points → values measured over seeds."""
    bands: dict[str, dict[str, dict[str, list[float]]]] = json.loads(BANDS.read_text(encoding="utf-8"))["measured"]
    return bands


def data_kind(analysis: Analysis) -> str:
    """Return which data the measured bands are of: `stand-in` or `mnist`."""
    return "stand-in" if analysis.stand_in else "mnist"


def band(source: str, count: int, data: str) -> tuple[float, float]:
    """Return the (lowest, highest) hit to expect for `count` points, shares from 0 to 1: interpolated in the logarithm
    of `count` between the measured numbers of points, and widened by 0.03. Raise `KeyError` for an unknown source or
    kind of data."""
    table = _measured_bands()[data][source]
    sizes = sorted(int(n) for n in table)
    low = _interpolated(sizes, [min(table[str(n)]) for n in sizes], count) - MARGIN
    high = _interpolated(sizes, [max(table[str(n)]) for n in sizes], count) + MARGIN
    if count > sizes[-1]:  # it grows with the number of points: beyond what was measured, nothing is too high
        high = 1.0
    return max(0.0, low), min(1.0, high)


def _interpolated(sizes: list[int], values: list[float], count: int) -> float:
    """Linear in the logarithm of the number of points; constant beyond both ends."""
    if count <= sizes[0]:
        return values[0]
    for (a, b), (u, v) in zip(pairwise(sizes), pairwise(values), strict=True):
        if count <= b:
            share = (math.log(count) - math.log(a)) / (math.log(b) - math.log(a))
            return u + share * (v - u)
    return values[-1]
