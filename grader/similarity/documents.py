"""One student's program for one exercise, ready to be compared: its text, its signs, and which of them are the stub's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.domain import Reading, Submission
from grader.errors import UnreadableSubmission
from grader.reading import read_source
from grader.similarity.tokens import Token, tokens
from grader.similarity.winnow import K, kgrams

MAX_MODULES = 10
ReadProgram = Callable[[Submission], Reading | None]
"""Reads a student's program, in a sandbox; None where it cannot be read."""


@dataclass(frozen=True, slots=True)
class Document:
    """`hashes[i]` is the k-gram that begins at token i; `given[i]` is true where token i was handed out.

    `label` is what a reader calls it, `who` the people whose work it is: documents that share one are never compared.
    """

    label: str
    who: frozenset[str]
    file: str
    text: str
    tokens: tuple[Token, ...]
    hashes: tuple[int, ...]
    given: tuple[bool, ...]
    own_lines: tuple[str, ...]

    @property
    def own(self) -> int:
        """Return how many tokens are the student's."""
        return len(self.given) - sum(self.given)


@dataclass(frozen=True, slots=True)
class Background:
    """What everybody was given: the k-grams and the lines of stubs and helper modules."""

    hashes: frozenset[int] = frozenset()
    lines: frozenset[str] = frozenset()


def background(paths: Sequence[Path]) -> Background:
    """Return the k-grams of files of the teacher's own; those that cannot be read give nothing."""
    hashes: set[int] = set()
    lines: set[str] = set()
    for path in paths:
        text = _text(path)
        hashes |= set(kgrams([t.sign for t in tokens(text)]))
        lines |= {line.strip() for line in text.splitlines()}
    return Background(frozenset(hashes), frozenset(lines))


def document(submission: Submission, read: ReadProgram, given: Background = Background()) -> Document | None:
    """Return the program with the modules of the student's own that it imports; None where it cannot be read."""
    reading = read(submission)
    if reading is None:
        return None
    parts = [reading.source, *_modules(submission, reading.imports, read)]
    who = frozenset(submission.members or (submission.student,))
    return of_text(submission.student, "\n".join(parts), given, who, submission.program)


def of_text(
    label: str, text: str, given: Background = Background(), who: Collection[str] = (), file: str = ""
) -> Document:
    """Return a text ready to be compared. `who` is `label` alone where it is empty."""
    found = tokens(text)
    hashes = kgrams([token.sign for token in found])
    marks = [False] * len(found)
    for i, value in enumerate(hashes):
        if value in given.hashes:
            marks[i : i + K] = [True] * K
    stripped = (line.strip() for line in text.splitlines())
    own_lines = tuple(line for line in stripped if line and line not in given.lines)
    return Document(label, frozenset(who or (label,)), file, text, tuple(found), tuple(hashes), tuple(marks), own_lines)


def _modules(submission: Submission, imported: Collection[str], read: ReadProgram) -> list[str]:
    """Return the modules beside the program that it names, each under a line with its name."""
    named = [file for file in submission.files if file.suffix == ".py" and file.stem in imported]
    beside = [file for file in named if submission.root / file != submission.main][:MAX_MODULES]
    readings = [read(replace(submission, main=submission.root / file, files=(file,))) for file in beside]
    return [f"\n# ── {file} ──\n{one.source if one else ''}" for file, one in zip(beside, readings, strict=True)]


def _text(path: Path) -> str:
    try:
        return read_source(path).text
    except UnreadableSubmission:
        return ""
