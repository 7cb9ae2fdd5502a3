"""What the forked child does before any code of the student's runs: descriptors, session, limits, environment."""

from __future__ import annotations

import ctypes
import importlib
import os
import resource
import signal
import sys
import tempfile
import traceback
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import psutil

from grader.worker import landlock, privileges, system_calls
from grader.worker.usage import data_of_this_process

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
OPEN_FILES = 1024
JUMP = 2
STACK_MIB = 8
BROKEN = 120  # the grader's own fault, told apart from any exit code of the student's by its traceback on stderr


def become(job: dict[str, Any], events: int, output: int) -> NoReturn:
    code = BROKEN
    try:
        os.setsid()
        _die_with_worker()
        _redirect(output)
        _restore_signals()
        _settle_in(Path(job["folder"]))
        _limit(job["limits"])
        if job["walls"] is not None:
            _wall_off(job["walls"], drives_a_kernel(job["fields"]))
        entry = importlib.import_module(job["entry"])
        code = entry.run(job["fields"], events)
    except BaseException:
        traceback.print_exc()
    finally:
        _flush()
        os._exit(code)


def foresee(job: dict[str, Any]) -> None:
    """In the worker, before it forks: what each job would have to work out anew."""
    if job["walls"] is not None and system_calls.available():
        system_calls.program(_worker(os.getpid()), not job["walls"]["own_spaces"], drives_a_kernel(job["fields"]))


def _wall_off(walls: dict[str, Any], connect: bool) -> None:
    """The inner walls. What the kernel or the machine has not is left out: the backend's self-test told so."""
    worker = _worker(os.getppid())
    privileges.drop()
    if landlock.abi():
        devices = ("/dev",) if walls["own_spaces"] else landlock.PLAIN_DEVICES
        landlock.restrict(walls["read"], walls["write"], devices)
    if system_calls.available():
        system_calls.restrict(worker, not walls["own_spaces"], connect)


def drives_a_kernel(fields: dict[str, Any]) -> bool:
    """A notebook's driver connects to its kernel; nothing else that runs here connects to anything."""
    return str(fields.get("main", "")).lower().endswith(".ipynb")


def _worker(pid: int) -> tuple[int, ...]:
    """What no job may signal: where the kernel does not see to it, each of the worker's threads by its number."""
    if landlock.abi() >= landlock.KEEPS_SIGNALS:
        return (pid,)
    return tuple(sorted(int(name) for name in os.listdir(f"/proc/{pid}/task")))  # noqa: PTH208  # names, no paths


def _die_with_worker() -> None:
    """Where no process namespace sees to it: a job whose worker is killed would run on, watched by nobody."""
    worker = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != worker:  # it died meanwhile
        os._exit(BROKEN)


def _settle_in(folder: Path) -> None:
    """A home and a place for temporary files of the job's own."""
    home, temporary = folder / "home", folder / "tmp"
    home.mkdir(exist_ok=True)
    temporary.mkdir(exist_ok=True)
    os.environ.update(
        HOME=str(home),
        TMPDIR=str(temporary),
        KERAS_HOME=str(home / ".keras"),
        IPYTHONDIR=str(home / ".ipython"),
        MPLCONFIGDIR=str(home / ".matplotlib"),
    )
    tempfile.tempdir = None  # forget the worker's
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # the worker is not, so that nobody reads its memory


def _redirect(output: int) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(nothing)
    os.close(output)
    # Lines come out as they are printed, so that a kill loses none.
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  # lives as long as the process
    sys.stdout = sys.__stdout__ = open(1, "w", 1, "utf-8", "backslashreplace", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(2, "w", 1, "utf-8", "backslashreplace", closefd=False)  # type: ignore[misc]  # noqa: SIM115


def _restore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it: a file that is too large is to be told as such


def _limit(limits: dict[str, Any]) -> None:
    # RLIMIT_AS is unusable with TensorFlow, which reserves far more than it uses: the watch sees to memory.
    _lower(resource.RLIMIT_CPU, int(limits["cpu"]) + 1)
    _lower(resource.RLIMIT_FSIZE, int(limits["file_mib"]) << 20)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    _lower(resource.RLIMIT_MSGQUEUE, 0)
    _bound_a_jump(limits)
    with suppress(OSError):  # where the machine runs out of memory, this goes before anybody else
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _bound_a_jump(limits: dict[str, Any]) -> None:
    """Far above what the watch allows: how far a program can get between two of its looks.

    A user's tasks are counted per namespace from Linux 5.14 on only, and never for root."""
    stacks = limits["threads"] * STACK_MIB  # are counted as data, however little of them is used
    _lower(resource.RLIMIT_DATA, data_of_this_process() + (JUMP * (limits["memory_mib"] + stacks) << 20))
    if tuple(int(n) for n in os.uname().release.split(".")[:2]) >= (5, 14):
        _lower(resource.RLIMIT_NPROC, tasks_of_user() + JUMP * (limits["processes"] + limits["threads"]))


@cache
def tasks_of_user() -> int:
    """Processes and threads of this user, as far as they show here; counted once, when the worker is warm."""
    mine = 0
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.uids().real == os.getuid():
                mine += process.num_threads()
    return mine


def _lower(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    # A little above, so that the signal that names the limit comes before the kill.
    above = value + 5 if hard == resource.RLIM_INFINITY else min(value + 5, hard)
    resource.setrlimit(what, (value, above))


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue
