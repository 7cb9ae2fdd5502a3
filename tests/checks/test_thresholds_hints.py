"""Each condition of a hint, a notice and an explained error, from both sides: what is said just here, and not beside it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from grader.analysis.error_hints import error_hint
from grader.analysis.error_messages import fold
from grader.analysis.notices import notices_of
from grader.analysis.training_hints import training_hint
from grader.checks import training
from grader.domain import CompileInfo, Failure, FigureInfo, ModelUse, Reading
from tests.checks.build import PERCEPTRON, REGRESSION, analysis, data, exercise, index, seen, snapshot
from tests.checks.build import training as trained

NAN, DIVIDE, ONE_HOT, TWICE = "became NaN", "divide them by 255", "one-hot rows", "applied twice"
BEFORE, BARE, AGAIN, BEGUN = "before the last layer", "has no softmax", "created again", "has not begun to learn"
SHORT = "very short"
RAW, GOOD = data(high=255.0), data()
CROSS, SPARSE, MSE = (CompileInfo(1, loss, "SGD", 0.5) for loss in (
    "categorical_crossentropy", "sparse_categorical_crossentropy", "mse",
))  # fmt: skip


def hint(*trainings: Any, **more: Any) -> str:
    about = analysis(trainings=trainings or (trained(),), **more)
    found = about.model()
    assert found is not None
    return training_hint(found).en


def losses(*values: float, **more: Any) -> Any:
    return trained(history={"loss": values}, **more)


# ── What a training gives away ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("trainings", "told"),
    [
        ((losses(1.0, math.nan),), NAN),
        ((losses(math.inf, 1.0),), NAN),
        ((losses(math.nan), losses(1.0, 0.9, 0.8, 0.7, 0.6)), NAN),  # in whatever training
        ((losses(math.nan, data=RAW),), NAN),  # what explains most comes first
        ((trained(data=RAW), trained(data=None)), DIVIDE),  # the last data that is known
        ((trained(data=RAW), trained(data=GOOD)), ""),
        ((trained(data=data(high=255.0, label_shape=(1,))),), DIVIDE),
        ((trained(data=data(label_shape=(1,))),), ONE_HOT),
        ((trained(data=data(label_shape=(9,))),), ONE_HOT),
        ((trained(data=data(label_shape=(10,))),), ""),
        ((trained(data=data(label_shape=())),), ""),
        ((trained(data=data(label_shape=(1,)), compiled=SPARSE),), ""),
        ((trained(data=data(label_shape=(1,)), compiled=MSE),), ""),
        ((trained(data=data(label_shape=(1,)), compiled=None),), ""),
        ((trained(data=data(label_shape=(1,))), trained(compiled=None)), ONE_HOT),
        ((trained(data=None),), ""),
        ((losses(0.9, 0.8, 0.7), losses(0.6, 0.5)), ""),  # five epochs in all
        ((losses(0.9, 0.8), losses(0.6, 0.5)), SHORT),
        ((trained(history={}),), ""),
        ((losses(*(math.log(10),) * 6),), BEGUN),
        ((losses(*(math.log(10),) * 5, 2.0),), ""),
    ],
)
def test_what_a_training_gives_away(trainings: tuple[Any, ...], told: str) -> None:
    said = hint(*trainings)
    assert told in said and bool(said) is bool(told)


@pytest.mark.parametrize(
    ("output", "classes"), [((None, 10), 10), ((None, 4), 4), ((None, None), 10), ((), 10), (None, 10)]
)
def test_guessing_among_as_many_classes_as_the_model_has(output: Any, classes: int) -> None:
    shaped = (snapshot(output_shape=output),)
    assert BEGUN in hint(losses(*(math.log(classes),) * 6), snapshots=shaped)
    assert f"ln {classes} " in hint(losses(*(math.log(classes),) * 6), snapshots=shaped)
    assert BEGUN not in hint(losses(*(math.log(classes + 1),) * 6), snapshots=shaped)
    labels = trained(data=data(label_shape=(classes,)))
    assert hint(labels, snapshots=shaped) == ""


def dense(activation: str) -> Any:
    return seen("Dense", 7850, units=10, activation=activation)


def then(activation: str) -> Any:
    return seen("Activation", activation=activation)


@pytest.mark.parametrize(
    ("layers", "compiled", "told"),
    [
        ((dense("softmax"),), CROSS, ""),
        ((dense("softmax"), then("softmax")), CROSS, TWICE),
        ((dense("softmax"), dense("softmax")), CROSS, BEFORE),  # two layers of weights are no repetition
        ((dense("softmax"), dense("linear")), CROSS, BEFORE),
        ((dense("relu"), dense("softmax")), CROSS, ""),
        ((dense("relu"), then("softmax")), CROSS, ""),
        ((dense("linear"),), CROSS, BARE),
        ((dense("linear"),), SPARSE, ""),
        ((dense("linear"),), None, ""),
        ((dense("relu"),), CROSS, ""),
    ],
)
def test_where_the_softmax_stands(layers: tuple[Any, ...], compiled: Any, told: str) -> None:
    said = hint(trained(compiled=compiled), snapshots=(snapshot(layers),))
    assert told in said and bool(said) is bool(told)


def use(how: Any, model: int = 2, rows: int = 10_000) -> ModelUse:
    return ModelUse(model, how, 2, rows, (0.3, 0.9), "x.keras" if how in ("save", "load_weights") else "")


@pytest.mark.parametrize(
    ("uses", "is_told"),
    [
        ((use("evaluate"),), True),
        ((use("predict"),), True),
        ((use("save"),), True),
        ((use("fit"),), False),
        ((use("evaluate", 1),), False),
        ((use("evaluate"), use("load_weights")), False),
        ((use("evaluate"), use("load_weights", 1)), True),
        ((), False),
    ],
)
def test_a_fresh_model_is_told_of_where_the_program_judges_it(uses: tuple[ModelUse, ...], is_told: bool) -> None:
    both = (snapshot(), snapshot(id=2, model=2))
    assert (AGAIN in hint(snapshots=both, uses=uses)) is is_told
    assert AGAIN not in hint(trained(), trained(id=2, model=2), snapshots=both, uses=uses)
    other = (snapshot(), snapshot((dense("softmax"), seen("Flatten")), id=2, model=2))
    assert AGAIN not in hint(snapshots=other, uses=uses)


# ── What is measured and expected ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("loss", "optimizer", "epochs", "expected"),
    [
        ("mse", "SGD", 2, "mse, SGD, 2 epochs"),
        (None, "SGD", 1, "SGD, 1 epoch"),
        ("mse", None, 2, "mse, 2 epochs"),
        (None, None, 3, "3 epochs"),
    ],
)
def test_a_training_is_told_by_what_is_asked_for(loss: Any, optimizer: Any, epochs: int, expected: str) -> None:
    found = training.check(3, loss=loss, optimizer=optimizer, epochs=epochs).judge(analysis())
    assert found.expected.en == expected
    assert found.measured.en == "categorical_crossentropy, SGD, 10 epochs"
    bare = training.check(3, loss=loss, optimizer=optimizer, epochs=epochs).judge(
        analysis(trainings=(trained(compiled=None),))
    )
    assert bare.measured.en == "10 epochs"


# ── Notices ─────────────────────────────────────────────────────────────────────────────────────


def told(**more: Any) -> list[str]:
    return [notice.text.en for notice in notices_of(analysis(**{"rows": index(), **more}))]


@pytest.mark.parametrize(
    ("uses", "trained_on", "is_told"),
    [
        ((use("evaluate", 1, 40),), (40,), True),
        ((use("evaluate", 1, 40), use("evaluate", 1, 30)), (40, 30), True),
        ((use("evaluate", 1, 40), use("evaluate", 1, 30)), (40,), False),  # 30 others were looked at, too
        ((use("predict", 1, 40),), (40,), False),
        ((use("evaluate", 2, 40),), (40,), False),
        ((use("evaluate", 1, 41),), (40,), False),
        ((use("evaluate", 1, 20),), (20,), False),  # as many as there are test images
        ((use("evaluate", 1, 40),), (), False),
    ],
)
def test_who_evaluated_on_the_training_images_only(
    uses: tuple[ModelUse, ...], trained_on: tuple[int, ...], is_told: bool
) -> None:
    trainings = tuple(trained(data=data(rows=rows)) for rows in trained_on) or (trained(),)
    said = told(trainings=trainings, uses=uses)
    assert any("that it was trained on" in one for one in said) is is_told
    assert told(trainings=trainings, uses=uses, rows=None) == []


def test_of_several_models_asked_for_the_first_one_s_evaluation_is_told_and_none_is_named() -> None:
    layers = (
        seen("Dense", 78_500, units=100, activation="sigmoid"),
        seen("Dense", 1010, units=10, activation="softmax"),
    )
    both = {
        "of": exercise(REGRESSION, PERCEPTRON),
        "snapshots": (snapshot(), snapshot(layers, id=2, model=2), snapshot((dense("relu"),), id=3, model=3)),
        "trainings": (trained(data=data(rows=40)), trained(id=2, model=2, data=data(rows=30))),
    }
    assert told(**both, uses=(use("evaluate", 2, 30),)) == []
    (said,) = told(**both, uses=(use("evaluate", 1, 40),))
    assert "40 images" in said


@pytest.mark.parametrize(
    ("layers", "parameters", "why"),
    [
        ((dense("softmax"),), 7850, "layers are those that are asked for"),
        ((dense("relu"),), 7850, "the number of parameters that is asked for"),
        ((dense("relu"),), 7849, "comes nearest"),
    ],
)
def test_why_the_judged_model_was_chosen(layers: tuple[Any, ...], parameters: int, why: str) -> None:
    from dataclasses import replace

    meant = replace(snapshot(layers), parameters=parameters)
    (said,) = told(snapshots=(meant, snapshot((seen("Flatten"),), id=2, model=2)))
    assert why in said


@pytest.mark.parametrize(
    ("hows", "source", "finished", "is_told"),
    [
        (("end",), "x", True, True),
        (("end", "end"), "x", True, True),
        (("end", "show"), "x", True, False),
        (("end",), "plt.show()", True, False),
        (("end",), "plt.savefig('a')", True, False),
        (("end",), "x", False, False),
        ((), "x", True, False),
    ],
)
def test_a_figure_that_was_never_shown(hows: tuple[Any, ...], source: str, finished: bool, is_told: bool) -> None:
    figures = tuple(FigureInfo(n, how, (), None, None) for n, how in enumerate(hows, start=1))
    said = told(figures=figures, reading=Reading(source), finished=finished)
    assert bool(said) is is_told


# ── Errors ──────────────────────────────────────────────────────────────────────────────────────


def error(kind: str, message: str) -> str:
    return error_hint(Failure(kind, message, ())).en


@pytest.mark.parametrize(("length", "is_read"), [(4000, True), (4001, False)])
def test_4000_characters_of_a_message_are_read(length: int, is_read: bool) -> None:
    assert bool(error("ImportError", "cannot import name".rjust(length))) is is_read


@pytest.mark.parametrize(
    ("shape", "are_images"), [("(5, 100)", False), ("(5, 101)", True), ("(5, 10, 3)", True), ("(5, 2)", False)]
)
def test_more_than_a_hundred_columns_are_pixels(shape: str, are_images: bool) -> None:
    said = error("ValueError", f"labels doit être de forme (5,), une classe par point ; reçu : {shape}")
    assert ("images themselves" in said) is are_images and ("one-hot labels" in said) is not are_images


def test_labels_end_one_below_the_number_of_classes() -> None:
    said = error("InvalidArgumentError", "Received a label value of 10 which is outside the valid range of [0, 10)")
    assert "classes 0 to 9" in said and "only 10 units" in said


@pytest.mark.parametrize(
    ("message", "part"),
    [
        ("expected axis -1 of input shape to have value 784, but received input with shape (5, 3)", "of 784, and"),
        ("Expected shape (None, 7), but input has incompatible shape (5, 3)", "of (None, 7), and was given (5, 3)"),
        ("no numbers at all", "have not the shape that the model"),
    ],
)
def test_the_shapes_are_told_where_the_message_names_them(message: str, part: str) -> None:
    assert part in error("ValueError", f"Input 0 is incompatible with the layer: {message}")


@pytest.mark.parametrize(("length", "kept"), [(120, 120), (121, 119)])
def test_a_path_is_told_up_to_120_characters(length: int, kept: int) -> None:
    for quote in "'\"":
        path = "/home/" + "q" * (length - 6)
        said = error("FileNotFoundError", f"No such file or directory: {quote}{path}{quote}")
        assert f"/home/{'q' * (kept - 6)}" in said and "q" * (kept - 5) not in said


def test_of_a_wall_of_text_the_line_before_the_node_is_told() -> None:
    node = "[[{{node x}}]]"
    assert fold(f"first\nsecond\nmeant\n{node}") == "meant"
    assert fold(f"meant\n{node}") == "meant"
    assert fold(f"{node}\nmeant") == f"{node} meant"
    assert fold(f'first\nFile "a.py", line 1\n{node}') == 'first File "a.py", line 1 […]'
    assert fold(f"first\nDetected at node\n{node}").startswith("first Detected")
    assert fold("") == ""
