"""Whose each entry of a class's outermost level is: what the LMS wrote, or the name of a folder, an archive or a file.

What lies inside a work has no say in it: a `Work` is made from names that nobody who handed in could write for somebody
else, and its owner is that of everything in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from grader.intake.archives import stem_of
from grader.intake.exercise_names import clean, read_names
from grader.intake.layout import SUBMITTED, Layout, Root, is_archive
from grader.intake.listing import Entry, children
from grader.intake.lms import (
    CLONES,
    ID,
    SYSTEM,
    ExportName,
    Owner,
    attempt_of,
    canvas_name,
    is_wrapper,
    moodle_name,
    usernames,
)


@dataclass(frozen=True, slots=True)
class Work:
    """One entry of the outermost level.

    `owner` is None for a file whose owner stands in its name beside the exercise, and for what is nobody's work.
    `file` is the name that the student gave; `flat` is true where an LMS laid the files of all students side by side;
    `above` are folders of the class around it that may name its exercise; `typed` as in `ExportName`.
    """

    entry: Entry
    owner: Owner | None
    file: str = ""
    attempt: int = 1
    flat: bool = False
    typed: bool = False
    above: tuple[str, ...] = ()


def works_of(root: Root, layout: Layout, place: str, known_ids: Collection[str]) -> Iterator[Work]:
    """Yield every entry of the root with its owner. `place` is what the class itself is called, for a class of one."""
    reader = _Reader(place, known_ids)
    if layout is Layout.NBGRADER:
        yield from _nbgrader(root)
    elif layout is Layout.CLASSROOM:
        yield from _clones(root.entries, root.name, reader)
    else:
        for entry in root.entries:
            found = _exported(entry, layout, known_ids)
            yield from [_in_export(entry, found)] if found is not None else reader.read(entry)


def _exported(entry: Entry, layout: Layout, known_ids: Collection[str]) -> ExportName | None:
    if entry.kind not in ("file", "folder"):
        return None
    if layout is Layout.MOODLE:
        return moodle_name(entry.path.name)
    if layout is Layout.CANVAS and entry.kind == "file":
        return canvas_name(entry.path.name, known_ids)
    return None


def _in_export(entry: Entry, found: ExportName) -> Work:
    flat = entry.kind == "file"
    return Work(entry, found.owner, found.file or entry.path.name, found.attempt, flat=flat, typed=found.typed)


def _nbgrader(root: Root) -> Iterator[Work]:
    """Yield the works of an nbgrader course. Students are the folders below `submitted`; what else lies in a course's
    folder was not handed in."""
    for entry in root.entries:
        if entry.kind == "folder" and entry.path.name == SUBMITTED and root.name != SUBMITTED:
            yield from (_student_of_nbgrader(e) for e in children(entry.path))
        elif root.name == SUBMITTED:
            yield _student_of_nbgrader(entry)
        else:
            yield Work(entry, None)


def _student_of_nbgrader(entry: Entry) -> Work:
    if entry.kind != "folder":
        return Work(entry, None)
    name = entry.path.name
    return Work(entry, Owner(clean(name), {SYSTEM: "nbgrader", ID: name}), name)


def _clones(entries: Sequence[Entry], wrapper: str, reader: _Reader) -> Iterator[Work]:
    folders = [e.path.name for e in entries if e.kind == "folder"]
    users = usernames(folders, wrapper)
    for entry in entries:
        if entry.kind == "folder":
            name = entry.path.name
            identity = {SYSTEM: "github", ID: users[name], "repository": name}
            yield Work(entry, Owner(clean(users[name]), identity), name)
        else:
            yield from reader.read(entry)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads folders, archives and files that no LMS named."""

    place: str
    known_ids: Collection[str]

    def read(self, entry: Entry, attempt: int = 1, above: tuple[str, ...] = ()) -> Iterator[Work]:
        name = entry.path.name
        if entry.kind == "folder":
            yield from self._folder(entry, attempt, above)
        elif is_archive(entry):
            stem = stem_of(name)
            owner = self._owner(stem) if attempt_of(stem) is None and not is_wrapper(stem) else None
            yield Work(entry, Owner(owner or self.place), name, attempt_of(stem) or attempt, above=above)
        else:
            yield Work(entry, None, name, attempt, above=above)

    def _folder(self, entry: Entry, attempt: int, above: tuple[str, ...]) -> Iterator[Work]:
        name = entry.path.name
        number = attempt_of(name)
        owner = None if number is not None or is_wrapper(name) else self._owner(name)
        if owner is not None and not name.endswith(CLONES):
            yield Work(entry, Owner(owner), name, attempt, above=above)
            return
        within = children(entry.path)
        if not within:
            yield Work(entry, None, name)
        elif name.endswith(CLONES):
            yield from _clones(within, name, self)
        else:
            inner = above if number is not None or is_wrapper(name) else (*above, name)
            for one in within:
                yield from self.read(one, number or attempt, inner)

    def _owner(self, name: str) -> str | None:
        """Return whose a name is: « dupont » and « dupont_exo1 » are Dupont's; None where a name says an exercise and
        nobody."""
        named = read_names(name, self.known_ids)
        return (named[0].owner or None) if named else name
