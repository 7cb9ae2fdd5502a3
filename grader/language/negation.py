"""How many negations words make, and what that makes of a statement."""

from __future__ import annotations

from collections.abc import Sequence

from grader.language import vocabulary as v
from grader.language.meaning import Understood

REACH = 7  # words after "ne" in which its partner is looked for


def denies(word: str) -> bool:
    """Return whether a word takes part in a negation."""
    return word == "ne" or word in v.PARTNERS or word in v.DENIALS


def negations(words: Sequence[str]) -> int:
    """Return how many negations these words make; « ne … pas », « rien ne », « ni … ni » make one."""
    count = 0
    open_until = -1
    for i, word in enumerate(words):
        if word == "ne":
            if open_until < i or not (words[i - 1] in v.PARTNERS or {"aucun", "aucune"} & set(words[:i])):
                count += 1
            open_until = i + REACH
        elif word in v.PARTNERS:
            if i >= open_until and word in v.PARTNERS_ALONE:
                count += 1
                open_until = i + REACH
        elif word in v.DENIALS:
            count += 1
    return count


def meaning_of(count: int) -> Understood:
    """Return what so many negations make of a statement; two are for a person to read."""
    return (Understood.YES, Understood.NO, Understood.UNCLEAR)[min(count, 2)]
