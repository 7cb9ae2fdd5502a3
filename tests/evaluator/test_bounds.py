"""What a model would cost is known before it is built, also where its inputs leave the size of an image open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from keras import Input, Model, Sequential, layers

from grader.evaluator import bounds
from grader.evaluator.bounds import Cost, Shape, with_sides
from grader.evaluator.inputs import Inputs
from grader.evaluator.predict import inputs_for, predict
from grader.evaluator.rebuild import build, model_config
from grader.evaluator.scaling import Affine
from grader.measurements import ModelInputs, PredictRequest, Unmeasurable

SIGNS = (64, 64, 3)
ASKED = PredictRequest(1, ModelInputs("signs"))


def cost(model: Any, images: Shape | None) -> Cost:
    config = model_config(json.loads(model.to_json()), 0)
    config = with_sides(config, [images]) if images else config
    return bounds.cost(bounds.built_without_values(config), config["config"])


def convolutions(*shape: int | None, filters: int = 4) -> Any:
    return Sequential([
        Input(shape), layers.Conv2D(filters, 3, padding="same", activation="relu"), layers.MaxPooling2D(2),
        layers.Conv2D(6, 3, padding="same"), layers.GlobalAveragePooling2D(), layers.Dense(6, activation="softmax"),
    ])  # fmt: skip


def functional(*shape: int | None, filters: int = 4) -> Any:
    entry = Input(shape)
    return Model(entry, convolutions(*shape, filters=filters)(entry))


def deep(*shape: int | None, filters: int = 4) -> Any:
    """A model in a model in a model; only the outermost input may tell the size."""
    inside = Sequential([Input((None, None, 3)), functional(None, None, 3, filters=filters)])
    return Sequential([Input(shape), layers.UpSampling2D(2), layers.Cropping2D(16), inside])


@pytest.mark.parametrize("make", [convolutions, functional, deep])
def test_a_side_that_is_left_open_costs_what_the_images_make_of_it(make: Any) -> None:
    told, left_open = make(*SIGNS), make(None, None, 3)
    assert cost(left_open, SIGNS) == cost(told, None)
    assert cost(left_open, SIGNS).values >= 64 * 64 * 4
    assert cost(left_open, None).values < 64 * 64 * 3


@pytest.mark.parametrize("make", [convolutions, functional, deep])
def test_a_net_that_is_too_large_for_its_images_is_refused_before_it_is_built(make: Any) -> None:
    architecture = make(None, None, 3, filters=300).to_json()
    build(architecture)  # with weights alone, which nothing is computed with
    with pytest.raises(Unmeasurable, match="too many values in one layer"):
        build(architecture, SIGNS)


def test_a_model_inside_that_leaves_its_sides_open_is_bounded_by_what_it_is_called_on() -> None:
    inside = Sequential([Input((None, None, 3)), layers.Conv2D(300, 3, padding="same"), layers.GlobalMaxPooling2D()])
    architecture = Sequential([Input(SIGNS), inside]).to_json()
    with pytest.raises(Unmeasurable, match="too many values in one layer"):
        build(architecture)


def test_a_model_inside_of_several_open_inputs_is_bounded() -> None:
    left, right = Input((None, None, 3)), Input((None, None, 3))
    inside = Model([left, right], layers.Conv2D(300, 3, padding="same")(layers.Add()([left, right])))
    entry = Input(SIGNS)
    with pytest.raises(Unmeasurable, match="too many values in one layer"):
        build(Model(entry, layers.GlobalMaxPooling2D()(inside([entry, entry]))).to_json())


def test_a_model_inside_counts_for_each_size_that_it_is_called_on() -> None:
    def called(*factors: int) -> Cost:
        inside = Sequential([Input((None, None, 3)), layers.Conv2D(2, 3, padding="same"), layers.GlobalMaxPooling2D()])
        entry = Input((8, 8, 3))
        outputs = [inside(layers.UpSampling2D(factor)(entry)) for factor in factors]
        return cost(Model(entry, layers.Concatenate()(outputs)), None)

    small, large, both = called(1, 1), called(4, 4), called(1, 4)
    assert both.values == large.values > small.values
    assert both.steps > large.steps / 2


@pytest.mark.parametrize(
    ("shape", "images", "fed"),
    [
        ((None, None, 3), (64, 64, 3), (64, 64, 3)),
        ((64, None, 3), (64, 64, 3), (64, 64, 3)),
        ((None, None, 1), (28, 28), (28, 28, 1)),
        ((None, 28), (28, 28), (28, 28)),
        ((None, None, 1), (64, 64, 3), (None, None, 1)),
        ((32, None, 3), (64, 64, 3), (32, None, 3)),
        ((28, 28, 1), (28, 28), (28, 28, 1)),
    ],
)
def test_an_input_gets_the_sides_of_the_images_that_fit_it(
    shape: tuple[int | None, ...], images: tuple[int, ...], fed: tuple[int | None, ...]
) -> None:
    model = Sequential([Input(shape), layers.Activation("relu")])
    assert build(model.to_json(), images).input_shape == (None, *fed)


def test_a_sequential_that_was_built_by_its_first_images_gets_their_sides() -> None:
    config = json.loads(convolutions(*SIGNS).to_json())
    config["config"]["layers"].pop(0)
    config["config"]["build_input_shape"] = [None, None, None, 3]
    assert build(json.dumps(config), SIGNS).input_shape == (None, *SIGNS)


def test_a_model_of_several_inputs_stays_as_it_is() -> None:
    left, right = Input((None, None, 3)), Input((None, None, 3))
    model = build(Model([left, right], layers.Add()([left, right])).to_json(), SIGNS)
    with pytest.raises(Unmeasurable, match="several inputs"):
        inputs_for(model, np.zeros((2, *SIGNS), np.uint8), Affine())


# ── On images ───────────────────────────────────────────────────────────────────────────────────


def laid_out(folder: Path, model: Any) -> Inputs:
    """The snapshot 1 of a model, and a dataset of signs."""
    dice = np.random.default_rng(0)
    for split, count in (("train", 30), ("test", 40)):
        np.save(folder / f"x_{split}.npy", dice.integers(0, 256, (count, *SIGNS), np.uint8))
        np.save(folder / f"y_{split}.npy", (np.arange(count) % 6).astype(np.uint8))
    (folder / "snapshot-1.json").write_text(json.dumps({"architecture": model.to_json(), "weights": "weights-1.npz"}))
    np.savez(folder / "weights-1.npz", **{f"w{i}": w for i, w in enumerate(model.get_weights())})
    return Inputs(folder, {"signs": folder})


def test_a_net_for_images_of_any_size_is_judged_as_the_same_net_for_these(tmp_path: Path) -> None:
    told, left_open = convolutions(*SIGNS), convolutions(None, None, 3)
    left_open.set_weights(told.get_weights())
    figures = []
    for name, model in (("told", told), ("open", left_open)):
        (tmp_path / name).mkdir()
        inputs = laid_out(tmp_path / name, model)
        assert inputs.image_shape("signs") == SIGNS
        figures.append(predict(ASKED, inputs))
    assert figures[0] == figures[1] and figures[0].parameters == told.count_params()


def test_a_net_that_the_images_make_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unmeasurable, match="too many values in one layer"):
        predict(ASKED, laid_out(tmp_path, convolutions(None, None, 3, filters=300)))


def test_a_net_of_any_size_for_other_images_is_refused_as_before(tmp_path: Path) -> None:
    with pytest.raises(Unmeasurable, match=r"an input of shape \(None, None, 1\) for images of shape \(64, 64, 3\)"):
        predict(ASKED, laid_out(tmp_path, convolutions(None, None, 1)))
