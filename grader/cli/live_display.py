"""What the displays of long work have in common: what lives on the terminal while it lasts, and ends with it."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from grader.batch import SessionListener
from grader.cli.progress import ManySubmissions, busy
from grader.domain import Lang, Submission, Text
from grader.messages import say
from grader.reports.terminal import shown


class LiveDisplay(SessionListener):
    """Use as a context manager around the work: nothing stays live on the terminal, however it ends."""

    def __init__(self, lang: Lang) -> None:
        self._lang = lang
        self._live = ExitStack()  # what lives on the terminal now
        self._bar: ManySubmissions | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._live.close()

    def _begin(self, total: int, words: Text) -> ManySubmissions:
        """Show a bar for so many submissions."""
        self._bar = self._live.enter_context(ManySubmissions(total, self._lang, shown(words, self._lang)))
        return self._bar

    def _begin_pages(self) -> None:
        self._live.enter_context(busy(say("Making the pages"), self._lang))


def name_of(submission: Submission) -> str:
    """Return under which name a submission is shown."""
    return f"{submission.student} {submission.exercise}"
