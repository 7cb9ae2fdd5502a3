"""Python 2, recognised by the line on which Python 3 stops, with Python 3's spelling of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import replace

from grader.domain import Failure, Notice
from grader.messages import say
from grader.reading.source import Source

MAX_LINE_CHARS = 400

# (what shows it, how it is written today). The line is matched from its first letter.
_SPELLINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"(?P<before>(?:.*[:;]\s*)?)print[ \t]+(?P<what>[^=\s,.)\]][^#]*)"),
        lambda m: f"{m['before']}{_print(m['what'])}",
    ),
    (re.compile(r"(?P<before>(?:.*[:;]\s*)?)print(?P<what>[\"'][^#]*)"), lambda m: f"{m['before']}{_print(m['what'])}"),
    (
        re.compile(r"except\s+(?P<what>[\w.]+|\([^)]*\))\s*,\s*(?P<name>\w+)\s*:"),
        lambda m: f"except {m['what']} as {m['name']}:",
    ),
    (re.compile(r"raise\s+(?P<what>[\w.]+)\s*,\s*(?P<text>.+)"), lambda m: f"raise {m['what']}({m['text'].strip()})"),
    (re.compile(r"exec\s+(?P<what>[\"'\w].*)"), lambda m: f"exec({m['what'].strip()})"),
    (
        re.compile(r"(?P<before>[^`]*)`(?P<what>[^`]+)`(?P<after>[^`]*)$"),
        lambda m: f"{m['before']}repr({m['what']}){m['after']}",
    ),
    (re.compile(r"(?P<before>[^'\"]*?)<>(?P<after>.*)"), lambda m: f"{m['before']}!={m['after']}"),
    (
        re.compile(r"(?P<before>.*?)\b(?P<what>[1-9]\d*)[lL]\b(?P<after>.*)"),
        lambda m: f"{m['before']}{m['what']}{m['after']}",
    ),
    (
        re.compile(r"(?P<before>.*?[=(,\s])0(?P<what>[0-7]+)\b(?P<after>.*)"),
        lambda m: f"{m['before']}0o{m['what']}{m['after']}",
    ),
)
_RENAMED = {"xrange": "range", "raw_input": "input", "unicode": "str", "unichr": "chr", "basestring": "str"}
_METHODS = {"iteritems": "items", "itervalues": "values", "iterkeys": "keys", "has_key": "in"}


def _print(what: str) -> str:
    what = what.strip()
    return f"print({what.rstrip(',').rstrip()}, end=' ')" if what.endswith(",") else f"print({what})"


def python2_failure(failure: Failure) -> tuple[Failure, Notice] | None:
    """Return the failure named for what it is, with today's spelling of the line; None where the line is not Python 2."""
    if not failure.frames or failure.type not in ("SyntaxError", "TabError"):
        return None
    frame = failure.frames[0]
    line = frame.text.strip()[:MAX_LINE_CHARS]
    for pattern, today in _SPELLINGS:
        found = pattern.match(line)
        if found:
            spelling = today(found)
            text = say(
                "Line {line} is written for Python 2: `{old}`. In Python 3: `{new}`.",
                line=frame.line,
                old=line,
                new=spelling,
            )
            return replace(failure, type="Python2", message=f"{line} -> {spelling}"), Notice(
                text, frame.file, frame.line
            )
    return None


def old_names(source: Source, file: str) -> tuple[Notice, ...]:
    """Return one notice for each name that Python 3 has dropped (`xrange`, `raw_input`) and that the file does not
    define, in the order in which they come."""
    if source.tree is None:
        return ()
    used: dict[tuple[str, str], int] = {}
    defined: set[str] = set()
    for node in ast.walk(source.tree):
        if name := _defined_by(node):
            defined.add(name)
        elif (dropped := _dropped(node)) is not None:
            used.setdefault(dropped, getattr(node, "lineno", 0))
    return tuple(
        Notice(
            say("`{old}` no longer exists in Python 3: write `{new}`.", old=old, new=new), file, source.place(line)[1]
        )
        for (old, new), line in sorted(used.items(), key=lambda item: item[1])
        if old not in defined
    )


def _defined_by(node: ast.AST) -> str:
    """The name that a node gives a meaning to; "" where it gives none."""
    if isinstance(node, ast.Name):
        return "" if isinstance(node.ctx, ast.Load) else node.id
    if isinstance(node, ast.alias):
        return node.asname or node.name
    return node.name if isinstance(node, ast.FunctionDef) else ""


def _dropped(node: ast.AST) -> tuple[str, str] | None:
    """The dropped name that a node uses, and what is written today; None where it uses none."""
    if isinstance(node, ast.Name) and node.id in _RENAMED:
        return node.id, _RENAMED[node.id]
    if isinstance(node, ast.Attribute) and node.attr in _METHODS:
        return node.attr, _METHODS[node.attr]
    return None
