"""A recorded model is read as a small net and its training, or refused with a reason."""

from __future__ import annotations

import json
from typing import Any

import keras
import pytest

from grader.evaluator.recorded_net import from_keras
from grader.evaluator.small_net import Dense, Initial, Procedure, SmallNet

SLIDES = SmallNet((Dense(2, "relu"), Dense(1, "sigmoid")))

COMPILED: dict[str, object] = {
    "loss": "mean_squared_error",
    "optimizer": "Adam",
    "learning_rate": 0.001,
    "epochs": 1000,
    "batch_size": None,
}


def recorded(*layers: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The JSON of a sequential Keras model on two inputs, shortened to what is read."""
    start = {"class_name": "InputLayer", "config": {"batch_shape": [None, 2]}}
    return {"class_name": "Sequential", "config": {"layers": [start, *layers]}, **more}


def dense(units: Any = 2, activation: Any = "relu", **more: Any) -> dict[str, Any]:
    return {"class_name": "Dense", "config": {"units": units, "activation": activation, "use_bias": True, **more}}


OUT = dense(1, "sigmoid")


def trained(**compile_config: Any) -> dict[str, Any]:
    return recorded(dense(), OUT, compile_config=compile_config)


def mse(**config: Any) -> dict[str, Any]:
    return {"class_name": "MeanSquaredError", "config": config}


def random_uniform(low: float, high: float) -> dict[str, Any]:
    return {"class_name": "RandomUniform", "config": {"minval": low, "maxval": high}}


def test_the_model_of_the_slides_is_read_from_kerass_own_json() -> None:
    layers = [keras.layers.Dense(2, activation="relu"), keras.layers.Dense(1, activation="sigmoid")]
    model = keras.Sequential([keras.Input((2,)), *layers])
    model.compile("adam", "mse")
    settings = (("beta_1", 0.9), ("beta_2", 0.999), ("epsilon", 1e-7), ("amsgrad", False))
    assert from_keras(model.to_json(), COMPILED) == (SLIDES, Procedure(settings=settings))
    entry = keras.Input((2,))
    hidden = keras.layers.Dense(2, activation="relu")(entry)
    functional = keras.Model(entry, keras.layers.Dense(1, activation="sigmoid")(hidden))
    assert from_keras(json.loads(functional.to_json()), COMPILED) == (SLIDES, Procedure())


def test_a_separate_activation_layer_is_the_activation_of_the_layer_before_it() -> None:
    relu = {"class_name": "Activation", "config": {"activation": "relu"}}
    assert from_keras(recorded(dense(2, "linear"), relu, OUT), COMPILED) == (SLIDES, Procedure())


def test_the_momentum_is_taken_from_the_models_own_compile_config() -> None:
    optimizer = {"class_name": "SGD", "config": {"momentum": 0.9, "nesterov": True, "clipnorm": None}}
    read = from_keras(
        recorded(dense(), OUT, compile_config={"optimizer": optimizer, "loss": "mse"}),
        {**COMPILED, "optimizer": "SGD", "learning_rate": 0.1, "batch_size": 2},
    )
    expected = Procedure("MeanSquaredError", "SGD", 0.1, 1000, 2, (("momentum", 0.9), ("nesterov", True)))
    assert read == (SLIDES, expected)
    assert expected.steps(4) == 2000


def test_an_initialiser_is_read_with_its_settings_and_without_its_seed() -> None:
    uniform = {"class_name": "RandomUniform", "config": {"minval": -1.0, "maxval": 1.0, "seed": 3}}
    read = from_keras(recorded(dense(kernel_initializer=uniform), OUT), COMPILED)
    assert not isinstance(read, str)
    assert read[0].layers[0].kernel == Initial("RandomUniform", (("minval", -1.0), ("maxval", 1.0)))


@pytest.mark.parametrize(
    ("architecture", "reason"),
    [
        ("{not json", "malformed"),
        ("[" * 100_000, "malformed"),
        (None, "malformed"),
        ([], "malformed"),
        ({"class_name": "Sequential"}, "malformed"),
        ({"class_name": "Sequential", "config": {"layers": [3]}}, "malformed"),
        ({"class_name": "Sequential", "config": {"layers": []}}, "inputs"),
        (recorded(), "outputs"),
        (recorded({"class_name": "Softmax", "config": {"axis": 1}}, OUT), "layer"),
        (recorded(dense(2, "linear"), {"class_name": "Softmax", "config": {"axis": 1}}), "activation"),
        (recorded(dense(2, "glu")), "activation"),
        (recorded(dense(), {**OUT, "registered_name": "etudiant>Dense"}), "layer"),
        (recorded(dense(kernel_initializer={"class_name": "Zeros", "registered_name": "e>Zeros"})), "initializer"),
        (recorded(dense(kernel_initializer=random_uniform(2, 1)), OUT), "initializer"),
        (recorded(dense(kernel_initializer=random_uniform(0, 10**400)), OUT), "initializer"),
        (recorded(dense(257), OUT), "size"),
        (recorded(dense(True), OUT), "size"),
        (recorded(dense("2"), OUT), "size"),
        (recorded(*[dense()] * 8, OUT), "size"),
        (recorded(*[dense()] * 500, OUT), "size"),
        (recorded(dense(activation={"class_name": "function"}), OUT), "activation"),
        (recorded(dense(kernel_initializer={"class_name": "Orthogonal"}), OUT), "initializer"),
        (
            recorded(dense(kernel_initializer={"class_name": "Constant", "config": {"value": float("nan")}}), OUT),
            "initializer",
        ),
        (recorded(dense(kernel_regularizer={"class_name": "L2"}), OUT), "setting"),
        (recorded(dense(trainable=False), OUT), "setting"),
        (recorded(dense(use_bias=1), OUT), "malformed"),
        (recorded(dense(), {"class_name": "Dropout", "config": {"rate": 0.5}}, OUT), "layer"),
        (recorded(dense(), {"class_name": "Lambda", "config": {"function": "…"}}, OUT), "layer"),
        ({"class_name": "Functional", "config": {"layers": [dense(), OUT]}}, "malformed"),
        (
            recorded(dense(), OUT, compile_config={"optimizer": {"class_name": "Adam", "config": {"clipnorm": 1}}}),
            "setting",
        ),
        (
            recorded(dense(), OUT, compile_config={"optimizer": {"class_name": "Adam", "config": {"beta_1": 2}}}),
            "setting",
        ),
        (trained(optimizer={"class_name": "Adam", "config": {"use_ema": True}}), "setting"),
        (trained(optimizer={"class_name": "Adam", "config": {"epsilon": float("nan")}}), "setting"),
        (trained(optimizer={"class_name": "Adam", "config": {"amsgrad": 1}}), "setting"),
        (trained(optimizer={"class_name": "Adam", "config": {"clipvalue": -1}}), "setting"),
        (trained(optimizer={"class_name": "Adam", "config": {}, "registered_name": "e>Adam"}), "optimizer"),
        (trained(loss=mse(reduction="sum")), "setting"),
        (trained(loss=mse(axis=0)), "setting"),
        (trained(loss={"class_name": "function", "config": "mean_squared_error"}), "loss"),
    ],
)
def test_a_model_that_is_not_tiny_and_plain_is_refused_with_a_reason(architecture: Any, reason: str) -> None:
    assert from_keras(architecture, COMPILED) == reason


def test_a_net_of_other_inputs_and_outputs_is_read() -> None:
    start = {"class_name": "InputLayer", "config": {"batch_shape": [None, 4]}}
    model = {"class_name": "Sequential", "config": {"layers": [start, dense(8), dense(3, "softmax")]}}
    read = from_keras(model, {**COMPILED, "loss": "sparse_categorical_crossentropy", "optimizer": "Lion"})
    net = SmallNet((Dense(8, "relu"), Dense(3, "softmax")), inputs=4)
    assert read == (net, Procedure("SparseCategoricalCrossentropy", "Lion"))
    separate = {
        **model,
        "config": {"layers": [start, dense(8), dense(3, None), {"class_name": "Softmax", "config": {}}]},
    }
    assert from_keras(separate, COMPILED) == (net, Procedure())


@pytest.mark.parametrize("shape", [[None, 2, 2], [None], [None, None], [None, 10**6], [None, True], "2", None])
def test_an_input_that_is_not_one_row_of_numbers_is_refused(shape: Any) -> None:
    model = recorded(dense(), OUT)
    model["config"]["layers"][0]["config"]["batch_shape"] = shape
    assert from_keras(model, COMPILED) in ("inputs", "malformed")


def test_the_settings_of_a_loss_are_read_where_it_was_given_as_an_object() -> None:
    config = {"from_logits": True, "label_smoothing": 0.1, "axis": -1, "reduction": "sum_over_batch_size"}
    read = from_keras(
        trained(loss={"class_name": "BinaryCrossentropy", "config": config}),
        {**COMPILED, "loss": "BinaryCrossentropy"},
    )
    assert not isinstance(read, str)
    assert read[1].logits and dict(read[1].loss_settings) == {"from_logits": True, "label_smoothing": 0.1}


def test_a_functional_model_with_a_second_branch_is_refused() -> None:
    entry = keras.Input((2,))
    left, right = keras.layers.Dense(2)(entry), keras.layers.Dense(2)(entry)
    model = keras.Model(entry, keras.layers.Dense(1)(keras.layers.Add()([left, right])))
    assert from_keras(model.to_json(), COMPILED) == "layer"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"loss": "my_loss"}, "loss"),
        ({"loss": None}, "loss"),
        ({"optimizer": "Lamb"}, "optimizer"),
        ({"optimizer": "Adafactor"}, "optimizer"),
        ({"loss": "Dice"}, "loss"),
        ({"learning_rate": None}, "learning_rate"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"learning_rate": -1.0}, "learning_rate"),
        ({"epochs": 10**9}, "size"),
        ({"epochs": 0}, "size"),
        ({"batch_size": 0}, "malformed"),
    ],
)
def test_a_training_that_cannot_be_tried_again_is_refused_with_a_reason(change: dict[str, object], reason: str) -> None:
    assert from_keras(recorded(dense(), OUT), {**COMPILED, **change}) == reason


@pytest.mark.parametrize("spelling", ["mse", "MSE", "MeanSquaredError", "mean_squared_error"])
def test_a_loss_is_known_by_all_its_names(spelling: str) -> None:
    assert from_keras(recorded(dense(), OUT), {**COMPILED, "loss": spelling}) == (SLIDES, Procedure())
