"""Whose answers: in a file of several exercises, which of the dictionaries found is the asked exercise's.

    REPONSES_EXO1 = {…}                          the variable says it
    REPONSES = {"exo1": {…}, "exo2_convexe": …}  the key says it
    # Exercice 2 / def exo2(): …                 the place says it (`parts`)

What nothing attributes is for every exercise; of several such dictionaries the one with the exercise's own keys wins.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from grader.language.words import is_blank, key_of
from grader.reading.parts import Naming

LONGEST = 20_000  # characters of one answer
MOST = 200  # answers

NAMES = frozenset(("reponses", "reponse", "answers", "answer", "mes_reponses"))
_NAMED = re.compile(r"(?:mes_|my_)?(?:reponses?|answers?)_*(?P<after>\w*)$|(?P<before>\w+?)_+(?:reponses?|answers?)$")


@dataclass(frozen=True, slots=True)
class Given:
    """One answer as it was found: `whose` is the exercise that its name or place says ("" where none does), `block`
    the number of the dictionary that it stands in."""

    key: str
    text: str
    whose: str = ""
    block: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """For which exercise answers are read. `keys` are its questions; `together` the exercises that the file's own name
    says; `parts` those that have a part of their own in it."""

    exercise: str = ""
    keys: frozenset[str] = frozenset()
    together: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def rest_of_name(name: str) -> str | None:
    """What a variable's name says besides « réponses »; "" for `REPONSES`, None where it is no answers' name."""
    key = key_of(name[:100])
    if key in NAMES:
        return ""
    found = _NAMED.match(key)
    return (found["after"] or found["before"]) if found else None


def owner_of(name: str, naming: Naming) -> str | None:
    """The exercise of a variable of answers: "" where it names none or several, None where it holds no answers."""
    rest = rest_of_name(name)
    if not rest:
        return rest
    named = naming.names(rest) or (naming.names(f"exo{rest}") if rest.isdigit() else ())
    if not named:
        return None
    return named[0] if len(named) == 1 else ""


def is_named_answers(name: str) -> bool:
    return rest_of_name(name) == ""


def kept(found: Mapping[str, str]) -> dict[str, str]:
    """Without what is not answered, and within the bounds."""
    answered = ((key, text.strip()[:LONGEST]) for key, text in found.items() if key and not is_blank(text))
    return {key: text for (key, text), _ in zip(answered, range(MOST), strict=False)}


def own_answers(given: Iterable[Given], asked: Asked) -> tuple[dict[str, str], bool]:
    """The asked exercise's answers; and whether several dictionaries answer the same question otherwise, with nothing
    to tell them apart. The last one counts then, as in Python."""
    answered = [g for g in given if g.key and not is_blank(g.text)]
    said = {g.whose for g in answered}
    if asked.exercise not in said and "" not in said and _is_alone(asked, said):
        answered = [replace(g, whose="") for g in answered]
    mine = [g for g in answered if g.whose == asked.exercise and asked.exercise]
    common = [g for g in answered if not g.whose]
    chosen, unclear = _chosen(common, asked) if asked.exercise else ([], False)
    found = _merged(common) | _merged(chosen) | _merged(mine)
    contested = unclear and any(g.key not in {m.key for m in mine} for g in common)
    return kept(found), contested


def _is_alone(asked: Asked, said: Collection[str]) -> bool:
    """The file is this exercise's only, whatever a comment above the dictionary says of another."""
    if asked.together:
        return asked.together == (asked.exercise,)
    return len(said) == 1 and asked.exercise not in asked.parts


def _merged(given: Iterable[Given]) -> dict[str, str]:
    return {g.key: g.text for g in given}


def _chosen(common: Sequence[Given], asked: Asked) -> tuple[list[Given], bool]:
    """Of several dictionaries that answer the same questions, the one meant; and whether that is a guess."""
    blocks = list(dict.fromkeys(g.block for g in common))
    if len(blocks) < 2 or not _collide(common):
        return [], False
    if asked.together == (asked.exercise,):
        return [], False
    if len(blocks) == len(asked.together) and asked.exercise in asked.together:
        block = blocks[asked.together.index(asked.exercise)]
        return [g for g in common if g.block == block], False
    fits = {block: _fit({g.key for g in common if g.block == block}, asked.keys) for block in blocks}
    best = [block for block in blocks if fits[block] == max(fits.values())]
    return [g for g in common if g.block == best[-1]], len(best) > 1


def _collide(common: Iterable[Given]) -> bool:
    texts: dict[str, set[str]] = {}
    for g in common:
        texts.setdefault(g.key, set()).add(" ".join(g.text.split()))
    return any(len(different) > 1 for different in texts.values())


def _fit(keys: Collection[str], wanted: Collection[str]) -> float:
    """The share of keys that both have, of all that one has."""
    both = set(keys) & set(wanted)
    return len(both) / max(1, len(set(keys) | set(wanted)))
