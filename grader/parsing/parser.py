"""Outside: requests put to a parsing worker, and their answers taken one by one."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

from grader.domain import Limits, Outcome, OutcomeStatus, Text
from grader.errors import GraderError, ParsingFailed, UnreadableSubmission, WorkerDied
from grader.evidence import Fields, InvalidEvidence, read_json
from grader.files import no_room
from grader.messages import say
from grader.parsing.job import ASKED
from grader.parsing.request import Request
from grader.sandbox import Job, Sandbox, Stopped, WorkerHandle
from grader.sandbox.place import without_room
from grader.sandbox.removing import remove_tree

PRELOAD = ("grader.parsing.job", "grader.parsing.unpack")
LIMITS = Limits(wall=600, cpu=600, memory_mib=1024, processes=4, threads=4, file_mib=1, total_mib=16, frozen=5)
AT_ONCE = 64  # requests of one job
BYTES_AT_ONCE = 8 << 20  # of what they are about: a text can take six times as much as JSON
LINE_BYTES = 1 << 20
ANSWER_BYTES = 64 << 20  # of all answers of one job
ATTEMPTS = 2
TOO_MUCH = frozenset(OutcomeStatus) - {OutcomeStatus.OK, OutcomeStatus.ERROR, OutcomeStatus.KILLED}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a job gave no answer to the request that it was at: the `limit` that it passed, or what was `told`."""

    told: str
    limit: str = ""


class Parser:
    """Use as a context manager. `sandbox` is asked once, when there is something to parse; threads may share a parser."""

    def __init__(self, sandbox: Callable[[], Sandbox]) -> None:
        self._sandbox = sandbox
        self._handle: WorkerHandle | None = None
        self._lock = threading.Lock()
        self._halted = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        if self._handle is not None:
            self._handle.close()

    def stop(self) -> None:
        """From another thread: what is being parsed ends with `Stopped`, and nothing more is begun."""
        self._halted = True
        if self._handle is not None:
            self._handle.stop()

    @contextmanager
    def held(self) -> Iterator[WorkerHandle]:
        """Its worker, which nobody else uses meanwhile."""
        with self._lock:
            if self._halted:
                raise Stopped
            if self._handle is None:
                self._handle = WorkerHandle(self._sandbox(), (), PRELOAD, threads=1)
            yield self._handle

    def start(self) -> None:
        """Begin to warm up. Raises `SandboxUnavailable` where no sandbox can be had."""
        with self.held() as handle:
            handle.start()

    def one(self, request: Request[T]) -> T:
        return self.all([request])[0]

    def all(self, requests: Sequence[Request[T]]) -> list[T]:
        """The answers, in order. A request that prevents its answer is asked once more, alone.

        Raises:
            UnreadableSubmission, ParsingFailed: where a request makes so much of it (`Request.failed`), or no worker
            can be started.
            DiskFull: there is no room for what is to be parsed.
        """
        answers: list[T] = []
        tries = 0  # of the request whose turn it is
        while len(answers) < len(requests):
            with self.held() as handle:
                _warm(handle)
                some = _Some(requests[len(answers) :][: 1 if tries else AT_ONCE])
                trouble = some.ask(handle)
            answers += some.answers
            tries = 0 if some.answers else tries
            if trouble is None:
                continue
            culprit, alone, tries = requests[len(answers)], some.asked == 1, tries + 1
            if alone and trouble.limit:
                answers.append(culprit.beyond(trouble.limit))
                tries = 0
            elif alone and tries >= ATTEMPTS:
                answers.append(culprit.failed(_failed(trouble.told)))
                tries = 0
        return answers


def _warm(handle: WorkerHandle) -> None:
    """A worker that does not even start is no request's fault."""
    for attempt in range(ATTEMPTS):
        try:
            handle.wait_until_warm()
        except WorkerDied as problem:
            if attempt + 1 == ATTEMPTS:
                raise ParsingFailed(problem.text) from None
        else:
            return


class _Some(Generic[T]):
    """The first of these requests, as many as one job takes: `answers` are those of the first ones, as far as they came,
    `asked` is how many the job was given."""

    def __init__(self, requests: Sequence[Request[T]]) -> None:
        self._requests = requests
        self._unasked: dict[int, T] = {}  # answers to requests that nothing could be laid out for
        self._lines: dict[int, _Lines] = {}
        self._bytes = 0
        self.answers: list[T] = []

    @property
    def asked(self) -> int:
        return len(self._lines)

    def ask(self, handle: WorkerHandle) -> Trouble | None:
        """What prevented the first answer that is missing, if one is."""
        try:
            folder = handle.new_folder()
            try:
                self._lay_out(folder)
                trouble = self._run(handle, folder) if self._lines else None
            finally:
                remove_tree(folder)
        except OSError as problem:
            raise without_room(problem, handle.folder) from None
        return self._hear() or (trouble if len(self.answers) < self._count else None)

    @property
    def _count(self) -> int:
        return len(self._unasked) + len(self._lines)

    def _lay_out(self, folder: Path) -> None:
        """As many as there is room for, and one at least."""
        asked = []
        room = BYTES_AT_ONCE
        for number, request in enumerate(self._requests):
            if room <= 0:
                break
            place = folder / str(number)
            place.mkdir()
            try:
                fields = request.lay(place)
            except GraderError as problem:
                self._unasked[number] = request.failed(problem)
                continue
            except OSError as problem:
                if no_room(problem):
                    raise
                self._unasked[number] = request.failed(_failed(os.strerror(problem.errno or 0)))
                continue
            asked.append((number, request.kind, {**fields, "folder": str(place)}))
            self._lines[number] = _Lines()
            room -= sum(path.lstat().st_size for path in place.rglob("*"))
        (folder / ASKED).write_text(json.dumps(asked), encoding="utf-8")

    def _run(self, handle: WorkerHandle, folder: Path) -> Trouble:
        """What is to be told of the job where it answered less than it was asked."""
        job = Job("grader.parsing.job", {"folder": str(folder)}, LIMITS, folder)
        try:
            ran = handle.run(job, self._line)
        except (
            InvalidEvidence
        ) as problem:  # lines without the form: no student's code runs there, so it is a fault of ours
            return Trouble(str(problem))
        except WorkerDied as problem:
            return Trouble(str(problem))
        status = _status(ran.outcome)
        return Trouble(f"{status} {ran.printed.text[-800:].strip()}", status if status in TOO_MUCH else "")

    def _line(self, data: bytes) -> None:
        self._bytes += len(data)
        if len(data) > LINE_BYTES or self._bytes > ANSWER_BYTES:
            raise InvalidEvidence("the parser tells more than it may")
        fields = Fields(read_json(data))
        lines = self._lines.get(fields.whole("of"))
        if lines is None:
            raise InvalidEvidence("an answer to nothing")
        if fields.flag("done"):
            lines.complete = True
        else:
            lines.told.append(fields)

    def _hear(self) -> Trouble | None:
        """Takes the answers up to the first that is missing, or that has not the form."""
        for number in range(self._count):
            if number in self._unasked:
                self.answers.append(self._unasked[number])
            elif self._lines[number].complete:
                try:
                    self.answers.append(_heard(self._requests[number], self._lines[number].told))
                except InvalidEvidence as problem:
                    return Trouble(str(problem))
            else:
                return None
        return None


@dataclass(slots=True)
class _Lines:
    told: list[Fields] = field(default_factory=list)
    complete: bool = False


def _heard(request: Request[T], lines: Sequence[Fields]) -> T:
    last = lines[-1] if lines else Fields({})
    if limit := last.text("beyond", 20):
        return request.beyond(limit)
    problem = _problem(last)
    return request.failed(problem) if problem is not None else request.hear(lines)


def _problem(last: Fields) -> GraderError | None:
    """What prevented an answer, where something did."""
    unreadable = last.sub("unreadable", lambda words: Text(words.text("fr", 1000), words.text("en", 1000)))
    broke = last.text("broke", 600)
    if unreadable is not None:
        return UnreadableSubmission(unreadable)
    return _failed(broke) if broke else None


def _status(outcome: Outcome) -> OutcomeStatus:
    """The clock of a single request kills with a signal of its own."""
    return OutcomeStatus.CPU if outcome.exit == -signal.SIGPROF else outcome.status


def _failed(told: str) -> ParsingFailed:
    return ParsingFailed(say("The grader failed while reading this file: {reason}", reason=told))
