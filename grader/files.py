"""Files as every room handles them: written whole or not at all, told by their content, and where there is no room."""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import suppress
from pathlib import Path

# What reading a file of our own may raise that was cut off, mixed up or made by somebody else. JSON that is nested without
# end, or whose numbers no float holds, belongs here too.
DAMAGED = (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, OverflowError)


def write_whole(path: Path, text: str) -> None:
    """A reader never meets half a file, nor an empty one after a power cut: it is written beside its place, in a folder
    that exists, under a name that neither another process nor another thread writes to, brought to the disk, and then
    moved. Raises OSError where that cannot be done."""
    partial = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        with partial.open("xb") as file:
            file.write(text.encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    with suppress(OSError):  # some file systems know no such thing as the names in a folder
        to_disk(path.parent)


def to_disk(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk. Raises OSError where that cannot be done."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unwritable(problem: BaseException) -> bool:
    """Something that the reader named cannot be written where it is: a file in a folder's place, no right to, read-only."""
    return isinstance(problem, OSError) and problem.errno in _UNWRITABLE


_UNWRITABLE = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOENT, errno.ENAMETOOLONG,
    errno.ELOOP, errno.ENODEV, errno.EINVAL,
)  # fmt: skip


def digest_of(path: Path) -> str:
    """The SHA-256 of what it holds."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def no_room(problem: BaseException) -> bool:
    """The disk, or what of it is allotted, is full."""
    return isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT)
