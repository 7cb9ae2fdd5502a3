"""Everything that a class folder or archive holds, each thing with where it lies, where a reader sees it, and whose it is.

Archives are opened here, one level deep inside the class's own, and flat exports are laid out in folders, so that what
follows sees one kind of class only: folders of ordinary files.
"""

from __future__ import annotations

import filecmp
import hashlib
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from grader.domain import Text
from grader.intake import groups, lms
from grader.intake.archives import kind_of, stem_of
from grader.intake.aside import Ignored
from grader.intake.entries import CLASS, STUDENT, Bounds
from grader.intake.listing import PROGRAMS, Entry, walk
from grader.intake.lms import Owner
from grader.intake.names import clean, exercises_of, read_name
from grader.intake.refusals import Refusal, Why, worded
from grader.intake.unpacking import Room
from grader.messages import join, say

CLASS_DEPTH = 8
PACKED_AT_ONCE = 120.0  # seconds: times as close as that in a whole export are those of its making


@dataclass(frozen=True, slots=True)
class Found:
    """`entry` is where it lies; `shown` where a reader sees it, an archive's name standing for its contents.

    `parts` is `shown` below the class folder, or within the owner's work. A file that only goes along with its owner's
    programs is a `companion`.
    """

    entry: Entry
    shown: Path
    parts: tuple[str, ...]
    owner: Owner | None = None
    received: str = ""
    companion: bool = False


@dataclass
class Survey:
    found: list[Found] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def survey(place: Path, known_ids: Collection[str], room: Room) -> Survey:
    """What lies below the folder, or in the archive, `place`. Refused and unreadable archives are among the ignored."""
    made = Survey()
    packed = place.is_file()
    base = _opened(place, place, CLASS, room, made) if packed else place
    found: list[Found] = []
    for entry in walk(base, CLASS_DEPTH):
        shown = place / entry.path.relative_to(base)
        found += _with_contents(Found(entry, shown, shown.relative_to(place).parts), place, room, made)
    found = _without_wrapper(found, known_ids)
    made.groups = _group_lists(found)
    found = [f for f in found if not _is_group_list(f)]
    clock = _clock(found) if packed else {}
    found = [_owned(f, known_ids, clock) for f in found]
    found = _stamped(_repositories(found))
    typed = [f for f in found if f.owner is not None and f.owner.text and f.entry.kind == "file"]
    made.ignored += [
        Ignored(f.shown, say("typed into the LMS's own editor, not a file: it is to be read there")) for f in typed
    ]
    kept = [f for f in found if f.owner is None or not f.owner.text]
    # A folder that held an archive only is not empty.
    places = [f.shown for f in (*kept, *typed) if f.entry.kind != "quiet"] + [i.path for i in made.ignored]
    full = {above for path in places for above in path.parents}
    made.found = _laid_out([f for f in kept if f.entry.kind != "folder" or f.shown not in full], room, place)
    return made


# ── Archives ────────────────────────────────────────────────────────────────────────────────────


def _opened(archive: Path, shown: Path, bounds: Bounds, room: Room, made: Survey) -> Path:
    unpacked = room.open(archive, bounds)
    made.ignored += [Ignored(shown / r.name if r.name else shown, _reason(r)) for r in unpacked.refused]
    return unpacked.folder


def _reason(refusal: Refusal) -> Text:
    words = worded(refusal.why)
    return words if refusal.name or refusal.why is Why.MORE else join([say("archive"), words], " : ")


def _with_contents(found: Found, place: Path, room: Room, made: Survey) -> Iterator[Found]:
    """The entry itself; for an archive that holds programs, its contents instead."""
    kind = kind_of(found.entry.path.name) if found.entry.kind == "file" else None
    if kind is None or kind == "unknown":
        yield found
        return
    before = len(made.ignored)
    base = _opened(found.entry.path, found.shown, STUDENT, room, made)
    entries = list(walk(base, CLASS_DEPTH))
    if not any(e.kind == "file" and e.path.suffix.lower() in PROGRAMS for e in entries):
        if len(made.ignored) == before:  # data or weights: it goes along as the file that it is
            yield found
        return
    for entry in entries:
        shown = found.shown / entry.path.relative_to(base)
        parts = (*found.parts[:-1], stem_of(found.parts[-1]), *entry.path.relative_to(base).parts)
        if entry.kind == "file" and kind_of(entry.path.name) == "zip" and _holds_program(entry.path):
            made.ignored.append(Ignored(shown, worded(Why.NESTED)))
            continue
        yield Found(entry, shown, parts)


def _holds_program(archive: Path) -> bool:
    """By a look at the names that stand in the clear in a zip's headers; nothing is parsed here."""
    with archive.open("rb") as file:
        tail = file.read(1 << 20)
    return b".py" in tail or b".ipynb" in tail


def _without_wrapper(found: list[Found], known_ids: Collection[str]) -> list[Found]:
    """Without the one folder around a whole class, as archives often have (« tp1/… »): it is nobody's name."""
    while True:
        real = [f for f in found if f.entry.kind != "quiet"]
        tops = {f.parts[0] for f in real}
        if len(tops) != 1 or not _wraps(tops.pop(), real, known_ids):
            return found
        found = [replace(f, parts=f.parts[1:]) for f in found if len(f.parts) > 1]


def _wraps(top: str, found: Sequence[Found], known_ids: Collection[str]) -> bool:
    if lms.owner_of((top,), known_ids) or exercises_of(top, known_ids):
        return False
    programs = [f.parts for f in found if f.entry.kind == "file" and f.entry.path.suffix.lower() in PROGRAMS]
    beside = [parts[1] for parts in programs if len(parts) == 2]
    owners = {named.owner for name in beside if (named := read_name(name, known_ids))}
    if beside:
        return (len(owners) > 1 and "" not in owners) or all(lms.owner_of((n,), known_ids) for n in beside)
    folders = {parts[1] for parts in programs if len(parts) > 2}
    people = {name for name in folders if not exercises_of(name, known_ids) and lms.attempt_of(name) is None}
    return len(people) > 1


# ── Whose it is ─────────────────────────────────────────────────────────────────────────────────


def _owned(found: Found, known_ids: Collection[str], clock: Mapping[str, str]) -> Found:
    owner = lms.owner_of(found.parts, known_ids)
    if owner is None:
        return found
    number = next((n for part in owner.rest[:-1] if (n := lms.attempt_of(part))), owner.attempt)
    rest = tuple(part for part in owner.rest[:-1] if lms.attempt_of(part) is None) + owner.rest[-1:]
    owner = replace(owner, attempt=number, rest=rest)
    return replace(found, owner=owner, parts=owner.rest, received=clock.get(found.parts[0], ""))


def _clock(found: Sequence[Found]) -> Mapping[str, str]:
    """When each student of a Moodle archive handed in: the newest of the times that the archive keeps.

    Other systems write the time of the download there, and so may Moodle: where all times of the export lie close
    together, they say nothing.
    """
    newest: dict[str, float] = {}
    for one in found:
        owner = lms.owner_of(one.parts, ())
        if one.entry.kind == "file" and owner is not None and owner.identity.get(lms.SYSTEM) == "moodle":
            newest[one.parts[0]] = max(newest.get(one.parts[0], 0.0), one.entry.modified)
    if not newest or max(newest.values()) - min(newest.values()) < PACKED_AT_ONCE:
        return {}
    return {top: datetime.fromtimestamp(at, UTC).astimezone().isoformat() for top, at in newest.items()}


def _repositories(found: Sequence[Found]) -> list[Found]:
    """The clones of GitHub Classroom: folders with a `.git` in them."""
    homes = {f.parts[:-1] for f in found if f.entry.path.name == ".git" and 1 < len(f.parts) <= 3}
    by_wrapper: dict[tuple[str, ...], list[str]] = {}
    for home in homes:
        by_wrapper.setdefault(home[:-1], []).append(home[-1])
    owners: dict[tuple[str, ...], Owner] = {}
    for wrapper, names in by_wrapper.items():
        for name, user in lms.usernames(names, wrapper[-1] if wrapper else "").items():
            identity = {lms.SYSTEM: "github", lms.ID: user, "repository": name}
            owners[(*wrapper, name)] = Owner(clean(user), (), identity)
    return [_within(f, owners, 3) for f in found]


def _within(found: Found, owners: Mapping[tuple[str, ...], Owner], deepest: int) -> Found:
    for depth in range(1, min(deepest, len(found.parts))):
        owner = owners.get(found.parts[:depth])
        if owner is not None and found.owner is None:
            return replace(found, owner=owner, parts=found.parts[depth:])
    return found


def _stamped(found: Sequence[Found]) -> list[Found]:
    """nbgrader's collected work: `<student>/<assignment>/`, with a timestamp beside the notebooks."""
    owners: dict[tuple[str, ...], Owner] = {}
    times: dict[tuple[str, ...], str] = {}
    for one in found:
        if one.entry.path.name == "timestamp.txt" and one.entry.kind == "file" and len(one.parts) in (3, 4):
            *_, student, assignment, _ = one.parts
            identity = {lms.SYSTEM: "nbgrader", lms.ID: student, "assignment": assignment}
            owners[one.parts[:-2]] = Owner(clean(student), (), identity)
            times[one.parts[:-1]] = lms.received_from(_head(one.entry.path))
    placed = []
    for one in found:
        received = next((times[one.parts[:n]] for n in (3, 2) if one.parts[:n] in times), one.received)
        placed.append(replace(_within(one, owners, 3), received=received))
    return placed


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(200).decode("utf-8", "replace")


# ── Groups ──────────────────────────────────────────────────────────────────────────────────────


def _is_group_list(found: Found) -> bool:
    return len(found.parts) == 1 and found.entry.kind == "file" and found.entry.path.name.lower() in groups.LISTS


def _group_lists(found: Sequence[Found]) -> Mapping[str, tuple[str, ...]]:
    merged: dict[str, tuple[str, ...]] = {}
    for one in found:
        if _is_group_list(one):
            merged |= groups.listed(one.entry.path)
    return merged


# ── Flat exports ────────────────────────────────────────────────────────────────────────────────


def _laid_out(found: Sequence[Found], room: Room, place: Path) -> list[Found]:
    """Files whose owner stands in their names get folders of their owners, under the names that the students gave them:
    a program finds the module and the weights that were handed in with it."""
    flat = [f for f in found if f.owner is not None and f.owner.flat and f.entry.kind == "file"]
    if not flat:
        return list(found)
    works: dict[tuple[str, str], list[Found]] = {}
    for one in flat:
        assert one.owner is not None
        works.setdefault(one.owner.key, []).append(one)
    kept = {id(f) for f in flat}
    result = [f for f in found if id(f) not in kept]
    for key, files in sorted(works.items()):
        digest = hashlib.sha256(repr((place, key)).encode()).hexdigest()[:24]
        for attempt in sorted({f.owner.attempt for f in files if f.owner is not None}):
            result += _work(files, attempt, room.folder / "flat" / f"{digest}-{attempt}")
    return result


def _work(files: Sequence[Found], attempt: int, folder: Path) -> Iterator[Found]:
    """One attempt: its own files, and of every other name the newest version until then, which goes along."""
    newest: dict[str, Found] = {}
    for one in sorted(files, key=lambda f: (f.owner.attempt if f.owner else 1, f.entry.modified)):
        if one.owner is not None and one.owner.attempt <= attempt:
            newest[plain_name(one.owner.rest[-1])] = one
    folder.mkdir(parents=True, exist_ok=True)
    for stale in {path.name for path in folder.iterdir()} - newest.keys():
        (folder / stale).unlink()
    for name, one in newest.items():
        there = folder / name
        if not there.is_file() or not filecmp.cmp(one.entry.path, there):
            shutil.copy2(one.entry.path, there)
        companion = one.owner is not None and one.owner.attempt != attempt
        yield replace(one, entry=replace(one.entry, path=there), companion=companion)


def plain_name(name: str) -> str:
    return clean(name).replace("/", "_") or "_"
