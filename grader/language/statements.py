"""What the clauses of an answer state on the property that the question is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.language import vocabulary as v
from grader.language.clauses import Clause
from grader.language.meaning import Understood
from grader.language.negation import denies, meaning_of, negations
from grader.language.opening import first_word


def statements_on(property_: re.Pattern[str], clauses: Sequence[Clause], *, led: bool) -> set[Understood]:
    """Return what the clauses say of the property; UNCLEAR is among it where a person must read them.

    `led`: the first clause is what follows a yes or a no.
    """
    said: set[Understood] = set()
    for position, clause in enumerate(clauses):
        if property_.search(clause.text):
            said |= _on_property(clause, property_)
        else:
            meaning = _pronominal(clause.text) if led and not position else _elliptic(clause, later=position > 0)
            said |= _as_set(meaning)
    return said


def _as_set(meaning: Understood | None) -> set[Understood]:
    return set() if meaning is None else {meaning}


# ── Clauses that do not name the property ───────────────────────────────────────────────────────


def _limits(clause: Clause) -> bool:
    """« … mais pas en b » takes back a part of what was said; « mais pas strictement » does not."""
    words = clause.words
    if len(words) > 1 and words[-1] == "si":
        return True  # « … mais l'entropie croisée si »
    takes_back = clause.opener in ("mais", "but") and words[:1] in (["pas"], ["not"])
    return takes_back and not re.match(r"(?:strict|fort|strong|concav|local)", " ".join(words[1:2]))


def _elliptic(clause: Clause, *, later: bool) -> Understood | None:
    """The meaning of a clause that does not name the property: « elle ne l'est pas », « pas toujours »."""
    if _limits(clause):
        return Understood.UNCLEAR
    if later and v.REFUSAL.match(clause.text):
        return Understood.NO
    word = first_word(clause)
    follows = set(clause.words[1:2])
    if word is not None and (not follows or follows & v.LIMITS):
        return word
    return _pronominal(clause.text)


def _pronominal(text: str) -> Understood | None:
    """The meaning of a clause that says the property by a pronoun: « elle l'est », "it does not"."""
    words = text.split()
    kept = " ".join(w for w in words if not denies(w) and w not in v.FILLERS)
    return meaning_of(negations(words)) if v.ANAPHORA.match(kept) else None


# ── Clauses that name it ────────────────────────────────────────────────────────────────────────


def _on_property(clause: Clause, property_: re.Pattern[str]) -> set[Understood]:
    """What one clause says of the property: an empty set where it only mentions it, UNCLEAR for a double negation."""
    if clause.words[0] in v.SUBORDINATE and clause.words[:2] != ["que", "elle"]:
        return set()
    said: set[Understood] = set()
    for found in property_.finditer(clause.text):
        before, after = clause.text[: found.start()], clause.text[found.end() :]
        count = negations(before.split())
        if count > 1:
            return {Understood.UNCLEAR}
        mention = _Mention(before, after, clause.opener)
        said |= _as_set(_denied(mention) if count else _asserted(mention))
    return said


@dataclass(frozen=True, slots=True)
class _Mention:
    """One place where a clause names the property: the text before and after it, and the clause's opener."""

    before: str
    after: str
    opener: str

    @property
    def words(self) -> list[str]:
        return self.before.split()

    @property
    def following(self) -> list[str]:
        return self.after.split()

    @property
    def predicate(self) -> str:
        """What follows, without what denies or only qualifies."""
        return " ".join(w for w in self.following if not denies(w) and w not in ("simple", "seul", "single"))


def _denied(mention: _Mention) -> Understood | None:
    """NO where the one negation before the mention bears on it; "not strictly convex" denies less."""
    words = mention.words
    last = max(i for i, w in enumerate(words) if denies(w))
    if any(w not in v.LIGHT for w in words[last + 1 :]) or v.STRICT.search(mention.before):
        return None
    if v.COMPARED.search(mention.before) and re.match(r" (?:que|than)\b", mention.after):
        return None
    return Understood.NO


def _asserted(mention: _Mention) -> Understood | None:
    """What a mention without a negation before it claims; UNCLEAR where the words after it take that back."""
    claim = _claim(mention)
    following = mention.following
    if claim is Understood.YES and following and (following[-1] in ("non", "no") or v.ONLY & set(following)):
        return Understood.UNCLEAR  # « elle est convexe en fait non », « convexe seulement en W »
    return claim


def _claim(mention: _Mention) -> Understood | None:
    """YES or NO for « est convexe », « le minimum global n'est pas atteint »; None for a mere mention."""
    return next((claim(mention) for applies, claim in _CLAIMS if applies(mention)), None)


def _is_attained(mention: _Mention) -> bool:
    """« le minimum global est (toujours) atteint »."""
    return v.ATTAINED.match(mention.predicate) is not None and "peut" not in mention.following


def _ability(mention: _Mention) -> Understood | None:
    """« une couche suffit », « une couche ne suffit pas »: the property is the whole subject."""
    words, following = mention.words, mention.following
    if not (words or following) or any(w not in v.DETERMINERS for w in words):
        return None
    verb, meaning = {0: (v.CAN, Understood.YES), 1: (v.CANNOT, Understood.NO)}.get(negations(following), (None, None))
    return meaning if verb is not None and verb.match(mention.predicate) else None


def _is_bare(mention: _Mention) -> bool:
    """« convexe », « strictement convexe »: nothing else is said."""
    return all(w in v.BARE for w in (*mention.words, *mention.following))


def _by_verb(mention: _Mention) -> Understood | None:
    """« est (donc toujours) convexe »: YES where a verb that asserts stands before the property, with light words at
    most between them."""
    verbs = v.COPULAS | v.REACHES
    nearest = next((w for w in reversed(mention.words) if w in verbs or w not in v.LIGHT), "")
    return Understood.YES if nearest in verbs else None


# (whether the mention is of this kind, what it then claims); the first kind that applies decides.
_CLAIMS: tuple[tuple[Callable[[_Mention], bool], Callable[[_Mention], Understood | None]], ...] = (
    (_is_attained, lambda mention: meaning_of(negations(mention.following))),
    (lambda mention: _ability(mention) is not None, _ability),
    (_is_bare, lambda mention: None if mention.opener in ("et", "and", "or") else Understood.YES),
    (lambda mention: any(w in v.MODALS for w in mention.words), lambda mention: None),
    (lambda mention: True, _by_verb),
)
