"""`grade similar`: which submissions of a class are unusually alike. It shows; it changes no mark."""

# Annotations are evaluated where they stand: their help texts are in the reader's language.
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.options import Common, LangChoice, SandboxChoice, existing, help_in
from grader.domain import Lang

PAGE = Path("semblables.html")


def register(app: typer.Typer, lang: Lang) -> None:
    """Add `similar` to the commands, the help in one language."""
    _, common = help_in(lang), Common(lang)

    @app.command(help=_("Shows which programs of a class are unusually alike, side by side; no mark changes."))
    def similar(
        folder: Annotated[
            Path,
            typer.Argument(
                metavar=_("FOLDER"), help=_("The folder of the submissions, or an archive of it (zip, tar.gz).")
            ),
        ],
        exercise: Annotated[list[str] | None, common.exercise] = None,
        out: Annotated[Path, typer.Option(help=_("The page to write."))] = PAGE,
        sandbox: Annotated[
            SandboxChoice,
            typer.Option(help=_("Isolation for reading what was handed in; auto is the strongest that works.")),
        ] = SandboxChoice.AUTO,
        lang_: Annotated[LangChoice, common.lang] = LangChoice(lang),
    ) -> None:
        _similar(existing(folder), exercise or [], out, sandbox.value, lang)


def _similar(folder: Path, only: list[str], out: Path, sandbox: str, lang: Lang) -> None:
    from grader import api
    from grader.cli.compare_display import CompareDisplay
    from grader.reports.similar import page

    with CompareDisplay(lang) as display:
        compared = api.compare(folder, exercises=only, sandbox=sandbox, listener=display)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(page(compared, lang).encode("utf-8", "replace"))
    display.show_page(out)
