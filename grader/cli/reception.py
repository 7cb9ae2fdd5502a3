"""What a teacher is shown of the class as it was received: a few lines for each student, so that nobody's hide another's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Console

from grader.batch.reception import Reception, skipped_line
from grader.domain import Lang, Text
from grader.intake import Skipped
from grader.messages import number, say
from grader.reports.terminal import shown

OF_ONE_STUDENT, OF_NOBODY = 3, 30
REPLACED = 20


def show(reception: Reception, console: Console, lang: Lang) -> None:
    """Print what matters; the rest stands in the reception's file."""
    console.print(shown(reception.heading(), lang), markup=False)
    for warning in reception.warnings:
        console.print(shown(say("Attention: {warning}", warning=warning), lang), style="yellow", markup=False)
    for line in reception.replaced[:REPLACED]:
        console.print(shown(line, lang), style="yellow", markup=False)
    rest = _rest(len(reception.replaced) - REPLACED, reception.file)
    for line in (*rest, *_some(reception.skipped, reception.file)):
        console.print(shown(line, lang), style="bright_black", markup=False)
    if reception.replaced:
        words = say("`--attempts best` grades all attempts and keeps the best.")
        console.print(shown(words, lang), style="bright_black")


def show_why_nothing(skipped: Sequence[Skipped], console: Console, lang: Lang) -> None:
    """Print what there was, where no submission was recognised."""
    for one in skipped[:OF_NOBODY]:
        console.print(shown(skipped_line(one), lang), style="bright_black", markup=False)


def _some(skipped: Iterable[Skipped], file: Path) -> Iterator[Text]:
    """Yield the first few of each student, and how many more there are; what is nobody's has a bound of its own."""
    often: Counter[str] = Counter()
    for one in skipped:
        often[one.student] += 1
        if often[one.student] <= (OF_ONE_STUDENT if one.student else OF_NOBODY):
            yield skipped_line(one)
    for student, count in often.items():
        if student and count > OF_ONE_STUDENT:
            yield say(
                "Left out: {count} more of {student}, see {file}",
                count=number(count - OF_ONE_STUDENT),
                student=student,
                file=file,
            )
    yield from _rest(often[""] - OF_NOBODY, file)


def _rest(count: int, file: Path) -> Iterator[Text]:
    if count > 0:
        yield say("… and {count} more, see {file}", count=number(count), file=file)
