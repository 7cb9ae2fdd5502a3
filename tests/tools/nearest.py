"""Which tests belong to a module of the rooms that decide marks, by what imports what."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path

ROOMS = ("checks", "analysis", "measurements", "evaluator", "language")
NEAR = 2  # imports from a test elsewhere to the module
RUNS_PROGRAMS = re.compile(
    r"\bgrader\.(?:grading|batch|cli|api|sandbox)\b|\bgrade_source\b|\b(?:walled_)?workbench\b|\barena\b"
)
Graph = dict[str, frozenset[str]]


def files(root: Path, only: str = "") -> list[str]:
    """Return the paths, below `root`, of the modules that may be changed."""
    found = (path for room in ROOMS for path in sorted((root / "grader" / room).rglob("*.py")))
    return [name for path in found if (name := path.relative_to(root).as_posix()).startswith(only)]


def tests_of(root: Path, paths: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return, for each module, the test files that reach it by imports, through helpers and the rooms, nearest first.

    Those in a room's own folder are asked first, then those elsewhere that come near without running programs: what
    takes a whole grading to be noticed is not pinned. Where that leaves none, every test that reaches it.
    """
    graph = _graph(root)
    tests = {name: f"{name.replace('.', '/')}.py" for name in graph if name.rpartition(".")[2].startswith("test_")}
    elsewhere = {name for name in tests if name.split(".")[1] not in ROOMS}
    far = {name for name in elsewhere if RUNS_PROGRAMS.search((root / tests[name]).read_text(encoding="utf-8"))}
    return {path: _nearest(graph, tests, elsewhere, far, _module(path)) for path in paths}


def _nearest(graph: Graph, tests: dict[str, str], elsewhere: set[str], far: set[str], target: str) -> tuple[str, ...]:
    reached = {name: steps for name in tests if (steps := _distance(graph, name, target)) is not None}
    near = {name for name, steps in reached.items() if name not in elsewhere or (name not in far and steps <= NEAR)}
    order = sorted(
        (name in elsewhere, steps, tests[name]) for name, steps in reached.items() if name in (near or reached)
    )
    return tuple(test for *_, test in order)


def _graph(root: Path) -> Graph:
    """What each module of the tests and of the rooms imports of these."""
    paths = [*files(root), *(p.relative_to(root).as_posix() for p in (root / "tests").rglob("*.py"))]
    known = {_module(path): root / path for path in paths if not path.startswith("tests/corpus/")}
    return {name: frozenset(_imported(path.read_text(encoding="utf-8"), known)) for name, path in known.items()}


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imported(source: str, known: Collection[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in (*names, node.module) if name in known)
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in known
        ):  # imported by its name, when it is asked for
            yield node.value


def _distance(graph: Graph, start: str, target: str) -> int | None:
    seen, edge, steps = {start}, {start}, 0
    while edge:
        if target in edge:
            return steps
        edge = {there for here in edge for there in graph.get(here, ())} - seen
        seen |= edge
        steps += 1
    return None
