"""The answers in words, found in the dictionary REPONSES without running anything.

Values are given back as text: strings as they read, everything else as it is written. What is not answered (None, "",
"…", "TODO") is left out. Keys are folded by `key_of`, so that « Paramètres » and `parametres` are one key.
"""

from __future__ import annotations

from grader.domain import Parts
from grader.reading.assignments import given_in_tree
from grader.reading.broken import given_in_text
from grader.reading.parts import Nameless, Naming
from grader.reading.source import Source
from grader.reading.whose import LONGEST, Asked, Given, own_answers

__all__ = ["LONGEST", "answers_in", "given_in"]


def answers_in(source: Source) -> dict[str, str]:
    """Every answered key of REPONSES, with the text of its answer."""
    return own_answers(given_in(source, Nameless(), Parts()), Asked())[0]


def given_in(source: Source, naming: Naming, parts: Parts) -> list[Given]:
    """Every answer of a file, with the exercise that it is for where something says so."""
    found: list[Given] = []
    if source.tree is not None:
        found = list(given_in_tree(source.tree, source.text, naming, parts.at))
    if source.tree is None or (source.failure is not None and not found):
        found = list(given_in_text(source.text, naming, parts.at))
    return found
