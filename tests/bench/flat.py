"""`grade batch` on 10, 100 and 1000 submissions that do next to nothing: the cost of each, and the command's memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.bench.table import ROOT, Row, Settings, seconds

EVERY_SECONDS = 0.1


def run(settings: Settings) -> list[Row]:
    rows: list[Row] = []
    batch(2)  # the stand-in is made, which happens once on a machine
    before: tuple[int, float] | None = None
    for count in (10, 40) if settings.quick else (10, 100, 1000):
        wall, memory = batch(count)
        each = f"{seconds(wall)} in all, {1000 * wall / count:.0f} ms each"
        if before is not None:
            each += f", {1000 * (wall - before[1]) / (count - before[0]):.0f} ms for each further one"
        rows.append((f"{count} trivial submissions, sandboxed, 2 at a time", each, "flat"))
        rows.append((f"memory of `grade batch` at {count}", f"{memory >> 20} MiB", "≤ 300 MiB"))
        before = count, wall
    return rows


def batch(count: int) -> tuple[float, int]:
    """(wall seconds, bytes): the most memory that the command itself held, its workers apart."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "class")
        for number in range(count):
            student = root / f"student{number:04d}"
            student.mkdir(parents=True)
            (student / "exo1.py").write_text(f"import keras\nprint({number})\n", encoding="utf-8")
        command = [sys.executable, "-m", "grader", "batch", str(root), "--out", str(Path(folder, "out")), "--jobs", "2"]
        began = time.perf_counter()
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            most = 0
            while process.poll() is None:
                most = max(most, _memory(process.pid))
                time.sleep(EVERY_SECONDS)
            wall = time.perf_counter() - began
            told = process.stderr.read().decode(errors="replace") if process.stderr else ""
        records = list(Path(folder, "out").rglob("*.exo1.json"))
        if len(records) != count:
            raise RuntimeError(f"{len(records)} of {count} records\n{told[-2000:]}")
    return wall, most


def _memory(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
