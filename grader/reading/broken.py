"""The dictionary REPONSES in a text that Python cannot parse: its block is cut out by its brackets and parsed alone."""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from grader.language.words import fold, key_of
from grader.reading.assignments import given_in_tree
from grader.reading.parts import Naming
from grader.reading.syntax import PIECES, STRING, parse
from grader.reading.whose import MOST, Given, owner_of

BLOCK = 200_000  # characters of a dictionary that is looked for in a text without a tree
MOST_NAMES = 2000  # different variables that are looked at
LAST = 5  # dictionaries that are looked at in such a text

_MAY_NAME = re.compile("ponse|nswer", re.IGNORECASE)
_OPENING = re.compile(r"^[ \t]*(\w{6,30})[ \t]*(?::[^=\n]{0,60})?=[ \t]*(?=\{|dict[ \t]*\()", re.MULTILINE)
_ITEM = re.compile(
    rf"(?P<key>{STRING})\s*:\s*(?P<value>{STRING}(?:\s*{STRING}(?!\s*:))*|[^,\n{{}}#'\"]+)|#[^\n]*|{STRING}",
    re.DOTALL | re.MULTILINE,
)
_ENTRY = re.compile(
    rf"^[ \t]*(?P<name>\w{{6,30}})\[(?P<key>{STRING})\]\s*=\s*(?P<value>{STRING}|[^\n#]+)", re.DOTALL | re.MULTILINE
)


def given_in_text(text: str, naming: Naming, at: Callable[[int], str]) -> Iterator[Given]:
    """Every answer of a file that Python cannot parse, dictionaries before single entries."""
    if not _MAY_NAME.search(text):
        return
    openings = _owned(((m, m[1]) for m in _OPENING.finditer(text)), naming)
    for number, (opening, owner) in enumerate(deque(openings, maxlen=LAST)):
        block = _block(text, opening.end())
        whose = owner or at(text.count("\n", 0, opening.start()) + 1)
        parsed = parse(f"REPONSES = {block}")
        if parsed.tree is not None:
            for one in given_in_tree(parsed.tree, f"REPONSES = {block}", naming, lambda line: ""):
                yield Given(one.key, one.text, one.whose or whose, number)
        else:  # the error lies in the dictionary itself: keep the entries that can be read
            for m in _ITEM.finditer(block):
                if m["key"]:
                    yield Given(key_of(_literal(m["key"])), _value(m["value"]), whose, number)
    entries = _owned(((m, m["name"]) for m in _ENTRY.finditer(text)), naming)
    for entry, owner in deque(entries, maxlen=MOST):
        whose = owner or at(text.count("\n", 0, entry.start()) + 1)
        yield Given(key_of(_literal(entry["key"])), _value(entry["value"]), whose, LAST)


def _owned(found: Iterable[tuple[re.Match[str], str]], naming: Naming) -> Iterator[tuple[re.Match[str], str]]:
    """Those whose variable holds answers, with the exercise that it names; names beyond the bound are left out."""
    owners: dict[str, str | None] = {}
    for match, name in found:
        if name not in owners and len(owners) < MOST_NAMES:
            owners[name] = owner_of(name, naming)
        owner = owners.get(name)
        if owner is not None:
            yield match, owner


def _block(text: str, start: int) -> str:
    """From the bracket at `start` to the one that closes it, or to the bound."""
    depth = 0
    for piece in PIECES.finditer(text, start, start + BLOCK):
        if piece.lastgroup == "bracket":
            depth += 1 if piece[0] in "([{" else -1
            if depth == 0:
                return text[start : piece.end()]
    return text[start : start + BLOCK]


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
