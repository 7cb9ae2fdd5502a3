"""The first words of an answer: "oui", "no", "pas forcément", "en effet"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.language import vocabulary as v
from grader.language.clauses import Clause
from grader.language.meaning import Understood


@dataclass(frozen=True, slots=True)
class Lead:
    """The answer that the first words give. A weak one ("en effet") yields to what the sentence then says."""

    meaning: Understood
    weak: bool
    rest: str


def first_word(clause: Clause) -> Understood | None:
    """Return yes or no, where the clause's first word is an answer and not a prefix of what follows; else None."""
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


def lead_of(clause: Clause, property_: re.Pattern[str]) -> Lead | None:
    """Return the answer that the first clause begins with; None where it begins with none."""
    text = clause.text
    word = first_word(clause)
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


def without_label(clauses: list[Clause]) -> list[Clause]:
    """Return the clauses without a label before the answer: « Convexe : non » answers « non »."""
    if len(clauses) > 1 and clauses[0].mark == ":" and not first_word(clauses[0]) and first_word(clauses[1]):
        return clauses[1:]
    return clauses
