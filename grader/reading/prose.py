"""Answers written as text: a `reponses.md` beside the script, or a markdown cell of a notebook.

parametres : 7850              ## convexe
- convexe: oui                 Oui, car l'entropie croisée
**minimum global** : oui       est convexe.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Collection, Iterable
from pathlib import Path

from grader.reading.answers import NAMES, is_named_answers, kept
from grader.reading.words import key_of

LARGEST = 1_000_000  # bytes of such a file
MOST_LINES = 20_000
SUFFIXES = (".md", ".txt", ".markdown")

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(?P<key>[^\n]{1,80})$")
_KEYED = re.compile(
    r"[ \t]*(?:[-*+•][ \t]+|\d{1,2}[.)][ \t]+)?"  # a bullet
    r"(?P<key>[*_`\"']{0,3}[^\W\d][\w '’-]{0,39}[*_`\"']{0,3})"
    r"[ \t\u00a0\u202f]*[:=](?!=)[*_]{0,2}[ \t\u00a0]*(?P<text>.*)$"
)


def answers_of_text(text: str, keys: Collection[str] = ()) -> dict[str, str]:
    """The answers of a text. Only `keys` are looked for where some are given; else every short label is one.

    A line that follows belongs to the answer above it; a keyed line below a heading belongs to both.
    """
    found: dict[str, list[str]] = {}
    wanted = {key_of(k) for k in keys}
    heading = current = ""
    for line in text.splitlines()[:MOST_LINES]:
        title = _HEADING.match(line)
        keyed = None if title else _KEYED.match(line)
        if title:
            heading = current = _key(title["key"].partition(":")[0], wanted)
            rest = title["key"].partition(":")[2]
            if heading:
                found[heading] = [rest]
            continue
        key = _key(keyed["key"], wanted) if keyed else ""
        if heading and heading in found:
            found[heading].append(line)
        if keyed and key and key != heading:
            current = key
            found[key] = [keyed["text"]]
        elif current and current != heading:
            found[current].append(line)
    return kept({key: _unmarked("\n".join(lines)) for key, lines in found.items()})


def answers_beside(folder: Path, files: Iterable[Path], keys: Collection[str] = ()) -> dict[str, str]:
    """The answers of every `reponses.md` or the like among `files`, which are relative to `folder`."""
    found: dict[str, str] = {}
    for file in sorted(files):
        if file.suffix.lower() in SUFFIXES and is_named_answers(file.stem):
            found = answers_of_text(_text(folder / file), keys) | found
    return found


def answers_of_cells(prose: Iterable[str], keys: Collection[str] = ()) -> dict[str, str]:
    """The answers of those markdown cells that are titled « Réponses », or that begin with a keyed line."""
    found: dict[str, str] = {}
    for cell in prose:
        first = next((line for line in cell.splitlines() if line.strip()), "")
        title = key_of(first)
        if any(title.startswith(name) for name in NAMES) or _begins_keyed(first, keys):
            found |= answers_of_text(cell[:LARGEST], keys)
    return found


def _begins_keyed(line: str, keys: Collection[str]) -> bool:
    keyed = _KEYED.match(line)
    return keyed is not None and bool(_key(keyed["key"], {key_of(k) for k in keys}))


def _key(written: str, wanted: Collection[str]) -> str:
    key = key_of(written)
    if key in NAMES or (wanted and key not in wanted):
        return ""
    return key


def _unmarked(text: str) -> str:
    """Without the emphasis around the whole answer."""
    return re.sub(r"^([*_`]{1,3})(.*)\1$", r"\2", text.strip(), flags=re.DOTALL)


def _text(path: Path) -> str:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return ""
        with path.open("rb") as file:
            data = file.read(LARGEST)
    except OSError:
        return ""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # A cut in the middle of a character is no reason to doubt the encoding.
        broken = data.decode("utf-8-sig", "replace")
        return broken if broken.count("\ufffd") <= 1 and len(data) == LARGEST else data.decode("cp1252", "replace")
