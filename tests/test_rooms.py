"""Imports point only down the list of rooms, no files import each other, and what is heavy stays off the command line's
path."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "grader"

# Floors as in the design: a room may import rooms of a lower floor. `messages` stands on a floor of its own, because
# every room but the lowest speaks.
FLOORS: dict[str, float] = {
    "cli": 6,
    "api": 5.7,  # the Python interface, of which the command line is one caller
    "verify": 5.5,  # a batch of programs whose marks are known
    "batch": 5,
    "grading": 4,
    **dict.fromkeys(("checks", "reports", "evaluator", "parsing", "worker"), 3),
    "analysis": 2.8,  # what a run means; checks judge it
    "measurements": 1.2,  # what the evaluator is asked and answers, shared by both sides
    "store": 2.5,  # keeps records, which have a form of their own
    "similarity": 2.5,  # reads programs; a report shows what it found
    **dict.fromkeys(("sandbox", "evidence", "reading", "intake", "datasets", "records", "catalog"), 2),
    "messages": 1.5,
    "derived": 1.5,  # files that follow something, written whole
    "errors": 1.2,  # carry a text
    "deferred": 1,
    "language": 1,  # what words and numbers mean: `reading` finds answers, `checks` judge them; imports no other room
    **dict.fromkeys(("domain", "files", "fingerprints"), 1),
}
OUTSIDE_THE_ROOMS = {"__init__", "__main__"}  # the version, and the way into the command line
HEAVY = {"tensorflow", "keras", "sklearn", "matplotlib", "ipykernel", "nbclient"}
MAY_BE_HEAVY = {"worker"}


def imported(tree: ast.AST, module: str) -> Iterator[tuple[str, int]]:
    """Every module of the grader that a module named `module` imports, in whatever form, with the line.

    `from grader import x` counts as `grader.x`, and so do the relative forms.
    """
    package = module.split(".") if module.endswith(".__init__") else module.split(".")[:-1]
    package = [part for part in package if part != "__init__"]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield f"{start}.{alias.name}", node.lineno


def room_of(module: str) -> str | None:
    """`grader.checks.answers` → "checks"; None outside the grader. `grader.__version__` belongs to no room."""
    parts = module.split(".")
    return parts[1] if parts[0] == "grader" and len(parts) > 1 and not parts[1].startswith("__") else None


def wrong_ways(source: str, module: str) -> list[str]:
    """The imports of a module's source that do not point down."""
    here = room_of(module)
    assert here is not None
    found = []
    for name, line in imported(ast.parse(source), module):
        there = room_of(name)
        if there is not None and there != here and not FLOORS[there] < FLOORS[here]:
            found.append(
                f"{module}:{line} imports {name}: {here} (floor {FLOORS[here]}) → {there} (floor {FLOORS[there]})"
            )
    return found


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        if parts[1] not in OUTSIDE_THE_ROOMS:
            yield ".".join(parts), path


def test_every_room_is_on_a_floor() -> None:
    assert {room_of(module) for module, _ in modules()} <= set(FLOORS)


def test_imports_point_only_down() -> None:
    found = [wrong for module, path in modules() for wrong in wrong_ways(path.read_text(encoding="utf-8"), module)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("module", "offence"),
    [
        ("grader.checks.answers", "import grader.cli.main"),
        ("grader.checks.answers", "import grader.cli.main as m, json"),
        ("grader.checks.answers", "from grader.grading import grade"),
        ("grader.checks.answers", "from grader import grading"),
        ("grader.checks.answers", "from ..cli import main"),
        ("grader.checks.answers", "from .. import cli"),
        ("grader.checks.__init__", "from ..batch import Task"),
        ("grader.evidence", "from .worker import job"),
        ("grader.sandbox.worker_handle", "def f():\n    from grader.worker import watch"),
        ("grader.domain", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from grader.messages import say"),
        ("grader.checks.answers", "from grader.reports import terminal"),
        ("grader.reading.source", "from grader.intake import find_one"),
        ("grader.language.understand", "from grader.reading import read"),
        ("grader.language.words", "from grader.domain import Text"),
    ],
)
def test_an_import_that_points_up_or_aside_is_caught(module: str, offence: str) -> None:
    assert wrong_ways(offence, module)


@pytest.mark.parametrize(
    ("module", "innocent"),
    [
        ("grader.checks.answers", "from grader.evidence import load_arrays"),
        ("grader.checks.answers", "from . import findings"),
        ("grader.checks.__init__", "from .findings import failed"),
        ("grader.grading.pipeline", "from grader import __version__, reading"),
        ("grader.sandbox.worker_handle", "import json\nfrom grader.messages import say"),
        ("grader.cli.main", "from ..errors import GraderError"),
        ("grader.checks.answers", "from grader.language.figures import final_number"),
    ],
)
def test_an_import_that_points_down_is_allowed(module: str, innocent: str) -> None:
    assert not wrong_ways(innocent, module)


# ── No two files import each other ──────────────────────────────────────────────────────────────

# Circles that are still to be broken, each with what stands in the way. Empty it, and leave it empty.
STILL_IN_A_CIRCLE: set[frozenset[str]] = set()


def file_of(name: str, files: Collection[str]) -> str | None:
    """The file that an imported name comes from: `grader.errors.GraderError` → "grader.errors"; None outside the grader.

    A folder is its `__init__`, under the folder's name."""
    parts = name.split(".")
    return next((".".join(parts[:n]) for n in range(len(parts), 0, -1) if ".".join(parts[:n]) in files), None)


def import_graph(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Return for each file the files that it imports, be it in a function or for a type checker only.

    `sources` maps the name of a module to its text; a folder's own is named `….__init__`."""
    names = {module: module.removesuffix(".__init__") for module in sources}
    files = set(names.values())
    graph: dict[str, set[str]] = {}
    for module, source in sources.items():
        found = {file_of(name, files) for name, _ in imported(ast.parse(source), module)}
        graph[names[module]] = {file for file in found if file is not None} - {names[module]}
    return graph


def circles(graph: Mapping[str, set[str]]) -> set[frozenset[str]]:
    """Return the sets of files that reach each other by their imports, directly or through others."""
    reached = {file: _reached(file, graph) for file in graph}
    return {
        frozenset({file, *(other for other in those if file in reached[other])})
        for file, those in reached.items()
        if file in those
    }


def _reached(file: str, graph: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [*graph[file]]
    while waiting:
        other = waiting.pop()
        if other not in found:
            found.add(other)
            waiting += graph[other]
    return found


def test_no_files_import_each_other() -> None:
    sources = {".".join(p.relative_to(PACKAGE.parent).with_suffix("").parts): p for p in PACKAGE.rglob("*.py")}
    graph = import_graph({module: path.read_text(encoding="utf-8") for module, path in sources.items()})
    found = circles(graph)
    assert found == STILL_IN_A_CIRCLE, [sorted(circle) for circle in found ^ STILL_IN_A_CIRCLE]


A, B, C, ROOM = "grader.room.a", "grader.room.b", "grader.room.c", "grader.room.__init__"


@pytest.mark.parametrize(
    ("sources", "circle"),
    [
        ({A: "import grader.room.b", B: "import grader.room.a"}, {A, B}),
        ({A: "from grader.room.b import x", B: "from grader.room import a"}, {A, B}),
        ({A: "from . import b", B: "from .a import x"}, {A, B}),
        ({A: "def f():\n    from grader.room import b", B: "class K:\n    from .a import x"}, {A, B}),
        (
            {A: "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .b import x", B: "from .a import y"},
            {A, B},
        ),
        ({A: "from .b import x", B: "from .c import x", C: "from .a import x"}, {A, B, C}),
        ({ROOM: "from grader.room.a import x", A: "from grader.room import x"}, {"grader.room", A}),
    ],
)
def test_files_that_import_each_other_are_caught(sources: dict[str, str], circle: set[str]) -> None:
    assert circles(import_graph(sources)) == {frozenset(circle)}


@pytest.mark.parametrize(
    "sources",
    [
        {A: "from .b import x", B: "import json"},
        {A: "from .b import x\nfrom .c import y", B: "from .c import y", C: ""},
        {ROOM: "from .a import x\nfrom .b import y", A: "from . import b", B: ""},
    ],
)
def test_files_without_a_circle_are_let_pass(sources: dict[str, str]) -> None:
    assert circles(import_graph(sources)) == set()


# ── The command line holds no engine ────────────────────────────────────────────────────────────

ENGINE = ("grader.grading.grade", "grader.grading.running_workbench", "grader.grading.reading_workbench", "grader.grading.run_cache", "grader.grading.keys",
          "grader.grading.exercise_detector", "grader.batch.plan", "grader.batch.pool", "grader.batch.workbenches", "grader.batch.all_by",
          "grader.batch.grade_all", "grader.parsing", "grader.intake.find", "grader.sandbox.choose")  # fmt: skip
STILL_AN_ENGINE: set[str] = set()  # leave it empty: comparing, judging, deciding are sessions or rooms of their own


def engine_in(source: str, module: str) -> set[str]:
    return {name for name, _ in imported(ast.parse(source), module) if name.startswith(ENGINE)}


def test_the_command_line_parses_and_shows_and_leaves_grading_to_sessions() -> None:
    found = {m: engine_in(p.read_text(encoding="utf-8"), m) for m, p in modules() if room_of(m) == "cli"}
    assert {module for module, names in found.items() if names} == STILL_AN_ENGINE


# ── What students made is parsed in the sandbox ───────────────────────────────────────────────

# What parses, and the rooms whose code runs in a worker in a sandbox. `similarity` reads the teacher's handouts with it.
PARSING = {
    "grader.reading.read",
    "grader.reading.read_source",
    "grader.reading.source.read_source",
    "grader.reading.detection.detect_exercises",
    "grader.reading.syntax.parse",
    "grader.reading.notebook.read_notebook",
    "grader.evidence.directory",
    "grader.evidence.load_arrays",
}
SANDBOXED = {"parsing", "evaluator", "worker", "reading", "evidence"}
OF_THE_TEACHER = {("grader.similarity.documents", "grader.reading.read_source")}


def parsed_outside(source: str, module: str) -> set[str]:
    if room_of(module) in SANDBOXED:
        return set()
    names = {name for name, _ in imported(ast.parse(source), module)}
    return {name for name in names & PARSING if (module, name) not in OF_THE_TEACHER}


def test_no_room_outside_of_the_sandbox_parses_what_students_made() -> None:
    found = {module: parsed_outside(path.read_text(encoding="utf-8"), module) for module, path in modules()}
    assert {module: names for module, names in found.items() if names} == {}
    assert all(any(name.startswith(f"grader.{room}") for name in PARSING) for room in ("reading", "evidence"))


def test_who_opens_a_class_hands_in_who_opens_its_archives() -> None:
    """By itself, `find_all` would open them in this process."""
    callers = [p for module, p in modules() if room_of(module) != "intake" and "find_all(" in p.read_text("utf-8")]
    assert len(callers) == 2 and all("unpacked_by(parser" in path.read_text("utf-8") for path in callers)


def test_a_parser_outside_of_the_sandbox_is_caught() -> None:
    assert parsed_outside("from grader.reading import read", "grader.grading.pipeline")
    assert parsed_outside("def f():\n    from grader.evidence import load_arrays", "grader.analysis.provenance")
    assert not parsed_outside("from grader.evidence import arrays_of", "grader.analysis.provenance")
    assert not parsed_outside("from grader.reading import read", "grader.parsing.readings")


# ── Heavy libraries ─────────────────────────────────────────────────────────────────────────────


def at_import(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements that run when a module is imported: not those of functions, nor what only a type checker sees."""
    waiting: list[ast.stmt] = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
            continue
        for part in ("body", "orelse", "finalbody"):
            waiting += getattr(node, part, [])
        for handler in getattr(node, "handlers", []):
            waiting += handler.body


def heavy_imports(source: str) -> set[str]:
    found: set[str] = set()
    for node in at_import(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found & HEAVY


def test_no_module_outside_the_worker_imports_a_heavy_library_when_it_is_imported() -> None:
    found = {m: heavy_imports(p.read_text(encoding="utf-8")) for m, p in modules() if room_of(m) not in MAY_BE_HEAVY}
    assert {module: heavy for module, heavy in found.items() if heavy} == {}


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("import keras", True),
        ("from sklearn.manifold import TSNE", True),
        ("try:\n    import tensorflow as tf\nexcept ImportError:\n    tf = None", True),
        ("class A:\n    import keras", True),
        ("def f():\n    import keras", False),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import keras", False),
    ],
)
def test_a_heavy_import_is_told_from_a_deferred_one(source: str, caught: bool) -> None:
    assert bool(heavy_imports(source)) is caught


def test_help_imports_nothing_heavy_not_even_numpy() -> None:
    """What `grade --help` loads is what a student waits for."""
    script = (
        "import json, sys\n"
        "from grader.cli.main import run\n"
        "code = run(['--help'])\n"
        "print(json.dumps([code, sorted({m.split('.')[0] for m in sys.modules})]))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    code, loaded = json.loads(run.stdout.splitlines()[-1])
    assert code == 0
    assert sorted(set(loaded) & {*HEAVY, "numpy", "scipy", "h5py", "IPython", "nbformat"}) == []
