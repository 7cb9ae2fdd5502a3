"""A submission's job for the attacks, without Keras: the same worker, sandbox and evidence, a recorder of one word.

The program calls `travail()` where an honest one would train: what it did before it turned hostile must still count.
"""

from __future__ import annotations

import builtins
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.evidence import EventWriter


def run(fields: Mapping[str, Any], events: int) -> int:
    work = Path(fields["work"])
    os.chdir(work)
    writer = EventWriter(events, Path(fields["out"]))
    writer.write("hello", versions={"python": sys.version.split()[0]})
    builtins.travail = lambda: writer.write("value", name="travail", value=1.0)  # type: ignore[attr-defined]
    names: dict[str, Any] = {"__name__": "__main__", "__file__": str(work / fields["main"])}
    try:
        exec(compile((work / fields["main"]).read_bytes(), fields["main"], "exec", dont_inherit=True), names)
    except SystemExit as problem:
        code = problem.code if isinstance(problem.code, int) else int(problem.code is not None)
    except BaseException as problem:
        traceback.print_exc()
        writer.write("failure", type=type(problem).__name__, message=str(problem)[:2000], frames=[])
        return 1
    else:
        code = 0
    if code == 0:
        writer.write("finished")
    return code
