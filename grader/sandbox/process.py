"""No isolation, only limits and a clean environment: for one's own code on one's own machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.messages import say
from grader.sandbox.base import Level, SelfTest, View


class Process:
    """Starts programs with nothing around them."""

    name = "process"
    level = Level.LIMITS_ONLY
    own_spaces = False

    def command(self, program: Sequence[str], view: View, environment: Mapping[str, str]) -> list[str]:
        return ["/usr/bin/env", "-i", *(f"{key}={value}" for key, value in environment.items()), *program]

    def self_test(self) -> SelfTest:
        return SelfTest(True, (), say("No isolation: only resource limits."))
