"""A program as a row of signs that survive another choice of names, comments, texts, numbers and layout.

A scanner of its own, not Python's tokenizer: that one refuses what does not parse, and half-finished programs and
Python 2 are compared too. Kept are keywords, operators, built-in names, attributes, keyword arguments and classes that
are called (`Dense(…)`): what a library calls its things is nobody's choice. Every other name becomes `N`, a number `0`,
a text `S`. Imports, `pass`, texts that stand alone (docstrings) and the dictionary of answers are left out.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass

from grader.reading.syntax import STRING

MAX_CHARS = 200_000
MAX_TOKENS = 20_000
CLOSERS = (")", "]", "}")
LEFT_OUT = ("import", "from", "REPONSES")  # statements that say nothing here: the answers have the form that is asked

_LEXER = re.compile(
    rf"(?P<string>{STRING})|(?P<comment>#[^\n]*)|(?P<newline>\n)|(?P<space>[^\S\n]+|\\\n)"
    r"|(?P<number>(?:\d[\w.]*|\.\d\w*))|(?P<name>[^\W\d]\w*)"
    r"|(?P<op>\*\*=|//=|>>=|<<=|->|:=|\.\.\.|[-+*/%@&|^<>=!]=|\*\*|//|<<|>>|.)",
    re.DOTALL | re.MULTILINE,
)
_OWN = re.compile(r"\b(?:def|class)\s+([^\W\d]\w*)|\bself\.([^\W\d]\w*)\s*=(?!=)")
_BUILTINS = frozenset(dir(builtins)) | {"xrange", "raw_input", "unicode"}
_KEYWORDS = frozenset(keyword.kwlist)
_CLASS = re.compile(r"[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")


@dataclass(frozen=True, slots=True)
class Token:
    """`sign` is what is compared; `start` and `end` are offsets in the text."""

    sign: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Return the signs of a program, in order; those of a text beyond the bounds as far as they go. Never raises."""
    text = text[:MAX_CHARS]
    own = {a or b for a, b in _OWN.findall(text)}
    found: list[Token] = []
    for line in _logical_lines(text):
        if line[0].text in LEFT_OUT or all(p.kind == "string" for p in line):
            continue
        depth = 0
        for i, piece in enumerate(line):
            depth += (piece.text in "([{") - (piece.text in ")]}") if piece.kind == "op" else 0
            before = line[i - 1].text if i else ""
            after = line[i + 1].text if i + 1 < len(line) else ""
            sign = _sign(piece, before, after, depth > 0, own)
            if sign == "S" and _continues_text(line, i):
                found[-1] = Token("S", found[-1].start, piece.end)
            elif sign and not (sign == "," and after in CLOSERS):
                found.append(Token(sign, piece.start, piece.end))
        if len(found) >= MAX_TOKENS:
            break
    return found[:MAX_TOKENS]


def _continues_text(line: list[_Piece], i: int) -> bool:
    """Return whether a text follows a text: side by side they are one."""
    return i > 0 and line[i - 1].kind == "string"


def _logical_lines(text: str) -> Iterator[list[_Piece]]:
    """Return the statements: newlines within brackets do not end one. A bracket that is never closed ends where a line
    begins with a keyword that only begins statements, so that one mistake does not hide the rest."""
    line: list[_Piece] = []
    depth = 0
    for match in _LEXER.finditer(text):
        kind = match.lastgroup or "op"
        if kind in ("comment", "space"):
            continue
        word = match[0]
        if kind == "newline" or word == ";":
            if depth <= 0 and line:
                yield line
                line, depth = [], 0
            continue
        if kind == "name" and word in ("def", "class", "import", "while", "return") and depth > 0 and line:
            yield line
            line, depth = [], 0
        if kind == "op":
            depth += (word in "([{") - (word in ")]}")
        line.append(_Piece(kind, word, match.start(), match.end()))
        if len(line) >= MAX_TOKENS:
            break
    if line:
        yield line


def _sign(piece: _Piece, before: str, after: str, inside: bool, own: set[str]) -> str:
    if piece.kind != "name":
        return {"string": "S", "number": "0"}.get(piece.kind, piece.text)
    name = piece.text
    if name == "pass":
        return ""
    if name in _KEYWORDS:
        return name
    if name in own:
        return "N"
    if before == ".":
        return "." + name
    if inside and after == "=":
        return name + "="
    return name if name in _BUILTINS or (after == "(" and _CLASS.fullmatch(name)) else "N"
