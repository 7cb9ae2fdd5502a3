"""Outside: typed, bounded access to the fields of a line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from grader.domain import Json, Scalar
from grader.evidence.arrays import ARRAY_NAME
from grader.evidence.invalid_evidence import InvalidEvidence

TABLE_VALUES = 600  # in one table of small values, all levels together
WORD_CHARS = 20  # above the longest of any closed set
T = TypeVar("T")
W = TypeVar("W", bound=StrEnum)


class Fields:
    """Typed, bounded access to a decoded JSON object. Each method returns the value under a name, or what stands for none.

    Raises:
        InvalidEvidence: the value has another type, or is larger than allowed.
    """

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise InvalidEvidence("not an object")
        self._fields: dict[str, object] = value

    def text(self, name: str, most: int = 200) -> str:
        """Return a text, cut to `most` characters."""
        value = self._fields.get(name, "")
        if not isinstance(value, str):
            raise InvalidEvidence(f"{name}: not a text")
        return clean(value, most)

    def maybe_text(self, name: str, most: int = 200) -> str | None:
        return None if self._fields.get(name) is None else self.text(name, most)

    def word(self, name: str, words: type[W]) -> W:
        """Return a word of a closed set."""
        text = self.text(name, WORD_CHARS)
        try:
            return words(text)
        except ValueError:
            raise InvalidEvidence(f"{name}: not a word of {words.__name__}") from None

    def whole(self, name: str, low: int = 0, high: int = 1 << 53) -> int:
        value = self._fields.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise InvalidEvidence(f"{name}: not a whole number from {low} to {high}")
        return value

    def maybe_whole(self, name: str) -> int | None:
        return None if self._fields.get(name) is None else self.whole(name)

    def real(self, name: str) -> float:
        return real_number(self._fields.get(name, 0.0))

    def maybe_real(self, name: str) -> float | None:
        return None if self._fields.get(name) is None else self.real(name)

    def flag(self, name: str) -> bool:
        return self._fields.get(name) is True

    def many(self, name: str, most: int, read: Callable[[object], T]) -> tuple[T, ...]:
        """Return the items of a list of at most `most`, each as `read` gives it."""
        value = self._fields.get(name) or []
        if not isinstance(value, list) or len(value) > most:
            raise InvalidEvidence(f"{name}: not a list of at most {most}")
        return tuple(read(item) for item in value)

    def shape(self, name: str) -> tuple[int | None, ...] | None:
        return None if self._fields.get(name) is None else self.many(name, 16, _dimension)

    def sizes(self, name: str) -> tuple[int, ...]:
        """Return a shape without unknown sides: (0, …) in their place."""
        return tuple(n or 0 for n in self.shape(name) or ())

    def scalars(self, name: str) -> dict[str, Scalar]:
        """Return a table of plain values; what is none is left out."""
        return {key: value for key, value in self.small(name).items() if isinstance(value, Scalar)}

    def table(self, name: str, most: int = 64) -> dict[str, object]:
        """Return a table of at most `most` values, whatever they are."""
        value = self._fields.get(name) or {}
        if not isinstance(value, dict) or len(value) > most:
            raise InvalidEvidence(f"{name}: not a table of at most {most}")
        return {clean(key, 200): item for key, item in value.items()}

    def small(self, name: str, most: int = 64) -> dict[str, Json]:
        """Return a table of small values; what is too large is left out."""
        room = [TABLE_VALUES]
        return {key: _small(item, room) for key, item in self.table(name, most).items()}

    def file(self, name: str, form: re.Pattern[str] = ARRAY_NAME) -> str | None:
        """Return the name of a kept file, which must have this form."""
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not form.fullmatch(value):
            raise InvalidEvidence(f"{name}: not the name of a kept file")
        return value

    def sub(self, name: str, read: Callable[[Fields], T]) -> T | None:
        """Return the object under a name, as `read` gives it."""
        value = self._fields.get(name)
        return None if value is None else read(Fields(value))


def clean(text: str, most: int) -> str:
    """Return the text, cut and without the half characters (lone surrogates) that no file or terminal takes."""
    return text[:most].encode("utf-8", "replace").decode("utf-8")


def real_number(value: object) -> float:
    """Return a number, NaN and the infinities by their names. Raise `InvalidEvidence` where it is none."""
    if isinstance(value, str) and value in ("nan", "inf", "-inf"):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidEvidence("not a number")
    try:
        return float(value)
    except OverflowError:
        raise InvalidEvidence("not a number") from None


def _dimension(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1 << 40:
        raise InvalidEvidence("not a dimension")
    return value


def _small(value: object, room: list[int], depth: int = 3) -> Json:
    """`room` holds how many values more may be kept."""
    room[0] -= 1
    if room[0] < 0:
        return None
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if abs(value) < 1 << 53 else None
    if isinstance(value, str):
        return clean(value, 500)
    if depth and isinstance(value, list) and len(value) <= 64:
        return [_small(item, room, depth - 1) for item in value]
    if depth and isinstance(value, dict) and len(value) <= 64:
        return {clean(key, 100): _small(item, room, depth - 1) for key, item in value.items()}
    return None


def read_json(data: bytes | str) -> Json:
    """Return the value of strict JSON: no NaN, no duplicate keys, no depth that exhausts the stack. Raise `InvalidEvidence`."""
    try:
        value: Json = json.loads(data, parse_constant=_no_constant, object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as problem:
        raise InvalidEvidence(f"not JSON: {type(problem).__name__}") from None
    return value


def _no_constant(name: str) -> float:
    raise InvalidEvidence(name)


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidEvidence("duplicate keys")
    return found
