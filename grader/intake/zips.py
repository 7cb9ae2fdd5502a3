"""Zip archives, entry by entry, through the standard library."""

from __future__ import annotations

import itertools
import stat
import time
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from grader.intake.archive_members import CHUNK, Bounds, Member, Stop
from grader.intake.archive_names import written_name
from grader.intake.refusals import Why

LOCAL_HEADER = 30  # bytes, before the name
ENCRYPTED = 0x1
UTF8 = 0x800
SHARED = 3  # times as many entries are listed where each student's are counted by themselves
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others are decompressed without a bound on memory
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, IndexError)


def is_zip(archive: Path) -> bool:
    with archive.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def members(archive: Path, bounds: Bounds) -> Iterator[Member]:
    try:
        opened = zipfile.ZipFile(archive)
    except BROKEN:
        raise Stop(Why.DAMAGED) from None
    with opened:
        entries = opened.infolist()
        if len(entries) > bounds.entries * (SHARED if bounds.share_entries else 1):
            raise Stop(Why.ENTRIES)
        overlapping = _overlapping(entries)
        for entry in entries:
            yield Member(
                written_name(entry.filename, bool(entry.flag_bits & UTF8)),
                entry.filename.endswith("/"),  # `is_dir` breaks on a name that is empty
                entry.file_size,
                max(entry.compress_size, 1),
                _modified(entry),
                Why.OVERLAP if id(entry) in overlapping else _refused(entry),
                partial(_chunks, opened, entry),
            )


def _overlapping(entries: list[zipfile.ZipInfo]) -> set[int]:
    """Return the entries whose bytes reach into the next one's: bombs without nesting are made so (Fifield, WOOT
    2019)."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    found: set[int] = set()
    end, last = -1, None
    for entry in ordered:
        if entry.header_offset < end:
            found |= {id(entry), id(last)}
        # The name in the local header may be of another length; the shortest possible extent is enough to catch bombs.
        reach = entry.header_offset + LOCAL_HEADER + entry.compress_size
        if reach > end:
            end, last = reach, entry
    return found


def _refused(entry: zipfile.ZipInfo) -> Why | None:
    if entry.flag_bits & ENCRYPTED:
        return Why.ENCRYPTED
    mode = stat.S_IFMT(entry.external_attr >> 16)
    if mode == stat.S_IFLNK:
        return Why.LINK
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        return Why.SPECIAL
    return None if entry.compress_type in METHODS else Why.METHOD


def _modified(entry: zipfile.ZipInfo) -> float:
    """Return when an entry was changed. Zip keeps the local time of whoever packed, without saying of where; ours is
    the best guess."""
    try:
        return time.mktime((*entry.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return 0.0


def _chunks(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with opened.open(entry) as file:
            yield from itertools.takewhile(bool, iter(partial(file.read, CHUNK), None))
    except BROKEN:
        raise Stop(Why.DAMAGED) from None
