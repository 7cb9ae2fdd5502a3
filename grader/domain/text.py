"""What is said, in both languages; and the plain values that JSON knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
JsonObject: TypeAlias = Mapping[str, Any]
"""An object as `json.loads` returns it: what its fields hold is known only once they have been read one by one."""

Lang = Literal["fr", "en"]
LANGS: tuple[Lang, ...] = ("fr", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """Hold one sentence in both languages; records carry both so that any report can choose."""

    fr: str = ""
    en: str = ""

    def in_(self, lang: Lang) -> str:
        """Return the sentence in a language."""
        return self.en if lang == "en" else self.fr

    def __bool__(self) -> bool:
        return bool(self.fr or self.en)


@dataclass(frozen=True, slots=True)
class Notice:
    """Hold something worth saying that costs no marks: `line` in `where`, 0 where there is none."""

    text: Text
    where: str = ""
    line: int = 0
