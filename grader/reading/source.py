"""A student's file as text and syntax tree. Nothing is executed, and nothing that a file holds is an exception here.

The one error is UnreadableSubmission: a folder, a missing file, a notebook that is none.
"""

from __future__ import annotations

import ast
import codecs
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from grader.domain import Failure, Frame, Notice, Text
from grader.errors import UnreadableSubmission
from grader.messages import number, say
from grader.reading import notebook, syntax
from grader.reading.notebook import Cell

MAX_BYTES = 5_000_000  # bytes of source text
MAX_PROSE = 2000  # markdown cells
CELL_COST = 8  # in signs: parsing many small cells takes longer than one large one
MAX_LINE_CHARS = 200  # characters of a line that are shown

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_KNOWN = re.compile(r"utf-8|ascii|iso8859-\d+|cp\d+|mac-roman|koi8-[ru]")


@dataclass(frozen=True, slots=True)
class Source:
    """`text` has "\\n" line ends; `tree` is None where the text has no syntax tree, or one beyond the bounds.

    For a notebook, `text` joins the code cells, `cells` says where each begins, `prose` holds the markdown cells,
    `prose_at` the line before which each stands, and `tree` holds the cells that could be parsed even where `failure`
    speaks of another.
    """

    text: str
    tree: ast.Module | None
    failure: Failure | None
    notices: tuple[Notice, ...] = ()
    cells: tuple[Cell, ...] = ()
    prose: tuple[str, ...] = ()
    prose_at: tuple[int, ...] = ()

    def place(self, line: int) -> tuple[int | None, int]:
        """Return (number of the code cell, line in it) of a line of `text`; (None, line) in a script."""
        for cell in reversed(self.cells):
            if cell.first_line <= line:
                return cell.number, line - cell.first_line + 1
        return None, line


def read_source(path: Path) -> Source:
    """Return the text and the tree of a script or a notebook. Raises UnreadableSubmission as the module says."""
    is_notebook = _is_notebook(path)
    data = content(path)
    if len(data) > _largest(path):
        largest = _largest(path) / 1e6
        if is_notebook:
            raise UnreadableSubmission(
                say(
                    "{file} is larger than {limit} MB. Clear its outputs (Kernel ▸ Restart and clear output), save it, "
                    "and hand it in again.",
                    file=path.name,
                    limit=number(largest),
                )
            )
        return _too_large(path, number(largest))
    return _of_notebook(path, data) if is_notebook else _of_script(path, data)


def content(path: Path) -> bytes:
    """Return the bytes of a script or a notebook, and not one more than is needed to see that they are too many.

    Raises UnreadableSubmission where there is no such file.
    """
    try:
        info = path.stat()
        if stat.S_ISDIR(info.st_mode):
            raise UnreadableSubmission(say("{file} is a folder; a script or a notebook is expected.", file=path.name))
        if not stat.S_ISREG(info.st_mode):
            raise UnreadableSubmission(say("{file} is not an ordinary file.", file=path.name))
        with path.open("rb") as file:
            return file.read(_largest(path) + 1)
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise UnreadableSubmission(say("There is no file {file}.", file=path.name)) from error
        raise UnreadableSubmission(
            say("{file} cannot be opened ({reason}).", file=path.name, reason=error.strerror or type(error).__name__)
        ) from error


def _is_notebook(path: Path) -> bool:
    return path.suffix.lower() == ".ipynb"


def _largest(path: Path) -> int:
    return notebook.MAX_BYTES if _is_notebook(path) else MAX_BYTES


def _too_large(path: Path, limit: Text) -> Source:
    message = say(
        "{file} is larger than {limit} MB, which is more than a script needs: "
        "put data and weights in files of their own.",
        file=path.name,
        limit=limit,
    )
    failure = Failure("FileTooLarge", "", (Frame(path.name, 1, "<module>", ""),))
    return Source("", None, failure, (Notice(message, path.name),))


# ── Scripts ─────────────────────────────────────────────────────────────────────────────────────


def _of_script(path: Path, data: bytes) -> Source:
    text, notices, refused = _decoded(path, data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if refused is not None:
        return Source(text, None, _failure(path.name, refused, text), notices)
    parsed = syntax.parse(text)
    if parsed.error is not None:
        return Source(text, None, _failure(path.name, parsed.error, text), notices)
    if parsed.beyond:
        notices = (*notices, _beyond(path))
    return Source(text, parsed.tree, None, notices)


def _beyond(path: Path) -> Notice:
    return Notice(
        say("{file} is too long or too deeply nested for its syntax to be examined before it runs.", file=path.name),
        path.name,
    )


def _decoded(path: Path, data: bytes) -> tuple[str, tuple[Notice, ...], SyntaxError | None]:
    """The text, what is to be said of its encoding, and the refusal of Python where it would not read it."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")
            if encoding == "utf-8":
                return text, (), None
            message = say("{file} is written in UTF-16, which Python does not run: save it as UTF-8.", file=path.name)
            return text, (Notice(message, path.name, 1),), _error("source code cannot contain null bytes", 1)
    named, line = _cookie(data)
    if named is not None and _known(named) is None:
        text = data.decode("utf-8", "replace")
        return text, (), _error(f"unknown encoding: {named}", line)
    try:
        return data.decode(_known(named) or "utf-8" if named else "utf-8"), (), None
    except UnicodeDecodeError as error:
        message = say(
            "{file} is not written in UTF-8; it was read as Latin-1. Save it as UTF-8, or Python will refuse it.",
            file=path.name,
        )
        line = data[: error.start].count(b"\n") + 1
        return data.decode("cp1252", "replace"), (Notice(message, path.name, line),), None


def _cookie(data: bytes) -> tuple[str | None, int]:
    """The encoding that one of the first two lines names (PEP 263), and that line."""
    for line, content in enumerate(data[:2000].splitlines()[:2], start=1):
        found = _COOKIE.match(content)
        if found:
            return found[1].decode("ascii", "replace"), line
        if content.strip() and not content.lstrip().startswith(b"#"):
            break
    return None, 0


def _known(encoding: str | None) -> str | None:
    """The codec of that name where it is one that people write scripts in; others may be slow, or decode to code."""
    try:
        name = codecs.lookup(encoding or "utf-8").name
    except (LookupError, ValueError):
        return None
    return name if _KNOWN.fullmatch(name) else None


def _error(message: str, line: int) -> SyntaxError:
    return SyntaxError(message, ("", line, 1, ""))


def _failure(name: str, error: SyntaxError, text: str, cell: int | None = None) -> Failure:
    lines = text.split("\n")
    line = min(max(error.lineno or 1, 1), len(lines))
    shown = lines[line - 1].strip()[:MAX_LINE_CHARS]
    message = (error.msg or "invalid syntax")[:500]
    return Failure(type(error).__name__, message, (Frame(name, line, "<module>", shown),), cell)


# ── Notebooks ───────────────────────────────────────────────────────────────────────────────────


def _of_notebook(path: Path, data: bytes) -> Source:
    """Each cell is parsed by itself, as Jupyter does: a broken cell hides none of the others."""
    book = notebook.read_notebook(path, data)
    text = "\n".join(cell.text for cell in book.cells)
    if len(text) > MAX_BYTES:
        return _too_large(path, number(MAX_BYTES / 1e6))
    tree = ast.Module([], [])
    failure: Failure | None = None
    notices = book.notices
    left = syntax.MAX_SIGNS
    for cell in book.cells:
        left -= syntax.cost(cell.text) + CELL_COST
        parsed = syntax.parse(cell.text) if left > 0 else syntax.Parsed()
        if parsed.beyond:
            notices = (*notices, _beyond(path))
            break
        if parsed.error is not None:
            failure = failure or _failure(path.name, parsed.error, cell.text, cell.number)
        elif parsed.tree is not None:
            ast.increment_lineno(parsed.tree, cell.first_line - 1)
            tree.body.extend(parsed.tree.body)
    return Source(text, tree, failure, notices, book.cells, book.prose[:MAX_PROSE], book.prose_at)
