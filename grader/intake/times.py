"""When works came in, where the class's layout says so: the times in a Moodle archive, nbgrader's files of times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from grader.domain import Text
from grader.intake.found import Found
from grader.intake.layout import SUBMITTED
from grader.intake.listing import Entry, head
from grader.intake.lms import ID, SYSTEM, Owner, received_from
from grader.intake.owners import Work
from grader.messages import say

STAMP = "timestamp.txt"
PACKED_AT_ONCE = 120.0  # seconds: times as close as that in a whole export are those of its making


def note(clock: dict[tuple[str, str], float], work: Work, entry: Entry) -> None:
    """Keep in `clock`, by owner, the newest time that a Moodle export gives to a file of theirs."""
    if work.owner is not None and _is_moodle_s(work.owner) and entry.kind == "file":
        clock[work.owner.key] = max(clock.get(work.owner.key, 0.0), entry.modified)


def timed(found: Sequence[Found], clock: Mapping[tuple[str, str], float]) -> list[Found]:
    """Return the files with when each student of a Moodle archive handed in: the newest of the times that the archive keeps.

    Other systems write the time of the download there, and so may Moodle: where all times of the export lie close
    together, they say nothing.
    """
    if not clock or max(clock.values()) - min(clock.values()) < PACKED_AT_ONCE:
        return list(found)
    times = {key: datetime.fromtimestamp(at, UTC).astimezone().isoformat() for key, at in clock.items()}
    return [replace(f, received=times[f.owner.key]) if f.owner and f.owner.key in times else f for f in found]


def _is_moodle_s(owner: Owner) -> bool:
    return owner.identity.get(SYSTEM) == "moodle" and ID in owner.identity


def stamps(found: Sequence[Found]) -> Mapping[tuple[tuple[str, str], str], Path]:
    """Return the files that nbgrader leaves in each assignment of each student: `<student>/<assignment>/timestamp.txt`, by
    student and assignment; none from an archive, which students pack."""
    return {
        (f.owner.key, f.parts[0]): f.entry.path
        for f in found
        if f.owner is not None
        and f.entry.kind == "file"
        and f.parts[1:] == (STAMP,)
        and f.shown.parent.name == f.parts[0]
    }


def stamped(found: Sequence[Found]) -> list[Found]:
    """Return the files with when each student of nbgrader handed in each assignment, and which assignment it is."""
    times = {key: received_from(head(path, 200).decode("utf-8", "replace")) for key, path in stamps(found).items()}
    placed = []
    for one in found:
        if one.owner is not None and len(one.parts) > 1:
            owner = replace(one.owner, identity={**one.owner.identity, "assignment": one.parts[0]})
            one = replace(one, owner=owner, received=times.get((owner.key, one.parts[0]), ""))  # noqa: PLW2901
        if one.parts[1:] != (STAMP,):
            placed.append(one)
    return placed


def unbelieved() -> Text:
    """Return the warning for files of times outside of nbgrader's own tree."""
    return say(
        "There are files {stamp}, but this is no tree of nbgrader's: the times in them are not believed. If it is one, "
        "its students' folders belong into a folder called {submitted}.",
        stamp=STAMP,
        submitted=SUBMITTED,
    )
