"""`runs`: the program came to its own end, without an error, and did something on the way."""

from __future__ import annotations

from grader.analysis import Analysis
from grader.analysis.error_messages import explain
from grader.checks.findings import failed, only_read, passed
from grader.domain import ArrayInfo, Check, Failure, Finding, Mode, Outcome, Text
from grader.messages import number, plain, say
from grader.reading.attribution import exercise_of_failure, first_line_of


def check(points: float) -> Check:
    """Return the check `runs`: all points where the program came to its own end without an error and did something,
    else none."""
    return Check("runs", say("The program runs to its end"), points, judge)


def judge(analysis: Analysis) -> Finding:
    """Judge how the run ended: a file that cannot be read, a limit that stopped it, an error in this exercise's part,
    an end from inside, nothing done. An error in another exercise's part of the file costs nothing here."""
    expected = say("a program that ends by itself, without an error")
    if analysis.reading.failure is not None:
        return failed(explain(analysis.reading.failure), expected=expected)
    if analysis.mode is Mode.STATIC or analysis.outcome is None:
        return only_read()
    stopped = _stop_message(analysis.outcome, analysis)
    if stopped:
        return failed(stopped, say("stopped after {seconds} s", seconds=number(analysis.outcome.seconds, 1)), expected)
    if analysis.evidence.failures:
        first, whose = _own_failure(analysis)
        if first is not None:
            return failed(explain(first), plain(first.type), expected)
        return passed(
            say(
                "This part ran; the program stopped in the part of {exercise}: {reason}",
                exercise=whose,
                reason=explain(analysis.evidence.failures[0]),
            )
        )
    if not analysis.evidence.finished:
        return failed(
            say("The program was cut short from inside, without telling why."),
            say("exit code {code}", code=analysis.outcome.exit),
            expected,
            say("Remove calls such as `os._exit()` or `os.kill()`, and let the program end by itself."),
        )
    if not did_something(analysis):
        return failed(
            say("The program ran, but did nothing that the exercise asks for yet."),
            expected=expected,
            hint=say("Complete the parts marked TODO, then run `grade` again."),
        )
    return passed(say("The program ran in {seconds} s.", seconds=number(analysis.outcome.seconds, 1)))


def _own_failure(analysis: Analysis) -> tuple[Failure | None, str]:
    """In a file of several exercises: the first failure that is this one's, else whose part failed.

    A script that failed before it came to this exercise's part has not run it; the cells of a notebook all run."""
    parts, own = analysis.reading.parts, analysis.exercise.id
    begins, whose = first_line_of(parts, own), ""
    for failure in analysis.evidence.failures:
        exercise, line = exercise_of_failure(parts, failure)
        reached = begins is not None and (bool(parts.cells) or begins < line)
        if exercise in ("", own) or not reached:
            return failure, ""
        whose = whose or exercise
    return None, whose


def did_something(analysis: Analysis) -> bool:
    """Return whether a model, a figure or a call of a library was recorded."""
    evidence = analysis.evidence
    calls = [call for call in evidence.calls if not isinstance(call, ArrayInfo)]
    return bool(evidence.snapshots or evidence.figures or calls)


def _stop_message(outcome: Outcome, analysis: Analysis) -> Text:
    limits = analysis.exercise.limits
    sentences = {
        "timeout": say(
            "The program was still running after {limit} s and was stopped. Is there an endless loop, or far too many epochs?",
            limit=number(outcome.seconds),  # the limit may have been another than the exercise's own
        ),
        "cpu": say("The program used more than {limit} s of processor time and was stopped.", limit=number(limits.cpu)),
        "memory": say(
            "The program used more than {limit} MiB of memory and was stopped.", limit=number(limits.memory_mib)
        ),
        "processes": say(
            "The program started more than {limit} processes or {threads} threads and was stopped.",
            limit=number(limits.processes),
            threads=number(limits.threads),
        ),
        "disk": say(
            "The program wrote too much and was stopped: a file of more than {file} MiB, {total} MiB in all or {files} files.",
            file=number(limits.file_mib),
            total=number(limits.total_mib),
            files=number(limits.files),
        ),
        "output": say("The program printed without end and was stopped."),
        "killed": _kill_message(outcome),
    }
    return sentences.get(outcome.status, Text())


def _kill_message(outcome: Outcome) -> Text:
    """What is known of it: the grader sends its own kills for reasons of their own, and tries once more after others."""
    if not outcome.ended_from_outside:
        return say("The program was killed by a signal ({code}).", code=outcome.exit)
    if outcome.memory_ran_out:
        return say(
            "The machine ran out of memory while the program was running, in two runs out of two, and the system ended "
            "it: it has to do with less."
        )
    return say(
        "The program was ended by a kill (signal 9) in two runs out of two. The grader did not send it, and the system "
        "was not short of memory: does the program call `os.kill`?"
    )
