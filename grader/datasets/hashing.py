"""Content hashes, and notes that spare computing them again.

A note says what a file's hash was at a size and a time of last change, or which content a version of a stand-in
has. Notes only save time: one that is missing, unreadable or out of date is made again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np

from grader.datasets.dataset import Arrays
from grader.files import DAMAGED, digest_of, write_whole


def files_sha256(paths: tuple[Path, ...], cache: Path) -> str:
    """Return the SHA-256 of one file; of several, that of their hashes, one a line. A file is read only if it changed.
    Raise `OSError` where one cannot be read, or the cache not be written."""
    hashes = [_file_sha256(path, cache) for path in paths]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def arrays_sha256(arrays: Arrays, version: int) -> str:
    """Return the SHA-256 of generated arrays: version, then name, type, shape and bytes of each."""
    digest = hashlib.sha256(str(version).encode())
    for key in sorted(arrays):
        array = np.ascontiguousarray(arrays[key])
        digest.update(f"{key} {array.dtype.str} {array.shape}".encode())
        digest.update(array.data)
    return digest.hexdigest()


def recall(cache: Path, about: str, state: Iterable[object] = ()) -> str | None:
    """Return the hash noted for `about` when it was in `state`, or None."""
    with suppress(*DAMAGED):
        note = json.loads(_note(cache, about).read_text(encoding="utf-8"))
        if note["about"] == about and note["state"] == list(state):
            return str(note["sha256"])
    return None


def remember(cache: Path, about: str, sha256: str, state: Iterable[object] = ()) -> None:
    """Write the note of a hash. Raise `OSError` where the cache cannot be written."""
    note = _note(cache, about)
    note.parent.mkdir(parents=True, exist_ok=True)
    write_whole(note, json.dumps({"about": about, "state": list(state), "sha256": sha256}))


def _note(cache: Path, about: str) -> Path:
    return cache / "notes" / f"{hashlib.sha256(about.encode()).hexdigest()[:24]}.json"


def _file_sha256(path: Path, cache: Path) -> str:
    about, state = str(path.resolve()), _state(path)
    known = recall(cache, about, state)
    if known is None:
        known = digest_of(path)
        if _state(path) == state:  # a file that changes while it is read is not noted
            remember(cache, about, known, state)
    return known


def _state(path: Path) -> list[int]:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
