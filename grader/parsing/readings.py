"""A program read without being run: its `Reading`, made behind the walls by `grader.reading`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grader.domain import Failure, Frame, Notice, Parts, Reading, Submission
from grader.errors import GraderError
from grader.evidence import Fields, InvalidEvidence, clean, read_failure, read_notice
from grader.intake.names import Naming
from grader.messages import say
from grader.parsing.request import Request
from grader.parsing.telling import CHARS, in_pieces
from grader.reading import MAX_ANSWER_CHARS, answer_files, content, read

KIND = "reading"
FILES = "files"
UNREADABLE = "Unreadable"
BEYOND = "TooIntricate"  # the failure of a program that no limit lets through
MAX_NAME_CHARS = 200  # characters of an answer's key, of an import: longer ones are nobody's
MANY = 1 << 16  # items of one line
LINES = 1 << 32  # more than any file has


@dataclass(frozen=True, slots=True)
class Read(Request[Reading]):
    """`keys` are the exercise's questions, `ids` the exercises that a file may hold. The answer raises
    UnreadableSubmission where there is nothing to read."""

    submission: Submission
    keys: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()

    kind = KIND

    def lay(self, folder: Path) -> Mapping[str, Any]:
        """The program, and the texts beside it in which answers may stand; cut where no reader goes on."""
        submission = self.submission
        texts = answer_files(submission.root, submission.files, Naming(self.ids))
        files = {submission.program: content(submission.main), **{str(name): data for name, data in texts.items()}}
        for name, data in files.items():
            place = folder / FILES / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        return {
            "exercise": submission.exercise,
            "main": submission.program,
            "files": list(files),
            "keys": self.keys,
            "ids": self.ids,
        }

    def hear(self, lines: Sequence[Fields]) -> Reading:
        return reading_of(lines, self.submission.main.name)

    def beyond(self, status: str) -> Reading:
        name = self.submission.main.name
        words = say("Reading {file} took more than it may ({limit}): it was not run.", file=name, limit=status)
        failure = Failure(BEYOND, "", (Frame(name, 1, "<module>", ""),))
        return Reading(failure=failure, notices=(Notice(words, name),))


class ReadIfPossible(Read):
    """Where there is nothing to read, or reading fails, that is the reading's failure."""

    def failed(self, problem: GraderError) -> Reading:
        return Reading(failure=Failure(UNREADABLE, str(problem), ()))


def reading_of(lines: Sequence[Fields], file: str) -> Reading:
    """From the lines that `lines_of` gives; `file` is the program's name. Raises `InvalidEvidence`."""
    answers = [pair for line in lines for pair in line.many("answers", 1, _pair)]
    failures = [failure for line in lines if (failure := line.sub("failure", read_failure))]
    return Reading(
        source="".join(line.text("source", CHARS) for line in lines),
        answers=dict(answers),
        failure=failures[0] if failures else None,
        imports=frozenset(name for line in lines for name in line.many("imports", MANY, _name)),
        notices=tuple(notice for line in lines if (notice := line.sub("notice", read_notice))),
        parts=_parts(lines, file),
    )


def _parts(lines: Sequence[Fields], file: str) -> Parts:
    return Parts(
        marks=tuple(mark for line in lines for mark in line.many("marks", MANY, _mark)),
        inside=tuple(span for line in lines for span in line.many("inside", MANY, _span)),
        prose=tuple(own for line in lines for own in line.many("prose", MANY, _name)),
        cells=tuple(first for line in lines for first in line.many("cells", MANY, _line)),
        file=file,
    )


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidEvidence("not a name")
    return clean(value, MAX_NAME_CHARS)


def _line(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LINES:
        raise InvalidEvidence("not a line")
    return value


def _mark(value: object) -> tuple[int, str]:
    line, exercise = _of(value, 2)
    return _line(line), _name(exercise)


def _span(value: object) -> tuple[int, int, str]:
    first, last, exercise = _of(value, 3)
    return _line(first), _line(last), _name(exercise)


def _pair(value: object) -> tuple[str, str]:
    key, text = _of(value, 2)
    if not isinstance(text, str):
        raise InvalidEvidence("not a text")
    return _name(key), clean(text, MAX_ANSWER_CHARS)


def _of(value: object, count: int) -> list[Any]:
    if not isinstance(value, list) or len(value) != count:
        raise InvalidEvidence(f"not a list of {count}")
    return value


# ── Behind the walls ────────────────────────────────────────────────────────────────────────────


def told(about: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The lines of a reading. Raises UnreadableSubmission as `grader.reading.read` does."""
    root = Path(about["folder"]) / FILES
    files = tuple(map(Path, about["files"]))
    submission = Submission("", about["exercise"], root, root / about["main"], files)
    yield from lines_of(read(submission, about["keys"], Naming(tuple(about["ids"]))))


def lines_of(reading: Reading) -> Iterator[Mapping[str, Any]]:
    """A reading as JSON, none of the lines long."""
    yield from in_pieces("source", reading.source)
    for key, text in reading.answers.items():
        if len(key) <= MAX_NAME_CHARS:
            yield {"answers": [[key, text]]}
    if reading.failure is not None:
        yield {"failure": asdict(reading.failure)}
    yield from in_pieces("imports", [name for name in sorted(reading.imports) if len(name) <= MAX_NAME_CHARS])
    for notice in reading.notices:
        yield {"notice": {"fr": notice.text.fr, "en": notice.text.en, "where": notice.where, "line": notice.line}}
    for name in ("marks", "inside", "prose", "cells"):
        yield from in_pieces(name, getattr(reading.parts, name))
