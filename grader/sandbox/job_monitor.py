"""Monitors a running job from outside the sandbox: its events, its output, its end, and the outer clock."""

from __future__ import annotations

import math
import os
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from grader.domain import Limits, OutcomeStatus
from grader.domain.job_messages import KILL, MESSAGE_BYTES, JobEnd, WorkerMessage

GRACE_SECONDS = 15.0
SILENT_SECONDS = 15.0  # a worker says every second that it is alive
LINE_BYTES = 4 << 20
CHUNK = 1 << 16


class Stopped(BaseException):
    """The grading itself was called off: no outcome, no record. Like KeyboardInterrupt, nobody handles it on the way."""


class JobMonitor:
    """Reads the pipes of a running job and the messages of its worker, with the outer clock.

    `output` is what the job printed, cut; `any_event` whether it wrote a line of events; `late` whether it is still
    running although its time is over.
    """

    def __init__(
        self,
        control: socket.socket,
        events: int,
        output: int,
        on_line: Callable[[bytes], None],
        limits: Limits,
        stop: threading.Event,
    ) -> None:
        self._stop = stop
        self._control = control
        self._events_pipe = events
        self._output_pipe = output
        self._on_line = on_line
        self._limits = limits
        self._line = b""
        self._skipping = False
        self._flooded = False
        self.any_event = False
        self.output = HeadAndTail(limits.output_bytes)
        self.late = False

    def wait(self) -> JobEnd | None:
        """Wait for the end of the job, and return it; None where the worker died. Raise `Stopped` where it was called off."""
        deadline = time.monotonic() + self._limits.wall + GRACE_SECONDS
        self._silent_at = time.monotonic() + SILENT_SECONDS
        with selectors.DefaultSelector() as selector:
            for source in (self._control, self._events_pipe, self._output_pipe):
                selector.register(source, selectors.EVENT_READ)
            while True:
                if self._stop.is_set():
                    raise Stopped
                left = deadline - time.monotonic()
                if left < 0:
                    self.late = True
                    return JobEnd(OutcomeStatus.TIMEOUT, seconds=self._limits.wall)
                if self._silent_at < time.monotonic():
                    return None
                for key, _ in selector.select(min(left, 1.0)):
                    if key.fileobj == self._output_pipe:
                        self._read_output(selector)
                    elif key.fileobj == self._events_pipe:
                        self._read_events(selector)
                    else:
                        message = self._receive()
                        if message is None:
                            return None
                        if message.done is not None:
                            return self._end(message.done)

    def _receive(self) -> WorkerMessage | None:
        """Return the worker's message, and note that it is alive; None where it is gone."""
        try:
            data = self._control.recv(MESSAGE_BYTES)
        except OSError:
            return None
        if not data:
            self._drain()
            return None
        message = WorkerMessage.decoded(data)
        if message.alive:
            self._silent_at = time.monotonic() + SILENT_SECONDS
        elif message.clearing:
            self._silent_at = math.inf
        return message

    def _end(self, done: JobEnd) -> JobEnd:
        self._drain()
        return replace(done, status=OutcomeStatus.OUTPUT) if self._flooded else done

    def _drain(self) -> None:
        """Take what was written before the end but not read yet. All writers are dead, so the pipes end."""
        for descriptor, take in ((self._events_pipe, self._take_events), (self._output_pipe, self.output.add)):
            os.set_blocking(descriptor, False)
            with suppress(BlockingIOError):
                while data := os.read(descriptor, CHUNK):
                    take(data)

    def _read_output(self, selector: selectors.BaseSelector) -> None:
        data = os.read(self._output_pipe, CHUNK)
        if not data:
            selector.unregister(self._output_pipe)
        self.output.add(data)
        if self.output.dropped > self._limits.output_flood_bytes and not self._flooded:
            self._flooded = True
            self._control.sendall(KILL)

    def _read_events(self, selector: selectors.BaseSelector) -> None:
        data = os.read(self._events_pipe, CHUNK)
        if not data:
            selector.unregister(self._events_pipe)
        self._take_events(data)

    def _take_events(self, data: bytes) -> None:
        *lines, self._line = (self._line + data).split(b"\n")
        for line in lines:
            if self._skipping:
                self._skipping = False
            elif line:
                self.any_event = True
                self._on_line(line)
        if len(self._line) > LINE_BYTES:
            self._line, self._skipping = b"", True


class HeadAndTail:
    """Keeps the first and the last half of what is allowed, and counts what lies between."""

    def __init__(self, most: int) -> None:
        self._half = most // 2
        self._head = bytearray()
        self._tail = bytearray()
        self._cut = 0

    def add(self, data: bytes) -> None:
        room = self._half - len(self._head)
        self._head += data[:room] if room > 0 else b""
        self._tail += data[max(room, 0) :]
        if len(self._tail) > 2 * self._half:
            self._cut += len(self._tail) - self._half
            del self._tail[: -self._half]

    @property
    def dropped(self) -> int:
        return self._cut + max(0, len(self._tail) - self._half)

    def joined(self) -> str:
        tail = self._tail[-self._half :]
        return (self._head + tail).decode("utf-8", "replace")
