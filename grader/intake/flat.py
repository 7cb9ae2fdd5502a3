"""Flat exports laid out: files whose owner stands in their names get folders of their owners, under the names that the
students gave them, so that a program finds the module and the weights that were handed in with it."""

from __future__ import annotations

import filecmp
import hashlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from grader.intake.exercise_names import clean
from grader.intake.found import Found
from grader.intake.unpacking import Room

WORKS = "flat"


def laid_out(found: Sequence[Found], room: Room, place: Path) -> list[Found]:
    """Return `found` with the flat files of each attempt in a folder of the room, which is made only if there are
    any."""
    works: dict[tuple[str, str], list[Found]] = {}
    others: list[Found] = []
    for one in found:
        if one.owner is not None and one.flat and one.entry.kind == "file":
            works.setdefault(one.owner.key, []).append(one)
        else:
            others.append(one)
    for key, files in sorted(works.items()):
        digest = hashlib.sha256(repr((place, key)).encode("utf-8", "surrogatepass")).hexdigest()[:24]
        for attempt in sorted({f.attempt for f in files}):
            others += _work(files, attempt, room.folder / WORKS / f"{digest}-{attempt}")
    return others


def _work(files: Sequence[Found], attempt: int, folder: Path) -> Iterator[Found]:
    """Return one attempt: its own files, and of every other name the newest version until then, which goes along."""
    newest: dict[str, Found] = {}
    for one in sorted(files, key=lambda f: (f.attempt, f.entry.modified)):
        if one.attempt <= attempt:
            newest[_plain_name(one.parts[-1])] = one
    folder.mkdir(parents=True, exist_ok=True)
    for stale in {path.name for path in folder.iterdir()} - newest.keys():
        (folder / stale).unlink()
    for name, one in newest.items():
        there = folder / name
        if not there.is_file() or not filecmp.cmp(one.entry.path, there):
            shutil.copy2(one.entry.path, there)
        yield replace(one, entry=replace(one.entry, path=there), companion=one.attempt != attempt)


def _plain_name(name: str) -> str:
    return clean(name).replace("/", "_") or "_"
