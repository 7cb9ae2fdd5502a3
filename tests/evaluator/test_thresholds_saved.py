"""Saved models against recorded ones, and notes of layers against the layers: what is equal just so, and what is not."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from grader.evaluator import saved
from grader.evaluator.consistency import check_agreement
from grader.evaluator.inputs import Inputs
from grader.evaluator.predict import inputs_for
from grader.evaluator.saved import compare_saved, evaluate_checkpoint, evaluate_handed_in, open_saved
from grader.evaluator.scaling import Affine
from grader.measurements import (
    CheckpointRequest,
    HandedInRequest,
    ModelInputs,
    SavedModelRequest,
    Unmeasurable,
    Why,
)
from grader.worker.recorder.describe import layers_of
from tests.evaluator.build import recorded
from tests.evaluator.test_rebuild import shaken

IMAGES = np.random.default_rng(5).integers(0, 256, (230, 4, 4), dtype=np.uint8)
ONE = ModelInputs("d", 1 / 255, 0.0)


def net(*units: int, outputs: int = 3) -> Any:
    hidden = [keras.layers.Dense(n, activation="relu") for n in units]
    return shaken(keras.Sequential([keras.Input((4, 4)), keras.layers.Flatten(), *hidden, keras.layers.Dense(outputs)]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With the recorded net 1 and the dataset `d`."""
    for name in ("left", "handed_in", "data"):
        (tmp_path / name).mkdir()
    for split, count in (("train", 20), ("test", 230)):
        np.save(tmp_path / "data" / f"x_{split}.npy", IMAGES[:count])
        np.save(tmp_path / "data" / f"y_{split}.npy", np.arange(count) % 3)
    recorded(tmp_path, net(5))
    return tmp_path


def inputs(folder: Path) -> Inputs:
    return Inputs(folder, {"d": folder / "data"})


def difference(folder: Path, model: Any, name: str = "m.keras", fed: ModelInputs = ONE) -> float:
    model.save_weights(folder / "left" / name) if "weights" in name else model.save(folder / "left" / name)
    return compare_saved(SavedModelRequest(name, 1, fed), inputs(folder)).difference


def moved(model: Any, by: float) -> Any:
    """The same net, whose first output is larger by so much."""
    weights = model.get_weights()
    weights[-1][0] += by
    model.set_weights(weights)
    return model


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.weights.h5"])
def test_what_a_saved_model_predicts_otherwise_is_the_largest_difference(name: str, folder: Path) -> None:
    assert difference(folder, net(5), name) == 0
    assert difference(folder, moved(net(5), 0.25), name) == pytest.approx(0.25, abs=1e-6)
    assert difference(folder, moved(net(5), -0.5), name) == pytest.approx(0.5, abs=1e-6)


def test_another_number_of_outputs_is_another_model(folder: Path) -> None:
    assert difference(folder, net(5, outputs=4)) == 1.0
    assert difference(folder, net(7)) > 0


def test_outputs_that_are_no_numbers_are_compared_as_zero(folder: Path) -> None:
    endless = net(5)
    endless.set_weights([np.full_like(w, 3e38) for w in endless.get_weights()])
    recorded(folder, endless)
    assert difference(folder, endless) == 0


@pytest.mark.parametrize(("at", "is_seen"), [(199, True), (200, False)])
def test_200_images_are_compared(at: int, is_seen: bool, folder: Path) -> None:
    """All images but one are black: a net without biases gives nothing for those."""
    images = np.zeros((230, 4, 4), np.uint8)
    images[at] = 255
    np.save(folder / "data" / "x_test.npy", images)
    plain = keras.Sequential([keras.Input((4, 4)), keras.layers.Flatten(), keras.layers.Dense(3, use_bias=False)])
    recorded(folder, plain)
    plain.set_weights([w + 1 for w in plain.get_weights()])
    assert (difference(folder, plain) > 1) is is_seen


def test_the_images_are_given_on_the_scale_of_the_training(folder: Path) -> None:
    flat = keras.Sequential([keras.Input((4, 4)), keras.layers.Flatten(), keras.layers.Dense(1, use_bias=False)])
    flat.set_weights([np.full((16, 1), 1 / 16, np.float32)])
    recorded(folder, flat)
    flat.set_weights([np.zeros((16, 1), np.float32)])
    np.save(folder / "data" / "x_test.npy", np.full((3, 4, 4), 51, np.uint8))
    assert difference(folder, flat) == pytest.approx(0.2)
    assert difference(folder, flat, fed=ModelInputs("d", 2 / 255, 1.0)) == pytest.approx(1.4)


def test_weights_are_tried_in_the_architecture_that_the_program_builds(folder: Path) -> None:
    net(5).save(folder / "handed_in" / "m.keras")
    net(5).save(folder / "left" / "m.keras")
    handed_in = evaluate_handed_in(HandedInRequest("m.keras", 1, ONE), inputs(folder))
    left = evaluate_checkpoint(CheckpointRequest("m.keras", 1, ONE), inputs(folder))
    assert handed_in == left and handed_in.images == 230 and handed_in.parameters == 5 * 17 + 6 * 3
    predicted = net(5).predict(inputs_for(net(5), IMAGES, Affine()), verbose=0).argmax(axis=1)
    assert left.accuracy == pytest.approx((predicted == np.arange(230) % 3).mean())
    net(6).save(folder / "handed_in" / "m.keras")
    net(6).save(folder / "left" / "m.keras")
    for act, code in ((lambda: evaluate_handed_in(HandedInRequest("m.keras", 1, ONE), inputs(folder)), Why.HANDED_IN_OTHER),
                      (lambda: evaluate_checkpoint(CheckpointRequest("m.keras", 1, ONE), inputs(folder)), Why.SAVED_OTHER)):  # fmt: skip
        with pytest.raises(Unmeasurable) as problem:
            act()
        assert problem.value.refused.code is code


# ── Which kind of file it is ────────────────────────────────────────────────────────────────────


def opened(folder: Path, name: str, architecture: str | None) -> str:
    """The reason why it is not read; "" where it is."""
    try:
        open_saved(folder / "left" / name, folder, architecture)
    except Unmeasurable as problem:
        return problem.refused.code
    return ""


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_weights_alone_need_an_architecture(folder: Path) -> None:
    model = net(5)
    model.save_weights(folder / "left" / "m.weights.h5")
    model.save(folder / "left" / "whole.h5")
    with h5py.File(folder / "left" / "whole.h5") as whole, h5py.File(folder / "left" / "old.h5", "w") as old:
        for name in whole["model_weights"]:
            whole.copy(whole["model_weights"][name], old, name)
        for name, value in whole["model_weights"].attrs.items():
            old.attrs[name] = value
    for name in ("m.weights.h5", "old.h5"):
        assert opened(folder, name, model.to_json()) == ""
        assert opened(folder, name, None) == Why.WEIGHTS_ALONE
    for architecture in (model.to_json(), None, "no architecture"):
        assert opened(folder, "whole.h5", architecture) == ""
    assert opened(folder, "absent.h5", None) == Why.FILE


def test_weights_in_a_file_are_finite(folder: Path) -> None:
    model = net(5)
    for value, code in ((3e38, ""), (np.inf, Why.WEIGHTS_NOT_FINITE), (np.nan, Why.WEIGHTS_NOT_FINITE)):
        model.set_weights([*model.get_weights()[:-1], np.array([0, value, 0], np.float32)])
        model.save_weights(folder / "left" / "m.weights.h5")
        assert opened(folder, "m.weights.h5", model.to_json()) == code


@pytest.mark.parametrize(
    ("method", "code"), [(zipfile.ZIP_STORED, ""), (zipfile.ZIP_DEFLATED, ""), (zipfile.ZIP_BZIP2, Why.FILE)]
)
@pytest.mark.parametrize("packed", ["config.json", "model.weights.h5"])
def test_how_the_two_entries_of_an_archive_are_packed(packed: str, method: int, code: str, folder: Path) -> None:
    net(5).save(folder / "left" / "x.keras")
    with (
        zipfile.ZipFile(folder / "left" / "x.keras") as archive,
        zipfile.ZipFile(folder / "left" / "m.keras", "w") as new,
    ):
        for name in ("config.json", "model.weights.h5"):
            new.writestr(name, archive.read(name), method if name == packed else zipfile.ZIP_STORED)
    assert opened(folder, "m.keras", None) == code


@pytest.mark.parametrize(("more", "code"), [(0, ""), (1, Why.TOO_LARGE)])
def test_how_long_the_architecture_in_an_archive_is(
    more: int, code: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    net(5).save(folder / "left" / "m.keras")
    with zipfile.ZipFile(folder / "left" / "m.keras") as archive:
        size = archive.getinfo("config.json").file_size
    monkeypatch.setattr(saved, "ARCHITECTURE_CHARS", size - more)
    assert opened(folder, "m.keras", None) == code


# ── Notes of layers ─────────────────────────────────────────────────────────────────────────────


def noted_model() -> Any:
    inner = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4, activation="tanh", name="inside")], name="inner")
    first = [keras.Input((6,)), inner, keras.layers.Dropout(0.5, name="drop")]
    return keras.Sequential([*first, keras.layers.Dense(3, use_bias=False, name="last")])


@pytest.mark.parametrize(
    ("at", "change", "agrees"),
    [
        (0, {}, True),
        (0, {"kind": "Conv2D"}, False),
        (0, {"parameters": 27}, False),
        (0, {"name": "outside"}, False),
        (0, {"settings": {"units": 4, "activation": "tanh"}}, False),  # no longer inside of the model
        (0, {"settings": {"inside": "inner/", "units": 5}}, False),
        (0, {"settings": {"inside": "inner/", "units": None}}, True),
        (0, {"settings": {"inside": "inner/", "activation": "function"}}, True),  # a function by another name
        (0, {"settings": {"inside": "inner/", "activation": "relu"}}, False),
        (0, {"settings": {"inside": "inner/", "foreign": 3}}, True),
        (1, {"settings": {"inside": "", "rate": 0.5000004}}, True),  # one part in a million
        (1, {"settings": {"inside": "", "rate": 0.500001}}, False),
        (2, {"settings": {"inside": "", "use_bias": True}}, False),
        (2, {"settings": {"inside": "", "use_bias": False}}, True),
    ],
)
def test_notes_of_a_layer_are_those_of_the_layer(at: int, change: dict[str, Any], agrees: bool) -> None:
    model = noted_model()
    noted = [dict(one) for one in layers_of(model)]
    noted[at].update(change)
    if agrees:
        check_agreement(model, noted)
    else:
        with pytest.raises(Unmeasurable):
            check_agreement(model, noted)


def test_each_layer_is_noted_once() -> None:
    model = noted_model()
    noted = layers_of(model)
    for other in (noted[:-1], [*noted, noted[0]], [*noted, {**noted[0], "name": "more"}], []):
        with pytest.raises(Unmeasurable):
            check_agreement(model, other)


def test_pairs_of_a_layer_are_compared_as_lists() -> None:
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(2, (3, 2), strides=2)])
    (noted,) = layers_of(model)
    for size, agrees in (([3, 2], True), ((3, 2), True), ([2, 3], False), ([3], False), (3, False)):
        changed = [{**noted, "settings": {**noted["settings"], "kernel_size": size}}]
        if agrees:
            check_agreement(model, changed)
        else:
            with pytest.raises(Unmeasurable):
                check_agreement(model, changed)
