"""What a session reports, on the terminal or the pipe: each event as a line, a bar or a table."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console

from grader.batch import SessionEvent, Task, events
from grader.cli import reception
from grader.cli.live_display import LiveDisplay, name_of
from grader.cli.profile import BatchProfile
from grader.cli.progress import busy, console_for
from grader.cli.summary import needs_attention, show_class
from grader.domain import Lang, Record, Text
from grader.grading import Listener
from grader.messages import say
from grader.reports.terminal import finished_line, sandbox_line, shown

QUIET = "bright_black"


class SessionDisplay(LiveDisplay):
    """Shows a session; `records` are those of the whole class, once it is graded."""

    def __init__(self, lang: Lang) -> None:
        super().__init__(lang)
        self.console = console_for()
        self.profile = BatchProfile()
        self.records: tuple[Record, ...] = ()
        self._search: Callable[[str], None] | None = None

    def listen(self, task: Task) -> Listener:
        return self._bar.listener(name_of(task.submission)) if self._bar is not None else Listener()

    def notify(self, event: SessionEvent) -> None:
        match event:
            case events.Searching(at):
                self._show_search(at)
            case events.NothingRecognised(skipped):
                self._live.close()
                reception.show_why_nothing(skipped, self.console, self._lang)
            case events.ClassReceived(received):
                self._live.close()
                reception.show(received, self.console, self._lang)
            case events.GradingBegan(total):
                self._begin(total, say("Grading"))
            case events.GradingEnded():
                self._live.close()
                self._bar = None
            case events.ClassGraded(records):
                self.records = records
                show_class(event, self.console, self._lang)
            case events.PagesBegan():
                self._begin_pages()
            case events.FilesWritten():
                self._live.close()
                self._show_files(event)
            case _:
                self._notify_of_one(event)

    def _notify_of_one(self, event: SessionEvent) -> None:
        """Show what concerns a single submission, or with what it is graded."""
        match event:
            case events.RecordDamaged(submission):
                words = say(
                    "Damaged in the gradebook, graded again where it was handed in: {student} {exercise}.",
                    student=submission.student,
                    exercise=submission.exercise,
                )
                self._print(words, "yellow")
            case events.RecordsUnchanged(count):
                self._print(
                    say("Unchanged since they were graded: {count}. `--fresh` runs them anew.", count=count), QUIET
                )
            case events.SandboxChosen():
                self._show_sandbox(event)
            case events.ClusterReported(message):
                self._print(message, QUIET)
            case events.SubmissionGraded(submission, made, counting):
                self.profile.add(made.phases)
                if self._bar is not None:
                    line = finished_line(counting, self._lang)
                    self._bar.finished(name_of(submission), line, needs_attention(counting))
            case events.SubmissionSpared():
                if self._bar is not None:
                    self._bar.passed()

    def _show_search(self, at: str) -> None:
        if self._search is None:
            self._search = self._live.enter_context(busy(say("Looking for submissions"), self._lang))
        if at:
            self._search(at)

    def _show_sandbox(self, event: events.SandboxChosen) -> None:
        """Say in what programs run and, where a stronger sandbox is out of reach, why, and the way to it."""
        chosen, test = event.sandbox, event.test
        console = self._console()
        console.print(sandbox_line(chosen.name, chosen.level.value, len(test.held), self._lang))
        if test.warning:
            console.print(shown(test.warning, self._lang), style="bold yellow")

    def _show_files(self, event: events.FilesWritten) -> None:
        self._print(say("Gradebook and records: {folder}", folder=event.folder), QUIET)
        if event.page is not None:
            self._print(say("Class page: {page}", page=event.page), QUIET)

    def _print(self, words: Text, style: str) -> None:
        self._console().print(shown(words, self._lang), style=style)

    def _console(self) -> Console:
        """Return that of the bar while there is one: what is printed past it would be overwritten."""
        return self._bar.console if self._bar is not None else self.console
