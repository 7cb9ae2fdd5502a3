"""Follows a running job from outside of the walls: its events, its output, its end, and the outer clock."""

from __future__ import annotations

import json
import math
import os
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from grader.domain import Limits, OutcomeStatus

GRACE_SECONDS = 15.0
SILENT_SECONDS = 15.0  # a worker tells every second that it is there
LINE_BYTES = 4 << 20
CHUNK = 1 << 16


_NOT_YET: dict[str, Any] = {}


class Stopped(BaseException):
    """The grading itself was called off: no outcome, no record. Like KeyboardInterrupt, nobody handles it on the way."""


class Following:
    """Reads a running job's pipes and the worker's answer, with the outer clock."""

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
        self._events = events
        self._output = output
        self._on_line = on_line
        self._limits = limits
        self._line = b""
        self._skipping = False
        self._flooded = False
        self.heard = False
        self.text = HeadAndTail(limits.output_bytes)
        self.late = False

    def until_done(self) -> dict[str, Any] | None:
        """The outcome's fields; None where the worker died."""
        deadline = time.monotonic() + self._limits.wall + GRACE_SECONDS
        self._silent_at = time.monotonic() + SILENT_SECONDS
        with selectors.DefaultSelector() as selector:
            for source in (self._control, self._events, self._output):
                selector.register(source, selectors.EVENT_READ)
            while True:
                if self._stop.is_set():
                    raise Stopped
                left = deadline - time.monotonic()
                if left < 0:
                    self.late = True
                    return unanswered(OutcomeStatus.TIMEOUT, self._limits.wall)
                if self._silent_at < time.monotonic():
                    return None
                for key, _ in selector.select(min(left, 1.0)):
                    if key.fileobj == self._output:
                        self._read_output(selector)
                    elif key.fileobj == self._events:
                        self._read_events(selector)
                    elif (answer := self._heard_of_worker()) is not _NOT_YET:
                        return answer

    def _heard_of_worker(self) -> dict[str, Any] | None:
        """The job's end, or that the worker is there (`_NOT_YET`); None where it is gone."""
        try:
            data = self._control.recv(1 << 18)
        except OSError:
            return None
        message: dict[str, Any] = json.loads(data) if data else {}
        if message.get("alive"):
            self._silent_at = time.monotonic() + SILENT_SECONDS
            return _NOT_YET
        if message.get("clearing"):
            self._silent_at = math.inf
            return _NOT_YET
        self._drain()
        if not message:
            return None
        done: dict[str, Any] = message["done"]
        return {**done, "status": OutcomeStatus.OUTPUT} if self._flooded else done

    def _drain(self) -> None:
        """What was written before the end but not read yet. All writers are dead, so the pipes end."""
        for descriptor, take in ((self._events, self._take_events), (self._output, self.text.add)):
            os.set_blocking(descriptor, False)
            with suppress(BlockingIOError):
                while data := os.read(descriptor, CHUNK):
                    take(data)

    def _read_output(self, selector: selectors.BaseSelector) -> None:
        data = os.read(self._output, CHUNK)
        if not data:
            selector.unregister(self._output)
        self.text.add(data)
        if self.text.dropped > self._limits.output_flood_bytes and not self._flooded:
            self._flooded = True
            self._control.sendall(json.dumps({"kill": True}).encode())

    def _read_events(self, selector: selectors.BaseSelector) -> None:
        data = os.read(self._events, CHUNK)
        if not data:
            selector.unregister(self._events)
        self._take_events(data)

    def _take_events(self, data: bytes) -> None:
        *lines, self._line = (self._line + data).split(b"\n")
        for line in lines:
            if self._skipping:
                self._skipping = False
            elif line:
                self.heard = True
                self._on_line(line)
        if len(self._line) > LINE_BYTES:
            self._line, self._skipping = b"", True


def unanswered(status: OutcomeStatus, seconds: float = 0.0, peak_mib: int = 0) -> dict[str, Any]:
    """The fields of an `Outcome` of which the worker has told nothing."""
    return {"status": status, "seconds": seconds, "cpu_seconds": 0.0, "peak_memory_mib": peak_mib, "exit": None}


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
