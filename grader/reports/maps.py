"""Figures of exhibits: the confusion matrix, and projections with their hulls and ellipses.

Exhibits are read as distrustfully as any file: what has not the form gives no figure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeGuard

from markupsafe import Markup

from grader.domain import JsonObject, Lang
from grader.messages import number, say
from grader.reports.svg import element, figure

MAX_CLASSES = 12
MAX_POINTS = 5000
STEPS = 1000


def confusion(counts: object, lang: Lang) -> Markup | None:
    """Draw a confusion matrix. Rows are the true classes, columns the predicted ones; a cell's depth is its share of
    the row."""
    table = _table(counts)
    if table is None:
        return None
    size, cell, left, top = len(table), 34, 46, 40
    width, height = left + cell * size + 4, top + cell * size + 6
    drawn = [
        element(
            "text", say("predicted").in_(lang), class_="axis", x=left + cell * size / 2, y=12, text_anchor="middle"
        ),
        element(
            "text",
            say("true").in_(lang),
            class_="axis",
            transform=f"translate(11 {top + cell * size / 2}) rotate(-90)",
            text_anchor="middle",
        ),
    ]
    for true, row in enumerate(table):
        middle = top + cell * (true + 0.5) + 4
        drawn.append(element("text", true, class_="axis row", x=left - 8, y=middle, text_anchor="end"))
        drawn.append(
            element("text", true, class_="axis row", x=left + cell * (true + 0.5), y=top - 8, text_anchor="middle")
        )
        for predicted, count in enumerate(row):
            drawn += _cell(left + cell * predicted, top + cell * true, cell, count, sum(row), true == predicted)
    return figure(width, height, _description(table, lang), *drawn, class_="chart confusion")


def _cell(x: float, y: float, size: int, count: int, total: int, right: bool) -> list[Markup]:
    share = count / total if total else 0.0
    depth = 0.12 + 0.78 * share if right else min(0.85, 5 * share)
    kind = "hit" if right else "miss"
    drawn = [element("rect", class_="cell", x=x + 1, y=y + 1, width=size - 2, height=size - 2, rx=3)]
    if count:
        fill = f"{depth:.2f}"
        drawn.append(
            element(
                "rect",
                class_=f"cell {kind}",
                x=x + 1,
                y=y + 1,
                width=size - 2,
                height=size - 2,
                rx=3,
                fill_opacity=fill,
            )
        )
        strong = " on" if depth > 0.6 else ""
        drawn.append(
            element("text", count, class_=f"count{strong}", x=x + size / 2, y=y + size / 2 + 4, text_anchor="middle")
        )
    return drawn


def _description(table: list[list[int]], lang: Lang) -> str:
    pairs = [(n, t, p) for t, row in enumerate(table) for p, n in enumerate(row) if n and t != p]
    worst = ", ".join(f"{t} → {p} ({n})" for n, t, p in sorted(pairs, reverse=True)[:5])
    right, all_ = sum(row[n] for n, row in enumerate(table)), sum(map(sum, table))
    return say(
        "Confusion matrix: {right} of {all} images right; most frequent confusions: {worst}",
        right=number(right),
        all=number(all_),
        worst=worst or "—",
    ).in_(lang)


def _table(counts: object) -> list[list[int]] | None:
    if not isinstance(counts, Sequence) or not 2 <= len(counts) <= MAX_CLASSES:
        return None
    rows = [list(row) for row in counts if isinstance(row, Sequence) and not isinstance(row, str)]
    whole = all(isinstance(n, int) and 0 <= n < 10**9 for row in rows for n in row)
    return rows if whole and len(rows) == len(counts) and all(len(row) == len(rows) for row in rows) else None


# ── Projections ─────────────────────────────────────────────────────────────────────────────────


def projection(exhibit: JsonObject, description: str) -> Markup | None:
    """Draw points by class, with the hull and the ellipse of each class; mathematics' y axis, which points up."""
    points, labels = exhibit.get("points"), exhibit.get("labels")
    if not _whole(points) or not _whole(labels) or len(points) != 2 * len(labels) or not labels:
        return None
    clouds: dict[int, list[str]] = {}
    for n, digit in enumerate(labels[:MAX_POINTS]):
        clouds.setdefault(digit % 10, []).append(f"M{points[2 * n]} {STEPS - points[2 * n + 1]}h0")
    shapes = [s for s in exhibit.get("classes") or [] if _is_outline(s)][:10]
    drawn: list[Markup] = [element("path", class_=f"hull k{s['label'] % 10}", d=_hull(s["hull"])) for s in shapes]
    drawn += [element("path", class_=f"cloud k{digit}", d="".join(path)) for digit, path in sorted(clouds.items())]
    drawn += [_ellipse(s) for s in shapes]
    drawn += [
        element("text", s["label"], class_="digit", x=s["ellipse"][0], y=STEPS - s["ellipse"][1] + 12) for s in shapes
    ]
    inside = element("g", *drawn, transform="translate(30 30)")
    return figure(STEPS + 60, STEPS + 60, description, inside, class_="chart projection")


def _hull(corners: Sequence[int]) -> str:
    pairs = zip(corners[::2], corners[1::2], strict=True)
    return "M" + "L".join(f"{x} {STEPS - y}" for x, y in pairs) + "Z"


def _ellipse(shape: JsonObject) -> Markup:
    x, y, half, other, degrees = shape["ellipse"]
    return element(
        "ellipse",
        class_=f"ellipse k{shape['label'] % 10}",
        rx=float(half),
        ry=float(other),
        transform=f"translate({x} {STEPS - y}) rotate({-degrees})",
    )


def _whole(values: object) -> TypeGuard[Sequence[int]]:
    return isinstance(values, Sequence) and all(isinstance(v, int) and abs(v) < 10**6 for v in values)


def _is_outline(shape: object) -> bool:
    if not isinstance(shape, Mapping) or not isinstance(shape.get("label"), int):
        return False
    hull, ellipse = shape.get("hull"), shape.get("ellipse")
    numbers = (
        isinstance(ellipse, Sequence)
        and len(ellipse) == 5
        and all(isinstance(v, int | float) and math.isfinite(v) for v in ellipse)
    )
    return numbers and _whole(hull) and len(hull) % 2 == 0 and len(hull) >= 6
