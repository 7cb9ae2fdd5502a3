"""What is shown while the exercises are proven: a bar, and a line for each program."""

from __future__ import annotations

from grader.batch import SessionEvent, Task, events
from grader.cli.live_display import LiveDisplay
from grader.domain import Lang
from grader.grading import Listener
from grader.messages import say
from grader.reports.terminal import sandbox_line, shown, verify_line
from grader.verify import Proof, case_name


class VerifyDisplay(LiveDisplay):
    """Shows the proving, and counts the programs that did not get the marks they must, and those
    that the grader failed on."""

    def __init__(self, lang: Lang) -> None:
        super().__init__(lang)
        self.failures = self.broken = 0
        self._count = 0

    def listen(self, task: Task) -> Listener:
        return self._bar.listener(case_name(task)) if self._bar is not None else Listener()

    def notify(self, event: SessionEvent) -> None:
        match event:
            case events.GradingBegan(total):
                self._count = total
                self._begin(total, say("Verifying"))
            case events.SandboxChosen(chosen, test) if self._bar is not None:
                line = sandbox_line(chosen.name, chosen.level.value, len(test.held), self._lang)
                self._bar.console.print(line)

    def show(self, proof: Proof) -> None:
        """Show a program that is done. `GradingBegan` must have come before."""
        assert self._bar is not None
        self.failures += bool(proof.disagreements)
        self.broken += proof.record.broken
        case = proof.case
        line = verify_line(case.name, case.kind, proof.record, proof.disagreements, self._lang)
        self._bar.finished(case.name, line)

    def show_summary(self) -> None:
        assert self._bar is not None
        words = say(
            "{count} programs, {failures} that did not get the marks they must.",
            count=self._count,
            failures=self.failures,
        )
        self._bar.console.print(shown(words, self._lang), markup=False)
