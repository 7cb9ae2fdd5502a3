"""Files as every room handles them: written whole or not at all, told by their content, and where there is no room."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """A reader never meets half a file: it is written beside its place, in a folder that exists, and then moved."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(text.encode("utf-8", "replace"))
    partial.replace(path)


def digest_of(path: Path) -> str:
    """The SHA-256 of what it holds."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def no_room(problem: BaseException) -> bool:
    """The disk, or what of it is allotted, is full."""
    return isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT)
