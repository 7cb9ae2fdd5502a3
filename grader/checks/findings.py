"""Findings that several checks make."""

from __future__ import annotations

from collections.abc import Sequence

from grader.analysis import Analysis
from grader.domain import Finding, Mode, Status, Text
from grader.messages import join, say


def passed(message: Text, measured: Text = Text(), expected: Text = Text(), hint: Text = Text()) -> Finding:
    """Return a finding that earns all points."""
    return Finding(Status.PASSED, 1.0, message, measured, expected, hint)


def partial(
    share: float, message: Text, measured: Text = Text(), expected: Text = Text(), hint: Text = Text()
) -> Finding:
    """Return a finding that earns `share` (from 0 to 1) of the points."""
    return Finding(Status.PARTIAL, share, message, measured, expected, hint)


def failed(message: Text, measured: Text = Text(), expected: Text = Text(), hint: Text = Text()) -> Finding:
    """Return a finding that earns no points."""
    return Finding(Status.FAILED, 0.0, message, measured, expected, hint)


def skipped(message: Text, hint: Text = Text()) -> Finding:
    """Return a finding for what this run could not show: no points, and no fault of the program's."""
    return Finding(Status.SKIPPED, 0.0, message, hint=hint)


def only_read() -> Finding:
    """Return the finding for what only a run could show, where there was none."""
    return skipped(say("Not judged: the program was only read, not run."))


def review(message: Text, measured: Text = Text(), expected: Text = Text(), hint: Text = Text()) -> Finding:
    """Return a finding that a teacher must decide."""
    return Finding(Status.REVIEW, 0.0, message, measured, expected, hint)


def error(message: Text, hint: Text = Text()) -> Finding:
    """Return a finding for a fault of the grader's own."""
    return Finding(Status.ERROR, 0.0, message, hint=hint)


def together(parts: Sequence[Finding], expected: Text) -> Finding:
    """Return the finding of several `parts`, at least one, that count alike."""
    share = sum(part.share for part in parts) / len(parts)
    message = join([part.message for part in parts], " ")
    measured = join([part.measured for part in parts if part.measured], "; ")
    hint = next((part.hint for part in parts if part.hint), Text())
    if share == 1:
        return passed(message, measured, expected)
    return partial(share, message, measured, expected, hint) if share else failed(message, measured, expected, hint)


def nothing_recorded(analysis: Analysis, expected: Text = Text()) -> Finding:
    """Return the finding where no model was recorded: skipped where nothing was run, else failed with the reason why
    there is none."""
    if analysis.mode is Mode.STATIC:
        return only_read()
    if not analysis.reading.runnable:
        return failed(say("The program could not start, so no model was seen."), expected=expected)
    if analysis.evidence.failures:
        return failed(
            say("The program stopped before it built a model."),
            expected=expected,
            hint=say("Correct the error shown below first; the rest will be judged then."),
        )
    return failed(
        say("No Keras model was built."),
        expected=expected,
        hint=say("Complete the parts marked TODO, then run `grade` again."),
    )
