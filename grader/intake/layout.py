"""How a class is laid out: decided once, from the names of its outermost level alone, which nobody who hands in writes.

    MOODLE, CANVAS   the names of the LMS's export
    NBGRADER         `submitted/<student>/<assignment>/`
    CLASSROOM        `<assignment>-submissions/`; a `.git` says nothing: students have them, too
    FOLDERS          a folder, or an archive, for each student
    SHARED           files of several students side by side, each with its owner in its name

An entry that an LMS's export would not hold (work that came by mail and was laid beside it) is read as in FOLDERS and
SHARED, so that nobody's work depends on what a neighbour is called.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path

from grader.domain import Text
from grader.intake.archives import kind_of, stem_of
from grader.intake.exercise_names import exercises_of, read_name
from grader.intake.listing import Entry, children, is_program, walk
from grader.intake.lms import CLONES, attempt_of, canvas_name, export_name, moodle_name
from grader.messages import join, say, say_n

SUBMITTED = "submitted"
_NBGRADER = frozenset(("source", "release", "autograded", "feedback", "exchange", "instantiated"))
_LOOKED_AT = 2000  # entries of one folder, to see whether any program is in it
_DEPTH = 8


class Layout(StrEnum):
    MOODLE = "moodle"
    CANVAS = "canvas"
    NBGRADER = "nbgrader"
    CLASSROOM = "classroom"
    FOLDERS = "folders"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Root:
    """Where the students' works begin: the class folder, or the one folder inside it that wraps them all.

    `name` is what it is called; `beside` lay beside a folder that was passed on the way.
    """

    name: str
    entries: tuple[Entry, ...]
    beside: tuple[Entry, ...]


# ── Where it begins ─────────────────────────────────────────────────────────────────────────────


def root_of(base: Path, name: str, without: Path | None, known_ids: Collection[str]) -> Root:
    """Return the root of a class that lies in `base` and is called `name`. `without` is no part of it: the grader's
    results."""
    path = base
    beside: tuple[Entry, ...] = ()
    while True:
        entries = tuple(e for e in children(path) if without is None or os.path.realpath(e.path) != str(without))
        works = [e for e in entries if _is_work(e)]
        if len(works) != 1 or works[0].kind != "folder" or not _wraps(works[0].path, known_ids):
            return Root(name, entries, beside)
        beside = (*beside, *(e for e in entries if e is not works[0]))
        path, name = works[0].path, works[0].path.name


def _is_work(entry: Entry) -> bool:
    return entry.kind == "folder" or is_program(entry) or is_archive(entry)


def _wraps(folder: Path, known_ids: Collection[str]) -> bool:
    """Return whether the only folder of a class is nobody's: archives often have one around all (« tp1/… »)."""
    name = folder.name
    within = [e for e in children(folder) if e.kind in ("file", "folder")]
    if export_name(name, known_ids):
        return False
    if _is_export(within, known_ids):
        return True
    if exercises_of(name, known_ids):
        return False
    folders = [e.path.name for e in within if e.kind == "folder"]
    if name.endswith(CLONES) or (_is_course(folders) and len(folders) > 1):
        return bool(folders)
    programs = [e.path.name for e in within if is_program(e)]
    if programs:
        owners = {named.owner for program in programs if (named := read_name(program, known_ids))}
        return len(owners) > 1 and "" not in owners
    people = {stem_of(e.path.name) for e in within if not _says_no_name(e, known_ids) and _holds_work(e)}
    return len(people) > 1


def _is_export(entries: Sequence[Entry], known_ids: Collection[str]) -> bool:
    """Return whether most of these works bear an LMS's names, of two students at least."""
    read = [export_name(e.path.name, known_ids) for e in entries if _is_work(e) or export_name(e.path.name, known_ids)]
    owners = {one.owner.key for one in read if one}
    return len(owners) > 1 and len(owners) > sum(one is None for one in read)


def _says_no_name(entry: Entry, known_ids: Collection[str]) -> bool:
    return bool(exercises_of(entry.path.name, known_ids)) or attempt_of(entry.path.name) is not None


def _holds_work(entry: Entry) -> bool:
    if entry.kind != "folder":
        return is_archive(entry)
    return any(is_program(e) or is_archive(e) for e in islice(walk(entry.path, _DEPTH), _LOOKED_AT))


def is_archive(entry: Entry) -> bool:
    """Return whether an entry is an archive of a kind that is opened, by its name."""
    return entry.kind == "file" and kind_of(entry.path.name) in ("zip", "tar")


# ── What it is ──────────────────────────────────────────────────────────────────────────────────


def layout_of(root: Root, known_ids: Collection[str]) -> Layout:
    works = [e for e in root.entries if _is_work(e)]
    for layout, read in ((Layout.MOODLE, moodle_name), (Layout.CANVAS, lambda name: canvas_name(name, known_ids))):
        owners = {one.owner.key for e in root.entries if e.kind in ("file", "folder") and (one := read(e.path.name))}
        if owners and len(owners) >= sum(read(e.path.name) is None for e in works):
            return layout
    folders = [e for e in works if e.kind == "folder"]
    if _is_nbgrader(root, folders):
        return Layout.NBGRADER
    if folders and root.name.endswith(CLONES):
        return Layout.CLASSROOM
    return Layout.SHARED if any(is_program(e) for e in works) else Layout.FOLDERS


def _is_nbgrader(root: Root, folders: Sequence[Entry]) -> bool:
    """Return whether this is nbgrader's course folder, or the `submitted` in it."""
    return root.name == SUBMITTED or _is_course([e.path.name for e in folders])


def _is_course(folders: Collection[str]) -> bool:
    return SUBMITTED in folders and set(folders) - {SUBMITTED} <= _NBGRADER


def described(layout: Layout, folders: int, files: int) -> Text:
    """Say what a class is: « Moodle, 41 dossiers »."""
    parts = [_titles()[layout]]
    if folders:
        parts.append(say_n("{count} folder", "{count} folders", folders))
    if files:
        parts.append(say_n("{count} file", "{count} files", files))
    return join(parts)


def _titles() -> dict[Layout, Text]:
    return {
        Layout.MOODLE: say("Moodle"),
        Layout.CANVAS: say("Canvas"),
        Layout.NBGRADER: say("nbgrader"),
        Layout.CLASSROOM: say("clones of GitHub Classroom"),
        Layout.FOLDERS: say("a folder per student"),
        Layout.SHARED: say("one folder for all, names in the files' names"),
    }
