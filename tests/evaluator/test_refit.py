"""An SVM fitted again: whose features, which images, and the accuracy on features that we compute."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.evaluator import job
from grader.evaluator.inputs import Inputs
from grader.measurements import ModelInputs, SvmRequest
from grader.measurements.codec import answer_to_json
from tests.endings import computes_no_longer_than

RNG = np.random.default_rng(7)
CENTRES = RNG.integers(40, 215, (3, 6, 6))


def images(labels: np.ndarray) -> np.ndarray:
    return (CENTRES[labels] + RNG.normal(0, 12, (len(labels), 6, 6))).clip(0, 255).astype(np.uint8)


Y_TRAIN, Y_TEST = RNG.integers(0, 3, 400), RNG.integers(0, 3, 150)
X_TRAIN, X_TEST = images(Y_TRAIN), images(Y_TEST)


@pytest.fixture(scope="module")
def encoders() -> list[Any]:
    import keras

    keras.utils.set_random_seed(3)  # tanh: an unlucky ReLU has dead units, to which images look alike
    return [
        keras.Sequential([keras.Input((6, 6)), keras.layers.Flatten(), keras.layers.Dense(4, activation="tanh")])
        for _ in range(3)
    ]


@pytest.fixture
def laid_out(tmp_path: Path, encoders: list[Any]) -> Path:
    """Dataset `d`, and a snapshot of a whole model around each encoder: the third is nested as in the solution."""
    import keras

    (tmp_path / "d").mkdir()
    for name, array in (("x_train", X_TRAIN), ("x_test", X_TEST), ("y_train", Y_TRAIN), ("y_test", Y_TEST)):
        np.save(tmp_path / "d" / f"{name}.npy", array)
    for number, encoder in enumerate(encoders, start=1):
        whole = keras.Sequential([keras.Input((6, 6)), encoder, keras.layers.Dense(36), keras.layers.Reshape((6, 6))])
        facts = {"architecture": whole.to_json(), "weights": f"weights-{number}.npz"}
        (tmp_path / f"snapshot-{number}.json").write_text(json.dumps(facts))
        np.savez(tmp_path / facts["weights"], **{f"w{i}": w for i, w in enumerate(whole.get_weights())})
    return tmp_path


def features(encoder: Any, pixels: np.ndarray) -> np.ndarray:
    return encoder.predict(pixels.astype("float32") / 255, verbose=0)


def fitted(folder: Path, rows: np.ndarray, labels: np.ndarray, /, **changes: Any) -> dict[str, Any]:
    np.savez(folder / "call-1.npz", input=rows.astype("float32"), labels=labels)
    settings = {
        "arrays": "call-1.npz",
        "rows": 300,
        "C": 10.0,
        "gamma": 0.5,
        "kernel": "rbf",
        "inputs": ModelInputs("d"),
    }
    request = SvmRequest(**{**settings, "networks": ((0, 1), (1, 2), (2, 3)), **changes})
    answered: Any = answer_to_json(job.answer(request, Inputs(folder, {"d": folder / "d"})))
    return answered


def test_the_accuracy_is_that_of_the_same_svm_on_our_test_features(laid_out: Path, encoders: list[Any]) -> None:
    from sklearn.svm import SVC

    rows = features(encoders[1], X_TRAIN[:300])
    found = fitted(laid_out, rows, Y_TRAIN[:300])
    own = SVC(C=10.0, gamma=0.5).fit(rows, Y_TRAIN[:300]).score(features(encoders[1], X_TEST), Y_TEST)
    assert found["models"] == [1] and found["split"] == "train"
    assert found["known"] == 1 and found["wrong_labels"] == 0
    assert found["accuracy"] == pytest.approx(own, abs=0.02) and found["accuracy"] > 0.8


def test_shuffled_rows_are_found_and_their_labels_compared(laid_out: Path, encoders: list[Any]) -> None:
    order = RNG.permutation(400)[:300]
    rows = features(encoders[0], X_TRAIN[order])
    assert fitted(laid_out, rows, Y_TRAIN[order])["wrong_labels"] < 0.02
    assert fitted(laid_out, rows, (Y_TRAIN[order] + 1) % 3)["wrong_labels"] > 0.95


def test_no_more_rows_than_asked_for_are_used(laid_out: Path, encoders: list[Any]) -> None:
    assert fitted(laid_out, features(encoders[0], X_TRAIN), Y_TRAIN)["rows"] == 300


def test_features_that_would_take_an_svm_forever_are_refused(laid_out: Path) -> None:
    wide, labels = np.zeros((12_000, 1100)), np.zeros(12_000, int)
    assert fitted(laid_out, wide, labels, rows=10_000) == {"refused": {"code": "too_large", "values": {}}}


def test_features_of_test_images_are_told_and_not_fitted_on(laid_out: Path, encoders: list[Any]) -> None:
    found = fitted(laid_out, features(encoders[0], X_TEST), Y_TEST)
    assert found["split"] == "test" and found["accuracy"] is None


def test_two_moments_with_the_same_weights_are_both_named(laid_out: Path, encoders: list[Any]) -> None:
    found = fitted(laid_out, features(encoders[2], X_TRAIN), Y_TRAIN, networks=((0, 1), (1, 3), (2, 3)))
    assert found["models"] == [1, 2]


def test_features_of_no_network_have_no_accuracy(laid_out: Path) -> None:
    found = fitted(laid_out, RNG.normal(size=(300, 4)), Y_TRAIN[:300])
    assert (found["models"], found["rows"], found["accuracy"]) == ([], 300, None)


@pytest.mark.parametrize(
    "changes", [{"C": -1.0}, {"C": "many"}, {"gamma": 1e300}, {"kernel": "precomputed"}, {"arrays": "call-2.npz"}]
)
def test_settings_that_are_none_are_refused(laid_out: Path, encoders: list[Any], changes: dict[str, Any]) -> None:
    assert "refused" in fitted(laid_out, features(encoders[0], X_TRAIN), Y_TRAIN, **changes)


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        (np.full((300, 4), np.nan), Y_TRAIN[:300]),
        (np.zeros((300, 4)), Y_TRAIN[:20]),
        (np.zeros((0, 4)), Y_TRAIN[:0]),
        (np.zeros(300), Y_TRAIN[:300]),
    ],
)
def test_forged_features_are_refused(laid_out: Path, rows: np.ndarray, labels: np.ndarray) -> None:
    assert "refused" in fitted(laid_out, rows, labels)


def test_an_svm_that_would_not_end_is_stopped(
    laid_out: Path, encoders: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing separates these: without a bound each pair of classes takes millions of steps."""
    rows, labels = features(encoders[0], X_TRAIN[:300]), RNG.integers(0, 3, 400)
    np.save(laid_out / "d" / "y_train.npy", labels)
    with computes_no_longer_than():
        found = fitted(laid_out, rows, labels[:300], C=1e11, kernel="linear")
    assert 0 <= found["accuracy"] <= 1
    monkeypatch.setattr("grader.evaluator.refit.ITERATIONS", 3)
    assert fitted(laid_out, rows, labels[:300], C=1e11, kernel="linear")["accuracy"] != found["accuracy"]
