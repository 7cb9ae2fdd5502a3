"""Where archives lie unpacked, each under the digest of its bytes: the same archive is not unpacked twice.

Who unpacks is handed in: a teacher's command runs it in a sandbox, a test in this process. What comes out of the
sandbox is believed in nothing (`take_over`): ordinary files with plain names only.
"""

from __future__ import annotations

import atexit
import json
import shutil
import stat
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.files import DAMAGED, digest_of, write_whole
from grader.intake import archives
from grader.intake.archive_members import Bounds
from grader.intake.archive_names import DEPTH, place
from grader.intake.listing import walk
from grader.intake.refusals import Refusal, Why

Unpack = Callable[[Path, Path, Bounds], Sequence[Refusal]]
FILES, REFUSED = "files", "refused.json"


@dataclass(frozen=True, slots=True)
class Unpacked:
    folder: Path
    refused: tuple[Refusal, ...]


class Room:
    """`folder` is made when the first archive is met; without one, a temporary folder lives as long as this process."""

    def __init__(self, unpack: Unpack = archives.unpack, folder: Path | None = None) -> None:
        self._unpack = unpack
        self._folder = folder

    @property
    def folder(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="grade-"))
            atexit.register(shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder.absolute()

    def open(self, archive: Path, bounds: Bounds) -> Unpacked:
        """Return the archive's files. An archive that cannot be read at all gives an empty folder and one refusal."""
        home = self.folder / digest_of(archive)[:24]
        known = _refusals_in(home / REFUSED)
        if known is not None:
            return Unpacked(home / FILES, known)
        shutil.rmtree(home, ignore_errors=True)
        (home / FILES).mkdir(parents=True)
        refused = tuple(self._unpack(archive, home / FILES, bounds))
        if not any(r.why in (Why.MEMORY, Why.TIME) for r in refused):  # these may be the machine's mood: tried again
            listed = json.dumps([[r.name, r.why.value] for r in refused])
            write_whole(home / REFUSED, listed)  # which says that the files beside it are complete
        return Unpacked(home / FILES, refused)


def _refusals_in(path: Path) -> tuple[Refusal, ...] | None:
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
        return tuple(Refusal(str(name), Why(why)) for name, why in listed)
    except DAMAGED:
        return None


def take_over(source: Path, target: Path, bounds: Bounds) -> list[Refusal]:
    """Move what an unpacker in a sandbox left in `source` to `target`: its word is not taken for anything.

    Links, special files, hard links and forbidden names are left behind and told; number and size are bounded again.
    """
    refused: list[Refusal] = []
    count = total = 0
    for entry in walk(source, DEPTH + 1, everything=True, most=3 * bounds.entries):
        relative = entry.path.relative_to(source)
        if entry.kind == "folder":
            continue
        why = _why_left(entry.path, relative, bounds)
        count += 1
        total += entry.size
        if count > bounds.entries or total > bounds.total:
            refused.append(Refusal("", Why.TOTAL))
            break
        if why is not None:
            refused.append(Refusal(str(relative)[:300], why))
            continue
        there = target / relative
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(entry.path, there)
    return refused


def _why_left(path: Path, relative: Path, bounds: Bounds) -> Why | None:
    info = path.lstat()
    if stat.S_ISLNK(info.st_mode) or info.st_nlink > 1:
        return Why.LINK
    if not stat.S_ISREG(info.st_mode):
        return Why.SPECIAL
    if place(str(relative)) != PurePosixPath(relative):
        return Why.NAME
    return Why.LARGE if info.st_size > bounds.file else None
