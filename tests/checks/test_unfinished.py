"""A training that never came to its end: what the file proves that it saved on the way, and no fault of the grader's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from grader.analysis import Analysis
from grader.checks import accuracy, saved_model, training
from grader.domain import Check, ModelUse, Outcome, Record, Status, Verdict
from grader.measurements import Why
from tests.checks.build import analysis, snapshot, spoken
from tests.checks.build import training as a_training
from tests.checks.thresholds import answered

SAVED, ACCURACY = saved_model.check(3), accuracy.check(4, full=0.9, partial=0.8)
FIGURES = {"accuracy": 0.93, "train_accuracy": 0.93, "confusion": [[9] * 10] * 10}
STOPPED = Outcome("timeout", 60.0, exit=-9)


def unfinished(
    files: tuple[str, ...] = ("exo1.keras",), saves: tuple[str, ...] = ("exo1.keras",), **more: Any
) -> Analysis:
    """The network was built, its weights never recorded."""
    return analysis(
        snapshots=(snapshot(reason="build", weights=None, steps=0),),
        trainings=(a_training(finished=False, epochs_run=7, steps=0),),
        files=dict.fromkeys(files, 100),
        uses=tuple(ModelUse(1, "save", None, 0, (), path) for path in saves),
        outcome=STOPPED,
        finished=False,
        **more,
    )


def test_a_file_saved_on_the_way_is_judged_by_what_it_can_do() -> None:
    found = answered(SAVED, unfinished(), FIGURES)
    assert found.status is Status.PASSED and "did not end" in found.message.en and "93.0%" in found.measured.en
    found = answered(ACCURACY, unfinished(), FIGURES)
    assert found.status is Status.PASSED and "exo1.keras" in found.message.en
    assert answered(ACCURACY, unfinished(), {**FIGURES, "accuracy": 0.85}).status is Status.PARTIAL


@pytest.mark.parametrize(("share", "status"), [(0.19, Status.FAILED), (0.2, Status.PASSED), (0.21, Status.PASSED)])
def test_a_network_no_better_than_guessing_was_saved_too_early(share: float, status: Status) -> None:
    assert answered(SAVED, unfinished(), {**FIGURES, "accuracy": share}).status is status


def test_of_several_files_the_best_counts() -> None:
    about = unfinished(("a.keras", "b.keras"), ("a.keras", "b.keras"))
    bad = {"refused": Why.FILE}
    assert "b.keras" in answered(SAVED, about, bad, FIGURES).message.en
    assert "b.keras" in answered(ACCURACY, about, bad, FIGURES).message.en


def test_a_file_cut_off_while_it_was_written_is_told_as_that() -> None:
    found = answered(SAVED, unfinished(), {"refused": Why.FILE})
    assert found.status is Status.FAILED and "while it was writing" in found.message.en


def test_a_file_that_this_network_was_not_seen_to_be_saved_to_proves_nothing_of_this_run() -> None:
    for about in (unfinished(saves=()), unfinished(saves=("other.keras",)), unfinished(files=(), saves=())):
        assert ACCURACY.requests(about) == ()
        assert answered(ACCURACY, about).status is Status.FAILED
        assert answered(SAVED, about).status is Status.FAILED


@pytest.mark.parametrize("check", [SAVED, ACCURACY], ids=["saved_model", "accuracy"])
def test_plain_layers_are_not_called_layers_of_one_s_own(check: Check) -> None:
    cut = analysis(snapshots=(snapshot(reason="build", weights=None),), trainings=(), outcome=STOPPED, finished=False)
    for about in (unfinished(saves=()), cut):
        assert "of your own" not in answered(check, about).message.en
    own = analysis(snapshots=(snapshot(architecture=None),), files={"exo1.keras": 100})
    assert "of your own" in answered(check, own).message.en


def test_a_training_stopped_in_its_first_epoch_was_begun() -> None:
    check = training.check(3, loss="categorical_crossentropy", optimizer="SGD", epochs=10)
    found = spoken(check.judge(analysis(trainings=(a_training(finished=False, epochs_run=0, steps=0),))))
    assert found.status is Status.FAILED and "first epoch" in found.message.en and "never" not in found.message.en


PROGRAM = """
REPONSES = {}
import os, keras
(X, y), _ = keras.datasets.mnist.load_data()
X = X[:3000].reshape(-1, 784).astype("float32") / 255
Y = keras.utils.to_categorical(y[:3000], 10)
m = keras.Sequential([keras.Input((784,)), keras.layers.Dense(100, activation="sigmoid"), keras.layers.Dense(10, activation="softmax")])
m.compile(optimizer=keras.optimizers.SGD(0.5), loss="categorical_crossentropy", metrics=["accuracy"])
stop = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: os._exit(1) if epoch == 19 else None)
m.fit(X, Y, epochs=10000, batch_size=100, verbose=0, callbacks=[keras.callbacks.ModelCheckpoint("exo2.keras"), stop])
"""


def test_an_ordinary_checkpoint_and_an_early_end_are_markable(grade_source: Callable[..., Record]) -> None:
    """The whole way, with the real recorder: `os._exit` in the 20th of 10 000 epochs."""
    record = grade_source(PROGRAM, "exo2")
    verdicts: dict[str, Verdict] = {v.id: v for v in record.verdicts}
    assert not record.broken
    assert verdicts["saved_model"].status is Status.PASSED
    assert "exo2.keras" in verdicts["accuracy"].message.en and verdicts["accuracy"].status is not Status.ERROR
    assert verdicts["runs"].status is Status.FAILED and verdicts["architecture"].status is Status.PASSED
