"""Landlock as an older kernel has it. What a ruleset does not handle the kernel does not guard, so a worker that takes
its Landlock for a former version has just the walls that it would have there.

`python -m tests.sandbox.older ABI …` is `python -m grader.worker …` under that version.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Mapping, Sequence

from grader.sandbox import BACKENDS, Sandbox
from grader.sandbox.base import View
from grader.sandbox.landlock import Landlock
from grader.worker import landlock


class OlderLandlock(Landlock):
    """`filtered`: with libseccomp beside it."""

    abi = 1
    filtered = True

    def command(self, program: Sequence[str], view: View, environment: Mapping[str, str]) -> list[str]:
        program = list(program)
        if "-c" in program:  # the self-test
            program[program.index("-c") + 1] = f"{self._before}\n{program[program.index('-c') + 1]}"
        else:
            at = program.index("grader.worker")
            program[at : at + 1] = [__name__, str(self.abi)]
        return super().command(program, view, environment)

    @property
    def _before(self) -> str:
        without = "" if self.filtered else "; system_calls.available = lambda: False"
        return f"from grader.worker import landlock, system_calls; landlock.abi = lambda: {self.abi}{without}"


class LandlockOfLinux6_1(OlderLandlock):
    """Debian 12's: nothing about cutting files, the network, devices, signals."""

    name = "landlock of Linux 6.1"
    abi = 2


KINDS: Mapping[str, type[Sandbox]] = {**BACKENDS, LandlockOfLinux6_1.name: LandlockOfLinux6_1}


if __name__ == "__main__":
    abi = int(sys.argv.pop(1))
    landlock.abi = lambda: abi
    runpy.run_module("grader.worker", run_name="__main__", alter_sys=True)
