"""exo3 by `audit`, weights handed in, against its full training; sandboxed, the worker being warm."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench.table import ROOT, Row, Settings, median, seconds

EPOCHS = 10


def run(settings: Settings) -> list[Row]:
    from grader import catalog, sandbox
    from grader.datasets import needed_by
    from grader.domain import Mode, Submission
    from grader.grading import Options, grade, running_workbench
    from grader.sandbox.cores import core_count

    exercise = catalog.locate().find("exo3")
    chosen, _ = sandbox.choose("bubblewrap")
    with (
        tempfile.TemporaryDirectory() as folder,
        running_workbench(chosen, needed_by([exercise], None), threads=core_count()) as workbench,
    ):
        workbench.runner.wait_until_warm()
        workbench.evaluator.wait_until_warm()

        def graded(mode: Mode, epochs: int) -> float:
            root = _hand_in(Path(folder), epochs)
            files = (Path("exo3.py"), Path("exo3.keras"))
            submission = Submission("x", "exo3", root, root / "exo3.py", files)
            record = grade(exercise, submission, workbench, Options(mode, threads=core_count()))
            if mode is Mode.AUDIT and record.score != record.max_score:
                raise RuntimeError(f"the solution got {record.score}")
            return sum(record.phases.values())

        audit = median(lambda: graded(Mode.AUDIT, EPOCHS), 2 if settings.quick else 5)
        if settings.quick:
            full, how = audit + EPOCHS * (graded(Mode.FULL, 1) - audit), ", extrapolated from 1 epoch"
        else:
            full, how = graded(Mode.FULL, EPOCHS), ""
    return [
        ("exo3 by `audit`, sandboxed, both workers warm", seconds(audit), "≤ 10 s"),
        (f"exo3 in full, {EPOCHS} epochs{how}", f"{seconds(full)}, {full / audit:.0f} times as long", "≥ 30 times"),
    ]


def _hand_in(folder: Path, epochs: int) -> Path:
    reference = ROOT / "reference" / "exo3"
    source = (reference / "solution.py").read_text(encoding="utf-8")
    changed = source.replace(f"EPOQUES = {EPOCHS}", f"EPOQUES = {epochs}")
    assert epochs == EPOCHS or changed != source
    root = folder / str(epochs)
    root.mkdir(exist_ok=True)
    (root / "exo3.py").write_text(changed, encoding="utf-8")
    (root / "exo3.keras").write_bytes((reference / "exo3.keras").read_bytes())
    return root
