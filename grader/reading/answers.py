"""The answers in words, found in the dictionary REPONSES without running anything.

Values are given back as text: strings as they read, everything else as it is written. What is not answered (None, "",
"…", "TODO") is left out. Keys are folded by `key_of`, so that « Paramètres » and `parametres` are one key.
"""

from __future__ import annotations

from grader.domain import Parts
from grader.reading.answer_statements import raw_answers_in_tree
from grader.reading.attribution import AnswerQuery, own_answers
from grader.reading.broken import raw_answers_in_text
from grader.reading.naming import Nameless, Naming
from grader.reading.raw_answers import MAX_ANSWER_CHARS, RawAnswer
from grader.reading.source import Source

__all__ = ["MAX_ANSWER_CHARS", "answers_in", "raw_answers"]


def answers_in(source: Source) -> dict[str, str]:
    """Return every answered key of REPONSES, with the text of its answer, whichever exercise it is for."""
    return own_answers(raw_answers(source, Nameless(), Parts()), AnswerQuery()).texts


def raw_answers(source: Source, naming: Naming, parts: Parts) -> list[RawAnswer]:
    """Return every answer of a file, with the exercise that it is for where something says so."""
    found: list[RawAnswer] = []
    if source.tree is not None:
        found = list(raw_answers_in_tree(source.tree, source.text, naming, parts))
    if source.tree is None or (source.failure is not None and not found):
        found = list(raw_answers_in_text(source.text, naming, parts))
    return found
