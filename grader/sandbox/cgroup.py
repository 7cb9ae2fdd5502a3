"""The kernel's own bound on a worker's memory and tasks, where a cgroup v2 is delegated to the grader.

The watch in the worker looks ten times a second; a control group (https://docs.kernel.org/admin-guide/cgroup-v2.html)
needs no look. systemd delegates one to a single command with `systemd-run --user --scope -p Delegate=yes grade batch …`.
Without one, the watch and the limits of each process do the work.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.domain import Limits, OutcomeStatus
from grader.sandbox.following import unanswered

CONTROLLERS = ("memory", "pids")
MAIN = "grade-main"  # where the grader itself goes: a group that has groups in it holds no processes
MARKS = ("user.delegate", "trusted.delegate")  # how systemd marks what it has given away
MANAGED = Path("/run/systemd/system")
ROOM = 256 << 20  # bytes: page tables, sockets and files just written count here, and do not for the watch
JUMP = 2  # as far beyond its tasks as a job can get between two looks of the watch
ENTER = 'echo $$ > "$0" && exec "$@"'

_moving = threading.Lock()


class Unbounded:
    """Where no control group is to be had: nothing is bounded, nothing is known."""

    def entered_by(self, command: Sequence[str]) -> list[str]:
        """The command line that runs `command` inside, from its first process on."""
        return list(command)

    def bound(self, limits: Limits) -> None:
        """Before a job."""

    def judged(self, done: dict[str, Any] | None) -> dict[str, Any] | None:
        """The outcome's fields (None: the worker is gone), with the kernel's reason where it ended something."""
        return done

    def remove(self) -> None:
        """Once the worker has ended."""


class Enclosure(Unbounded):
    """The control group of one worker and whatever that starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._limit = 0
        self._kills = 0

    def entered_by(self, command: Sequence[str]) -> list[str]:
        return ["/bin/sh", "-c", ENTER, str(self.folder / "cgroup.procs"), *command]

    def bound(self, limits: Limits) -> None:
        """Above what the worker itself holds there is room for this job, and no swap."""
        held = _numbers(self.folder / "memory.stat")
        self._limit = limits.memory_mib
        most = held.get("anon", 0) + held.get("shmem", 0) + (limits.memory_mib << 20) + ROOM
        tasks = int((self.folder / "pids.current").read_text(encoding="ascii"))
        (self.folder / "memory.max").write_text(str(most), encoding="ascii")
        (self.folder / "pids.max").write_text(str(tasks + JUMP * limits.threads), encoding="ascii")
        with suppress(OSError):  # a kernel that does not count swap
            (self.folder / "memory.swap.max").write_text("0", encoding="ascii")
        self._kills = self._killed()

    def judged(self, done: dict[str, Any] | None) -> dict[str, Any] | None:
        if self._killed() == self._kills:
            return done
        if done is None:
            return unanswered(OutcomeStatus.MEMORY, peak_mib=self._limit)
        if done["status"] not in (OutcomeStatus.KILLED, OutcomeStatus.ERROR):
            return done
        return {**done, "status": OutcomeStatus.MEMORY, "peak_memory_mib": max(self._limit, done["peak_memory_mib"])}

    def remove(self) -> None:
        """A group that still holds something stays, bounded as it is."""
        with suppress(OSError):
            self.folder.rmdir()

    def _killed(self) -> int:
        return _numbers(self.folder / "memory.events").get("oom_kill", 0)


def memory_kills() -> int:
    """How many processes the system has ended for want of memory since it started (Linux 4.13 and later; else 0)."""
    try:
        return _numbers(Path("/proc/vmstat")).get("oom_kill", 0)
    except (OSError, ValueError):
        return 0


def enclosure(name: str) -> Unbounded:
    """A new control group of this name, where one is delegated."""
    parent = delegated()
    if parent is None:
        return Unbounded()
    folder = parent / name
    try:
        folder.mkdir()
        if not (folder / "memory.max").exists():
            folder.rmdir()
            return Unbounded()
    except OSError:
        return Unbounded()
    return Enclosure(folder)


def delegated(own: Path | None = None) -> Path | None:
    """The control group that is ours to divide, made ready for it: the grader itself moves into a group below.

    It is ours where we may write it, systemd (if it runs here) has marked it as given away, and no process lives in it
    that did not start this one or was started by it.
    """
    own = own or _own()
    if own is None:
        return None
    with _moving:
        try:
            return own.parent if own.name == MAIN else _divided(own)
        except OSError:
            return None


def _divided(own: Path) -> Path | None:
    there = (own / "cgroup.controllers").read_text(encoding="ascii").split()
    if not set(CONTROLLERS) <= set(there) or not os.access(own, os.W_OK) or not _given_away(own):
        return None
    family = _family()
    inside = _processes(own)
    if not inside <= family:
        return None
    main = own / MAIN
    main.mkdir(exist_ok=True)
    for pid in inside:
        with suppress(ProcessLookupError):  # it ended meanwhile
            (main / "cgroup.procs").write_text(str(pid), encoding="ascii")
    # Refused by the kernel while a process that was started meanwhile is left above: then there is no enclosure.
    (own / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in CONTROLLERS), encoding="ascii")
    return own


def _own() -> Path | None:
    """This process's group in the unified hierarchy, as far as it is mounted here."""
    try:
        groups = Path("/proc/self/cgroup").read_text(encoding="utf-8")
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    path = re.search(r"^0::(/.*)$", groups, re.MULTILINE)
    mount = next((line.split()[3:5] for line in mounts.splitlines() if " - cgroup2 " in line), None)
    if path is None or mount is None or "/.." in path[1]:
        return None
    root, where = mount
    within = path[1] if root == "/" else path[1].removeprefix(root)
    return Path(where, within.lstrip("/"))


def _given_away(own: Path) -> bool:
    if not MANAGED.is_dir():
        return True
    for mark in MARKS:
        with suppress(OSError):
            if os.getxattr(own, mark) == b"1":
                return True
    return False


def _family() -> set[int]:
    import psutil

    me = psutil.Process()
    return {me.pid, *(p.pid for p in me.parents()), *(p.pid for p in me.children(recursive=True))}


def _processes(group: Path) -> set[int]:
    return set(map(int, (group / "cgroup.procs").read_text(encoding="ascii").split()))


def _numbers(file: Path) -> dict[str, int]:
    lines = file.read_text(encoding="ascii").splitlines()
    return {name: int(value) for name, _, value in (line.partition(" ") for line in lines)}
