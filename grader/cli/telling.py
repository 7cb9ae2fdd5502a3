"""What a batch says at its end: the class, who was late, which decisions no longer hold."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console

from grader.cli.deadlines import Dates, unknown_students
from grader.domain import Lang, Record, Submission
from grader.messages import say
from grader.reports.terminal import class_summary, class_table, figure, shown
from grader.store import Gradebook, Stale

WHOLE_TABLE = 40  # records: a longer class is read on its page


def needs_attention(record: Record) -> bool:
    """Somebody has to look: the grader failed, a teacher must read, or the program did not run."""
    return record.broken or record.to_review or record.failure is not None


def of_this_batch(book: Gradebook, submissions: Iterable[Submission]) -> list[Record]:
    wanted = {(s.student, s.exercise) for s in submissions}
    return [record for record in book.records(exhibits=False) if (record.student, record.exercise) in wanted]


def show_summary(book: Gradebook, graded: list[Record], dates: Dates, console: Console, lang: Lang) -> None:
    console.print()
    if len(graded) <= WHOLE_TABLE:
        console.print(class_table(graded, lang))
    console.print(class_summary(graded, lang))
    if late := sum(record.lateness is not None for record in graded):
        words = say("Late: {count}. The penalty stands beside the mark; no verdict changes.", count=late)
        console.print(shown(words, lang))
    names = {name for r in graded for name in (r.student, *r.members, *map(str, r.identity.values()))}
    for name in unknown_students(dates, names):
        console.print(shown(say("No submission of “{name}”, whom a table of dates names.", name=name), lang))
    for stale in book.stale():
        console.print(stale_line(stale, lang), style="yellow")


def stale_line(stale: Stale, lang: Lang) -> str:
    told = stale.decision
    words = say(
        "Not applied: {points} for {check} of {student} in {exercise}, by {author} on {date}: {why}.",
        points=figure(told.points, lang),
        check=told.check,
        student=told.student,
        exercise=told.exercise,
        author=told.author,
        date=told.date[:10],
        why=stale.why,
    )
    return shown(words, lang)
