"""Outside: requests put to a parsing worker, and their answers taken one by one."""

from __future__ import annotations

import errno
import json
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from grader.domain import Limits, Outcome
from grader.errors import GraderError, ParsingFailed, UnreadableSubmission, WorkerDied
from grader.evidence import Fields, Forged, read_json
from grader.parsing.job import ASKED
from grader.parsing.request import Request
from grader.sandbox import Job, Ran, Sandbox, Slot
from grader.sandbox.place import full_disk
from grader.sandbox.removing import remove_tree

PRELOAD = ("grader.parsing.job", "grader.parsing.unpack")
LIMITS = Limits(wall=600, cpu=600, memory_mib=1024, processes=4, threads=4, file_mib=1, total_mib=16)
AT_ONCE = 64  # requests of one job
BYTES_AT_ONCE = 64 << 20  # of what they are about
LINE_BYTES = 1 << 20
ANSWER_BYTES = 64 << 20  # of all answers of one job
ATTEMPTS = 2
TOO_MUCH = ("memory", "timeout", "cpu", "processes", "disk", "output")
T = TypeVar("T")


class Parser:
    """Use as a context manager. `walls` is asked once, when there is something to parse; threads may share a parser."""

    def __init__(self, walls: Callable[[], Sandbox]) -> None:
        self._walls = walls
        self._slot: Slot | None = None
        self._lock = threading.Lock()
        self._halted = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._slot is not None:
            self._slot.close()

    def stop(self) -> None:
        """From another thread: what is being parsed ends with `Stopped`, and nothing more is begun."""
        self._halted = True
        if self._slot is not None:
            self._slot.stop()

    def one(self, request: Request[T]) -> T:
        return self.all([request])[0]

    def all(self, requests: Sequence[Request[T]]) -> list[T]:
        """The answers, in order. A request that breaks the worker is tried once more, by itself.

        Raises:
            UnreadableSubmission, ParsingFailed: where a request makes so much of it (`Request.failed`).
            DiskFull: there is no room for what is to be parsed.
        """
        answers: list[T] = []
        broken_at = -1
        while len(answers) < len(requests):
            alone = broken_at == len(answers)
            heard, ran = self._some(requests[len(answers) :][: 1 if alone else AT_ONCE])
            answers += heard
            if ran is None:
                continue
            culprit, status = requests[len(answers)], _status(ran.outcome)
            if status in TOO_MUCH:
                answers.append(culprit.beyond(status))
            elif alone:
                answers.append(culprit.failed(_failed(f"{status} {ran.printed.text[-800:].strip()}")))
            else:
                broken_at = len(answers)
        return answers

    @contextmanager
    def held(self) -> Iterator[Slot]:
        """Its worker, which nobody else uses meanwhile."""
        with self._lock:
            if self._slot is None:
                self._slot = Slot(self._walls(), (), PRELOAD, threads=1)
                if self._halted:
                    self._slot.stop()
            yield self._slot

    def _some(self, requests: Sequence[Request[T]]) -> tuple[list[T], Ran | None]:
        """The answers to as many of the first requests as came, and how the job ended where one did not."""
        with self.held() as slot:
            for attempt in range(ATTEMPTS):
                try:
                    return _once(slot, requests)
                except WorkerDied as problem:
                    if attempt + 1 == ATTEMPTS:
                        raise ParsingFailed(problem.fr, problem.en) from None
        raise AssertionError("unreachable")


def _once(slot: Slot, requests: Sequence[Request[T]]) -> tuple[list[T], Ran | None]:
    folder = slot.new_folder()
    try:
        laid = _laid(requests, folder)
        (folder / ASKED).write_text(json.dumps(laid), encoding="utf-8")
        told = _Told(len(laid))
        ran = slot.run(Job("grader.parsing.job", {"folder": str(folder)}, LIMITS, folder), told.line)
        heard = [_heard(request, lines) for request, lines in zip(requests, told.complete(), strict=False)]
        return heard, (ran if len(heard) < len(laid) else None)
    except Forged as problem:
        raise _failed(str(problem)) from None
    except OSError as problem:
        raise (full_disk(slot.folder) if problem.errno in (errno.ENOSPC, errno.EDQUOT) else problem) from None
    finally:
        remove_tree(folder)


def _laid(requests: Sequence[Request[Any]], folder: Path) -> list[tuple[str, Mapping[str, Any]]]:
    """(kind, fields) of as many requests as there is room for, and of one at least."""
    laid: list[tuple[str, Mapping[str, Any]]] = []
    room = BYTES_AT_ONCE
    for number, request in enumerate(requests):
        if room <= 0:
            break
        place = folder / str(number)
        place.mkdir()
        laid.append((request.kind, {**request.lay(place), "folder": str(place)}))
        room -= sum(path.lstat().st_size for path in place.rglob("*"))
    return laid


class _Told:
    """The lines of a job, by request. Lines without the form are the grader's own fault: no student's code runs there."""

    def __init__(self, count: int) -> None:
        self._lines: list[list[Fields]] = [[] for _ in range(count)]
        self._done = [False] * count
        self._bytes = 0

    def line(self, data: bytes) -> None:
        self._bytes += len(data)
        if len(data) > LINE_BYTES or self._bytes > ANSWER_BYTES:
            raise Forged("the parser tells more than it may")
        fields = Fields(read_json(data))
        number = fields.whole("of", high=len(self._lines) - 1)
        if fields.flag("done"):
            self._done[number] = True
        else:
            self._lines[number].append(fields)

    def complete(self) -> list[list[Fields]]:
        """Of the requests from the first one on, as far as each was answered to its end."""
        count = next((number for number, done in enumerate(self._done) if not done), len(self._done))
        return self._lines[:count]


def _heard(request: Request[T], lines: Sequence[Fields]) -> T:
    last = lines[-1] if lines else Fields({})
    if limit := last.text("beyond", 20):
        return request.beyond(limit)
    problem = _problem(last)
    return request.failed(problem) if problem is not None else request.hear(lines)


def _problem(last: Fields) -> GraderError | None:
    """What prevented an answer, where something did."""
    unreadable = last.sub("unreadable", lambda words: (words.text("fr", 1000), words.text("en", 1000)))
    broke = last.text("broke", 600)
    if unreadable is not None:
        return UnreadableSubmission(*unreadable)
    return _failed(broke) if broke else None


def _status(outcome: Outcome) -> str:
    """The clock of a single request kills with a signal of its own."""
    return "cpu" if outcome.exit == -signal.SIGPROF else outcome.status


def _failed(told: str) -> ParsingFailed:
    return ParsingFailed(
        f"Le correcteur a échoué en lisant ce fichier : {told}", f"The grader failed while reading this file: {told}"
    )
