"""XOR measured: the recorded net's own errors, and its procedure tried again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.evaluator.inputs import Inputs
from grader.evaluator.xor_measurement import retry, wrong_answers
from grader.measurements import RestartFigures, RestartRequest, Why

SETTINGS = {
    "snapshot": 1,
    "restarts": 400,
    "loss": "mean_squared_error",
    "optimizer": "Adam",
    "learning_rate": 0.05,
    "epochs": 100,
    "batch_size": 32,
    "low": 0.0,
    "high": 1.0,
}
RIGHT = [[[1, 1], [1, 1]], [0, -1], [[10], [-20]], [-5]]  # relu(x₁+x₂), relu(x₁+x₂-1): an exact solution


def laid_out(folder: Path, weights: list[Any], hidden: int = 2, last: str = "sigmoid") -> Path:
    import keras

    layers = [keras.layers.Dense(hidden, activation="relu")] if hidden else []
    model = keras.Sequential([keras.Input((2,)), *layers, keras.layers.Dense(1, activation=last)])
    (folder / "snapshot-1.json").write_text(json.dumps({"architecture": model.to_json(), "weights": "weights-1.npz"}))
    np.savez(folder / "weights-1.npz", **{f"w{i}": np.array(w, "float32") for i, w in enumerate(weights)})
    return folder


def tried(folder: Path, **changes: Any) -> RestartFigures:
    return retry(RestartRequest(**{**SETTINGS, **changes}), Inputs(folder, {}))


def test_a_net_that_solves_xor_is_not_tried_again(tmp_path: Path) -> None:
    assert tried(laid_out(tmp_path, RIGHT)) == RestartFigures(errors=0)


def test_a_net_that_failed_is_tried_again_from_other_starts(tmp_path: Path) -> None:
    dead = [[[0, 0], [0, 0]], [0, 0], [[0], [0]], [0]]
    found = tried(laid_out(tmp_path, dead))
    assert found.errors == 2  # one half everywhere is a no
    assert found.restarts == 400 and found.share == pytest.approx(0.14, abs=0.05)
    assert found == tried(tmp_path)  # the same share for everyone


def test_one_neuron_is_not_tried_at_all(tmp_path: Path) -> None:
    found = tried(laid_out(tmp_path, [[[1], [1]], [-0.5]], hidden=0))
    assert (found.representable, found.share, found.restarts) == (False, 0, 0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"loss": "hinge"}, "loss"), ({"learning_rate": None}, "learning_rate"), ({"low": -1.0}, "inputs")],
)
def test_what_cannot_be_tried_again_says_why(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    wrong = [[[1, 1], [1, 1]], [0, -1], [[-10], [20]], [5]]
    found = tried(laid_out(tmp_path, wrong), **changes)
    assert found.untried == reason and found.errors > 0


def test_inputs_of_minus_one_and_one_are_given_as_such(tmp_path: Path) -> None:
    # The same solution for inputs 2x - 1: x₁ + x₂ = (u₁ + u₂) / 2 + 1.
    coded = [[[0.5, 0.5], [0.5, 0.5]], [1, 0], [[10], [-20]], [-5]]
    assert tried(laid_out(tmp_path, coded), low=-1.0) == RestartFigures(errors=0)


def test_a_model_of_other_inputs_is_refused(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    (tmp_path / "snapshot-1.json").write_text(json.dumps({"architecture": model.to_json(), "weights": "weights-1.npz"}))
    np.savez(tmp_path / "weights-1.npz", w0=np.zeros((3, 1), "float32"), w1=np.zeros(1, "float32"))
    found = tried(tmp_path)
    assert found.refused is not None and found.refused.code is Why.NOT_TWO_INPUTS and found.untried == "inputs"


def test_answers_are_yes_only_clearly_above_one_half() -> None:
    right = np.array([[0.1], [0.9], [0.9], [0.1]])
    assert wrong_answers(right, 0.5) == 0
    assert wrong_answers(np.full((4, 1), 0.5), 0.5) == 2
    assert wrong_answers(np.full((4, 1), np.nan), 0.5) == 4
    assert wrong_answers(np.hstack([1 - right, right]), 0.5) == 0
    assert wrong_answers(right - 0.5, 0.0) == 0
