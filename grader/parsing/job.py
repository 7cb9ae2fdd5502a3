"""Inside the sandbox: the job that answers requests one after the other, each with a clock of its own.

Fields: `folder`, where `REQUESTS` lists the number, kind, folder and fields of every request.
Events: JSON lines {"of": number of the request, …}; the last one of each is {"of": …, "done": true}.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from grader.domain import JobFields, Json
from grader.errors import UnreadableSubmission
from grader.parsing import arrays, cells, detect_exercises, readings
from grader.parsing.response import write_line

REQUESTS = "requests.json"
SECONDS = 10.0  # of processor time for one request; nothing that was met takes one

Responder = Callable[[Path, JobFields], Iterator[Mapping[str, Json]]]
RESPONDERS: Mapping[str, Responder] = {
    module.KIND: module.respond for module in (readings, detect_exercises, arrays, cells)
}


def run(fields: Mapping[str, Json], events: int) -> int:
    """Entry point, called by name in the forked process; return the exit code."""
    listed: list[Mapping[str, Json]] = json.loads(
        (JobFields(fields).path("folder") / REQUESTS).read_text(encoding="utf-8")
    )
    for request in map(JobFields, listed):
        number = request.whole("number")
        signal.setitimer(signal.ITIMER_PROF, SECONDS)  # SIGPROF ends the process
        for line in _response(request):
            write_line(events, {"of": number, **line})
    return 0


def _response(request: JobFields) -> Iterator[Mapping[str, Json]]:
    try:
        yield from RESPONDERS[request.text("kind")](request.path("folder"), request.part("fields"))
    except UnreadableSubmission as problem:
        yield {"unreadable": asdict(problem.text)}
    except MemoryError:
        yield {"limit": "memory"}
    except Exception as problem:  # a fault of the reader's own: the next request goes on
        yield {"broke": f"{type(problem).__name__}: {problem}"[:500]}
    yield {"done": True}
