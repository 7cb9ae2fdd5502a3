"""How one submission is graded, from top to bottom."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from grader import __version__
from grader.analysis import Analysis, Answers
from grader.analysis.notices import notices_of
from grader.catalog import Catalog
from grader.domain import (
    Check,
    Evidence,
    Exercise,
    Finding,
    Mode,
    Notice,
    Phase,
    Reading,
    Record,
    Request,
    Stage,
    Status,
    Submission,
    Verdict,
)
from grader.errors import Breakdown, GraderError
from grader.evidence import Reader
from grader.grading.execute import EventHandler, RanSubmission, clear, run_submission
from grader.grading.exhibits import exhibits_of
from grader.grading.measure import Sources, measure
from grader.grading.options import Listener, Options
from grader.grading.phases import Stopwatch
from grader.grading.run_cache import CacheEntry, RunCache, sandbox_of
from grader.messages import plain, say
from grader.parsing import Read

if TYPE_CHECKING:  # what it needs does not decide a judgement (`grader.grading.keys`)
    from grader.grading.workbench import Workbench

TAIL_CHARS = 4000
MAX_NOTICES = 50


def grade(
    exercise: Exercise, submission: Submission, workbench: Workbench, options: Options, listener: Listener | None = None
) -> Record:
    """Read, run, measure, judge. At a workbench without a runner, only read and judge.

    A breakdown of the grader's own gives a record whose verdicts are `error`: not marked, never zero.

    Raises:
        UnreadableSubmission: there is nothing that could be read.
    """
    listener, watch = listener or Listener(), Stopwatch()
    analysis, asked = Analysis(exercise, options.mode, Reading()), _reading_of(exercise, submission)
    entry = CacheEntry(submission, exercise, workbench, options)
    ran: RanSubmission | None = None
    try:
        listener.on_phase(Phase.READING)
        analysis = replace(analysis, reading=workbench.parser.one(asked))
        listener.on_preliminary_verdicts(judge_all(analysis, Stage.READING))
        watch.lap(Phase.READING)
        if options.mode is not Mode.STATIC and analysis.reading.runnable and workbench.runner is not None:
            analysis = _with_data(analysis, submission, workbench)
            listener.on_phase(Phase.STUDENT)
            ran = entry.kept()
            if ran is None:
                ran = run_submission(exercise, submission, workbench, options, _event_handler(analysis, listener))
                watch.lap(Phase.EVIDENCE, start=ran.waited, student=ran.outcome.seconds)
            else:
                analysis = replace(analysis, notes=(*analysis.notes, entry.notice(ran)))
                watch.lap(Phase.EVIDENCE)
            listener.on_phase(Phase.EVALUATION)
            analysis = _with_run(analysis, ran, submission, workbench, options.threads, entry.answers())
            watch.lap(Phase.EVALUATION)
        listener.on_phase(Phase.CHECKS)
        verdicts = judge_all(analysis)
        entry.keep(ran, analysis.answers, asked, analysis.reading)
    except Breakdown as problem:
        verdicts = tuple(_not_marked(check, problem) for check in exercise.checks)
    record = make_record(analysis, submission, workbench, options, verdicts, sandbox_of(workbench))
    if ran is not None and workbench.runner is not None:
        clear(workbench.runner, ran.folder)
    watch.lap(Phase.CHECKS)
    return replace(record, phases=watch.seconds)


def rejudge(
    exercise: Exercise, submission: Submission, run_cache: RunCache, key: str, workbench: Workbench, threads: int = 2
) -> Record | None:
    """The record that the kept run gives today; None where no such run is kept, it was made
    on other data, or it does not say enough.

    Of `submission` only who handed it in, and when, is asked: the files are the kept ones.

    Raises:
        Breakdown: what must be read anew cannot be: a record without its cells must not take the place of one with them.
    """
    kept = run_cache.find(key)
    if kept is None:
        return None
    about, submission = kept.circumstances, kept.submission(submission)
    info = workbench.data.get(exercise.dataset)
    if about.data != (info.sha256 if info and about.data else ""):
        return None  # it was made on other data
    options = Options(about.mode, about.seed, threads, about.time_limit)
    asked = _reading_of(exercise, submission)
    reading = run_cache.reading(key, asked)
    if reading is None:
        reading = workbench.parser.one(asked)
        run_cache.remember_reading(key, asked, reading)
    if submission.is_notebook:
        workbench.parser.start()
    analysis = Analysis(exercise, about.mode, reading)
    if kept.ran is None and reading.runnable and about.mode is not Mode.STATIC:
        return None
    try:
        if kept.ran is not None:
            analysis = _with_data(analysis, submission, workbench)
            known = run_cache.answers(key)
            analysis = _with_run(analysis, kept.ran, submission, workbench, threads, known)
            if not analysis.answers.keys() <= known.keys():
                run_cache.remember(key, {**known, **analysis.answers})
        verdicts = judge_all(analysis)
    except Breakdown as problem:
        verdicts = tuple(_not_marked(check, problem) for check in exercise.checks)
    return make_record(analysis, submission, workbench, options, verdicts, about.sandbox)


# ── Facts ───────────────────────────────────────────────────────────────────────────────────────


def _reading_of(exercise: Exercise, submission: Submission) -> Read:
    """A file may hold several exercises: those beside this one are looked for in it, too."""
    ids = Catalog(exercise.folder.parent, None).ids() if exercise.folder else (exercise.id,)
    return Read(submission, tuple(question.key for question in exercise.questions), ids)


def _with_data(analysis: Analysis, submission: Submission, workbench: Workbench) -> Analysis:
    dataset, handed_in = analysis.exercise.dataset, tuple(map(str, submission.files))
    return replace(analysis, rows=workbench.rows(dataset), stand_in=workbench.stands_in(dataset), handed_in=handed_in)


def _with_run(
    analysis: Analysis, ran: RanSubmission, submission: Submission, workbench: Workbench, threads: int, known: Answers
) -> Analysis:
    """What the run showed, and what the evaluator measures on it beyond what is `known`."""
    analysis = replace(analysis, outcome=ran.outcome, evidence=ran.evidence)
    sources = Sources(ran.folder / "work", submission.root)
    wanted = [request for check in analysis.exercise.checks for request in _requests(check, analysis)]
    return analysis.with_answers(measure(wanted, analysis.evidence, sources, workbench, threads, known))


def _event_handler(analysis: Analysis, listener: Listener) -> EventHandler:
    """Return what passes events on, and reports what can be judged of the model as soon as there is one."""
    reported = [False]

    def on_event(kind: str, item: object, reader: Reader) -> None:
        if kind == "snapshot" and not reported[0]:
            reported[0] = True
            listener.on_preliminary_verdicts(judge_all(replace(analysis, evidence=reader.close()), Stage.MODEL))
        listener.on_event(kind, item)

    return on_event


# ── Judging ─────────────────────────────────────────────────────────────────────────────────────


def judge_all(analysis: Analysis, stage: Stage | None = None) -> tuple[Verdict, ...]:
    """The verdicts of all checks, or of those that can speak at `stage`."""
    return tuple(judge_one(check, analysis) for check in analysis.exercise.checks if stage in (None, check.stage))


def judge_one(check: Check, analysis: Analysis) -> Verdict:
    try:
        finding = check.judge(analysis)
    except Exception as problem:  # a fault of a check is the grader's, told as such and never a zero
        where = traceback.extract_tb(problem.__traceback__)[-1]
        finding = Finding(
            Status.ERROR,
            0.0,
            say("The grader failed on this point: it is not marked."),
            hint=plain(f"{type(problem).__name__}: {problem} ({where.name}:{where.lineno})"[:300]),
        )
    points = round(check.points * finding.share, 2)
    return Verdict(
        check.id,
        finding.status,
        points,
        check.points,
        check.title,
        finding.measured,
        finding.expected,
        finding.message,
        finding.hint,
        rubric=finding.rubric,
    )


def _requests(check: Check, analysis: Analysis) -> tuple[Request, ...]:
    try:
        return check.requests(analysis)
    except Exception:  # the check's own judgement will say so
        return ()


def _not_marked(check: Check, problem: Exception) -> Verdict:
    message = say("The grader failed: this submission is not marked.")
    described = plain(f"{type(problem).__name__}: {problem}"[:300])
    hint = problem.text if isinstance(problem, GraderError) else described
    return Verdict(check.id, Status.ERROR, 0.0, check.points, check.title, message=message, hint=hint)


def unreadable(
    exercise: Exercise, submission: Submission, workbench: Workbench | None, options: Options, problem: GraderError
) -> Record:
    """The record of a file that is not what its name says: nothing of it can be judged, and that is the student's."""
    why, nothing = problem.text, say("The file cannot be read, so nothing of it is seen.")
    verdicts = tuple(
        Verdict(check.id, Status.FAILED, 0.0, check.points, check.title, message=why if check.id == "runs" else nothing)
        for check in exercise.checks
    )
    analysis = Analysis(exercise, options.mode, Reading())
    record = make_record(analysis, submission, workbench, options, verdicts, sandbox_of(workbench))
    return replace(record, notices=(Notice(why), *record.notices))


def not_marked(
    exercise: Exercise, submission: Submission, workbench: Workbench | None, options: Options, problem: Exception
) -> Record:
    """The record of a submission on which the grader itself failed, in a way that `grade` does not foresee."""
    verdicts = tuple(_not_marked(check, problem) for check in exercise.checks)
    analysis = Analysis(exercise, options.mode, Reading())
    return make_record(analysis, submission, workbench, options, verdicts, sandbox_of(workbench))


# ── The record ──────────────────────────────────────────────────────────────────────────────────


def make_record(
    analysis: Analysis,
    submission: Submission,
    workbench: Workbench | None,
    options: Options,
    verdicts: tuple[Verdict, ...],
    sandbox: Mapping[str, str],
) -> Record:
    evidence, exercise = analysis.evidence, analysis.exercise
    data = workbench.data if workbench is not None and options.mode is not Mode.STATIC else {}
    taken = (Notice(submission.note),) if submission.note else ()
    notices = (*taken, *analysis.reading.notices, *evidence.notices, *analysis.notes, *_advice(analysis))[:MAX_NOTICES]
    return Record(
        exercise=exercise.id,
        title=exercise.title,
        student=submission.student,
        file=submission.program,
        mode=options.mode,
        seed=options.seed,
        verdicts=verdicts,
        dataset=data.get(exercise.dataset),
        sandbox=sandbox,
        outcome=analysis.outcome,
        notices=notices,
        failure=analysis.reading.failure or next(iter(evidence.failures), None),
        output_tail=evidence.printed.text[-TAIL_CHARS:],
        output_dropped=evidence.printed.dropped,
        versions=evidence.versions,
        curves=_curves(evidence),
        exhibits=exhibits_of(analysis, submission, workbench),
        received=submission.received,
        identity=submission.identity,
        members=submission.members,
        attempt=submission.attempt,
        grader_version=__version__,
    )


def _advice(analysis: Analysis) -> tuple[Notice, ...]:
    try:
        return notices_of(analysis)
    except Exception:  # advice is a courtesy: a fault of it must not cost the record
        return ()


def _curves(evidence: Evidence) -> dict[str, tuple[float, ...]]:
    """The history of the longest training."""
    longest = max(evidence.trainings, key=lambda t: t.epochs_run, default=None)
    return {name: values[:2000] for name, values in longest.history.items()} if longest else {}
