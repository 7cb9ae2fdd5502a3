"""Public docstrings give what a stranger needs: they begin with a verb, name what is raised, and say the shapes of
arrays."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "grader"
ROOMS = ("analysis", "checks", "datasets", "domain", "evaluator", "fingerprints.py", "measurements")

# What a function does, in the imperative; properties return.
VERBS = frozenset("Add Download Judge Measure Raise Return Set Train Write Yield".split())
# What a class is for.
CLASS_VERBS = frozenset("Allow Ask Count Describe Hold Judge List Say Signal Turn".split())
ARRAYS = re.compile(r"\b(?:NDArray|Array|Field|Points|Rows|Weights)\b")
SHAPE = re.compile(r"\bshapes?\b|\([^()]*,[^()]*\)")
HOUSE = re.compile(r"(?i)\b(?:houses?|tapes?|shelf|behind the walls)\b")

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def public(body: list[ast.stmt], inside: str = "") -> Iterator[tuple[str, Definition]]:
    """Every public class, function, method and property, by its dotted name."""
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield inside + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{inside}{node.name}.")


def raised(function: ast.AST) -> set[str]:
    """The exceptions that a function's own lines raise by name."""
    calls = (n.exc.func for n in ast.walk(function) if isinstance(n, ast.Raise) and isinstance(n.exc, ast.Call))
    return {call.id for call in calls if isinstance(call, ast.Name) and call.id[:1].isupper()}


def handles_arrays(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    hints = [argument.annotation for argument in arguments] + [function.returns]
    return any(ARRAYS.search(ast.unparse(hint)) for hint in hints if hint is not None)


def offences(source: str) -> list[str]:
    """What the public docstrings of a module leave a stranger without."""
    return [f"{name}: {fault}" for name, node in public(ast.parse(source).body) for fault in faults_of(name, node)]


def faults_of(name: str, node: Definition) -> Iterator[str]:
    text = ast.get_docstring(node) or ""
    if not text:
        yield "no docstring"
        return
    verbs = CLASS_VERBS if isinstance(node, ast.ClassDef) else VERBS
    if re.split(r"\W", text, maxsplit=1)[0] not in verbs:
        yield "does not begin with a verb of the list"
    if HOUSE.search(text):
        yield "speaks of a house"
    if set(re.findall(r"\w+", text.lower())) <= {"return", "the", "a", *re.findall(r"[a-z]+", name.lower())}:
        yield "only repeats the name"
    if not isinstance(node, ast.ClassDef):
        yield from (f"does not say that it raises {error}" for error in sorted(raised(node)) if error not in text)
        if handles_arrays(node) and not SHAPE.search(text):
            yield "does not say the shapes of its arrays"


def modules() -> list[Path]:
    return sorted(
        file for room in ROOMS for file in ((PACKAGE / room).glob("*.py") if room[-3:] != ".py" else [PACKAGE / room])
    )


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_public_docstrings_say_what_a_stranger_needs(path: Path) -> None:
    assert offences(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f():\n    return 1", ["f: no docstring"]),
        ("def f():\n    '''The number of rows.'''", ["f: does not begin with a verb of the list"]),
        ("def f():\n    '''Returns the number of rows.'''", ["f: does not begin with a verb of the list"]),
        ("def f():\n    '''Return the number of rows.'''", []),
        ("def row_count():\n    '''Return the row count.'''", ["row_count: only repeats the name"]),
        ("def _f():\n    return 1", []),
        ("class C:\n    '''A table.'''", ["C: does not begin with a verb of the list"]),
        ("class C:\n    '''Hold a table.'''\n    def f(self): ...", ["C.f: no docstring"]),
        ("class C:\n    '''Hold a table.'''\n    @property\n    def f(self): ...", ["C.f: no docstring"]),
        ("class _C:\n    def f(self): ...", []),
        (
            "def f():\n    '''Return the rows.'''\n    raise TooMany('rows')",
            ["f: does not say that it raises TooMany"],
        ),
        ("def f():\n    '''Return the rows. Raise `TooMany`.'''\n    raise TooMany('rows')", []),
        (
            "def f(x: NDArray[np.int64]) -> int:\n    '''Return the largest.'''",
            ["f: does not say the shapes of its arrays"],
        ),
        ("def f(x: NDArray[np.int64]) -> int:\n    '''Return the largest of `x`, shape (n, 2).'''", []),
        ("def f():\n    '''Return what stood on the tape.'''", ["f: speaks of a house"]),
    ],
)
def test_an_offence_is_caught(source: str, expected: list[str]) -> None:
    assert offences(source) == expected
