"""A program read without being run: its `Reading`, made inside the sandbox by `grader.reading`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from grader.domain import Failure, Frame, JobFields, Json, Notice, Parts, Reading, Submission
from grader.errors import GraderError
from grader.evidence import Fields, InvalidEvidence, clean, read_failure, read_notice
from grader.intake.exercise_names import Naming
from grader.messages import say
from grader.parsing.request import Request
from grader.parsing.response import CHARS, in_chunks
from grader.reading import MAX_ANSWER_CHARS, answer_files, content, read

KIND = "reading"
FILES = "files"
UNREADABLE = "Unreadable"
OVER_LIMIT = "TooIntricate"  # the type of the failure of a program that passes a limit when it is read
MAX_NAME_CHARS = 200  # of an answer's key, of an import: longer ones are nobody's
MANY = 1 << 16  # items of one line
LINES = 1 << 32  # more than any file has


@dataclass(frozen=True, slots=True)
class Read(Request[Reading]):
    """A program, read. `keys` are the exercise's questions, `ids` the exercises that a file may hold.

    The answer raises `UnreadableSubmission` where there is nothing to read.
    """

    submission: Submission
    keys: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()

    kind = KIND

    def write_inputs(self, folder: Path) -> Mapping[str, Json]:
        """Write the program, and the texts beside it in which answers may stand; cut where no reader goes on."""
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

    def parse_response(self, lines: Sequence[Fields]) -> Reading:
        return reading_of(lines, self.submission.main.name)

    def on_limit(self, limit: str) -> Reading:
        name = self.submission.main.name
        words = say("Reading {file} took more than it may ({limit}): it was not run.", file=name, limit=limit)
        failure = Failure(OVER_LIMIT, "", (Frame(name, 1, "<module>", ""),))
        return Reading(failure=failure, notices=(Notice(words, name),))


class ReadIfPossible(Read):
    """A program, read; where there is nothing to read, or reading fails, that is the failure of its `Reading`."""

    def on_failure(self, problem: GraderError) -> Reading:
        return Reading(failure=Failure(UNREADABLE, str(problem), ()))


def reading_of(lines: Sequence[Fields], file: str) -> Reading:
    """Return the reading from the lines that `lines_of` gives; `file` is the program's name. Raise `InvalidEvidence`."""
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


def _of(value: object, count: int) -> list[object]:
    if not isinstance(value, list) or len(value) != count:
        raise InvalidEvidence(f"not a list of {count}")
    return value


# ── Inside the sandbox ──────────────────────────────────────────────────────────────────────────


def respond(folder: Path, fields: JobFields) -> Iterator[Mapping[str, Json]]:
    """Yield the lines of a reading. Raise `UnreadableSubmission` as `grader.reading.read` does."""
    root = folder / FILES
    files = tuple(map(Path, fields.texts("files")))
    submission = Submission("", fields.text("exercise"), root, root / fields.text("main"), files)
    yield from lines_of(read(submission, fields.texts("keys"), Naming(fields.texts("ids"))))


def lines_of(reading: Reading) -> Iterator[Mapping[str, Json]]:
    """Yield a reading as JSON, none of the lines long."""
    yield from in_chunks("source", reading.source)
    for key, text in reading.answers.items():
        if len(key) <= MAX_NAME_CHARS:
            yield {"answers": [[key, text]]}
    if reading.failure is not None:
        yield {"failure": asdict(reading.failure)}
    yield from in_chunks("imports", [name for name in sorted(reading.imports) if len(name) <= MAX_NAME_CHARS])
    for notice in reading.notices:
        yield {"notice": {"fr": notice.text.fr, "en": notice.text.en, "where": notice.where, "line": notice.line}}
    parts = reading.parts
    for name, items in (
        ("marks", parts.marks),
        ("inside", parts.inside),
        ("prose", parts.prose),
        ("cells", parts.cells),
    ):
        yield from in_chunks(name, items)
