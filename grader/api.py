"""The grader from Python. The command line is one caller of it.

A program is graded by `grade`, a class by `grade_batch`, and its records are judged again by `rejudge`; `verify` proves
the exercises. Each returns or yields `Record`s, the only thing that reports are made from:

>>> import tempfile
>>> from pathlib import Path
>>> from grader import api
>>> from grader.domain import Mode
>>> with tempfile.TemporaryDirectory() as folder:
...     program = Path(folder) / "exo1.py"
...     _ = program.write_text('REPONSES = {"parametres": "7850", "convexe": "oui", "minimum_global": "oui"}')
...     record = api.grade(program, "exo1", mode=Mode.STATIC, sandbox="process")
>>> record.score, record.max_score
(5.0, 20.0)
>>> [verdict.id for verdict in record.verdicts if verdict.points == verdict.max_points]
['answer.parametres', 'answer.convexe', 'answer.minimum_global']

Errors are `GraderError`s with a sentence in both languages: a `UsageError` is the caller's (an unknown exercise, nothing
to grade, a file that cannot be read), a `Breakdown` the grader's or the machine's. What a student's program does wrong is
no error but a verdict, and a submission on which the grader fails has a record of its own that says so (`record.broken`).

The exercises are those of the folder that `GRADE_EXERCISES` names, else of the clone or the installed package.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from grader import catalog, datasets, grading, intake
from grader import verify as proving
from grader.batch import (
    BatchOptions,
    BatchSession,
    Dates,
    RejudgeSession,
    SessionEvent,
    SessionListener,
    Task,
    with_threads,
)
from grader.batch.events import ClassGraded
from grader.domain import Exercise, Lang, Mode, Phase, Record, Submission
from grader.grading import CachePolicy, Listener, Options, reading_workbench, running_workbench
from grader.grading.detect_exercises import detect_exercises_with
from grader.grading.phases import Stopwatch
from grader.grading.workbench import CORE, NOTEBOOK
from grader.parsing import Parser
from grader.sandbox.cores import core_count
from grader.sandbox.lazy import LazySandbox
from grader.verify import Proof

__all__ = [
    "BatchOptions",
    "Dates",
    "Listener",
    "Proof",
    "SessionEvent",
    "SessionListener",
    "grade",
    "grade_batch",
    "rejudge",
    "verify",
]


def grade(
    path: str | Path,
    exercise: str,
    *,
    mode: Mode = Mode.FULL,
    data: Path | None = None,
    sandbox: str = "auto",
    seed: int = 0,
    threads: int | None = None,
    time_limit: float | None = None,
    speedups: bool = True,
    fresh: bool = False,
    student: str = "",
    listen: Callable[[Exercise, Submission], Listener] | None = None,
    watch: Stopwatch | None = None,
) -> Record:
    """Grade one submission: the file `path`, or the one in the folder `path` that is for the exercise.

    Args:
        path: A script, a notebook, or a folder that holds one.
        exercise: The name of an exercise, capitals and separators apart.
        mode: `static` only reads, `audit` stops each training after some steps, `full` runs the program as it is.
        data: A folder of the real datasets.
        sandbox: The isolation: `auto` is the strongest that works, `process` none (for code of one's own).
        seed: Set before the program starts.
        threads: How many the program may use; None is one for each core.
        time_limit: Seconds that the program may take; None is the exercise's own limit.
        speedups: Help for trainings that changes no result.
        fresh: Run the program even if it has not changed; else a long run of it is kept in the cache and found again.
        student: Whose it is; "" is the name of the folder.
        listen: Is given the submission once it is found, and returns who is told of its grading.
        watch: The clock of the record's phases, if it began to run before this.

    Raises:
        UnknownExercise: No exercise has that name; the message has the nearest ones.
        NothingToGrade: There is no program for the exercise.
        UnreadableSubmission: The program is no readable file.
        BadSpecification: The exercise breaks its own rules.
        SandboxUnavailable, DataUnavailable: What the grading needs is not to be had.
    """
    watch = watch or Stopwatch()
    runs = None if fresh else CachePolicy(datasets.cache_folder() / "runs")
    options = Options(mode, seed, threads or core_count(), time_limit, runs, speedups)
    known, chosen = catalog.locate(), LazySandbox(sandbox)
    asked = known.find(exercise)
    with Parser(chosen) as parser:
        submission = intake.find_one(asked.id, Path(path), student, detect_exercises_with(known, parser))
        watch.lap(Phase.INTAKE)
        listener = listen(asked, submission) if listen is not None else Listener()
        if mode is Mode.STATIC:
            record = grading.grade(asked, submission, reading_workbench({}, chosen, parser), options, listener)
        else:
            record = _run(asked, submission, options, data, chosen, parser, listener)
        watch.lap(
            Phase.START, **record.phases
        )  # what was no phase of its own: choosing the sandbox, preparing the data
    return replace(record, phases=dict(watch.seconds))


def _run(
    exercise: Exercise,
    submission: Submission,
    options: Options,
    data: Path | None,
    sandbox: LazySandbox,
    parser: Parser,
    listener: Listener,
) -> Record:
    chosen = sandbox()
    listener.on_phase(Phase.DATA)
    found = datasets.needed_by([exercise], data)
    preload = CORE + (NOTEBOOK if submission.is_notebook else ())
    with running_workbench(chosen, found, preload, options.threads, parser=parser) as workbench:
        return grading.grade(exercise, submission, workbench, options, listener)


def grade_batch(
    folder: str | Path,
    out: str | Path,
    options: BatchOptions | None = None,
    *,
    listener: SessionListener | None = None,
) -> Generator[Record, None, None]:
    """Grade a class as far as it has changed: yield every record of it, the new ones first, as they are filed.

    A record is yielded as it counts for its student and exercise then, with a teacher's decisions and lateness; where
    the best of several attempts counts, a later one may take its place. Unchanged ones come last, without what pages
    draw (`exhibits`). `listener` is told of all that happens.

    >>> import tempfile
    >>> from grader.domain import Mode
    >>> options = BatchOptions(mode=Mode.STATIC, sandbox="process")
    >>> with tempfile.TemporaryDirectory() as place:
    ...     for student, answer in (("alice", "7850"), ("bob", "12")):
    ...         (Path(place) / "class" / student).mkdir(parents=True)
    ...         program = Path(place, "class", student, "exo1.py")
    ...         _ = program.write_text(f'REPONSES = {{"parametres": "{answer}"}}')
    ...     for record in grade_batch(Path(place, "class"), Path(place, "results"), options):
    ...         print(record.student, record.final_score)
    alice 2.0
    bob 0.0

    Args:
        folder: The class, as a folder or an archive (zip, tar.gz).
        out: Where the gradebook, the records and the pages are written.
        options: How the class is graded; None is as the command line does by itself.
        listener: Is told typed events, see `grader.batch.events`.

    Raises:
        UsageError: An exercise that is not known, a class without any submission (`NothingToGrade`), a gradebook that
            was lost and is to be restored first.
        Breakdown: No sandbox, no data, no cluster, a full disk. What was graded is kept: the same call goes on.
        OSError: The results cannot be written.
    """
    seen: set[tuple[str, str]] = set()
    witness = _Witness(listener or SessionListener())
    with closing(BatchSession(Path(folder), Path(out), options).run(witness)) as records:
        for record in records:
            seen.add((record.student, record.exercise))
            yield record
    yield from (record for record in witness.records if (record.student, record.exercise) not in seen)


def rejudge(
    folder: str | Path,
    *,
    exercises: Collection[str] = (),
    data: Path | None = None,
    sandbox: str = "auto",
    lang: Lang = "fr",
    listener: SessionListener | None = None,
) -> Generator[Record, None, None]:
    """Judge again what the gradebook in `folder` holds, from the kept runs: yield each record that was made anew.

    Records are yielded as the grader made them; the event `ClassGraded` has them with a teacher's decisions. A
    submission of which no run is kept keeps its record, and is reported to `listener` (`SubmissionNotJudged`).

    Args:
        folder: What `grade_batch` wrote.
        exercises: Names; all where it is empty.
        data: A folder of the real datasets.
        sandbox: The isolation of what has to be read or measured anew.
        lang: The language of the pages.
        listener: Is told typed events, see `grader.batch.events`.

    Raises:
        UsageError: An exercise that is not known, or no gradebook (`NothingToGrade`).
        Breakdown: The gradebook cannot be written, or no data is to be had.
    """
    with closing(RejudgeSession(Path(folder), exercises, data, sandbox, lang).run(listener)) as records:
        yield from records


def verify(
    names: Collection[str] = (),
    *,
    mode: Mode | None = None,
    data: Path | None = None,
    sandbox: str = "auto",
    jobs: int | None = None,
    only: str = "",
    speedups: bool = True,
    listener: SessionListener | None = None,
) -> Generator[Proof, None, None]:
    """Prove the exercises: yield each program of the references with its record and what is not as it must be.

    >>> for proof in verify(["exo1"], mode=Mode.STATIC, sandbox="process", only="exo1/exo1.py"):
    ...     print(proof.case.kind, proof.record.score, proof.disagreements)
    stub 0.0 ()

    Args:
        names: Exercises; all where it is empty.
        mode: How programs are run; None is as a batch runs them.
        data: A folder of the real datasets.
        sandbox: The isolation; `auto` is the strongest that works, else none: the references are one's own code.
        jobs: How many programs are run at once; None is one for each core.
        only: Only programs whose name contains this.
        speedups: Help for trainings that changes no result.
        listener: Is told when it begins and ends, and of the sandbox.

    Raises:
        UsageError: An exercise that is not known, without a reference, or with a header that breaks the rules; no
            program at all (`NothingToGrade`).
        SandboxUnavailable, DataUnavailable: What the grading needs is not to be had.
    """
    known = catalog.locate()
    exercises = [known.find(name) for name in names or known.ids()]
    jobs = jobs or core_count()
    options = with_threads(Options(speedups=speedups), jobs, core_count())
    cases = [case for e in exercises for case in proving.cases(e, known, options, mode) if only in case.name]
    with closing(proving.prove(cases, LazySandbox(sandbox), data, jobs, listener)) as proofs:
        yield from proofs


class _Witness(SessionListener):
    """Passes everything on, and remembers the records of the class."""

    def __init__(self, listener: SessionListener) -> None:
        self.records: tuple[Record, ...] = ()
        self._listener = listener

    def notify(self, event: SessionEvent) -> None:
        if isinstance(event, ClassGraded):
            self.records = event.records
        self._listener.notify(event)

    def listen(self, task: Task) -> Listener:
        return self._listener.listen(task)
