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
from grader.cli.options import Common, LangChoice, ModeChoice, SandboxChoice, help_in
from grader.domain import Exercise, Lang, Mode, Phase, Record, Submission, Text
from grader.messages import say

if TYPE_CHECKING:
    from grader.grading import Listener


class _Declared(Common):
    """The options of this command, and the common ones."""

    def __init__(self, lang: Lang) -> None:
        super().__init__(lang)
        _ = help_in(lang)
        self.name = typer.Argument(metavar=_("EXERCISE"), help=_("The exercise: exo1, xor… `grade list` names them."))
        self.path = typer.Argument(metavar=_("PATH"), help=_("The file, or the folder that holds it."))
        self.mode = typer.Option(help=_("static: read only; audit: a few training steps; full: everything."))
        self.sandbox = typer.Option(help=_("Isolation; auto is `process` here: it is your own code."))
        self.json = typer.Option(help=_("Also write the record to this file (- for the terminal)."))
        self.seed = typer.Option(min=0, help=_("Seed set before the program starts."))
        self.time_limit = typer.Option(min=1, help=_("Seconds that the program may take."))
        self.fresh = typer.Option("--fresh", help=_("Run the program even if it has not changed."))
        self.quiet = typer.Option("--quiet", "-q", help=_("Only the mark."))


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command behind `grade exo1`, its help in one language."""
    _, declared = help_in(lang), _Declared(lang)

    @app.command("exercise", hidden=True, help=_("Grades one exercise."))
    def exercise(
        name: Annotated[str, declared.name],
        path: Annotated[Path, declared.path] = Path(),
        mode: Annotated[ModeChoice, declared.mode] = ModeChoice.FULL,
        data: Annotated[Path | None, declared.data] = None,
        sandbox: Annotated[SandboxChoice, declared.sandbox] = SandboxChoice.AUTO,
        json: Annotated[Path | None, declared.json] = None,
        seed: Annotated[int, declared.seed] = 0,
        time_limit: Annotated[float | None, declared.time_limit] = None,
        fresh: Annotated[bool, declared.fresh] = False,
        quiet: Annotated[bool, declared.quiet] = False,
        no_speedups: Annotated[bool, declared.no_speedups] = False,
        profile: Annotated[bool, declared.profile] = False,
        lang_: Annotated[LangChoice, declared.lang] = LangChoice(lang),
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
