"""The job that unpacks an archive behind the walls; each refused entry is an event.

Fields: `folder`, where `archive` lies and `files` is made; `bounds`. Events: {"name", "why"}, then {"done": true}.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.intake.archives import unpack
from grader.intake.entries import Bounds


def run(fields: Mapping[str, Any], events: int) -> int:
    """Entry point, called by name in the forked process; returns the exit code."""
    folder = Path(fields["folder"])
    for refusal in unpack(folder / "archive", folder / "files", Bounds(**fields["bounds"])):
        _tell(events, {"name": refusal.name, "why": refusal.why.value})
    _tell(events, {"done": True})
    return 0


def _tell(events: int, what: Mapping[str, object]) -> None:
    data = json.dumps(what).encode() + b"\n"
    while data:
        data = data[os.write(events, data) :]
