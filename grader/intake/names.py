"""Which exercise a file is for, by its name, however it was saved, downloaded or renamed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

# Other names under which students save an exercise; the words between which an id's digits may stand apart.
ALIASES = {
    "fashion": ("fashion", "fashionmnist"),
    "autoencoder": ("autoencoder", "autoencoders", "autoencodeur", "autoencodeurs"),
    "signs": ("signs", "sign", "signes", "handsigns"),
    "exo": ("exo", "exercice", "exercise", "ex"),
}

_COPY = re.compile(r"(?:\s*\(\d{1,3}\)|\s*[-–]\s*copie?|\s*[-_ ]copy)+$|^(?:copie de|copy of)\s+", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z]{2})")
_CONTROL = re.compile("[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_STAMP = re.compile(r"^(?:final|finale|fini|def|definitif|v\d*|version|copie|copy|new|ok|vf)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """A name that says its exercise: `exact` where it says nothing else, `owner` what else it says."""

    exercise: str
    exact: bool
    owner: str


def exercise_of(filename: str, known_ids: Collection[str]) -> str | None:
    """The one exercise of `known_ids` that `filename` names; None where it names none, or several."""
    named = read_name(filename, known_ids)
    return named.exercise if named else None


def exercises_of(filename: str, known_ids: Collection[str]) -> tuple[str, ...]:
    """Every exercise that `filename` names."""
    stem = _folded(_stem(filename))
    return tuple(id_ for id_ in known_ids if _pattern(id_).search(stem))


def read_name(filename: str, known_ids: Collection[str]) -> Named | None:
    """As `exercise_of`, with what the rest of the name says."""
    found = exercises_of(filename, known_ids)
    if len(found) != 1:
        return None
    written = _stem(filename)
    stem = _folded(written)
    match = _pattern(found[0]).search(stem)
    if match is None:
        return None
    if len(written) != len(stem):
        written = stem
    rest = [part for part in _parts(written[: match.start()] + " " + written[match.end() :]) if not _STAMP.match(part)]
    exact = not "".join(_parts(stem[: match.start()] + stem[match.end() :]))
    return Named(found[0], exact, " ".join(rest))


def clean(name: str) -> str:
    """A person's or folder's name as it is, without what a terminal or a page could take for a command."""
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", unicodedata.normalize("NFC", name))).strip() or "?"


def _stem(filename: str) -> str:
    stem = re.sub(r"(?i)(?:\.py|\.ipynb)+$", "", unicodedata.normalize("NFC", filename))
    return _CAMEL.sub(" ", _COPY.sub("", stem))


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def _parts(text: str) -> Iterator[str]:
    """The words of a name; a hyphen between letters belongs to its word (« jean-pierre »)."""
    for part in re.split(r"[\s_.,;()\[\]]+", text):
        stripped = part.strip("-–")
        if stripped:
            yield stripped


@cache
def _pattern(exercise_id: str) -> re.Pattern[str]:
    """Matches the id as a word: « exo_01 » is exo1, « exo12 » is not."""
    folded = _folded(exercise_id)
    letters = folded.rstrip("0123456789")
    digits = folded[len(letters) :]
    # « auto-encoder », « Fashion MNIST »: a long name may be cut anywhere.
    words = "|".join(r"[\W_]?".join(map(re.escape, w)) if len(w) > 4 else re.escape(w) for w in _names(letters))
    end = rf"(?:[\W_]{{0,3}}n[o°]?)?[\W_]{{0,3}}0*{digits}(?!\d)" if digits else r"(?![a-z])"
    return re.compile(rf"(?<![a-z])(?:{words}){end}")


def _names(letters: str) -> tuple[str, ...]:
    return tuple(sorted(ALIASES.get(letters, (letters,)), key=len, reverse=True))
