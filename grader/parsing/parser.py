"""Outside: puts requests to a parsing worker, and takes their answers one by one."""

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

from grader.domain import Json, Limits, Outcome, OutcomeStatus, Text
from grader.errors import GraderError, ParsingFailed, UnreadableSubmission, WorkerDied
from grader.evidence import Fields, InvalidEvidence, read_json
from grader.files import no_room
from grader.messages import say
from grader.parsing.job import REQUESTS
from grader.parsing.request import Request
from grader.sandbox import Job, Sandbox, Stopped, WorkerHandle
from grader.sandbox.place import without_room
from grader.sandbox.removing import remove_tree

PRELOAD = ("grader.parsing.job", "grader.parsing.unpack_job")
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
    """Why a job gave no answer to the request that it was at: the `limit` that it passed, if any, and a `description`."""

    description: str
    limit: str = ""


class Parser:
    """Puts requests to a worker inside the sandbox. Use as a context manager.

    `sandbox` is called once, when there is something to parse; threads may share a parser.
    """

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
        """End what is being parsed with `Stopped`, and begin nothing more; called from another thread."""
        self._halted = True
        if self._handle is not None:
            self._handle.stop()

    @contextmanager
    def held(self) -> Iterator[WorkerHandle]:
        """Yield the worker, which nobody else uses meanwhile. Raise `Stopped`, or `SandboxUnavailable`."""
        with self._lock:
            if self._halted:
                raise Stopped
            if self._handle is None:
                self._handle = WorkerHandle(self._sandbox(), (), PRELOAD, threads=1)
            yield self._handle

    def start(self) -> None:
        """Begin to warm up. Raise `SandboxUnavailable` where no sandbox can be had."""
        with self.held() as handle:
            handle.start()

    def one(self, request: Request[T]) -> T:
        """Return the answer to one request. Raise as `all` does."""
        return self.all([request])[0]

    def all(self, requests: Sequence[Request[T]]) -> list[T]:
        """Return the answers, in order. A request that prevents its answer is asked once more, alone.

        Raises:
            UnreadableSubmission, ParsingFailed: where a request makes so much of it (`Request.on_failure`), or no
            worker can be started.
            DiskFull: there is no room for what is to be parsed.
        """
        answers: list[T] = []
        tries = 0  # of the request whose turn it is
        while len(answers) < len(requests):
            with self.held() as handle:
                _warm(handle)
                batch = _Batch(requests[len(answers) :][: 1 if tries else AT_ONCE])
                trouble = batch.ask(handle)
            answers += batch.answers
            tries = 0 if batch.answers else tries
            if trouble is None:
                continue
            culprit, alone, tries = requests[len(answers)], batch.sent == 1, tries + 1
            if alone and trouble.limit:
                answers.append(culprit.on_limit(trouble.limit))
                tries = 0
            elif alone and tries >= ATTEMPTS:
                answers.append(culprit.on_failure(_failed(trouble.description)))
                tries = 0
        return answers


def _warm(handle: WorkerHandle) -> None:
    """Wait for the worker. Raise `ParsingFailed` where it does not even start, which is no request's fault."""
    for attempt in range(ATTEMPTS):
        try:
            handle.wait_until_warm()
        except WorkerDied as problem:
            if attempt + 1 == ATTEMPTS:
                raise ParsingFailed(problem.text) from None
        else:
            return


class _Batch(Generic[T]):
    """The first of these requests, as many as one job takes: `answers` are those of the first ones, as far as they came,
    `sent` is how many the job was given."""

    def __init__(self, requests: Sequence[Request[T]]) -> None:
        self._requests = requests
        self._answered_unsent: dict[int, T] = {}  # where nothing could be written for the job
        self._responses: dict[int, _Response] = {}
        self._bytes = 0
        self.answers: list[T] = []

    @property
    def sent(self) -> int:
        return len(self._responses)

    def ask(self, handle: WorkerHandle) -> Trouble | None:
        """Return what prevented the first answer that is missing, if one is."""
        try:
            folder = handle.new_folder()
            try:
                self._write_inputs(folder)
                trouble = self._run(handle, folder) if self._responses else None
            finally:
                remove_tree(folder)
        except OSError as problem:
            raise without_room(problem, handle.folder) from None
        return self._parse_responses() or (trouble if len(self.answers) < self._count else None)

    @property
    def _count(self) -> int:
        return len(self._answered_unsent) + len(self._responses)

    def _write_inputs(self, folder: Path) -> None:
        """Write the inputs of as many requests as there is room for, and of one at least."""
        listed: list[Json] = []
        room = BYTES_AT_ONCE
        for number, request in enumerate(self._requests):
            if room <= 0:
                break
            own = folder / str(number)
            own.mkdir()
            try:
                fields = request.write_inputs(own)
            except GraderError as problem:
                self._answered_unsent[number] = request.on_failure(problem)
                continue
            except OSError as problem:
                if no_room(problem):
                    raise
                self._answered_unsent[number] = request.on_failure(_failed(os.strerror(problem.errno or 0)))
                continue
            listed.append({"number": number, "kind": request.kind, "folder": str(own), "fields": fields})
            self._responses[number] = _Response()
            room -= sum(path.lstat().st_size for path in own.rglob("*"))
        (folder / REQUESTS).write_text(json.dumps(listed), encoding="utf-8")

    def _run(self, handle: WorkerHandle, folder: Path) -> Trouble:
        """Run the job; return what to report of it where it answered fewer requests than it was sent."""
        job = Job("grader.parsing.job", {"folder": str(folder)}, LIMITS, folder)
        try:
            ran = handle.run(job, self._take_line)
        except (InvalidEvidence, WorkerDied) as problem:  # no student's code runs there, so it is a fault of ours
            return Trouble(str(problem))
        status = _status(ran.outcome)
        return Trouble(f"{status} {ran.printed.text[-800:].strip()}", status if status in TOO_MUCH else "")

    def _take_line(self, data: bytes) -> None:
        self._bytes += len(data)
        if len(data) > LINE_BYTES or self._bytes > ANSWER_BYTES:
            raise InvalidEvidence("the parser tells more than it may")
        fields = Fields(read_json(data))
        response = self._responses.get(fields.whole("of"))
        if response is None:
            raise InvalidEvidence("an answer to nothing")
        if fields.flag("done"):
            response.complete = True
        else:
            response.lines.append(fields)

    def _parse_responses(self) -> Trouble | None:
        """Take the answers up to the first that is missing, or that lacks the form."""
        for number in range(self._count):
            if number in self._answered_unsent:
                self.answers.append(self._answered_unsent[number])
            elif self._responses[number].complete:
                try:
                    self.answers.append(_answer(self._requests[number], self._responses[number].lines))
                except InvalidEvidence as problem:
                    return Trouble(str(problem))
            else:
                return None
        return None


@dataclass(slots=True)
class _Response:
    lines: list[Fields] = field(default_factory=list)
    complete: bool = False


def _answer(request: Request[T], lines: Sequence[Fields]) -> T:
    last = lines[-1] if lines else Fields({})
    if limit := last.text("limit", 20):
        return request.on_limit(limit)
    problem = _problem(last)
    return request.on_failure(problem) if problem is not None else request.parse_response(lines)


def _problem(last: Fields) -> GraderError | None:
    """Return what prevented an answer, by the last line of its response; None where nothing did."""
    unreadable = last.sub("unreadable", lambda words: Text(words.text("fr", 1000), words.text("en", 1000)))
    broke = last.text("broke", 600)
    if unreadable is not None:
        return UnreadableSubmission(unreadable)
    return _failed(broke) if broke else None


def _status(outcome: Outcome) -> OutcomeStatus:
    """Return how the job ended: the clock of a single request kills with a signal of its own."""
    return OutcomeStatus.CPU if outcome.exit == -signal.SIGPROF else outcome.status


def _failed(reason: str) -> ParsingFailed:
    return ParsingFailed(say("The grader failed while reading this file: {reason}", reason=reason))
