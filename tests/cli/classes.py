"""A class of one exercise, handed in and graded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Typed = Callable[..., tuple[int, str]]
"""The fixture `typed`."""

ANSWERS = 'REPONSES = {{"parametres": "7850", "convexe": "{convexe}", "minimum_global": "oui"}}\n'


def hand_in(student: str, convexe: str = "oui", more: str = "") -> Path:
    path = Path("class") / student / "exo1.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ANSWERS.format(convexe=convexe) + more, encoding="utf-8")
    return path


def static(typed: Typed, *words: str) -> tuple[int, str]:
    """Only reading: quick, and everything around it is real."""
    return typed("batch", "class", "--out", "out", "--mode", "static", "--sandbox", "process", *words)
