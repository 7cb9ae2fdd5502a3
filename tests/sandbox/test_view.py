"""What a worker behind bubblewrap sees at all, before its jobs narrow that further."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import grader
from grader.sandbox import Sandbox, View
from grader.sandbox.bubblewrap import IN_MEMORY
from grader.sandbox.python import ETC, SYSTEM, environment, interpreter_folders

LOOK = """
import json, os
def names(folder):
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
def size(folder):
    status = os.statvfs(folder)
    return status.f_blocks * status.f_frsize
with open("/proc/self/mountinfo") as mounts:
    writable = [line.split()[4] for line in mounts if line.split()[5].startswith("rw")]
def opens(path):
    try:
        os.close(os.open(path, os.O_WRONLY))
        return True
    except OSError:
        return False
settings = ("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/vm/drop_caches", "/proc/sysrq-trigger")
print(json.dumps({
    "settings": [path for path in settings if opens(path)],
    "/": names("/"), "/etc": names("/etc"), "/dev": names("/dev"), "writable": writable,
    "sizes": {folder: size(folder) for folder in ("/tmp", "/dev/shm")},
    "seen": [folder for folder in WANTED if os.path.lexists(folder)],
}))
"""


@pytest.fixture
def seen(bubblewrap_sandbox: Sandbox, tmp_path: Path) -> dict[str, Any]:
    repository = Path(grader.__file__).parents[1]
    hidden = [repository / name for name in ("reference", "submissions", "tests", "assignments", ".git", "README.md")]
    hidden += [Path(name) for name in ("/var", "/run", "/home", "/boot", "/srv", "/mnt", "/etc/passwd", "/etc/shadow")]
    code = LOOK.replace("WANTED", repr([str(path) for path in hidden if path.exists()]))
    command = bubblewrap_sandbox.command(
        [sys.executable, "-I", "-S", "-c", code], View((), tmp_path), environment(tmp_path)
    )
    run = subprocess.run(command, capture_output=True, check=True, timeout=20)
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def test_nothing_shows_but_the_system_this_python_and_the_own_folder(seen: dict[str, Any], tmp_path: Path) -> None:
    ways = {path.parts[1] for path in (*interpreter_folders(), *SYSTEM, tmp_path)}
    assert set(seen["/"]) <= ways | {"dev", "etc", "proc", "tmp"}
    assert set(seen["/etc"]) <= {path.name for path in ETC}
    devices = "console core fd full null ptmx pts random shm stderr stdin stdout tty urandom zero"
    assert set(seen["/dev"]) <= set(devices.split())
    assert seen["seen"] == []


def test_only_the_own_folder_and_small_folders_in_memory_can_be_written(seen: dict[str, Any], tmp_path: Path) -> None:
    private = {"/dev", "/dev/pts", "/proc", *IN_MEMORY}
    devices = {f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty", "console")}
    assert set(seen["writable"]) <= private | devices | {str(tmp_path)}
    assert seen["sizes"] == IN_MEMORY


def test_the_kernels_settings_are_not_opened_for_writing(seen: dict[str, Any]) -> None:
    """Even where root started the grader: the mapped user is root to the files of /proc."""
    assert seen["settings"] == []
