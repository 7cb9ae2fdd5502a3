"""Each mistake that students make is answered by its own sentence, in French and in English."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from grader.analysis import Analysis
from grader.analysis.error_messages import explain
from grader.analysis.notices import notices_of
from grader.analysis.training_hints import training_hint
from grader.checks import accuracy, figure, runs, saved_model, training
from grader.checks.neighbourhood_hit import explain_formula
from grader.domain import CompileInfo, Evidence, FigureInfo, ModelUse, Reading, Text
from grader.measurements import RecognisedRows
from tests.checks.build import PERCEPTRON, analysis, data, exercise, failure, index, measured, seen, snapshot
from tests.checks.build import training as trained

TRAINING = training.check(3, loss="categorical_crossentropy", optimizer="SGD", epochs=10)
ACCURACY = accuracy.check(4, full=0.9, partial=0.8)
SAVED = saved_model.check(2)


def dense(units: int, activation: str) -> Any:
    return seen("Dense", 100, units=units, activation=activation)


def hint(about: Analysis) -> Text:
    found = about.model()
    assert found is not None
    return training_hint(found)


def error(kind: str, message: str) -> Text:
    return explain(failure(kind, message))


def advice(about: Analysis) -> Text:
    (notice,) = notices_of(about)
    return notice.text


def on_test_images() -> Text:
    results = {"accuracy": 0.99, "train_accuracy": 0.8, "rows": RecognisedRows(100, 100, 0)}
    about = analysis()
    return ACCURACY.judge(measured(about, ACCURACY.requests(about), results)).message


def saved_before() -> Text:
    early = snapshot(reason="save", steps=0)
    about = analysis(
        snapshots=(early, snapshot(id=2)),
        uses=(ModelUse(1, "save", 1, 0, (), "exo1.keras"),),
        files={"exo1.keras": 10},
    )
    return SAVED.judge(measured(about, SAVED.requests(about), {"difference": 0.7})).hint


def never_shown() -> Text:
    drawn = FigureInfo(1, "end", (), None, None)
    return advice(analysis(figures=(drawn,), reading=Reading("plt.imshow(x)")))


def never_drawn() -> Text:
    return figure.image_grid(4, 10, 20, 200).judge(analysis()).hint


def created_again() -> Text:
    fresh = snapshot(id=2, model=2, reason="evaluate")
    return hint(analysis(snapshots=(snapshot(), fresh), uses=(ModelUse(2, "evaluate", 2, 10000, (2.3,), ""),)))


def on_training_images() -> Text:
    use = ModelUse(1, "evaluate", 1, 40, (0.3, 0.92), "")
    return advice(analysis(trainings=(trained(data=data(rows=40)),), uses=(use,), rows=index()))


def not_one_hot() -> Text:
    compiled = CompileInfo(1, "categorical_crossentropy", "SGD", 0.5)
    return hint(analysis(trainings=(trained(data=data(label_shape=(1,)), compiled=compiled),)))


def layers(*stack: Any, **changes: Any) -> Analysis:
    of = exercise(PERCEPTRON) if len(stack) > 1 else exercise()
    return analysis(of=of, snapshots=(snapshot(stack),), **changes)


SHAPES = (
    'Input 0 of layer "dense" is incompatible with the layer: expected axis -1 of input shape to have value 784, '
    "but received input with shape (None, 28, 28)"
)
TAUGHT = {
    "data not normalised": (lambda: hint(analysis(trainings=(trained(data=data(high=255.0)),))), "divide them by 255"),
    "labels not one-hot": (not_one_hot, "turn them into one-hot rows"),
    "labels not one-hot, refused by Keras": (
        lambda: error("ValueError", "Arguments `target` and `output` must have the same shape. Received:"),
        "one-hot labels (`to_categorical`) go with",
    ),
    "softmax missing": (lambda: hint(layers(dense(10, "linear"))), "The last layer has no softmax"),
    "softmax doubled": (
        lambda: hint(layers(dense(10, "softmax"), seen("Activation", activation="softmax"))),
        "Softmax is applied twice",
    ),
    "softmax before the last layer": (
        lambda: hint(layers(dense(100, "softmax"), dense(10, "softmax"))),
        "A softmax stands before the last layer",
    ),
    "wrong input shape": (lambda: error("ValueError", SHAPES), "exo1.py, line 12"),
    "wrong input shape, and what to do": (lambda: error("ValueError", SHAPES), "reshape the images"),
    "evaluated on the training set": (on_training_images, "only images that it never saw tell"),
    "model created again": (created_again, "created again after its training"),
    "test set used for training": (on_test_images, "was trained on the test images"),
    "fit never called": (lambda: TRAINING.judge(analysis(trainings=())).hint, "Call `model.fit("),
    "saved before training": (saved_before, "saved before it was trained"),
    "plateau": (lambda: hint(analysis(trainings=(trained(history={"loss": (2.3,) * 10}),))), "has not begun to learn"),
    "NaN": (lambda: hint(analysis(trainings=(trained(history={"loss": (float("nan"),)}),))), "The loss became NaN"),
    "far too few epochs": (
        lambda: hint(analysis(trainings=(trained(history={"loss": (1.0, 0.9)}),))),
        "The training was very short",
    ),
    "neighbourhood hit, indentation": (lambda: explain_formula("division_in_if"), "stands inside the `if`"),
    "one-hot labels given to the criteria": (
        lambda: error(
            "ValueError", "labels doit être de forme (1000,), une classe par point ; reçu : (1000, 10). Si ce sont"
        ),
        "one-hot labels were given",
    ),
    "images given to the criteria": (
        lambda: error("ValueError", "labels doit être de forme (1000,), une classe par point ; reçu : (1000, 784)."),
        "the images themselves were given",
    ),
    "one-hot labels in criteria of one's own": (
        lambda: error("IndexError", "too many indices for array: array is 2-dimensional, but 3 were indexed"),
        "are the labels one-hot rows",
    ),
    "one-hot labels compared one by one": (
        lambda: error("ValueError", "The truth value of an array with more than one element is ambiguous. Use a.any()"),
        "are the labels one-hot rows",
    ),
    "figure never shown": (never_shown, "never shows it"),
    "figure never drawn": (never_drawn, "end with `plt.show()`"),
    "path of one's own machine": (
        lambda: error("FileNotFoundError", "[Errno 2] No such file or directory: '/Users/lea/tp/x.npy'"),
        "exists on your machine only",
    ),
    "module that is not available": (
        lambda: error("ModuleNotFoundError", "No module named 'torch'"),
        "is not installed here and the exercise does without it",
    ),
    "module of the course that is missing": (
        lambda: error("ModuleNotFoundError", "No module named 'sklearn'"),
        "`pip install scikit-learn`",
    ),
    "module of one's own that was not handed in": (
        lambda: error("ModuleNotFoundError", "No module named 'mes_fonctions'"),
        "hand it in beside the program",
    ),
    "labels beyond the classes": (
        lambda: error(
            "InvalidArgumentError", "Received a label value of 99 which is outside the valid range of [0, 10)."
        ),
        "one unit per class",
    ),
    "tf.contrib": (
        lambda: error("ImportError", "tf.contrib was removed from TensorFlow in 2019; what"),
        "`tf.contrib`",
    ),
    "tensorflow.contrib": (
        lambda: error("ModuleNotFoundError", "No module named 'tensorflow.contrib'"),
        "`tf.contrib` was removed",
    ),
    "tensorflow.examples": (
        lambda: error("ModuleNotFoundError", "No module named 'tensorflow.examples'"),
        "keras.datasets.mnist.load_data()",
    ),
}


@pytest.mark.parametrize("mistake", TAUGHT)
def test_a_mistake_is_answered_by_its_own_sentence(mistake: str) -> None:
    say_it, part = TAUGHT[mistake]
    told = say_it()
    assert part in told.en
    assert told.fr and told.fr != told.en, "and it has its French"


def test_softmax_where_it_belongs_is_not_blamed() -> None:
    assert not hint(layers(dense(100, "sigmoid"), dense(10, "softmax")))


@pytest.mark.parametrize(
    "changes",
    [
        {"reading": Reading("plt.imshow(x)\nfig.show()")},
        {"reading": Reading("fig.savefig('x.png')")},
        {"figures": (FigureInfo(1, "show", (), None, None), FigureInfo(2, "end", (), None, None))},
        {"finished": False},
        {"figures": ()},
    ],
)
def test_a_figure_that_is_shown_or_kept_is_as_it_should_be(changes: dict[str, Any]) -> None:
    drawn = (FigureInfo(1, "end", (), None, None),)
    assert notices_of(analysis(**{"figures": drawn, "reading": Reading("plt.imshow(x)"), **changes})) == ()


def test_a_model_saved_after_its_training_is_told_otherwise() -> None:
    about = analysis(uses=(ModelUse(1, "save", 1, 0, (), "exo1.keras"),), files={"exo1.keras": 10})
    found = SAVED.judge(measured(about, SAVED.requests(about), {"difference": 0.7}))
    assert found.hint.en.startswith("Save after `fit`")


def test_an_error_of_reading_is_told_like_one_of_running() -> None:
    about = analysis(reading=Reading("", failure=failure("IndentationError", "unexpected indent")), outcome=None)
    assert "the indentation of this line" in runs.check(1).judge(replace(about, evidence=Evidence())).message.en
