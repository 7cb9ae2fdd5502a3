"""The places at which a source file can be changed by one small step, and what it would say then.

A place is a comparison, a number, `and`/`or`, `not`, an operator, `min`/`max`, a truth value, a condition that is only a
name or a call, the end of a slice, or two neighbours in a sort key; default arguments and fields count. Texts, types,
decorators, `__all__`, and whatever goes into a message are no places: the tests of texts are others.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from itertools import pairwise

COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
OPERATORS: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
}
TWINS = {"min": "max", "max": "min", "any": "all", "all": "any"}
MESSAGES = frozenset(("say", "say_n", "plain", "percent", "Text", "join", "Question"))  # builders of what people read
SEQUENCES = (ast.JoinedStr, ast.List, ast.Tuple, ast.ListComp, ast.Dict, ast.Set)  # + and - of these is no arithmetic


@dataclass(frozen=True, slots=True)
class Mutation:
    """The bytes `start` to `end` of a source become `new`; `before` and `after` are the line, without its indentation."""

    line: int
    start: int
    end: int
    new: str
    before: str
    after: str

    def applied(self, source: bytes) -> bytes:
        return source[: self.start] + self.new.encode() + source[self.end :]


def mutations(text: str) -> list[Mutation]:
    """Return every mutation of a module's source, in the order of the file."""
    finder = _Finder(text.encode())
    finder.visit(ast.parse(text))
    return sorted(set(finder.found), key=lambda m: (m.start, m.end, m.new))


class _Finder(ast.NodeVisitor):
    def __init__(self, source: bytes) -> None:
        self.source = source
        self.found: list[Mutation] = []
        self._lines = [0, *(m.end() for m in re.finditer(rb"\n", source))]

    # ── What is no place ────────────────────────────────────────────────────────────────────────

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for part in (*node.args.defaults, *node.args.kw_defaults, *node.body):
            if part is not None:
                self.visit(part)
        if isinstance(node.returns, ast.Name) and node.returns.id == "bool":
            self._returned_the_other_way(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in node.body:
            self.visit(part)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None and not (isinstance(node.annotation, ast.Name) and node.annotation.id == "TypeAlias"):
            self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        if not any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets):
            self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        pass

    def visit_Raise(self, node: ast.Raise) -> None:
        pass

    def visit_If(self, node: ast.If) -> None:
        if not (isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            self._condition(node.test)
            self.generic_visit(node)

    # ── Places ──────────────────────────────────────────────────────────────────────────────────

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in MESSAGES:
            return
        if name in TWINS:
            self._add(node.func, TWINS[name])
        if name == "isinstance":
            self.visit(node.args[0])  # `int | float` is no arithmetic
        else:
            self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        for (left, right), operator in zip(pairwise([node.left, *node.comparators]), node.ops, strict=True):
            self._between(left, right, *COMPARISONS[type(operator)])
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        words = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in pairwise(node.values):
            self._between(left, right, *words)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if type(node.op) in OPERATORS and not (_no_number(node.left) or _no_number(node.right)):
            self._between(node.left, node.right, *OPERATORS[type(node.op)])
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if type(node.op) in (ast.Add, ast.Sub) and not _no_number(node.value):
            old, new = OPERATORS[type(node.op)]
            self._between(node.target, node.value, f"{old}=", f"{new}=")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not | ast.USub):
            self._add(node, self._text(node.operand))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self._add(node, str(not value))
        elif isinstance(value, int):
            for other in {value + 1, value - 1, *((value * 5 // 4,) if value >= 100 else ())}:
                self._add(node, str(other) if other >= 0 else f"({other})")
        elif isinstance(value, float):
            for other in (value * 1.25, value * 0.8) if value else (1.0,):
                self._add(node, f"{other:.12g}")

    def visit_Slice(self, node: ast.Slice) -> None:
        for bound in (node.lower, node.upper):
            if bound is not None and not isinstance(bound, ast.Constant | ast.UnaryOp):
                self._add(bound, f"({self._text(bound)}) + 1")
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self._condition(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._condition(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for condition in node.ifs:
            self._condition(condition)
        self.generic_visit(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._other_order(node.body)
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        self._other_order(node.value)
        self.generic_visit(node)

    # ── Helpers ─────────────────────────────────────────────────────────────────────────────────

    def _condition(self, node: ast.expr) -> None:
        """A condition without an operator holds the other way round; one with an operator has places of its own."""
        if isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
            self._add(node, f"not {self._text(node)}")

    def _other_order(self, node: ast.expr | None) -> None:
        """Exchange two neighbours of a tuple: what is compared first, when it is a key."""
        if isinstance(node, ast.Tuple):
            for left, right in pairwise(node.elts):
                between = self.source[self._end(left) : self._start(right)].decode()
                self._put(self._start(left), self._end(right), f"{self._text(right)}{between}{self._text(left)}")

    def _returned_the_other_way(self, node: ast.FunctionDef) -> None:
        for part in ast.walk(node):
            if isinstance(part, ast.Return) and part.value is not None and not isinstance(part.value, ast.Constant):
                self._add(part.value, f"not ({self._text(part.value)})")

    def _between(self, left: ast.expr, right: ast.expr, old: str, new: str) -> None:
        """Replace an operator, which stands somewhere between its operands, perhaps behind brackets."""
        start, end = self._end(left), self._start(right)
        words = r"\s+".join(re.escape(word) for word in old.split())
        at = re.search(words.encode(), self.source[start:end])
        if at is not None:
            self._put(start + at.start(), start + at.end(), new)

    def _add(self, node: ast.expr, new: str) -> None:
        self._put(self._start(node), self._end(node), new)

    def _put(self, start: int, end: int, new: str) -> None:
        first, last = self.source.rfind(b"\n", 0, start) + 1, self.source.find(b"\n", end)
        before = self.source[first:last].decode()
        after = (self.source[first:start] + new.encode() + self.source[end:last]).decode()
        line = self.source.count(b"\n", 0, start) + 1
        self.found.append(Mutation(line, start, end, new, _one_line(before), _one_line(after)))

    def _start(self, node: ast.expr) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr) -> int:
        return self._lines[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)

    def _text(self, node: ast.expr) -> str:
        return self.source[self._start(node) : self._end(node)].decode()


def _no_number(node: ast.expr) -> bool:
    return isinstance(node, SEQUENCES) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))


def _one_line(text: str) -> str:
    return " ".join(text.split())
