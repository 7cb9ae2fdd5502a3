"""`scaler_leak`: mean and deviation come from the training images alone; the test images stay unseen."""

from __future__ import annotations

from grader.analysis import Analysis
from grader.analysis.scaler_fits import fitted_rows
from grader.checks.findings import failed, only_read, partial, passed, review, skipped
from grader.domain import Check, Finding, Mode
from grader.messages import number, say

UNUSED = 0.5  # a scaler without a leak, whose result the network never saw


def check(points: float, model: int = 0) -> Check:
    """Return the check `scaler_leak`: all points where the scalers were fitted on training images alone, half of them
    where `exercise.models[model]` was trained on images that were not scaled."""
    return Check(
        "scaler_leak", say("Scaling without a look at the test"), points, lambda analysis: judge(analysis, model)
    )


def judge(analysis: Analysis, model: int) -> Finding:
    """Judge the rows that the scalers were fitted on, recognised by their content. Ask for a teacher's review where
    most are unknown."""
    expected = say("a StandardScaler fitted on training images alone")
    if analysis.mode is Mode.STATIC:
        return only_read()
    fits = analysis.scaler_fits
    if not fits:
        return failed(
            say("No scaler of scikit-learn was fitted."),
            expected=expected,
            hint=say("`scaler = StandardScaler()`, then `X_train = scaler.fit_transform(X_train)`."),
        )
    if analysis.rows is None:
        return skipped(say("Not judged: the images of the dataset are not at hand."))
    seen = [fitted_rows(analysis.evidence, fit, analysis.rows) for fit in fits]
    test, known, sampled = sum(s.test for s in seen), sum(s.known for s in seen), sum(s.sampled for s in seen)
    measured = say("{test} test images among {known} rows that were looked at", test=number(test), known=number(known))
    if test:
        return failed(
            say(
                "The scaler was fitted on test images: something of the test leaks into the training or its own scale."
            ),
            measured,
            expected,
            say(
                "`fit` or `fit_transform` on the training images only; for the test images `scaler.transform(X_test)`."
            ),
        )
    if known < sampled / 2:
        return review(
            say("The rows that the scaler was fitted on are not recognised as images; a teacher will look at it."),
            measured,
            expected,
        )
    found = analysis.model(model)
    if found is not None and found.provenance.as_they_are:
        return partial(
            UNUSED,
            say("A scaler was fitted on training images, but the network was trained on images that it did not scale."),
            measured,
            expected,
            say("Train on what `fit_transform` returns."),
        )
    return passed(say("Only training images were used for the scale."), measured, expected)
