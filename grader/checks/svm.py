"""`latent` and `svm`: the features are the student's own encoder's, and an SVM on them does as well as it should.

The evaluator fits each SVM again (see `grader.evaluator.refit`); here its settings, the origin of its features and the
accuracy measured outside are judged, one half of the points for each of the two SVMs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from grader.checks.findings import failed, partial, passed, skipped
from grader.checks.meant import Meant, meant
from grader.checks.refusals import refusal
from grader.checks.seen import seen_rows
from grader.checks.shared_encoder import classifier
from grader.domain import Call, Check, Facts, Finding, Json, Measurement, Mode, Snapshot, Text
from grader.messages import join, number, percent, plain, say

ROWS = 10_000
MOST_FITS = 4
MOST_OTHERS = 6  # moments besides the ends of the two trainings at which features may have been taken
BAND = 0.5
WRONG_LABELS = 0.05
NAMES = (say("autoencoder"), say("classifier"))


@dataclass(frozen=True, slots=True)
class Asked:
    """Settings of one SVM, and the accuracies from which all and half of its points are earned."""

    C: float
    gamma: float
    full: float
    partial: float

    def agrees(self, settings: Mapping[str, Json]) -> bool:
        given = (_real(settings.get("C")), _real(settings.get("gamma")))
        near = all(math.isclose(a, b, rel_tol=1e-6) for a, b in zip(given, (self.C, self.gamma), strict=True))
        return near and settings.get("kernel") == "rbf"

    @property
    def written(self) -> str:
        return f"SVC(C={self.C:g}, gamma={self.gamma:g})"


@dataclass(frozen=True, slots=True)
class Fit:
    """One recorded `SVC.fit`, and what the evaluator says of it."""

    call: Call
    result: Mapping[str, Json]

    @property
    def settings(self) -> Mapping[str, Json]:
        settings = self.call.facts.get("settings")
        return settings if isinstance(settings, Mapping) else {}

    @property
    def width(self) -> int:
        shape = self.call.facts.get("shape")
        return shape[1] if isinstance(shape, list) and len(shape) == 2 and isinstance(shape[1], int) else 0

    @property
    def models(self) -> list[Json]:
        """Numbers of the networks that give these features: 0 and 1 after their trainings, larger at other moments."""
        found = self.result.get("models")
        return list(found) if isinstance(found, list) else []

    @property
    def written(self) -> str:
        settings = self.settings
        shown = ", ".join(f"{name}={_shown(settings.get(name))}" for name in ("C", "gamma"))
        kernel = settings.get("kernel")
        return f"SVC({shown})" if kernel == "rbf" else f"SVC({shown}, kernel={kernel})"


def features(points: float, size: int = 20, rows: int = ROWS) -> Check:
    return Check(
        "latent",
        say("Features of your own encoder"),
        points,
        lambda facts: judge_features(facts, size, rows),
        needs=lambda facts: needs(facts, rows),
    )


def check(points: float, autoencoder: Asked, classifier: Asked, rows: int = ROWS) -> Check:
    asked = (autoencoder, classifier)
    return Check(
        "svm",
        say("SVM on the features"),
        points,
        lambda facts: judge(facts, asked, rows),
        needs=lambda facts: needs(facts, rows),
    )


# ── What is measured ────────────────────────────────────────────────────────────────────────────


def fits_of(facts: Facts) -> tuple[Call, ...]:
    return tuple(c for c in facts.evidence.calls if c.what == "svm_fit" and c.arrays)[-MOST_FITS:]


def needs(facts: Facts, rows: int) -> tuple[Measurement, ...]:
    return tuple(_measurement(facts, call, rows) for call in fits_of(facts))


def _measurement(facts: Facts, call: Call, rows: int) -> Measurement:
    settings = call.facts.get("settings")
    given = settings if isinstance(settings, Mapping) else {}
    one = meant(facts, 0)
    seen = seen_rows(facts, one) if one is not None else None
    return Measurement(
        "svm",
        (
            ("dataset", facts.exercise.dataset),
            ("arrays", call.arrays),
            ("rows", rows),
            *((name, _plain(given.get(name))) for name in ("C", "gamma", "kernel")),
            *((("scale", seen.scale), ("offset", seen.offset)) if seen is not None else ()),
            *((f"snapshot_{number}", snapshot.id) for number, snapshot in _moments(facts).items()),
        ),
    )


def _moments(facts: Facts) -> dict[int, Snapshot]:
    """The networks whose features an SVM may have got: 0 and 1 are the two models at the end of their trainings
    (the other training changes the encoder they share), larger numbers are other moments."""
    one = meant(facts, 0)
    two = classifier(facts, one, 1) if one is not None else None
    ends = {n: s for n, found in enumerate((one, two)) if found is not None and (s := _end(facts, found)) is not None}
    taken = {s.id for s in ends.values()}
    others = [s for s in facts.evidence.snapshots if s.weights and s.architecture is not None and s.id not in taken]
    return {**ends, **dict(enumerate(others[-MOST_OTHERS:], start=2))}


def _end(facts: Facts, found: Meant) -> Snapshot | None:
    mine = [s for s in facts.evidence.snapshots if s.model == found.shape.model and s.weights and s.architecture]
    trained = [s for s in mine if s.reason in ("fit", "train_on_batch")]
    return max(trained or mine, key=lambda s: s.id, default=None)


def _fits(facts: Facts, rows: int) -> list[Fit]:
    return [Fit(call, facts.measured.get(_measurement(facts, call, rows), {})) for call in fits_of(facts)]


# ── Features ────────────────────────────────────────────────────────────────────────────────────


def judge_features(facts: Facts, size: int, rows: int) -> Finding:
    expected = say("{size} features, from the encoder after each of the two trainings", size=size)
    fits = _fits(facts, rows)
    if not fits:
        return _no_fit(facts, expected)
    measured = join([say("{count} columns", count=number(fit.width)) for fit in fits])
    right = [which for which in (0, 1) if any(which in fit.models and fit.width == size for fit in fits)]
    if len(right) == 2:
        return passed(say("Both SVMs got the features of your own encoder."), measured, expected)
    missing = join([NAMES[which] for which in (0, 1) if which not in right])
    message = say(
        "No SVM was fitted on the features that the encoder gives once trained in the {models}.", models=missing
    )
    hint = _whence(fits, size)
    return partial(BAND, message, measured, expected, hint) if right else failed(message, measured, expected, hint)


def _whence(fits: list[Fit], size: int) -> Text:
    """Where the features of the SVMs come from instead."""
    if any(fit.width != size for fit in fits):
        return say("An SVM takes the {size} values of `encoder.predict(images)`, not the images themselves.", size=size)
    if not any(fit.models for fit in fits):
        return say("These features are those of none of your networks: are they `encoder.predict(images)`, unchanged?")
    if any(isinstance(n, int) and n > 1 for fit in fits for n in fit.models):
        return say("Take the features after `fit`: before it, the encoder has learnt nothing.")
    return say("Take the features right after each training: the next one changes the encoder that both models share.")


def _no_fit(facts: Facts, expected: Text) -> Finding:
    if facts.mode is Mode.STATIC:
        return skipped(say("Not judged: the program was only read, not run."))
    return failed(
        say("No SVM was fitted."),
        expected=expected,
        hint=say(
            "`SVC(C=1000, gamma=0.02).fit(Z_train[:10000], y_train[:10000])`, with `Z_train = encoder.predict(X_train)`."
        ),
    )


# ── SVMs ────────────────────────────────────────────────────────────────────────────────────────


def judge(facts: Facts, asked: tuple[Asked, Asked], rows: int) -> Finding:
    expected = join(
        [
            say("{name}: {svm}, at least {full}", name=name, svm=one.written, full=percent(one.full, 0))
            for name, one in zip(NAMES, asked, strict=True)
        ],
        "; ",
    )
    fits = _fits(facts, rows)
    if not fits:
        return _no_fit(facts, expected)
    if facts.mode is Mode.AUDIT and any(t.capped for t in facts.evidence.trainings):
        return skipped(say("Not judged: an audit stops each training after a few steps, so the features say nothing."))
    parts = [_one(fits, which, one) for which, one in enumerate(asked)]
    share = sum(part.share for part in parts) / len(parts)
    message = join([part.message for part in parts], " ")
    measured = join([part.measured for part in parts if part.measured], "; ")
    hint = next((part.hint for part in parts if part.hint), Text())
    if share == 1:
        return passed(message, measured, expected)
    return partial(share, message, measured, expected, hint) if share else failed(message, measured, expected, hint)


def _one(fits: list[Fit], which: int, asked: Asked) -> Finding:
    """One of the two SVMs: found by its features, of several the one with the right settings; else told by order."""
    name = NAMES[which]
    mine = [fit for fit in fits if which in fit.models]
    if not mine:
        return _not_mine(fits, which)
    fit = next((f for f in reversed(mine) if asked.agrees(f.settings)), mine[-1])
    if not asked.agrees(fit.settings):
        return failed(
            say("{name}: {seen} instead of {asked}.", name=name, seen=fit.written, asked=asked.written),
            plain(fit.written),
            hint=say("Give the SVM the settings that are asked for."),
        )
    if fit.result.get("split") == "test":
        return failed(
            say("{name}: the SVM was fitted on the test images.", name=name),
            hint=say("Fit on `Z_train[:10000]`, `y_train[:10000]`; the test images are for the score."),
        )
    wrong = _real(fit.result.get("wrong_labels"))
    if wrong > WRONG_LABELS:
        return failed(
            say("{name}: {share} of the labels are not those of the images.", name=name, share=percent(wrong, 0)),
            hint=say("Are features and labels in the same order?"),
        )
    return _by_accuracy(name, _real(fit.result.get("accuracy")), asked)


def _by_accuracy(name: Text, accuracy: float, asked: Asked) -> Finding:
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


def _not_mine(fits: list[Fit], which: int) -> Finding:
    """No SVM has this network's features. Told of the one that stands at its place, where there is one."""
    name = NAMES[which]
    at_its_place = fits[which] if which < len(fits) else None
    reason = at_its_place.result.get("refused") if at_its_place else None
    if at_its_place is None:
        return failed(say("{name}: no SVM was fitted on its features.", name=name))
    if reason is not None:
        return failed(say("{name}: the SVM cannot be fitted again: {reason}.", name=name, reason=refusal(reason)))
    return failed(
        say("{name}: the features of {svm} are not those of this network.", name=name, svm=at_its_place.written),
        hint=say(
            "Take the features right after each training: the next one changes the encoder that both models share."
        ),
    )


def _real(value: Json) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def _plain(value: Json) -> str | int | float | None:
    return value if isinstance(value, str | int | float) else None


def _shown(value: Json) -> str:
    return f"{value:g}" if isinstance(value, int | float) else repr(value)
