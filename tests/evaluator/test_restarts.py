"""The NumPy trainer is Keras' own arithmetic, and XOR's luck is what was measured."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from grader.evaluator.formulas import ACTIVATIONS, DEFAULTS, INITIALISERS, LOSSES, draw
from grader.evaluator.recorded_net import from_keras
from grader.evaluator.restarts import (
    POINTS,
    TARGETS,
    Dense,
    Initial,
    Procedure,
    TinyNet,
    Weights,
    affordable,
    can_represent_xor,
    initial,
    restarts,
    train,
)

SLIDES = TinyNet((Dense(2, "relu"), Dense(1, "sigmoid")))
EIGHT = TinyNet((Dense(8, "relu"), Dense(1, "sigmoid")))


# ── Luck ────────────────────────────────────────────────────────────────────────────────────────


def test_two_relu_units_solve_xor_from_about_15_initialisations_in_100() -> None:
    found = restarts(SLIDES, Procedure(), restarts=4000)
    assert found.share == pytest.approx(0.15, abs=0.02)
    assert found.solved.shape == found.losses.shape == (4000,)
    # What is solved has a smaller loss than what is not.
    assert np.median(found.losses[found.solved]) < np.median(found.losses[~found.solved])


def test_eight_relu_units_solve_xor_most_of_the_time() -> None:
    assert restarts(EIGHT, Procedure(), restarts=1000).share == pytest.approx(0.88, abs=0.04)


def test_the_same_seed_gives_the_same_restarts_and_another_seed_others() -> None:
    procedure = Procedure(epochs=30, batch_size=1)
    first, again, other = (restarts(EIGHT, procedure, restarts=40, seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(first.losses, again.losses)
    assert not np.array_equal(first.losses, other.losses)


def test_a_procedure_that_hardly_trains_hardly_solves() -> None:
    assert restarts(SLIDES, Procedure(epochs=1), restarts=2000).share < 0.02


def test_a_net_without_a_hidden_layer_never_solves_xor() -> None:
    found = restarts(TinyNet((Dense(1, "sigmoid"),)), Procedure(learning_rate=0.1, epochs=300), restarts=200)
    assert found.share == 0.0


def test_a_training_that_diverges_is_not_solved_and_its_loss_is_infinite() -> None:
    net = TinyNet((Dense(4, "linear"), Dense(4, "linear"), Dense(1, "linear")))
    found = restarts(net, Procedure(optimizer="sgd", learning_rate=1000.0, epochs=100), restarts=20)
    assert found.share == 0.0
    assert np.isinf(found.losses).all()


def test_small_batches_show_every_point_once_in_each_epoch() -> None:
    # With a linear unit, no bias and a tiny step, one epoch moves the weights by the sum of the four gradients.
    net = TinyNet((Dense(1, "linear", use_bias=False, kernel=Initial("zeros")),))
    rng = np.random.default_rng(0)
    weights = initial(net, 5, rng)
    train(net, Procedure(optimizer="sgd", learning_rate=1e-4, epochs=1, batch_size=1), weights, rng)
    expected = 1e-4 * 2 * (POINTS * TARGETS).sum(axis=0)
    np.testing.assert_allclose(weights.kernels[0][:, :, 0], np.tile(expected, (5, 1)), rtol=1e-3)


def test_an_output_that_the_loss_takes_for_a_logit_says_yes_from_zero_on() -> None:
    net = TinyNet((Dense(8, "tanh"), Dense(1, "linear")))
    told = Procedure(loss="binary_crossentropy", learning_rate=0.05, epochs=300, logits=True)
    assert restarts(net, told, restarts=100).share > 0.9


# ── Cost ────────────────────────────────────────────────────────────────────────────────────────


def test_a_net_as_in_the_slides_gets_all_the_restarts_that_are_wanted() -> None:
    assert affordable(SLIDES, Procedure(), wanted=4000) == 4000


def test_a_large_net_gets_fewer_restarts_and_an_enormous_training_none() -> None:
    large = TinyNet((Dense(64, "relu"), Dense(64, "relu"), Dense(1, "sigmoid")))
    assert 20 <= affordable(large, Procedure(epochs=10_000), wanted=4000) < 4000
    enormous = TinyNet((*(Dense(256, "relu") for _ in range(7)), Dense(1, "sigmoid")))
    assert affordable(enormous, Procedure(epochs=20_000, batch_size=1)) == 0


# ── Structure ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("hidden", "can"),
    [
        ((), False),
        ((Dense(6, "linear"), Dense(6, "linear")), False),
        ((Dense(1, "relu"),), False),
        ((Dense(1, "tanh"), Dense(9, "linear"), Dense(1, "sigmoid")), False),
        ((Dense(2, "relu"),), True),
        ((Dense(1, "linear"), Dense(2, "relu")), True),
        ((Dense(1, "relu"), Dense(3, "tanh")), True),
    ],
)
def test_a_net_can_represent_xor_only_with_two_bent_units_side_by_side(hidden: tuple[Dense, ...], can: bool) -> None:
    net = TinyNet((*hidden, Dense(1, "sigmoid")))
    assert can_represent_xor(net) is can
    # Luck agrees: many tries with a good procedure find a solution exactly where there is one.
    found = restarts(net, Procedure(learning_rate=0.03, epochs=600), restarts=300)
    assert found.solved.any() == can


# ── Initialisers ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "deviation"),
    [
        ("glorot_uniform", np.sqrt(2 / 40)),
        ("glorot_normal", np.sqrt(2 / 40)),
        ("he_uniform", np.sqrt(2 / 30)),
        ("he_normal", np.sqrt(2 / 30)),
        ("lecun_uniform", np.sqrt(1 / 30)),
        ("lecun_normal", np.sqrt(1 / 30)),
        ("random_uniform", 0.1 / np.sqrt(12)),
        ("random_normal", 0.05),
        ("truncated_normal", 0.05 * 0.8796),
    ],
)
def test_an_initialiser_spreads_the_weights_of_a_30_by_10_kernel_as_keras_does(name: str, deviation: float) -> None:
    values = draw(name, *INITIALISERS[name], (2000, 30, 10), np.random.default_rng(0))
    assert values.mean() == pytest.approx(0, abs=0.001)
    assert values.std() == pytest.approx(deviation, rel=0.01)
    if "normal" not in name:
        assert np.abs(values).max() == pytest.approx(deviation * np.sqrt(3), rel=0.01)
    elif name != "random_normal":
        assert np.abs(values).max() <= 2 * deviation / 0.8796 + 1e-6


# ── The proof: the same arithmetic as Keras ─────────────────────────────────────────────────────

VARIANTS: dict[str, tuple[str, float, dict[str, float | bool]]] = {
    "sgd": ("sgd", 0.5, {}),
    "sgd with a small rate": ("sgd", 0.05, {}),
    "sgd with momentum": ("sgd", 0.1, {"momentum": 0.9}),
    "sgd with nesterov": ("sgd", 0.1, {"momentum": 0.9, "nesterov": True}),
    "adam": ("adam", 0.01, {}),
    "adam with amsgrad": ("adam", 0.01, {"amsgrad": True}),
    "adam with a large epsilon": ("adam", 0.01, {"epsilon": 0.01, "beta_1": 0.8, "beta_2": 0.9}),
    "adamax": ("adamax", 0.01, {}),
    "nadam": ("nadam", 0.01, {}),
    "rmsprop": ("rmsprop", 0.01, {}),
    "rmsprop with momentum": ("rmsprop", 0.01, {"momentum": 0.5, "epsilon": 0.001}),
    "rmsprop centred": ("rmsprop", 0.01, {"centered": True, "epsilon": 0.001}),
    "adagrad": ("adagrad", 0.1, {}),
}
QUICK = [("adam", "relu", "mean_squared_error"), ("sgd with nesterov", "tanh", "binary_crossentropy")]
SLOW = sorted(
    {
        *((variant, "tanh", loss) for variant in VARIANTS for loss in LOSSES),
        *(("sgd", activation, loss) for activation in ACTIVATIONS for loss in LOSSES),
        *(("adam", activation, "mean_squared_error") for activation in ACTIVATIONS),
    }
)
CLASSES = {
    "sgd": "SGD",
    "adam": "Adam",
    "adamax": "Adamax",
    "nadam": "Nadam",
    "rmsprop": "RMSprop",
    "adagrad": "Adagrad",
}
NETS = 3


def keras_net(net: TinyNet) -> Any:
    keras = pytest.importorskip("keras")
    layers = [keras.layers.Dense(d.units, activation=d.activation, use_bias=d.use_bias) for d in net.layers]
    return keras.Sequential([keras.Input((2,)), *layers])


def assert_equal_to_keras(variant: str, hidden: str, loss: str, output: str = "sigmoid") -> None:
    """Train `NETS` nets here and in Keras from the same weights, 50 steps on the four points, and compare at
    steps 1, 10 and 50."""
    keras = pytest.importorskip("keras")
    name, rate, settings = VARIANTS[variant]
    net = TinyNet((Dense(3, hidden), Dense(2, hidden, use_bias=False), Dense(1, output)))
    biased = TinyNet(
        tuple(Dense(d.units, d.activation, d.use_bias, bias=Initial("random_normal", 0, 0.5)) for d in net.layers)
    )
    start = initial(biased, NETS, np.random.default_rng(7))
    theirs = keras_net(net)
    theirs.compile(getattr(keras.optimizers, CLASSES[name])(learning_rate=rate, **settings), loss)
    theirs.optimizer.build(theirs.trainable_variables)
    fresh = [variable.numpy() for variable in theirs.optimizer.variables]
    seen: dict[int, list[list[np.ndarray[Any, Any]]]] = {1: [], 10: [], 50: []}
    for index in range(NETS):
        theirs.set_weights(of_net(start, index))
        for variable, value in zip(theirs.optimizer.variables, fresh, strict=True):
            variable.assign(value)
        for step in range(1, 51):
            theirs.train_on_batch(POINTS, TARGETS)
            if step in seen:
                seen[step].append(theirs.get_weights())
    for steps, expected in seen.items():
        ours = Weights.empty(net, NETS)
        ours.flat[:] = start.flat
        procedure = Procedure(loss, name, rate, epochs=steps, settings=tuple(settings.items()))
        train(net, procedure, ours, np.random.default_rng(0))
        for index in range(NETS):
            for got, want in zip(of_net(ours, index), expected[index], strict=True):
                np.testing.assert_allclose(got, want, rtol=1e-4, atol=2e-6, err_msg=f"{variant}, step {steps}")


def of_net(weights: Weights, index: int) -> list[np.ndarray[Any, Any]]:
    """One net's weights, in the order of Keras' `get_weights`."""
    pairs = zip(weights.kernels, weights.biases, strict=True)
    return [
        array[index] if at == 0 else array[index, 0]
        for pair in pairs
        for at, array in enumerate(pair)
        if array is not None
    ]


@pytest.mark.parametrize(("variant", "hidden", "loss"), QUICK)
def test_fifty_steps_are_those_of_keras(variant: str, hidden: str, loss: str) -> None:
    assert_equal_to_keras(variant, hidden, loss)


@pytest.mark.slow
@pytest.mark.parametrize(("variant", "hidden", "loss"), SLOW)
def test_fifty_steps_are_those_of_keras_for_every_formula(variant: str, hidden: str, loss: str) -> None:
    assert_equal_to_keras(variant, hidden, loss)


@pytest.mark.slow
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("output", ["linear", "tanh", "relu", "softplus"])
def test_fifty_steps_are_those_of_keras_for_other_outputs(output: str, loss: str) -> None:
    # An output without bounds, trained with large steps, comes close to diverging and makes the last digits large.
    assert_equal_to_keras("sgd with a small rate", "tanh", loss, output)


# ── Reading what was recorded ───────────────────────────────────────────────────────────────────

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


def test_the_model_of_the_slides_is_read_from_kerass_own_json() -> None:
    keras = pytest.importorskip("keras")
    model = keras_net(SLIDES)
    model.compile("adam", "mse")
    assert from_keras(model.to_json(), COMPILED) == (SLIDES, Procedure(settings=tuple(DEFAULTS["adam"].items())))
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
    expected = Procedure("mean_squared_error", "sgd", 0.1, 1000, 2, (("momentum", 0.9), ("nesterov", True)))
    assert read == (SLIDES, expected)
    assert expected.steps == 2000


def test_an_initialiser_is_read_with_its_settings_and_without_its_seed() -> None:
    uniform = {"class_name": "RandomUniform", "config": {"minval": -1.0, "maxval": 1.0, "seed": 3}}
    read = from_keras(recorded(dense(kernel_initializer=uniform), OUT), COMPILED)
    assert not isinstance(read, str)
    assert read[0].layers[0].kernel == Initial("random_uniform", -1.0, 1.0)


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
        (recorded(dense(), dense(2, "softmax")), "activation"),
        (recorded(dense(), dense(2)), "outputs"),
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
    ],
)
def test_a_model_that_is_not_tiny_and_plain_is_refused_with_a_reason(architecture: Any, reason: str) -> None:
    assert from_keras(architecture, COMPILED) == reason


def test_three_inputs_are_refused() -> None:
    model = recorded(dense(), OUT)
    model["config"]["layers"][0]["config"]["batch_shape"] = [None, 3]
    assert from_keras(model, COMPILED) == "inputs"


def test_a_functional_model_with_a_second_branch_is_refused() -> None:
    keras = pytest.importorskip("keras")
    entry = keras.Input((2,))
    left, right = keras.layers.Dense(2)(entry), keras.layers.Dense(2)(entry)
    model = keras.Model(entry, keras.layers.Dense(1)(keras.layers.Add()([left, right])))
    assert from_keras(model.to_json(), COMPILED) == "layer"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"loss": "my_loss"}, "loss"),
        ({"loss": None}, "loss"),
        ({"optimizer": "Lion"}, "optimizer"),
        ({"learning_rate": None}, "learning_rate"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"learning_rate": -1.0}, "learning_rate"),
        ({"epochs": 10**9}, "size"),
        ({"epochs": 0}, "size"),
        ({"batch_size": 0}, "malformed"),
        ({"rows": 400}, "inputs"),
    ],
)
def test_a_training_that_cannot_be_tried_again_is_refused_with_a_reason(change: dict[str, object], reason: str) -> None:
    assert from_keras(recorded(dense(), OUT), {**COMPILED, **change}) == reason


@pytest.mark.parametrize("spelling", ["mse", "MSE", "MeanSquaredError", "mean_squared_error"])
def test_a_loss_is_known_by_all_its_names(spelling: str) -> None:
    assert from_keras(recorded(dense(), OUT), {**COMPILED, "loss": spelling}) == (SLIDES, Procedure())
