"""What is shown while a grading goes on: live on a terminal, plain lines on a pipe."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text as Styled

from grader.domain import Exercise, Lang, Phase, Status, Submission, Text, Training, Verdict
from grader.grading import Listener
from grader.messages import number, percent, safe, say, say_n
from grader.reports.terminal import shown, verdict_row

WIDTH_ON_A_PIPE = 110
LINES_ON_A_TERMINAL = 40
RUNNING_LINES = 8


def console_for(quiet: bool = False) -> Console:
    """Return a console without markup: a file named `[/b]` is a name like any other."""
    console = Console(highlight=False, markup=False, quiet=quiet)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, quiet=quiet, width=WIDTH_ON_A_PIPE)
    return console


@contextmanager
def busy(words: Text, lang: Lang) -> Iterator[Callable[[str], None]]:
    """Show a line on a terminal while something goes on whose end is not known; yield how to say what it is at."""
    console = console_for()
    if not console.is_terminal:
        yield lambda at: None
        return
    with console.status(Styled(shown(words, lang))) as line:
        yield lambda at: line.update(Styled.assemble(shown(words, lang), "  ", (safe(at, 60), "bright_black")))


PHASES = {
    Phase.SENT: say("Sent to another machine"),
    Phase.READING: say("Reading your file"),
    Phase.DATA: say("Preparing the data"),
    Phase.STUDENT: say("Starting your program"),
    Phase.EVALUATION: say("Measuring your model on the test images"),
    Phase.CHECKS: say("Judging"),
}


class OneSubmission(Listener):
    """The student's display: early verdicts as lines, then the training live, then the report."""

    def __init__(self, exercise: Exercise, submission: Submission, lang: Lang, quiet: bool) -> None:
        self._exercise = exercise
        self._submission = submission
        self._lang = lang
        self.console = console_for(quiet)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            TextColumn("{task.fields[facts]}"),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
            disable=quiet or not self.console.is_terminal,
        )
        self._task = self._progress.add_task("", total=None, facts="")
        self._shown_verdicts: set[str] = set()
        self._fits: dict[int, Training] = {}
        self._shown_epoch = 0.0

    def __enter__(self) -> OneSubmission:
        self._progress.start()
        file = safe(self._submission.program, 80)
        self.console.print(
            Styled.assemble(
                (self._exercise.id, "bold"), f"  {shown(self._exercise.title, self._lang)}  ", (file, "bright_black")
            )
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def on_phase(self, name: Phase) -> None:
        self._describe(shown(PHASES[name], self._lang))

    def _describe(self, words: str, facts: str = "", done: float | None = None, total: float | None = None) -> None:
        self._progress.update(self._task, description=words, facts=facts, completed=done or 0, total=total)

    def on_preliminary_verdicts(self, verdicts: tuple[Verdict, ...]) -> None:
        """Print what can be said before the training is over, one line each, once."""
        for verdict in verdicts:
            if verdict.id not in self._shown_verdicts and verdict.status is not Status.SKIPPED:
                self._shown_verdicts.add(verdict.id)
                sign, title, points, message = verdict_row(verdict, self._lang)
                line = Table.grid(padding=(0, 1))
                for width in (1, 32, 9):
                    line.add_column(width=width)
                line.add_column()
                line.add_row(sign, title, points, message)
                self.console.print(line)

    def on_event(self, kind: str, item: object) -> None:
        if kind in ("fit_begin", "epoch", "fit_end") and isinstance(item, Training):
            self._fits[item.id] = item
            self._show_training(item, done=item.epochs_run)
        elif kind == "batch" and isinstance(item, Mapping) and item["fit"] in self._fits:
            training = self._fits[item["fit"]]
            share = item["done"] / item["total"] if item["total"] else 0
            self._show_training(training, training.epochs_run + min(share, 1.0))

    def _show_training(self, training: Training, done: float) -> None:
        total = max(training.epochs_asked, training.epochs_run, 1)
        words = say("Training: epoch {epoch} of {total}", epoch=min(int(done) + 1, total), total=total)
        facts = training_facts(training, self._lang)
        self._describe(shown(words, self._lang), facts, done, total)
        if not self.console.is_terminal and done == int(done) and done and time.monotonic() - self._shown_epoch > 2:
            self._shown_epoch = time.monotonic()
            self.console.print(
                f"  {shown(say('epoch {epoch} of {total}', epoch=int(done), total=total), self._lang)}  {facts}"
            )


def training_facts(training: Training, lang: Lang) -> str:
    """Return the last loss and accuracy of a training in words."""
    parts = []
    if losses := training.history.get("loss"):
        parts.append(shown(say("loss {loss}", loss=number(losses[-1], 3)), lang))
    for name in ("accuracy", "acc", "categorical_accuracy"):
        if values := training.history.get(name):
            parts.append(shown(say("accuracy {share}", share=percent(values[-1])), lang))
            break
    return " · ".join(parts)


class ManySubmissions:
    """The teacher's display: one bar with the remaining time, the running ones below it, a line per finished one.

    On a terminal, of many only those that need attention get a line; the others are counted. A pipe gets them all.
    """

    def __init__(self, total: int, lang: Lang, words: str) -> None:
        self._lang = lang
        self.console = console_for()
        self._lock = threading.Lock()
        self._running: dict[str, str] = {}
        self._every_line = total <= LINES_ON_A_TERMINAL or not self.console.is_terminal
        self._attention = 0
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self.console,
        )
        self._task = self._progress.add_task(words, total=total)
        self._live = Live(self, console=self.console, refresh_per_second=4, transient=True)

    def __rich__(self) -> Table:
        grid = Table.grid()
        grid.add_row(self._progress)
        if self._attention and not self._every_line:
            words = say_n("{count} needs attention", "{count} need attention", self._attention)
            grid.add_row(Styled(f"  {shown(words, self._lang)}", style="yellow"))
        with self._lock:
            running = list(self._running.items())
        for name, doing in running[:RUNNING_LINES]:
            grid.add_row(
                Styled.assemble("  ", (name, "bold"), "  ", (doing, "bright_black"), overflow="ellipsis", no_wrap=True)
            )
        if len(running) > RUNNING_LINES:
            grid.add_row(Styled(f"  … {len(running) - RUNNING_LINES}", style="bright_black"))
        return grid

    def __enter__(self) -> ManySubmissions:
        if self.console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.console.is_terminal:
            self._live.stop()

    def listener(self, name: str) -> Listener:
        """Return who is told of the grading of a submission, which is shown as `name`."""
        return _Running(self, safe(name, 60), self._lang)

    def doing(self, name: str, words: str) -> None:
        """Show what is being done for a submission."""
        with self._lock:
            self._running[name] = words

    def finished(self, name: str, line: Styled, attention: bool = True) -> None:
        """Count one more as done, and print its line where it needs attention or lines are few."""
        with self._lock:
            self._running.pop(safe(name, 60), None)
        self._attention += attention
        self.passed()
        if attention or self._every_line:
            self.console.print(line)

    def passed(self) -> None:
        """Count one more as done, about which nothing is to be said."""
        self._progress.advance(self._task)


class _Running(Listener):
    def __init__(self, display: ManySubmissions, name: str, lang: Lang) -> None:
        self._display = display
        self._name = name
        self._lang = lang

    def on_phase(self, name: Phase) -> None:
        self._display.doing(self._name, shown(PHASES[name], self._lang))

    def on_event(self, kind: str, item: object) -> None:
        if kind in ("fit_begin", "epoch") and isinstance(item, Training):
            epoch = min(item.epochs_run + 1, max(1, item.epochs_asked))
            words = say("Training: epoch {epoch} of {total}", epoch=epoch, total=item.epochs_asked)
            self._display.doing(self._name, f"{shown(words, self._lang)}  {training_facts(item, self._lang)}")
