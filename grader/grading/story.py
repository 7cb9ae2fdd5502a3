"""How one submission is graded, from top to bottom."""

from __future__ import annotations

import traceback
from dataclasses import replace
from typing import Any

from grader import __version__, reading
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
from grader.grading.bench import Bench, Listener, Options
from grader.grading.measure import Sources, measure
from grader.grading.run import RanSubmission, clear, run_submission
from grader.grading.shelf import Shelf, fingerprint
from grader.messages import number, plain, say

TAIL_CHARS = 4000
MOST_NOTICES = 50


def grade(
    exercise: Exercise, submission: Submission, bench: Bench | None, options: Options, listener: Listener | None = None
) -> Record:
    """Read, run, measure, judge. `bench` may be None in static mode.

    A breakdown of the grader's own gives a record whose verdicts are `error`: not marked, never zero.
    """
    listener = listener or Listener()
    listener.phase("reading")
    facts = Facts(exercise, options.mode, reading.read(submission, [question.key for question in exercise.questions]))
    listener.early(judge_all(facts, Stage.READING))
    folder = None
    try:
        if options.mode is not Mode.STATIC and facts.reading.runnable and bench is not None:
            facts = replace(
                facts,
                rows=bench.rows(exercise.dataset),
                stand_in=bench.stands_in(exercise.dataset),
                handed_in=tuple(str(file) for file in submission.files),
            )
            listener.phase("student")
            ran, kept = _run(facts, submission, bench, options, listener)
            folder = ran.folder
            facts = replace(facts, notes=(*facts.notes, *kept))
            facts = replace(facts, outcome=ran.outcome, evidence=ran.evidence)
            listener.phase("evaluation")
            sources = Sources(ran.folder / "work", submission.root)
            wanted = [measurement for check in exercise.checks for measurement in _needs(check, facts)]
            facts = replace(facts, measured=measure(wanted, facts.evidence, sources, bench, options.threads))
        listener.phase("checks")
        verdicts = judge_all(facts)
    except Breakdown as problem:
        verdicts = tuple(_not_marked(check, problem) for check in exercise.checks)
    record = make_record(facts, submission, bench, options, verdicts)
    if folder is not None and bench is not None:
        clear(bench.student, folder)
    return record


def _run(
    facts: Facts, submission: Submission, bench: Bench, options: Options, listener: Listener
) -> tuple[RanSubmission, tuple[Notice, ...]]:
    """A fresh run, or the kept one of an unchanged program."""
    exercise = facts.exercise
    if options.shelf is None:
        return run_submission(exercise, submission, bench, options, _overseer(facts, listener)), ()
    shelf = Shelf(options.shelf)
    key = fingerprint(submission, exercise, bench.data.get(exercise.dataset), options)
    if (kept := shelf.find(key)) is not None:
        seconds = number(kept.outcome.seconds)
        sentence = say(
            "The program has not changed: its run of {seconds} s was kept and is judged again. `--fresh` runs it anew.",
            seconds=seconds,
        )
        return kept, (Notice(sentence),)
    ran = run_submission(exercise, submission, bench, options, _overseer(facts, listener))
    shelf.keep(key, ran)
    return ran, ()


def _overseer(facts: Facts, listener: Listener) -> Any:
    """Passes events on, and tells what can be judged of the model as soon as there is one."""
    told = [False]

    def on_event(kind: str, item: Any, reader: Reader) -> None:
        if kind == "snapshot" and not told[0]:
            told[0] = True
            listener.early(judge_all(replace(facts, evidence=reader.close()), Stage.MODEL))
        listener.event(kind, item)

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
    )


def _needs(check: Check, facts: Facts) -> tuple[Any, ...]:
    try:
        return check.needs(facts)
    except Exception:  # the check's own judgement will say so
        return ()


def _not_marked(check: Check, problem: Exception) -> Verdict:
    message = say("The grader failed: this submission is not marked.")
    told = plain(f"{type(problem).__name__}: {problem}"[:300])
    hint = Text(problem.fr, problem.en) if isinstance(problem, GraderError) else told
    return Verdict(check.id, Status.ERROR, 0.0, check.points, check.title, message=message, hint=hint)


def not_marked(
    exercise: Exercise, submission: Submission, bench: Bench | None, options: Options, problem: Exception
) -> Record:
    """The record of a submission on which the grader itself failed, in a way that `grade` does not foresee."""
    verdicts = tuple(_not_marked(check, problem) for check in exercise.checks)
    return make_record(Facts(exercise, options.mode, Reading()), submission, bench, options, verdicts)


# ── The record ──────────────────────────────────────────────────────────────────────────────────


def make_record(
    facts: Facts, submission: Submission, bench: Bench | None, options: Options, verdicts: tuple[Verdict, ...]
) -> Record:
    evidence, exercise = facts.evidence, facts.exercise
    notices = (*facts.reading.notices, *evidence.notices, *facts.notes, *_advice(facts))[:MOST_NOTICES]
    return Record(
        exercise=exercise.id,
        title=exercise.title,
        student=submission.student,
        file=submission.program,
        mode=options.mode,
        seed=options.seed,
        verdicts=verdicts,
        dataset=bench.data.get(exercise.dataset) if bench is not None else None,
        sandbox=sandbox_of(bench),
        outcome=facts.outcome,
        notices=notices,
        failure=facts.reading.failure or next(iter(evidence.failures), None),
        output_tail=evidence.printed.text[-TAIL_CHARS:],
        output_dropped=evidence.printed.dropped,
        versions=evidence.versions,
        curves=_curves(evidence),
        details=_details(facts),
        received=submission.received,
        identity=submission.identity,
        members=submission.members,
        attempt=submission.attempt,
        grader_version=__version__,
    )


def sandbox_of(bench: Bench | None) -> dict[str, str]:
    if bench is None:
        return {"backend": "none", "level": "none"}
    return {"backend": bench.sandbox.name, "level": bench.sandbox.level.value}


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
    """The evaluator's figures, for reports."""
    return {measurement.kind: result for measurement, result in facts.measured.items()}
