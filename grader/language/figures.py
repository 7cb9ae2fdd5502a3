"""Numbers as people write them: « 7 850 », "7,850", « 784×10 + 10 », "(784+1)x10 = 7850".

Calculations are worked out by a small parser of our own over digits, + - * / ^ and parentheses, bounded in length,
depth and size.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.language.words import fold

LONGEST = 20_000  # characters looked at
TOKENS = 400  # of one calculation
MOST_TERMS = 400
DEPTH = 30
LARGEST = 1e18
LARGEST_EXPONENT = 64
TOLERANCE = 1e-9

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
_Rule = Callable[[], float]
_RESULT = re.compile(
    r"(?:au total|total|en tout|somme|soit|donc|d ou|reponse|resultat|answer|result|hence|thus|p|n)"
    r"\s*(?:de|:|=|est|is|of)*\s*$"
)
_UNIT = re.compile(r"^\s*(?:parametres?|parameters?|params?)\b(?!\s*(?:pour|dans|par|for|in|per|de la|du|de l)\b)")


@dataclass(frozen=True, slots=True)
class Stated:
    """What an answer comes to.

    `value` is the result stated, None where it is unclear; `calculation` what the written-out calculation gives,
    None where there is none.
    """

    value: float | None
    calculation: float | None = None

    @property
    def consistent(self) -> bool:
        """False where the calculation does not give the result that is stated."""
        return self.value is None or self.calculation is None or _same(self.value, self.calculation)


@dataclass(frozen=True, slots=True)
class _Term:
    """A number or a calculation at its place in the text; `after_equals` where "=" stands right before it."""

    value: float
    computed: bool
    start: int
    end: int
    after_equals: bool


def numbers(text: str) -> tuple[float, ...]:
    """Every number in `text`, in order; a calculation counts once, by its value."""
    return tuple(term.value for term in _terms(_plain(text)))


def final_number(text: str, labels: Sequence[str] = ()) -> Stated:
    """The number that `text` comes to: what follows the last "=" or a word such as « total », or the only number.

    `labels` are words that name the wanted number in this question ("itérations"); the number before or after one of
    them is taken. Several different candidates, and none marked as the result, give no value.
    """
    plain = _plain(text)
    terms = _terms(plain)
    if not terms:
        return Stated(None)
    value = _result(plain, terms, labels)
    computed = [t.value for t in terms if t.computed]
    if value is None:
        return Stated(None, computed[-1] if len(computed) == 1 else None)
    return Stated(value, _calculation(terms, value))


def _result(plain: str, terms: Sequence[_Term], labels: Sequence[str]) -> float | None:
    if all(_same(t.value, terms[0].value) for t in terms):
        return terms[0].value
    if len(terms) == 2 and terms[1].computed and plain[terms[0].end : terms[1].start].strip() == "=":
        return terms[0].value if not terms[0].computed else terms[1].value  # "7850 = 784*10 + 10"
    last_equal = max((i for i, t in enumerate(terms) if t.after_equals), default=None)
    if last_equal is not None and len(terms) == last_equal + 1:
        return terms[-1].value
    for candidates in (
        [t for t in terms if _labelled(plain, t, labels)],
        [t for t in terms if _RESULT.search(fold(plain[max(0, t.start - 30) : t.start]).replace("'", " "))],
        [t for t in terms if _UNIT.match(fold(plain[t.end : t.end + 40]))],
    ):
        if candidates and all(_same(t.value, candidates[-1].value) for t in candidates):
            return candidates[-1].value
    if last_equal is not None and all(
        any(_same(t.value, s.value) for s in terms[: last_equal + 1]) for t in terms[last_equal + 1 :]
    ):
        return terms[last_equal].value
    return _sum_of_the_others(terms)


def _sum_of_the_others(terms: Sequence[_Term]) -> float | None:
    """ "7850 (784*10 poids + 10 biais)": the one number that all the others add up to."""
    total = sum(term.value for term in terms)
    sums = [term.value for term in terms if len(terms) > 2 and _same(2 * term.value, total)]
    return sums[0] if len(sums) == 1 else None


def _labelled(plain: str, term: _Term, labels: Sequence[str]) -> bool:
    before = fold(plain[max(0, term.start - 40) : term.start])
    after = fold(plain[term.end : term.end + 40])
    for label in map(fold, labels):
        word = rf"\b{re.escape(label)}(?:e?s)?\b"
        if re.search(word + r"\W*(?:est|sont|is|are|vaut|de)?\W*$", before) or re.match(rf"\W*{word}", after):
            return True
    return False


def _calculation(terms: Sequence[_Term], value: float) -> float | None:
    """The calculation meant to give `value`: the one whose result is stated right after "=", or the only one."""
    for before, after in zip(reversed(terms[:-1]), reversed(terms[1:]), strict=True):
        if before.computed and after.after_equals and _same(after.value, value):
            return before.value
    computed = [t.value for t in terms if t.computed]
    if any(_same(c, value) for c in computed):
        return value
    return computed[0] if len(computed) == 1 and len(terms) == 2 else None


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= TOLERANCE * max(1.0, abs(a), abs(b))


# ── Reading ─────────────────────────────────────────────────────────────────────────────────────


def _plain(text: str) -> str:
    text = _SPACES.sub(" ", text[:LONGEST])
    text = re.sub(r"([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: "^" + m[1].translate(_SUPERSCRIPTS), text)
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    return text


def _terms(plain: str) -> list[_Term]:
    """The numbers and calculations of a text: runs of numbers and signs that nothing else interrupts."""
    found: list[_Term] = []
    run: list[tuple[str, int, int]] = []
    equals = False

    def close() -> None:
        nonlocal equals
        if run:
            found.extend(_values(run, equals))
            equals = False
        run.clear()

    gap = False
    for match in _TOKEN.finditer(plain):
        if len(found) >= MOST_TERMS:
            break
        kind = match.lastgroup
        token = (match[0], match.start(), match.end())
        if kind == "gap":
            gap = True
            if "\n" in match[0]:
                close()
            continue
        if kind in ("number", "op"):
            apart = gap and bool(run) and run[-1][0][-1] in "0123456789)" and (kind == "number" or match[0] == "(")
            if apart:
                close()
            run.append(token)
        else:
            close()
            equals = kind == "equals"
        gap = False
    close()
    return found


def _values(run: list[tuple[str, int, int]], after_equals: bool) -> list[_Term]:
    """The run as one calculation, else, where it is none, its numbers one by one."""
    first, last = 0, len(run)
    while last > first and run[last - 1][0] in "+-*/^(":
        last -= 1
    while first < last and run[first][0] in "+*/^)":
        first += 1
    # A bracket whose partner stands beyond the run: "(784*10 poids + 10 biais)".
    tokens = [text for text, _, _ in run[first:last]]
    while first < last and run[first][0] == "(" and tokens.count("(") > tokens.count(")"):
        first, tokens = first + 1, tokens[1:]
    while first < last and run[last - 1][0] == ")" and tokens.count(")") > tokens.count("("):
        last, tokens = last - 1, tokens[:-1]
    run = run[first:last]
    if not run:
        return []
    if len(tokens) <= TOKENS:
        try:
            value = _Parser(tokens).whole()
        except (_NotACalculationError, OverflowError, ZeroDivisionError):
            pass
        else:
            computed = sum(t[0].isdigit() for t in tokens) > 1
            return [_Term(value, computed, run[0][1], run[-1][2], after_equals)]
    if "^" in tokens:  # too large to be worked out; its parts say nothing
        return []
    found: list[_Term] = []
    for text, start, end in run[:TOKENS]:
        if text[0].isdigit() and (value := _magnitude(text)) <= LARGEST:
            found.append(_Term(value, False, start, end, after_equals and not found))
    return found


def _magnitude(written: str) -> float:
    """One number: spaces and apostrophes group thousands; a lone point or comma before three digits does too."""
    text = re.sub(r"[ '’]", "", written)
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", text):
        text = text.replace(",", "")
    elif re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?", text):
        text = text.replace(".", "").replace(",", ".")
    return float(text.replace(",", ".")) if len(text) <= 40 else float("inf")


class _NotACalculationError(ValueError):
    pass


class _Parser:
    """Recursive descent: sum of products of powers of numbers and parentheses."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def whole(self) -> float:
        value = self._sum()
        if self.at != len(self.tokens):
            raise _NotACalculationError
        return value

    def _next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self) -> str:
        token = self._next()
        if not token:
            raise _NotACalculationError
        self.at += 1
        return token

    def _sum(self) -> float:
        value = self._product()
        while self._next() in ("+", "-"):
            value = value + self._product() if self._take() == "+" else value - self._product()
        return _bounded(value)

    def _product(self) -> float:
        value = self._power()
        while self._next() in ("*", "/", "("):
            if self._next() == "(" or self._take() == "*":
                value *= self._power()
            else:
                value /= self._power()
            _bounded(value)
        return value

    def _power(self) -> float:
        base = self._atom()
        if self._next() != "^":
            return base
        self._take()
        exponent = self._nested(self._power)
        if abs(exponent) > LARGEST_EXPONENT or exponent != int(exponent):
            raise _NotACalculationError
        return _bounded(base ** int(exponent))

    def _atom(self) -> float:
        token = self._take()
        if token == "-":
            return -self._nested(self._atom)
        if token == "(":
            value = self._nested(self._sum)
            if self._take() != ")":
                raise _NotACalculationError
            return value
        if not token[0].isdigit():
            raise _NotACalculationError
        return _bounded(_magnitude(token))

    def _nested(self, rule: _Rule) -> float:
        self.depth += 1
        if self.depth > DEPTH:
            raise _NotACalculationError
        value = rule()
        self.depth -= 1
        return value


def _bounded(value: float) -> float:
    if abs(value) > LARGEST:
        raise OverflowError
    return value
