"""Tar archives, plain or compressed, read once from the first byte to the last."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import IO, cast

from grader.intake.archive_members import CHUNK, Bounds, Member, Stop
from grader.intake.refusals import Why

BROKEN = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, OverflowError)
MAGIC: dict[bytes, Callable[[IO[bytes], str], object]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
NOWHERE = "/nowhere"  # the filter asks below which folder an entry is to stay; nothing is written through it
FILTERED: dict[type[tarfile.FilterError], Why] = {
    tarfile.AbsolutePathError: Why.ABSOLUTE,
    tarfile.OutsideDestinationError: Why.OUTSIDE,
    tarfile.SpecialFileError: Why.SPECIAL,
}
HEADERS = 4096  # bytes of headers and padding that each entry may cost


class _Metered(io.RawIOBase):
    """Counts what is decompressed, headers and skipped files included, and stops a bomb before it is out."""

    def __init__(self, file: IO[bytes], most: int, ratio_most: int) -> None:
        self._file = file
        self._most = most
        self._ratio_most = ratio_most
        self._read = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(CHUNK if size < 0 else min(size, CHUNK))
        self._read += len(data)
        if self._read > self._most:
            raise Stop(Why.TOTAL)
        if self._read > self._ratio_most:
            raise Stop(Why.RATIO)
        return data


def is_tar(archive: Path) -> bool:
    """Return whether the first block, once decompressed, is a tar header; that of a truncated archive is still
    there."""
    try:
        with ExitStack() as stack:
            header = _stream(archive, stack).read(tarfile.BLOCKSIZE)
            tarfile.TarInfo.frombuf(header, tarfile.ENCODING, "surrogateescape")
    except (*BROKEN, IndexError):
        return False
    return True


def _stream(archive: Path, stack: ExitStack) -> IO[bytes]:
    plain = stack.enter_context(archive.open("rb"))
    start = plain.read(6)
    plain.seek(0)
    for magic, opened in MAGIC.items():
        if start.startswith(magic):
            return stack.enter_context(cast("IO[bytes]", opened(plain, "rb")))
    return plain


def members(archive: Path, bounds: Bounds) -> Iterator[Member]:
    """Yield the entries in their order. Raises `Stop` where the rest cannot be read."""
    packed = archive.stat().st_size
    with ExitStack() as stack:
        most = bounds.total + HEADERS * bounds.entries
        # A class's archive is bounded by each student's share: what one of them packed well stops nobody else's.
        swollen = most if bounds.share_total else max(bounds.ratio_from, bounds.ratio * packed)
        metered = _Metered(_stream(archive, stack), most, swollen)
        try:
            opened = stack.enter_context(tarfile.open(fileobj=cast("IO[bytes]", metered), mode="r|"))
            for entry in opened:
                yield Member(
                    entry.name,
                    entry.isdir(),
                    entry.size,
                    0,
                    float(entry.mtime),
                    _refused(entry),
                    partial(_chunks, opened, entry),
                )
                if entry.size > bounds.total:  # to its end nobody would come
                    raise Stop(Why.DAMAGED)
        except BROKEN:
            raise Stop(Why.DAMAGED) from None


def _refused(entry: tarfile.TarInfo) -> Why | None:
    """Return why an entry is not taken whatever its name: the standard library's filter for data decides, and before it
    what that lets pass and no hand-in needs, links inside the archive and sparse files."""
    if entry.issym() or entry.islnk():
        return Why.LINK
    if entry.isreg() and entry.issparse():
        return Why.SPECIAL
    try:
        tarfile.data_filter(entry, NOWHERE)
    except tarfile.FilterError as problem:
        return next((why for kind, why in FILTERED.items() if isinstance(problem, kind)), Why.SPECIAL)
    except ValueError:  # a name that no path can be made of
        return Why.NAME
    return None


def _chunks(opened: tarfile.TarFile, entry: tarfile.TarInfo) -> Iterator[bytes]:
    file = opened.extractfile(entry)
    left = entry.size
    while file is not None and left > 0:
        try:
            chunk = file.read(min(CHUNK, left))
        except BROKEN:
            raise Stop(Why.DAMAGED) from None
        if not chunk:
            raise Stop(Why.DAMAGED)
        left -= len(chunk)
        yield chunk
