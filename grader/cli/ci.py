"""`grade verify` and `grade list`: for continuous integration, and for whoever writes an exercise."""

# Annotations are evaluated where they stand: their help texts are in the reader's language.
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import exits
from grader.cli.options import Common, LangChoice, ModeChoice, SandboxChoice, cores, data_for
from grader.domain import Lang, Mode
from grader.messages import translate

if TYPE_CHECKING:
    from grader.sandbox import Sandbox, SelfTest


def register(app: typer.Typer, lang: Lang) -> None:
    def _(message: str) -> str:
        return translate(message, lang)

    common = Common(_)

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
            jobs or cores(),
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
    backend: str,
    jobs: int,
    only: str,
    speedups: bool,
    lang: Lang,
) -> int:
    from grader import catalog, verify
    from grader.batch import grade_all, with_threads
    from grader.cli.progress import ManySubmissions
    from grader.errors import NothingToGrade
    from grader.grading import Options
    from grader.messages import say
    from grader.reports.terminal import sandbox_line, shown, verify_line

    known = catalog.locate()
    exercises = [known.find(name) for name in names or known.ids()]
    options = with_threads(Options(speedups=speedups), jobs, cores())
    cases = [case for e in exercises for case in verify.cases(e, known, options, mode) if only in case.name]
    if not cases:
        raise NothingToGrade(say("No program to verify."))
    chosen, test = _walls(backend)
    by_task = {id(case.task): case for case in cases}
    failures = broken = 0
    with ManySubmissions(len(cases), lang, shown(say("Verifying"), lang)) as display:
        display.console.print(sandbox_line(chosen.name, chosen.level.value, len(test.held), lang))
        results = grade_all(
            [case.task for case in cases],
            chosen,
            data_for(exercises, data),
            jobs,
            lambda task: display.listener(by_task[id(task)].name),
        )
        with closing(results):
            for task, record in results:
                case = by_task[id(task)]
                problems = verify.disagreements(case, record)
                failures += bool(problems)
                broken += record.broken
                display.finished(case.name, verify_line(case.name, case.kind, record, problems, lang))
    display.console.print(
        shown(
            say(
                "{count} programs, {failures} that did not get the marks they must.",
                count=len(cases),
                failures=failures,
            ),
            lang,
        ),
        markup=False,
    )
    return exits.BROKEN if broken else exits.MARKS_LOST if failures else exits.FULL_MARKS


def _walls(backend: str) -> "tuple[Sandbox, SelfTest]":
    """The references are our own code: without walls they may run too, and the line above the results says so."""
    from grader import sandbox as walls
    from grader.errors import SandboxUnavailable

    try:
        return walls.choose(backend)
    except SandboxUnavailable:
        if backend != "auto":
            raise
        return walls.choose("process")
