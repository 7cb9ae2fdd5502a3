"""A slot: one warm worker inside walls, that runs one job after the other.

The worker is started by name and spoken to over a socket; a job's events and output come through pipes
of their own. The worker keeps the limits; the slot keeps the clock too, and ends a worker that does not.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from grader.domain import Limits, Outcome, Printed
from grader.errors import WorkerDied
from grader.sandbox.base import Level, Sandbox, View
from grader.sandbox.bytecode import compile_once
from grader.sandbox.cgroup import enclosure
from grader.sandbox.cores import starting_on
from grader.sandbox.landlock import readable
from grader.sandbox.place import Place
from grader.sandbox.python import environment
from grader.sandbox.removing import remove_tree

START_SECONDS = 180.0
GRACE_SECONDS = 15.0
LINE_BYTES = 4 << 20
CHUNK = 1 << 16
RECYCLED_AFTER = 200  # jobs: a start costs some 5 s of processor time, so 0.03 s each
BROKEN = 120  # the exit code of a job that failed through the grader's own fault (`grader.worker.child`)
PRIVATE = ("/tmp", "/dev/shm")  # the walls' own, emptied after each job
LOG_BYTES = 600
HOME = "home"


@dataclass(frozen=True, slots=True)
class Job:
    """`entry` is a module with `run(fields, events)`; `fields` must be JSON. `folder`, from `Slot.new_folder`, is the
    one place that the job may write to."""

    entry: str
    fields: Mapping[str, Any]
    limits: Limits
    folder: Path


class Stopped(BaseException):
    """The grading itself was called off: no outcome, no record. Like KeyboardInterrupt, nobody handles it on the way."""


@dataclass(frozen=True, slots=True)
class Ran:
    """`waited` are the seconds until a warm worker took the job."""

    outcome: Outcome
    printed: Printed
    waited: float = 0.0


class Slot:
    """Use as a context manager. Starting is begun at once and awaited by the first job. The worker stays on `cores`,
    where some are named, and makes room for a fresh one after `RECYCLED_AFTER` jobs."""

    def __init__(
        self,
        sandbox: Sandbox,
        read: tuple[Path, ...],
        preload: tuple[str, ...],
        threads: int = 2,
        cores: tuple[int, ...] = (),
    ) -> None:
        self._place = Place()
        self.folder = self._place.folder
        self._group = enclosure(self.folder.name)
        self._sandbox = sandbox
        self._read = read
        self._preload = preload
        self._threads = threads
        self._cores = cores
        self._jobs = 0
        self._worker: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._ready = False
        self._folders: set[Path] = set()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # without a name, so that no job can put a link in its place
        self._stop = threading.Event()

    def __enter__(self) -> Slot:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # ── The worker ──────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Start the worker if it is not there; does not wait for it to be warm."""
        if self._worker is not None:
            return
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._tidy()
        home = self.folder / HOME
        program = [sys.executable, "-s", "-P", "-m", "grader.worker", "--control", str(theirs.fileno())]
        program += [word for module in self._preload for word in ("--preload", module)]
        compile_once(self._preload, environment(home))
        command = self._sandbox.command(program, View(self._read, self.folder), environment(home, self._threads))
        command = self._group.entered_by(command) if self._group else command
        with theirs, starting_on(self._cores):
            self._worker = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is for the grader, which then ends its workers in order
            )
        self._control, self._ready, self._jobs = ours, False, 0

    def wait_until_warm(self) -> None:
        self.start()
        if not self._ready:
            assert self._control is not None
            self._control.settimeout(START_SECONDS)
            if not self._hear().get("ready"):
                raise self._died()
            self._control.settimeout(None)
            self._ready = True

    def stop(self) -> None:
        """From another thread: the job that runs, if any, ends with `Stopped` within a second."""
        self._stop.set()

    def close(self) -> None:
        self._end_worker()
        self._log.close()
        self._place.remove()
        if self._group is not None:
            self._group.remove()

    def _end_worker(self) -> None:
        control, worker = self._control, self._worker
        self._control = self._worker = None
        self._ready = False
        if control is not None:
            control.close()
        if worker is not None:
            with suppress(subprocess.TimeoutExpired):
                worker.wait(0.2)  # an idle worker ends when its control socket does
            if worker.poll() is None:
                _kill_tree(worker)
            worker.wait()

    def _hear(self) -> dict[str, Any]:
        assert self._control is not None
        try:
            data = self._control.recv(1 << 18)
        except (TimeoutError, OSError):
            data = b""
        message: dict[str, Any] = json.loads(data) if data else {}
        return message

    def _died(self) -> WorkerDied:
        self._end_worker()
        self._log.seek(max(0, self._log.seek(0, os.SEEK_END) - LOG_BYTES))
        log = self._log.read().decode("utf-8", "replace").strip()
        return WorkerDied(
            f"Le processus isolé du correcteur s'est arrêté. {log}", f"The grader's isolated worker stopped. {log}"
        )

    def _message(self, job: Job) -> dict[str, Any]:
        walls = None
        own_spaces = self._sandbox.own_spaces
        if self._sandbox.level is not Level.LIMITS_ONLY:
            read = [*readable(), *map(str, self._read)]
            write = [str(job.folder), *(PRIVATE if own_spaces else ())]
            walls = {"read": read, "write": write, "own_spaces": own_spaces}
        return {
            "entry": job.entry,
            "fields": dict(job.fields),
            "limits": asdict(job.limits),
            "folder": str(job.folder),
            "walls": walls,
            "sweep": list(PRIVATE) if own_spaces else [],
        }

    # ── Jobs ────────────────────────────────────────────────────────────────────────────────

    def new_folder(self) -> Path:
        """An empty folder for one job, inside what the worker can see. No job can guess the name of the next one's."""
        self._reopen()
        folder = Path(tempfile.mkdtemp(prefix="j", dir=self.folder))
        self._folders.add(folder)
        return folder

    def _reopen(self) -> None:
        """A job may close the folder around its own, whose owner it is, to keep everybody else out."""
        self.folder.chmod(0o700)

    def _tidy(self) -> None:
        """A job finds an empty home, and nothing that the one before left beside its own folder."""
        self._reopen()
        there = set(self.folder.iterdir())
        self._folders &= there
        for path in there:
            if path not in self._folders:
                if path.is_dir() and not path.is_symlink():
                    remove_tree(path)
                else:
                    path.unlink(missing_ok=True)
        (self.folder / HOME).mkdir(exist_ok=True)

    def run(self, job: Job, on_line: Callable[[bytes], None]) -> Ran:
        """Run one job to its end; `on_line` is given each line of events as it comes.

        Raises:
            WorkerDied: the worker, not the job, came to an end, or the job failed before it ran anything of the
            student's. The slot starts a new worker when next used.
        """
        asked = time.monotonic()
        self.wait_until_warm()
        waited = time.monotonic() - asked
        self._tidy()
        assert self._control is not None
        if self._group is not None:
            self._group.bound(job.limits)
        events, events_in = os.pipe()
        output, output_in = os.pipe()
        message = json.dumps({"job": self._message(job)}).encode()
        try:
            socket.send_fds(self._control, [message], [events_in, output_in])
        except OSError:
            os.close(events)
            os.close(output)
            raise self._died() from None
        finally:
            os.close(events_in)
            os.close(output_in)
        with os.fdopen(events, "rb", 0), os.fdopen(output, "rb", 0):
            watch = _Following(self._control, events, output, on_line, job.limits, self._stop)
            try:
                done = watch.until_done()
            except BaseException:  # Ctrl-C, or a fault of `on_line`: no half-run job stays behind
                self._end_worker()
                raise
        late = watch.late or done is None
        if self._group is not None:
            done = self._group.judged(done)
        if done is None:
            raise self._died()
        if late:
            self._end_worker()
        if done["exit"] == BROKEN and not watch.heard:  # a program's own exit code comes after its recorder's greeting
            raise _broke(watch.text.joined())
        self._reopen()
        self._recycle()
        return Ran(Outcome(**done), Printed(watch.text.joined(), watch.text.dropped), waited)

    def _recycle(self) -> None:
        """What a worker gathers over many jobs, memory above all, goes with it; the next one warms up meanwhile."""
        self._jobs += 1
        if self._jobs >= RECYCLED_AFTER:
            self._end_worker()
            self.start()


class _Following:
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
        with selectors.DefaultSelector() as selector:
            for source in (self._control, self._events, self._output):
                selector.register(source, selectors.EVENT_READ)
            while True:
                if self._stop.is_set():
                    raise Stopped
                left = deadline - time.monotonic()
                if left < 0:
                    self.late = True
                    return _too_late(self._limits.wall)
                for key, _ in selector.select(min(left, 1.0)):
                    if key.fileobj == self._output:
                        self._read_output(selector)
                    elif key.fileobj == self._events:
                        self._read_events(selector)
                    else:
                        return self._answer()

    def _answer(self) -> dict[str, Any] | None:
        try:
            data = self._control.recv(1 << 18)
        except OSError:
            return None
        self._drain()
        if not data:
            return None
        done: dict[str, Any] = json.loads(data)["done"]
        return {**done, "status": "output"} if self._flooded else done

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


def _broke(text: str) -> WorkerDied:
    told = text[-1500:].strip()
    return WorkerDied(
        f"Le correcteur a échoué avant le programme : {told}", f"The grader failed before the program: {told}"
    )


def _too_late(wall: float) -> dict[str, Any]:
    return {"status": "timeout", "seconds": wall, "cpu_seconds": 0.0, "peak_memory_mib": 0, "exit": None}


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


def _kill_tree(worker: subprocess.Popen[bytes]) -> None:
    import psutil

    with suppress(psutil.NoSuchProcess):
        for process in psutil.Process(worker.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                process.kill()
    worker.kill()
