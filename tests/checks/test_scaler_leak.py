"""`scaler_leak`: the scale comes from training images alone, and the network sees what came out of the scaler."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from grader.analysis import Analysis
from grader.checks import accuracy, scaler_leak
from grader.domain import DataInfo, Finding, Mode, ScalerFit, Status
from grader.fingerprints import fingerprints
from grader.measurements import RecognisedRows
from tests.checks.build import LABELS, TEST, TRAIN, analysis, fed, index, measured, spoken, training

CHECK = scaler_leak.check(3)
ACCURACY = accuracy.check(3, full=0.82, partial=0.76)


def fit(folder: Path, rows: np.ndarray, number: int = 1) -> ScalerFit:
    hashes, low, high = fingerprints(rows)
    name = f"call-{number}.npz"
    np.savez(folder / name, hashes=hashes, low=low, high=high, mean=np.zeros(784), scale=np.ones(784))
    return ScalerFit(number, name)


def scaled(folder: Path) -> DataInfo:
    """Training images after a scaler by pixel: not to be recognised from outside."""
    by_pixel = np.random.default_rng(0).uniform(0.5, 2, (28, 28))
    return fed(folder, TRAIN * by_pixel, LABELS["train"])


def about(folder: Path, *calls: ScalerFit, data: DataInfo | None = None) -> Analysis:
    data = data or scaled(folder)
    return analysis(trainings=(training(data=data),), rows=index(), folder=folder, calls=calls)


def judged(given: Analysis) -> Finding:
    return spoken(CHECK.judge(given))


def test_training_images_alone_are_right(tmp_path: Path) -> None:
    assert judged(about(tmp_path, fit(tmp_path, TRAIN[:30]))).status is Status.PASSED


def test_training_images_already_divided_by_255_are_the_same_images(tmp_path: Path) -> None:
    assert judged(about(tmp_path, fit(tmp_path, TRAIN / 255))).status is Status.PASSED


def test_both_sets_together_leak(tmp_path: Path) -> None:
    found = judged(about(tmp_path, fit(tmp_path, np.concatenate([TRAIN, TEST]))))
    assert found.status is Status.FAILED and "20 test images among 60 rows" in found.measured.en


def test_a_second_fit_on_the_test_leaks(tmp_path: Path) -> None:
    found = judged(about(tmp_path, fit(tmp_path, TRAIN), fit(tmp_path, TEST, 2)))
    assert found.status is Status.FAILED and "transform(X_test)" in found.hint.en


def test_without_a_scaler_nothing_is_earned(tmp_path: Path) -> None:
    assert judged(about(tmp_path, data=fed(tmp_path, TRAIN))).status is Status.FAILED


def test_a_scaler_whose_result_was_not_used_earns_half(tmp_path: Path) -> None:
    found = judged(about(tmp_path, fit(tmp_path, TRAIN), data=fed(tmp_path, TRAIN, LABELS["train"])))
    assert (found.status, found.share) == (Status.PARTIAL, 0.5)


def test_rows_that_are_no_images_go_to_a_teacher(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).normal(size=(30, 784))
    assert judged(about(tmp_path, fit(tmp_path, noise))).status is Status.REVIEW


def test_read_without_running_nothing_is_judged() -> None:
    assert judged(analysis(mode=Mode.STATIC, snapshots=(), trainings=())).status is Status.SKIPPED


# ── What it means for the accuracy ──────────────────────────────────────────────────────────────


def test_the_evaluator_gets_every_scaler_the_last_one_first(tmp_path: Path) -> None:
    (need,) = ACCURACY.requests(about(tmp_path, fit(tmp_path, TRAIN), fit(tmp_path, TEST, 2)))
    assert (need.inputs.scalers, need.inputs.rows) == (("call-2.npz", "call-1.npz"), "rows-1.npz")


def test_a_network_fed_the_images_as_they_are_needs_no_scaler(tmp_path: Path) -> None:
    (need,) = ACCURACY.requests(about(tmp_path, fit(tmp_path, TRAIN), data=fed(tmp_path, TRAIN)))
    assert (need.inputs.scalers, need.inputs.rows) == ((), "rows-1.npz")


def test_test_images_are_recognised_behind_the_scaler(tmp_path: Path) -> None:
    given = about(tmp_path, fit(tmp_path, TRAIN))
    result = {"accuracy": 0.9, "train_accuracy": 0.9, "rows": RecognisedRows(40, 40, 0)}
    found = spoken(ACCURACY.judge(measured(given, ACCURACY.requests(given), result)))
    assert found.status is Status.FAILED and "test images" in found.message.en


def test_a_small_test_set_is_allowed_more_luck(tmp_path: Path) -> None:
    given = about(tmp_path, fit(tmp_path, TRAIN))
    answer = {"accuracy": 0.9, "train_accuracy": 0.85}
    for images, status in ((120, Status.PASSED), (10_000, Status.FAILED)):
        result = {**answer, "confusion": [[images // 2, 0], [0, images // 2]]}
        assert spoken(ACCURACY.judge(measured(given, ACCURACY.requests(given), result))).status is status
