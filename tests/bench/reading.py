"""Reading what is hard to read: files of 5 MB, each nasty in its own way, and a class of 300 compared with one another."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from grader import catalog
from grader.domain import Submission
from grader.intake.exercise_names import Naming
from grader.parsing.job import SECONDS
from grader.reading import read
from grader.similarity import compare
from grader.similarity.documents import Background, of_text
from tests.bench.table import ROOT, Row, Settings, median, seconds
from tests.reading.nasty import NASTY, NOTEBOOKS, large_notebook


def run(settings: Settings) -> list[Row]:
    runs = 1 if settings.quick else 3
    files = {kind: ("exo1.py", text) for kind, text in NASTY.items()}
    files |= {f"a notebook: {kind}": ("exo1.ipynb", large_notebook(kind)) for kind in NOTEBOOKS}
    taken = {kind: of_file(name, text, runs) for kind, (name, text) in files.items()}
    slowest = max(taken, key=taken.__getitem__)
    return [
        (
            f"{len(files)} nasty files of 5 MB, the slowest to read ({slowest}), processor time",
            seconds(taken[slowest]),
            f"≤ 1 s; {SECONDS:.0f} s is what one may take",
        ),
        ("300 programs of 60 lines compared, processor time", seconds(of_class(300, runs)), ""),
    ]


def of_file(name: str, text: str, runs: int) -> float:
    naming = Naming(catalog.locate().ids())
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / name).write_text(text, encoding="utf-8")
        submission = Submission("x", "exo1", root, root / name, (Path(name),))
        return cpu(lambda: read(submission, ("parametres", "convexe"), naming), runs)


def of_class(count: int, runs: int) -> float:
    chance = random.Random(0)
    lines = [
        line
        for path in sorted((ROOT / "submissions").rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line and line[0] != " "
    ]
    texts = ["\n".join(chance.sample(lines, 60)) for _ in range(count)]
    background = Background().hashes
    return cpu(lambda: compare([of_text(f"{n}", text) for n, text in enumerate(texts)], background), runs)


def cpu(work: Callable[[], object], runs: int) -> float:
    def once() -> float:
        before = time.process_time()
        work()
        return time.process_time() - before

    return median(once, runs)
