"""The dictionary REPONSES in a syntax tree, however it is written, without running anything.

REPONSES = {"convexe": "oui", "parametres": 784*10 + 10}
REPONSES["convexe"] = "oui" · REPONSES.update(convexe="oui") · REPONSES |= {…} · REPONSES = {"exo1": {…}}
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from grader.language.words import key_of
from grader.reading.parts import Naming
from grader.reading.whose import LONGEST, Given, owner_of

DEPTH = 20

_UNWRAPPED = frozenset(("dedent", "cleandoc", "strip", "str", "lower", "upper", "int", "float", "round", "print"))


def given_in_tree(tree: ast.Module, text: str, naming: Naming, at: Callable[[int], str]) -> Iterator[Given]:
    """Every answer, in the order in which the assignments are written. `at` says to whom a line belongs."""
    reader = _Reader(tree, text, naming)
    block = 0
    for statement, owner in reader.statements:
        block += _begins(statement)
        try:
            pairs = list(reader.pairs_of(statement))
        except RecursionError:
            continue
        for key, answer, whose in pairs:
            yield Given(key, answer, whose or owner or at(statement.lineno), block)


def _begins(statement: ast.stmt) -> int:
    """1 where the statement begins a dictionary, 0 where it adds to one."""
    if isinstance(statement, ast.Assign):
        return int(not isinstance(statement.targets[0], ast.Subscript))
    return int(isinstance(statement, ast.AnnAssign))


class _Reader:
    """Reads expressions as text; knows the source's lines and the names that are given one plain value."""

    def __init__(self, tree: ast.Module, text: str, naming: Naming) -> None:
        self.lines = [line.encode("utf-8", "replace") for line in text.split("\n")]
        self.naming = naming
        found: list[tuple[ast.stmt, str]] = []
        values: dict[str, list[ast.expr]] = {}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr):
                continue
            owner = self._owner(node)
            if owner is not None:
                found.append((node, owner))
            elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                values.setdefault(node.targets[0].id, []).append(node.value)
        self.statements = sorted(found, key=lambda item: item[0].lineno)
        self.plain = {name: given[0] for name, given in values.items() if len(given) == 1}

    # ── Statements ──

    def _owner(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr) -> str | None:
        """The exercise that the variable says ("" none), None where the statement is not about answers."""
        if isinstance(node, ast.Expr):
            call = node.value
            about = call.func if isinstance(call, ast.Call) else None
            target = about.value if isinstance(about, ast.Attribute) and about.attr == "update" else None
        else:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        inside = ""
        for _ in range(2):  # REPONSES["exo1"]["convexe"]
            if isinstance(target, ast.Subscript):
                inside = inside or self._exercise(self._key(target.slice))
                target = target.value
        owner = owner_of(target.id, self.naming) if isinstance(target, ast.Name) else None
        return owner if owner is None else owner or inside

    def _exercise(self, key: str) -> str:
        """The exercise that a key names; "" where it names none."""
        named = self.naming.names(key)
        return named[0] if len(named) == 1 else ""

    def pairs_of(self, statement: ast.stmt) -> Iterator[tuple[str, str, str]]:
        """(key, text, exercise) of every answer that a statement gives."""
        for key, value in self._given(statement):
            whose = self._exercise(key)
            inner = list(self._pairs(value)) if whose and self._is_dictionary(value) else []
            if inner:
                yield from ((k, self.text_of(v), whose) for k, v in inner)
            elif whose and (rest := key_of(self.naming.rest(key))):
                yield rest, self.text_of(value), whose
            else:
                yield key, self.text_of(value), ""

    def _is_dictionary(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return self._is_dictionary(self.plain[node.id]) if node.id in self.plain else False
        return isinstance(node, ast.Dict) or (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "dict")

    def _given(self, statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            yield from self._arguments(statement.value)
        elif isinstance(statement, ast.AugAssign):
            yield from self._pairs(statement.value)
        elif isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            if isinstance(target, ast.Subscript):
                yield self._key(target.slice), statement.value
            else:
                yield from self._pairs(statement.value)

    def _key(self, node: ast.expr | None) -> str:
        return key_of(str(node.value)[:200]) if isinstance(node, ast.Constant) and not _huge(node.value) else ""

    def _pairs(self, node: ast.expr, depth: int = 0) -> Iterator[tuple[str, ast.expr]]:
        """Keys and values of a dictionary however it is written: {…}, dict(…), a | b, {**a}."""
        if depth > DEPTH:
            return
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if key is None:
                    yield from self._pairs(value, depth + 1)
                else:
                    yield self._key(key), value
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            yield from self._pairs(node.left, depth + 1)
            yield from self._pairs(node.right, depth + 1)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
            yield from self._arguments(node, depth)
        elif isinstance(node, ast.List | ast.Tuple):  # dict([("a", 1), …])
            for pair in node.elts:
                if isinstance(pair, ast.Tuple | ast.List) and len(pair.elts) == 2:
                    yield self._key(pair.elts[0]), pair.elts[1]
        elif isinstance(node, ast.Name) and node.id in self.plain:
            yield from self._pairs(self.plain[node.id], depth + 1)

    def _arguments(self, call: ast.Call, depth: int = 0) -> Iterator[tuple[str, ast.expr]]:
        """What dict(…) or .update(…) is given."""
        for argument in call.args:
            yield from self._pairs(argument, depth + 1)
        for keyword in call.keywords:
            if keyword.arg is None:
                yield from self._pairs(keyword.value, depth + 1)
            else:
                yield key_of(keyword.arg), keyword.value

    # ── Values ──

    def text_of(self, node: ast.expr, depth: int = 0) -> str:
        """The text of an answer: what a string says, and everything else as it is written."""
        if depth > DEPTH:
            return self._written(node)
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, ast.JoinedStr):
            return "".join(
                self.text_of(part.value if isinstance(part, ast.FormattedValue) else part, depth + 1)
                for part in node.values
            )
        if isinstance(node, ast.Name) and node.id in self.plain:
            return self.text_of(self.plain[node.id], depth + 1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and _has_string(node):
            return self.text_of(node.left, depth + 1) + self.text_of(node.right, depth + 1)
        if isinstance(node, ast.Call):
            inner = _unwrapped(node)
            if inner is not None:
                return self.text_of(inner, depth + 1)
        return self._written(node)

    def _constant(self, node: ast.Constant) -> str:
        value = node.value
        if value is None or value is Ellipsis:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, bytes):
            return value.decode("latin-1")
        return self._written(node) if _huge(value) else repr(value)

    def _written(self, node: ast.expr) -> str:
        """The source of an expression. Columns count bytes of UTF-8, hence the lines as bytes."""
        if node.end_lineno is None or node.end_col_offset is None:
            return ""
        lines = self.lines[node.lineno - 1 : node.end_lineno]
        if not lines:
            return ""
        if len(lines) == 1:
            lines = [lines[0][node.col_offset : node.end_col_offset]]
        else:
            lines = [lines[0][node.col_offset :], *lines[1:-1], lines[-1][: node.end_col_offset]]
        return b"\n".join(lines)[: 4 * LONGEST].decode("utf-8", "ignore")


def _huge(value: object) -> bool:
    return isinstance(value, int) and value.bit_length() > 10_000


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
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in _UNWRAPPED and len(call.args) == 1 and not call.keywords:
        return call.args[0]
    return None
