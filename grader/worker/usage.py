"""Reads what a job's processes use, from outside of them: memory, threads, processor time, places on the disk."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
BLOCK = 512
GONE = (errno.ENOENT, errno.ENOTDIR, errno.ESRCH)


@dataclass(frozen=True, slots=True)
class Used:
    """What processes use: `memory` in bytes, what is still shared with the worker left out; `seconds` of processor time, those of ended
    children included."""

    processes: int = 0
    threads: int = 0
    memory: int = 0
    seconds: float = 0.0


def used_by(pids: Iterable[int], baseline: int) -> Used:
    """Return what the processes use together. `baseline` is what the worker itself holds, in bytes: a fork of it begins with as much."""
    processes = threads = memory = 0
    seconds = 0.0
    for pid in pids:
        state, own_threads, held = _status(pid)
        seconds += _seconds(pid)
        if state not in ("Z", "X", ""):
            processes += 1
            threads += own_threads
            memory += max(0, held - baseline)
    return Used(processes, threads, memory, seconds)


def held_by(pid: int) -> int:
    """Return RssAnon + RssShmem of one process, in bytes; 0 where it is gone."""
    return _status(pid)[2]


def data_of_this_process() -> int:
    """Return VmData: bytes of writable private memory, used or not, as RLIMIT_DATA counts them."""
    return _kibibytes(_fields("self").get("VmData", "0"))


def _status(pid: int) -> tuple[str, int, int]:
    """Return the state's letter ("" where the process is gone), its threads, and the bytes it holds."""
    fields = _fields(str(pid))
    try:
        held = _kibibytes(fields.get("RssAnon", "0")) + _kibibytes(fields.get("RssShmem", "0"))
        return fields.get("State", "")[:1], int(fields.get("Threads", "0")), held
    except ValueError:
        return "", 0, 0


def _fields(pid: str) -> dict[str, str]:
    try:
        with Path(f"/proc/{pid}/status").open(encoding="ascii", errors="replace") as file:
            return {name: value.strip() for name, _, value in (line.partition(":") for line in file)}
    except OSError:
        return {}


def _kibibytes(value: str) -> int:
    return int(value.split(maxsplit=1)[0]) << 10


def _seconds(pid: int) -> float:
    """Return the time of a process and its ended children, in seconds (proc(5): fields 14 to 17 of `stat`, after the name in parentheses)."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return sum(map(int, after_name[11:15])) / TICKS
    except (OSError, ValueError):
        return 0.0


# ── The disk ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Written:
    """What lies on a disk: how many files and folders, and their bytes."""

    entries: int = 0
    bytes: int = 0


def written_in(folder: str, most: int) -> Written:
    """Count files and folders under `folder`, and the bytes that they really take. Counting ends above `most` entries, and
    what cannot be looked into counts as more than any limit."""
    entries = size = 0
    waiting = [folder]
    while waiting and entries <= most:
        try:
            with os.scandir(waiting.pop()) as found:
                for entry in found:
                    status = entry.stat(follow_symlinks=False)
                    entries += 1
                    size += status.st_blocks * BLOCK
                    if entries > most:
                        break
                    if stat.S_ISDIR(status.st_mode):
                        waiting.append(entry.path)
        except OSError as problem:
            if problem.errno not in GONE:  # too deep for a name, or closed to us on purpose
                return Written(most + 1, size)
    return Written(entries, size)


def without_name(pids: Iterable[int]) -> int:
    """Return the bytes of files that the processes hold open but that no folder shows: deleted ones, and those of `memfd_create`."""
    sizes: dict[tuple[int, int], int] = {}
    for pid in pids:
        try:
            numbers = os.listdir(f"/proc/{pid}/fd")  # noqa: PTH208  # names, no paths
        except OSError:
            continue
        for number in numbers:
            try:
                status = os.stat(f"/proc/{pid}/fd/{number}")  # noqa: PTH116  # follows to what is open, whatever its name
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
                sizes[status.st_dev, status.st_ino] = status.st_blocks * BLOCK
    return sum(sizes.values())


def filled(folders: Iterable[str]) -> Written:
    """Return what file systems in memory hold (the sandbox's own /tmp and /dev/shm)."""
    entries = size = 0
    for folder in folders:
        status = os.statvfs(folder)
        entries += status.f_files - status.f_ffree
        size += (status.f_blocks - status.f_bfree) * status.f_frsize
    return Written(entries, size)
