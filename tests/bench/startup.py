"""Start-up of the command line and the overhead of a warm worker.

Processor time where a process can be measured whole (it does not depend on what else the machine does), wall time
where waiting is the point. Each figure is the median of several runs.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.table import ROOT, Row, Settings, median, seconds

TRIVIAL = "import keras\nprint(keras.__version__)\n"
NOTEBOOK = (
    '{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": null,'
    ' "source": "import keras"}, {"cell_type": "code", "id": "b", "metadata": {}, "outputs": [],'
    ' "execution_count": null, "source": "print(1)"}], "metadata": {"kernelspec": {"name": "python3",'
    ' "display_name": "Python 3"}}, "nbformat": 4, "nbformat_minor": 5}'
)


def run(settings: Settings) -> list[Row]:
    runs = 3 if settings.quick else settings.runs
    solution = str(ROOT / "submissions" / "etudiant01")
    rows: list[Row] = [
        ("`grade --help`, processor time", seconds(cpu(["--help"], runs)), "≤ 0.30 s"),
        (
            "`grade exo1 --mode static`, processor time",
            seconds(cpu(["exo1", solution, "--mode", "static"], runs)),
            "≤ 1.00 s",
        ),
    ]
    for backend in ("bubblewrap", "process"):
        warm, script, notebook = overheads(backend, runs)
        rows += [
            (f"{backend}: warm start, once", seconds(warm), ""),
            (f"{backend}: a script that does nothing", seconds(script), "≤ 0.50 s"),
            (f"{backend}: a notebook of two cells", seconds(notebook), "≤ 1.20 s"),
        ]
    return rows


def cpu(arguments: list[str], runs: int) -> float:
    """Processor seconds of a whole `grade` process; the first run, which may compile bytecode, is not counted."""
    command = [sys.executable, "-m", "grader", *arguments]

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return median(once, runs)


def overheads(backend: str, runs: int) -> tuple[float, float, float]:
    """(warm start, script, notebook): wall seconds of `grade()` for submissions that do nothing."""
    from grader import catalog, sandbox
    from grader.datasets import needed_by
    from grader.domain import Submission
    from grader.grading import Options, grade, running_workbench
    from grader.sandbox.cores import core_count

    exercise = catalog.locate().find("exo1")
    chosen, _ = sandbox.choose(backend)
    options = Options(threads=core_count())
    with tempfile.TemporaryDirectory() as folder, running_workbench(chosen, needed_by([exercise], None)) as workbench:
        root = Path(folder)
        (root / "exo1.py").write_text(TRIVIAL, encoding="utf-8")
        (root / "exo1.ipynb").write_text(NOTEBOOK, encoding="utf-8")
        started = time.perf_counter()
        workbench.runner.wait_until_warm()
        warm = time.perf_counter() - started

        def once(name: str) -> Callable[[], float]:
            submission = Submission("x", "exo1", root, root / name, (Path(name),))

            def run() -> float:
                before = time.perf_counter()
                grade(exercise, submission, workbench, options)
                return time.perf_counter() - before

            return run

        return warm, median(once("exo1.py"), runs), median(once("exo1.ipynb"), runs)
