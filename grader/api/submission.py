"""One submission, graded from Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from grader import catalog, datasets, grading, intake
from grader.domain import Exercise, Mode, Phase, Record, Submission
from grader.grading import CachePolicy, Listener, Options, reading_workbench, running_workbench
from grader.grading.exercise_detector import detect_exercises_with
from grader.grading.phases import Stopwatch
from grader.grading.workbench import CORE, NOTEBOOK
from grader.parsing import Parser
from grader.sandbox.cores import core_count
from grader.sandbox.lazy import LazySandbox


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
