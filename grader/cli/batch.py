"""`grade batch`: a class folder, graded as far as it has changed, safe to stop and to start again."""

# Annotations are evaluated where they stand: their help texts are in the reader's language.
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import exits
from grader.cli.options import Common, LangChoice, ModeChoice, SandboxChoice, existing, results_folder
from grader.domain import Lang, Mode
from grader.messages import translate

if TYPE_CHECKING:
    from grader.batch import BatchOptions


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
        from grader.batch import BatchOptions
        from grader.cli.deadlines import understand

        options = BatchOptions(
            exercises=tuple(exercise or ()),
            mode=Mode(mode.value) if mode else None,
            data=data,
            sandbox=sandbox.value,
            scheduler=scheduler,
            jobs=jobs,
            seed=seed,
            time_limit=time_limit,
            speedups=not no_speedups,
            fresh=fresh,
            attempts=attempts.value if attempts else None,
            dates=understand(deadline, late, grace, extensions, received),
            groups=tuple(existing(path).absolute() for path in groups or ()),
            lang=lang,
        )
        return _batch(existing(folder), results_folder(out), options, profile)


def _batch(folder: Path, out: Path, options: "BatchOptions", profile: bool) -> int:
    from grader import api
    from grader.cli.session_display import SessionDisplay
    from grader.sandbox.cores import core_count

    with (
        SessionDisplay(options.lang) as display,
        closing(api.grade_batch(folder, out, options, listener=display)) as all_,
    ):
        for _ in all_:  # the display is told of each
            pass
    if profile:
        display.profile.show(options.jobs or core_count(), options.lang)
    return exits.of_records(display.records)
