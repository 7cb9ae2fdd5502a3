"""Figures as SVG: elements whose text and attributes are always escaped, and the pieces that charts share.

Colours and fonts come from the page's style sheet by class, so that a figure follows light and dark; a figure carries
no style attribute, which the page's content security policy would refuse.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup, escape

from grader.domain import Lang
from grader.messages import number


def element(name: str, *children: object, **attributes: object) -> Markup:
    """Return an element: `element("text", "a < b", class_="axis", text_anchor="end")`: underscores stand for
    hyphens."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_short(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(escape(child) for child in children)
    return Markup(f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>")


def _short(value: object) -> object:
    """Return a number with no more digits than a pixel needs."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value


def figure(width: int, height: int, description: str, *children: object, class_: str = "chart") -> Markup:
    """Return a drawing that is one image to a screen reader, with `description` as its words."""
    return element(
        "svg",
        *children,
        class_=class_,
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="img",
        aria_label=description,
    )


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round numbers from `low` to `high`, at most about `most` of them."""
    span = high - low
    if not (math.isfinite(span) and span > 0):
        return [low]
    raw = span / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(n * step, 12) for n in range(first, first + most + 2) if n * step <= high + step * 1e-6]


def label(value: float, lang: Lang) -> str:
    """Return a tick's number, as short as it can be."""
    decimals = next((d for d in range(5) if abs(value - round(value, d)) < 1e-9), 4)
    return number(value, decimals).in_(lang)


def polyline(points: Sequence[tuple[float, float]]) -> str:
    """Return the path through points, broken where one is not a number."""
    parts: list[str] = []
    pen_up = True
    for x, y in points:
        if not (math.isfinite(x) and math.isfinite(y)):
            pen_up = True
            continue
        parts.append(f"{'M' if pen_up else 'L'}{x:.1f} {y:.1f}")
        pen_up = False
    return "".join(parts)
