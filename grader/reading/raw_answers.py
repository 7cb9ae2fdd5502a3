"""Answers as they are found, in a program or beside it, and the names under which people keep them.

REPONSES · reponse · mes_reponses · answers        for whichever exercise
REPONSES_EXO1 · exo1_answers                       for the exercise that the name says
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from grader.language.words import is_blank, key_of
from grader.reading.naming import Naming

MAX_ANSWER_CHARS = 20_000  # characters of one answer
MAX_ANSWERS = 200  # answers
MAX_NAME_CHARS = 100  # characters

NAMES = frozenset(("reponses", "reponse", "answers", "answer", "mes_reponses"))
_NAMED = re.compile(r"(?:mes_|my_)?(?:reponses?|answers?)_*(?P<after>\w*)$|(?P<before>\w+?)_+(?:reponses?|answers?)$")


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """One answer as it was found: `exercise` is the one that its name or place says ("" where none does), `block` the
    number of the dictionary that it stands in."""

    key: str
    text: str
    exercise: str = ""
    block: int = 0


@lru_cache(maxsize=4096)
def rest_of_name(name: str) -> str | None:
    """Return what a variable's name says besides « réponses »; "" for `REPONSES`, None where it is no answers' name."""
    key = key_of(name[:MAX_NAME_CHARS])
    if key in NAMES:
        return ""
    found = _NAMED.match(key)
    return (found["after"] or found["before"]) if found else None


def owner_of(name: str, naming: Naming) -> str | None:
    """Return the exercise of a variable of answers: "" where it names none or several, None where it holds none."""
    rest = rest_of_name(name)
    if not rest:
        return rest
    named = naming.names(rest) or (naming.names(f"exo{rest}") if rest.isdigit() else ())
    if not named:
        return None
    return named[0] if len(named) == 1 else ""


def answered(found: Mapping[str, str]) -> dict[str, str]:
    """Return the answers without those left blank, within the bounds."""
    texts = ((key, text.strip()[:MAX_ANSWER_CHARS]) for key, text in found.items() if key and not is_blank(text))
    return {key: text for (key, text), _ in zip(texts, range(MAX_ANSWERS), strict=False)}
