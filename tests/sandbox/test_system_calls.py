"""The filter by itself, without the sandbox around it that would refuse some of this too."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.sandbox.python import PACKAGE
from grader.worker import system_calls
from grader.worker.libseccomp import Filter, library

PROGRAM = """
import errno, json, os, shutil, socket, subprocess, sys, tempfile, threading
from grader.worker import system_calls
shared, connect = sys.argv[1] == "shared", sys.argv[2] == "connect"
listening = socket.socket(socket.AF_UNIX)
listening.bind(os.path.join(os.getcwd(), "s"))
listening.listen()
system_calls.restrict([os.getppid()], shared, connect)
def tried(attempt):
    try:
        attempt()
        return "done"
    except OSError as problem:
        return errno.errorcode[problem.errno]
def close_and_connect():
    system_calls.refuse_deferred()
    socket.socket(socket.AF_UNIX).connect("s")
def copied():
    open("one", "w").close()
    shutil.copy2("one", "two")
def thread():
    one = threading.Thread(target=int)
    one.start()
    one.join()
print(json.dumps({
    "signal the parent": tried(lambda: os.kill(os.getppid(), 0)),
    "signal the parent's group": tried(lambda: os.kill(-os.getppid(), 0)),
    "signal everybody": tried(lambda: os.kill(-1, 0)),
    "signal itself": tried(lambda: os.kill(os.getpid(), 0)),
    "open the parent": tried(lambda: os.pidfd_open(os.getppid())),
    "TCP": tried(lambda: socket.socket().close()),
    "UDP": tried(lambda: socket.socket(type=socket.SOCK_DGRAM).close()),
    "raw": tried(lambda: socket.socket(type=socket.SOCK_RAW).close()),
    "netlink": tried(lambda: socket.socket(16, socket.SOCK_RAW).close()),
    "vsock": tried(lambda: socket.socket(40).close()),
    "a pair": tried(lambda: [s.close() for s in socket.socketpair()]),
    "connect": tried(lambda: socket.socket(socket.AF_UNIX).connect("s")),
    "connect behind the driver": tried(close_and_connect),
    "copy": tried(copied),
    "chmod": tried(lambda: os.chmod("one", 0o600)),
    "mode": oct(os.stat("one").st_mode & 0o777),
    "a thread": tried(thread),
    "a program": tried(lambda: subprocess.run(["true"], check=True)),
    "a fork": tried(lambda: os.waitpid(os.fork() or os._exit(0), 0)),
}))
"""


def attempts(folder: Path, *how: str) -> dict[str, Any]:
    if not system_calls.available():
        pytest.skip("libseccomp is not installed")
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *how],
        capture_output=True,
        check=True,
        cwd=folder,
        env={"PYTHONPATH": str(PACKAGE.parent), "PATH": os.environ["PATH"]},
        umask=0o022,
    )
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("how", ["shared", "own"])
def test_the_parent_is_out_of_reach_and_ordinary_programs_are_not_hindered(how: str, tmp_path: Path) -> None:
    found = attempts(tmp_path, how, "no")
    refused = {"signal the parent", "signal the parent's group", "signal everybody", "open the parent"}
    assert {found[name] for name in refused} == {"EPERM"}
    needed = {"signal itself", "a pair", "copy", "chmod", "a thread", "a program", "a fork"}
    assert {name: found[name] for name in needed} == dict.fromkeys(needed, "done")


def test_in_spaces_of_its_own_a_program_has_the_usual_sockets_and_modes(tmp_path: Path) -> None:
    found = attempts(tmp_path, "own", "no")
    usual = ("TCP", "UDP", "connect", "connect behind the driver")
    assert [found[name] for name in usual] == ["done"] * 4
    assert (found["raw"], found["netlink"], found["vsock"]) == (
        "EACCES",
        errno.errorcode[errno.EOPNOTSUPP],
        "EAFNOSUPPORT",
    )
    assert found["mode"] == "0o600"


def test_on_a_shared_host_a_program_speaks_to_nobody_and_changes_no_mode(tmp_path: Path) -> None:
    found = attempts(tmp_path, "shared", "no")
    closed = ("TCP", "UDP", "raw", "connect", "connect behind the driver")
    assert [found[name] for name in closed] == ["EACCES"] * 5
    assert found["mode"] == "0o644", "the call says that it is done, and does nothing"


def test_a_notebooks_driver_connects_until_the_door_is_closed_behind_it(tmp_path: Path) -> None:
    found = attempts(tmp_path, "shared", "connect")
    assert (found["connect"], found["connect behind the driver"]) == ("done", "EACCES")


def test_a_call_that_this_processor_does_not_have_is_left_out() -> None:
    if library() is None:
        pytest.skip("libseccomp is not installed")
    rules = Filter()
    rules.refuse("no_such_call_anywhere")
    rules.refuse("socket", system_calls.Equals(0, 16))
