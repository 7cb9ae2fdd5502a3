"""Everything that a class folder or archive holds, each thing with where it lies, where a reader sees it, and whose it is.

The layout is decided once and every entry of the outermost level gets its owner from its name (`layout`, `works`); what
lies inside is that owner's, whatever it is called. Each work is walked and unpacked within bounds of its own, so that
nobody's work crowds out another's. Archives are opened here, one level deep inside the class's own, and flat exports
are laid out in folders (`flat`), so that what follows sees one kind of class only: folders of ordinary files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.domain import Text
from grader.intake import groups
from grader.intake.archive_members import CLASS, STUDENT, Bounds
from grader.intake.archives import kind_of, stem_of
from grader.intake.flat import laid_out
from grader.intake.found import Found
from grader.intake.layout import Layout, described, is_archive, layout_of, root_of
from grader.intake.listing import Entry, children, is_program, walk
from grader.intake.lms import attempt_of, export_name
from grader.intake.owners import Work, works_of
from grader.intake.refusals import Refusal, Why, worded
from grader.intake.skipped import Skipped
from grader.intake.times import note, stamped, stamps, timed, unbelieved
from grader.intake.unpacking import Room
from grader.messages import join, say

CLASS_DEPTH = 8
WORK_ENTRIES = 10_000  # files and folders that one student's work may hold
WORK_ARCHIVES = 40


@dataclass
class Survey:
    """`warnings` are what a teacher has to know before believing the marks; `skipped` what is no submission, and why."""

    layout: Text = field(default_factory=Text)
    found: list[Found] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    warnings: list[Text] = field(default_factory=list)


def survey(
    place: Path, known_ids: Collection[str], room: Room, lists: Sequence[Path] = (), without: Path | None = None
) -> Survey:
    """Return what lies below the folder, or in the archive, `place`. Refused and unreadable archives are among the
    skipped.

    `lists` are the groups that a teacher names; `without` is a folder that is no part of the class.
    """
    return _Surveyor(place, known_ids, room).all(lists, without)


class _Surveyor:
    def __init__(self, place: Path, known_ids: Collection[str], room: Room) -> None:
        self.place = place
        self.known_ids = known_ids
        self.room = room
        self.made = Survey()
        self.budgets: dict[tuple[str, str], _Budget] = defaultdict(_Budget)

    def all(self, lists: Sequence[Path], without: Path | None) -> Survey:
        packed = self.place.is_file()
        name = stem_of(self.place.name) if packed else self.place.name
        base = self._opened(self.place, self.place, CLASS, "") if packed else self.place
        root = root_of(base, name, without, self.known_ids)
        layout = layout_of(root, self.known_ids)
        works = list(works_of(root, layout, name, self.known_ids))
        found = [Found(e, self._shown(e.path, base), (e.path.name,)) for e in root.beside]
        clock: dict[tuple[str, str], float] = {}
        for work in works:
            found += self._contents(work, base, clock)
        if packed and layout is Layout.MOODLE:
            found = timed(found, clock)
        elif layout is Layout.NBGRADER:
            found = stamped(found)
        elif stamps(found):
            self.made.warnings.append(unbelieved())
        self.made.layout = _described(layout, works)
        found = self._without_lists(found, lists, works)
        self.made.found = laid_out(self._without_typed(found), self.room, self.place)
        return self.made

    def _shown(self, path: Path, base: Path) -> Path:
        return self.place / path.relative_to(base)

    # ── One work ────────────────────────────────────────────────────────────────────────────────

    def _contents(self, work: Work, base: Path, clock: dict[tuple[str, str], float]) -> Iterator[Found]:
        """Yield everything in one entry of the outermost level, its archives opened. `clock` learns when the LMS says
        that it was changed last: of what an archive says of its contents, nothing."""
        entry, shown = work.entry, self._shown(work.entry.path, base)
        if entry.kind != "folder":
            note(clock, work, entry)
            yield from self._file(Found(entry, shown, (*work.above, work.file or entry.path.name)), work)
        elif work.owner is None:
            if children(entry.path):
                self.made.skipped.append(Skipped(shown, say("beside `submitted`, where nbgrader keeps what came in")))
            else:
                yield Found(entry, shown, (entry.path.name,))
        else:
            yield Found(entry, shown, (), work.owner, typed=work.typed)
            self._warn_of_names(entry.path.name, entry.path)
            for one in walk(entry.path, CLASS_DEPTH - 1, most=WORK_ENTRIES):
                note(clock, work, one)
                parts = (*work.above, *_parts(one, entry))
                yield from self._file(Found(one, shown / one.path.relative_to(entry.path), parts), work)

    def _file(self, found: Found, work: Work) -> Iterator[Found]:
        """Yield the entry itself, or an archive's contents, as its owner's."""
        for one in self._with_contents(found, work):
            owned = replace(one, owner=work.owner, flat=work.flat and one is found, typed=work.typed)
            yield _attempted(owned, work)

    def _warn_of_names(self, name: str, folder: Path) -> None:
        """Warn of a whole export that was laid into somebody's folder or archive by mistake: names in an LMS's manner
        are believed in nothing there."""
        names = [e.path.name for e in children(folder) if e.kind in ("file", "folder")]
        if len({one.owner.key for name in names if (one := export_name(name, self.known_ids))}) > 1:
            self.made.warnings.append(
                say(
                    "{folder} holds names as an LMS writes them, but only the class's own level says whose work is whose: "
                    "all of it is taken for {folder}'s. If it is an export of its own, grade it by itself.",
                    folder=name,
                )
            )

    # ── Archives ────────────────────────────────────────────────────────────────────────────────

    def _opened(self, archive: Path, shown: Path, bounds: Bounds, student: str) -> Path:
        unpacked = self.room.open(archive, bounds)
        self.made.skipped += [
            Skipped(shown / r.name.lstrip("/") if r.name else shown, _reason(r), student) for r in unpacked.refused
        ]
        return unpacked.folder

    def _with_contents(self, found: Found, work: Work) -> Iterator[Found]:
        """Yield the entry itself; for an archive that holds programs, its contents instead."""
        if not is_archive(found.entry):
            yield found
            return
        student = work.owner.student if work.owner else ""
        budget = self.budgets[work.owner.key if work.owner else ("", "")]
        if budget.spent():
            self.made.skipped.append(Skipped(found.shown, worded(Why.SHARE), student))
            return
        before = len(self.made.skipped)
        base = self._opened(found.entry.path, found.shown, STUDENT, student)
        self._warn_of_names(found.shown.name, base)
        entries = list(walk(base, CLASS_DEPTH, most=WORK_ENTRIES))
        budget.spend(entries)
        if not any(is_program(e) for e in entries):
            if len(self.made.skipped) == before:  # data or weights: it goes along as the file that it is
                yield found
            return
        for entry in entries:
            inner = entry.path.relative_to(base)
            if entry.kind == "file" and kind_of(entry.path.name) == "zip" and _holds_program(entry.path):
                self.made.skipped.append(Skipped(found.shown / inner, worded(Why.NESTED), student))
                continue
            parts = (*found.parts[:-1], stem_of(found.parts[-1]), *inner.parts)
            yield replace(found, entry=entry, shown=found.shown / inner, parts=parts)

    # ── Lists and typed texts ───────────────────────────────────────────────────────────────────

    def _without_lists(self, found: Sequence[Found], lists: Sequence[Path], works: Sequence[Work]) -> list[Found]:
        """Return what was found without the lists of groups, which are read: those that the teacher names, and those of
        the outermost level where only a teacher can have put them."""
        own = [f for f in found if f.owner is None and len(f.parts) == 1 and _is_list(f)]
        anybody_s = any(_is_work(w) and not w.flat for w in works)
        if anybody_s:
            self.made.warnings += [
                say(
                    "{file} lies among the students' own files, where anybody may have put it: it is not believed. "
                    "If it is yours: --groups {path}",
                    file=f.entry.path.name,
                    path=f.entry.path,
                )
                for f in own
                if f.entry.path not in lists
            ]
        believed = [*lists, *(f.entry.path for f in own if not anybody_s)]
        self.made.groups = {name: people for path in believed for name, people in groups.listed(path).items()}
        taken = {id(f) for f in own}
        return [f for f in found if id(f) not in taken]

    def _without_typed(self, found: Sequence[Found]) -> list[Found]:
        """Return what was found without what was typed into the LMS's editor, and without folders that are not
        empty."""
        typed = [f for f in found if f.typed and f.entry.kind == "file"]
        told = say("typed into the LMS's own editor, not a file: it is to be read there")
        self.made.skipped += [Skipped(f.shown, told, f.student) for f in typed]
        kept = [f for f in found if not f.typed]
        places = [f.shown for f in (*kept, *typed) if f.entry.kind != "quiet"] + [i.path for i in self.made.skipped]
        full = {above for path in places for above in path.parents}
        return [f for f in kept if f.entry.kind != "folder" or f.shown not in full]


class _Budget:
    """What the archives of one work may unpack to in all. Each is opened within the same bounds, whoever hands it in, so
    that what one archive gives does not depend on its neighbours."""

    def __init__(self) -> None:
        self._bytes = self._entries = self._archives = 0

    def spent(self) -> bool:
        return self._bytes > STUDENT.total or self._entries > WORK_ENTRIES or self._archives >= WORK_ARCHIVES

    def spend(self, entries: Sequence[Entry]) -> None:
        self._archives += 1
        self._entries += len(entries)
        self._bytes += sum(e.size for e in entries)


def _reason(refusal: Refusal) -> Text:
    words = worded(refusal.why)
    return words if refusal.name or refusal.why is Why.MORE else join([say("archive"), words], " : ")


def _holds_program(archive: Path) -> bool:
    """Return whether an archive holds a program, by the names that stand in the clear in its headers; nothing is
    parsed."""
    with archive.open("rb") as file:
        tail = file.read(1 << 20)
    return b".py" in tail or b".ipynb" in tail


def _attempted(found: Found, work: Work) -> Found:
    """Return the file with the attempt that a folder inside the work says (« tentative 2 »), and without that
    folder."""
    number = next((n for part in found.parts[:-1] if (n := attempt_of(part))), work.attempt)
    rest = tuple(part for part in found.parts[:-1] if attempt_of(part) is None) + found.parts[-1:]
    return replace(found, parts=rest, attempt=number)


def _parts(entry: Entry, folder: Entry) -> tuple[str, ...]:
    return entry.path.relative_to(folder.path).parts


# ── What it was ─────────────────────────────────────────────────────────────────────────────────


def _is_list(found: Found) -> bool:
    return found.entry.kind == "file" and found.entry.path.name.lower() in groups.LISTS


def _is_work(work: Work) -> bool:
    return is_program(work.entry) or is_archive(work.entry)


def _described(layout: Layout, works: Sequence[Work]) -> Text:
    theirs = [w for w in works if w.owner is not None or _is_work(w)]
    folders = sum(w.entry.kind == "folder" for w in theirs)
    return described(layout, folders, len(theirs) - folders)
