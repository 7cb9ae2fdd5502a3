"""The numbers and the calculations of a text, each at its place: "7850 = 784*10 + 10" holds two."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from grader.language.calculation import MAX_VALUE, NotACalculation, magnitude, value_of

MAX_CHARS = 20_000  # characters looked at
MAX_TOKENS = 400  # of one calculation
MAX_TERMS = 400

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SPACES = re.compile("[\t\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_REWRITES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(?m)^\s*(?:[-*•]|\d{1,2}[.)](?=\s))\s+", ""),  # bullets
        (r"(?<=[^*])\*\*(?=\s*[A-Za-z]|\s|$)|(?<![\d\s)*])\*\*|^\*\*", " "),  # markdown emphasis
        (r"\*\*", "^"),
        (r"[×✕⋅·∙∗•]|\\times|\\cdot", "*"),
        (r"[÷∕]", "/"),
        (r"[−–—]", "-"),
        (r"(?<=[\d)])\s*[xX]\s*(?=[\d(])", "*"),
        (r"(?<=[\d)])\s+(?:fois|par|times|by)\s+(?=[\d(])", "*"),
        (r"(?<=[\d)])\s+plus\s+(?=[\d(])", "+"),
        (r"\[[^\][]{0,40}\]\s*\^|\{[^}{]{0,40}\}\s*\^", " "),  # a space of images, [0,1]^784: 784 is its dimension
        (r"[$_`~]", " "),
    )
)
_NUMBER = (
    r"\d{1,3}(?:[ '’]\d{3})+(?:[.,]\d+)?(?![\d])"  # 7 850
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])"  # 7,850 and 7,850.5
    r"|[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?(?![\d.])"  # 7.850 and 7.850,5
    r"|\d+[.,]\d+(?:[eE][-+]?\d{1,3})?(?![\d]|[.,]\d)"
    r"|\d+(?:[eE][-+]?\d{1,3})?"
)
_TOKEN = re.compile(
    rf"(?P<glued>[^\W\d]\w*)|(?P<flat>\d+[dD]\b)|(?P<number>{_NUMBER})|(?P<op>[-+*/^()])|(?P<equals>=|≈|≃|≅)|(?P<other>\S)|(?P<gap>\s+)"
)
_DANGLING_BEFORE = frozenset("+*/^)")  # a minus may begin a calculation
_DANGLING_AFTER = frozenset("+-*/^(")


@dataclass(frozen=True, slots=True)
class Term:
    """A number or a calculation (`computed`) between two places of the text; `after_equals` where "=" stands right
    before it."""

    value: float
    computed: bool
    start: int
    end: int
    after_equals: bool


class _Token(NamedTuple):
    """A number or a sign, and where it stands."""

    text: str
    start: int
    end: int


def plain_figures(text: str) -> str:
    """Return `text` with one spelling for each sign: "×", "fois" and "x" between numbers are "*", "²" is "^2"."""
    text = _SPACES.sub(" ", text[:MAX_CHARS])
    text = re.sub(r"([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: "^" + m[1].translate(_SUPERSCRIPTS), text)
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    return text


def terms_of(plain: str) -> list[Term]:
    """Return the numbers and calculations of a text that `plain_figures` gave, in order.

    Those after `MAX_TERMS` are left out.
    """
    found: list[Term] = []
    for run, after_equals in _runs(plain):
        found += _values(run, after_equals)
        if len(found) >= MAX_TERMS:
            break
    return found


def _runs(plain: str) -> Iterator[tuple[list[_Token], bool]]:
    """Every run of numbers and signs that nothing else interrupts, and whether "=" stands right before it."""
    run: list[_Token] = []
    after_equals = gap = False
    for match in _TOKEN.finditer(plain):
        kind, token = str(match.lastgroup), _Token(match[0], match.start(), match.end())
        if run and _interrupts(kind, token.text, gap=gap, last=run[-1].text):
            yield run, after_equals
            run, after_equals = [], False
        if kind in ("number", "op"):
            run.append(token)
        elif kind != "gap":
            after_equals = kind == "equals"
        gap = kind == "gap"
    if run:
        yield run, after_equals


def _interrupts(kind: str, text: str, *, gap: bool, last: str) -> bool:
    """Whether a token ends the run whose last token is `last`: a word, the end of a line, or a second number."""
    if kind == "gap":
        return "\n" in text
    if kind in ("number", "op"):
        return gap and last[-1] in "0123456789)" and (kind == "number" or text == "(")
    return True


def _values(run: Sequence[_Token], after_equals: bool) -> list[Term]:
    """The run as one calculation, else, where it is none, its numbers one by one."""
    run = _trimmed(run)
    if not run:
        return []
    whole = _whole(run, after_equals)
    if whole is not None:
        return [whole]
    if any(token.text == "^" for token in run):  # too large to be worked out; its parts say nothing
        return []
    found: list[Term] = []
    for token in run[:MAX_TOKENS]:
        if token.text[0].isdigit() and (value := magnitude(token.text)) <= MAX_VALUE:
            found.append(Term(value, False, token.start, token.end, after_equals and not found))
    return found


def _whole(run: Sequence[_Token], after_equals: bool) -> Term | None:
    """The run as one calculation; None where it is none, or beyond the bounds."""
    if len(run) > MAX_TOKENS:
        return None
    try:
        value = value_of([token.text for token in run])
    except (NotACalculation, OverflowError, ZeroDivisionError):
        return None
    computed = sum(token.text[0].isdigit() for token in run) > 1
    return Term(value, computed, run[0].start, run[-1].end, after_equals)


def _trimmed(run: Sequence[_Token]) -> Sequence[_Token]:
    """The run without the signs at its ends that nothing precedes or follows, nor brackets whose partner stands beyond
    it: "(784*10 poids + 10 biais)"."""
    first, last = 0, len(run)
    while last > first and run[last - 1].text in _DANGLING_AFTER:
        last -= 1
    while first < last and run[first].text in _DANGLING_BEFORE:
        first += 1
    signs = [token.text for token in run[first:last]]
    unclosed = signs.count("(") - signs.count(")")
    while first < last and run[first].text == "(" and unclosed > 0:
        first, unclosed = first + 1, unclosed - 1
    while first < last and run[last - 1].text == ")" and unclosed < 0:
        last, unclosed = last - 1, unclosed + 1
    return run[first:last]
