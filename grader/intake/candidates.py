"""A program that may be somebody's submission, and how the best of several becomes one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.domain import Submission, Text
from grader.intake.exercise_names import clean
from grader.intake.listing import MAX_FILES, files_under
from grader.messages import join, plain, say

SHOWN = 12  # names in an error's list


@dataclass(frozen=True, slots=True)
class Candidate:
    """`key` tells apart two students of one name; `shown` is where a reader sees the file. `owned`: the outermost level
    says whose it is; else it is `flat` where its own name does, beside everybody's."""

    path: Path
    exercise: str
    student: str
    exact: bool
    modified: float
    flat: bool
    together: tuple[str, ...] = ()
    sure: bool = True
    key: str = ""
    shown: Path = Path()
    received: str = ""
    identity: Mapping[str, str] = field(default_factory=dict)
    attempt: int = 1
    owned: bool = False

    @property
    def rank(self) -> tuple[bool, bool, float, str]:
        """Return what puts the name that says the exercise and nothing else first, then any that says it, then the file
        changed last."""
        return self.exact, self.sure, self.modified, self.path.name


def listed_names(names: Sequence[str]) -> Text:
    shown = [plain(clean(name)) for name in names[:SHOWN]]
    if len(names) > SHOWN:
        shown.append(plain("…"))
    return join(shown)


def chosen(best: Candidate, others: Iterable[Candidate]) -> Text:
    names = [c.path.name for c in others]
    if not names:
        return Text()
    same = all(c.exact == best.exact for c in others)
    if same:
        return say(
            "Several files match: {file} was graded, the one changed last, and not {others}.",
            file=clean(best.path.name),
            others=listed_names(names),
        )
    return say(
        "Several files match: {file} was graded, whose name fits best, and not {others}.",
        file=clean(best.path.name),
        others=listed_names(names),
    )


def submission(
    exercise: str, main: Path, student: str, note: Text, files: tuple[Path, ...] | None = None
) -> Submission:
    root = main.parent
    left_out = False
    if files is None:
        files, left_out = files_under(root, main)
    if left_out:
        bounded = say("Only the {count} nearest files of the folder were taken.", count=min(len(files), MAX_FILES))
        note = join([note, bounded], " ") if note else bounded
    return Submission(clean(student), exercise, root, main, files, note)
