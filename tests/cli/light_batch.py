"""`grade …` as a process of its own, whose gradings are light: `python -m tests.cli.light_batch LOG SECONDS batch …`.

Everything is real but the running of a student's program: instead, the student's name is written to LOG, SECONDS pass, and
the run is kept as any other.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from grader.batch import pool
from grader.cli.main import main
from grader.domain import Mode, Outcome, Reading, Record, Status, Submission, Text, Verdict
from grader.grading import Options
from grader.grading.run_cache import CacheEntry
from grader.parsing import Read


class NoWorkbench:
    """Stands where a workbench with a warm worker would."""

    def __init__(self, sandbox: Any, data: Any, **_: Any) -> None:
        self.sandbox, self.data, self.runner = sandbox, data, None

    def __enter__(self) -> NoWorkbench:
        return self

    def __exit__(self, *_: object) -> None: ...

    def stop(self) -> None: ...


def light(log: Path, seconds: float) -> None:
    def grade(exercise: Any, submission: Submission, workbench: Any, options: Options, listener: Any) -> Record:
        entry = CacheEntry(submission, exercise, workbench, options)
        if entry.kept() is None:
            with log.open("a") as file:
                file.write(f"{submission.student}\n")
            time.sleep(seconds)
        verdicts = (Verdict("runs", Status.PASSED, 1.0, 1.0, Text("r", "r")),)
        entry.keep(None, {}, Read(submission), Reading())
        sandbox = {"backend": workbench.sandbox.name, "level": workbench.sandbox.level.value}
        outcome = Outcome("ok", seconds)
        return Record(
            exercise.id, exercise.title, submission.student, "exo1.py", Mode.FULL, 0, verdicts, None, sandbox, outcome
        )

    pool.running_workbench = NoWorkbench  # type: ignore[assignment,misc]
    pool.grade = grade  # type: ignore[assignment]


if __name__ == "__main__":
    light(Path(sys.argv[1]), float(sys.argv[2]))
    os.environ.setdefault("GRADE_LANG", "en")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in a shell's background
    main(sys.argv[3:])
