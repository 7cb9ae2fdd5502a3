"""The pages, made anew while a line on the terminal says so."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from grader.cli.progress import busy
from grader.domain import Lang
from grader.messages import say
from grader.reports.gradebook_pages import update_pages
from grader.store import Gradebook


def show_updated(book: Gradebook, lang: Lang) -> Path | None:
    """Bring the pages up to date, as `update_pages` does; return the class page."""
    with ExitStack() as live:
        return update_pages(book, lang, lambda: live.enter_context(busy(say("Making the pages"), lang)))
