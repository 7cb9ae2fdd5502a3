"""For a teacher, with a class folder: `grade batch`, `rejudge`, `review`, `override`, `restore` (each beside), and `grade data`."""

# Annotations are evaluated where they stand: their help texts are in the reader's language.
from typing import Annotated

import typer

from grader.cli import batch, rejudge, restore, review
from grader.cli.options import help_in
from grader.cli.words import App
from grader.domain import Lang


def register(app: App, lang: Lang) -> None:
    """Add the teacher's commands to the commands, the help in one language."""
    _ = help_in(lang)
    for commands in (batch, rejudge, review, restore):
        commands.register(app, lang)
    data_app = App(lang, help=_("The datasets."))

    @data_app.command(help=_("Downloads the real datasets through Keras."))
    def fetch(
        names: Annotated[
            list[str] | None,
            typer.Argument(metavar=_("DATASET"), help=_("Which datasets (default: all that can be had).")),
        ] = None,
    ) -> None:
        from grader import datasets

        for name in names or ["mnist"]:
            info = datasets.fetch(name)
            typer.echo(f"{info.name}  {info.source}  {info.sha256[:16]}")

    @data_app.command(help=_("Tells which data the grader would use now."))
    def show() -> None:
        from grader import datasets

        for name in datasets.KNOWN:
            info = datasets.resolve(name)
            typer.echo(f"{info.name}  {info.source}  {info.sha256[:16]}  {info.folder}")

    app.add_typer(data_app, name="data")
