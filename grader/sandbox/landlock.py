"""Reduced walls where namespaces are forbidden, as in many containers: the kernel's Landlock, raised in each job.

Files and TCP are walled off, signals and abstract sockets too from ABI 6 (Linux 6.12) on. The list of processes and
UDP stay visible, which is why the level is `reduced`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.messages import say
from grader.sandbox.base import Level, SelfTest, View
from grader.sandbox.python import ETC, PACKAGE, SYSTEM, environment, interpreter_folders

PROBE_SECONDS = 20
WALLS = ("host files", "read-only system", "network")
PROBE = """
import json, socket, sys
from pathlib import Path
from grader.worker import landlock
inside, secret, *read = sys.argv[1:]
held = ["landlock %d" % landlock.restrict(read, [inside])]
def refused(name, attempt):
    try:
        attempt()
    except PermissionError:
        held.append(name)
    except OSError:
        pass
refused("host files", lambda: Path(secret).read_text())
refused("read-only system", lambda: Path(sys.prefix, ".grade-probe").write_text("x"))
refused("network", lambda: socket.create_connection(("127.0.0.1", 9), timeout=0.2).close())
Path(inside, "written").write_text(json.dumps(held))
"""


class Landlock:
    name = "landlock"
    level = Level.REDUCED

    def command(self, program: Sequence[str], view: View, environment: Mapping[str, str]) -> list[str]:
        return ["/usr/bin/env", "-i", *(f"{key}={value}" for key, value in environment.items()), *program]

    def self_test(self) -> SelfTest:
        with tempfile.TemporaryDirectory(prefix="grade-") as inside, tempfile.TemporaryDirectory() as outside:
            secret = Path(outside, "secret")
            secret.write_text("secret", encoding="utf-8")
            program = [sys.executable, "-s", "-P", "-c", PROBE, inside, str(secret), *readable()]
            command = self.command(program, View((), Path(inside)), environment(Path(inside)))
            run = subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS, check=False)
            written = Path(inside, "written")
            if run.returncode != 0 or not written.exists():
                reason = run.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["?"]
                return SelfTest(
                    False,
                    (),
                    say("Landlock cannot be used here ({reason}): it needs Linux 6.7 or later.", reason=reason[0]),
                )
            held = tuple(json.loads(written.read_text(encoding="utf-8")))
        leaky = [wall for wall in WALLS if wall not in held]
        if leaky:
            return SelfTest(
                False, held, say("Landlock works, but these walls did not hold: {walls}.", walls=", ".join(leaky))
            )
        return SelfTest(True, held)


def readable() -> list[str]:
    """What any job may read: the system, this Python, and what describes the process itself."""
    return [
        str(p) for p in (*SYSTEM, *ETC, PACKAGE.parent / "grader", *interpreter_folders(), Path("/proc"), Path("/sys"))
    ]
