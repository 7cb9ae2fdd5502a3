"""`grade verify` and `grade list`: for continuous integration, and for whoever writes an exercise."""

# Annotations are evaluated where they stand: their help texts are in the reader's language.
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from grader.cli import exits
from grader.cli.options import Common, LangChoice, ModeChoice, SandboxChoice, help_in
from grader.domain import Lang, Mode


def register(app: typer.Typer, lang: Lang) -> None:
    """Add `verify` and `list` to the commands, the help in one language."""
    _, common = help_in(lang), Common(lang)

    @app.command(
        help=_("Proves the exercises: solutions, stubs and known-wrong programs get just the marks they must.")
    )
    def verify(
        names: Annotated[
            list[str] | None, typer.Argument(metavar=_("EXERCISE"), help=_("Which exercises (default: all)."))
        ] = None,
        mode: Annotated[ModeChoice | None, common.mode] = None,
        data: Annotated[Path | None, common.data] = None,
        sandbox: Annotated[
            SandboxChoice, typer.Option(help=_("Isolation; auto is the strongest that works, else `process`."))
        ] = SandboxChoice.AUTO,
        jobs: Annotated[
            int | None, typer.Option(min=1, help=_("Programs run at once (default: one per core)."))
        ] = None,
        only: Annotated[str, typer.Option(help=_("Only programs whose name contains this."))] = "",
        no_speedups: Annotated[bool, common.no_speedups] = False,
        lang_: Annotated[LangChoice, common.lang] = LangChoice(lang),
    ) -> int:
        return _verify(
            names or [],
            Mode(mode.value) if mode else None,
            data,
            sandbox.value,
            jobs,
            only,
            not no_speedups,
            lang,
        )

    @app.command("list", help=_("Lists the exercises."))
    def list_(
        lang_: Annotated[LangChoice, common.lang] = LangChoice(lang),
    ) -> None:
        from grader import catalog

        known = catalog.locate()
        for name in known.ids():
            exercise = known.find(name)
            typer.echo(f"{exercise.id:<12} {exercise.title.in_(lang)}")


def _verify(
    names: list[str],
    mode: Mode | None,
    data: Path | None,
    sandbox: str,
    jobs: int | None,
    only: str,
    speedups: bool,
    lang: Lang,
) -> int:
    from grader import api
    from grader.cli.verify_display import VerifyDisplay

    with VerifyDisplay(lang) as display:
        proofs = api.verify(
            names, mode=mode, data=data, sandbox=sandbox, jobs=jobs, only=only, speedups=speedups, listener=display
        )
        with closing(proofs):
            for proof in proofs:
                display.show(proof)
    display.show_summary()
    return exits.BROKEN if display.broken else exits.MARKS_LOST if display.failures else exits.FULL_MARKS
