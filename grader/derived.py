"""Files made from something else, which follow it: a record's JSON, a page.

A note beside them says for each file what it was made from, and how large and how old it was when it was written. A file
that is missing, was cut off, was changed, or was made from something older no longer `holds`, and is made anew: also after
a kill between the gradebook and its files, and after a power cut. To ask costs a look at the file's entry, not a reading.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from grader.files import DAMAGED, write_whole

Entry = tuple[str, int, int]  # what it was made from, its size in bytes, when it was changed last in nanoseconds


class DerivedFiles:
    """The files below `folder` that the note `manifest` there speaks of. Call `keep` when some were written."""

    def __init__(self, folder: Path, manifest: str) -> None:
        self.folder = folder
        self._manifest = folder / manifest
        self._before = _read(self._manifest)
        self._entries = dict(self._before)

    def holds(self, name: str, made_from: str) -> bool:
        """Whether the file `name` is there as it was written, and was made from what `made_from` is the digest of."""
        entry = self._entries.get(name)
        return entry is not None and entry[0] == made_from and entry[1:] == _look(self.folder / name)

    def names(self) -> frozenset[str]:
        return frozenset(self._entries)

    def whole(self) -> bool:
        """Whether every file is as it was written, whatever it was made from."""
        return bool(self._entries) and all(self.holds(name, entry[0]) for name, entry in self._entries.items())

    def write(self, name: str, text: str, made_from: str) -> None:
        """Raises OSError where it cannot be written."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
        size, changed = _look(path)
        self._entries[name] = (made_from, size, changed)

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            self._entries.pop(name, None)
            with suppress(OSError, ValueError):
                (self.folder / name).unlink()

    def keep(self) -> None:
        """For the next time."""
        if self._entries != self._before:
            write_whole(self._manifest, json.dumps(self._entries, indent=0))
            self._before = dict(self._entries)


def _look(path: Path) -> tuple[int, int]:
    """Size and time of an ordinary file; (-1, -1) where there is none."""
    try:
        info = path.lstat()
    except (OSError, ValueError):  # a name that no file has
        return -1, -1
    return (info.st_size, info.st_mtime_ns) if stat.S_ISREG(info.st_mode) else (-1, -1)


def _read(manifest: Path) -> dict[str, Entry]:
    try:
        listed = json.loads(manifest.read_text(encoding="utf-8"))
        return {str(name): (str(made), int(size), int(changed)) for name, (made, size, changed) in listed.items()}
    except DAMAGED:
        return {}
