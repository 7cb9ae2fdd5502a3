"""The sandbox that was asked for, chosen when it is first wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.domain import Lang

if TYPE_CHECKING:
    from rich.console import Console

    from grader.sandbox import Sandbox, SelfTest


class Walls:
    def __init__(self, backend: str) -> None:
        self._backend = backend
        self._found: tuple[Sandbox, SelfTest] | None = None
        self._told = False

    def __call__(self) -> Sandbox:
        """Chosen and proven, once. Raises `SandboxUnavailable`."""
        if self._found is None:
            from grader import sandbox

            self._found = sandbox.choose(self._backend)
        return self._found[0]

    def told(self, console: Console, lang: Lang) -> Sandbox:
        """The same, where students' programs are about to be read or run: a line says behind which walls."""
        from grader.reports.terminal import sandbox_line, shown

        chosen = self()
        if not self._told and self._found is not None:
            self._told, test = True, self._found[1]
            console.print(sandbox_line(chosen.name, chosen.level.value, len(test.held), lang))
            if test.warning:  # what a stronger wall would have held, and the way to it
                console.print(shown(test.warning, lang), style="bold yellow")
        return chosen
