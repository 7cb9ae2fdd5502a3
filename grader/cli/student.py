"""`grade exo1`: for a student, on their own machine."""

# Annotations are evaluated where they stand: their help texts are in the reader's language.
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import exits
from grader.cli.options import Common, LangChoice, ModeChoice, SandboxChoice
from grader.domain import Exercise, Lang, Mode, Phase, Record, Submission, Text
from grader.messages import say, translate

if TYPE_CHECKING:
    from grader.grading import Listener


def register(app: typer.Typer, lang: Lang) -> None:
    def _(message: str) -> str:
        return translate(message, lang)

    common = Common(_)

    @app.command("exercise", hidden=True, help=_("Grades one exercise."))
    def exercise(
        name: Annotated[
            str, typer.Argument(metavar=_("EXERCISE"), help=_("The exercise: exo1, xor… `grade list` names them."))
        ],
        path: Annotated[
            Path, typer.Argument(metavar=_("PATH"), help=_("The file, or the folder that holds it."))
        ] = Path(),
        mode: Annotated[
            ModeChoice, typer.Option(help=_("static: read only; audit: a few training steps; full: everything."))
        ] = ModeChoice.FULL,
        data: Annotated[Path | None, common.data] = None,
        sandbox: Annotated[
            SandboxChoice, typer.Option(help=_("Isolation; auto is `process` here: it is your own code."))
        ] = SandboxChoice.AUTO,
        json: Annotated[
            Path | None, typer.Option(help=_("Also write the record to this file (- for the terminal)."))
        ] = None,
        seed: Annotated[int, typer.Option(min=0, help=_("Seed set before the program starts."))] = 0,
        time_limit: Annotated[float | None, typer.Option(min=1, help=_("Seconds that the program may take."))] = None,
        fresh: Annotated[bool, typer.Option("--fresh", help=_("Run the program even if it has not changed."))] = False,
        quiet: Annotated[bool, typer.Option("--quiet", "-q", help=_("Only the mark."))] = False,
        no_speedups: Annotated[bool, common.no_speedups] = False,
        profile: Annotated[bool, common.profile] = False,
        lang_: Annotated[LangChoice, common.lang] = LangChoice(lang),
    ) -> int:
        from grader import api
        from grader.cli.profile import process_began, show
        from grader.grading.phases import Stopwatch

        watch = Stopwatch(process_began() if profile else None)
        watch.lap(Phase.START)
        grade = partial(
            api.grade,
            path,
            name,
            mode=Mode(mode.value),
            data=data,
            sandbox="process" if sandbox is SandboxChoice.AUTO else sandbox.value,
            seed=seed,
            time_limit=time_limit,
            speedups=not no_speedups,
            fresh=fresh,
            student=os.environ.get("USER", ""),
            watch=watch,
        )
        record = _shown(grade, lang, quiet or _is_stdout(json))
        if quiet:
            typer.echo(_mark(record, lang))
        if json is not None:
            _write(record, json)
        if profile:
            watch.lap(Phase.REPORT)
            show(watch.seconds, lang)
        return exits.of_records([record])


def _mark(record: Record, lang: Lang) -> str:
    from grader.reports.terminal import figure, shown

    if record.broken:
        return shown(say("not marked"), lang)
    return f"{figure(record.score, lang)} / {figure(record.max_score, lang)}"


def _is_stdout(json: Path | None) -> bool:
    return str(json) == "-"


def _shown(grade: Callable[..., Record], lang: Lang, quiet: bool) -> Record:
    """Grade, and show how it goes and the record."""
    from grader.cli.progress import OneSubmission, console_for
    from grader.reports.terminal import show_record

    with ExitStack() as live:

        def listen(exercise: Exercise, submission: Submission) -> "Listener":
            return live.enter_context(OneSubmission(exercise, submission, lang, quiet))

        record = grade(listen=listen)
    show_record(record, console_for(quiet), lang)
    return record


def _write(record: Record, target: Path) -> None:
    import json
    import sys

    from grader import records

    # The student's own copy: what a teacher judges by is the teacher's.
    record = replace(record, verdicts=tuple(replace(v, rubric=Text()) for v in record.verdicts))
    if _is_stdout(target):
        sys.stdout.write(json.dumps(records.to_json(record), ensure_ascii=False, indent=1) + "\n")
    else:
        records.write(record, target)
