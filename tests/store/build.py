"""Records and submissions to file, as small as they can be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from grader.domain import Mode, Record, Status, Submission, Text, Verdict

ANSWER = "Parce que le coût est convexe."


def submission(student: str = "alice", exercise: str = "exo1", **changes: Any) -> Submission:
    root = Path("/nowhere") / student
    return Submission(student, exercise, root, root / f"{exercise}.py", (Path(f"{exercise}.py"),), **changes)


def verdict(id_: str, status: Status, points: float, most: float = 4.0) -> Verdict:
    return Verdict(id_, status, points, most, Text(id_, id_))


def record(student: str = "alice", exercise: str = "exo1", answer: str = ANSWER, **changes: Any) -> Record:
    """Accuracy failed (0 of 4), parameters passed (3 of 3), and an answer worth 2 that waits for a teacher."""
    verdicts = (
        verdict("accuracy", Status.FAILED, 0.0),
        verdict("parameters", Status.PASSED, 3.0, 3.0),
        verdict("answer.convexe", Status.REVIEW, 0.0, 2.0),
    )
    fields: dict[str, Any] = {
        "exercise": exercise,
        "title": Text(exercise, exercise),
        "student": student,
        "file": f"{exercise}.py",
        "mode": Mode.FULL,
        "seed": 0,
        "verdicts": verdicts,
        "dataset": None,
        "sandbox": {"backend": "bubblewrap", "level": "full"},
        "outcome": None,
        "exhibits": {"answers": {"convexe": answer}, "source": {"text": "x = 1", "file": "exo1.py", "cut": False}},
    }
    return Record(**{**fields, **changes})
