"""The grader from Python. The command line is one caller of it.

A program is graded by `grade`, a class by `grade_batch`, and its records are judged again by `rejudge`; `verify` proves
the exercises; `override` decides a verdict by hand. Each returns or yields `Record`s, the only thing that reports are
made from. `compare` returns which programs of a class are alike. Each is imported when it is first asked for: who grades
one program waits for nothing that a class needs.

>>> import tempfile
>>> from pathlib import Path
>>> from grader import api
>>> from grader.domain import Mode
>>> with tempfile.TemporaryDirectory() as folder:
...     program = Path(folder) / "exo1.py"
...     _ = program.write_text('REPONSES = {"parametres": "7850", "convexe": "oui", "minimum_global": "oui"}')
...     record = api.grade(program, "exo1", mode=Mode.STATIC, sandbox="process")
>>> record.score, record.max_score
(5.0, 20.0)
>>> [verdict.id for verdict in record.verdicts if verdict.points == verdict.max_points]
['answer.parametres', 'answer.convexe', 'answer.minimum_global']

Errors are `GraderError`s with a sentence in both languages: a `UsageError` is the caller's (an unknown exercise, nothing
to grade, a file that cannot be read), a `Breakdown` the grader's or the machine's. What a student's program does wrong is
no error but a verdict, and a submission on which the grader fails has a record of its own that says so (`record.broken`).

The exercises are those of the folder that `GRADE_EXERCISES` names, else of the clone or the installed package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.deferred import deferred

if TYPE_CHECKING:
    from grader.api.classes import compare, grade_batch, override, rejudge
    from grader.api.exercises import verify
    from grader.api.submission import grade
    from grader.batch import BatchOptions, Dates, SessionEvent, SessionListener
    from grader.grading import Listener
    from grader.similarity import ComparedClass
    from grader.verify import Proof

__all__ = [
    "BatchOptions",
    "ComparedClass",
    "Dates",
    "Listener",
    "Proof",
    "SessionEvent",
    "SessionListener",
    "compare",
    "grade",
    "grade_batch",
    "override",
    "rejudge",
    "verify",
]

_HOMES = {
    "grader.api.classes": ("compare", "grade_batch", "override", "rejudge"),
    "grader.api.exercises": ("verify",),
    "grader.api.submission": ("grade",),
    "grader.batch": ("BatchOptions", "Dates", "SessionEvent", "SessionListener"),
    "grader.grading": ("Listener",),
    "grader.similarity": ("ComparedClass",),
    "grader.verify": ("Proof",),
}


__getattr__ = deferred(__name__, _HOMES)
