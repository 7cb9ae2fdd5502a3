"""Exit codes, a documented property of the result.

0  full marks, or only a teacher's review is left
1  marks were lost (for `verify`: an exercise did not prove itself)
2  bad usage, or nothing to grade
3  the grader or the sandbox failed for at least one submission
130  interrupted by Ctrl-C
143  ended by SIGTERM, 129 by SIGHUP: in order, as by Ctrl-C
"""

from __future__ import annotations

from collections.abc import Iterable

from grader.domain import Record, Status
from grader.errors import Breakdown, GraderError

FULL_MARKS = 0
MARKS_LOST = 1
USAGE = 2
BROKEN = 3
INTERRUPTED = 130
SIGNALLED = 128  # and the number of the signal


def of_records(records: Iterable[Record]) -> int:
    """Return the exit code of a grading."""
    records = list(records)
    if any(record.broken for record in records):
        return BROKEN
    lost = any(v.points < v.max_points and v.status is not Status.REVIEW for r in records for v in r.verdicts)
    return MARKS_LOST if lost else FULL_MARKS


def of_error(error: GraderError) -> int:
    """Return the exit code of what ended a command."""
    return BROKEN if isinstance(error, Breakdown) else USAGE
