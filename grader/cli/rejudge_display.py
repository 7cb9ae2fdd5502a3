"""What a session reports that judges again: a bar, a line for each mark that changed, and what could not be judged."""

from __future__ import annotations

from rich.text import Text as Styled

from grader.batch import SessionEvent, events
from grader.cli.live_display import LiveDisplay, name_of
from grader.cli.progress import console_for
from grader.domain import Lang, Record, Submission
from grader.messages import safe, say
from grader.reports.terminal import class_summary, figure, shown

MAX_NAMES = 8


class RejudgeDisplay(LiveDisplay):
    """Shows a session that judges again; `records` are those that count, once all are judged."""

    def __init__(self, lang: Lang) -> None:
        super().__init__(lang)
        self.console = console_for()
        self.records: tuple[Record, ...] = ()
        self._changed = 0
        self._left: list[str] = []

    def notify(self, event: SessionEvent) -> None:
        match event:
            case events.GradingBegan(total):
                self._begin(total, say("Judging again"))
            case events.SubmissionJudged(submission, before, after, changed):
                self._show_judged(submission, before, after, changed)
            case events.SubmissionNotJudged(submission):
                self._left.append(name_of(submission))
                if self._bar is not None:
                    self._bar.passed()
            case events.GradingEnded() | events.FilesWritten():
                self._live.close()
            case events.ClassGraded(records):
                self.records = records
                self._show_summary()
            case events.PagesBegan():
                self._begin_pages()

    def _show_judged(self, submission: Submission, before: Record | None, after: Record, changed: bool) -> None:
        self._changed += changed
        if self._bar is None:
            return
        if changed:
            self._bar.finished(name_of(submission), _changed_line(before, after, self._lang))
        else:
            self._bar.passed()

    def _show_summary(self) -> None:
        self.console.print(shown(say("Marks that changed: {count}.", count=self._changed), self._lang))
        if self._left:
            names = safe(", ".join(self._left[:MAX_NAMES]) + (" …" if len(self._left) > MAX_NAMES else ""), 600)
            words = say(
                "Not judged again, for want of a kept run on this data: {names}. `grade batch FOLDER --fresh` runs them.",
                names=names,
            )
            self.console.print(shown(words, self._lang), style="yellow")
        self.console.print(class_summary(self.records, self._lang))


def _changed_line(before: Record | None, after: Record, lang: Lang) -> Styled:
    old = f"{figure(before.score, lang)} → " if before else ""
    new = f"{figure(after.score, lang)} / {figure(after.max_score, lang)}"
    return Styled(f"{safe(after.student, 40):<28} {after.exercise:<12} {old}{new}")
