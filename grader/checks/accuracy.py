"""`accuracy`: how well the recorded weights do on the grader's own test images."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from grader.checks.diagnose import diagnose
from grader.checks.findings import failed, nothing_recorded, partial, passed, skipped
from grader.checks.left_files import checkpoints, model_files
from grader.checks.meant import Meant, meant
from grader.checks.refusals import refusal
from grader.checks.scalers import fed_alike, inputs_of
from grader.checks.seen import Seen, seen_rows
from grader.domain import Check, Facts, Finding, Json, Measurement, Mode, Text
from grader.messages import join, percent, say

BAND = 0.5  # the share of the points between the two thresholds
TOO_WELL = 0.03  # a model that knows the test images this much better than the training images has seen them
TOO_WELL_STAND_IN = 0.08  # its test digits are a little easier: no test digit resembles another class
TEST_SHARE = 0.005
DEVIATIONS = 3  # of the accuracy on a small test set, which is luck


def check(points: float, full: float, partial: float, model: int = 0, id: str = "accuracy") -> Check:
    """All points from `full` on, half of them from `partial` on."""
    return Check(
        id,
        say("Accuracy on the test images"),
        points,
        lambda facts: judge(facts, full, partial, model),
        needs=lambda facts: needs(facts, model),
    )


def needs(facts: Facts, model: int) -> tuple[Measurement, ...]:
    found = meant(facts, model)
    if found is None:
        return ()
    if cut_short(facts, found):
        return tuple(handed_in(facts, found))
    measurement = measurement_of(facts, found)
    return (measurement,) if measurement else tuple(checkpoints(facts, found).values())


def cut_short(facts: Facts, found: Meant) -> bool:
    """An audit stops each training after a few steps: the weights say nothing then."""
    return facts.mode is Mode.AUDIT and any(t.capped for t in found.trainings)


def handed_in(facts: Facts, found: Meant) -> list[Measurement]:
    """The weights handed in beside the program, as they were before it could overwrite them."""
    built = max(
        (s for s in facts.evidence.snapshots if s.model == found.shape.model and s.weights),
        key=lambda s: s.id,
        default=None,
    )
    if built is None:
        return []
    settings = (*fed_alike(facts, found, built), *inputs_of(facts, found))
    return [Measurement("handed_in", (("handed_in", name), *settings)) for name in model_files(facts.handed_in)]


def measurement_of(facts: Facts, found: Meant) -> Measurement | None:
    if found.final is None or found.final.architecture is None:
        return None
    return Measurement("predict", (*fed_alike(facts, found, found.final), *inputs_of(facts, found)))


def judge(facts: Facts, full: float, part: float, model: int) -> Finding:
    expected = say("at least {full}", full=percent(full))
    found = meant(facts, model)
    if found is None:
        return nothing_recorded(facts, expected)
    if cut_short(facts, found):
        return _by_hand_in(facts, found, full, part, expected)
    measurement = measurement_of(facts, found)
    if measurement is None and found.shape.architecture is not None:
        return _by_checkpoint(facts, found, full, part, expected)
    if measurement is None:
        return failed(
            say("The model cannot be rebuilt by the grader: it has layers or a class of your own."),
            expected=expected,
            hint=say("Use `keras.Sequential` or the functional API with the layers of Keras."),
        )
    result = facts.measured[measurement]
    if "refused" in result:
        return failed(
            say("The model cannot be judged: {reason}.", reason=refusal(result["refused"])),
            expected=expected,
            hint=diagnose(facts, found)
            or say("Use the layers of Keras that the handout names, with inputs and outputs of the right size."),
        )
    return _by_figures(facts, found, result, seen_rows(facts, found), full, part, expected)


def _by_hand_in(facts: Facts, found: Meant, full: float, part: float, expected: Text) -> Finding:
    """An audit: the training was cut after a few steps, so the weights that were handed in are judged."""
    results = [facts.measured[m] for m in handed_in(facts, found)]
    usable = [r for r in results if "refused" not in r]
    if usable:
        best = max(usable, key=lambda r: real(r["accuracy"]))
        return _by_figures(facts, found, best, seen_rows(facts, found), full, part, expected)
    if results:
        reason = refusal(results[0]["refused"])
        return failed(
            say("The weights that were handed in cannot be judged: {reason}.", reason=reason), expected=expected
        )
    return skipped(
        say("Not judged: an audit stops each training after a few steps, and no weights were handed in."),
        say("Hand in the trained model beside the program: it is then judged."),
    )


def _by_checkpoint(facts: Facts, found: Meant, full: float, part: float, expected: Text) -> Finding:
    """No weights were recorded, for the program did not come so far: what it saved on the way is judged."""
    results = {name: facts.measured[m] for name, m in checkpoints(facts, found).items()}
    usable = {name: r for name, r in results.items() if "refused" not in r}
    if usable:
        name, best = max(usable.items(), key=lambda item: real(item[1]["accuracy"]))
        finding = _by_figures(facts, found, best, seen_rows(facts, found), full, part, expected)
        said = say("Judged by {file}, saved while the training, which did not end, was running.", file=name)
        return replace(finding, message=join([finding.message, said], " "))
    stopped = (
        say("The training did not come to its end, and no weights were recorded: there is nothing to judge.")
        if found.unfinished
        else say("The program stopped before the weights of its network were recorded: there is nothing to judge.")
    )
    hint = say(
        "Let the program come to its end within its time: see “{runs}”.", runs=say("The program runs to its end")
    )
    return failed(stopped, expected=expected, hint=hint)


def _by_figures(
    facts: Facts, found: Meant, result: Mapping[str, Json], rows: Seen, full: float, part: float, expected: Text
) -> Finding:
    accuracy, train = real(result["accuracy"]), real(result["train_accuracy"])
    measured = percent(accuracy, 2)
    rows = _recognised(result, rows)
    if _trained_on_test(facts, rows, accuracy - train, result):
        return failed(
            say(
                "The model was trained on the test images, so its accuracy of {measured} says nothing.",
                measured=measured,
            ),
            measured,
            expected,
            say("Train on `x_train`, `y_train` only; the test images are for the end."),
        )
    if accuracy >= full:
        return passed(say("{measured} of the test images are recognised.", measured=measured), measured, expected)
    hint = _labels_hint(rows) or diagnose(facts, found) or _untrained(found)
    message = say(
        "{measured} of the test images are recognised; {full} are asked for.", measured=measured, full=percent(full)
    )
    if accuracy >= part:
        return partial(BAND, message, measured, expected, hint)
    return failed(message, measured, expected, hint)


def _recognised(result: Mapping[str, Json], rows: Seen) -> Seen:
    """What the evaluator recognised behind a scaler, where there was one."""
    behind = result.get("rows")
    counts = [behind.get(n) for n in ("known", "test", "wrong_labels")] if isinstance(behind, Mapping) else []
    known, test, wrong = (c if isinstance(c, int) else 0 for c in counts or (0, 0, 0))
    return replace(rows, known=known, test=test, wrong_labels=wrong) if known else rows


def _trained_on_test(facts: Facts, rows: Seen, lead: float, result: Mapping[str, Json]) -> bool:
    """Test images were recognised among what a training saw; or, where what it saw is unknown (a loop of one's own),
    the model knows them better than honest models do. Who was seen to train on the training images is not accused."""
    if rows.known:
        return rows.test > max(TEST_SHARE * rows.known, 1)
    return lead > (TOO_WELL_STAND_IN if facts.stand_in else _too_well(result))


def _too_well(result: Mapping[str, Json]) -> float:
    """`TOO_WELL`, or more where the test set is so small that honest accuracies lie further apart."""
    confusion = result.get("confusion")
    table = confusion if isinstance(confusion, list) else []
    images = sum(n for row in table if isinstance(row, list) for n in row if isinstance(n, int))
    return max(TOO_WELL, DEVIATIONS * 0.5 / math.sqrt(images)) if images else TOO_WELL


def real(value: object) -> float:
    """A figure of the evaluator's; NaN where it is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def _labels_hint(rows: Seen) -> Text:
    if rows.known and rows.wrong_labels > 0.2 * rows.known:
        return say(
            "{share} of the images were trained with a label that is not theirs: are images and labels still in the same order?",
            share=percent(rows.wrong_labels / rows.known, 0),
        )
    return Text()


def _untrained(found: Meant) -> Text:
    return Text() if found.trained else say("Call `model.fit(x_train, y_train, …)` before judging the model.")
