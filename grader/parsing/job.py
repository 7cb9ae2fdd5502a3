"""Behind the walls: one request after the other, each with a clock of its own; answers are JSON lines.

Fields: `folder`, where `asked.json` lists [number, kind, fields] of every request, and a subfolder holds each one's files.
Lines: {"of": number of the request, …}; the last one of each is {"of": …, "done": true}.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from grader.errors import UnreadableSubmission
from grader.parsing import arrays, cells, readings, within
from grader.parsing.telling import tell

ASKED = "asked.json"
SECONDS = 10.0  # of processor time for one request; nothing that was met takes one

KINDS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Mapping[str, Any]]]] = {
    module.KIND: module.told for module in (readings, within, arrays, cells)
}


def run(fields: Mapping[str, Any], events: int) -> int:
    """Entry point, called by name in the forked process; returns the exit code."""
    asked = json.loads((Path(fields["folder"]) / ASKED).read_text(encoding="utf-8"))
    for number, kind, about in asked:
        signal.setitimer(signal.ITIMER_PROF, SECONDS)  # SIGPROF ends the process
        for line in _lines(kind, about):
            tell(events, {"of": number, **line})
    return 0


def _lines(kind: str, about: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    try:
        yield from KINDS[kind](about)
    except UnreadableSubmission as problem:
        yield {"unreadable": asdict(problem.text)}
    except MemoryError:
        yield {"beyond": "memory"}
    except Exception as problem:  # a fault of the reader's own: the next request goes on
        yield {"broke": f"{type(problem).__name__}: {problem}"[:500]}
    yield {"done": True}
