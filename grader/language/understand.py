"""What an answer in words means: yes, no, or something that a teacher must read.

`yes_no` reads French and English, negation included, and never guesses: an answer that contradicts itself, hedges
or speaks of something else is `UNCLEAR`. Numbers are read by `grader.language.figures`.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.language import vocabulary as v
from grader.language.clauses import Clause, clauses_of, pattern_of, plain_words, without_questions
from grader.language.meaning import Understood
from grader.language.opening import Lead, lead_of, without_label
from grader.language.statements import statements_on
from grader.language.words import is_blank

__all__ = ["Understood", "yes_no"]

MAX_CHARS = 4000  # characters of an answer that are looked at


def yes_no(text: str, about: Sequence[str] = ()) -> Understood:
    """Return whether `text` says yes or no to a question about the property named in `about`, in any of its spellings.

    A first word ("oui", "no", "pas forcément") decides, unless the rest contradicts it on the property itself; a
    negation that bears on something else changes nothing.
    """
    if is_blank(text):
        return Understood.EMPTY
    property_ = pattern_of(about)
    clauses, is_question = without_questions(clauses_of(plain_words(text[:MAX_CHARS], about)))
    clauses = without_label(clauses)
    if not clauses or is_question:
        return Understood.UNCLEAR
    lead = lead_of(clauses[0], property_)
    first = clauses[0] if lead is None else Clause(lead.rest, clauses[0].opener, clauses[0].mark)
    said = statements_on(property_, [first, *clauses[1:]], led=lead is not None)
    if Understood.UNCLEAR in said or _is_hedged(clauses, lead):
        return Understood.UNCLEAR
    return _decide(lead, said, clauses)


def _decide(lead: Lead | None, said: set[Understood], clauses: Sequence[Clause]) -> Understood:
    """The answer of the first words and of the statements; UNCLEAR where they differ, or where there is neither."""
    if lead is not None and not lead.weak:
        return lead.meaning if said <= {lead.meaning} else Understood.UNCLEAR
    if len(said) == 1:
        return next(iter(said))
    if lead is not None and not said and not lead.rest and (len(clauses) == 1 or clauses[1].opener in v.CAUSES):
        return lead.meaning
    return Understood.UNCLEAR


def _is_hedged(clauses: Sequence[Clause], lead: Lead | None) -> bool:
    """« Non, ça dépend… » is a no that gives its reason; any other hedge leaves the answer open."""
    looked_at = clauses[:1] if lead is not None and lead.meaning is Understood.NO and not lead.weak else clauses
    return any(v.HEDGE.search(clause.text) for clause in looked_at)
