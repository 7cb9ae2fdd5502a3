"""One job per core with one thread each, against one job at a time with all cores: exo1 in full, exo3 by audit."""

from __future__ import annotations

import time
from pathlib import Path

from tests.bench.table import ROOT, Row, Settings, seconds


def run(settings: Settings) -> list[Row]:
    from grader.domain import Mode
    from grader.sandbox.cores import core_count

    rows: list[Row] = []
    for name, mode in (("exo1", Mode.FULL), ("exo3", Mode.AUDIT)):
        count = core_count() * (1 if settings.quick else 4)
        many = graded(name, mode, count, jobs=core_count(), threads=1)
        few = graded(name, mode, count, jobs=1, threads=core_count())
        what = f"{count} times {name} ({mode}), sandboxed"
        rows.append((f"{what}: {core_count()} jobs of 1 thread", seconds(many), ""))
        rows.append((f"{what}: 1 job of {core_count()} threads", f"{seconds(few)}, {few / many:.2f} times as long", ""))
    return rows


def graded(name: str, mode: object, count: int, jobs: int, threads: int) -> float:
    """Wall seconds with all workers warm."""
    from grader import catalog, sandbox
    from grader.batch import Task, all_by, workbenches
    from grader.datasets import needed_by
    from grader.domain import Mode, Submission
    from grader.grading import Options

    assert isinstance(mode, Mode)
    exercise = catalog.locate().find(name)
    root = ROOT / "reference" / name
    files = (Path("solution.py"), *(Path(p.name) for p in root.glob("*.keras")))
    chosen, _ = sandbox.choose("bubblewrap")
    with workbenches(chosen, needed_by([exercise], None), jobs, threads) as pool:
        tasks = [
            Task(exercise, Submission(f"x{n}", name, root, root / "solution.py", files), Options(mode, threads=threads))
            for n in range(count)
        ]
        pool.wait_until_warm()
        began = time.perf_counter()
        records = [record for _, record in all_by(pool, tasks)]
        took = time.perf_counter() - began
    lost = [record for record in records if record is None or record.score != record.max_score]
    if lost:
        raise RuntimeError(f"{name}: {len(lost)} solutions lost marks")
    return took
