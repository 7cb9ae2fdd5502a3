"""What is shown at the end of a session: the class, who was late, which decisions no longer hold."""

from __future__ import annotations

from rich.console import Console

from grader.batch.events import ClassGraded
from grader.domain import Lang, Record
from grader.messages import say
from grader.reports.terminal import class_summary, class_table, figure, shown
from grader.store import Stale

WHOLE_TABLE = 40  # records: a longer class is read on its page


def needs_attention(record: Record) -> bool:
    """Return whether somebody has to look: the grader failed, a teacher must read, or the program did not run."""
    return record.broken or record.to_review or record.failure is not None


def show_class(graded: ClassGraded, console: Console, lang: Lang) -> None:
    """Print the marks, and what a teacher should know of them."""
    console.print()
    if len(graded.records) <= WHOLE_TABLE:
        console.print(class_table(graded.records, lang))
    console.print(class_summary(graded.records, lang))
    if late := sum(record.lateness is not None for record in graded.records):
        words = say("Late: {count}. The penalty stands beside the mark; no verdict changes.", count=late)
        console.print(shown(words, lang))
    for name in graded.unknown_students:
        console.print(shown(say("No submission of “{name}”, whom a table of dates names.", name=name), lang))
    for stale in graded.stale:
        console.print(stale_line(stale, lang), style="yellow")


def stale_line(stale: Stale, lang: Lang) -> str:
    """Return the line on a decision that no longer applies."""
    decision = stale.decision
    words = say(
        "Not applied: {points} for {check} of {student} in {exercise}, by {author} on {date}: {why}.",
        points=figure(decision.points, lang),
        check=decision.check,
        student=decision.student,
        exercise=decision.exercise,
        author=decision.author,
        date=decision.date[:10],
        why=stale.why,
    )
    return shown(words, lang)
