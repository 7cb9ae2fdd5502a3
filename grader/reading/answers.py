"""The answers in words, found in the dictionary REPONSES without running anything.

    REPONSES = {"convexe": "oui", "parametres": 784*10 + 10}

Values are given back as text: strings as they read, everything else as it is written. What is not answered (None, "",
"…", "TODO") is left out. Keys are folded by `key_of`, so that « Paramètres » and `parametres` are one key.
"""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Iterator, Mapping
from functools import lru_cache

from grader.reading.source import Source
from grader.reading.syntax import PIECES, STRING, parse
from grader.reading.words import fold, is_blank, key_of

LONGEST = 20_000  # characters of one answer
MOST = 200  # answers
BLOCK = 200_000  # characters of a dictionary that is looked for in a text without a tree
LAST = 5  # dictionaries that are looked at in such a text
DEPTH = 20

NAMES = frozenset(("reponses", "reponse", "answers", "answer", "mes_reponses"))
_UNWRAPPED = frozenset(("dedent", "cleandoc", "strip", "str", "lower", "upper", "int", "float", "round", "print"))


def answers_in(source: Source) -> dict[str, str]:
    """Every answered key of REPONSES, with the text of its answer."""
    found: dict[str, str] = {}
    if source.tree is not None:
        found = _of_tree(source.tree, source.text)
    if source.tree is None or (source.failure is not None and not found):
        found = _of_broken(source.text)
    return found


@lru_cache(maxsize=256)
def is_named_answers(name: str) -> bool:
    return key_of(name) in NAMES


def kept(found: Mapping[str, str]) -> dict[str, str]:
    """Without what is not answered, and within the bounds."""
    answered = ((key, text.strip()[:LONGEST]) for key, text in found.items() if key and not is_blank(text))
    return {key: text for (key, text), _ in zip(answered, range(MOST), strict=False)}


def _of_tree(tree: ast.Module, text: str) -> dict[str, str]:
    """Follows the assignments in the order in which they are written; the last one wins, as in Python."""
    reader = _Reader(tree, text)
    found: dict[str, str] = {}
    for statement in reader.statements:
        try:
            found = reader.after(statement, found)
        except RecursionError:
            continue
    return kept(found)


class _Reader:
    """Reads expressions as text; knows the source's lines and the names that are given one plain value."""

    def __init__(self, tree: ast.Module, text: str) -> None:
        self.lines = [line.encode("utf-8", "replace") for line in text.split("\n")]
        found: list[ast.stmt] = []
        values: dict[str, list[ast.expr]] = {}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr):
                continue
            if _touches_answers(node):
                found.append(node)
            elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                values.setdefault(node.targets[0].id, []).append(node.value)
        self.statements = sorted(found, key=lambda node: node.lineno)
        self.plain = {name: given[0] for name, given in values.items() if len(given) == 1}

    # ── Statements ──

    def after(self, statement: ast.stmt, found: dict[str, str]) -> dict[str, str]:
        """The answers once `statement` has been followed."""
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            return found | dict(self._arguments(statement.value))
        if isinstance(statement, ast.AugAssign):
            return found | dict(self._pairs(statement.value))
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
            return found
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        if isinstance(target, ast.Subscript):
            return found | {self._key(target.slice): self.text_of(statement.value)}
        return dict(self._pairs(statement.value))

    def _key(self, node: ast.expr | None) -> str:
        return key_of(str(node.value)[:200]) if isinstance(node, ast.Constant) and not _huge(node.value) else ""

    def _pairs(self, node: ast.expr, depth: int = 0) -> Iterator[tuple[str, str]]:
        """Keys and texts of a dictionary however it is written: {…}, dict(…), a | b, {**a}."""
        if depth > DEPTH:
            return
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if key is None:
                    yield from self._pairs(value, depth + 1)
                else:
                    yield self._key(key), self.text_of(value)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            yield from self._pairs(node.left, depth + 1)
            yield from self._pairs(node.right, depth + 1)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
            yield from self._arguments(node, depth)
        elif isinstance(node, ast.List | ast.Tuple):  # dict([("a", 1), …])
            for pair in node.elts:
                if isinstance(pair, ast.Tuple | ast.List) and len(pair.elts) == 2:
                    yield self._key(pair.elts[0]), self.text_of(pair.elts[1])
        elif isinstance(node, ast.Name) and node.id in self.plain:
            yield from self._pairs(self.plain[node.id], depth + 1)

    def _arguments(self, call: ast.Call, depth: int = 0) -> Iterator[tuple[str, str]]:
        """What dict(…) or .update(…) is given."""
        for argument in call.args:
            yield from self._pairs(argument, depth + 1)
        for keyword in call.keywords:
            if keyword.arg is None:
                yield from self._pairs(keyword.value, depth + 1)
            else:
                yield key_of(keyword.arg), self.text_of(keyword.value)

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


def _touches_answers(node: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr) -> bool:
    if isinstance(node, ast.Expr):
        call = node.value
        return (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and (call.func.attr == "update" and _is_answers(call.func.value))
        )
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    return _is_answers(target.value if isinstance(target, ast.Subscript) else target)


def _is_answers(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and is_named_answers(node.id)


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


# ── Where there is no tree ──────────────────────────────────────────────────────────────────────

_MAY_NAME = re.compile("ponse|nswer", re.IGNORECASE)
_OPENING = re.compile(r"^[ \t]*(\w{6,14})[ \t]*(?::[^=\n]{0,60})?=[ \t]*(?=\{|dict[ \t]*\()", re.MULTILINE)
_ITEM = re.compile(
    rf"(?P<key>{STRING})\s*:\s*(?P<value>{STRING}(?:\s*{STRING}(?!\s*:))*|[^,\n{{}}#'\"]+)|#[^\n]*|{STRING}",
    re.DOTALL | re.MULTILINE,
)
_ENTRY = re.compile(
    rf"^[ \t]*(?P<name>\w{{6,14}})\[(?P<key>{STRING})\]\s*=\s*(?P<value>{STRING}|[^\n#]+)", re.DOTALL | re.MULTILINE
)


def _of_broken(text: str) -> dict[str, str]:
    """The dictionary of a file that Python cannot parse: its block is cut out by its brackets and parsed alone."""
    found: dict[str, str] = {}
    if not _MAY_NAME.search(text):
        return found
    openings = (m for m in _OPENING.finditer(text) if is_named_answers(m[1]))
    for opening in deque(openings, maxlen=LAST):
        block = _block(text, opening.end())
        parsed = parse(f"REPONSES = {block}")
        if parsed.tree is not None:
            found = _of_tree(parsed.tree, f"REPONSES = {block}")
        else:  # the error lies in the dictionary itself: keep the entries that can be read
            found = kept({key_of(_literal(m["key"])): _value(m["value"]) for m in _ITEM.finditer(block) if m["key"]})
    for entry in deque((m for m in _ENTRY.finditer(text) if is_named_answers(m["name"])), maxlen=MOST):
        found |= kept({key_of(_literal(entry["key"])): _value(entry["value"])})
    return found


def _block(text: str, start: int) -> str:
    """From the bracket at `start` to the one that closes it, or to the bound."""
    depth = 0
    for piece in PIECES.finditer(text, start, start + BLOCK):
        if piece.lastgroup == "bracket":
            depth += 1 if piece[0] in "([{" else -1
            if depth == 0:
                return text[start : piece.end()]
    return text[start : start + BLOCK]


def _literal(written: str) -> str:
    parsed = parse(written.strip())
    if parsed.tree is not None and parsed.tree.body and isinstance(parsed.tree.body[0], ast.Expr):
        value = parsed.tree.body[0].value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
    return written.strip().strip("'\"")


def _value(written: str) -> str:
    text = _literal(written)
    return "" if fold(text) in ("none", "...") else text
