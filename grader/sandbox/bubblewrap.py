"""The full sandbox: bubblewrap, unprivileged (https://github.com/containers/bubblewrap).

No network, no host home, a read-only system and Python, private /tmp and /dev/shm of bounded size, own process, IPC and
host-name spaces, the user mapped to nobody, no capabilities, an empty environment; dies with its parent. Each job adds
Landlock and the filter of system calls from inside.
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
from grader.messages import plain, say
from grader.sandbox.base import Level, SelfTest, View
from grader.sandbox.landlock import FILTER, no_filter
from grader.sandbox.python import ETC, PACKAGE, SYSTEM, environment, interpreter_folders
from grader.sandbox.userns import refusal

IN_MEMORY = {"/tmp": 256 << 20, "/dev/shm": 512 << 20}  # bytes; a job's own TMPDIR lies in its folder
NOBODY = "65534"
PROBE_SECONDS = 20
# Of a grader that root started, the mapped user is still root to these files.
KERNEL_SETTINGS = ("/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs")
NO_NEW_NAMESPACES = "--disable-userns"

# Tried from inside, each must be refused; what was is written as JSON. Python's own start-up is part of the proof.
PROBE = """
import json, os, socket, sys
from pathlib import Path
inside, secret, package = sys.argv[1:4]
held = []
def refused(name, attempt):
    try:
        attempt()
    except OSError:
        held.append(name)
def connect():
    socket.create_connection(("192.0.2.1", 9), timeout=0.2).close()
def filtered():
    sys.path.insert(0, package)
    from grader.worker import system_calls
    if system_calls.available():
        system_calls.restrict([os.getppid()], False, False)
        refused("system calls", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close())
refused("host files", lambda: Path(secret).read_text())
refused("read-only system", lambda: Path("/usr/.grade-probe").write_text("x"))
refused("kernel settings", lambda: os.close(os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY)))
refused("read-only python", lambda: Path(sys.prefix, ".grade-probe").write_text("x"))
refused("network", connect)
if sum(p.isdigit() for p in os.listdir("/proc")) <= 4:
    held.append("own processes")
if os.getuid() == 65534:
    held.append("no user")
if "GRADE_PROBE_SECRET" not in os.environ:
    held.append("clean environment")
try:
    filtered()
finally:
    Path(inside, "written").write_text(json.dumps(held))
"""
MUST_BE_REFUSED = (
    "host files",
    "read-only system",
    "read-only python",
    "kernel settings",
    "network",
    "own processes",
    "no user",
    "clean environment",
)


class Bubblewrap:
    """Starts programs in namespaces of their own, through the program `bwrap`."""

    name = "bubblewrap"
    own_spaces = True

    def __init__(self) -> None:
        self.level = Level.FULL
        self._forbids_namespaces = True

    def command(self, program: Sequence[str], view: View, environment: Mapping[str, str]) -> list[str]:
        options = [_bwrap() or "bwrap"]
        options += ["--unshare-user", "--uid", NOBODY, "--gid", NOBODY, "--cap-drop", "ALL"]
        options += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
        options += ["--hostname", "grade", "--die-with-parent", "--new-session"]  # process 1 reaps orphans
        if self._forbids_namespaces and NO_NEW_NAMESPACES in _options():
            options += [NO_NEW_NAMESPACES]
        for folder in SYSTEM:
            options += _system(folder)
        for path in ETC:
            options += ["--ro-bind-try", str(path), str(path)]
        options += ["--proc", "/proc", "--dev", "/dev"]
        for settings in KERNEL_SETTINGS:
            options += ["--ro-bind-try", settings, settings]
        for where, size in IN_MEMORY.items():
            options += [*(["--size", str(size)] if "--size" in _options() else []), "--tmpfs", where]
        for folder in (*interpreter_folders(), *view.read):
            options += ["--ro-bind", str(folder), str(folder)]
        options += ["--bind", str(view.write), str(view.write), "--chdir", str(view.write)]
        options += ["--remount-ro", "/", "--clearenv"]
        for key, value in environment.items():
            options += ["--setenv", key, value]
        return [*options, "--", *program]

    def self_test(self) -> SelfTest:
        if sys.platform != "linux" or _bwrap() is None:
            return SelfTest(False, (), _missing())
        held = self._probe()
        if isinstance(held, str) and NO_NEW_NAMESPACES in _options():
            # Where /proc/sys cannot be written, bubblewrap fails on this option alone; the filter refuses them too.
            self._forbids_namespaces = False
            without = self._probe()
            held = held if isinstance(without, str) else without
        if isinstance(held, str):
            return SelfTest(False, (), refusal(held))
        leaky = [name for name in MUST_BE_REFUSED if name not in held]
        if leaky:
            names = plain(", ".join(leaky))
            return SelfTest(False, held, say("bubblewrap runs, but these walls did not hold: {walls}.", walls=names))
        self.level = Level.FULL if FILTER in held else Level.REDUCED
        return SelfTest(True, held, warning=Text() if FILTER in held else no_filter())

    def _probe(self) -> tuple[str, ...] | str:
        """Try the sandbox from inside. Return what was refused; a string where bubblewrap did not run: what it said."""
        with tempfile.TemporaryDirectory(prefix="grade-") as inside, tempfile.TemporaryDirectory() as outside:
            secret = Path(outside, "secret")
            secret.write_text("secret", encoding="utf-8")
            program = [sys.executable, "-I", "-S", "-c", PROBE, inside, str(secret), str(PACKAGE.parent)]
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
                return str(problem)
            written = Path(inside, "written")
            if run.returncode != 0 or not written.exists():
                return run.stderr.decode(errors="replace").strip()[-500:]
            return tuple(json.loads(written.read_text(encoding="utf-8")))


@cache
def _bwrap() -> str | None:
    return shutil.which("bwrap")


@cache
def _options() -> frozenset[str]:
    """Return the long options of the installed version."""
    run = subprocess.run([_bwrap() or "bwrap", "--help"], capture_output=True, text=True, check=False)
    return frozenset(word for word in run.stdout.split() if word.startswith("--"))


def _system(folder: Path) -> list[str]:
    """Return the options that show a system folder. On merged-/usr systems /bin and /lib are links, and stay links."""
    if folder.is_symlink():
        return ["--symlink", str(folder.readlink()), str(folder)]
    return ["--ro-bind", str(folder), str(folder)] if folder.is_dir() else []


def _missing() -> Text:
    return say(
        "bubblewrap is not installed. On Debian or Ubuntu: `sudo apt install bubblewrap`; on Fedora: `sudo dnf install bubblewrap`."
    )
