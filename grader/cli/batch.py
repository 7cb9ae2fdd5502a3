"""`grade batch`: a class folder, graded as far as it has changed, safe to stop and to start again."""

# Annotations are evaluated where they stand: their help texts are in the reader's language.
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import exits
from grader.cli.options import Common, LangChoice, ModeChoice, SandboxChoice, existing, help_in, results_folder
from grader.domain import Lang, Mode

if TYPE_CHECKING:
    from grader.batch import BatchOptions


class AttemptsChoice(StrEnum):
    LAST = "last"
    BEST = "best"


class _Declared(Common):
    """The options of this command, and the common ones."""

    def __init__(self, lang: Lang) -> None:
        super().__init__(lang)
        _ = help_in(lang)
        self.folder = typer.Argument(
            metavar=_("FOLDER"), help=_("The folder of the submissions, or an archive of it (zip, tar.gz).")
        )
        self.out = typer.Option(help=_("Where the gradebook, the records and the pages are written."))
        self.jobs = typer.Option(min=1, help=_("Submissions graded at once (default: one per core)."))
        self.sandbox = typer.Option(help=_("Isolation; auto is the strongest that works, never `process`."))
        self.seed = typer.Option(min=0, help=_("Seed set before each program starts."))
        self.time_limit = typer.Option(min=1, help=_("Seconds that each program may take."))
        self.fresh = typer.Option("--fresh", help=_("Run every submission, also those that have not changed."))
        self.attempts = typer.Option(
            help=_("Of several attempts, which one counts: the last one (the default) or the best.")
        )
        self.deadline = typer.Option(
            metavar="DATE", help=_("When the work was due: 2026-03-01T23:59, local time; none takes it back.")
        )
        self.late = typer.Option(
            metavar="POLICY",
            help=_(
                "What late work costs: none; per-day:10 (percent of the points) or per-day:10:50 (at most 50); cut-off."
            ),
        )
        self.grace = typer.Option(metavar="TIME", help=_("How long after the deadline nothing is late: 15min, 2h."))
        self.extensions = typer.Option(help=_("CSV with the columns student,deadline: deadlines of single students."))
        self.received = typer.Option(help=_("CSV with the columns student,received: when each work came in."))
        self.groups = typer.Option(help=_("CSV with the columns group,student: who worked together."))
        self.scheduler = typer.Option(
            metavar="ADDRESS", help=_("Grade on the Dask cluster of this scheduler: tcp://host:8786 or tls://….")
        )


def register(app: typer.Typer, lang: Lang) -> None:
    """Add `batch` to the commands, its help in one language."""
    _, declared = help_in(lang), _Declared(lang)

    @app.command(
        help=_("Grades a class folder: every submission in isolation, in parallel; what is unchanged is kept.")
    )
    def batch(
        folder: Annotated[Path, declared.folder],
        out: Annotated[Path, declared.out] = Path("resultats"),
        jobs: Annotated[int | None, declared.jobs] = None,
        exercise: Annotated[list[str] | None, declared.exercise] = None,
        mode: Annotated[ModeChoice | None, declared.mode] = None,
        data: Annotated[Path | None, declared.data] = None,
        sandbox: Annotated[SandboxChoice, declared.sandbox] = SandboxChoice.AUTO,
        seed: Annotated[int, declared.seed] = 0,
        time_limit: Annotated[float | None, declared.time_limit] = None,
        fresh: Annotated[bool, declared.fresh] = False,
        attempts: Annotated[AttemptsChoice | None, declared.attempts] = None,
        deadline: Annotated[str | None, declared.deadline] = None,
        late: Annotated[str | None, declared.late] = None,
        grace: Annotated[str | None, declared.grace] = None,
        extensions: Annotated[Path | None, declared.extensions] = None,
        received: Annotated[Path | None, declared.received] = None,
        groups: Annotated[list[Path] | None, declared.groups] = None,
        no_speedups: Annotated[bool, declared.no_speedups] = False,
        scheduler: Annotated[str | None, declared.scheduler] = None,
        profile: Annotated[bool, declared.profile] = False,
        lang_: Annotated[LangChoice, declared.lang] = LangChoice(lang),
    ) -> int:
        from grader.batch import BatchOptions
        from grader.cli.deadlines import parse_dates

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
            dates=parse_dates(deadline, late, grace, extensions, received),
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
        for _ in all_:  # the display shows each
            pass
    if profile:
        display.profile.show(options.jobs or core_count(), options.lang)
    return exits.of_records(display.records)
