"""What files say (`source_text`), read once: noted on the disk with the state that each file was in."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from dataclasses import astuple
from pathlib import Path

from grader.files import DAMAGED, write_whole
from grader.grading.source_text import Source, data_of, source_of

FORM = 1  # of the notes
SETTLED_NS = 2_000_000_000  # a file that changed within so short a time may do so again without its time telling
MAX_NOTES = 4000

State = list[int]


class SourceNotes:
    """`place` is the file of the notes: one that cannot be read or written costs the shortcut only."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._form = [FORM, *sys.version_info[:2]]
        self._known = self._noted()
        self._new = False

    def source(self, name: str, package: str = "") -> Source | None:
        """What the file of that name says; a `.py` is a module of `package`. None where there is no such file."""
        try:
            status = os.stat(name)  # noqa: PTH116  # a quarter of `Path.stat`, some hundred times for each command
            state = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
            known = self._known.get(name)
            if known is not None and known[0] == state:
                return known[1]
            content = Path(name).read_bytes()
        except OSError:
            return None
        if name.endswith(".py"):
            found = source_of(content, package, name.endswith("__init__.py"))
        else:
            found = data_of(content, name.endswith(".mo"))
        if time.time_ns() - status.st_mtime_ns > SETTLED_NS:
            self._known[name] = state, found
            self._new = True
        return found

    def save(self) -> None:
        if not self._new:
            return
        self._new = False
        there = [name for name in self._known if Path(name).exists()]
        files = {name: [self._known[name][0], *astuple(self._known[name][1])] for name in there[-MAX_NOTES:]}
        with contextlib.suppress(OSError):
            self._place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._place, json.dumps({"form": self._form, "files": files}))

    def _noted(self) -> dict[str, tuple[State, Source]]:
        try:
            noted = json.loads(self._place.read_bytes())
            if noted["form"] != self._form:
                return {}
            return {str(name): _from_json(*fields) for name, fields in noted["files"].items()}
        except DAMAGED:
            return {}


def _from_json(
    state: State,
    digest: str,
    imports: list[str],
    passed_on: dict[str, str] | None,
    beside: list[str],
    texts: list[str],
    translations: dict[str, str] | None,
) -> tuple[State, Source]:
    return state, Source(digest, tuple(imports), passed_on, tuple(beside), tuple(texts), translations)
