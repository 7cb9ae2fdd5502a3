"""What an answer in words means: yes, no, or something that a teacher must read.

`yes_no` reads French and English, negation included, and never guesses: an answer that contradicts itself, hedges
or speaks of something else is `UNCLEAR`. Numbers are read by `grader.language.figures`, offered here as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.language import vocabulary as v
from grader.language.figures import Stated, final_number, numbers
from grader.language.words import fold, is_blank

__all__ = ["Stated", "Understood", "final_number", "numbers", "yes_no"]

LONGEST = 4000  # characters of an answer that are looked at


class Understood(StrEnum):
    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of words with one statement at most; `opener` is the conjunction before it, `mark` what ends it."""

    text: str
    opener: str
    mark: str

    @property
    def words(self) -> list[str]:
        return self.text.split()


@dataclass(frozen=True, slots=True)
class Lead:
    """The answer that the first words give. A weak one ("en effet") yields to what the sentence then says."""

    meaning: Understood
    weak: bool
    rest: str


def yes_no(text: str, about: Sequence[str] = ()) -> Understood:
    """Whether `text` says yes or no to a question about the property named in `about`, in any of its spellings.

    A first word ("oui", "no", "pas forcément") decides, unless the rest contradicts it on the property itself; a
    negation that bears on something else changes nothing.
    """
    if is_blank(text):
        return Understood.EMPTY
    property_ = _pattern(about)
    clauses = _clauses(_plain(text[:LONGEST], about))
    clauses, asked = _without_questions(clauses)
    clauses = _without_label(clauses)
    if not clauses or asked:
        return Understood.UNCLEAR
    lead = _lead(clauses[0], property_)
    first = clauses[0] if lead is None else Clause(lead.rest, clauses[0].opener, clauses[0].mark)
    said = _statements([first, *clauses[1:]], property_, led=lead is not None)
    if said is None or _hedged(clauses, lead):
        return Understood.UNCLEAR
    return _decide(lead, said, clauses)


def _decide(lead: Lead | None, said: set[Understood], clauses: Sequence[Clause]) -> Understood:
    if lead is not None and not lead.weak:
        return lead.meaning if said <= {lead.meaning} else Understood.UNCLEAR
    if len(said) == 1:
        return next(iter(said))
    if lead is not None and not said and not lead.rest and (len(clauses) == 1 or clauses[1].opener in v.CAUSES):
        return lead.meaning
    return Understood.UNCLEAR


# ── Words ───────────────────────────────────────────────────────────────────────────────────────

_APOSTROPHES = re.compile("[\u2018\u2019\u02bc\u00b4`]")
_SYMBOLS = re.compile(r"^[^\w\n([?]+", re.MULTILINE)  # bullets, quotes and pictures before the words
_EMPHASIS = re.compile(r'[*_~"«»“”]')
_ARROW = re.compile(r"\s*(?:[-=]+>|→|⇒|=)\s*")
_DASH = re.compile(r"\s[-–—]+\s|[–—]")
_HYPHEN = re.compile("[-\u2010\u2011]")


def _plain(text: str, about: Iterable[str]) -> str:
    """One spelling for each way of writing: folded, elisions undone, idioms said plainly."""
    text = _APOSTROPHES.sub("'", text).strip(" '\n\t")
    text = _SYMBOLS.sub("", text)
    text = fold(text)
    for pattern, replacement in ((_EMPHASIS, " "), (_ARROW, " : "), (_DASH, " , "), (_HYPHEN, " ")):
        text = pattern.sub(replacement, text)
    for word in about:
        if " " not in word:
            text = re.sub(rf"\bnon({re.escape(fold(word))})", r"non \1", text)
    text = re.sub(r"[ \t\xa0]+", " ", text)
    for pattern, replacement in v.IDIOMS:
        text = pattern.sub(replacement, text)
    text = v.RESTRICTION.sub(lambda m: m[0] if m["denied"] else f"{m['verb']}seulement ", text)
    text = re.sub(r"[ \t\xa0]+", " ", text)
    named = tuple(fold(a) for a in about)
    # « non linéaire » is one word, and denies nothing.
    return re.sub(
        r"(?<=\w )non (\w+)",
        lambda m: (
            m[0] if m[1] in v.OPENERS or m[1] in v.CAUSES or m[1] in v.LIGHT or m[1].startswith(named) else f"non{m[1]}"
        ),
        text,
    )


def _pattern(about: Sequence[str]) -> re.Pattern[str]:
    """Matches any of the words of `about`, plural or not; never matches where there are none."""
    terms = sorted({_HYPHEN.sub(" ", fold(a)) for a in about}, key=len, reverse=True)
    if not terms:
        return re.compile(r"(?!)")
    return re.compile(rf"\b(?:{'|'.join(re.escape(t) for t in terms)})(?:e?s)?\b")


_SPLIT = re.compile(
    r"(\.\.\.|[.;!?\n:,()/\[\]]|\b(?:car|parce que|because|since|puisque|donc|alors que|alors|so|mais|but|et|and|or"
    r"|therefore|thus|however|cependant|pourtant|tandis que|whereas|unlike|contrairement|though|although|meme si)\b)"
)
_CONTRAST = frozenset(("alors que", "tandis que", "whereas", "unlike", "contrairement"))


def _clauses(text: str) -> list[Clause]:
    found: list[Clause] = []
    opener = ""
    pieces = [*_SPLIT.split(text), ""]
    for words, separator in zip(pieces[::2], pieces[1::2], strict=True):
        if words.strip() and opener not in _CONTRAST:
            found.append(Clause(" ".join(words.split()), opener.partition(" ")[0], separator))
        elif found and separator == "?":
            found[-1] = Clause(found[-1].text, found[-1].opener, "?")
        if words.strip() or separator.isalpha() or " " in separator:
            opener = separator
    return found


def _without_questions(clauses: list[Clause]) -> tuple[list[Clause], bool]:
    """Leaves out a question repeated in front of its answer; True where the answer itself is a question."""
    ends = [i for i, c in enumerate(clauses) if c.mark == "?"]
    if not ends:
        return clauses, False
    opened_with_one = not any(c.mark in (".", "!", "\n") for c in clauses[: ends[0]])
    if len(ends) == 1 and ends[0] + 1 < len(clauses) and opened_with_one:
        return clauses[ends[0] + 1 :], False
    return clauses, True


def _without_label(clauses: list[Clause]) -> list[Clause]:
    """« Convexe : non » answers « non »."""
    if len(clauses) > 1 and clauses[0].mark == ":" and not _first_word(clauses[0]) and _first_word(clauses[1]):
        return clauses[1:]
    return clauses


# ── The first words ─────────────────────────────────────────────────────────────────────────────


def _first_word(clause: Clause) -> Understood | None:
    """Oui or non, where the clause's first word is an answer and not a prefix of what follows."""
    words = clause.words
    if not words:
        return None
    if words[0] in v.YES_WORDS or words in (["o"], ["y"]):
        return Understood.YES
    if words == ["n"]:
        return Understood.NO
    if words[0] in v.NO_WORDS and (len(words) == 1 or words[1] in v.OPENERS):
        return Understood.NO
    return None


def _lead(clause: Clause, property_: re.Pattern[str]) -> Lead | None:
    text = clause.text
    word = _first_word(clause)
    if word is not None:
        return Lead(word, False, text.partition(" ")[2])
    if v.REFUSAL.match(text):
        # Kept whole: « pas du tout convexe » is also a statement on the property.
        return Lead(Understood.NO, False, text)
    agreement = v.AGREEMENT.match(text)
    if agreement is None:
        return None
    rest = text[agreement.end() :].strip()
    if v.AGREEMENT_REVERSED.match(rest):
        return Lead(Understood.NO, False, rest if property_.search(rest) else "")
    return Lead(Understood.YES, True, re.sub(r"^que (?:oui$)?", "", rest))


def _hedged(clauses: Sequence[Clause], lead: Lead | None) -> bool:
    """« Non, ça dépend… » is a no that gives its reason; any other hedge leaves the answer open."""
    looked_at = clauses[:1] if lead is not None and lead.meaning is Understood.NO and not lead.weak else clauses
    return any(v.HEDGE.search(clause.text) for clause in looked_at)


# ── Statements on the property ──────────────────────────────────────────────────────────────────


def _statements(clauses: Sequence[Clause], property_: re.Pattern[str], *, led: bool) -> set[Understood] | None:
    """What the clauses say of the property; None where they say it in a way that must be read by a person."""
    said: set[Understood] = set()
    for position, clause in enumerate(clauses):
        if property_.search(clause.text):
            found = _on_property(clause, property_)
            if found is None:
                return None
            said |= found
        elif position or not led:
            if _limits(clause):
                return None
            meaning = _elliptic(clause, later=position > 0)
            if meaning is Understood.UNCLEAR:
                return None
            if meaning is not None:
                said.add(meaning)
        elif clause.text and (meaning := _anaphora(clause.text)):
            said.add(meaning)
    return said


def _limits(clause: Clause) -> bool:
    """« … mais pas en b » takes back a part of what was said; « mais pas strictement » does not."""
    words = clause.words
    if len(words) > 1 and words[-1] == "si":
        return True  # « … mais l'entropie croisée si »
    takes_back = clause.opener in ("mais", "but") and words[:1] in (["pas"], ["not"])
    return takes_back and not re.match(r"(?:strict|fort|strong|concav|local)", " ".join(words[1:2]))


def _elliptic(clause: Clause, *, later: bool) -> Understood | None:
    """The meaning of a clause that does not name the property: « elle ne l'est pas », « pas toujours »."""
    if later and v.REFUSAL.match(clause.text):
        return Understood.NO
    word = _first_word(clause)
    follows = set(clause.words[1:2])
    if word is not None and (not follows or follows & v.LIMITS):
        return word
    return _anaphora(clause.text)


def _anaphora(text: str) -> Understood | None:
    words = text.split()
    kept = " ".join(w for w in words if not _denies(w) and w not in v.FILLERS)
    if not v.ANAPHORA.match(kept):
        return None
    return _by_count(_negations(words))


def _by_count(negations: int) -> Understood:
    return (Understood.YES, Understood.NO, Understood.UNCLEAR)[min(negations, 2)]


def _on_property(clause: Clause, property_: re.Pattern[str]) -> set[Understood] | None:
    """What one clause says of the property: an empty set where it only mentions it, None for a double negation."""
    said: set[Understood] = set()
    if clause.words[0] in v.SUBORDINATE and clause.words[:2] != ["que", "elle"]:
        return said
    for mention in property_.finditer(clause.text):
        before, after = clause.text[: mention.start()], clause.text[mention.end() :]
        count = _negations(before.split())
        if count > 1:
            return None
        meaning = _denied(before, after) if count else _asserted(before, after, clause)
        if meaning is Understood.UNCLEAR:
            return None
        if meaning is not None:
            said.add(meaning)
    return said


def _denied(before: str, after: str) -> Understood | None:
    """NO where the one negation in `before` bears on the word that follows; "not strictly convex" denies less."""
    words = before.split()
    last = max(i for i, w in enumerate(words) if _denies(w))
    if any(w not in v.LIGHT for w in words[last + 1 :]) or v.STRICT.search(before):
        return None
    if v.COMPARED.search(before) and re.match(r" (?:que|than)\b", after):
        return None
    return Understood.NO


def _asserted(before: str, after: str, clause: Clause) -> Understood | None:
    """What a mention without a negation before it claims; UNCLEAR where the words after it take that back."""
    claim = _claim(before, after, clause)
    following = after.split()
    if claim is Understood.YES and following and (following[-1] in ("non", "no") or v.ONLY & set(following)):
        return Understood.UNCLEAR  # « elle est convexe en fait non », « convexe seulement en W »
    return claim


def _claim(before: str, after: str, clause: Clause) -> Understood | None:
    """YES or NO for « est convexe », « le minimum global n'est pas atteint »; None for a mere mention."""
    words = before.split()
    following = after.split()
    kept = " ".join(w for w in following if not _denies(w) and w not in ("simple", "seul", "single"))
    if v.ATTAINED.match(kept) and "peut" not in following:
        return _by_count(_negations(following))
    if (words or following) and all(w in v.DETERMINERS for w in words):
        if _negations(following) == 1 and v.CANNOT.match(kept):
            return Understood.NO
        if _negations(following) == 0 and v.CAN.match(kept):
            return Understood.YES
    if all(w in v.BARE for w in (*words, *following)):
        return None if clause.opener in ("et", "and", "or") else Understood.YES
    if any(w in v.MODALS for w in words):
        return None
    for i in range(len(words) - 1, -1, -1):
        if words[i] in v.COPULAS or words[i] in v.REACHES:
            return Understood.YES
        if words[i] not in v.LIGHT:
            return None
    return None


def _denies(word: str) -> bool:
    return word == "ne" or word in v.PARTNERS or word in v.DENIALS


def _negations(words: Sequence[str]) -> int:
    """How many negations these words make; « ne … pas », « rien ne », « ni … ni » make one."""
    count = 0
    open_until = -1
    for i, word in enumerate(words):
        if word == "ne":
            if open_until < i or not (words[i - 1] in v.PARTNERS or {"aucun", "aucune"} & set(words[:i])):
                count += 1
            open_until = i + 7
        elif word in v.PARTNERS:
            if i >= open_until and word in v.PARTNERS_ALONE:
                count += 1
                open_until = i + 7
        elif word in v.DENIALS:
            count += 1
    return count
