"""The dictionary REPONSES in a text that Python cannot parse: its block is cut out by its brackets and parsed alone."""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Iterable, Iterator

from grader.domain import Parts
from grader.language.words import fold, key_of
from grader.reading.answer_statements import raw_answers_in_tree
from grader.reading.attribution import exercise_at
from grader.reading.naming import Naming
from grader.reading.raw_answers import MAX_ANSWERS, RawAnswer, owner_of
from grader.reading.syntax import PIECES, STRING, parse

MAX_DICTIONARY_CHARS = 200_000  # characters of a dictionary that is looked for in a text without a tree
MAX_NAMES = 2000  # different variables that are looked at
MAX_DICTIONARIES = 5  # dictionaries that are looked at in such a text

_MAY_NAME = re.compile("ponse|nswer", re.IGNORECASE)
_OPENING = re.compile(r"^[ \t]*(\w{6,30})[ \t]*(?::[^=\n]{0,60})?=[ \t]*(?=\{|dict[ \t]*\()", re.MULTILINE)
_ITEM = re.compile(
    rf"(?P<key>{STRING})\s*:\s*(?P<value>{STRING}(?:\s*{STRING}(?!\s*:))*|[^,\n{{}}#'\"]+)|#[^\n]*|{STRING}",
    re.DOTALL | re.MULTILINE,
)
_ENTRY = re.compile(
    rf"^[ \t]*(?P<name>\w{{6,30}})\[(?P<key>{STRING})\]\s*=\s*(?P<value>{STRING}|[^\n#]+)", re.DOTALL | re.MULTILINE
)


def raw_answers_in_text(text: str, naming: Naming, parts: Parts) -> Iterator[RawAnswer]:
    """Yield every answer of a file that Python cannot parse, dictionaries before single entries."""
    if not _MAY_NAME.search(text):
        return
    openings = _owned(((match, match[1]) for match in _OPENING.finditer(text)), naming)
    for number, (opening, owner) in enumerate(deque(openings, maxlen=MAX_DICTIONARIES)):
        exercise = owner or _exercise_of(opening, parts)
        yield from _in_dictionary(_block(text, opening.end()), naming, exercise, number)
    entries = _owned(((match, match["name"]) for match in _ENTRY.finditer(text)), naming)
    for entry, owner in deque(entries, maxlen=MAX_ANSWERS):
        yield _raw(entry, owner or _exercise_of(entry, parts), MAX_DICTIONARIES)


def _in_dictionary(block: str, naming: Naming, exercise: str, number: int) -> Iterator[RawAnswer]:
    """The answers of one dictionary's text; where the error lies in it, those of its entries that can be read."""
    program = f"REPONSES = {block}"
    parsed = parse(program)
    if parsed.tree is not None:
        for one in raw_answers_in_tree(parsed.tree, program, naming, Parts()):
            yield RawAnswer(one.key, one.text, one.exercise or exercise, number)
    else:
        yield from (_raw(item, exercise, number) for item in _ITEM.finditer(block) if item["key"])


def _raw(entry: re.Match[str], exercise: str, block: int) -> RawAnswer:
    return RawAnswer(key_of(_literal(entry["key"])), _value(entry["value"]), exercise, block)


def _exercise_of(found: re.Match[str], parts: Parts) -> str:
    return exercise_at(parts, found.string.count("\n", 0, found.start()) + 1)


def _owned(found: Iterable[tuple[re.Match[str], str]], naming: Naming) -> Iterator[tuple[re.Match[str], str]]:
    """Those whose variable holds answers, with the exercise that it names; names beyond the bound are left out."""
    owners: dict[str, str | None] = {}
    for match, name in found:
        if name not in owners and len(owners) < MAX_NAMES:
            owners[name] = owner_of(name, naming)
        owner = owners.get(name)
        if owner is not None:
            yield match, owner


def _block(text: str, start: int) -> str:
    """From the bracket at `start` to the one that closes it, or to the bound."""
    depth = 0
    for piece in PIECES.finditer(text, start, start + MAX_DICTIONARY_CHARS):
        if piece.lastgroup == "bracket":
            depth += 1 if piece[0] in "([{" else -1
            if depth == 0:
                return text[start : piece.end()]
    return text[start : start + MAX_DICTIONARY_CHARS]


def _literal(written: str) -> str:
    parsed = parse(written.strip())
    if parsed.tree is not None and parsed.tree.body and isinstance(parsed.tree.body[0], ast.Expr):
        value = parsed.tree.body[0].value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
    return written.strip().strip("'\"")


def _value(written: str) -> str:
    text = _literal(written)
    return "" if fold(text) in ("none", "...") else text
