"""`grade review` and `grade override`: what a teacher decides, with their name, the date and a reason."""

# Annotations are evaluated where they stand: their help texts are in the reader's language.
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.options import Common, LangChoice, help_in
from grader.domain import Lang
from grader.errors import UsageError
from grader.messages import say

if TYPE_CHECKING:
    from grader.store import Gradebook


def register(app: typer.Typer, lang: Lang) -> None:
    """Add `review` and `override` to the commands, the help in one language."""
    _, common = help_in(lang), Common(lang)

    @app.command(help=_("Walks through the answers that a teacher must read, question by question."))
    def review(
        folder: Annotated[Path, common.results],
        exercise: Annotated[list[str] | None, common.exercise] = None,
        anonymous: Annotated[
            bool, typer.Option("--anonymous", help=_("Without names, in an order that does not tell them."))
        ] = False,
        list_: Annotated[
            bool, typer.Option("--list", help=_("Only list what waits: who, which question, the answer's beginning."))
        ] = False,
        again: Annotated[bool, typer.Option("--again", help=_("Also what was decided before."))] = False,
        author: Annotated[str | None, typer.Option(help=_("Who decides (default: git's user.name)."))] = None,
        lang_: Annotated[LangChoice, common.lang] = LangChoice(lang),
    ) -> None:
        from grader.cli.author import author_name
        from grader.cli.reviewing import show_waiting, walk
        from grader.store import Gradebook

        with Gradebook.open(folder) as book:
            if list_:
                show_waiting(book, exercise or [], anonymous, again, lang)
                return
            walk(book, exercise or [], anonymous, again, author_name(author), lang)

    @app.command(help=_("Decides one verdict by hand, with a reason."))
    def override(
        folder: Annotated[Path, common.results],
        student: Annotated[str, typer.Argument(metavar=_("STUDENT"), help=_("As in the record."))],
        exercise: Annotated[str, typer.Argument(metavar=_("EXERCISE"), help=_("Which exercise."))],
        check: Annotated[
            str, typer.Argument(metavar=_("CHECK"), help=_("As in the record: accuracy, answer.convexe…"))
        ],
        points: Annotated[
            float | None, typer.Argument(metavar=_("POINTS"), min=0, help=_("How many points it is worth."))
        ] = None,
        reason: Annotated[str, typer.Option(help=_("Why; the student reads it."))] = "",
        withdraw: Annotated[
            bool, typer.Option("--withdraw", help=_("Take back what was decided: the grader's verdict holds again."))
        ] = False,
        author: Annotated[str | None, typer.Option(help=_("Who decides (default: git's user.name)."))] = None,
        lang_: Annotated[LangChoice, common.lang] = LangChoice(lang),
    ) -> None:
        from grader.store import Gradebook

        with Gradebook.open(folder) as book:
            _override(book, (student, exercise, check), points, reason, withdraw, author, lang)


def _override(
    book: "Gradebook",
    where: tuple[str, str, str],
    points: float | None,
    reason: str,
    withdraw: bool,
    author: str | None,
    lang: Lang,
) -> None:
    from grader.cli.author import author_name
    from grader.cli.pages import show_updated
    from grader.reports.terminal import figure, shown
    from grader.store import deciding

    record = deciding.find_record(book, where[0], where[1])
    verdict = deciding.find_verdict(record, where[2])
    if withdraw:
        deciding.withdraw(book, record, verdict.id)
    elif points is None or not reason.strip():
        raise UsageError(say("An override needs points and a reason: … CHECK POINTS --reason “…”, or --withdraw."))
    else:
        deciding.decide(book, record, verdict.id, points, author_name(author), reason)
    now = book.record(record.student, record.exercise)
    assert now is not None
    decided = deciding.find_verdict(now, verdict.id)
    words = say(
        "{student}, {exercise}, {check}: {points} of {most}. Mark: {score} of {whole}.",
        student=now.student,
        exercise=now.exercise,
        check=decided.id,
        points=figure(decided.points, lang),
        most=figure(decided.max_points, lang),
        score=figure(now.score, lang),
        whole=figure(now.max_score, lang),
    )
    typer.echo(shown(words, lang))
    show_updated(book, lang)
