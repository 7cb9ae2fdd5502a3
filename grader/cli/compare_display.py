"""What is shown of a class that is compared: a line while it lasts, then each exercise with the pairs that stand out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Self

from grader.batch import SessionEvent, events
from grader.cli.live_display import LiveDisplay
from grader.cli.progress import busy, console_for
from grader.domain import Lang
from grader.messages import say
from grader.reports.similar import pair_table, summary, weights_line
from grader.reports.terminal import shown
from grader.similarity import MAX_PAIRS, ComparedClass, ComparedExercise, SameWeights


class CompareDisplay(LiveDisplay):
    """Shows the comparing of a class."""

    def __init__(self, lang: Lang) -> None:
        super().__init__(lang)
        self._console = console_for()
        self._show_archive: Callable[[str], None] = lambda archive: None

    def __enter__(self) -> Self:
        self._show_archive = self._live.enter_context(busy(say("Comparing"), self._lang))
        return self

    def notify(self, event: SessionEvent) -> None:
        match event:
            case events.Searching(archive) if archive:
                self._show_archive(archive)
            case events.ClassCompared(compared):
                self._live.close()
                self._show(compared)

    def show_page(self, page: Path) -> None:
        """Say where the page lies, and what it is good for."""
        self._console.print()
        hint = say("Alike is not copied: the page shows the passages, you judge. No mark changes.")
        self._console.print(shown(hint, self._lang))
        self._console.print(shown(say("Page: {page}", page=page), self._lang), style="bright_black")

    def _show(self, compared: ComparedClass) -> None:
        for exercise in compared.exercises:
            self._show_exercise(exercise)
        self._show_weights(compared.weights)

    def _show_exercise(self, compared: ComparedExercise) -> None:
        title = f"\n{compared.exercise}  {shown(compared.title, self._lang)}"
        self._console.print(title, style="bold", markup=False)
        self._console.print(shown(summary(compared), self._lang), markup=False)
        if pairs := compared.shown:
            self._console.print(pair_table(pairs, self._lang))

    def _show_weights(self, weights: tuple[SameWeights, ...]) -> None:
        if weights:
            self._console.print("\n" + shown(say("Handed-in weights"), self._lang), style="bold", markup=False)
        for same in weights[:MAX_PAIRS]:
            self._console.print(weights_line(same, self._lang), markup=False)
