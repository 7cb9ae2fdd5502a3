"""A program as numbered, coloured lines, with what notices say under the lines they speak of.

Colours come from Pygments' lexer; a program that it might take long over is shown plain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from grader.messages import safe

COLOURED_CHARS = 40_000
COLOURED_LINE = 1000
LINES = 4000
LINE_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """`notes` are sentences on this line, `stopped` marks the line of the failure."""

    number: int
    text: Markup
    notes: tuple[Markup, ...] = ()
    stopped: bool = False


def numbered(text: str, notes: Mapping[int, Sequence[Markup]] | None = None, stopped: int = 0) -> list[Line]:
    notes = notes or {}
    text = text.rstrip("\n")
    lines = coloured(text) if _easy(text) else map(escape, text.split("\n"))
    return [Line(n, line, tuple(notes.get(n, ())), n == stopped) for n, line in zip(range(1, LINES + 1), lines)]  # noqa: B905  # cut


def _easy(text: str) -> bool:
    return len(text) <= COLOURED_CHARS and max(map(len, text.split("\n"))) <= COLOURED_LINE


def clean(text: str, most: int = 120_000) -> str:
    """Return somebody's text without control characters, its lines kept."""
    shown = safe(text.replace("\t", "    ").replace("\r\n", "\n").replace("\r", "\n"), most, keep_lines=True)
    return "\n".join(line if len(line) <= LINE_CHARS else line[: LINE_CHARS - 1] + "…" for line in shown.split("\n"))


def coloured(text: str) -> Iterator[Markup]:
    """Return one Markup per line: spans with the classes kw, st, nu, co, fn, everything escaped."""
    from pygments.lexers import PythonLexer
    from pygments.token import Comment, Keyword, Name, Number, Operator, String, Token

    kinds = {Keyword: "kw", Operator.Word: "kw", String: "st", Number: "nu", Comment: "co"}
    kinds |= {Name.Function: "fn", Name.Class: "fn", Name.Builtin: "fn", Name.Decorator: "fn"}
    line: list[str] = []
    for token, value in PythonLexer(stripnl=False, ensurenl=False).get_tokens(text):
        kind = next((kinds[t] for t in reversed(token.split()) if t in kinds and t is not Token), "")
        for n, piece in enumerate(value.split("\n")):
            if n:
                yield Markup("").join(line)  # pieces are Markup already
                line = []
            if piece:
                line.append(Markup('<span class="{}">{}</span>').format(kind, piece) if kind else escape(piece))
    yield Markup("").join(line)
