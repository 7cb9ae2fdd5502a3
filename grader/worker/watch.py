"""Watches a job from its parent: time, memory, processes; kills what is too much and what is left behind."""

from __future__ import annotations

import ctypes
import json
import os
import select
import shutil
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36
EVERY_SECONDS = 0.1
STUBBORN_ROUNDS = 50


def adopt_orphans() -> None:
    """Become the parent of every process that a job's processes abandon, so that none escapes the kill; and let no
    process trace this one or read its memory."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")
    if prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_DUMPABLE)")


def until_end(pid: int, limits: dict[str, Any], control: socket.socket, started: float) -> dict[str, Any]:
    """Wait for the job's end, or bring it about. Returns the fields of an `Outcome`."""
    me = psutil.Process()
    handle = os.pidfd_open(pid)
    peak, status = 0, ""
    baseline = _anonymous(os.getpid())
    try:
        while True:
            readable, _, _ = select.select([handle, control.fileno()], [], [], EVERY_SECONDS)
            if handle in readable:
                break
            if control.fileno() in readable and not _heard_only_chatter(control):
                status = "killed"
            processes = me.children(recursive=True)
            memory = memory_of(processes, baseline)
            peak = max(peak, memory)
            status = status or _excess(limits, processes, memory, time.monotonic() - started)
            if status:
                os.kill(pid, signal.SIGKILL)
                select.select([handle], [], [], 5.0)
                break
    finally:
        os.close(handle)
    _, wait_status, usage = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(wait_status)
    return {
        "status": status or ended_as(code),
        "seconds": time.monotonic() - started,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_memory_mib": max(peak, 0) >> 20,
        "exit": code,
    }


def _heard_only_chatter(control: socket.socket) -> bool:
    """False where the parent asked for a kill or is gone."""
    data = control.recv(1 << 18)
    return bool(data) and "kill" not in json.loads(data)


def _excess(limits: dict[str, Any], processes: list[psutil.Process], memory: int, seconds: float) -> str:
    if seconds > limits["wall"]:
        return "timeout"
    if memory > limits["memory_mib"] << 20:
        return "memory"
    if len(processes) > limits["processes"]:
        return "processes"
    return ""


def ended_as(code: int) -> str:
    """What an exit code alone says. The recorder knows better whether the program came to its own end."""
    if code == 0:
        return "ok"
    if code == -signal.SIGXCPU:
        return "cpu"
    if code == -signal.SIGXFSZ:
        return "disk"
    return "killed" if code < 0 else "error"


def memory_of(processes: list[psutil.Process], baseline: int) -> int:
    """Bytes that the job's processes hold of their own: what they still share with the worker is not theirs."""
    return sum(max(0, _anonymous(process.pid) - baseline) for process in processes)


def _anonymous(pid: int) -> int:
    """RssAnon + RssShmem of one process, in bytes; 0 where it is gone."""
    try:
        with Path(f"/proc/{pid}/status").open(encoding="ascii", errors="replace") as file:
            lines = [line.split() for line in file if line.startswith(("RssAnon:", "RssShmem:"))]
        return sum(int(words[1]) << 10 for words in lines)
    except (OSError, ValueError, IndexError):
        return 0


def kill_leftovers() -> None:
    """Whatever the job started is ended before the next one begins, daemonised grandchildren included."""
    me = psutil.Process()
    for _ in range(STUBBORN_ROUNDS):
        left = me.children(recursive=True)
        for process in left:
            try:
                os.kill(process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue
        _reap()
        if not left:
            return
        time.sleep(0.01)


def sweep(folders: list[str]) -> None:
    """Empty the folders that the walls keep for this worker alone: one job's leftovers are not the next one's."""
    for folder in folders:
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False) and not os.path.ismount(entry.path):
                if not _holds_mount(entry.path):
                    shutil.rmtree(entry.path, ignore_errors=True)
            elif not entry.is_dir(follow_symlinks=False):
                with suppress(OSError):
                    Path(entry.path).unlink()


def _holds_mount(path: str) -> bool:
    """The slot's own folder is mounted under /tmp."""
    with Path("/proc/self/mountinfo").open(encoding="utf-8", errors="replace") as mounts:
        return any(line.split()[4].startswith(path + "/") or line.split()[4] == path for line in mounts)


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return
