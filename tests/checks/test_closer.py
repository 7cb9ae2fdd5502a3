"""The usual errors, told by what their message says; and what a training's history gives away."""

from __future__ import annotations

from typing import Any

import pytest

from grader.analysis import Analysis
from grader.analysis.error_messages import explain
from grader.analysis.training_hints import training_hint
from grader.domain import CompileInfo, ModelUse
from tests.checks.build import analysis, failure, seen, snapshot, training


@pytest.mark.parametrize(
    ("kind", "message", "told"),
    [
        ("ModuleNotFoundError", "No module named 'torch'", "`torch` is not installed here"),
        ("ModuleNotFoundError", "No module named 'mes_outils'", "hand it in beside the program"),
        ("ModuleNotFoundError", "No module named 'keras.layers.cor'", "no longer exists in today's Keras"),
        ("FileNotFoundError", r"[Errno 2] No such file or directory: 'C:\\Users\\Leo\\x.txt'", "`x.txt`"),
        ("FileNotFoundError", "[Errno 2] No such file or directory: '/home/leo/tp/x.txt'", "on your machine only"),
        ("FileNotFoundError", "[Errno 2] No such file or directory: '/Users/leo/x.csv'", "on your machine only"),
        ("FileNotFoundError", "[Errno 2] No such file or directory: 'modele.h5'", "not beside the program"),
        ("FileNotFoundError", "[Errno 2] No such file or directory: 'x.txt'", "paths must be relative"),
        ("ValueError", "File not found: filepath=exo2.keras. Please ensure", "not beside the program"),
        (
            "ValueError",
            'Input 0 of layer "dense" is incompatible with the layer: expected axis -1 of input shape to have value 784, but received input with shape (None, 28, 28)',
            "inputs of 784, and was given (None, 28, 28)",
        ),
        (
            "ValueError",
            'Invalid input shape for input Tensor("data:0", shape=(100, 28, 28)). Expected shape (None, 784), but input has incompatible shape (100, 28, 28)',
            "inputs of (None, 784), and was given (100, 28, 28)",
        ),
        ("ValueError", "Arguments `target` and `output` must have the same shape. Received:", "to_categorical"),
        ("ValueError", "Data cardinality is ambiguous. Make sure all arrays", "as many labels as images"),
        ("ValueError", "cannot reshape array of size 7840000 into shape (60000,784)", "10000 test images"),
        ("ValueError", "You must call `compile()` before calling", "`model.compile(…)` must come before"),
        ("TypeError", "'NoneType' object is not callable", "arguments that it does not take"),
        ("AttributeError", "'NoneType' object has no attribute 'shape'", "returns nothing (None)"),
        ("StdinNotImplementedError", "raw_input was called", "keyboard"),
    ],
)
def test_a_usual_error_is_told_by_what_it_means(kind: str, message: str, told: str) -> None:
    text = explain(failure(kind, message))
    assert told in text.en and text.fr and text.fr != text.en


def test_a_hostile_message_is_explained_in_no_time() -> None:
    for message in ("expected " * 400, "No such file " + "'" * 3000, "incompatible with the layer" + "(" * 3000):
        assert explain(failure("ValueError", message)).en


# ── What a training gives away ──────────────────────────────────────────────────────────────────


def hint(about: Analysis) -> str:
    found = about.model()
    assert found is not None
    text = training_hint(found)
    assert bool(text.fr) == bool(text.en)
    return text.en


def dense(activation: str) -> Any:
    return seen("Dense", 7850, units=10, activation=activation)


def test_a_missing_softmax_is_told_only_to_the_loss_that_needs_it() -> None:
    bare = snapshot((dense("linear"),))
    assert "no softmax" in hint(analysis(snapshots=(bare,)))
    squares = training(compiled=CompileInfo(1, "mse", "SGD", 0.5))
    assert hint(analysis(snapshots=(bare,), trainings=(squares,))) == ""


def test_a_softmax_too_many_is_told() -> None:
    assert "twice" in hint(
        analysis(snapshots=(snapshot((dense("softmax"), seen("Activation", activation="softmax"))),))
    )
    assert hint(analysis(snapshots=(snapshot((dense("linear"), seen("Activation", activation="softmax"))),))) == ""


def test_a_model_created_again_after_its_training_is_told() -> None:
    fresh = snapshot(id=2, model=2, reason="evaluate")
    judged = ModelUse(2, "evaluate", 2, 10000, (2.3,), "")
    both = analysis(snapshots=(snapshot(), fresh), uses=(judged,))
    assert "created again" in hint(both)
    loaded = ModelUse(2, "load_weights", 2, 0, (), "x.weights.h5")
    assert hint(analysis(snapshots=(snapshot(), fresh), uses=(loaded, judged))) == ""
    assert hint(analysis(snapshots=(snapshot(), fresh))) == ""
