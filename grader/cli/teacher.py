"""`grade batch` and `grade data`: for a teacher, with a class folder."""

# Annotations are evaluated where they stand: their help texts are in the reader's language.
import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from grader.cli import exits
from grader.cli.options import LangChoice, ModeChoice, SandboxChoice, cores, data_for, existing
from grader.domain import Lang, Mode, Record
from grader.errors import NothingToGrade
from grader.messages import translate


def register(app: typer.Typer, lang: Lang) -> None:
    def _(message: str) -> str:
        return translate(message, lang)

    @app.command(help=_("Grades a class folder: every submission in isolation, in parallel."))
    def batch(
        folder: Annotated[Path, typer.Argument(help=_("The folder of the submissions."))],
        out: Annotated[Path, typer.Option(help=_("Where the records are written."))] = Path("resultats"),
        jobs: Annotated[
            int | None, typer.Option(min=1, help=_("Submissions graded at once (default: one per core)."))
        ] = None,
        exercise: Annotated[list[str] | None, typer.Option(help=_("Only this exercise; may be repeated."))] = None,
        mode: Annotated[
            ModeChoice | None,
            typer.Option(
                help=_(
                    "static: read only; audit: a few training steps; full: everything. Default: audit for costly trainings handed in with weights, else full."
                )
            ),
        ] = None,
        data: Annotated[Path | None, typer.Option(help=_("Folder of the real datasets (or GRADE_DATA)."))] = None,
        sandbox: Annotated[
            SandboxChoice, typer.Option(help=_("Isolation; auto is the strongest that works, never `process`."))
        ] = SandboxChoice.AUTO,
        seed: Annotated[int, typer.Option(min=0, help=_("Seed set before each program starts."))] = 0,
        time_limit: Annotated[float | None, typer.Option(min=1, help=_("Seconds that each program may take."))] = None,
        lang_: Annotated[LangChoice, typer.Option("--lang", help=_("Language of the report."))] = LangChoice(lang),
    ) -> int:
        from grader.grading import Options

        options = Options(Mode.FULL, seed, time_limit=time_limit)
        asked = Mode(mode.value) if mode else None
        records = _batch(
            existing(folder), out, jobs or cores(), exercise or [], options, asked, data, sandbox.value, lang
        )
        return exits.of_records(records)

    data_app = typer.Typer(help=_("The datasets."), no_args_is_help=True, rich_markup_mode=None)

    @data_app.command(help=_("Downloads the real datasets through Keras."))
    def fetch(
        names: Annotated[
            list[str] | None, typer.Argument(help=_("Which datasets (default: all that can be had)."))
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


def _batch(
    folder: Path,
    out: Path,
    jobs: int,
    only: list[str],
    options: object,
    mode: Mode | None,
    data: Path | None,
    backend: str,
    lang: Lang,
) -> list[Record]:
    from grader import catalog, intake, records
    from grader import sandbox as walls
    from grader.batch import Task, grade_all, usual_mode, with_threads
    from grader.cli.progress import ManySubmissions, console_for
    from grader.grading import Options
    from grader.messages import say
    from grader.reports.terminal import class_summary, class_table, finished_line, sandbox_line, shown

    assert isinstance(options, Options)
    known = catalog.locate()
    wanted = [known.find(name).id for name in only]
    found = intake.find_all(folder, known.ids(), tuple(wanted))
    console = console_for()
    for left in found.ignored:
        console.print(
            shown(say("Left out: {path} — {reason}", path=left.path, reason=left.reason), lang), style="bright_black"
        )
    if not found.submissions:
        raise NothingToGrade(
            f"Aucune copie reconnue dans {folder}. Une copie se nomme d'après son exercice, p. ex. `dupont/exo1.py`.",
            f"No submission was recognised in {folder}. A submission is named after its exercise, e.g. `smith/exo1.py`.",
        )
    exercises = {id_: known.find(id_) for id_ in sorted({s.exercise for s in found.submissions})}
    chosen, test = walls.choose(backend)
    console.print(sandbox_line(chosen.name, chosen.level.value, len(test.held), lang))
    datasets = data_for(list(exercises.values()), data)
    options = with_threads(options, min(jobs, len(found.submissions)), cores())
    tasks = [
        Task(exercises[s.exercise], s, replace(options, mode=mode or usual_mode(exercises[s.exercise], s)))
        for s in found.submissions
    ]
    graded: list[Record] = []
    with ManySubmissions(len(tasks), lang, shown(say("Grading"), lang)) as display:
        results = grade_all(tasks, chosen, datasets, jobs, lambda task: display.listener(_name(task)))
        with closing(results):
            for task, record in results:
                records.write(record, out / record_name(record))
                graded.append(record)
                display.finished(_name(task), finished_line(record, lang))
    console.print()
    console.print(class_table(graded, lang))
    console.print(class_summary(graded, lang))
    console.print(shown(say("Records: {folder}", folder=out), lang), style="bright_black")
    return graded


def _name(task: object) -> str:
    from grader.batch import Task

    assert isinstance(task, Task)
    return f"{task.submission.student} {task.exercise.id}"


def record_name(record: Record) -> str:
    """A file name of plain characters. Two students whose names differ only in others are told apart by a digest."""
    import hashlib

    plain = re.sub(r"[^\w.-]+", "_", record.student).strip("._")[:80]
    if not plain or plain != record.student:
        plain = (plain or "copie") + "-" + hashlib.sha256(record.student.encode("utf-8", "replace")).hexdigest()[:6]
    return f"{plain}.{record.exercise}.json"
