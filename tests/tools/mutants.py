"""Which small changes of the code no test notices: `python -m tests.tools.mutants --sample 30 --seed 1`.

Draws places from the rooms that decide marks, changes each by one step (`tests.tools.mutations`), runs the quick tests
that belong to the file, and prints the changes that survived: `file:line | before -> after`. Each needs a test, or an
entry in `tests.tools.equivalent` that says why it changes nothing: such a change is printed apart, and not run.

    --sample N        how many places; 0 takes them all
    --seed S          which ones; the same seed draws the same places of the same code
    --only PATH       only files whose path begins with this, such as `grader/checks`
    --jobs N          how many at a time
    --list            only names them, without running anything

Written here because the libraries do something else: mutmut changes functions only, not the thresholds above them;
cosmic-ray changes the checkout itself, and draws no sample.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from xml.etree import ElementTree

from tests.tools.equivalent import EQUIVALENT
from tests.tools.mutations import Mutation, mutations

ROOT = Path(__file__).parents[2]
ROOMS = ("checks", "analysis", "measurements", "evaluator", "language")
PARTS = ("grader", "tests", "assignments", "reference", "submissions", "pyproject.toml", "README.md")
PYTEST = ("-m", "pytest", "-x", "-q", "-n0", "-p", "no:cacheprovider")
MIN_SECONDS = 30.0
NEAR = 2  # imports from a test elsewhere to the module
RUNS_PROGRAMS = re.compile(
    r"\bgrader\.(?:grading|batch|cli|api|sandbox)\b|\bgrade_source\b|\b(?:walled_)?workbench\b|\barena\b"
)
SLOWER = 4.0  # than its tests on unchanged code: then a mutant runs in a circle
Graph = dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Mutant:
    path: str  # below the root
    mutation: Mutation

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what tells it in `EQUIVALENT`, whatever lines come before it."""
        return self.path, self.mutation.before, self.mutation.after

    def __str__(self) -> str:
        return f"{self.path}:{self.mutation.line} | {self.mutation.before} -> {self.mutation.after}"


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    drawn = sample(ROOT, options.sample, options.seed, options.only)
    if options.list:
        print(*drawn, sep="\n")
        return 0
    equivalent = {mutant: reason for mutant in drawn if (reason := EQUIVALENT.get(mutant.key))}
    changed = [mutant for mutant in drawn if mutant not in equivalent]
    chosen = tests_of(ROOT, {mutant.path for mutant in changed})
    with Copies(ROOT, options.jobs) as copies:
        seconds = copies.seconds(sorted({test for tests in chosen.values() for test in tests}))
        survivors = 0
        for survivor in survivors_of(copies, changed, chosen, seconds):
            print(survivor, flush=True)
            survivors += 1
    for mutant, reason in equivalent.items():
        print(f"equivalent: {mutant}: {reason}")
    print(f"killed {len(changed) - survivors} of {len(changed)}, and {len(equivalent)} change nothing")
    return 1 if survivors else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    assert __doc__
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="grader/")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--list", action="store_true")
    return parser.parse_args(arguments)


# ── Places ──────────────────────────────────────────────────────────────────────────────────────


def files(root: Path, only: str = "") -> list[str]:
    """Return the paths, below `root`, of the modules that may be changed."""
    found = (path for room in ROOMS for path in sorted((root / "grader" / room).rglob("*.py")))
    return [name for path in found if (name := path.relative_to(root).as_posix()).startswith(only)]


def sample(root: Path, wanted: int, seed: int, only: str = "") -> list[Mutant]:
    """Draw `wanted` places (0: all), and one change for each, in the order of the files."""
    places: dict[tuple[str, int, int], list[Mutant]] = {}
    for one in every(root, only):
        places.setdefault((one.path, one.mutation.start, one.mutation.end), []).append(one)
    dice = random.Random(seed)
    drawn = sorted(dice.sample(sorted(places), min(wanted or len(places), len(places))))
    return [dice.choice(places[place]) for place in drawn]


def every(root: Path, only: str = "") -> Iterator[Mutant]:
    """Yield all changes of the modules whose path begins with `only`."""
    for path in files(root, only):
        for one in mutations((root / path).read_text(encoding="utf-8")):
            yield Mutant(path, one)


# ── Which tests belong to a file ────────────────────────────────────────────────────────────────


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


# ── Running ─────────────────────────────────────────────────────────────────────────────────────


class Copies:
    """Copies of the tree, one for each job: what is changed is never the checkout."""

    def __init__(self, root: Path, jobs: int) -> None:
        self.jobs = jobs
        self._root = root
        self._free: SimpleQueue[Path] = SimpleQueue()
        self._folder = Path(tempfile.mkdtemp(prefix="mutants-"))
        self._moments = count(1)

    def __enter__(self) -> Copies:
        skipped = shutil.ignore_patterns("__pycache__", ".git")
        for number in range(self.jobs):
            copy = self._folder / str(number)
            copy.mkdir()
            for name in PARTS:
                part = self._root / name
                if part.is_dir():
                    shutil.copytree(part, copy / name, ignore=skipped, symlinks=True)
                elif part.exists():
                    shutil.copy2(part, copy / name)
            self._free.put(copy)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def one(self) -> Iterator[Path]:
        copy = self._free.get()
        try:
            yield copy
        finally:
            self._free.put(copy)

    def seconds(self, tests: Sequence[str]) -> dict[str, float]:
        """Run test files on unchanged code and return how long each took; `""`: what starting and importing took.

        Exit where they do not pass.
        """
        report = self._folder / "seconds.xml"
        began = time.monotonic()
        with self.one() as copy:
            if not passes(copy, (*tests, f"--junitxml={report}"), 3600):
                sys.exit(f"These tests do not pass on the code as it is: {' '.join(tests)}")
        everything = time.monotonic() - began
        found = dict.fromkeys(tests, 0.0)
        for case in ElementTree.parse(report).iter("testcase"):
            found[f"{case.attrib['classname'].replace('.', '/')}.py"] += float(case.attrib["time"])
        return {**found, "": everything - sum(found.values())}

    def survives(self, mutant: Mutant, tests: Sequence[str], limit: float) -> bool:
        with self.one() as copy:
            path = copy / mutant.path
            source = path.read_bytes()
            try:
                self._write(path, mutant.mutation.applied(source))
                return passes(copy, tests, limit)
            finally:
                self._write(path, source)

    def _write(self, path: Path, content: bytes) -> None:
        """Bytecode is told by its source's size and second: each version gets a second of its own."""
        path.write_bytes(content)
        moment = 1_000_000_000 + next(self._moments)
        os.utime(path, (moment, moment))


def survivors_of(
    copies: Copies, drawn: Sequence[Mutant], tests: dict[str, tuple[str, ...]], seconds: dict[str, float]
) -> Iterator[Mutant]:
    """Yield the mutants that no test noticed, in the order given. A file without tests keeps all of its mutants."""

    def noticed(mutant: Mutant) -> bool:
        asked = tests[mutant.path]
        limit = max(MIN_SECONDS, SLOWER * (seconds[""] + sum(seconds[test] for test in asked)))
        return bool(asked) and not copies.survives(mutant, asked, limit)

    with ThreadPoolExecutor(copies.jobs) as pool:
        for mutant, is_killed in zip(drawn, pool.map(noticed, drawn), strict=True):
            if not is_killed:
                yield mutant


def passes(copy: Path, tests: Sequence[str], seconds: float) -> bool:
    """Whether these tests pass within the time; whatever they started is ended with them."""
    settings = {**os.environ, "PYTHONPATH": str(copy)}
    run = subprocess.Popen(
        [sys.executable, *PYTEST, *tests],
        cwd=copy,
        env=settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return run.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()


if __name__ == "__main__":
    sys.exit(main())
