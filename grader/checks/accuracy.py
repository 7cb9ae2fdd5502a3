"""`accuracy`: how well the recorded weights do on the grader's own test images."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from grader.analysis import Analysis, MatchedModel
from grader.analysis.provenance import RowProvenance
from grader.analysis.refusal_texts import refusal
from grader.analysis.training_hints import training_hint
from grader.checks.findings import failed, nothing_recorded, partial, passed, skipped
from grader.domain import Check, Finding, Mode, Text
from grader.measurements import MeasurementRequest, Prediction, Refused
from grader.messages import join, percent, say

BAND = 0.5  # the share of the points between the two thresholds
MAX_LEAD = 0.03  # a model that knows the test images this much better than the training images has seen them
MAX_LEAD_STAND_IN = 0.08  # its test digits are a little easier: no test digit resembles another class
TEST_SHARE = 0.005
DEVIATIONS = 3  # of the accuracy on a small test set, which is luck


def check(points: float, full: float, partial: float, model: int = 0, id: str = "accuracy") -> Check:
    """Return the check `accuracy` of `exercise.models[model]`: all points from an accuracy of `full` on, half of them
    from `partial` on.

    Accuracies are shares from 0 to 1 of the grader's own test images, predicted with the recorded weights.
    """
    return Check(
        id,
        say("Accuracy on the test images"),
        points,
        lambda analysis: judge(analysis, full, partial, model),
        requests=lambda analysis: requests(analysis, model),
    )


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Hold the accuracies (shares from 0 to 1) from which all and half of the points are earned."""

    full: float
    partial: float

    @property
    def expected(self) -> Text:
        """Return what a report shows as expected, as a percentage."""
        return say("at least {full}", full=percent(self.full))


def requests(analysis: Analysis, model: int) -> tuple[MeasurementRequest[Prediction], ...]:
    """Return what the evaluator must measure first: the recorded weights; in an audit, the files handed in; after a
    training that was cut, its checkpoints. Return nothing where no model was recorded."""
    found = analysis.model(model)
    if found is None:
        return ()
    asked = analysis.requests_of(found)
    if cut_short(analysis, found):
        return asked.handed_in
    return (asked.prediction,) if asked.prediction else asked.checkpoints


def cut_short(analysis: Analysis, found: MatchedModel) -> bool:
    """Return whether an audit stopped one of the model's trainings after a few steps: its weights say nothing then."""
    return analysis.mode is Mode.AUDIT and any(t.capped for t in found.trainings)


def judge(analysis: Analysis, full: float, part: float, model: int) -> Finding:
    """Judge the accuracy of `exercise.models[model]` by `full` and `part` (shares from 0 to 1).

    Fail a model that was trained on test images; skip an audit without weights that were handed in. Raise `KeyError`
    where the evaluator has not answered `requests`.
    """
    asked = Thresholds(full, part)
    found = analysis.model(model)
    if found is None:
        return nothing_recorded(analysis, asked.expected)
    if cut_short(analysis, found):
        return _judge_handed_in(analysis, found, asked)
    request = analysis.requests_of(found).prediction
    if request is None and found.shape.architecture is not None:
        return _judge_checkpoint(analysis, found, asked)
    if request is None:
        return failed(
            say("The model cannot be rebuilt by the grader: it has layers or a class of your own."),
            expected=asked.expected,
            hint=say("Use `keras.Sequential` or the functional API with the layers of Keras."),
        )
    answer = analysis.answer(request)
    if isinstance(answer, Refused):
        return failed(
            say("The model cannot be judged: {reason}.", reason=refusal(answer)),
            expected=asked.expected,
            hint=training_hint(found)
            or say("Use the layers of Keras that the handout names, with inputs and outputs of the right size."),
        )
    return _judge_prediction(analysis, found, answer, asked)


def _judge_handed_in(analysis: Analysis, found: MatchedModel, asked: Thresholds) -> Finding:
    """An audit: the training was cut after a few steps, so the weights that were handed in are judged."""
    requests = analysis.requests_of(found).handed_in
    best = analysis.best_file(requests)
    if best is not None:
        return _judge_prediction(analysis, found, best[1], asked)
    first = analysis.answer(requests[0]) if requests else None
    if isinstance(first, Refused):
        return failed(
            say("The weights that were handed in cannot be judged: {reason}.", reason=refusal(first)),
            expected=asked.expected,
        )
    return skipped(
        say("Not judged: an audit stops each training after a few steps, and no weights were handed in."),
        say("Hand in the trained model beside the program: it is then judged."),
    )


def _judge_checkpoint(analysis: Analysis, found: MatchedModel, asked: Thresholds) -> Finding:
    """No weights were recorded, for the program did not come so far: what it saved on the way is judged."""
    best = analysis.best_file(analysis.requests_of(found).checkpoints)
    if best is not None:
        file, prediction = best
        finding = _judge_prediction(analysis, found, prediction, asked)
        said = say("Judged by {file}, saved while the training, which did not end, was running.", file=file)
        return replace(finding, message=join([finding.message, said], " "))
    stopped = (
        say("The training did not come to its end, and no weights were recorded: there is nothing to judge.")
        if found.unfinished
        else say("The program stopped before the weights of its network were recorded: there is nothing to judge.")
    )
    hint = say(
        "Let the program come to its end within its time: see “{runs}”.", runs=say("The program runs to its end")
    )
    return failed(stopped, expected=asked.expected, hint=hint)


def _judge_prediction(analysis: Analysis, found: MatchedModel, prediction: Prediction, asked: Thresholds) -> Finding:
    accuracy, expected = prediction.accuracy, asked.expected
    measured = percent(accuracy, 2)
    rows = _rows_behind_scaler(prediction, found.provenance)
    if _trained_on_test(analysis, rows, prediction):
        return failed(
            say(
                "The model was trained on the test images, so its accuracy of {measured} says nothing.",
                measured=measured,
            ),
            measured,
            expected,
            say("Train on `x_train`, `y_train` only; the test images are for the end."),
        )
    if accuracy >= asked.full:
        return passed(say("{measured} of the test images are recognised.", measured=measured), measured, expected)
    hint = _labels_hint(rows) or training_hint(found) or _untrained_hint(found)
    message = say(
        "{measured} of the test images are recognised; {full} are asked for.",
        measured=measured,
        full=percent(asked.full),
    )
    if accuracy >= asked.partial:
        return partial(BAND, message, measured, expected, hint)
    return failed(message, measured, expected, hint)


def _rows_behind_scaler(prediction: Prediction, rows: RowProvenance) -> RowProvenance:
    """What the evaluator recognised behind a scaler, where there was one."""
    behind = prediction.rows
    if behind is None or not behind.known:
        return rows
    return replace(rows, known=behind.known, test=behind.test, wrong_labels=behind.wrong_labels)


def _trained_on_test(analysis: Analysis, rows: RowProvenance, prediction: Prediction) -> bool:
    """Test images were recognised among what a training saw; or, where what it saw is unknown (a loop of one's own),
    the model knows them better than honest models do. Who was seen to train on the training images is not accused."""
    if rows.known:
        return rows.test > max(TEST_SHARE * rows.known, 1)
    lead = prediction.accuracy - prediction.train_accuracy
    return lead > (MAX_LEAD_STAND_IN if analysis.stand_in else _max_lead(prediction.images))


def _max_lead(images: int) -> float:
    """`MAX_LEAD`, or more where the test set is so small that honest accuracies lie further apart."""
    return max(MAX_LEAD, DEVIATIONS * 0.5 / math.sqrt(images)) if images else MAX_LEAD


def _labels_hint(rows: RowProvenance) -> Text:
    if rows.known and rows.wrong_labels > 0.2 * rows.known:
        return say(
            "{share} of the images were trained with a label that is not theirs: are images and labels still in the same order?",
            share=percent(rows.wrong_labels / rows.known, 0),
        )
    return Text()


def _untrained_hint(found: MatchedModel) -> Text:
    return Text() if found.trained else say("Call `model.fit(x_train, y_train, …)` before judging the model.")
