"""The reduced sandbox where namespaces are forbidden, as in many containers: the kernel's Landlock, in each job, with
the filter of system calls and without the privileges of root.

Files and network are out of reach, signals too from ABI 6 (Linux 6.12) on. That other processes exist stays visible,
which is why the level is `reduced`. Before ABI 4 (Linux 6.7) Landlock knows no network, and the filter alone keeps it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.domain import Text
from grader.messages import join, plain, say
from grader.sandbox.base import Level, SelfTest, View
from grader.sandbox.python import ETC, PACKAGE, SYSTEM, environment, interpreter_folders

PROBE_SECONDS = 20
MUST_BE_REFUSED = ("host files", "read-only system", "network")
FILTER = "system calls"
SIGNALS = "signals"
# What describes the machine. Of other processes Landlock shows no memory and no environment.
MACHINE = tuple(Path(p) for p in ("/proc", "/sys/devices/system", "/sys/fs/cgroup"))
PROBE = """
import json, os, socket, sys
from pathlib import Path
from grader.worker import landlock, privileges, system_calls
inside, secret, *read = sys.argv[1:]
privileges.drop()
held = ["landlock %d" % landlock.restrict(read, [inside], landlock.PLAIN_DEVICES)]
def refused(name, attempt):
    try:
        attempt()
    except PermissionError:
        held.append(name)
    except OSError:
        pass
refused("host files", lambda: Path(secret).read_text())
refused("read-only system", lambda: Path(sys.prefix, ".grade-probe").write_text("x"))
refused("signals", lambda: os.kill(os.getppid(), 0))
if system_calls.available():
    system_calls.restrict([os.getppid()], True, False)
    refused("system calls", lambda: socket.socket(type=socket.SOCK_DGRAM).close())
refused("network", lambda: socket.create_connection(("127.0.0.1", 9), timeout=0.2).close())
Path(inside, "written").write_text(json.dumps(held))
"""


class Landlock:
    """Starts programs as they are; each job restricts itself from inside."""

    name = "landlock"
    level = Level.REDUCED
    own_spaces = False

    def command(self, program: Sequence[str], view: View, environment: Mapping[str, str]) -> list[str]:
        return ["/usr/bin/env", "-i", *(f"{key}={value}" for key, value in environment.items()), *program]

    def self_test(self) -> SelfTest:
        with tempfile.TemporaryDirectory(prefix="grade-") as inside, tempfile.TemporaryDirectory() as outside:
            secret = Path(outside, "secret")
            secret.write_text("secret", encoding="utf-8")
            program = [sys.executable, "-s", "-P", "-c", PROBE, inside, str(secret), *readable()]
            command = self.command(program, View((), Path(inside)), environment(Path(inside)))
            try:
                run = subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS, check=False)
            except (OSError, subprocess.TimeoutExpired) as problem:
                return SelfTest(False, (), _unusable(str(problem)))
            written = Path(inside, "written")
            if run.returncode != 0 or not written.exists():
                reason = run.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["?"]
                return SelfTest(False, (), _unusable(reason[0]))
            held = tuple(json.loads(written.read_text(encoding="utf-8")))
        leaky = [name for name in MUST_BE_REFUSED if name not in held]
        if leaky == ["network"] and FILTER not in held:
            return SelfTest(
                False,
                held,
                join(
                    [say("Before Linux 6.7, Landlock alone does not keep programs from the network."), no_filter()], " "
                ),
            )
        if leaky:
            return SelfTest(
                False, held, say("Landlock works, but these walls did not hold: {walls}.", walls=", ".join(leaky))
            )
        return SelfTest(True, held, warning=_left_open(held))


def readable() -> list[str]:
    """Return what any job may read: the system, this Python, and what describes the machine and the process itself."""
    return [str(p) for p in (*SYSTEM, *ETC, PACKAGE.parent / "grader", *interpreter_folders(), *MACHINE)]


def no_filter() -> Text:
    """Return the sentence that says that system calls are not filtered, and what to install."""
    return say(
        "libseccomp is not installed, so system calls are not filtered. On Debian or Ubuntu: `sudo apt install libseccomp2`; on Fedora: `sudo dnf install libseccomp`."
    )


def _left_open(held: Sequence[str]) -> Text:
    sentences = []
    if FILTER not in held:
        sentences.append(say("UDP and sockets of other programs of this machine can be reached."))
        sentences.append(no_filter())
    if SIGNALS not in held:
        sentences.append(
            say("Programs can send signals to other processes of the same user: Linux 6.12 or later is needed.")
        )
    return join(sentences, " ") if sentences else Text()


def _unusable(reason: str) -> Text:
    return say("Landlock cannot be used here ({reason}): it needs Linux 5.13 or later.", reason=plain(reason))
