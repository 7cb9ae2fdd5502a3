"""Behind the walls: the job that unpacks an archive; each refused entry is an event.

Fields: `folder`, where `archive` lies and `files` is made; `bounds`. Events: {"name", "why"}, then {"done": true}.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.intake.archives import unpack
from grader.intake.entries import Bounds
from grader.parsing.telling import tell


def run(fields: Mapping[str, Any], events: int) -> int:
    """Entry point, called by name in the forked process; returns the exit code."""
    folder = Path(fields["folder"])
    for refusal in unpack(folder / "archive", folder / "files", Bounds(**fields["bounds"])):
        tell(events, {"name": refusal.name, "why": refusal.why.value})
    tell(events, {"done": True})
    return 0
