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
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from xml.etree import ElementTree

from tests.tools.equivalent import EQUIVALENT
from tests.tools.mutations import Mutation, mutations
from tests.tools.nearest import files, tests_of

ROOT = Path(__file__).parents[2]
PARTS = ("grader", "tests", "assignments", "reference", "submissions", "pyproject.toml", "README.md")
PYTEST = ("-m", "pytest", "-x", "-q", "-n0", "-p", "no:cacheprovider")
MIN_SECONDS = 30.0
SLOWER = 4.0  # than on unchanged code: then a mutant runs in a circle


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
        times = copies.times(sorted({test for tests in chosen.values() for test in tests}))
        survivors = 0
        for survivor in survivors_of(copies, changed, chosen, times):
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


# ── Running ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds that tests took on unchanged code: to start and import, of each file, and of the slowest test."""

    start: float
    files: Mapping[str, float]
    slowest: float

    @property
    def one_test(self) -> float:
        """The seconds that a mutant may take for one test."""
        return max(MIN_SECONDS, SLOWER * self.slowest)

    def all_of(self, tests: Sequence[str]) -> float:
        """Return the seconds that a mutant may take for these files."""
        return max(MIN_SECONDS, SLOWER * (self.start + sum(self.files[test] for test in tests)))


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

    def times(self, tests: Sequence[str]) -> Times:
        """Run test files on unchanged code and return how long they took. Exit where they do not pass."""
        report = self._folder / "seconds.xml"
        began = time.monotonic()
        with self.one() as copy:
            if not passes(copy, (*tests, f"--junitxml={report}"), 3600):
                sys.exit(f"These tests do not pass on the code as it is: {' '.join(tests)}")
        everything = time.monotonic() - began
        found, slowest = dict.fromkeys(tests, 0.0), 0.0
        for case in ElementTree.parse(report).iter("testcase"):
            seconds = float(case.attrib["time"])
            found[f"{case.attrib['classname'].replace('.', '/')}.py"] += seconds
            slowest = max(slowest, seconds)
        return Times(everything - sum(found.values()), found, slowest)

    def survives(self, mutant: Mutant, tests: Sequence[str], times: Times) -> bool:
        with self.one() as copy:
            path = copy / mutant.path
            source = path.read_bytes()
            try:
                self._write(path, mutant.mutation.applied(source))
                return passes(copy, (*tests, *_each_within(times.one_test)), times.all_of(tests))
            finally:
                self._write(path, source)

    def _write(self, path: Path, content: bytes) -> None:
        """Bytecode is told by its source's size and second: each version gets a second of its own."""
        path.write_bytes(content)
        moment = 1_000_000_000 + next(self._moments)
        os.utime(path, (moment, moment))


def survivors_of(
    copies: Copies, drawn: Sequence[Mutant], tests: dict[str, tuple[str, ...]], times: Times
) -> Iterator[Mutant]:
    """Yield the mutants that no test noticed, in the order given. A file without tests keeps all of its mutants."""

    def noticed(mutant: Mutant) -> bool:
        return bool(tests[mutant.path]) and not copies.survives(mutant, tests[mutant.path], times)

    with ThreadPoolExecutor(copies.jobs) as pool:
        for mutant, is_killed in zip(drawn, pool.map(noticed, drawn), strict=True):
            if not is_killed:
                yield mutant


def _each_within(seconds: float) -> tuple[str, ...]:
    """Options that end the run where one test takes longer, also in compiled code."""
    return "-o", f"faulthandler_timeout={seconds:.0f}", "-o", "faulthandler_exit_on_timeout=true"


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
