"""`grade batch`: a class folder, graded as far as it has changed, safe to stop and to start again."""

# Annotations are evaluated where they stand: their help texts are in the reader's language.
from collections.abc import Iterator, Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.cli import exits
from grader.cli.asked import Asked
from grader.cli.options import Common, LangChoice, ModeChoice, SandboxChoice, cores, data_for, existing, results_folder
from grader.domain import Lang, Mode, Submission
from grader.errors import NothingToGrade
from grader.messages import translate

if TYPE_CHECKING:
    from grader.batch import Task
    from grader.catalog import Catalog
    from grader.cli.walls import Walls
    from grader.grading.detect_exercises import CachedDetector
    from grader.intake import Intake
    from grader.parsing import Parser
    from grader.store import Current, Gradebook

EVIDENCE = "evidence"
COPIES, LOOKS = ".copies", ".looks.json"  # below the results; hidden, so that a class folder around them shows neither


class AttemptsChoice(StrEnum):
    LAST = "last"
    BEST = "best"


def register(app: typer.Typer, lang: Lang) -> None:
    def _(message: str) -> str:
        return translate(message, lang)

    common = Common(_)

    @app.command(
        help=_("Grades a class folder: every submission in isolation, in parallel; what is unchanged is kept.")
    )
    def batch(
        folder: Annotated[
            Path,
            typer.Argument(
                metavar=_("FOLDER"), help=_("The folder of the submissions, or an archive of it (zip, tar.gz).")
            ),
        ],
        out: Annotated[
            Path, typer.Option(help=_("Where the gradebook, the records and the pages are written."))
        ] = Path("resultats"),
        jobs: Annotated[
            int | None, typer.Option(min=1, help=_("Submissions graded at once (default: one per core)."))
        ] = None,
        exercise: Annotated[list[str] | None, common.exercise] = None,
        mode: Annotated[ModeChoice | None, common.mode] = None,
        data: Annotated[Path | None, common.data] = None,
        sandbox: Annotated[
            SandboxChoice, typer.Option(help=_("Isolation; auto is the strongest that works, never `process`."))
        ] = SandboxChoice.AUTO,
        seed: Annotated[int, typer.Option(min=0, help=_("Seed set before each program starts."))] = 0,
        time_limit: Annotated[float | None, typer.Option(min=1, help=_("Seconds that each program may take."))] = None,
        fresh: Annotated[
            bool, typer.Option("--fresh", help=_("Run every submission, also those that have not changed."))
        ] = False,
        attempts: Annotated[
            AttemptsChoice | None,
            typer.Option(help=_("Of several attempts, which one counts: the last one (the default) or the best.")),
        ] = None,
        deadline: Annotated[
            str | None,
            typer.Option(
                metavar="DATE", help=_("When the work was due: 2026-03-01T23:59, local time; none takes it back.")
            ),
        ] = None,
        late: Annotated[
            str | None,
            typer.Option(
                metavar="POLICY",
                help=_(
                    "What late work costs: none; per-day:10 (percent of the points) or per-day:10:50 (at most 50); cut-off."
                ),
            ),
        ] = None,
        grace: Annotated[
            str | None, typer.Option(metavar="TIME", help=_("How long after the deadline nothing is late: 15min, 2h."))
        ] = None,
        extensions: Annotated[
            Path | None, typer.Option(help=_("CSV with the columns student,deadline: deadlines of single students."))
        ] = None,
        received: Annotated[
            Path | None, typer.Option(help=_("CSV with the columns student,received: when each work came in."))
        ] = None,
        groups: Annotated[
            list[Path] | None, typer.Option(help=_("CSV with the columns group,student: who worked together."))
        ] = None,
        no_speedups: Annotated[bool, common.no_speedups] = False,
        scheduler: Annotated[
            str | None,
            typer.Option(
                metavar="ADDRESS", help=_("Grade on the Dask cluster of this scheduler: tcp://host:8786 or tls://….")
            ),
        ] = None,
        profile: Annotated[bool, common.profile] = False,
        lang_: Annotated[LangChoice, common.lang] = LangChoice(lang),
    ) -> int:
        from grader.cli.deadlines import understand
        from grader.grading import Options

        return _batch(
            Asked(
                existing(folder),
                results_folder(out),
                jobs or cores(),
                tuple(exercise or ()),
                Options(Mode.FULL, seed, time_limit=time_limit, speedups=not no_speedups),
                Mode(mode.value) if mode else None,
                data,
                sandbox.value,
                fresh,
                attempts.value if attempts else None,
                understand(deadline, late, grace, extensions, received),
                lang,
                profile,
                scheduler,
                tuple(existing(path).absolute() for path in groups or ()),
            )
        )


def _batch(asked: Asked) -> int:
    from grader.cli.restore import not_orphaned
    from grader.cli.walls import Walls
    from grader.parsing import Parser

    not_orphaned(asked.out)
    walls = Walls(asked.backend)
    with Parser(walls) as parser:
        return _graded(asked, walls, parser)


def _graded(asked: Asked, walls: "Walls", parser: "Parser") -> int:
    from grader import catalog
    from grader.batch import plan
    from grader.cli import deadlines
    from grader.cli.filing import RecordFiles, write_pages
    from grader.cli.profile import BatchProfile
    from grader.cli.progress import console_for
    from grader.cli.running import graded_anew
    from grader.cli.telling import of_this_batch, show_summary
    from grader.grading.detect_exercises import CachedDetector, detect_exercises_with
    from grader.grading.run_cache import RunCache
    from grader.messages import say
    from grader.reports.terminal import shown
    from grader.store import Gradebook

    console, profile = console_for(), BatchProfile()
    known = catalog.locate()
    detector = CachedDetector(detect_exercises_with(known, parser), asked.out / LOOKS, known)
    received = _intake(asked, known, detector, parser, console)
    submissions = received.submissions
    exercises = {id_: known.find(id_) for id_ in sorted({s.exercise for s in submissions})}
    data = data_for(list(exercises.values()), asked.data)
    run_cache = RunCache(asked.out / EVIDENCE, everything=True)
    run_cache.sweep()
    with Gradebook.open(asked.out, create=True) as book:
        detector.keep()
        if asked.attempts is not None:
            book.set("attempts", asked.attempts)
        deadlines.note(book, asked.dates, [known.find(name).id for name in asked.only])
        counting = _attempts(book, submissions)
        _tell(asked, received, counting, console)
        todo = plan(_tasks(asked, exercises, counting), book, run_cache, data, asked.backend, asked.fresh)
        book.seen((entry.task.submission, entry.fingerprint) for entry in todo.recorded)
        _tell_damaged(todo.damaged, console, asked.lang)
        if todo.recorded:
            words = say(
                "Unchanged since they were graded: {count}. `--fresh` runs them anew.", count=len(todo.recorded)
            )
            console.print(shown(words, asked.lang), style="bright_black")
        files = RecordFiles(book)
        with closing(graded_anew(asked, todo, book, run_cache, data, walls, parser)) as results:
            for entry, record in results:
                book.file(entry.task.submission, entry.fingerprint, entry.run_key, entry.judgement_key, record)
                files.write(record.student, record.exercise)
                profile.add(record.phases)
        files.refresh()
        graded = of_this_batch(book, submissions)
        show_summary(book, graded, asked.dates, console, asked.lang)
        page = write_pages(book, asked.lang)
        console.print(shown(say("Gradebook and records: {folder}", folder=asked.out), asked.lang), style="bright_black")
        if page is not None:
            console.print(shown(say("Class page: {page}", page=page), asked.lang), style="bright_black")
    if asked.profile:
        profile.show(asked.jobs, asked.lang)
    return exits.of_records(graded)


def _intake(asked: Asked, known: "Catalog", detector: "CachedDetector", parser: "Parser", console: Any) -> "Intake":
    """What the folder, or the archive, holds. Results that lie in the class folder are no part of it."""
    from grader import intake
    from grader.cli import reception
    from grader.cli.progress import busy
    from grader.messages import say
    from grader.parsing import unpacked_by

    wanted = tuple(known.find(name).id for name in asked.only)
    with busy(say("Looking for submissions"), asked.lang) as at:
        found = intake.find_all(
            asked.folder,
            known.ids(),
            wanted,
            detector,
            unpacked_by(parser, at),
            asked.out / COPIES,
            asked.groups,
            asked.out.resolve(),
        )
    if not found.submissions:
        reception.tell_why_nothing(found.ignored, console, asked.lang)
        raise NothingToGrade(
            f"Aucune copie reconnue dans {asked.folder}. Une copie se nomme d'après son exercice, p. ex. `dupont/exo1.py`.",
            f"No submission was recognised in {asked.folder}. A submission is named after its exercise, e.g. `smith/exo1.py`.",
        )
    return found


def _tell(asked: Asked, received: "Intake", counting: Sequence[Submission], console: Any) -> None:
    from grader.cli import reception
    from grader.messages import say
    from grader.reports.terminal import shown

    replaced = reception.replaced_attempts(received.submissions, counting)
    reception.tell(received, replaced, asked.only, asked.out, console, asked.lang)
    if replaced:
        words = say("`--attempts best` grades all attempts and keeps the best.")
        console.print(shown(words, asked.lang), style="bright_black")


def _tell_damaged(damaged: "Sequence[Current]", console: Any, lang: Lang) -> None:
    from grader.messages import say
    from grader.reports.terminal import shown

    for entry in damaged:
        words = say(
            "Damaged in the gradebook, graded again where it was handed in: {student} {exercise}.",
            student=entry.submission.student,
            exercise=entry.submission.exercise,
        )
        console.print(shown(words, lang), style="yellow")


def _attempts(book: "Gradebook", submissions: Sequence[Submission]) -> Sequence[Submission]:
    from grader.batch.plan import latest_attempts

    return submissions if book.setting("attempts", "last") == "best" else latest_attempts(submissions)


def _tasks(asked: Asked, exercises: Any, submissions: Sequence[Submission]) -> "Iterator[Task]":
    from dataclasses import replace

    from grader.batch import Task, usual_mode, with_threads

    options = with_threads(asked.options, min(asked.jobs, len(submissions)), cores())
    for submission in submissions:
        exercise = exercises[submission.exercise]
        mode = asked.mode or usual_mode(exercise, submission)
        yield Task(exercise, submission, replace(options, mode=mode))
