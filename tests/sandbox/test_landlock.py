"""The inner wall: what a process may do after it has raised Landlock around itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.sandbox.landlock import Landlock, readable
from grader.sandbox.python import PACKAGE
from grader.worker import landlock, system_calls
from tests.sandbox.older import OlderLandlock

ATTEMPTS = """
import json, os, signal, socket, sys
from grader.worker import landlock
own, other, parent = sys.argv[1], sys.argv[2], int(sys.argv[3])
landlock.restrict(sys.argv[4:], [own], landlock.PLAIN_DEVICES)
def tried(attempt):
    try:
        attempt()
        return "allowed"
    except PermissionError:
        return "refused"
    except OSError as problem:
        return type(problem).__name__
def write(path):
    with open(path, "w") as file:
        file.write("x")
print(json.dumps({
    "write in its own folder": tried(lambda: write(own + "/file")),
    "write to another job": tried(lambda: write(other + "/file")),
    "read another job": tried(lambda: os.listdir(other)),
    "read the system": tried(lambda: os.listdir("/usr")),
    "make a device": tried(lambda: os.mknod(own + "/device", 0o600 | 0o020000, os.makedev(1, 3))),
    "connect by TCP": tried(lambda: socket.create_connection(("127.0.0.1", 9), timeout=0.2)),
    "listen by TCP": tried(lambda: socket.socket().bind(("127.0.0.1", 0))),
    "signal another process": tried(lambda: os.kill(parent, 0)),
    "write to /dev/null": tried(lambda: write("/dev/null")),
}))
"""


@pytest.fixture(scope="module")
def attempts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    if not Landlock().self_test().works:
        pytest.skip(Landlock().self_test().why.en)
    own, other = tmp_path_factory.mktemp("own"), tmp_path_factory.mktemp("other")
    program = [sys.executable, "-c", ATTEMPTS, str(own), str(other), str(pid()), *readable()]
    run = subprocess.run(program, capture_output=True, check=True, env={"PYTHONPATH": str(PACKAGE.parent)})
    found: dict[str, str] = json.loads(run.stdout)
    return found


def pid() -> int:
    import os

    return os.getpid()


@pytest.mark.parametrize("what", ["write in its own folder", "read the system", "write to /dev/null"])
def test_what_a_job_needs_is_allowed(attempts: dict[str, str], what: str) -> None:
    assert attempts[what] == "allowed"


@pytest.mark.parametrize(
    "what", ["write to another job", "read another job", "make a device", "connect by TCP", "listen by TCP"]
)
def test_what_leads_out_of_the_job_is_refused(attempts: dict[str, str], what: str) -> None:
    assert attempts[what] == "refused"


def test_signals_stay_inside_from_abi_6_on(attempts: dict[str, str]) -> None:
    assert attempts["signal another process"] == ("refused" if landlock.abi() >= 6 else "allowed")


def test_the_wall_cannot_be_lowered(tmp_path: Path) -> None:
    if not landlock.abi():
        pytest.skip("no Landlock in this kernel")
    code = (
        "import sys, os\nfrom grader.worker import landlock\nlandlock.restrict(['/usr', '/lib', '/proc'], [])\n"
        "landlock.restrict(['/'], ['/'])\n"
        f"open({str(tmp_path / 'file')!r}, 'w')"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, env={"PYTHONPATH": str(PACKAGE.parent)}
    )
    assert b"PermissionError" in run.stderr and not (tmp_path / "file").exists()


@pytest.mark.parametrize(
    ("abi", "filtered", "works", "told"),
    [
        (0, True, False, "needs Linux 5.13"),
        (1, True, True, "can send signals"),
        (
            3,
            False,
            False,
            "Before Linux 6.7, Landlock alone does not keep programs from the network. libseccomp is not",
        ),
        (4, False, True, "UDP and sockets of other programs"),
    ],
)
def test_what_an_older_kernel_leaves_open_is_told(abi: int, filtered: bool, works: bool, told: str) -> None:
    if landlock.abi() < abi or not system_calls.available():
        pytest.skip("this kernel is older, or libseccomp is not installed")
    sandbox = OlderLandlock()
    sandbox.abi, sandbox.filtered = abi, filtered
    found = sandbox.self_test()
    assert found.works is works
    assert told in (found.warning if works else found.why).en
