"""`grade rejudge`: every record made anew from its kept run, after a threshold or a check has changed."""

# Annotations are evaluated where they stand: their help texts are in the reader's language.
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from grader.cli import exits
from grader.cli.options import Common, LangChoice, SandboxChoice, help_in
from grader.domain import Lang


def register(app: typer.Typer, lang: Lang) -> None:
    """Add `rejudge` to the commands, the help in one language."""
    _, common = help_in(lang), Common(lang)

    @app.command(help=_("Judges every recorded submission again from its kept run, without running it."))
    def rejudge(
        folder: Annotated[Path, common.results],
        exercise: Annotated[list[str] | None, common.exercise] = None,
        data: Annotated[Path | None, common.data] = None,
        sandbox: Annotated[
            SandboxChoice,
            typer.Option(
                help=_("Isolation for what has to be read or measured anew; auto is the strongest that works.")
            ),
        ] = SandboxChoice.AUTO,
        lang_: Annotated[LangChoice, common.lang] = LangChoice(lang),
    ) -> int:
        return _rejudge(folder, exercise or [], data, sandbox.value, lang)


def _rejudge(folder: Path, only: list[str], data: Path | None, sandbox: str, lang: Lang) -> int:
    from grader import api
    from grader.cli.rejudge_display import RejudgeDisplay

    with RejudgeDisplay(lang) as display:
        records = api.rejudge(folder, exercises=only, data=data, sandbox=sandbox, lang=lang, listener=display)
        with closing(records):
            for _ in records:  # the display shows each
                pass
    return exits.of_records(display.records)
