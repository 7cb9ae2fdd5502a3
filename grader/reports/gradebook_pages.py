"""The pages of a gradebook's folder: when they are to be made anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from grader.domain import Lang
from grader.store import Gradebook

MADE_FROM, INDEX = "pages", "index"  # settings of the gradebook: its state when the pages were made, the class page


def update_pages(book: Gradebook, lang: Lang, on_start: Callable[[], object] = lambda: None) -> Path | None:
    """Write the pages where anything on them would change, or where one is not as it was written.

    Returns the class page; None where the libraries that pages are made with are not installed. `on_start` is called
    before anything is written, and only then. Raises OSError where a page cannot be written.
    """
    try:
        from grader.reports.html import pages_hold, write_pages
    except ImportError:
        return None
    state = f"{book.state()} {lang}"
    index = book.folder / book.setting(INDEX, "-")
    if book.setting(MADE_FROM, "") != state or not index.is_file() or not pages_hold(book.folder):
        on_start()
        index = write_pages(book.records(), book.folder, lang)
        book.set(INDEX, str(index.relative_to(book.folder)))
        book.set(MADE_FROM, state)
    return index
