"""Archives unpacked safely: nothing is written outside the target, nothing is a link, everything is bounded.

    unpack(archive, target)     zip, tar, tar.gz, tar.bz2, tar.xz ─► files below `target`, and what was refused

The parsers are the standard library's; what they say of an archive is believed in nothing: sizes are counted while
bytes come out, names are judged by `members.place`. Hostile archives may still find a fault in a parser, or make one
need much memory, so teachers' commands run this in the sandbox (`grader.parsing.unpack_job`).
"""

from __future__ import annotations

import math
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from grader.intake import tars, zips
from grader.intake.archive_members import CLASS, Bounds, Member, Stop
from grader.intake.archive_names import Taken, place
from grader.intake.listing import is_quiet
from grader.intake.lms import attempt_of, is_wrapper
from grader.intake.refusals import Refusal, Why

MAX_REFUSALS = 2000
MAX_OF_ONE = 50  # refusals told of one student's entries
KINDS = {
    ".zip": "zip",
    **dict.fromkeys((".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz"), "tar"),
    **dict.fromkeys(
        (".rar", ".7z", ".gz", ".bz2", ".xz", ".zst", ".tar.zst", ".ace", ".cab", ".dmg", ".iso"), "unknown"
    ),
}
_OLDEST, _DAY = 315_532_800.0, 86_400.0  # 1980, where zip's clock begins


class Opened(Protocol):
    def __call__(self, archive: Path, bounds: Bounds) -> Iterator[Member]: ...


def kind_of(name: str) -> str | None:
    """Return `zip`, `tar`, `unknown` for an archive that is not opened; None for what is no archive by its name."""
    return KINDS.get(_ending(name))


def stem_of(name: str) -> str:
    """Return a name without an archive's ending: « rendu.tar.gz » → « rendu »."""
    return name[: len(name) - len(_ending(name))]


def _ending(name: str) -> str:
    """Return an archive's ending in small letters, "" where there is none."""
    lower = name.lower()
    return max((suffix for suffix in KINDS if lower.endswith(suffix)), key=len, default="")


def unpack(archive: Path, target: Path, bounds: Bounds = CLASS) -> tuple[Refusal, ...]:
    """Unpack into `target`, a new or empty folder. What could not be taken is returned, never raised.

    Raises:
        OSError: `target` cannot be written, a full disk for instance.
    """
    refused: list[Refusal] = []
    if archive.stat().st_size > bounds.archive:
        return (Refusal("", Why.ARCHIVE_LARGE),)
    opened = _opener(archive)
    if opened is None:
        return (Refusal("", Why.FORMAT if kind_of(archive.name) == "unknown" else Why.DAMAGED),)
    target.mkdir(parents=True, exist_ok=True)
    depth = _shared_depth(opened, archive, bounds) if bounds.share_entries else 0
    work = _Unpacking(target, bounds, archive.stat().st_size, depth)
    try:
        for member in opened(archive, bounds):
            why = work.take(member)
            if why is not None:
                refused.append(Refusal(member.name[:300], why))
    except Stop as stop:
        refused.append(Refusal("", stop.why))
    return shortened(refused, depth)


def shortened(refused: list[Refusal], depth: int = 0) -> tuple[Refusal, ...]:
    """Return not all refusals, but some of each folder `depth` levels down: one student's many must not hide
    another's."""
    kept: list[Refusal] = []
    often: Counter[tuple[str, ...]] = Counter()
    for one in refused:
        whose = _top(one.name, depth)
        often[whose] += 1
        if often[whose] <= MAX_OF_ONE and len(kept) < MAX_REFUSALS - 1:
            kept.append(one)
    return tuple(kept) if len(kept) == len(refused) else (*kept, Refusal("", Why.MORE))


def _top(name: str, depth: int) -> tuple[str, ...]:
    """Return the outermost folder or file that an entry is in, below `depth` folders that all entries share and others
    that are nobody's by their names (« submitted », « tentative 2 »)."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    while len(parts) > depth + 2 and (is_wrapper(parts[depth]) or attempt_of(parts[depth]) is not None):
        depth += 1
    return parts[: depth + 1]


def _shared_depth(opened: Opened, archive: Path, bounds: Bounds) -> int:
    """Return how many folders wrap all entries (« tp1/… »), hidden ones and what lies beside them apart; a first look
    at the names."""
    shared: tuple[str, ...] | None = None
    try:
        for member in opened(archive, bounds):
            where = place(member.name)
            if isinstance(where, PurePosixPath) and not is_quiet(where.parts[0]):
                folders = where.parts if member.folder else where.parts[:-1]
                shared = folders if shared is None else _common(shared, folders)
    except Stop:  # it will be met again
        pass
    return len(shared or ())


def _common(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    same = next(
        (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )
    return first[:same]


def _opener(archive: Path) -> Opened | None:
    """Return what reads the archive, by its content, not by name: students rename files."""
    if zips.is_zip(archive):
        return zips.members
    return tars.members if tars.is_tar(archive) else None


@dataclass
class _Unpacking:
    target: Path
    bounds: Bounds
    packed: int
    depth: int = 0

    def __post_init__(self) -> None:
        self.taken = Taken()
        self.entries = 0
        self.total = 0
        self.entries_of: Counter[tuple[str, ...]] = Counter()
        self.bytes_of: Counter[tuple[str, ...]] = Counter()

    def take(self, member: Member) -> Why | None:
        """Write one entry, or say why not. Raises `Stop` where the whole archive asks for too much."""
        where = place(member.name)
        whose = _top(str(where) if isinstance(where, PurePosixPath) else member.name, self.depth)
        self.entries_of[whose] += 1
        # While there is room for all, nobody is kept short.
        short = 2 * self.entries > self.bounds.entries
        if short and self.bounds.share_entries and self.entries_of[whose] > self.bounds.share_entries:
            return Why.SHARE
        self.entries += 1
        if self.entries > self.bounds.entries:
            raise Stop(Why.ENTRIES)
        if where is None:
            return None
        if isinstance(where, Why):
            return where
        if member.refused is not None:
            return member.refused
        claimed = self.taken.claim(where, member.folder)
        if claimed is not None:
            return claimed
        path = self.target / where
        if member.folder:
            path.mkdir(parents=True, exist_ok=True)
            return None
        path.parent.mkdir(parents=True, exist_ok=True)
        return self._file(member, path, whose)

    def _file(self, member: Member, path: Path, whose: tuple[str, ...]) -> Why | None:
        """Write a file within the bounds, or say why not. Sizes that the archive claims are only a first sieve; the
        bytes that really come are counted."""
        if member.size > self.bounds.file:
            return Why.LARGE
        short = 2 * (self.total + member.size) > self.bounds.total
        shared = bool(self.bounds.share_total) and short
        left = self.bounds.share_total - self.bytes_of[whose] if shared else self.bounds.total
        if member.size > left:
            return Why.SHARE
        why: Why | None = None
        written = 0
        # Neither an existing file nor a link is ever opened, whatever the names led to.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for chunk in member.chunks():
                    written += len(chunk)
                    self.total += len(chunk)
                    self.bytes_of[whose] += len(chunk)
                    why = Why.SHARE if written > left else self._excess(written, member.packed)
                    if why is not None:
                        break
                    file.write(chunk)
        except Stop as stop:
            path.unlink()
            if member.packed:  # a zip's other entries have their own places
                return stop.why
            raise
        if why is not None:
            path.unlink()
            if why is Why.TOTAL or (not member.packed and why is not Why.SHARE):
                raise Stop(why)
            return why
        modified = member.modified if math.isfinite(member.modified) else _OLDEST
        stamp = min(max(modified, _OLDEST), time.time() + _DAY)
        os.utime(path, (stamp, stamp))
        return None

    def _excess(self, written: int, packed: int) -> Why | None:
        if written > self.bounds.file:
            return Why.LARGE
        if self.total > self.bounds.total:
            return Why.TOTAL
        if not packed and self.bounds.share_total:  # of a class's tar: what swells is within its owner's share
            return None
        of_it, from_it = (written, packed) if packed else (self.total, self.packed)
        if of_it > self.bounds.ratio_from and of_it > self.bounds.ratio * max(from_it, 1):
            return Why.RATIO
        return None
