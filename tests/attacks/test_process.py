"""A program that does not want to end, wants to end too early, or wants everything: every backend claims the limits."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

import psutil
import pytest

from tests.attacks.attack import Arena, marks, said, stopped_by, through
from tests.endings import waits_no_longer_than


@dataclass(frozen=True)
class Case:
    """A hostile program, how its run must end, and what it must earn: for its end, and for the work it did before."""

    name: str
    program: str
    ended: str
    runs: int = 0
    limits: dict[str, float] = field(default_factory=dict)


ENDINGS = (
    Case("leaves through os._exit", "import os\ntravail()\nos._exit(0)", "ok"),
    Case("leaves through sys.exit", "import sys\ntravail()\nsys.exit(0)", "ok", runs=1),
    Case("leaves with an error code", "import sys\ntravail()\nsys.exit(3)", "error"),
    Case("has something done at exit", "import atexit, os\natexit.register(os._exit, 0)\ntravail()", "ok", runs=1),
    Case("kills itself", "import os\ntravail()\nos.kill(os.getpid(), 9)", "killed"),
    Case("kills its process group", "import os\ntravail()\nos.killpg(0, 9)", "killed"),
    Case("closes every descriptor", "import os\ntravail()\nos.closerange(0, 1024)", "error"),
    Case(
        "swallows every exception",
        """
        import time
        travail()
        while True:
            try:
                time.sleep(10)
            except BaseException:
                pass
        """,
        "timeout",
        limits={"wall": 1},
    ),
    Case(
        "ignores every signal",
        """
        import signal
        travail()
        for number in set(signal.Signals) - {9, 19}:
            signal.signal(number, signal.SIG_IGN)
        while True:
            pass
        """,
        "timeout",
        limits={"wall": 1},
    ),
    Case("stops itself", "import os\ntravail()\nos.kill(os.getpid(), 19)", "timeout", limits={"wall": 1}),
    Case(
        "stops itself and its child runs on",
        "import os\ntravail()\nif os.fork():\n    os.kill(os.getpid(), 19)\nwhile True:\n    pass",
        "timeout",
        limits={"wall": 1},
    ),
)
GREED = (
    Case(
        "computes without end and ignores its warning",
        "import signal\ntravail()\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True:\n    pass",
        "cpu",
        limits={"cpu": 1},
    ),
    Case(
        "lets its children compute",
        "import os\ntravail()\nfor _ in range(3):\n    if os.fork() == 0:\n        while True:\n            pass\nos.wait()",
        "cpu",
        limits={"cpu": 1},
    ),
    Case("prints without end", "travail()\nwhile True:\n    print('x' * 10000)", "output"),
    Case("prints bytes without end", "import os\ntravail()\nwhile True:\n    os.write(2, b'\\xff\\x00\\x1b[2J' * 1000)", "output"),
    Case("calls itself without end", "travail()\ndef f():\n    f()\nf()", "error"),
    Case(
        "calls itself without end and lifts Python's limit",
        "import sys\ntravail()\nsys.setrecursionlimit(1 << 30)\ndef f(*a):\n    f(*a, *[1])\nmap(f, [1])\n"
        "class A:\n    def __repr__(self): return repr(self)\nrepr(A())",
        "killed",
    ),
    Case("asks for 100 GB at once", "travail()\nbytearray(100 << 30)", "error"),
    Case(
        "leaks slowly",
        "import time\ntravail()\nkept = []\nfor _ in range(60):\n    kept.append(bytearray(16 << 20))\n    time.sleep(0.03)",
        "memory",
    ),
    Case(
        "hides memory in files without names",
        """
        import os, time
        travail()
        kept = []
        for _ in range(20):
            kept.append(os.memfd_create("x"))
            os.write(kept[-1], bytes(4 << 20))
        time.sleep(5)
        """,
        "disk",
    ),
    Case(
        "forks without end",
        """
        import os, time
        travail()
        def bomb(depth):
            for _ in range(2 if depth else 0):
                if os.fork() == 0:
                    bomb(depth - 1)
                    time.sleep(15)
                    os._exit(0)
        bomb(6)  # 128 processes at most, should nobody stop it
        time.sleep(15)
        """,
        "processes",
    ),
    Case(
        "starts threads without end",
        """
        import threading, time
        travail()
        for _ in range(180):
            threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
        time.sleep(5)
        """,
        "processes",
        limits={"threads": 100},
    ),
)  # fmt: skip


@through("limits")
@pytest.mark.parametrize("case", [*ENDINGS, *GREED], ids=lambda case: case.name)
def test_a_program_that(case: Case, arena: Arena) -> None:
    with waits_no_longer_than():
        record = arena.grade(case.program, **case.limits)
    assert stopped_by(record) == case.ended, said(record)
    assert marks(record) == {"runs": case.runs, "travail": 2}
    arena.honest()


@through("limits")
def test_a_daemon_does_not_outlive_the_program_that_left_it(arena: Arena) -> None:
    mark = f"daemon-{os.getpid()}-{time.monotonic_ns()}"
    record = arena.grade(f"""
        import os, signal, subprocess, sys, time
        travail()
        if os.fork() == 0:
            os.setsid()
            for number in (1, 2, 15):
                signal.signal(number, signal.SIG_IGN)
            if os.fork() == 0:
                subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)", "{mark}"], start_new_session=True)
                open("daemon", "w").close()
                time.sleep(30)
            os._exit(0)
        while not os.path.exists("daemon"):
            time.sleep(0.01)
        """)
    assert marks(record) == {"runs": 1, "travail": 2}, said(record)
    assert not [p.pid for p in psutil.process_iter(["cmdline"]) if mark in " ".join(p.info["cmdline"] or [])]
    arena.honest()


def test_what_stopped_a_program_is_told_in_plain_french(arenas: object) -> None:
    from grader.analysis import Analysis
    from grader.checks.runs import judge
    from grader.domain import Mode, Outcome, Reading
    from tests.attacks.attack import exercise

    told = {}
    for status in ("timeout", "cpu", "memory", "processes", "disk", "output", "killed"):
        facts = Analysis(exercise(), Mode.FULL, Reading(), Outcome(status, 3.0, exit=-9))
        told[status] = judge(facts).message.fr
    assert len(set(told.values())) == 7
    assert all((sentence and "arrêté" in sentence) or "signal" in sentence for sentence in told.values()), told
    assert "8\u00a0Mio" in told["disk"] and "200 fichiers" in told["disk"] and "24 processus" in told["processes"]
