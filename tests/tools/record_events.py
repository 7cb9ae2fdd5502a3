"""Keeps what the recorder tells of each reference solution: `python -m tests.tools.record_events [EXERCISE …]`.

The lines, by exercise, are the seeds of the tests that forge and truncate evidence (`tests/attacks/events/`): a forger
begins with what an honest program tells. Live progress is left out, and so are all but the first lines of a kind of which
there are many.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from unittest.mock import patch

from grader import catalog
from grader.datasets import needed_by
from grader.domain import Mode, Submission
from grader.evidence import Reader
from grader.grading import Options, grade, running_workbench
from grader.sandbox.process import Process

EVENTS = Path(__file__).parents[1] / "attacks" / "events"
OF_A_KIND = 40


def lines_of(exercise_id: str) -> list[str]:
    known = catalog.locate()
    exercise = known.find(exercise_id)
    assert known.reference is not None
    solution = known.reference / exercise_id / "solution.py"
    lines: list[bytes] = []
    feed = Reader.feed

    def kept(reader: Reader, line: bytes) -> object:
        lines.append(line)
        return feed(reader, line)

    data = needed_by([exercise], None)
    files = tuple(Path(p.name) for p in solution.parent.iterdir() if p.suffix in (".py", ".keras", ".h5"))
    submission = Submission("reference", exercise_id, solution.parent, solution, files)
    with patch.object(Reader, "feed", kept), running_workbench(Process(), data) as workbench:
        grade(exercise, submission, workbench, Options(Mode.AUDIT, 0))
    often: Counter[str] = Counter()
    found = []
    for line in lines:
        event = json.loads(line)
        often[event["event"]] += 1
        if event["event"] != "batch" and often[event["event"]] <= OF_A_KIND:
            found.append(json.dumps(event))
    return found


def main() -> None:
    EVENTS.mkdir(exist_ok=True)
    for id_ in sys.argv[1:] or catalog.locate().ids():
        lines = lines_of(id_)
        (EVENTS / f"{id_}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{id_}: {len(lines)} lines")


if __name__ == "__main__":
    main()
