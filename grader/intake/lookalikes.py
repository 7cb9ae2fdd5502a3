"""Names that a reader takes for one: other capitals, accents or spaces, or letters of another script of the same shape.

The shapes are those of Unicode's list of confusable characters (UTS 39, confusables.txt), as far as they are Latin
letters' in Cyrillic, Greek and Armenian; compatibility forms (ﬁ, ｍ, 𝐦) are folded by NFKD.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

_SHAPES = str.maketrans(
    "авекмнорстухіјѕԁԛԝһӏьгπορτυωνκιαεϲϳօսոհզցաıłøđ01|",
    "abekmhopctyxijsdqwhlbrnoptuwvkiaecjounhqgwilodoll",
)
_NUMBER = re.compile(r" \([^()]*\)$")
_PAIRS = re.compile(r"rn|vv|cl")  # two letters that look like one
_ONE = {"rn": "m", "vv": "w", "cl": "d"}


def shape(name: str) -> str:
    """Return what is left of a name for a hasty reader."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(c for c in folded if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    drawn = letters.translate(_SHAPES).replace("i", "l")
    return re.sub(r"[\W_]+", "", _PAIRS.sub(lambda pair: _ONE[pair[0]], drawn))


def lookalikes(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the groups of different names that look alike, each sorted. Namesakes that are all told apart by what the
    LMS knows them by (« Léa Dupont (1001) ») are none."""
    groups: dict[str, set[str]] = {}
    for name in names:
        groups.setdefault(shape(_NUMBER.sub("", name)), set()).add(name)
    return sorted(tuple(sorted(group)) for group in groups.values() if len(group) > 1 and not _namesakes(group))


def _namesakes(group: Collection[str]) -> bool:
    return all(_NUMBER.search(name) for name in group) and len({_NUMBER.sub("", name) for name in group}) == 1
