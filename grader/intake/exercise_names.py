"""Which exercise a file is for, by its name, however it was saved, downloaded or renamed; several where it names several.

exo1.py · Exo_1 (2).PY · dupont-exo1.ipynb      exo1
exo1_exo2.py · exo1et2.py · tp_exo1-3.ipynb      exo1 and exo2; exo1, exo2 and exo3
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from grader.language.words import fold

# Other names under which students save an exercise; the words between which an id's digits may stand apart.
ALIASES = {
    "fashion": ("fashion", "fashionmnist"),
    "autoencoder": ("autoencoder", "autoencoders", "autoencodeur", "autoencodeurs"),
    "signs": ("signs", "sign", "signes", "handsigns"),
    "exo": ("exo", "exos", "exercice", "exercices", "exercise", "exercises", "ex"),
}

_COPY = re.compile(r"(?:\s*\(\d{1,3}\)|\s*[-–]\s*copie?|\s*[-_ ]copy)+$|^(?:copie de|copy of)\s+", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z]{2})")
_CONTROL = re.compile("[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# « 1 et 2 », « 1, 2 », « 1-3 »: what may stand between the numbers of one series, and what makes it a range.
_JOINT = r"[\s_]*(?:et|and|puis|&|\+|,|a|to|[-–])[\s_]*"
_RANGE = re.compile(r"[\s_]*(?:a|to|[-–])[\s_]*")
MAX_RANGE = 10
_BEFORE_TITLE = re.compile(r"[^\w]*(?:(?:tp|tme|td|partie|part|devoir|question)s?\b[\W_]*\d*[^\w]*)?_*", re.IGNORECASE)
_AFTER_TITLE = re.compile(r"\s*(?:$|[^\w\s])")
MAX_TITLE = 100
MAX_NAME = 200
_STAMP = re.compile(r"^(?:final|finale|fini|def|definitif|v\d*|version|copie|copy|new|ok|vf)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """A name that says its exercise: `exact` where it says nothing else, `owner` what else it says. `sure` is false
    where a second exercise may as well be the number of a version (« exo1-2 »)."""

    exercise: str
    exact: bool
    owner: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Naming:
    """What names say among the exercises `ids`: for a reader that looks for names inside a file."""

    ids: tuple[str, ...]

    def names(self, text: str) -> tuple[str, ...]:
        """Return the exercises that a file's, a function's or a variable's name says, in their order in it."""
        return _named(text[:MAX_NAME], self.ids)

    def rest(self, text: str) -> str:
        """Return what else the name says."""
        named = read_names(text, self.ids)
        return named[0].owner if named else text

    def titles(self, line: str) -> tuple[str, ...]:
        """Return the exercises with whose names a heading begins: « # --- Exercice 2 : un perceptron »."""
        return _titled(line, self.ids)


def _at(at: int, text: str, known_ids: tuple[str, ...]) -> list[tuple[str, int]]:
    """Return the exercises that a folded text names at this place, each with the end of its name."""
    series = {letters: _series(letters).match(text, at) for letters in dict.fromkeys(map(_letters_of, known_ids))}
    found = []
    for id_ in known_ids:
        several = series[_letters_of(id_)]
        if several:
            found += [(id_, several.end())] if _number(id_) in _numbers(several) else []
        elif one := _pattern(id_).match(text, at):
            found.append((id_, one.end()))
    return found


@lru_cache(maxsize=8192)
def _named(text: str, ids: tuple[str, ...]) -> tuple[str, ...]:
    return exercises_of(text, ids)


def exercise_of(filename: str, known_ids: Collection[str]) -> str | None:
    """Return the one exercise of `known_ids` that `filename` names; None where it names none, or several."""
    named = read_name(filename, known_ids)
    return named.exercise if named else None


def exercises_of(filename: str, known_ids: Collection[str]) -> tuple[str, ...]:
    """Return every exercise that `filename` names, in the order in which it names them."""
    stem = fold(_stem(filename))
    if not _any(tuple(known_ids)).search(stem):
        return ()
    spans = {id_: found for id_ in known_ids if (found := _spans(id_, stem))}
    return tuple(sorted(spans, key=lambda id_: (spans[id_][0][0], _number(id_))))


def read_name(filename: str, known_ids: Collection[str]) -> Named | None:
    """Return the same as `exercise_of`, with what the rest of the name says."""
    found = read_names(filename, known_ids)
    return found[0] if len(found) == 1 else None


def read_names(filename: str, known_ids: Collection[str]) -> tuple[Named, ...]:
    """Return one for each exercise that the name says; what else it says is the same for all."""
    found = exercises_of(filename, known_ids)
    if not found:
        return ()
    written = _stem(filename)
    stem = fold(written)
    if len(written) != len(stem):
        written = stem
    spans = [span for id_ in found for span in _spans(id_, stem)[: 1 if len(found) == 1 else None]]
    rest = [part for part in _parts(_without(written, spans)) if not _STAMP.match(part) and not _joins(part, found)]
    exact = len(found) == 1 and not "".join(_parts(_without(stem, spans)))
    alone = [id_ for id_ in found if _pattern(id_).search(stem)]
    return tuple(Named(id_, exact, " ".join(rest), sure=id_ in alone or _surely(id_, stem)) for id_ in found)


def _joins(part: str, found: tuple[str, ...]) -> bool:
    return len(found) > 1 and part.casefold() in ("et", "and", "puis", "&", "+")


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    kept, at = [], 0
    for start, end in sorted(set(spans)):
        kept.append(text[at:start])
        at = max(at, end)
    return " ".join([*kept, text[at:]])


def _spans(id_: str, stem: str) -> list[tuple[int, int]]:
    """Return where a folded text names the exercise, by itself or in a series."""
    found = [m.span() for m in _pattern(id_).finditer(stem)]
    series = [m.span() for m in _series(_letters_of(id_)).finditer(stem) if _number(id_) in _numbers(m)]
    return sorted(series) if series else found


def _surely(id_: str, stem: str) -> bool:
    """Return whether a series names the exercise with what cannot be a version's number: « 1 et 2 », not « 1-2 »."""
    series = (m for m in _series(_letters_of(id_)).finditer(stem) if _number(id_) in _numbers(m))
    return any("-" not in m["more"] and "–" not in m["more"] for m in series)


def _numbers(series: re.Match[str]) -> list[int]:
    """Return the numbers that a series says: 1 and 2, or 1 to 3."""
    numbers = [int(series["first"])]
    for joint, digits in re.findall(rf"({_JOINT})0*(\d{{1,2}})", series["more"]):
        last, number = numbers[-1], int(digits)
        if _RANGE.fullmatch(joint) and last < number <= last + MAX_RANGE:
            numbers.extend(range(last + 1, number))
        numbers.append(number)
    return numbers


def _titled(line: str, known_ids: tuple[str, ...]) -> tuple[str, ...]:
    text = fold(line.strip()[: MAX_TITLE + 1])
    begin = _BEFORE_TITLE.match(text)
    if len(text) > MAX_TITLE or begin is None or not _any(known_ids).search(text):
        return ()
    found: list[str] = []
    at = begin.end()
    while at < len(text):
        ids = _at(at, text, known_ids)
        if not ids:
            break
        end = max(end for _, end in ids)
        # « xor de deux images » is a remark; « exercice 1 régression » is a heading.
        found += [id_ for id_, _ in ids if _letters_of(id_) != id_ or _AFTER_TITLE.match(text, end)]
        joint = re.compile(_JOINT).match(text, end)
        at = joint.end() if joint else len(text)
    return tuple(dict.fromkeys(found))


def parts_of_name(filename: str) -> list[str]:
    """Return the words of a file's name, without endings and what a second copy adds."""
    return [part for part in _parts(_stem(filename)) if not _STAMP.match(part)]


def clean(name: str) -> str:
    """Return a person's or folder's name as it is, without what a terminal or a page could take for a command."""
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", unicodedata.normalize("NFC", name))).strip() or "?"


def _stem(filename: str) -> str:
    stem = re.sub(r"(?i)(?:\.py|\.ipynb)+$", "", unicodedata.normalize("NFC", filename))
    return _CAMEL.sub(" ", _COPY.sub("", stem))


def _parts(text: str) -> Iterator[str]:
    """Yield the words of a name; a hyphen between letters belongs to its word (« jean-pierre »)."""
    for part in re.split(r"[\s_.,;()\[\]]+", text):
        stripped = part.strip("-–")
        if stripped:
            yield stripped


@cache
def _pattern(exercise_id: str) -> re.Pattern[str]:
    """Return a pattern that matches the id as a word: « exo_01 » is exo1, « exo12 » is not."""
    letters = _letters_of(exercise_id)
    digits = fold(exercise_id)[len(letters) :]
    end = rf"{_NUMBERED}0*{digits}(?!\d)" if digits else r"(?![a-z])"
    return re.compile(rf"(?<![a-z])(?:{_words(letters)}){end}")


@cache
def _series(letters: str) -> re.Pattern[str]:
    """Return a pattern that matches several numbers after one word: « exo1et2 », « exos 1, 2 et 3 », « exo1-3 », but no
    date."""
    more = rf"(?P<more>(?:{_JOINT}0*\d{{1,2}}(?!\d))+)(?![-–]?\d)"
    return re.compile(rf"(?<![a-z])(?:{_words(letters)}){_NUMBERED}0*(?P<first>\d{{1,2}}){more}")


@cache
def _any(ids: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern that matches where one of the exercises may be named: most lines are done with then."""
    return re.compile("|".join(f"(?:{_words(letters)})" for letters in dict.fromkeys(map(_letters_of, ids))) or "(?!)")


_NUMBERED = r"(?:[\W_]{0,3}n[o°]?)?[\W_]{0,3}"


def _words(letters: str) -> str:
    """Return a pattern of a word's spellings: « auto-encoder », « Fashion MNIST »; a long name may be cut anywhere."""
    return "|".join(r"[\W_]?".join(map(re.escape, w)) if len(w) > 4 else re.escape(w) for w in _names(letters))


@cache
def _letters_of(exercise_id: str) -> str:
    return fold(exercise_id).rstrip("0123456789")


@cache
def _number(exercise_id: str) -> int:
    """Return the number at its end, -1 where there is none."""
    digits = fold(exercise_id)[len(_letters_of(exercise_id)) :]
    return int(digits) if digits else -1


def _names(letters: str) -> tuple[str, ...]:
    return tuple(sorted(ALIASES.get(letters, (letters,)), key=len, reverse=True))
