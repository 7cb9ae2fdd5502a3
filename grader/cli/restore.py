"""`grade restore`: a lost or damaged gradebook, made anew from the records and decisions that lie beside it."""

# Annotations are evaluated where they stand: their help texts are in the reader's language.
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.options import Common, LangChoice, existing, help_in
from grader.domain import Lang
from grader.messages import say


def register(app: typer.Typer, lang: Lang) -> None:
    """Add `restore` to the commands, the help in one language."""
    _, common = help_in(lang), Common(lang)

    @app.command(help=_("Makes a lost or damaged gradebook anew from the records and decisions beside it."))
    def restore(
        folder: Annotated[Path, common.results],
        lang_: Annotated[LangChoice, common.lang] = LangChoice(lang),
    ) -> None:
        _restore(existing(folder), lang)


def _restore(folder: Path, lang: Lang) -> None:
    from grader.cli.progress import console_for
    from grader.reports.terminal import shown
    from grader.store import restoring

    restored = restoring.restore(folder)
    console = console_for()
    summary = say(
        "Restored: {records} records, {decisions} decisions.", records=restored.records, decisions=restored.decisions
    )
    console.print(shown(summary, lang))
    if restored.old_file is not None:
        console.print(shown(say("The old file lies in {path}.", path=restored.old_file), lang), style="bright_black")
    for name in restored.unread:
        console.print(shown(say("Not read: {file}, which is damaged.", file=name), lang), style="yellow")
    hint = say("Deadlines are to be given again; `grade batch` grades what was handed in and has no record.")
    console.print(shown(hint, lang), style="bright_black")
