"""Charts of numbers: learning curves, the distribution of marks, stacked bars, strips of times."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from grader.domain import Lang
from grader.messages import number, say
from grader.reports.svg import element, figure, label, polyline, ticks

MAX_STEPS = 400  # of a curve: more would be finer than a pixel
ACCURACIES = ("accuracy", "acc", "categorical_accuracy", "sparse_categorical_accuracy", "binary_accuracy")
Line = tuple[str, Sequence[float]]


# ── Learning curves ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Panel:
    """A drawing with its caption and, for those who do not see it, its numbers in words."""

    caption: str
    drawing: Markup


def curves(history: Mapping[str, Sequence[float]], lang: Lang) -> list[Panel]:
    """Return one panel for the loss, one for the accuracy, each with the validation's line where there is one."""
    accuracy = next((name for name in ACCURACIES if name in history), None)
    panels = []
    for title, name in ((say("Loss"), "loss"), (say("Accuracy"), accuracy)):
        values = list(history.get(name, ())) if name else []
        if not any(math.isfinite(v) for v in values):
            continue
        lines: list[Line] = [(say("training").in_(lang), values)]
        if f"val_{name}" in history:
            lines.append((say("validation").in_(lang), list(history[f"val_{name}"])))
        panels.append(Panel(title.in_(lang), _curve(title.in_(lang), lines, lang, whole=name == accuracy)))
    return panels


def _curve(title: str, lines: Sequence[Line], lang: Lang, whole: bool) -> Markup:
    """Draw one panel. `whole`: values are shares, so the scale may end at 1."""
    width, height, left, top, bottom = 380, 220, 44, 14, 34
    right = 90 if len(lines) > 1 else 18
    finite = [v for _, values in lines for v in values if math.isfinite(v)]
    low, high = min(finite), max(finite)
    margin = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    low, high = (max(0.0, low - margin) if low >= 0 else low - margin), high + margin
    if whole and max(finite) <= 1:
        high = min(high, 1.0) if min(finite) < 1 else 1.05
    epochs = max(len(values) for _, values in lines)

    def x(n: float) -> float:
        return left + (width - left - right) * ((n - 1) / (epochs - 1) if epochs > 1 else 0.5)

    def y(value: float) -> float:
        return top + (height - top - bottom) * (1 - (value - low) / (high - low))

    drawn: list[Markup] = []
    for tick in ticks(low, high):
        drawn.append(element("line", class_="rule", x1=left, x2=width - right, y1=y(tick), y2=y(tick)))
        drawn.append(element("text", label(tick, lang), class_="axis", x=left - 8, y=y(tick) + 4, text_anchor="end"))
    for epoch in sorted({1, epochs} | {int(t) for t in ticks(1, epochs, 6) if t == int(t)}) if epochs > 1 else [1]:
        if epoch in (1, epochs) or (x(epoch) - x(1) > 24 and x(epochs) - x(epoch) > 24):
            drawn.append(
                element("text", label(epoch, lang), class_="axis", x=x(epoch), y=height - 16, text_anchor="middle")
            )
    middle = left + (width - left - right) / 2
    drawn.append(element("text", say("epoch").in_(lang), class_="axis", x=middle, y=height - 2, text_anchor="middle"))
    ends: list[float] = []
    for n, (name, values) in enumerate(lines):
        drawn += _line(n, name if len(lines) > 1 else "", values, x, y, ends)
    description = "; ".join(
        say(
            "{line}: from {first} to {last} in {epochs} epochs",
            line=name,
            first=number(values[0], 3) if math.isfinite(values[0]) else str(values[0]),
            last=number(values[-1], 3) if math.isfinite(values[-1]) else str(values[-1]),
            epochs=number(len(values)),
        ).in_(lang)
        for name, values in lines
        if values
    )
    return figure(width, height, f"{title} — {description}", *drawn)


def _line(n: int, name: str, values: Sequence[float], x, y, ends: list[float]) -> list[Markup]:  # type: ignore[no-untyped-def]  # two scales
    step = max(1, len(values) // MAX_STEPS)
    kept = sorted({*range(0, len(values), step), len(values) - 1})
    points = [(x(i + 1), y(values[i]) if math.isfinite(values[i]) else math.nan) for i in kept]
    drawn = [element("path", class_=f"line s{n}", d=polyline(points))]
    seen = [p for p in points if math.isfinite(p[1])]
    if not seen:
        return drawn
    if len(seen) <= 30:
        drawn += [element("circle", class_=f"dot s{n}", cx=px, cy=py, r=2.6) for px, py in seen]
    if not name:
        return drawn
    at = seen[-1][1]
    while any(abs(at - other) < 14 for other in ends):
        at += 14 if at >= min(ends) else -14
    ends.append(at)
    drawn.append(element("text", name, class_=f"name s{n}", x=seen[-1][0] + 8, y=at + 4))
    return drawn


# ── Distribution ────────────────────────────────────────────────────────────────────────────────


def histogram(scores: Sequence[float], most: float, lang: Lang) -> Markup:
    """Draw how many marks fall into each tenth of the scale; the mean as a mark above."""
    width, height, left, right, top, bottom = 380, 210, 30, 12, 26, 30
    bins = [0] * 10
    for score in scores:
        bins[min(9, max(0, int(score / most * 10)))] += 1
    tallest = max(*bins, 1)
    step = (width - left - right) / 10
    scale = (height - top - bottom) / tallest
    floor = height - bottom
    drawn: list[Markup] = []
    for tick in ticks(0, tallest, 4):
        if tick == int(tick):
            at = floor - tick * scale
            drawn.append(element("line", class_="rule", x1=left, x2=width - right, y1=at, y2=at))
            drawn.append(element("text", label(tick, lang), class_="axis", x=left - 6, y=at + 4, text_anchor="end"))
    for n, count in enumerate(bins):
        if count:
            x = left + n * step
            drawn.append(
                element(
                    "rect", class_="bar", x=x + 2, y=floor - count * scale, width=step - 4, height=count * scale, rx=2
                )
            )
    for n in range(0, 11, 2):
        value = label(round(most * n / 10, 2), lang)
        drawn.append(element("text", value, class_="axis", x=left + n * step, y=floor + 16, text_anchor="middle"))
    mean = sum(scores) / len(scores)
    at = left + (width - left - right) * min(1.0, mean / most)
    mean_words = say("mean {mean}", mean=number(mean, 1)).in_(lang)
    drawn.append(element("line", class_="mean", x1=at, x2=at, y1=top - 4, y2=floor))
    side = "end" if at > width * 0.7 else "start"
    drawn.append(
        element("text", mean_words, class_="name", x=at + (-6 if side == "end" else 6), y=top - 8, text_anchor=side)
    )
    counts = ", ".join(
        f"{label(round(most * n / 10, 2), lang)}–{label(round(most * (n + 1) / 10, 2), lang)}: {count}"
        for n, count in enumerate(bins)
        if count
    )
    description = say("Marks out of {most}: {counts}; {mean}", most=label(most, lang), counts=counts, mean=mean_words)
    return figure(width, height, description.in_(lang), *drawn)


# ── Bars and strips ─────────────────────────────────────────────────────────────────────────────


def stacked(parts: Sequence[tuple[str, float]], description: str) -> Markup:
    """Draw a bar of 100 by 10 whose parts are (class, share)."""
    drawn = []
    at = 0.0
    for kind, share in parts:
        if share > 0:
            drawn.append(element("rect", class_=f"part {kind}", x=100 * at, y=0, width=100 * share, height=10))
            at += share
    return element(
        "svg",
        element("rect", class_="part empty", x=0, y=0, width=100, height=10),
        *drawn,
        class_="stacked",
        viewBox="0 0 100 10",
        preserveAspectRatio="none",
        role="img",
        aria_label=description,
    )


def mark_bar(share: float, level: str) -> Markup:
    """Draw a mark beside its number, which says the same: nothing to read out."""
    drawn = (
        element("rect", class_="part empty", x=0, y=0, width=100, height=6),
        element("rect", class_=f"part {level}", x=0, y=0, width=100 * min(1.0, max(0.0, share)), height=6),
    )
    return element("svg", *drawn, class_="markbar", viewBox="0 0 100 6", preserveAspectRatio="none", aria_hidden="true")


def strips(rows: Sequence[tuple[str, Sequence[float]]], unit: str, title: str, lang: Lang) -> Markup:
    """Draw one dot per submission on a logarithmic axis, one row per exercise; the median as a tick."""
    rows = [(name, [v for v in values if v > 0]) for name, values in rows]
    rows = [(name, values) for name, values in rows if values]
    width, left, right, top, each = 380, 86, 16, 8, 26
    height = top + each * len(rows) + 34
    everything = [v for _, values in rows for v in values]
    low, high = math.log10(min(everything)), math.log10(max(everything))
    low, high = math.floor(low * 3) / 3, math.ceil(high * 3 + 0.01) / 3

    def x(value: float) -> float:
        return left + (width - left - right) * (math.log10(value) - low) / (high - low)

    drawn: list[Markup] = []
    marks = [m * 10.0**p for p in range(-2, 7) for m in (1, 2, 5) if 10**low <= m * 10.0**p <= 10**high]
    while len(marks) > 6:
        marks = marks[::2]
    for value in marks:
        drawn.append(element("line", class_="rule", x1=x(value), x2=x(value), y1=top, y2=height - 30))
        drawn.append(
            element("text", label(value, lang), class_="axis", x=x(value), y=height - 16, text_anchor="middle")
        )
    drawn.append(element("text", unit, class_="axis", x=width - right, y=height - 2, text_anchor="end"))
    descriptions = []
    for n, (name, values) in enumerate(rows):
        y = top + each * (n + 0.5)
        middle = sorted(values)[len(values) // 2]
        drawn.append(element("text", name[:12], class_="axis row", x=left - 10, y=y + 4, text_anchor="end"))
        drawn += [element("circle", class_="dot s0 faint", cx=x(v), cy=y, r=4) for v in sorted(values)[:400]]
        drawn.append(element("line", class_="median", x1=x(middle), x2=x(middle), y1=y - 9, y2=y + 9))
        descriptions.append(
            say(
                "{name}: median {median} {unit}, at most {most} {unit}",
                name=name,
                median=number(middle, 1 if middle < 10 else 0),
                most=number(max(values), 1 if max(values) < 10 else 0),
                unit=unit,
            ).in_(lang)
        )
    return figure(width, height, f"{title} — " + "; ".join(descriptions), *drawn)
