"""`grade exo1`: for a student, on their own machine."""

# Annotations are evaluated where they stand: their help texts are in the reader's language.
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import exits
from grader.cli.options import Common, LangChoice, ModeChoice, SandboxChoice, cores, data_for, kept_runs
from grader.domain import Exercise, Lang, Mode, Phase, Record, Submission, Text
from grader.messages import say, translate

if TYPE_CHECKING:
    from grader.cli.progress import OneSubmission
    from grader.cli.walls import Walls
    from grader.grading import Options
    from grader.grading.phases import Stopwatch
    from grader.parsing import Parser


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
        from grader.cli.profile import process_began, show
        from grader.grading import CachePolicy, Options
        from grader.grading.phases import Stopwatch

        watch = Stopwatch(process_began() if profile else None)
        watch.lap(Phase.START)
        shelf = None if fresh else CachePolicy(kept_runs())
        options = Options(Mode(mode.value), seed, cores(), time_limit, shelf, not no_speedups)
        backend = "process" if sandbox is SandboxChoice.AUTO else sandbox.value
        record = _grade(name, path, options, data, backend, lang, quiet or _is_stdout(json), watch)
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


def _grade(
    name: str,
    path: Path,
    options: "Options",
    data: Path | None,
    backend: str,
    lang: Lang,
    quiet: bool,
    watch: "Stopwatch",
) -> Record:
    from grader import catalog, intake
    from grader.cli.progress import OneSubmission
    from grader.cli.walls import Walls
    from grader.grading import grade, reading_workbench
    from grader.grading.detect_exercises import detect_exercises_with
    from grader.parsing import Parser

    known, walls = catalog.locate(), Walls(backend)
    exercise = known.find(name)
    with Parser(walls) as parser:
        submission = intake.find_one(
            exercise.id, path, os.environ.get("USER", ""), detect_exercises_with(known, parser)
        )
        watch.lap(Phase.INTAKE)
        with OneSubmission(exercise, submission, lang, quiet) as display:
            if options.mode is Mode.STATIC:
                record = grade(exercise, submission, reading_workbench({}, walls, parser), options, display)
            else:
                record = _run(exercise, submission, options, data, walls, parser, display)
            watch.lap(
                Phase.START, **record.phases
            )  # what was no phase of its own: choosing the walls, preparing the data
            record = replace(record, phases=dict(watch.seconds))
    display.report(record)
    return record


def _run(
    exercise: Exercise,
    submission: Submission,
    options: "Options",
    data: Path | None,
    walls: "Walls",
    parser: "Parser",
    display: "OneSubmission",
) -> Record:
    from grader.grading import grade, running_workbench
    from grader.grading.workbench import CORE, NOTEBOOK

    chosen = walls()
    display.on_phase(Phase.DATA)
    found = data_for([exercise], data)
    preload = CORE + (NOTEBOOK if submission.is_notebook else ())
    with running_workbench(chosen, found, preload, options.threads, parser=parser) as workbench:
        return grade(exercise, submission, workbench, options, display)


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
