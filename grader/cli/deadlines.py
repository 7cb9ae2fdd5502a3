"""`--deadline`, `--late` and the tables beside them: when work was due, and when it came."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from grader.batch import Dates
from grader.domain import Text
from grader.errors import UsageError
from grader.messages import plain, say
from grader.store import Deadline, LatePolicy, parse_duration, parse_moment, parse_policy
from grader.store.calendar import ALL

NONE = "none"
MAX_BYTES = 4 << 20


def parse_dates(
    deadline: str | None, late: str | None, grace: str | None, extensions: Path | None, received: Path | None
) -> Dates:
    """Return the dates that the options name. Raises UsageError for what cannot be read."""
    if deadline is None and (late is not None or grace is not None):
        raise UsageError(say("--late and --grace say what happens after a --deadline: name one."))
    lifted = deadline is not None and deadline.strip().lower() == NONE
    due = None
    if deadline is not None and not lifted:
        policy = parse_policy(late) if late else LatePolicy()
        due = Deadline(parse_moment(deadline, end_of_day=True), policy, parse_duration(grace) if grace else 0.0)
    return Dates(
        due,
        lifted,
        _table(extensions, "deadline", lambda text: parse_moment(text, end_of_day=True)),
        _table(received, "received", parse_moment),
    )


def _table(
    path: Path | None, column: str, read: Callable[[str], datetime]
) -> tuple[tuple[str, str, datetime], ...] | None:
    return tuple(_rows(path, column, read)) if path is not None else None


def _rows(path: Path, column: str, read: Callable[[str], datetime]) -> Iterator[tuple[str, str, datetime]]:
    """Yield (student, exercise or `ALL`, moment) of a CSV with a header, separated by commas, semicolons or tabs."""
    try:
        text = path.read_bytes()[:MAX_BYTES].decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise _unreadable(path, plain(problem)) from None
    text = "\n".join(text.splitlines())  # those of old Macs too
    separator = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.DictReader(io.StringIO(text), delimiter=separator, skipinitialspace=True, strict=True)
    try:
        yield from _moments(path, rows, separator, column, read)
    except csv.Error as problem:
        reason = say("line {line}: {problem}", line=rows.line_num, problem=str(problem))
        raise _unreadable(path, reason) from None


def _moments(
    path: Path, rows: csv.DictReader[str], separator: str, column: str, read: Callable[[str], datetime]
) -> Iterator[tuple[str, str, datetime]]:
    names = {(name or "").strip().casefold(): name for name in rows.fieldnames or ()}
    if not {"student", column} <= names.keys():
        wanted = separator.join(("student", column))
        raise _unreadable(path, say("its first line must be “{wanted}”", wanted=wanted))
    for row in rows:
        student, moment = (row.get(names["student"]) or "").strip(), (row.get(names[column]) or "").strip()
        if student and moment:
            exercise = (row.get(names["exercise"]) or "").strip() if "exercise" in names else ALL
            yield student, exercise, read(moment)


def _unreadable(path: Path, reason: Text) -> UsageError:
    return UsageError(say("{path} cannot be read: {reason}.", path=path, reason=reason))
