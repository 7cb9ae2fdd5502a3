"""`latent` and `svm`: the features are the student's own encoder's, and an SVM on them does as well as it should.

The evaluator fits each SVM again (see `grader.evaluator.refit`); here its settings, the origin of its features and the
accuracy measured outside are judged, one half of the points for each of the two SVMs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from grader.analysis import Analysis
from grader.analysis.refusal_texts import refusal
from grader.analysis.svm_fits import MeasuredSvm, real
from grader.checks.findings import failed, only_read, partial, passed, skipped, together
from grader.domain import Check, Finding, Mode, SvmFit, Text
from grader.measurements import Refused, SvmFigures
from grader.messages import join, number, percent, plain, say

ROWS = 10_000
BAND = 0.5
WRONG_LABELS = 0.05
NAMES = (say("autoencoder"), say("classifier"))


@dataclass(frozen=True, slots=True)
class SvmSpec:
    """Hold the settings of one SVM, and the accuracies (shares from 0 to 1) from which all and half of its points are
    earned."""

    C: float
    gamma: float
    full: float
    partial: float

    def agrees(self, fit: SvmFit) -> bool:
        """Return whether a recorded fit has these settings (up to a relative rounding of 1e-6) and an RBF kernel."""
        given = (real(fit.C), real(fit.gamma))
        near = all(math.isclose(a, b, rel_tol=1e-6) for a, b in zip(given, (self.C, self.gamma), strict=True))
        return near and fit.kernel == "rbf"

    @property
    def written(self) -> str:
        """Return the settings as a call of `SVC`."""
        return f"SVC(C={self.C:g}, gamma={self.gamma:g})"


def features(points: float, size: int = 20, rows: int = ROWS) -> Check:
    """Return the check `latent`: half of the points for each of the two models whose encoder gave the `size` features
    of an SVM, at the end of its training. `rows` is how many rows of each fit are used."""
    return Check(
        "latent",
        say("Features of your own encoder"),
        points,
        lambda analysis: judge_features(analysis, size, rows),
        requests=lambda analysis: analysis.svm_requests(rows),
    )


def check(points: float, autoencoder: SvmSpec, classifier: SvmSpec, rows: int = ROWS) -> Check:
    """Return the check `svm`: half of the points for each of the two SVMs, on the features after the training of the
    autoencoder and of the classifier. `rows` is how many rows of each fit are used."""
    asked = (autoencoder, classifier)
    return Check(
        "svm",
        say("SVM on the features"),
        points,
        lambda analysis: judge(analysis, asked, rows),
        requests=lambda analysis: analysis.svm_requests(rows),
    )


# ── Features ────────────────────────────────────────────────────────────────────────────────────


def judge_features(analysis: Analysis, size: int, rows: int) -> Finding:
    """Judge which networks gave the features of the recorded fits, as the evaluator found by computing them again."""
    expected = say("{size} features, from the encoder after each of the two trainings", size=size)
    fits = analysis.svms(rows)
    if not fits:
        return _no_fit(analysis, expected)
    measured = join([say("{count} columns", count=number(fit.width)) for fit in fits])
    right = [which for which in (0, 1) if any(which in fit.models and fit.width == size for fit in fits)]
    if len(right) == 2:
        return passed(say("Both SVMs got the features of your own encoder."), measured, expected)
    missing = join([NAMES[which] for which in (0, 1) if which not in right])
    message = say(
        "No SVM was fitted on the features that the encoder gives once trained in the {models}.", models=missing
    )
    hint = _origin_hint(fits, size)
    return partial(BAND, message, measured, expected, hint) if right else failed(message, measured, expected, hint)


def _origin_hint(fits: Sequence[MeasuredSvm], size: int) -> Text:
    """Where the features of the SVMs come from instead."""
    if any(fit.width != size for fit in fits):
        return say("An SVM takes the {size} values of `encoder.predict(images)`, not the images themselves.", size=size)
    if not any(fit.models for fit in fits):
        return say("These features are those of none of your networks: are they `encoder.predict(images)`, unchanged?")
    if any(n > 1 for fit in fits for n in fit.models):
        return say("Take the features after `fit`: before it, the encoder has learnt nothing.")
    return say("Take the features right after each training: the next one changes the encoder that both models share.")


def _no_fit(analysis: Analysis, expected: Text) -> Finding:
    if analysis.mode is Mode.STATIC:
        return only_read()
    return failed(
        say("No SVM was fitted."),
        expected=expected,
        hint=say(
            "`SVC(C=1000, gamma=0.02).fit(Z_train[:10000], y_train[:10000])`, with `Z_train = encoder.predict(X_train)`."
        ),
    )


# ── SVMs ────────────────────────────────────────────────────────────────────────────────────────


def judge(analysis: Analysis, asked: tuple[SvmSpec, SvmSpec], rows: int) -> Finding:
    """Judge settings, data, labels and accuracy on the test images of each SVM, fitted again by the evaluator. Skip an
    audit that stopped a training."""
    expected = join(
        [
            say("{name}: {svm}, at least {full}", name=name, svm=one.written, full=percent(one.full, 0))
            for name, one in zip(NAMES, asked, strict=True)
        ],
        "; ",
    )
    fits = analysis.svms(rows)
    if not fits:
        return _no_fit(analysis, expected)
    if analysis.mode is Mode.AUDIT and any(t.capped for t in analysis.evidence.trainings):
        return skipped(say("Not judged: an audit stops each training after a few steps, so the features say nothing."))
    parts = [_judge_one(fits, which, one) for which, one in enumerate(asked)]
    return together(parts, expected)


def _judge_one(fits: Sequence[MeasuredSvm], which: int, asked: SvmSpec) -> Finding:
    """One of the two SVMs: found by its features, of several the one with the right settings; else told by order."""
    name = NAMES[which]
    mine = [fit for fit in fits if which in fit.models]
    if not mine:
        return _judge_foreign_features(fits, which)
    fit = next((f for f in reversed(mine) if asked.agrees(f.call)), mine[-1])
    if not asked.agrees(fit.call):
        return failed(
            say("{name}: {seen} instead of {asked}.", name=name, seen=fit.written, asked=asked.written),
            plain(fit.written),
            hint=say("Give the SVM the settings that are asked for."),
        )
    figures = fit.answer
    assert isinstance(figures, SvmFigures)  # who has no figures names no network
    if figures.split == "test":
        return failed(
            say("{name}: the SVM was fitted on the test images.", name=name),
            hint=say("Fit on `Z_train[:10000]`, `y_train[:10000]`; the test images are for the score."),
        )
    wrong = figures.wrong_labels
    if wrong > WRONG_LABELS:
        return failed(
            say("{name}: {share} of the labels are not those of the images.", name=name, share=percent(wrong, 0)),
            hint=say("Are features and labels in the same order?"),
        )
    return _judge_accuracy(name, math.nan if figures.accuracy is None else figures.accuracy, asked)


def _judge_accuracy(name: Text, accuracy: float, asked: SvmSpec) -> Finding:
    measured = say("{name}: {accuracy}", name=name, accuracy=percent(accuracy, 2))
    if accuracy >= asked.full:
        return passed(say("{name}: {accuracy} of the test images.", name=name, accuracy=percent(accuracy)), measured)
    message = say(
        "{name}: {accuracy} of the test images, {full} are asked for.",
        name=name,
        accuracy=percent(accuracy) if math.isfinite(accuracy) else plain("?"),
        full=percent(asked.full, 0),
    )
    hint = say("Train the networks for all the epochs, and fit the SVM on the first 10 000 training images.")
    return partial(BAND, message, measured, hint=hint) if accuracy >= asked.partial else failed(message, hint=hint)


def _judge_foreign_features(fits: Sequence[MeasuredSvm], which: int) -> Finding:
    """No SVM has this network's features. Told of the one that stands at its place, where there is one."""
    name = NAMES[which]
    at_its_place = fits[which] if which < len(fits) else None
    answer = at_its_place.answer if at_its_place else None
    if at_its_place is None:
        return failed(say("{name}: no SVM was fitted on its features.", name=name))
    if isinstance(answer, Refused):
        return failed(say("{name}: the SVM cannot be fitted again: {reason}.", name=name, reason=refusal(answer)))
    return failed(
        say("{name}: the features of {svm} are not those of this network.", name=name, svm=at_its_place.written),
        hint=say(
            "Take the features right after each training: the next one changes the encoder that both models share."
        ),
    )
