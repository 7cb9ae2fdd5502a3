"""The answers that Python expressions write down, without running them: the keys and texts of a dictionary.

{"convexe": "oui", "parametres": 784*10 + 10} · dict(convexe="oui") · dict([("convexe", "oui")]) · a | b · {**a}
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import singledispatchmethod

from grader.language.words import key_of

MAX_DEPTH = 20  # of expressions in one another
MAX_BYTES = 80_000  # bytes of an expression that is given as it is written
MAX_KEY_CHARS = 200  # characters
MAX_BITS = 10_000  # of a whole number: Python refuses to write a larger one out

_UNWRAPPED = frozenset(("dedent", "cleandoc", "strip", "str", "lower", "upper", "int", "float", "round", "print"))

Pairs = Iterator[tuple[str, ast.expr]]


def key_in(node: ast.expr) -> str:
    """Return the key that an expression writes, as `key_of` folds it; "" where it is no constant."""
    if isinstance(node, ast.Constant) and not _is_huge(node.value):
        return key_of(str(node.value)[:MAX_KEY_CHARS])
    return ""


class DictionaryReader:
    """Reads the expressions of the program `text`. `values` are its names that are given one value, with that value."""

    def __init__(self, text: str, values: Mapping[str, ast.expr]) -> None:
        self._lines = [line.encode("utf-8", "replace") for line in text.split("\n")]
        self._values = values

    # ── Keys and values ──

    def is_dictionary(self, node: ast.expr) -> bool:
        """Return whether an expression, or the value of the name that it is, is written as a dictionary.

        Raises RecursionError where names are each other's values.
        """
        if isinstance(node, ast.Name):
            return node.id in self._values and self.is_dictionary(self._values[node.id])
        return isinstance(node, ast.Dict) or (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "dict")

    def pairs(self, node: ast.expr, depth: int = 0) -> Pairs:
        """Yield the keys and values of a dictionary however it is written; none where it is written otherwise."""
        if depth <= MAX_DEPTH:
            yield from self._pairs(node, depth)

    def arguments(self, call: ast.Call, depth: int = 0) -> Pairs:
        """Yield the keys and values that dict(…) or .update(…) is given."""
        for argument in call.args:
            yield from self.pairs(argument, depth + 1)
        for keyword in call.keywords:
            if keyword.arg is None:
                yield from self.pairs(keyword.value, depth + 1)
            else:
                yield key_of(keyword.arg), keyword.value

    @singledispatchmethod
    def _pairs(self, node: ast.expr, depth: int) -> Pairs:
        return iter(())

    @_pairs.register
    def _pairs_of_display(self, node: ast.Dict, depth: int) -> Pairs:
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:  # {**value}
                yield from self.pairs(value, depth + 1)
            else:
                yield key_in(key), value

    @_pairs.register
    def _pairs_of_union(self, node: ast.BinOp, depth: int) -> Pairs:
        if isinstance(node.op, ast.BitOr):
            yield from self.pairs(node.left, depth + 1)
            yield from self.pairs(node.right, depth + 1)

    @_pairs.register
    def _pairs_of_call(self, node: ast.Call, depth: int) -> Pairs:
        if isinstance(node.func, ast.Name) and node.func.id == "dict":
            yield from self.arguments(node, depth)

    @_pairs.register
    def _pairs_of_sequence(self, node: ast.List | ast.Tuple, depth: int) -> Pairs:
        for pair in node.elts:
            if isinstance(pair, ast.Tuple | ast.List) and len(pair.elts) == 2:
                yield key_in(pair.elts[0]), pair.elts[1]

    @_pairs.register
    def _pairs_of_name(self, node: ast.Name, depth: int) -> Pairs:
        if node.id in self._values:
            yield from self.pairs(self._values[node.id], depth + 1)

    # ── Texts ──

    def text_of(self, node: ast.expr, depth: int = 0) -> str:
        """Return the text of an answer: what a string says, and everything else as it is written."""
        return self._text(node, depth) if depth <= MAX_DEPTH else self._written(node)

    @singledispatchmethod
    def _text(self, node: ast.expr, depth: int) -> str:
        return self._written(node)

    @_text.register
    def _text_of_constant(self, node: ast.Constant, depth: int) -> str:
        value = node.value
        if value is None or value is Ellipsis:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, bytes):
            return value.decode("latin-1")
        return self._written(node) if _is_huge(value) else repr(value)

    @_text.register
    def _text_of_f_string(self, node: ast.JoinedStr, depth: int) -> str:
        parts = (part.value if isinstance(part, ast.FormattedValue) else part for part in node.values)
        return "".join(self.text_of(part, depth + 1) for part in parts)

    @_text.register
    def _text_of_name(self, node: ast.Name, depth: int) -> str:
        return self.text_of(self._values[node.id], depth + 1) if node.id in self._values else self._written(node)

    @_text.register
    def _text_of_sum(self, node: ast.BinOp, depth: int) -> str:
        if isinstance(node.op, ast.Add) and _has_string(node):
            return self.text_of(node.left, depth + 1) + self.text_of(node.right, depth + 1)
        return self._written(node)

    @_text.register
    def _text_of_call(self, node: ast.Call, depth: int) -> str:
        inner = _unwrapped(node)
        return self._written(node) if inner is None else self.text_of(inner, depth + 1)

    def _written(self, node: ast.expr) -> str:
        """The source of an expression. Columns count bytes of UTF-8, hence the lines as bytes."""
        if node.end_lineno is None or node.end_col_offset is None:
            return ""
        lines = self._lines[node.lineno - 1 : node.end_lineno]
        if not lines:
            return ""
        if len(lines) == 1:
            lines = [lines[0][node.col_offset : node.end_col_offset]]
        else:
            lines = [lines[0][node.col_offset :], *lines[1:-1], lines[-1][: node.end_col_offset]]
        return b"\n".join(lines)[:MAX_BYTES].decode("utf-8", "ignore")


def _is_huge(value: object) -> bool:
    return isinstance(value, int) and value.bit_length() > MAX_BITS


def _has_string(node: ast.BinOp) -> bool:
    """True where one of the terms of a sum is a string: the sum then joins texts."""
    term: ast.expr = node
    while isinstance(term, ast.BinOp) and isinstance(term.op, ast.Add):
        if _is_string(term.right):
            return True
        term = term.left
    return _is_string(term)


def _is_string(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _unwrapped(call: ast.Call) -> ast.expr | None:
    """What `dedent(x)`, `str(x)` or `x.strip()` is about."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in _UNWRAPPED and not call.args:
        return call.func.value
    if isinstance(call.func, ast.Attribute) and _is_string(call.func.value):
        return None  # 'oui'.strip('i'): its argument is not what is said
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in _UNWRAPPED and len(call.args) == 1 and not call.keywords:
        return call.args[0]
    return None
