"""Parsing that stays quick and whole whatever it is given.

`ast.parse` takes 15 s and 3 GB for five megabytes of `x=1`, so what is parsed is bounded by a quick upper estimate of
the number of tokens, which leaves a file with one huge string alone.
"""

from __future__ import annotations

import ast
import re
import string
import warnings
from dataclasses import dataclass

MAX_SIGNS = 40_000  # signs of the text; a fifth of a second and 50 MB of `ast.parse` at worst
MAX_NAME_PARTS = 100  # of a name like `a.b.c`: an import keeps every beginning of it, which grows as the square

_LETTERS = (string.ascii_letters + string.digits + "_").encode() + bytes(range(128, 256))

# A string (closed or not), a comment, a bracket, the end of a line: enough to know what lies inside what.
# Each alternative consumes what it scans, to the end of the text if need be (a lone backslash there included), so that
# no input makes the scan quadratic.
STRING = (
    r"(?:[rRbBuUfF]{0,2}(?:'''(?:[^'\\]|\\(?:.|\Z)|'(?!''))*+(?:'''|\Z)"
    r'|"""(?:[^"\\]|\\(?:.|\Z)|"(?!""))*+(?:"""|\Z)'
    r"|'(?:[^'\\\n]|\\(?:.|\Z))*+(?:'|$)|\"(?:[^\"\\\n]|\\(?:.|\Z))*+(?:\"|$)))"
)
PIECES = re.compile(
    rf"(?P<string>{STRING})|(?P<comment>#[^\n]*)|(?P<bracket>[\[\](){{}}])|(?P<newline>\n)", re.DOTALL | re.MULTILINE
)
_DOTTED = re.compile(r"\w++(?:[ \t\f\n\\]*+\.[ \t\f\n\\]*+\w++)*+")


@dataclass(frozen=True, slots=True)
class Parsed:
    """`tree` where the text could be parsed, `error` where Python refuses it; neither where it is beyond the bounds."""

    tree: ast.Module | None = None
    error: SyntaxError | None = None

    @property
    def beyond(self) -> bool:
        """Return True where the text was not parsed, because it is beyond the bounds."""
        return self.tree is None and self.error is None


def cost(text: str) -> int:
    """Return how many characters of `text` are signs, and a quarter of its spaces: those that indent are no tokens."""
    data = text.encode("utf-8", "replace")
    signs = len(data.translate(None, _LETTERS))
    spaces = data.count(b" ")
    return signs - spaces + spaces // 4


def _has_endless_name(text: str) -> bool:
    if text.count(".") < MAX_NAME_PARTS:
        return False
    return any(name[0].count(".") >= MAX_NAME_PARTS for name in _DOTTED.finditer(text))


def parse(text: str) -> Parsed:
    """Return the syntax tree of `text`; raise nothing. Nesting that Python itself does not stand is beyond the bounds."""
    nul = text.find("\0")
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        return Parsed(error=SyntaxError("source code cannot contain null bytes", ("", line, 1, "")))
    if cost(text) > MAX_SIGNS or _has_endless_name(text):
        return Parsed()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" in a string is no business of the reader's
            return Parsed(ast.parse(text))
    except SyntaxError as error:
        return Parsed(error=error)
    except (RecursionError, MemoryError):
        return Parsed()
    except ValueError as error:  # a character that no file can hold
        return Parsed(error=SyntaxError(str(error), ("", 1, 1, "")))
