"""How large a recorded net and its training may be, and which layers are read, from both sides."""

from __future__ import annotations

from typing import Any

import pytest

from grader.evaluator.recorded_net import from_keras
from grader.evaluator.small_net import (
    Dense,
    Initial,
    Procedure,
    SmallNet,
)
from tests.evaluator.test_recorded_net import COMPILED, OUT, dense, random_uniform, recorded

Json = dict[str, Any]


def layer(kind: str, **config: Any) -> Json:
    return {"class_name": kind, "config": config}


def refused(architecture: Json, **compiled: Any) -> str:
    """The reason; "" where it is read."""
    found = from_keras(architecture, {**COMPILED, **compiled})
    return found if isinstance(found, str) else ""


def hidden(architecture: Json) -> Dense:
    """The first layer that was read."""
    found = from_keras(architecture, COMPILED)
    assert not isinstance(found, str), found
    return found[0].layers[0]


# ── Sizes ───────────────────────────────────────────────────────────────────────────────────────


def fed_with(inputs: Any) -> Json:
    model = recorded(OUT)
    model["config"]["layers"][0]["config"]["batch_shape"] = [None, inputs]
    return model


@pytest.mark.parametrize(
    ("architecture", "reason"),
    [
        (recorded(*[layer("Flatten")] * 22, OUT), ""),
        (recorded(*[layer("Flatten")] * 23, OUT), "size"),
        (recorded(*[dense()] * 7, OUT), ""),
        (recorded(*[dense()] * 8, OUT), "size"),
        (recorded(dense(256), OUT), ""),
        (recorded(dense(257), OUT), "size"),
        (recorded(dense(1), OUT), ""),
        (recorded(dense(0), OUT), "size"),
        (fed_with(1), ""),
        (fed_with(0), "inputs"),
        (fed_with(256), ""),
        (fed_with(257), "inputs"),
    ],
)
def test_how_large_a_net_is_read(architecture: Json, reason: str) -> None:
    assert refused(architecture) == reason


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("epochs", 1, ""),
        ("epochs", 20_000, ""),
        ("epochs", 20_001, "size"),
        ("epochs", True, "size"),
        ("epochs", 10.0, "size"),
        ("batch_size", 1, ""),
        ("batch_size", 1 << 30, ""),
        ("batch_size", (1 << 30) + 1, "malformed"),
        ("learning_rate", 1e-12, ""),
        ("learning_rate", 0.9e-12, "learning_rate"),
        ("learning_rate", 1000, ""),
        ("learning_rate", 1000.1, "learning_rate"),
        ("learning_rate", True, "learning_rate"),
        ("learning_rate", "0.1", "learning_rate"),
        ("loss", "mean_squared_error" + "_" * 22, ""),
        ("loss", "mean_squared_error" + "_" * 23, "loss"),
        ("loss", "mae", ""),
        ("loss", "bce", ""),
    ],
)
def test_how_long_a_training_is_read(name: str, value: Any, reason: str) -> None:
    assert refused(recorded(dense(), OUT), **{name: value}) == reason


def test_where_no_batch_is_named_it_is_keras_own() -> None:
    found = from_keras(recorded(OUT), {**COMPILED, "batch_size": None})
    assert found == (SmallNet((Dense(1, "sigmoid"),)), Procedure(batch_size=32))
    assert Procedure() == Procedure("MeanSquaredError", "Adam", 0.001, 1000, 32, (), ())
    assert [Procedure(epochs=3, batch_size=4).steps(rows) for rows in (4, 5, 8, 9)] == [3, 6, 6, 9]


# ── Layers ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("after", "activation"),
    [
        (layer("Activation", activation="tanh"), "tanh"),
        (layer("ReLU"), "relu"),
        (layer("ReLU", max_value=None, negative_slope=0.0, threshold=0), "relu"),
        (layer("Softmax"), "softmax"),
        (layer("Softmax", axis=-1), "softmax"),
    ],
)
def test_an_activation_stands_behind_a_layer_that_has_none(after: Json, activation: str) -> None:
    assert hidden(recorded(dense(2, "linear"), after, OUT)).activation == activation
    assert hidden(recorded(dense(2, None), after, OUT)).activation == activation
    assert refused(recorded(dense(2, "relu"), after, OUT)) == "layer"
    assert refused(recorded(after, OUT)) == "layer"


@pytest.mark.parametrize(
    "after",
    [
        layer("ReLU", max_value=6),
        layer("ReLU", max_value=0),
        layer("ReLU", negative_slope=0.1),
        layer("ReLU", threshold=0.1),
        layer("ReLU", threshold=-1),
        layer("Softmax", axis=0),
        layer("Softmax", axis=1),
        layer("Softmax", axis=-2),
        layer("Activation", activation=3),
        layer("Activation", activation="threshold"),
    ],
)
def test_an_activation_with_settings_of_its_own_is_not_read(after: Json) -> None:
    assert refused(recorded(dense(2, "linear"), after, OUT)) == "activation"


FREE = ("kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint", "bias_constraint")


@pytest.mark.parametrize("name", [*FREE, "lora_rank", "quantization_config"])
def test_a_layer_with_one_setting_of_more_is_not_read(name: str) -> None:
    assert refused(recorded(dense(**{name: 0}), OUT)) == "setting"
    assert refused(recorded(dense(**{name: None}), OUT)) == ""


def test_what_a_layer_does_not_say_is_as_in_keras() -> None:
    plain = recorded(layer("Dense", units=3), OUT)
    assert hidden(plain) == Dense(3, "linear", True, Initial("GlorotUniform"), Initial("Zeros"))
    assert Dense(3) == Dense(3, "linear", True, Initial("GlorotUniform", ()), Initial("Zeros", ()))
    assert not hidden(recorded(dense(use_bias=False), OUT)).use_bias
    assert hidden(recorded(dense(trainable=True), OUT)) == Dense(2, "relu")
    assert refused(recorded(dense(trainable=None), OUT)) == "setting"
    named = {**dense(), "registered_name": "Dense"}
    assert hidden(recorded(named, OUT)) == Dense(2, "relu")
    assert refused(recorded({**dense(), "registered_name": "Dens"}, OUT)) == "layer"
    zeros = {"class_name": "zeros", "config": None}
    assert hidden(recorded(dense(kernel_initializer=zeros), OUT)).kernel == Initial("Zeros")


@pytest.mark.parametrize(
    ("config", "is_read"),
    [
        ({"minval": 0.05}, True),
        ({"minval": 0.051}, False),
        ({"maxval": -0.05}, True),
        ({"maxval": -0.051}, False),
        ({"minval": 0.5, "maxval": 0.5}, True),
        ({"minval": 0.5, "maxval": 0.499}, False),
        ({}, True),
    ],
)
def test_a_range_does_not_end_before_it_begins(config: Json, is_read: bool) -> None:
    initializer = {**random_uniform(0, 0), "config": config}
    assert (refused(recorded(dense(kernel_initializer=initializer), OUT)) == "") is is_read


def test_where_the_number_of_inputs_is_told() -> None:
    """By the input layer, else by what the first layer was built for, else by what the model was."""

    def model(first: Json, **more: Any) -> Json:
        return {"class_name": "Sequential", "config": {"layers": [first, OUT]}, **more}

    def inputs(architecture: Json) -> Any:
        found = from_keras(architecture, COMPILED)
        return found if isinstance(found, str) else found[0].inputs

    built, whole = {"build_config": {"input_shape": [None, 3]}}, {"build_config": {"input_shape": [None, 4]}}
    assert inputs(model({**dense(batch_shape=[None, 5]), **built}, **whole)) == 5
    assert inputs(model({**dense(), **built}, **whole)) == 3
    assert inputs(model(dense(), **whole)) == 4
    assert inputs(model(dense())) == "inputs"
    assert inputs(model(dense(batch_shape=[5]), **whole)) == "inputs"
    assert inputs(model(dense(batch_shape=[None, 5, 1]), **whole)) == "inputs"


# ── Functional models ───────────────────────────────────────────────────────────────────────────


def functional(layers: list[Json], outputs: Any) -> Json:
    return {"class_name": "Functional", "config": {"layers": layers, "output_layers": outputs}}


def on(name: str, *, calls: int = 1, arguments: int = 1) -> list[Json]:
    """The calls of a layer on another one's output."""
    tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}}
    return [{"args": [tensor] * arguments, "kwargs": {}}] * calls


ENTRY = {**layer("InputLayer", batch_shape=[None, 2]), "name": "x", "inbound_nodes": []}
FIRST = {**dense(), "name": "a", "inbound_nodes": on("x")}
LAST = {**OUT, "name": "b", "inbound_nodes": on("a")}


@pytest.mark.parametrize(
    ("layers", "outputs", "reason"),
    [
        ([ENTRY, FIRST, LAST], ["b", 0, 0], ""),
        ([ENTRY, FIRST, LAST], [["b", 0, 0]], ""),
        ([ENTRY, FIRST, LAST], [], "layer"),
        ([ENTRY, FIRST, LAST], [[]], "layer"),
        ([ENTRY, FIRST, LAST], ["a", 0, 0], "layer"),
        ([{**ENTRY, "inbound_nodes": on("b")}, FIRST, LAST], ["b", 0, 0], "layer"),
        ([{**ENTRY, "class_name": "Dense"}, FIRST, LAST], ["b", 0, 0], "layer"),
        ([ENTRY, {**FIRST, "inbound_nodes": []}, LAST], ["b", 0, 0], "layer"),
        ([ENTRY, {**FIRST, "inbound_nodes": on("x", calls=2)}, LAST], ["b", 0, 0], "layer"),
        ([ENTRY, {**FIRST, "inbound_nodes": on("x", arguments=0)}, LAST], ["b", 0, 0], "layer"),
        ([ENTRY, {**FIRST, "inbound_nodes": on("x", arguments=2)}, LAST], ["b", 0, 0], "layer"),
        ([ENTRY, {**FIRST, "inbound_nodes": [{"args": ["x"]}]}, LAST], ["b", 0, 0], "layer"),
        ([ENTRY, {**FIRST, "inbound_nodes": [{"args": [{"config": {"keras_history": []}}]}]}, LAST], ["b"], "layer"),
        ([ENTRY, FIRST, {**LAST, "inbound_nodes": on("x")}], ["b", 0, 0], "layer"),
    ],
)
def test_a_functional_model_is_read_where_it_is_one_chain(layers: list[Json], outputs: Any, reason: str) -> None:
    assert refused(functional(layers, outputs)) == reason
