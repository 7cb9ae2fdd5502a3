"""The full walls: bubblewrap, unprivileged (https://github.com/containers/bubblewrap).

No network, no host home, a read-only system and Python, private /tmp and /dev/shm, own process, IPC and
host-name spaces, the user mapped to nobody, no capabilities, an empty environment; dies with its parent.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from grader.domain import Text
from grader.messages import say
from grader.sandbox.base import Level, SelfTest, View
from grader.sandbox.python import ETC, SYSTEM, environment, interpreter_folders

TMP_BYTES = 1 << 30
NOBODY = "65534"
PROBE_SECONDS = 20

# Tried from inside, each must be refused; told as JSON. Python's own start-up is part of the proof.
PROBE = """
import json, os, socket, sys
from pathlib import Path
inside, secret = sys.argv[1:3]
held = []
def refused(name, attempt):
    try:
        attempt()
    except OSError:
        held.append(name)
def connect():
    socket.create_connection(("192.0.2.1", 9), timeout=0.2).close()
refused("host files", lambda: Path(secret).read_text())
refused("read-only system", lambda: Path("/usr/.grade-probe").write_text("x"))
refused("read-only python", lambda: Path(sys.prefix, ".grade-probe").write_text("x"))
refused("network", connect)
if sum(p.isdigit() for p in os.listdir("/proc")) <= 4:
    held.append("own processes")
if os.getuid() == 65534:
    held.append("no user")
if "GRADE_PROBE_SECRET" not in os.environ:
    held.append("clean environment")
Path(inside, "written").write_text(json.dumps(held))
"""
WALLS = (
    "host files",
    "read-only system",
    "read-only python",
    "network",
    "own processes",
    "no user",
    "clean environment",
)


class Bubblewrap:
    name = "bubblewrap"
    level = Level.FULL

    def command(self, program: Sequence[str], view: View, environment: Mapping[str, str]) -> list[str]:
        walls = [_bwrap() or "bwrap"]
        walls += ["--unshare-user", "--uid", NOBODY, "--gid", NOBODY, "--cap-drop", "ALL"]
        walls += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
        walls += [
            "--hostname",
            "grade",
            "--die-with-parent",
            "--new-session",
        ]  # bubblewrap stays process 1 and reaps orphans
        if "--disable-userns" in _abilities():
            walls += ["--disable-userns"]
        for folder in SYSTEM:
            walls += _system(folder)
        for path in ETC:
            walls += ["--ro-bind-try", str(path), str(path)]
        walls += ["--proc", "/proc", "--dev", "/dev", *_tmpfs("/dev/shm"), *_tmpfs("/tmp")]
        for folder in (*interpreter_folders(), *view.read):
            walls += ["--ro-bind", str(folder), str(folder)]
        walls += ["--bind", str(view.write), str(view.write), "--chdir", str(view.write)]
        walls += ["--remount-ro", "/", "--clearenv"]
        for key, value in environment.items():
            walls += ["--setenv", key, value]
        return [*walls, "--", *program]

    def self_test(self) -> SelfTest:
        if sys.platform != "linux" or _bwrap() is None:
            return SelfTest(False, (), _missing())
        with tempfile.TemporaryDirectory(prefix="grade-") as inside, tempfile.TemporaryDirectory() as outside:
            secret = Path(outside, "secret")
            secret.write_text("secret", encoding="utf-8")
            program = [sys.executable, "-I", "-S", "-c", PROBE, inside, str(secret)]
            command = self.command(program, View((), Path(inside)), environment(Path(inside)))
            try:
                run = subprocess.run(
                    command,
                    capture_output=True,
                    timeout=PROBE_SECONDS,
                    check=False,
                    env={"GRADE_PROBE_SECRET": "1"},
                    stdin=subprocess.DEVNULL,
                )
            except (OSError, subprocess.TimeoutExpired) as problem:
                return SelfTest(False, (), _refused(str(problem)))
            written = Path(inside, "written")
            if run.returncode != 0 or not written.exists():
                return SelfTest(False, (), _refused(run.stderr.decode(errors="replace").strip()[-500:]))
            held = tuple(json.loads(written.read_text(encoding="utf-8")))
        leaky = [wall for wall in WALLS if wall not in held]
        if leaky:
            return SelfTest(False, held, say("bubblewrap runs, but these walls did not hold: {walls}.", walls=leaky))
        return SelfTest(True, held)


@cache
def _bwrap() -> str | None:
    return shutil.which("bwrap")


@cache
def _abilities() -> frozenset[str]:
    """The long options of the installed version."""
    run = subprocess.run([_bwrap() or "bwrap", "--help"], capture_output=True, text=True, check=False)
    return frozenset(word for word in run.stdout.split() if word.startswith("--"))


def _system(folder: Path) -> list[str]:
    """On merged-/usr systems /bin and /lib are links, and stay links."""
    if folder.is_symlink():
        return ["--symlink", str(folder.readlink()), str(folder)]
    return ["--ro-bind", str(folder), str(folder)] if folder.is_dir() else []


def _tmpfs(where: str) -> list[str]:
    size = ["--size", str(TMP_BYTES)] if "--size" in _abilities() else []
    return [*size, "--tmpfs", where]


def _missing() -> Text:
    return say(
        "bubblewrap is not installed. On Debian or Ubuntu: `sudo apt install bubblewrap`; on Fedora: `sudo dnf install bubblewrap`."
    )


def _refused(reason: str) -> Text:
    return say(
        "bubblewrap cannot build its walls here: {reason}. Unprivileged user namespaces must be allowed: on Ubuntu 24.04 and"
        " later `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`, in a container `--security-opt seccomp=unconfined`.",
        reason=reason or "?",
    )
