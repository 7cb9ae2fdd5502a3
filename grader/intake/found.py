"""One thing that lies in a class: where it lies, where a reader sees it, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.intake.listing import Entry
from grader.intake.lms import Owner


@dataclass(frozen=True, slots=True)
class Found:
    """`entry` is where it lies; `shown` where a reader sees it, an archive's name standing for its contents.

    `parts` is its path within its owner's work, or below the class folder where it has no owner. A file that an LMS laid
    beside everybody's is `flat`; one that only goes along with its owner's programs a `companion`; `typed` is what was
    typed into the LMS's own editor.
    """

    entry: Entry
    shown: Path
    parts: tuple[str, ...]
    owner: Owner | None = None
    received: str = ""
    attempt: int = 1
    flat: bool = False
    companion: bool = False
    typed: bool = False

    @property
    def student(self) -> str:
        return self.owner.student if self.owner else ""
