"""A recorded architecture is rebuilt so that it predicts as the student's model did, and only from what is allowed."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
import pytest
from keras import Input, Model, Sequential, layers

from grader.evaluator.inputs import Inputs
from grader.evaluator.predict import inputs_for
from grader.evaluator.rebuild import LAYERS, MAX_PARAMETERS, rebuild
from grader.evaluator.scaling import Affine
from grader.measurements import Unmeasurable

Json = dict[str, Any]


def images(shape: tuple[int, ...], rows: int = 5) -> np.ndarray:
    return np.random.default_rng(3).random((rows, *shape), dtype=np.float32)


def shaken(model: Any) -> Any:
    """Weights that tell every layer from its neighbours, moving averages and biases included."""
    dice = np.random.default_rng(5)
    weights = [dice.normal(0, 0.2, w.shape) if w.ndim > 1 else dice.random(w.shape) + 0.1 for w in model.get_weights()]
    model.set_weights(weights)
    return model


def perceptron() -> Any:
    return Sequential([Input((784,)), layers.Dense(100, activation="sigmoid"), layers.Dense(10, activation="softmax")])


def lenet() -> Any:
    return Sequential([
        Input((28, 28, 1)), layers.Conv2D(4, 5, activation="sigmoid", padding="same"), layers.MaxPooling2D(2),
        layers.Conv2D(6, (5, 3), activation="relu", strides=(2, 1)), layers.AveragePooling2D((2, 2), strides=1),
        layers.Flatten(), layers.Dense(10), layers.Activation("softmax"),
    ])  # fmt: skip


def deferred() -> Any:
    model = Sequential([layers.Flatten(), layers.Dense(10, activation="softmax")])
    model(images((28, 28)))
    return model


def with_a_batch_size() -> Any:
    return Sequential([Input((784,), batch_size=5), layers.Dense(10)])


def normalised() -> Any:
    return Sequential([
        Input((28, 28)), layers.Rescaling(1 / 255, offset=-0.5), layers.Reshape((28, 28, 1)),
        layers.Conv2D(3, 3, use_bias=False), layers.BatchNormalization(), layers.ReLU(max_value=1.5),
        layers.Dropout(0.5), layers.GlobalAveragePooling2D(), layers.LayerNormalization(), layers.LeakyReLU(0.2),
        layers.Dense(10), layers.Softmax(),
    ])  # fmt: skip


def adapted() -> Any:
    normal = layers.Normalization(axis=-1)
    normal.adapt(images((12,), 50) * 3)
    return Sequential([Input((12,)), normal, layers.Dense(2)])


def many_kinds() -> Any:
    return Sequential([
        Input((16, 16, 2)), layers.ZeroPadding2D(((1, 2), (0, 1))), layers.Cropping2D(1), layers.DepthwiseConv2D(3),
        layers.SeparableConv2D(4, 3, padding="same"), layers.UpSampling2D(2, interpolation="bilinear"),
        layers.Conv2DTranspose(3, 2, strides=2), layers.PReLU(shared_axes=[1, 2]), layers.Permute((3, 1, 2)),
        layers.GaussianNoise(0.1), layers.SpatialDropout2D(0.2), layers.GlobalMaxPooling2D(), layers.ELU(0.5),
    ])  # fmt: skip


def branched() -> Any:
    entry = Input((20,))
    shared = layers.Dense(6, activation="tanh")
    left, right = shared(entry), layers.Dense(6, activation="gelu")(entry)
    again = shared(layers.Dense(20)(right))
    joined = layers.Concatenate()([layers.Add()([left, right, again]), layers.Multiply()([left, right])])
    joined = layers.Subtract()([layers.Maximum()([joined, joined]), layers.Average()([joined, joined])])
    return Model(entry, layers.Dense(3, activation="softmax")(joined))


def nested() -> Any:
    encoder = Sequential([Input((28, 28)), layers.Flatten(), layers.Dense(20, activation="relu")], name="encoder")
    code = Input((20,))
    decoder = Model(code, layers.Reshape((28, 28))(layers.Dense(784, activation="sigmoid")(code)), name="decoder")
    return Sequential([Input((28, 28)), encoder, decoder])


def nested_in_a_function() -> Any:
    encoder = Sequential([Input((28, 28)), layers.Flatten(), layers.Dense(20, activation="relu")])
    entry = Input((28, 28))
    return Model(entry, layers.Dense(10, activation="softmax")(encoder(entry)))


def cut() -> Any:
    model = perceptron()
    model.pop()
    return model


MODELS: list[Callable[[], Any]] = [
    perceptron, lenet, deferred, with_a_batch_size, normalised, adapted, many_kinds, branched, nested,
    nested_in_a_function, cut,
]  # fmt: skip


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_a_rebuilt_model_predicts_as_the_original(make: Callable[[], Any]) -> None:
    model = make() if make is adapted else shaken(make())
    x = images(tuple(model.input_shape[1:]))
    again = rebuild(model.to_json(), model.get_weights())
    expected = model(x).numpy()
    assert np.ptp(expected) > 0, "a constant output would prove nothing"
    np.testing.assert_allclose(again(x).numpy(), expected, rtol=1e-5, atol=1e-6)
    assert again.count_params() == model.count_params()


def test_every_allowed_layer_exists_and_takes_its_settings() -> None:
    for kind, settings in LAYERS.items():
        known = getattr(keras.layers, kind)
        assert not set(settings) - set(known.__init__.__code__.co_varnames), kind


# ── Unmeasurable ─────────────────────────────────────────────────────────────────────────────────────


@keras.saving.register_keras_serializable(package="etudiant")
class Dense(layers.Dense):
    """A class of a student's own with the name of one of Keras'."""


@keras.saving.register_keras_serializable(package="etudiant")
class Rot13(layers.Layer):
    def call(self, x: Any) -> Any:
        return x


@keras.saving.register_keras_serializable(package="etudiant")
def doubled(x: Any) -> Any:
    return 2 * x


def lambda_layer() -> Any:
    return Sequential([Input((4,)), layers.Lambda(lambda x: x * 2), layers.Dense(2)])


def own_layer() -> Any:
    return Sequential([Input((4,)), Rot13(), layers.Dense(2)])


def own_dense() -> Any:
    return Sequential([Input((4,)), Dense(2)])


def own_activation() -> Any:
    return Sequential([Input((4,)), layers.Dense(2, activation=doubled)])


def wrapped() -> Any:
    return Sequential([Input((3, 4)), layers.TimeDistributed(layers.Dense(2))])


def operation_of_the_backend() -> Any:
    entry = Input((4,))
    return Model(entry, keras.ops.abs(layers.Dense(2)(entry)))


def a_call_with_a_number() -> Any:
    entry = Input((4,))
    return Model(entry, layers.Dense(2)(entry) * 3.0)


@pytest.mark.parametrize(
    "make",
    [lambda_layer, own_layer, own_dense, own_activation, wrapped, operation_of_the_backend, a_call_with_a_number],
    ids=lambda make: make.__name__,
)
def test_what_is_not_of_keras_own_plain_layers_is_refused(make: Callable[[], Any]) -> None:
    model = make()
    with pytest.raises(Unmeasurable):
        rebuild(model.to_json(), model.get_weights())


def small() -> tuple[Json, list[np.ndarray]]:
    model = Sequential([Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(2)])
    return json.loads(model.to_json()), model.get_weights()


def dense(config: Json) -> Json:
    """The settings of the first dense layer of `small`."""
    found: Json = config["config"]["layers"][1]["config"]
    return found


def at(*path: Any, value: Any) -> Callable[[Json], None]:
    """A change of one place in the JSON."""

    def change(config: Json) -> None:
        place: Any = config
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


IN_DENSE = ("config", "layers", 1, "config")
GADGET = {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"}
CHANGES = {
    "units beyond measure": at(*IN_DENSE, "units", value=10**9),
    "units beyond all numbers": at(*IN_DENSE, "units", value=10**400),
    "units that are a text": at(*IN_DENSE, "units", value="3"),
    "units that are negative": at(*IN_DENSE, "units", value=-3),
    "units that are none": at(*IN_DENSE, "units", value=0),
    "units that are a list": at(*IN_DENSE, "units", value=[3]),
    "units that are a call": at(*IN_DENSE, "units", value=GADGET),
    "no units": lambda config: dense(config).pop("units"),
    "an unknown activation": at(*IN_DENSE, "activation", value="os.system"),
    "an activation of another module": at(*IN_DENSE, "activation", value=GADGET),
    "an activation that is a list": at(*IN_DENSE, "activation", value=["relu"]),
    "an activation that is a table in a table": at(
        *IN_DENSE, "activation", value={"class_name": {"class_name": "relu"}}
    ),
    "an unknown layer": at("config", "layers", 1, "class_name", value="Lambda"),
    "a layer by a path": at("config", "layers", 1, "class_name", value="keras.layers.Dense"),
    "a layer registered by another name": at("config", "layers", 1, "registered_name", value="etudiant>Dense"),
    "a layer without settings": at("config", "layers", 1, "config", value=None),
    "a layer that is a list": at("config", "layers", 1, value=[]),
    "a layer without a name": at(*IN_DENSE, "name", value=None),
    "a name with a newline": at(*IN_DENSE, "name", value="a\nb"),
    "a name beyond measure": at(*IN_DENSE, "name", value="a" * 1000),
    "too many layers": lambda config: config["config"].update(layers=config["config"]["layers"] * 100),
    "layers that are no list": at("config", "layers", value={}),
    "a model of another class": at("class_name", value="Lambda"),
    "no class": lambda config: config.pop("class_name"),
    "no settings": lambda config: config.pop("config"),
    "an input beyond measure": at("config", "layers", 0, "config", "batch_shape", value=[None, 1 << 40]),
    "an input of texts": at("config", "layers", 0, "config", "batch_shape", value=[None, "4"]),
    "an input of truths": at("config", "layers", 0, "config", "batch_shape", value=[None, True]),
    "an input of nothing": at("config", "layers", 0, "config", "batch_shape", value=[]),
    "another input": at("config", "layers", 0, "config", "batch_shape", value=[None, 5]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_architecture_is_refused(change: Callable[[Json], None]) -> None:
    config, weights = small()
    assert rebuild(json.dumps(config), weights) is not None
    change(config)
    with pytest.raises(Unmeasurable):
        rebuild(json.dumps(config), weights)


TRICKS = {
    "a module of the student's": at("config", "layers", 1, "module", value="evil"),
    "a module of the system's": at("config", "layers", 1, "module", value="os"),
    "an initialiser that is a call": at(*IN_DENSE, "kernel_initializer", value=GADGET),
    "a regulariser that is a call": at(*IN_DENSE, "kernel_regularizer", value=GADGET),
    "a dtype that is a call": at(*IN_DENSE, "dtype", value=GADGET),
    "a setting that no layer has": at(*IN_DENSE, "build_config", value=GADGET),
    "settings for building": at("config", "layers", 1, "build_config", value={"input_shape": [None, 10**9]}),
    "settings for compiling": at("compile_config", value={"optimizer": GADGET, "loss": GADGET}),
    "a module for the model": at("module", value="evil"),
}


@pytest.mark.parametrize("change", TRICKS.values(), ids=TRICKS.keys())
def test_what_a_student_could_smuggle_in_is_left_out(
    change: Callable[[Json], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The layer's own settings say what is computed: the rest is never looked at."""
    import importlib

    def no_import(name: str, *_: Any) -> None:
        raise AssertionError(f"imports {name}")

    config, weights = small()
    before = rebuild(json.dumps(config), weights)
    change(config)
    monkeypatch.setattr(importlib, "import_module", no_import)
    after = rebuild(json.dumps(config), weights)
    x = images((4,))
    np.testing.assert_array_equal(after(x), before(x))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda weights: weights[:-1],
        lambda weights: [*weights, weights[0]],
        lambda weights: weights[::-1],
        lambda weights: [w.T for w in weights],
        lambda weights: [w * np.nan for w in weights],
        lambda weights: [np.full_like(weights[0], np.inf), *weights[1:]],
        lambda weights: [],
    ],
    ids=["too few", "too many", "out of order", "turned", "NaN", "infinite", "none"],
)
def test_weights_that_cannot_belong_to_the_architecture_are_refused(spoil: Callable[[Any], Any]) -> None:
    config, weights = small()
    with pytest.raises(Unmeasurable, match="weights"):
        rebuild(json.dumps(config), spoil(weights))


def test_weights_of_other_number_types_are_taken_by_value() -> None:
    config, weights = small()
    whole = [np.round(10 * w).astype(np.int16) for w in weights]
    rebuilt = rebuild(json.dumps(config), whole)
    np.testing.assert_array_equal(rebuilt.get_weights()[0], whole[0].astype(np.float32))


def test_too_many_parameters_are_refused_before_anything_is_built() -> None:
    config, _ = small()
    with pytest.raises(Unmeasurable, match="too many"):
        rebuild(json.dumps(config), [np.broadcast_to(np.float32(0), (MAX_PARAMETERS + 1,))])


def test_a_model_without_an_input_shape_is_refused() -> None:
    model = Sequential([layers.Dense(3)])
    with pytest.raises(Unmeasurable):
        rebuild(model.to_json(), [])


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "NaN", "3", '"Sequential"', "[" * 100_000, '{"class_name": 1}']
)
def test_what_is_no_architecture_is_refused(text: str) -> None:
    with pytest.raises(Unmeasurable):
        rebuild(text, [])


def test_models_in_models_without_end_are_refused() -> None:
    config, weights = small()
    for _ in range(10):
        name = config["config"]["name"]
        config = {"class_name": "Sequential", "config": {"name": f"{name}x", "layers": [config]}}
    with pytest.raises(Unmeasurable):
        rebuild(json.dumps(config), weights)


def test_random_changes_to_an_architecture_end_in_a_model_or_refused() -> None:
    dice = random.Random(11)
    sources = []
    for make in (lenet, branched, nested_in_a_function, normalised):
        model = make()
        sources.append((model.to_json(), model.get_weights()))
    refused = 0
    for _ in range(60):
        text, weights = dice.choice(sources)
        config = json.loads(text)
        for _ in range(dice.randint(1, 2)):
            _change_one(dice, config)
        try:
            rebuild(json.dumps(config), weights)
        except Unmeasurable:
            refused += 1
    assert refused > 12


ODD = (
    None,
    True,
    0,
    1,
    -1,
    2.5,
    10**30,
    "",
    "relu",
    "same",
    [],
    {},
    [[]],
    [1, 2],
    [0, 0],
    {"class_name": "Dense"},
    [None],
)


def _change_one(dice: random.Random, value: Any) -> None:
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = dice.choice(keys)
        if isinstance(value[key], dict | list) and value[key] and dice.random() < 0.85:
            value = value[key]
            continue
        value[key] = dice.choice(ODD)
        return


# ── Images as a model takes them ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("shape", [(784,), (28, 28), (28, 28, 1), (1, 28, 28)])
def test_images_are_given_in_the_shape_of_the_models_input(shape: tuple[int, ...]) -> None:
    pixels = np.arange(2 * 784, dtype=np.uint8).reshape(2, 28, 28)
    model = Sequential([Input(shape), layers.Flatten()])
    given = inputs_for(model, pixels, Affine())
    assert given.shape == (2, *shape) and given.dtype == np.float32
    np.testing.assert_allclose(given.reshape(2, 28, 28), pixels / 255, rtol=1e-6)


def test_images_are_scaled_as_the_training_images_were() -> None:
    model = Sequential([Input((784,)), layers.Dense(2)])
    given = inputs_for(model, np.array([[0] * 783 + [255]], np.uint8), Affine(2 / 255, -1.0))
    assert given[0, 0] == -1 and given[0, -1] == pytest.approx(1)


def test_a_model_for_other_images_is_refused() -> None:
    pixels = np.zeros((2, 28, 28), np.uint8)
    for model in (Sequential([Input((100,)), layers.Dense(2)]), Sequential([Input((None, 28)), layers.Dense(2)])):
        with pytest.raises(Unmeasurable):
            inputs_for(model, pixels, Affine())
    left, right = Input((784,)), Input((784,))
    with pytest.raises(Unmeasurable, match="several inputs"):
        inputs_for(Model([left, right], layers.Add()([left, right])), pixels, Affine())


def test_settings_are_read_from_the_folder_that_the_grader_laid_out(tmp_path: Path) -> None:
    from grader.evaluator.predict import load_model
    from grader.evidence import InvalidEvidence

    config, weights = small()
    np.savez(tmp_path / "weights-7.npz", **{f"w{i}": w for i, w in enumerate(weights)})
    facts = {"architecture": json.dumps(config), "weights": "weights-7.npz"}
    (tmp_path / "snapshot-7.json").write_text(json.dumps(facts))
    model = load_model(7, Inputs(tmp_path, {}))
    for given, wanted in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(given, wanted)
    (tmp_path / "snapshot-8.json").write_text(json.dumps({**facts, "weights": "weights-9.npz"}))
    with pytest.raises(InvalidEvidence):
        load_model(8, Inputs(tmp_path, {}))
