"""`xor`: the net answers the four points without error, luck set aside.

Two relu units learn XOR from about one start in six. A net that got there earns everything; for one that did not,
the evaluator trains the same net in the same way from many other starts, and the share that succeeds is judged.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from grader.checks.findings import failed, nothing_recorded, partial, passed, review
from grader.checks.meant import Meant, meant
from grader.domain import Check, Facts, Finding, Json, Measurement, Text, Training
from grader.evidence import Forged, arrays_of
from grader.messages import number, percent, say, say_n

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Measured on 2000 starts: the handout's procedure succeeds from 12 to 16 % of them, 500 of its 1000 epochs from 9 %,
# 300 from 6 %, 100 from 2 %, one from 0.2 %.
FULL_SHARE = 0.08
PART_SHARE = 0.03
BAND = 0.5
POINTS = 4
CODES = ((0.0, 1.0), (-1.0, 1.0))  # what stands for 0 and 1 in the inputs


def check(points: float, restarts: int = 2000, model: int = 0) -> Check:
    return Check(
        "xor",
        say("No error on the four points, luck set aside"),
        points,
        lambda facts: judge(facts, restarts, model),
        needs=lambda facts: needs(facts, restarts, model),
    )


def needs(facts: Facts, restarts: int, model: int) -> tuple[Measurement, ...]:
    found = meant(facts, model)
    measurement = _measurement(facts, found, restarts) if found is not None else None
    return (measurement,) if measurement else ()


def _measurement(facts: Facts, found: Meant, restarts: int) -> Measurement | None:
    """None where there is nothing to measure: never trained, or a model without architecture."""
    last = _last(found)
    if found.final is None or found.final.architecture is None or last is None:
        return None
    compiled = last.compiled
    low, high = _code(facts, found)
    rate = compiled.learning_rate if compiled else None
    return Measurement(
        "restarts",
        (
            ("snapshot", found.final.id),
            ("restarts", restarts),
            ("loss", compiled.loss if compiled else None),
            ("optimizer", compiled.optimizer if compiled else None),
            ("learning_rate", rate if rate is not None and math.isfinite(rate) else None),
            ("epochs", _epochs(found, last)),
            ("batch_size", _batch_size(last)),
            ("low", low),
            ("high", high),
        ),
    )


def _last(found: Meant) -> Training | None:
    return next((t for t in reversed(found.trainings) if t.epochs_run or t.steps), None)


def _epochs(found: Meant, last: Training) -> int:
    """All the trainings that went on in the way of the last one, in passes over the four points."""
    alike = [t for t in found.trainings if t.compiled == last.compiled and t.how == last.how]
    return round(sum(_steps(t) for t in alike) / math.ceil(POINTS / _batch_size(last)))


def _steps(training: Training) -> int:
    """An audit stops a training early: what was asked for counts then."""
    if training.how != "fit":
        return training.steps
    rows = training.data.rows if training.data else POINTS
    an_epoch = math.ceil(rows / _batch_size(training))
    if training.capped:
        return training.epochs_asked * an_epoch
    return training.steps or training.epochs_run * an_epoch


def _batch_size(training: Training) -> int:
    return training.batch_size or 32  # Keras' own default


# ── What the network was fed ────────────────────────────────────────────────────────────────────


def _table(facts: Facts, found: Meant) -> tuple[NDArray[Any], NDArray[Any]] | None:
    """(inputs of shape (n, 2), whether the answer is yes of shape (n,)) of the last training whose rows were kept."""
    for training in reversed(found.trainings):
        try:
            arrays = arrays_of(facts.evidence, training.data.rows_file if training.data else None)
            rows, target = arrays["input"], arrays["target"]
        except (Forged, KeyError):
            continue
        if rows.ndim == target.ndim == 2 and rows.shape[1] == 2 and 0 < len(rows) == len(target):
            asked = target.astype(float)
            return rows.astype(float), asked[:, 1] > asked[:, 0] if asked.shape[1] == 2 else asked[:, 0] > 0.5
    return None


def _code(facts: Facts, found: Meant) -> tuple[float, float]:
    table = _table(facts, found)
    values = set(table[0].ravel().tolist()) if table else set()
    return next((code for code in CODES if values <= set(code)), CODES[0])


def _fed_xor(facts: Facts, found: Meant) -> bool | None:
    """Whether the last training was fed the table of XOR; None where its rows were not kept."""
    table = _table(facts, found)
    if table is None:
        return None
    rows, answers = table
    low, high = _code(facts, found)
    ones = rows == high
    if not ((rows == low) | ones).all():
        return False
    points = set(zip(ones[:, 0].tolist(), ones[:, 1].tolist(), strict=True))
    return len(points) == POINTS and bool(((ones[:, 0] ^ ones[:, 1]) == answers).all())


# ── The verdict ─────────────────────────────────────────────────────────────────────────────────


def judge(facts: Facts, restarts: int, model: int) -> Finding:
    expected = say("no error on the four points, from this start or from others")
    found = meant(facts, model)
    if found is None:
        return nothing_recorded(facts, expected)
    measurement = _measurement(facts, found, restarts)
    if measurement is None:
        if not found.trained:
            return failed(
                say("The network was never trained, so it has learnt nothing."),
                expected=expected,
                hint=say("Call `model.fit(X, y, epochs=1000, verbose=0)`."),
            )
        return failed(say("The model cannot be rebuilt by the grader: it has layers or a class of your own."))
    if _fed_xor(facts, found) is False:
        return failed(
            say("The network was not taught the exclusive or: the points or their labels are others."),
            expected=expected,
            hint=say("The exclusive or is 1 for (0, 1) and (1, 0), and 0 for (0, 0) and (1, 1)."),
        )
    return _by_figures(facts.measured[measurement], expected)


def _by_figures(result: Mapping[str, Json], expected: Text) -> Finding:
    errors, share = result.get("errors"), result.get("share")
    if errors == 0:
        return passed(say("Your network gives no error on the four points."), say("no error"), expected)
    own = (
        say_n("{count} error with your start", "{count} errors with your start", errors)
        if isinstance(errors, int)
        else Text()
    )
    if result.get("representable") is False:
        return failed(
            say("A network of this shape cannot compute the exclusive or, whatever its weights."),
            own,
            expected,
            say("It takes a hidden layer of at least two units with an activation that is not linear, such as relu."),
        )
    if not isinstance(share, int | float):
        return review(
            say("Your network makes errors, and the grader cannot try its training again: a teacher will look at it."),
            own,
            expected,
        )
    return _by_share(float(share), result.get("restarts"), own, expected)


def _by_share(share: float, tried: object, own: Text, expected: Text) -> Finding:
    count = number(tried) if isinstance(tried, int) else Text("?", "?")
    told = say("{share} of {count} other starts succeed", share=percent(share), count=count)
    measured = say("{own}; {told}", own=own, told=told) if own else told
    another = say("Try another seed (`keras.utils.set_random_seed(2)`), or more hidden units, to see it succeed.")
    if share >= FULL_SHARE:
        return passed(
            say("An unlucky start, which costs nothing: {told} with your settings.", told=told),
            measured,
            expected,
            another,
        )
    hint = say("Train longer, or with a larger learning rate; then another seed or more hidden units help too.")
    if share >= PART_SHARE:
        return partial(BAND, say("Only {told} with your settings.", told=told), measured, expected, hint)
    return failed(
        say("More than bad luck: {told} with your settings.", told=told),
        measured,
        expected,
        hint,
    )
