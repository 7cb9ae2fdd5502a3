"""Prepares the forked child before any code of the student's runs: descriptors, session, limits, environment."""

from __future__ import annotations

import ctypes
import importlib
import os
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NoReturn

import psutil

from grader.domain import Json, Limits
from grader.domain.job_messages import BROKEN_EXIT, Confinement, JobMessage
from grader.worker import landlock, privileges, system_calls
from grader.worker.usage import data_of_this_process

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
OPEN_FILES = 1024
HEADROOM = 2  # how many times its limit a job can use between two looks of the watch
STACK_MIB = 8


def run_job(job: JobMessage, events: int, output: int) -> NoReturn:
    """Run a job's entry point in this process, and end the process with its exit code; `BROKEN_EXIT` where the grader
    itself failed, which its traceback on stderr explains."""
    code = BROKEN_EXIT
    try:
        os.setsid()
        _die_with_worker()
        _redirect(output)
        _restore_signals()
        _give_home(Path(job.folder))
        _limit(job.limits)
        if job.confinement is not None:
            _confine(job.confinement, drives_a_kernel(job.fields))
        entry = importlib.import_module(job.entry)
        code = entry.run(job.fields, events)
    except BaseException:
        traceback.print_exc()
    finally:
        _flush()
        os._exit(code)


def prepare_filter(job: JobMessage) -> None:
    """Compile the job's filter of system calls in the worker, before it forks: else each job would do so anew."""
    if job.confinement is not None and system_calls.available():
        threads = _threads_to_protect(os.getpid())
        system_calls.compiled_filter(threads, not job.confinement.own_spaces, drives_a_kernel(job.fields))


def _confine(confinement: Confinement, connect: bool) -> None:
    """Give up privileges, files, network and system calls for good. What the kernel or the machine lacks is left out: the
    backend's self-test has said so."""
    threads = _threads_to_protect(os.getppid())
    privileges.drop()
    if landlock.abi():
        devices = ("/dev",) if confinement.own_spaces else landlock.PLAIN_DEVICES
        landlock.restrict(confinement.read, confinement.write, devices)
    if system_calls.available():
        system_calls.restrict(threads, not confinement.own_spaces, connect)


def drives_a_kernel(fields: Mapping[str, Json]) -> bool:
    """Return whether the job is a notebook, whose driver connects to its kernel: nothing else here connects to anything."""
    return str(fields.get("main", "")).lower().endswith(".ipynb")


def _threads_to_protect(worker: int) -> tuple[int, ...]:
    """Return the ids that no job may signal: where the kernel does not see to it, those of all threads of the worker."""
    if landlock.abi() >= landlock.KEEPS_SIGNALS:
        return (worker,)
    return tuple(sorted(int(name) for name in os.listdir(f"/proc/{worker}/task")))  # noqa: PTH208  # names, no paths


def _die_with_worker() -> None:
    """Have the kernel kill this process with its worker: without a process namespace it would run on, watched by nobody."""
    worker = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != worker:  # it died meanwhile
        os._exit(BROKEN_EXIT)


def _give_home(folder: Path) -> None:
    """Give the job a home and a place for temporary files of its own."""
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
    signal.signal(
        signal.SIGXFSZ, signal.SIG_DFL
    )  # Python ignores it: a file that is too large is to be reported as such


def _limit(limits: Limits) -> None:
    # RLIMIT_AS is unusable with TensorFlow, which reserves far more than it uses: the watch sees to memory.
    _lower(resource.RLIMIT_CPU, int(limits.cpu) + 1)
    _lower(resource.RLIMIT_FSIZE, int(limits.file_mib) << 20)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    _lower(resource.RLIMIT_MSGQUEUE, 0)
    _limit_between_looks(limits)
    with suppress(OSError):  # where the machine runs out of memory, this goes before anybody else
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _limit_between_looks(limits: Limits) -> None:
    """Bound how far a program can get between two looks of the watch, far above what that allows.

    A user's tasks are counted per namespace from Linux 5.14 on only, and never for root.
    """
    stacks = limits.threads * STACK_MIB  # are counted as data, however little of them is used
    _lower(resource.RLIMIT_DATA, data_of_this_process() + (HEADROOM * (limits.memory_mib + stacks) << 20))
    if tuple(int(n) for n in os.uname().release.split(".")[:2]) >= (5, 14):
        _lower(resource.RLIMIT_NPROC, tasks_of_user() + HEADROOM * (limits.processes + limits.threads))


@cache
def tasks_of_user() -> int:
    """Return how many processes and threads of this user show here; counted once, when the worker is warm."""
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
