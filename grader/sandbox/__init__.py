"""Runs student code in isolation: one backend per file behind one small interface.

A backend is one method, `command`: how to start a program inside the sandbox. Everything else (the warm
worker, jobs, limits, output, the kill) is the same for all of them and stands in `worker_handle.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from grader.domain import Text
from grader.errors import SandboxUnavailable
from grader.messages import join
from grader.sandbox.base import Level, Sandbox, SelfTest, View
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.job_monitor import Stopped
from grader.sandbox.landlock import Landlock
from grader.sandbox.process import Process
from grader.sandbox.worker_handle import Job, Ran, WorkerHandle

__all__ = ["BACKENDS", "Job", "Level", "Ran", "Sandbox", "SelfTest", "Stopped", "View", "WorkerHandle", "choose"]

BACKENDS: dict[str, Callable[[], Sandbox]] = {
    "bubblewrap": Bubblewrap,
    "landlock": Landlock,
    "process": Process,
}
STRONGEST_FIRST = ("bubblewrap", "landlock")


def choose(name: str) -> tuple[Sandbox, SelfTest]:
    """Return the backend asked for, proven by its self-test; `auto` is the strongest that works, never `process`.

    Where a stronger one was refused, the test's warning says why and how to allow it.

    Raises:
        SandboxUnavailable: with what was refused and how to allow it.
    """
    refused: list[Text] = []
    for candidate in STRONGEST_FIRST if name == "auto" else (name,):
        sandbox = BACKENDS[candidate]()
        test = sandbox.self_test()
        if test.works:
            return sandbox, replace(test, warning=join([*refused, *([test.warning] if test.warning else [])], " "))
        refused.append(test.why)
    raise SandboxUnavailable(join(refused, " "))
