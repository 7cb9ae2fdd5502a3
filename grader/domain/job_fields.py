"""Typed access to the fields of a job, which the grader itself has sent as JSON to a process of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.domain.text import Json


class JobFields:
    """Hold the fields of one job. Each method returns the value under a name.

    Raises:
        KeyError: there is no field of that name.
        TypeError: the value has another type. Both are faults of the grader, for no student's code writes jobs.
    """

    def __init__(self, fields: Mapping[str, Json]) -> None:
        self._fields = fields

    def text(self, name: str) -> str:
        """Return the text under a name."""
        return text_in(self._fields[name])

    def path(self, name: str) -> Path:
        """Return the text under a name as a path."""
        return Path(self.text(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the list of texts under a name."""
        return tuple(map(text_in, list_in(self._fields[name])))

    def table_of_texts(self, name: str) -> dict[str, str]:
        """Return the object under a name, all values of which are texts."""
        return {key: text_in(value) for key, value in table_in(self._fields[name]).items()}

    def whole(self, name: str) -> int:
        """Return the whole number under a name."""
        return whole_in(self._fields[name])

    def maybe_whole(self, name: str) -> int | None:
        """Return the whole number under a name; None where it is null."""
        return None if self._fields[name] is None else self.whole(name)

    def flag(self, name: str) -> bool:
        """Return the truth value under a name. Raise `TypeError` where it is none."""
        value = self._fields[name]
        if not isinstance(value, bool):
            raise TypeError(f"not a truth value: {value!r}")
        return value

    def items(self, name: str) -> Sequence[Json]:
        """Return the list under a name."""
        return list_in(self._fields[name])

    def table(self, name: str) -> Mapping[str, Json]:
        """Return the object under a name."""
        return table_in(self._fields[name])

    def part(self, name: str) -> JobFields:
        """Return the fields of an object inside this one."""
        return JobFields(self.table(name))


def text_in(value: Json) -> str:
    """Return a text as such; raise `TypeError` where it is none."""
    if not isinstance(value, str):
        raise TypeError(f"not a text: {value!r}")
    return value


def whole_in(value: Json) -> int:
    """Return a whole number as such; raise `TypeError` where it is none."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"not a whole number: {value!r}")
    return value


def list_in(value: Json) -> Sequence[Json]:
    """Return a list as such; raise `TypeError` where it is none."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError(f"not a list: {value!r}")
    return value


def table_in(value: Json) -> Mapping[str, Json]:
    """Return an object as such; raise `TypeError` where it is none."""
    if not isinstance(value, Mapping):
        raise TypeError(f"not an object: {value!r}")
    return value
