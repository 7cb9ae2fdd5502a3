"""The files below a folder, nearest first: ordinary files only, no links followed, within bounds."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = (".py", ".ipynb")
MAX_FILES = 2000
MAX_BYTES = 512 << 20
DEPTH = 12
MAX_ENTRIES = 100_000  # entries looked at, whatever they are

_QUIET = frozenset(("__MACOSX", "__pycache__", "node_modules", "Thumbs.db", "desktop.ini", "Icon\r"))


@dataclass(frozen=True, slots=True)
class Entry:
    """What was met below a folder. `kind`: file, folder, link, quiet, special, deep or unreadable."""

    path: Path
    kind: str
    size: int = 0
    modified: float = 0.0


def is_quiet(name: str) -> bool:
    """Return whether a name is one that systems and tools leave behind, or a hidden one."""
    return name.startswith(".") or name in _QUIET


def is_program(entry: Entry) -> bool:
    return entry.kind == "file" and entry.path.suffix.lower() in PROGRAMS


def head(path: Path, most: int) -> bytes:
    """Return the first bytes of a file; none where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError:
        return b""


def walk(root: Path, depth: int = DEPTH, everything: bool = False, most: int = MAX_ENTRIES) -> Iterator[Entry]:
    """Yield every entry below `root`, level by level, each level in the order of names; paths are below `root`.

    With `everything`, hidden and system entries are entries like the others. After `most` entries it ends with one that
    is `deep`.
    """
    level: deque[tuple[Path, int]] = deque([(root, 1)])
    seen = 0
    while level:
        folder, at = level.popleft()
        try:
            entries = _sorted(folder)
        except OSError:
            yield Entry(folder, "unreadable")
            continue
        for entry in entries:
            seen += 1
            if seen > most:
                yield Entry(folder, "deep")
                return
            found = _entry(entry, everything)
            if found.kind == "folder" and at >= depth:
                found = Entry(found.path, "deep")
            yield found
            if found.kind == "folder":
                level.append((found.path, at + 1))


def children(folder: Path) -> list[Entry]:
    """Return what lies in one folder of the class's own, in the order of names; nothing where it cannot be read."""
    try:
        return [_entry(entry, everything=False, outermost=True) for entry in _sorted(folder)]
    except OSError:
        return []


def _sorted(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        kept = [entry for entry, _ in zip(entries, range(MAX_ENTRIES), strict=False)]
    return sorted(kept, key=lambda entry: entry.name)


def _is_environment(folder: Path) -> bool:
    return (folder / "pyvenv.cfg").is_file()


def _entry(entry: os.DirEntry[str], everything: bool, outermost: bool = False) -> Entry:
    path = Path(entry.path)
    if is_quiet(entry.name) and not everything:
        return Entry(path, "quiet")
    try:
        if entry.is_symlink():
            return Entry(path, "link")
        if entry.is_dir(follow_symlinks=False):
            # A virtual environment is nobody's work; but whose folder it is, its contents do not say.
            return Entry(path, "quiet" if not everything and not outermost and _is_environment(path) else "folder")
        if not entry.is_file(follow_symlinks=False):
            return Entry(path, "special")
        info = entry.stat(follow_symlinks=False)
        if not os.access(path, os.R_OK):
            return Entry(path, "unreadable")
    except OSError:
        return Entry(path, "unreadable")
    return Entry(path, "file", info.st_size, info.st_mtime)


def files_under(root: Path, main: Path) -> tuple[tuple[Path, ...], bool]:
    """Return the files that belong to the submission whose main file is `main`, relative to `root`.

    True where some had to stay out.
    """
    found = [main.relative_to(root)]
    total = main.stat().st_size
    left_out = False
    for entry in walk(root):
        if entry.kind == "deep":
            left_out = True
        if entry.kind != "file" or entry.path == main:
            continue
        if len(found) >= MAX_FILES:
            return tuple(found), True
        if total + entry.size > MAX_BYTES:
            left_out = True
            continue
        total += entry.size
        found.append(entry.path.relative_to(root))
    return tuple(found), left_out
