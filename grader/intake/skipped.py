"""Tell what a class folder holds besides submissions, and why it is none: nothing is dropped in silence."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.domain import Submission, Text
from grader.intake.archives import kind_of
from grader.intake.found import Found
from grader.intake.listing import PROGRAMS, Entry, head
from grader.intake.refusals import Why, worded
from grader.messages import say, say_n


@dataclass(frozen=True, slots=True)
class Skipped:
    """What is no submission, and why; `student` is whose it is, "" where it is nobody's."""

    path: Path
    reason: Text
    student: str = ""


def skipped_entries(
    folder: Path,
    found: Sequence[Found],
    known_ids: Collection[str],
    submissions: Sequence[Submission],
    reasons: Mapping[Path, Text],
) -> list[Skipped]:
    """Return everything in the class `folder` that is neither a submission nor part of one, with the reason.

    `reasons` says why those files that do name an exercise are not graded. Programs that travel with a submission
    are told as well, unless it imports them: they may be exercises under names that nobody can guess.
    """
    travelling = {s.root / f for s in submissions for f in s.files}
    sources = _Sources(submissions)
    entries = [one.entry for one in found]
    known = {s.main for s in submissions} | {above for e in entries if e.kind != "quiet" for above in e.path.parents}
    left: list[Skipped] = []
    quiet = 0
    for one in found:
        entry = one.entry
        if entry.kind == "quiet":
            quiet += 1
        elif entry.path in reasons:
            left.append(Skipped(one.shown, reasons[entry.path], one.student))
        elif entry.kind in ("deep", "unreadable"):  # something beyond it was not seen at all
            left.append(Skipped(one.shown, _kind(entry.kind), one.student))
        elif entry.path not in known and (entry.path not in travelling or _orphan(entry.path, sources)):
            left.append(Skipped(one.shown, _reason(entry, known_ids), one.student))
    if quiet:
        count = say_n(
            "{count} hidden or system entry was left aside.", "{count} hidden or system entries were left aside.", quiet
        )
        left.append(Skipped(folder, count))
    return left


class _Sources:
    """The text of the programs that are graded, read when asked for and once."""

    def __init__(self, submissions: Sequence[Submission]) -> None:
        self.by_folder: dict[Path, list[Path]] = {}
        for submission in submissions:
            self.by_folder.setdefault(submission.root, []).append(submission.main)
        self.texts: dict[Path, str] = {}

    def mention(self, module: Path) -> bool:
        """Return whether a program above `module` names it, as an import must."""
        word = re.compile(rf"\b{re.escape(module.stem)}\b")
        mains = [m for folder in module.parents for m in self.by_folder.get(folder, ())]
        return any(word.search(self._text(main)) for main in mains)

    def _text(self, path: Path) -> str:
        if path not in self.texts:
            self.texts[path] = head(path, 1 << 20).decode("utf-8", "replace")
        return self.texts[path]


def _orphan(path: Path, sources: _Sources) -> bool:
    """Return whether no graded program names this one: perhaps an exercise under a name that nobody can guess."""
    suffix = path.suffix.lower()
    return suffix == ".ipynb" or (suffix == ".py" and path.name != "__init__.py" and not sources.mention(path))


def _reason(entry: Entry, known_ids: Collection[str]) -> Text:
    """Return why an entry is no submission."""
    if entry.kind != "file":
        return _kind(entry.kind)
    kind = kind_of(entry.path.name)
    if kind == "unknown":
        return worded(Why.FORMAT)
    if kind is not None:
        return say("an archive without a script (.py) or a notebook (.ipynb), and beside none")
    if entry.path.suffix.lower() not in PROGRAMS:
        return say("neither a script (.py) nor a notebook (.ipynb), and beside none")
    return say("its name says none of the exercises: {exercises}", exercises=", ".join(known_ids))


def _kind(kind: str) -> Text:
    if kind == "folder":
        return say("empty folder")
    if kind == "link":
        return say("a link; links are not followed")
    if kind == "deep":
        return say("too deep, or in too large a folder")
    return say("cannot be read as an ordinary file")
