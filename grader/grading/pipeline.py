"""How one submission is graded, from top to bottom."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from grader import __version__
from grader.catalog import Catalog
from grader.checks.advice import advise
from grader.domain import (
    Check,
    Evidence,
    Exercise,
    Facts,
    Finding,
    Json,
    Mode,
    Notice,
    Reading,
    Record,
    Stage,
    Status,
    Submission,
    Text,
    Verdict,
)
from grader.errors import Breakdown, GraderError
from grader.evidence import Reader
from grader.grading.execute import EventHandler, RanSubmission, clear, run_submission
from grader.grading.exhibits import exhibits_of
from grader.grading.measure import Sources, measure
from grader.grading.options import Listener, Options
from grader.grading.phases import Stopwatch
from grader.grading.run_cache import Answers, CacheEntry, RunCache, sandbox_of
from grader.messages import plain, say
from grader.parsing import Read

if TYPE_CHECKING:  # what it needs does not decide a judgement (`grader.grading.keys`)
    from grader.grading.workbench import Workbench

TAIL_CHARS = 4000
MAX_NOTICES = 50
DRAWN = ("points", "labels", "outlines")


def grade(
    exercise: Exercise, submission: Submission, workbench: Workbench, options: Options, listener: Listener | None = None
) -> Record:
    """Read, run, measure, judge. At a workbench without a runner, only read and judge.

    A breakdown of the grader's own gives a record whose verdicts are `error`: not marked, never zero.

    Raises:
        UnreadableSubmission: there is nothing that could be read.
    """
    listener, watch = listener or Listener(), Stopwatch()
    facts, asked = Facts(exercise, options.mode, Reading()), _reading_of(exercise, submission)
    entry = CacheEntry(submission, exercise, workbench, options)
    ran: RanSubmission | None = None
    try:
        listener.on_phase("reading")
        facts = replace(facts, reading=workbench.parser.one(asked))
        listener.on_preliminary_verdicts(judge_all(facts, Stage.READING))
        watch.lap("static")
        if options.mode is not Mode.STATIC and facts.reading.runnable and workbench.runner is not None:
            facts = _with_data(facts, submission, workbench)
            listener.on_phase("student")
            ran = entry.kept()
            if ran is None:
                ran = run_submission(exercise, submission, workbench, options, _event_handler(facts, listener))
                watch.lap("evidence", start=ran.waited, student=ran.outcome.seconds)
            else:
                facts = replace(facts, notes=(*facts.notes, entry.notice(ran)))
                watch.lap("evidence")
            listener.on_phase("evaluation")
            facts = _with_run(facts, ran, submission, workbench, options.threads, entry.answers())
            watch.lap("evaluation")
        listener.on_phase("checks")
        verdicts = judge_all(facts)
        entry.keep(ran, facts.measured, asked, facts.reading)
    except Breakdown as problem:
        verdicts = tuple(_not_marked(check, problem) for check in exercise.checks)
    record = make_record(facts, submission, workbench, options, verdicts, sandbox_of(workbench))
    if ran is not None and workbench.runner is not None:
        clear(workbench.runner, ran.folder)
    watch.lap("checks")
    return replace(record, phases=watch.seconds)


def rejudge(
    exercise: Exercise, submission: Submission, run_cache: RunCache, key: str, workbench: Workbench, threads: int = 2
) -> Record | None:
    """The record that the kept run gives today; None where no such run is kept, or it does not say enough.

    Of `submission` only who handed it in, and when, is asked: the files are the kept ones.

    Raises:
        Breakdown: what must be read anew cannot be: a record without its cells must not take the place of one with them.
    """
    kept = run_cache.find(key)
    if kept is None:
        return None
    about, submission = kept.circumstances, kept.submission(submission)
    options = Options(about.mode, about.seed, threads, about.time_limit)
    asked = _reading_of(exercise, submission)
    reading = run_cache.reading(key, asked)
    if reading is None:
        reading = workbench.parser.one(asked)
        run_cache.remember_reading(key, asked, reading)
    if submission.is_notebook:
        workbench.parser.start()
    facts = Facts(exercise, about.mode, reading)
    if kept.ran is None and reading.runnable and about.mode is not Mode.STATIC:
        return None
    try:
        if kept.ran is not None:
            facts = _with_data(facts, submission, workbench)
            known = run_cache.answers(key)
            facts = _with_run(facts, kept.ran, submission, workbench, threads, known)
            if not facts.measured.keys() <= known.keys():
                run_cache.remember(key, {**known, **facts.measured})
        verdicts = judge_all(facts)
    except Breakdown as problem:
        verdicts = tuple(_not_marked(check, problem) for check in exercise.checks)
    return make_record(facts, submission, workbench, options, verdicts, about.sandbox)


# ── Facts ───────────────────────────────────────────────────────────────────────────────────────


def _reading_of(exercise: Exercise, submission: Submission) -> Read:
    """A file may hold several exercises: those beside this one are looked for in it, too."""
    ids = Catalog(exercise.folder.parent, None).ids() if exercise.folder else (exercise.id,)
    return Read(submission, tuple(question.key for question in exercise.questions), ids)


def _with_data(facts: Facts, submission: Submission, workbench: Workbench) -> Facts:
    dataset, handed_in = facts.exercise.dataset, tuple(map(str, submission.files))
    return replace(facts, rows=workbench.rows(dataset), stand_in=workbench.stands_in(dataset), handed_in=handed_in)


def _with_run(
    facts: Facts, ran: RanSubmission, submission: Submission, workbench: Workbench, threads: int, known: Answers
) -> Facts:
    """What the run showed, and what the evaluator measures on it beyond what is `known`."""
    facts = replace(facts, outcome=ran.outcome, evidence=ran.evidence)
    sources = Sources(ran.folder / "work", submission.root)
    wanted = [measurement for check in facts.exercise.checks for measurement in _needs(check, facts)]
    return replace(facts, measured=measure(wanted, facts.evidence, sources, workbench, threads, known))


def _event_handler(facts: Facts, listener: Listener) -> EventHandler:
    """Return what passes events on, and reports what can be judged of the model as soon as there is one."""
    reported = [False]

    def on_event(kind: str, item: object, reader: Reader) -> None:
        if kind == "snapshot" and not reported[0]:
            reported[0] = True
            listener.on_preliminary_verdicts(judge_all(replace(facts, evidence=reader.close()), Stage.MODEL))
        listener.on_event(kind, item)

    return on_event


# ── Judging ─────────────────────────────────────────────────────────────────────────────────────


def judge_all(facts: Facts, stage: Stage | None = None) -> tuple[Verdict, ...]:
    """The verdicts of all checks, or of those that can speak at `stage`."""
    return tuple(judge_one(check, facts) for check in facts.exercise.checks if stage in (None, check.stage))


def judge_one(check: Check, facts: Facts) -> Verdict:
    try:
        finding = check.judge(facts)
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


def _needs(check: Check, facts: Facts) -> tuple[Any, ...]:
    try:
        return check.needs(facts)
    except Exception:  # the check's own judgement will say so
        return ()


def _not_marked(check: Check, problem: Exception) -> Verdict:
    message = say("The grader failed: this submission is not marked.")
    described = plain(f"{type(problem).__name__}: {problem}"[:300])
    hint = Text(problem.fr, problem.en) if isinstance(problem, GraderError) else described
    return Verdict(check.id, Status.ERROR, 0.0, check.points, check.title, message=message, hint=hint)


def unreadable(
    exercise: Exercise, submission: Submission, workbench: Workbench | None, options: Options, problem: GraderError
) -> Record:
    """The record of a file that is not what its name says: nothing of it can be judged, and that is the student's."""
    why, nothing = Text(problem.fr, problem.en), say("The file cannot be read, so nothing of it is seen.")
    verdicts = tuple(
        Verdict(check.id, Status.FAILED, 0.0, check.points, check.title, message=why if check.id == "runs" else nothing)
        for check in exercise.checks
    )
    facts = Facts(exercise, options.mode, Reading())
    record = make_record(facts, submission, workbench, options, verdicts, sandbox_of(workbench))
    return replace(record, notices=(Notice(why), *record.notices))


def not_marked(
    exercise: Exercise, submission: Submission, workbench: Workbench | None, options: Options, problem: Exception
) -> Record:
    """The record of a submission on which the grader itself failed, in a way that `grade` does not foresee."""
    verdicts = tuple(_not_marked(check, problem) for check in exercise.checks)
    facts = Facts(exercise, options.mode, Reading())
    return make_record(facts, submission, workbench, options, verdicts, sandbox_of(workbench))


# ── The record ──────────────────────────────────────────────────────────────────────────────────


def make_record(
    facts: Facts,
    submission: Submission,
    workbench: Workbench | None,
    options: Options,
    verdicts: tuple[Verdict, ...],
    sandbox: Mapping[str, str],
) -> Record:
    evidence, exercise = facts.evidence, facts.exercise
    data = workbench.data if workbench is not None and options.mode is not Mode.STATIC else {}
    taken = (Notice(submission.note),) if submission.note else ()
    notices = (*taken, *facts.reading.notices, *evidence.notices, *facts.notes, *_advice(facts))[:MAX_NOTICES]
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
        outcome=facts.outcome,
        notices=notices,
        failure=facts.reading.failure or next(iter(evidence.failures), None),
        output_tail=evidence.printed.text[-TAIL_CHARS:],
        output_dropped=evidence.printed.dropped,
        versions=evidence.versions,
        curves=_curves(evidence),
        details=_details(facts),
        exhibits=exhibits_of(facts, submission, workbench),
        received=submission.received,
        identity=submission.identity,
        members=submission.members,
        attempt=submission.attempt,
        grader_version=__version__,
    )


def _advice(facts: Facts) -> tuple[Notice, ...]:
    try:
        return advise(facts)
    except Exception:  # advice is a courtesy: a fault of it must not cost the record
        return ()


def _curves(evidence: Evidence) -> dict[str, tuple[float, ...]]:
    """The history of the longest training."""
    longest = max(evidence.trainings, key=lambda t: t.epochs_run, default=None)
    return {name: values[:2000] for name, values in longest.history.items()} if longest else {}


def _details(facts: Facts) -> dict[str, Json]:
    """The evaluator's figures, for reports; what is drawn from them is among the exhibits."""
    return {
        measurement.kind: {name: value for name, value in result.items() if name not in DRAWN}
        for measurement, result in facts.measured.items()
    }
