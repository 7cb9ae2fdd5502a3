"""Calculations written in figures, worked out by a small parser of our own over digits, + - * / ^ and parentheses.

Bounded in depth and size, so that no answer costs more than a moment: `9^9^9` is no calculation here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

MAX_DEPTH = 30  # of nested parentheses and powers
MAX_VALUE = 1e18
MAX_EXPONENT = 64
MAX_NUMBER_CHARS = 40  # characters

_Rule = Callable[[], float]
_COMMAS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")  # 7,850.5
_POINTS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")  # 7.850,5


class NotACalculation(ValueError):
    """The tokens make no calculation, or one that is nested too deeply or raises to too high a power."""


def value_of(tokens: Sequence[str]) -> float:
    """Return the value of a calculation, given as numbers, signs and parentheses.

    Raises NotACalculation where it is none, OverflowError where a value on the way is larger than `MAX_VALUE`,
    ZeroDivisionError where it divides by 0.
    """
    return _Parser(tokens).whole()


def magnitude(written: str) -> float:
    """Return the value of one number: spaces and apostrophes group thousands; a lone point or comma before three
    digits does too. Infinity where it is too long to be read."""
    text = re.sub(r"[ '’]", "", written)
    if _COMMAS.fullmatch(text):
        text = text.replace(",", "")
    elif _POINTS.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    return float(text.replace(",", ".")) if len(text) <= MAX_NUMBER_CHARS else float("inf")


class _Parser:
    """Recursive descent: sum of products of powers of numbers and parentheses."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def whole(self) -> float:
        value = self._sum()
        if self.at != len(self.tokens):
            raise NotACalculation
        return value

    def _next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self) -> str:
        token = self._next()
        if not token:
            raise NotACalculation
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
        if abs(exponent) > MAX_EXPONENT or exponent != int(exponent):
            raise NotACalculation
        return _bounded(base ** int(exponent))

    def _atom(self) -> float:
        token = self._take()
        if token == "-":
            return -self._nested(self._atom)
        if token == "(":
            value = self._nested(self._sum)
            if self._take() != ")":
                raise NotACalculation
            return value
        if not token[0].isdigit():
            raise NotACalculation
        return _bounded(magnitude(token))

    def _nested(self, rule: _Rule) -> float:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise NotACalculation
        value = rule()
        self.depth -= 1
        return value


def _bounded(value: float) -> float:
    if abs(value) > MAX_VALUE:
        raise OverflowError
    return value
