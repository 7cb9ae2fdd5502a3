"""Answers written as text: a `reponses.md` beside the script, or a markdown cell of a notebook.

parametres : 7850              ## convexe
- convexe: oui                 Oui, car l'entropie croisée
**minimum global** : oui       est convexe.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from grader.language.words import key_of
from grader.reading.naming import Nameless, Naming
from grader.reading.raw_answers import NAMES, RawAnswer, answered, owner_of

MAX_BYTES = 1_000_000  # bytes of such a file
MAX_FILES = 20
MAX_LINES = 20_000
SUFFIXES = (".md", ".txt", ".markdown")

_TITLE = re.compile(r" {0,3}(?:#{1,6}[ \t]|\*\*|__)|\s*[A-ZÉ]\w+ ?\w*\s*:?\s*$")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(?P<key>[^\n]{1,80})$")
_KEYED = re.compile(
    r"[ \t]*(?:[-*+•][ \t]+|\d{1,2}[.)][ \t]+)?"  # a bullet
    r"(?P<key>[*_`\"']{0,3}[^\W\d][\w '’-]{0,39}[*_`\"']{0,3})"
    r"[ \t\u00a0\u202f]*[:=](?!=)[*_]{0,2}[ \t\u00a0]*(?P<text>.*)$"
)


def answers_of_text(text: str, keys: Collection[str] = ()) -> dict[str, str]:
    """Return the answers of a text. Only `keys` are looked for where some are given; else every short label is one.

    A line that follows belongs to the answer above it; a keyed line below a heading belongs to both.
    """
    found: dict[str, list[str]] = {}
    wanted = {key_of(k) for k in keys}
    heading = current = ""
    for line in text.splitlines()[:MAX_LINES]:
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
    return answered({key: _unmarked("\n".join(lines)) for key, lines in found.items()})


def raw_answers_beside(
    folder: Path, files: Iterable[Path], keys: Collection[str], naming: Naming
) -> Iterator[RawAnswer]:
    """Yield the answers of every `reponses.md`, `reponses_exo1.md` or the like among `files`, relative to `folder`."""
    for file, owner in _with_answers(files, naming):
        for exercise, text in _parts(_text(_content(folder / file)), naming):
            yield from _raw(answers_of_text(text, keys), exercise or owner)


def answer_files(folder: Path, files: Iterable[Path], naming: Naming) -> dict[Path, bytes]:
    """Return the content of the files in which `raw_answers_beside` looks for answers, as far as it looks."""
    return {file: _content(folder / file) for file, _ in _with_answers(files, naming)}


def _with_answers(files: Iterable[Path], naming: Naming) -> list[tuple[Path, str]]:
    """The files of text whose names say that they hold answers, with the exercise that each names, the first name
    last, for it is the one that counts."""
    texts = (file for file in sorted(files) if file.suffix.lower() in SUFFIXES)
    owned = ((file, owner) for file in texts if (owner := owner_of(file.stem, naming)) is not None)
    return [found for found, _ in zip(owned, range(MAX_FILES), strict=False)][::-1]


def raw_answers_in_cells(
    prose: Sequence[str], owners: Sequence[str], keys: Collection[str], naming: Naming
) -> Iterator[RawAnswer]:
    """Yield the answers of those markdown cells that are titled « Réponses », or that begin with a keyed line, below a
    heading of its exercise where it has one. `owners` are the exercises of the cells."""
    for number, cell in enumerate(prose):
        lines = [line for line in cell.splitlines() if line.strip()]
        if lines and naming.titles(lines[0]):
            lines = lines[1:]
        titled = bool(lines) and any(key_of(lines[0]).startswith(name) for name in NAMES)
        if titled or (lines and _begins_keyed(lines[0], keys)):
            owner = owners[number] if number < len(owners) else ""
            for exercise, text in _parts(cell[:MAX_BYTES], naming):
                yield from _raw(answers_of_text(text, keys), exercise or owner)


def _raw(found: Mapping[str, str], exercise: str) -> Iterator[RawAnswer]:
    return (RawAnswer(key, text, exercise) for key, text in found.items())


def _parts(text: str, naming: Naming) -> Iterator[tuple[str, str]]:
    """(exercise, text) of each stretch below a heading that names one; "" above the first."""
    exercise = ""
    lines: list[str] = []
    for line in text.splitlines()[:MAX_LINES]:
        titles = naming.titles(line) if _TITLE.match(line) else ()
        if titles:
            yield exercise, "\n".join(lines)
            exercise, lines = titles[0] if len(titles) == 1 else "", []
        else:
            lines.append(line)
    yield exercise, "\n".join(lines)


def answers_beside(folder: Path, files: Iterable[Path], keys: Collection[str] = ()) -> dict[str, str]:
    """Return the answers of the files beside a program, whichever exercise they are for."""
    return {one.key: one.text for one in raw_answers_beside(folder, files, keys, Nameless())}


def answers_of_cells(prose: Iterable[str], keys: Collection[str] = ()) -> dict[str, str]:
    """Return the answers of a notebook's markdown cells, whichever exercise they are for."""
    return {one.key: one.text for one in raw_answers_in_cells(tuple(prose), (), keys, Nameless())}


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


def _content(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return b""
        with path.open("rb") as file:
            return file.read(MAX_BYTES)
    except OSError:
        return b""


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # A cut in the middle of a character is no reason to doubt the encoding.
        broken = data.decode("utf-8-sig", "replace")
        return broken if broken.count("\ufffd") <= 1 and len(data) == MAX_BYTES else data.decode("cp1252", "replace")
