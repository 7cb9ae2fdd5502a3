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
from dataclasses import replace
from pathlib import Path

from grader.domain import Limits, OutcomeStatus
from grader.domain.job_messages import JobEnd

CONTROLLERS = ("memory", "pids")
MAIN = "grade-main"  # where the grader itself goes: a group that has groups in it holds no processes
MARKS = ("user.delegate", "trusted.delegate")  # how systemd marks what it has given away
MANAGED = Path("/run/systemd/system")
ROOM_BYTES = 256 << 20  # page tables, sockets and files just written count here, and do not for the watch
HEADROOM = 2  # how many times its tasks a job can have between two looks of the watch
ENTER = 'echo $$ > "$0" && exec "$@"'

_moving = threading.Lock()


class NoControlGroup:
    """Stands where no control group is to be had: nothing is bounded, nothing is known."""

    def command(self, command: Sequence[str]) -> list[str]:
        """Return the command line that runs `command` inside, from its first process on."""
        return list(command)

    def prepare(self, limits: Limits) -> None:
        """Set the kernel's bounds for a job; called before it."""

    def explained(self, end: JobEnd | None) -> JobEnd | None:
        """Return how the job ended (None: the worker is gone), with the kernel's reason where that ended something."""
        return end

    def remove(self) -> None:
        """Remove the group; called once the worker has ended."""


class ControlGroup(NoControlGroup):
    """The control group of one worker and whatever that starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._limit = 0
        self._kills = 0

    def command(self, command: Sequence[str]) -> list[str]:
        return ["/bin/sh", "-c", ENTER, str(self.folder / "cgroup.procs"), *command]

    def prepare(self, limits: Limits) -> None:
        """Leave room for this job above what the worker itself holds, and no swap."""
        held = _numbers(self.folder / "memory.stat")
        self._limit = limits.memory_mib
        most = held.get("anon", 0) + held.get("shmem", 0) + (limits.memory_mib << 20) + ROOM_BYTES
        tasks = int((self.folder / "pids.current").read_text(encoding="ascii"))
        (self.folder / "memory.max").write_text(str(most), encoding="ascii")
        (self.folder / "pids.max").write_text(str(tasks + HEADROOM * limits.threads), encoding="ascii")
        with suppress(OSError):  # a kernel that does not count swap
            (self.folder / "memory.swap.max").write_text("0", encoding="ascii")
        self._kills = self._killed()

    def explained(self, end: JobEnd | None) -> JobEnd | None:
        if self._killed() == self._kills:
            return end
        if end is None:
            return JobEnd(OutcomeStatus.MEMORY, peak_memory_mib=self._limit)
        if end.status not in (OutcomeStatus.KILLED, OutcomeStatus.ERROR):
            return end
        return replace(end, status=OutcomeStatus.MEMORY, peak_memory_mib=max(self._limit, end.peak_memory_mib))

    def remove(self) -> None:
        """Remove the group; one that still holds something stays, bounded as it is."""
        with suppress(OSError):
            self.folder.rmdir()

    def _killed(self) -> int:
        return _numbers(self.folder / "memory.events").get("oom_kill", 0)


def memory_kills() -> int:
    """Return how many processes the system has ended for want of memory since it started (Linux 4.13 and later; else 0)."""
    try:
        return _numbers(Path("/proc/vmstat")).get("oom_kill", 0)
    except (OSError, ValueError):
        return 0


def control_group(name: str) -> NoControlGroup:
    """Make a control group of this name where one is delegated, and return it."""
    parent = delegated()
    if parent is None:
        return NoControlGroup()
    folder = parent / name
    try:
        folder.mkdir()
        if not (folder / "memory.max").exists():
            folder.rmdir()
            return NoControlGroup()
    except OSError:
        return NoControlGroup()
    return ControlGroup(folder)


def delegated(own: Path | None = None) -> Path | None:
    """Return the control group that is ours to divide, made ready for it: the grader itself moves into a group below.

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
    # Refused by the kernel while a process that was started meanwhile is left above: then there is no control group.
    (own / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in CONTROLLERS), encoding="ascii")
    return own


def _own() -> Path | None:
    """Return this process's group in the unified hierarchy, as far as it is mounted here."""
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
