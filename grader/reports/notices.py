"""What is good to know: the same remark at several lines is one remark."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grader.domain import Notice, Text
from grader.messages import safe

MAX_LINES = 6


@dataclass(frozen=True, slots=True)
class Remark:
    """`place` is a file with its lines, `exo1.py:3, 7`; "" where no line is meant."""

    place: str
    text: Text


def remarks_of(notices: Iterable[Notice]) -> list[Remark]:
    """Return the remarks in the order in which they were first made."""
    lines: dict[tuple[str, Text], list[int]] = {}
    for notice in notices:
        lines.setdefault((notice.where, notice.text), []).append(notice.line)
    return [Remark(_place(where, numbers), text) for (where, text), numbers in lines.items()]


def _place(where: str, numbers: list[int]) -> str:
    named = sorted({n for n in numbers if n})
    if not named:
        return ""
    more = ", …" if len(named) > MAX_LINES else ""
    return f"{safe(where, 80)}:{', '.join(map(str, named[:MAX_LINES]))}{more}"
