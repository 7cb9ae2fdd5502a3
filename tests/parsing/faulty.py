"""A parsing job that breaks as its program's first line tells it to (the second one names a file for marks): stands where `grader.parsing.job` would."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from grader.domain import JobFields, Json
from grader.parsing import job, readings
from grader.parsing.response import write_line


def respond(folder: Path, fields: JobFields) -> Iterator[Mapping[str, Json]]:
    program = folder / readings.FILES / fields.text("main")
    word, mark, *_ = (line[2:] for line in program.read_text(encoding="utf-8").split("\n"))
    FAULTS.get(word, lambda mark: None)(Path(mark))
    yield from readings.respond(folder, fields)


def _crash(mark: Path) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def _crash_once(mark: Path) -> None:
    """The first job of a program crashes, the next one finds its mark."""
    if not mark.exists():
        mark.touch()
        _crash(mark)


def _kill_the_worker(mark: Path) -> None:
    os.kill(os.getppid(), signal.SIGKILL)
    signal.pause()


def _bloat(mark: Path) -> None:
    held = []
    while True:
        held.append(bytearray(16 << 20))


def _spin(mark: Path) -> None:
    while True:
        pass


def _raise(mark: Path) -> None:
    raise KeyError("odd")


FAULTS = {
    "crash": _crash,
    "crash once": _crash_once,
    "kill the worker": _kill_the_worker,
    "bloat": _bloat,
    "spin": _spin,
    "raise": _raise,
}


def run(fields: Mapping[str, Any], events: int) -> int:
    job.SECONDS = 2.0
    job.RESPONDERS = {**job.RESPONDERS, readings.KIND: respond}
    if (Path(fields["folder"]) / "0" / readings.FILES / "lie.py").exists():
        for line in LIES[(Path(fields["folder"]) / "0" / readings.FILES / "lie.py").read_text(encoding="utf-8")]:
            write_line(events, line) if isinstance(line, dict) else os.write(events, line)
        return 0
    return job.run(fields, events)


DONE = {"of": 0, "done": True}
LIES: Mapping[str, list[Any]] = {
    "no JSON": [b"reading\n"],
    "another request": [{"of": 7, "source": "x"}, DONE],
    "no number": [{"of": -1, "source": "x"}, DONE],
    "a list": [b"[1]\n"],
    "a depth bomb": [b"[" * 100_000 + b"\n"],
    "a source that is none": [{"of": 0, "source": ["x"]}, DONE],
    "an answer of another form": [{"of": 0, "answers": [["a"]]}, DONE],
    "an answer that is a number": [{"of": 0, "answers": [["a", 7]]}, DONE],
    "a line of another form": [{"of": 0, "marks": [["x", "exo1"]]}, DONE],
    "a line below nothing": [{"of": 0, "cells": [-1]}, DONE],
    "a truth as a line": [{"of": 0, "cells": [True]}, DONE],
    "a failure of another form": [{"of": 0, "failure": {"frames": [7]}}, DONE],
    "names that are none": [{"of": 0, "imports": [7]}, DONE],
    "a long line": [{"of": 0, "source": "x" * (2 << 20)}, DONE],
    "a flood": [{"of": 0, "source": "x" * 90_000}] * 1000,
}
