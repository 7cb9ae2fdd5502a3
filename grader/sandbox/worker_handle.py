"""Starts one warm worker inside a sandbox and runs one job after the other in it.

The worker is started by name and gets its messages over a socket; a job's events and output come through pipes
of their own. The worker keeps the limits; the handle keeps the clock too, and ends a worker that does not.
"""

from __future__ import annotations

import os
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

from grader.domain import Json, Limits, Outcome, OutcomeStatus, Printed
from grader.domain.job_messages import BROKEN_EXIT, FROZEN, MESSAGE_BYTES, Confinement, JobMessage, WorkerMessage
from grader.errors import WorkerDied
from grader.messages import say
from grader.sandbox.base import Level, Sandbox, View
from grader.sandbox.bytecode import compile_once
from grader.sandbox.cgroup import control_group, memory_kills
from grader.sandbox.cores import starting_on
from grader.sandbox.job_monitor import JobMonitor
from grader.sandbox.landlock import readable
from grader.sandbox.place import Place
from grader.sandbox.python import environment
from grader.sandbox.removing import remove_tree

START_SECONDS = 180.0
RECYCLED_AFTER = 200  # jobs: a start costs some 5 s of processor time, so 0.03 s each
PRIVATE = ("/tmp", "/dev/shm")  # the sandbox's own, emptied after each job
LOG_BYTES = 600
HOME = "home"


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is to run: `entry` is a module with `run(fields, events)`. `folder`, from `WorkerHandle.new_folder`, is
    the one place that the job may write to."""

    entry: str
    fields: Mapping[str, Json]
    limits: Limits
    folder: Path


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a job. `waited` are the seconds until a warm worker took it."""

    outcome: Outcome
    printed: Printed
    waited: float = 0.0


class WorkerHandle:
    """Runs jobs in a warm worker. Use as a context manager. Starting is begun at once and awaited by the first job. The
    worker stays on `cores`, where some are named, and is replaced by a fresh one after `RECYCLED_AFTER` jobs."""

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
        self._group = control_group(self.folder.name)
        self.sandbox = sandbox
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

    def __enter__(self) -> WorkerHandle:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # ── The worker ──────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Start the worker if there is none; do not wait until it is warm."""
        if self._worker is not None:
            return
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._tidy()
        home = self.folder / HOME
        program = [sys.executable, "-s", "-P", "-m", "grader.worker", "--control", str(theirs.fileno())]
        program += [word for module in self._preload for word in ("--preload", module)]
        compile_once(self._preload, environment(home))
        command = self.sandbox.command(program, View(self._read, self.folder), environment(home, self._threads))
        with theirs, starting_on(self._cores):
            self._worker = subprocess.Popen(
                self._group.command(command),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is for the grader, which then ends its workers in order
            )
        self._control, self._ready, self._jobs = ours, False, 0

    def wait_until_warm(self) -> None:
        """Start the worker if there is none, and wait until it takes jobs. Raise `WorkerDied` where it does not come up."""
        self.start()
        if not self._ready:
            assert self._control is not None
            self._control.settimeout(START_SECONDS)
            if not self._receive().ready:
                raise self._died()
            self._control.settimeout(None)
            self._ready = True

    def stop(self) -> None:
        """End the job that runs, if any, with `Stopped` within a second; called from another thread."""
        self._stop.set()

    def close(self) -> None:
        self._end_worker()
        self._log.close()
        self._place.remove()
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

    def _receive(self) -> WorkerMessage:
        assert self._control is not None
        try:
            data = self._control.recv(MESSAGE_BYTES)
        except (TimeoutError, OSError):
            data = b""
        return WorkerMessage.decoded(data) if data else WorkerMessage()

    def _died(self) -> WorkerDied:
        self._end_worker()
        self._log.seek(max(0, self._log.seek(0, os.SEEK_END) - LOG_BYTES))
        log = self._log.read().decode("utf-8", "replace").strip()
        return WorkerDied(say("The grader's isolated worker stopped. {log}", log=log))

    def _message(self, job: Job) -> JobMessage:
        own_spaces = self.sandbox.own_spaces
        private = PRIVATE if own_spaces else ()
        confinement = None
        if self.sandbox.level is not Level.LIMITS_ONLY:
            read = (*readable(), *map(str, self._read))
            confinement = Confinement(read, (str(job.folder), *private), own_spaces)
        return JobMessage(job.entry, job.fields, job.limits, str(job.folder), confinement, private)

    # ── Jobs ────────────────────────────────────────────────────────────────────────────────

    def new_folder(self) -> Path:
        """Make an empty folder for one job, inside what the worker can see. No job can guess the name of the next one's."""
        self._reopen()
        folder = Path(tempfile.mkdtemp(prefix="j", dir=self.folder))
        self._folders.add(folder)
        return folder

    def _reopen(self) -> None:
        """Undo what a job may do to the folder around its own, whose owner it is: close it to everybody else."""
        self.folder.chmod(0o700)

    def _tidy(self) -> None:
        """Make an empty home, and remove what an earlier job left beside its own folder."""
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
            student's. The handle starts a new worker when next used.
        """
        asked = time.monotonic()
        self.wait_until_warm()
        waited = time.monotonic() - asked
        self._tidy()
        assert self._control is not None
        self._group.prepare(job.limits)
        kills = memory_kills()
        events, events_in = os.pipe()
        output, output_in = os.pipe()
        try:
            socket.send_fds(self._control, [self._message(job).encoded()], [events_in, output_in])
        except OSError:
            os.close(events)
            os.close(output)
            raise self._died() from None
        finally:
            os.close(events_in)
            os.close(output_in)
        with os.fdopen(events, "rb", 0), os.fdopen(output, "rb", 0):
            monitor = JobMonitor(self._control, events, output, on_line, job.limits, self._stop)
            try:
                end = monitor.wait()
            except BaseException:  # Ctrl-C, or a fault of `on_line`: no half-run job stays behind
                self._end_worker()
                raise
        late = monitor.late or end is None
        end = self._group.explained(end)
        if end is None:
            raise self._died()
        if late:
            self._end_worker()
        if end.status == FROZEN:
            raise _broke("the job was stopped by a signal")
        if end.exit == BROKEN_EXIT and not monitor.any_event:  # a program's own exit code comes after its first event
            raise _broke(monitor.output.joined())
        self._reopen()
        self._recycle()
        fields = {**asdict(end), "status": OutcomeStatus(end.status)}
        outcome = Outcome(**fields, memory_ran_out=memory_kills() > kills)
        return Ran(outcome, Printed(monitor.output.joined(), monitor.output.dropped), waited)

    def _recycle(self) -> None:
        """Replace a worker after many jobs: what it gathers, memory above all, goes with it. The next one warms up meanwhile."""
        self._jobs += 1
        if self._jobs >= RECYCLED_AFTER:
            self._end_worker()
            self.start()


def _broke(text: str) -> WorkerDied:
    return WorkerDied(say("The grader failed before the program: {reason}", reason=text[-1500:].strip()))


def _kill_tree(worker: subprocess.Popen[bytes]) -> None:
    import psutil

    with suppress(psutil.NoSuchProcess):
        for process in psutil.Process(worker.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                process.kill()
    worker.kill()
