"""The names inside an archive: which may become a path, and which is somebody else's mistake or attack.

Every name is judged before anything is written. A path that is allowed is relative, short, shallow, unlike every
other one on any system, and holds only characters that every system has.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from grader.intake.refusals import Why

NAME_BYTES = 200  # of one name; Linux stands 255
PATH_BYTES = 1000
DEPTH = 20

_DRIVE = re.compile(r"[A-Za-z]:")
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\..*)?", re.IGNORECASE)
_BOX = re.compile("[\u2500-\u259f]")  # no letters: in code page 850, capitals with accents stand in their places


def place(name: str) -> PurePosixPath | Why | None:
    """Return the relative path that `name` asks for, in composed letters; why it is refused; None for the root
    itself."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/")
    if name.startswith("/") or _DRIVE.match(name):
        return Why.ABSOLUTE
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        return Why.OUTSIDE
    if not parts:
        return None
    if len(parts) > DEPTH:
        return Why.DEEP
    if any(_FORBIDDEN.search(part) or _RESERVED.fullmatch(part) or part[-1] in " ." for part in parts):
        return Why.NAME
    if max(len(part.encode()) for part in parts) > NAME_BYTES or len("/".join(parts).encode()) > PATH_BYTES:
        return Why.LONG
    return PurePosixPath(*parts)


class Taken:
    """The paths already given out, so that no two of them meet on any file system."""

    def __init__(self) -> None:
        self._kinds: dict[str, tuple[PurePosixPath, bool]] = {}

    def claim(self, path: PurePosixPath, folder: bool) -> Why | None:
        """Reserve `path` and the folders above it; the reason where something else has them already.

        A folder may be named again; a file may not, nor stand where a folder is needed.
        """
        for above in (*reversed(path.parents[:-1]), path):
            wanted_folder = folder or above != path
            key = _key(above)
            had = self._kinds.get(key)
            if had is None:
                self._kinds[key] = above, wanted_folder
            elif had[0] != above:
                return Why.COLLISION
            elif not (had[1] and wanted_folder):
                return Why.DUPLICATE
        return None


def _key(path: PurePosixPath) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", str(path)).casefold())


def written_name(name: str, says_utf8: bool) -> str:
    """Return the name that a zip's author saw. Without the UTF-8 flag the standard's code page 437 is read, but macOS
    writes UTF-8 all the same, and a French Windows code page 850, which differs in the capitals with accents."""
    if says_utf8 or name.isascii():
        return name
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:  # it was decoded otherwise already
        return name
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp850") if _BOX.search(name) else name
