"""Watches a job from its parent: time, memory, processes, disk; kills what is too much and what is left behind."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from grader.domain import Limits, OutcomeStatus
from grader.domain.job_messages import FROZEN, MESSAGE_BYTES, JobEnd, WorkerMessage, asks_for_kill
from grader.worker.usage import Used, Written, filled, held_by, used_by, without_name, written_in

PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36
EVERY_SECONDS = 0.1
ALIVE_EVERY_SECONDS = 1.0
DISK_EVERY_SECONDS = 0.4
STUBBORN_SECONDS = 10.0
ENTRIES_LOOKED_AT = 100_000
FIRST_PIDS = 10  # a worker in a process namespace of its own is among them


def adopt_orphans() -> None:
    """Become the parent of every process that a job's processes abandon, so that none escapes the kill; and let no
    process trace this one or read its memory."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")
    if prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_DUMPABLE)")


@dataclass
class Watch:
    """Watches one job: its first process, its limits, and the folders that it may fill (`private` ones lie in memory)."""

    pid: int
    limits: Limits
    folder: str
    private: Sequence[str]
    started: float

    def __post_init__(self) -> None:
        self._me = psutil.Process()
        self._held_by_worker = held_by(os.getpid())
        self._seconds_before = _ended_children()
        self._at_first = self._disk([])
        self._in_memory_at_first = filled(self.private).bytes
        self._next_look = self.started + DISK_EVERY_SECONDS
        self._peak = 0
        self._used = Used()
        self._said_alive = self._running = self.started

    def until_end(self, control: socket.socket) -> JobEnd:
        """Wait for the job's end, or bring it about, and return it."""
        handle = os.pidfd_open(self.pid)
        status: str = ""
        try:
            while True:
                readable, _, _ = select.select([handle, control.fileno()], [], [], EVERY_SECONDS)
                if handle in readable:
                    break
                if control.fileno() in readable and _kill_wanted(control):
                    status = OutcomeStatus.KILLED
                self._say_alive(control)
                status = status or self._limit_passed()
                if status:
                    os.kill(self.pid, signal.SIGKILL)
                    select.select([handle], [], [], 5.0)
                    break
        finally:
            os.close(handle)
        _, wait_status, usage = os.wait4(self.pid, 0)
        code = os.waitstatus_to_exitcode(wait_status)
        return JobEnd(
            status=status or ended_as(code),
            seconds=time.monotonic() - self.started,
            cpu_seconds=max(usage.ru_utime + usage.ru_stime, self._used.seconds),
            peak_memory_mib=max(self._peak, 0) >> 20,
            exit=code,
        )

    def _say_alive(self, control: socket.socket) -> None:
        """Say that the worker is alive. One that is stopped, or hangs on a disk, says nothing, and so the grader knows."""
        now = time.monotonic()
        if now - self._said_alive >= ALIVE_EVERY_SECONDS:
            self._said_alive = now
            with suppress(OSError):  # nobody listens just now, or nobody is there any more: seen elsewhere
                control.send(WorkerMessage(alive=True).encoded(), socket.MSG_DONTWAIT)

    def _is_frozen(self, now: float) -> bool:
        """Return whether the job was stopped by a signal for longer than a job of the grader's own ever is."""
        with suppress(psutil.Error):
            if psutil.Process(self.pid).status() != psutil.STATUS_STOPPED:
                self._running = now
        return now - self._running > self.limits.frozen

    def _limit_passed(self) -> str:
        """Return the limit that the job has passed; "" while it keeps within all of them."""
        now = time.monotonic()
        if now - self.started > self.limits.wall:
            return OutcomeStatus.TIMEOUT
        if self.limits.frozen and self._is_frozen(now):
            return FROZEN
        pids = [process.pid for process in self._me.children(recursive=True)]
        used = used_by(pids, self._held_by_worker)
        self._reap_orphans(pids)
        seconds = used.seconds + _ended_children() - self._seconds_before
        memory = used.memory + filled(self.private).bytes - self._in_memory_at_first
        self._used = Used(used.processes, used.threads, memory, seconds)
        self._peak = max(self._peak, memory)
        if memory > self.limits.memory_mib << 20:
            return OutcomeStatus.MEMORY
        if used.processes > self.limits.processes or used.threads > self.limits.threads:
            return OutcomeStatus.PROCESSES
        if seconds > self.limits.cpu:
            return OutcomeStatus.CPU
        if now >= self._next_look:
            self._next_look = now + DISK_EVERY_SECONDS
            return self._too_much_written(pids)
        return ""

    def _too_much_written(self, pids: list[int]) -> str:
        now, before = self._disk(pids), self._at_first
        too_many = now.entries - before.entries > self.limits.files
        too_much = now.bytes - before.bytes > self.limits.total_mib << 20
        return OutcomeStatus.DISK if too_many or too_much else ""

    def _disk(self, pids: list[int]) -> Written:
        in_folder = written_in(self.folder, ENTRIES_LOOKED_AT)
        in_memory = filled(self.private)
        size = in_folder.bytes + in_memory.bytes + without_name(pids)
        return Written(in_folder.entries + in_memory.entries, size)

    def _reap_orphans(self, pids: list[int]) -> None:
        """Take leave of ended processes that the job abandoned, now this one's children; the job itself is waited for later."""
        for pid in pids:
            if pid != self.pid:
                with suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)


def _ended_children() -> float:
    """Return the processor time of all children that were waited for, in seconds."""
    times = os.times()
    return times.children_user + times.children_system


def _kill_wanted(control: socket.socket) -> bool:
    """Return whether the grader asked for a kill, or is gone."""
    data = control.recv(MESSAGE_BYTES)
    return not data or asks_for_kill(data)


def ended_as(code: int) -> OutcomeStatus:
    """Return what an exit code alone says. The recorder knows better whether the program came to its own end."""
    if code == 0:
        return OutcomeStatus.OK
    if code == -signal.SIGXCPU:
        return OutcomeStatus.CPU
    if code == -signal.SIGXFSZ:
        return OutcomeStatus.DISK
    return OutcomeStatus.KILLED if code < 0 else OutcomeStatus.ERROR


# ── Nothing stays behind ────────────────────────────────────────────────────────────────────────


def kill_leftovers(alone: bool) -> None:
    """End whatever the job started before the next one begins, daemonised grandchildren included.

    Where the worker is `alone` with its job in a process namespace, one call reaches everybody at once, whoever forks
    meanwhile.

    Raises:
        RuntimeError: something cannot be ended; a worker with such company takes no other job.
    """
    me = psutil.Process()
    until = time.monotonic() + STUBBORN_SECONDS
    while True:
        if alone and os.getpid() < FIRST_PIDS and os.getppid() == 1:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(-1, signal.SIGKILL)
        left = me.children(recursive=True)
        for process in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process.pid, signal.SIGKILL)
        _reap()
        if not left:
            return
        if time.monotonic() > until:
            raise RuntimeError(f"{len(left)} processes of a job cannot be ended")
        time.sleep(0.005)


def empty(folders: Sequence[str]) -> None:
    """Empty the folders that the sandbox keeps for this worker alone: one job's leftovers are not the next one's."""
    for folder in folders:
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                if not os.path.ismount(entry.path) and not _holds_mount(entry.path):
                    _remove(entry.path)
            else:
                with suppress(OSError):
                    Path(entry.path).unlink()


def _remove(path: str) -> None:
    """Remove a folder by the system's own tools, which stand any depth of folders; closed ones are opened first."""
    for command in (["chmod", "-R", "u+rwx", path], ["rm", "-rf", path]):
        subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _holds_mount(path: str) -> bool:
    """Return whether something is mounted in a folder: the worker's own one is, under /tmp."""
    with Path("/proc/self/mountinfo").open(encoding="utf-8", errors="replace") as mounts:
        return any(line.split()[4].startswith(path + "/") or line.split()[4] == path for line in mounts)


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return
