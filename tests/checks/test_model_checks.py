"""`parameters`, `architecture`, `training` and `shapes`: what is judged of a model without running it again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.analysis import Analysis
from grader.checks import architecture, parameters, shapes, training
from grader.domain import Finding, Mode, Printed, Reading, Status, layer
from tests.checks.build import (
    PERCEPTRON,
    RIGHT,
    analysis,
    data,
    exercise,
    failure,
    index,
    layer_specs,
    seen,
    snapshot,
    spoken,
)
from tests.checks.build import training as trained


def judged(check: object, about: Analysis) -> Finding:
    return spoken(check.judge(about))  # type: ignore[attr-defined]


ALL = (parameters.check(3), architecture.check(4), training.check(3), shapes.check(2, ((10,),)))


# ── No model at all ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.id)
def test_without_a_model_the_reason_is_told(check: object) -> None:
    nothing = analysis(snapshots=(), trainings=())
    assert judged(check, replace(nothing, mode=Mode.STATIC)).status is Status.SKIPPED
    assert "TODO" in judged(check, nothing).hint.en
    stopped = replace(nothing, evidence=replace(nothing.evidence, failures=(failure(),)))
    assert "stopped before" in judged(check, stopped).message.en
    unreadable = replace(nothing, reading=Reading("x = =", failure=failure("SyntaxError")))
    assert "could not start" in judged(check, unreadable).message.en
    for about in (nothing, stopped, unreadable):
        assert judged(check, about).status is Status.FAILED and judged(check, about).share == 0


# ── parameters ──────────────────────────────────────────────────────────────────────────────────


def test_the_right_number_of_parameters_passes_whichever_variant_it_is() -> None:
    assert judged(parameters.check(3), analysis()).status is Status.PASSED
    two = exercise(replace(PERCEPTRON, parameters=(155606, 7850)))
    assert judged(parameters.check(3), analysis(of=two)).status is Status.PASSED


def test_a_wrong_number_of_parameters_is_told_layer_by_layer() -> None:
    found = judged(
        parameters.check(3),
        analysis(snapshots=(snapshot((seen("Dense", 7840, units=10), seen("Dense", 110, units=10))),)),
    )
    assert found.status is Status.FAILED
    assert found.measured.en == "7,950" and found.measured.fr == "7\u202f950"
    assert "dense: 7,840" in found.hint.en


def test_missing_biases_are_recognised() -> None:
    found = judged(
        parameters.check(3), analysis(snapshots=(snapshot((seen("Dense", 7840, units=10, use_bias=False),)),))
    )
    assert "bias" in found.hint.en


# ── architecture ────────────────────────────────────────────────────────────────────────────────


def test_the_architecture_asked_for_passes() -> None:
    assert judged(architecture.check(4), analysis()).share == 1


def test_the_right_layers_with_a_wrong_setting_earn_half() -> None:
    found = judged(
        architecture.check(4), analysis(snapshots=(snapshot((seen("Dense", 7850, units=10, activation="sigmoid"),)),))
    )
    assert (found.status, found.share) == (Status.PARTIAL, 0.5)
    assert "activation is sigmoid instead of softmax" in found.message.en


@pytest.mark.parametrize(
    ("layers", "hint"),
    [
        ((*RIGHT, seen("Dense", 1, units=1)), "one layer more"),
        ((*RIGHT, seen("Dense", 1, units=1), seen("Dense", 2, units=1)), "2 layers more"),
        ((), "less"),
        ((seen("Conv2D", 1, filters=10),), "Compare"),
        ((seen("__main__.Mine", 1),), "own class"),
    ],
)
def test_other_layers_fail_with_a_hint(layers: tuple[object, ...], hint: str) -> None:
    found = judged(architecture.check(4), analysis(snapshots=(snapshot(layers),)))  # type: ignore[arg-type]
    assert found.status is Status.FAILED and hint in found.hint.en


# ── Which model is meant ────────────────────────────────────────────────────────────────────────


def test_of_several_models_the_one_asked_for_is_judged() -> None:
    other = (seen("Dense", 99, units=3), seen("Dense", 50, units=2))
    about = analysis(snapshots=(snapshot(), snapshot(other, id=2, model=2)), trainings=(trained(model=2),))
    found = about.model()
    assert found is not None and found.shape.model == 1 and found.others == 1 and not found.trained


def test_of_equal_models_the_one_trained_last_is_judged() -> None:
    about = analysis(
        snapshots=tuple(snapshot(id=n, model=n) for n in (1, 2, 3)),
        trainings=(trained(id=1, model=3), trained(id=2, model=2)),
    )
    found = about.model()
    assert found is not None and found.shape.model == 2


def test_a_model_that_was_cut_after_its_training_keeps_its_weights() -> None:
    whole = (seen("Dense", 78500, units=100, activation="sigmoid"), seen("Dense", 1010, units=10, activation="softmax"))
    about = analysis(
        of=exercise(PERCEPTRON),
        snapshots=(snapshot(whole, id=1), snapshot(whole[:1], id=2, weights="weights-2.npz", reason="predict")),
    )
    found = about.model()
    assert (
        found is not None and found.shape.id == 1 and found.final is not None and found.final.weights == "weights-1.npz"
    )


def test_the_last_weights_of_the_right_shape_count() -> None:
    about = analysis(
        snapshots=(
            snapshot(id=1, weights=None, reason="build"),
            snapshot(id=2),
            snapshot(id=5, weights="weights-5.npz"),
        )
    )
    found = about.model()
    assert found is not None and found.final is not None and found.final.id == 5


def test_an_exercise_without_models_means_none() -> None:
    assert analysis(of=replace(exercise(), models=())).model() is None


# ── training ────────────────────────────────────────────────────────────────────────────────────

SETTINGS = training.check(3, loss="categorical_crossentropy", optimizer="SGD", epochs=10)


@pytest.mark.parametrize(
    "loss", ["categorical_crossentropy", "CategoricalCrossentropy", "sparse_categorical_crossentropy"]
)
def test_the_settings_asked_for_pass_in_every_spelling(loss: str) -> None:
    compiled = replace(trained().compiled, loss=loss)  # type: ignore[type-var]
    assert judged(SETTINGS, analysis(trainings=(trained(compiled=compiled),))).share == 1


def test_what_is_not_asked_for_is_free() -> None:
    compiled = replace(trained().compiled, loss="mse", optimizer="Adam")  # type: ignore[type-var]
    assert judged(training.check(3), analysis(trainings=(trained(compiled=compiled),))).share == 1


@pytest.mark.parametrize(
    ("change", "share", "told"),
    [
        ({"loss": "mse"}, 2 / 3, "loss is mse"),
        ({"optimizer": "Adam"}, 2 / 3, "optimizer is Adam"),
        ({"epochs_run": 3}, 2 / 3, "only 3 epochs"),
        ({"epochs_run": 1}, 2 / 3, "only 1 epoch was"),
        ({"loss": "mse", "optimizer": "Adam"}, 1 / 3, "loss is mse"),
        ({"loss": "mse", "optimizer": "Adam", "epochs_run": 3}, 0, "only 3"),
    ],
)
def test_each_wrong_setting_costs_a_third(change: dict[str, object], share: float, told: str) -> None:
    run = {k: v for k, v in change.items() if k == "epochs_run"}
    compiled = replace(trained().compiled, **{k: v for k, v in change.items() if k not in run})  # type: ignore[type-var, arg-type]
    found = judged(SETTINGS, analysis(trainings=(trained(compiled=compiled, **run),)))
    assert found.share == pytest.approx(share) and told in found.message.en
    assert found.status is (Status.PARTIAL if share else Status.FAILED)


def test_a_model_that_was_never_trained_fails() -> None:
    found = judged(SETTINGS, analysis(trainings=()))
    assert found.status is Status.FAILED and "never trained" in found.message.en


def test_epochs_of_several_trainings_add_up() -> None:
    assert judged(SETTINGS, analysis(trainings=(trained(epochs_run=6), trained(id=2, epochs_run=4)))).share == 1


def test_trainings_of_another_model_do_not_count() -> None:
    found = judged(SETTINGS, analysis(trainings=(trained(model=2),)))
    assert found.status is Status.FAILED


def test_an_audit_counts_the_epochs_that_were_asked_for() -> None:
    capped = trained(capped=True, epochs_run=1, steps=30)
    assert judged(SETTINGS, analysis(mode=Mode.AUDIT, trainings=(capped,))).share == 1
    short = judged(SETTINGS, analysis(mode=Mode.AUDIT, trainings=(replace(capped, epochs_asked=2),)))
    assert "only 2 epochs" in short.message.en


def test_a_loop_of_ones_own_counts_by_its_steps() -> None:
    """Epochs are passes over the dataset's own images, whatever their number; the last batch may be smaller or missing."""
    loop = trained(how="train_on_batch", epochs_run=0, steps=10 * 20, batch_size=2)
    for steps, share in ((200, 1), (199, 1), (180, 2 / 3), (20, 2 / 3)):
        about = analysis(trainings=(replace(loop, steps=steps),), rows=index())  # 40 training images
        assert judged(SETTINGS, about).share == pytest.approx(share), steps
    for steps in (10 * 4, 10 * 3):  # batches of 12, with and without the last four images
        assert (
            judged(SETTINGS, analysis(trainings=(replace(loop, steps=steps, batch_size=12),), rows=index())).share == 1
        )


def test_a_loop_over_rows_of_no_dataset_counts_by_those_of_the_exercise() -> None:
    """XOR: 1000 times `train_on_batch` on the four points are 1000 epochs."""
    loop = trained(how="train_on_batch", epochs_run=0, steps=1000, batch_size=4)
    asked = training.check(3, loss="categorical_crossentropy", optimizer="SGD", epochs=1000, rows=4)
    assert judged(asked, analysis(trainings=(loop,))).share == 1
    assert judged(asked, analysis(trainings=(replace(loop, steps=4000, batch_size=1),))).share == 1
    assert "only 250 epochs" in judged(asked, analysis(trainings=(replace(loop, batch_size=1),))).message.en


# ── What the history gives away ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"history": {"loss": (2.0, float("nan"))}}, "diverged"),
        ({"data": data(high=255.0)}, "divide them by 255"),
        ({"data": data(label_shape=(10, 10))}, "one-hot"),
        ({"history": {"loss": (2.30, 2.31, 2.30, 2.29, 2.30, 2.30)}}, "has not begun to learn"),
        ({"history": {"loss": (1.0, 0.9)}}, "very short"),
        (
            {"history": {"loss": (1.0, 0.8, 0.6, 0.4, 0.2, 0.1), "val_loss": (1.0, 0.8, 0.7, 0.8, 0.9, 1.0)}},
            "over-fits",
        ),
    ],
)
def test_a_history_is_explained(change: dict[str, object], hint: str) -> None:
    found = judged(SETTINGS, analysis(trainings=(trained(epochs_run=3, **change),)))
    assert hint in found.hint.en


def test_a_healthy_history_is_left_uncommented() -> None:
    found = judged(SETTINGS, analysis(trainings=(trained(epochs_run=9),)))
    assert found.status is Status.PARTIAL and not found.hint


# ── shapes ──────────────────────────────────────────────────────────────────────────────────────

SIGNS = exercise(
    layer_specs(layer("Conv2D", filters=32), layer("MaxPooling2D"), layer("Flatten"), layer("Dense", units=6))
)
LAYERS = (
    seen("InputLayer"), seen("Conv2D", filters=32, output_shape=(62, 62, 32)), seen("Activation", output_shape=(62, 62, 32)),
    seen("MaxPooling2D", output_shape=(31, 31, 32)), seen("Flatten", output_shape=(30752,)), seen("Dense", output_shape=(6,)),
)  # fmt: skip
SHAPES = shapes.check(2, ((62, 62, 32), (31, 31, 32), (30752,), (6,)))


def test_the_shapes_of_the_layers_are_compared_in_order() -> None:
    assert judged(SHAPES, analysis(of=SIGNS, snapshots=(snapshot(LAYERS),))).share == 1
    padded = (*LAYERS[:3], seen("MaxPooling2D", output_shape=(32, 32, 32)), *LAYERS[4:])
    found = judged(SHAPES, analysis(of=SIGNS, snapshots=(snapshot(padded),)))
    assert found.status is Status.FAILED and "layer 2" in found.message.en


DATA_SHAPES = shapes.data(2, ((60000, 784), (10000, 784)))


@pytest.mark.parametrize("text", [
    "(60000, 784) (10000, 784) 0.0 1.0", "60000 x 784\n10000 x 784\nmin 0 max 1",
    "[60000, 784], [10000, 784], 0.0 .. 1.0",
])  # fmt: skip
def test_printed_shapes_and_range_pass(text: str) -> None:
    assert judged(DATA_SHAPES, analysis(printed=Printed(text))).share == 1


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("(60000, 784) (10000, 784)", 0.5),
        ("(60000, 784) (10000, 784) 0 255", 0.5),
        ("(60000, 784) 0.0 1.0", 0.5),
        ("(60000, 28, 28) (10000, 28, 28) 0 255", 0),
        ("", 0),
        ("(160000, 784) (10000, 7840) 0 1", 0.5),
    ],
)
def test_what_is_missing_of_shapes_and_range_costs_half(text: str, share: float) -> None:
    assert judged(DATA_SHAPES, analysis(printed=Printed(text))).share == share


def test_shapes_of_data_are_not_judged_by_reading_alone() -> None:
    assert judged(DATA_SHAPES, analysis(mode=Mode.STATIC)).status is Status.SKIPPED
