"""Shapes as people write them: « 62x62x32 », « (None, 62, 62, 32) », « 28 800 »."""

from __future__ import annotations

import re

MAX_CHARS = 4000  # characters looked at

# Numbers in brackets, a product, or a number alone. « None », « ? » and « -1 » stand for the batch.
_NUMBER = r"\d{1,3}(?:[ \u00a0\u202f.,]\d{3})+(?!\d)|\d+"
_SHAPE = re.compile(
    r"[(\[]\s*(?P<list>(?:(?:None|\?|-1)\s*,\s*)?\d+(?:\s*[,;]\s*\d+)*)\s*,?\s*[)\]]"
    r"|(?<![\w.])(?P<product>\d+(?:\s*[xX×*·]\s*\d+)+)"
    rf"|(?<![\w.])(?P<alone>{_NUMBER})(?![\w%])"
)


def shapes(answer: str) -> list[tuple[int, ...]]:
    """Return every shape in the answer, in order, without the batch; a number alone is a shape of one number."""
    return [_one(match) for match in _SHAPE.finditer(answer[:MAX_CHARS])]


def _one(match: re.Match[str]) -> tuple[int, ...]:
    if match["alone"]:
        return (int(re.sub(r"\D", "", match["alone"])[:12]),)
    return tuple(
        int(n[:12]) for n in re.findall(r"\d+", match["list"].removeprefix("-1") if match["list"] else match["product"])
    )
