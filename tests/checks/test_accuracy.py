"""`accuracy`: judged by figures measured outside, and only where the model has not seen the test images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.analysis import Analysis
from grader.analysis.provenance import RowProvenance
from grader.checks import accuracy
from grader.domain import Finding, Mode, Status
from grader.measurements import Why
from tests.checks.build import LABELS, TEST, TRAIN, analysis, fed, index, snapshot, spoken, training
from tests.checks.thresholds import answered

CHECK = accuracy.check(4, full=0.915, partial=0.88)


def judged(about: Analysis, **result: Any) -> Finding:
    answer = {"accuracy": 0.92, "train_accuracy": 0.925, **result}
    return answered(CHECK, about, answer)


def seen_of(about: Analysis) -> RowProvenance:
    found = about.model()
    assert found is not None
    return found.provenance


@pytest.mark.parametrize(
    ("figure", "status", "share"),
    [
        (0.95, Status.PASSED, 1),
        (0.915, Status.PASSED, 1),
        (0.9149, Status.PARTIAL, 0.5),
        (0.88, Status.PARTIAL, 0.5),
        (0.8799, Status.FAILED, 0),
        (0.1, Status.FAILED, 0),
    ],
)
def test_points_follow_the_two_thresholds(figure: float, status: Status, share: float) -> None:
    found = judged(analysis(), accuracy=figure, train_accuracy=figure)
    assert (found.status, found.share) == (status, share)


def test_a_model_that_knows_the_test_images_better_than_the_others_has_seen_them() -> None:
    found = judged(analysis(), accuracy=0.99, train_accuracy=0.92)
    assert found.status is Status.FAILED and "test images" in found.message.en


def test_what_the_evaluator_refuses_is_told() -> None:
    found = judged(analysis(), refused=Why.LAYER, name="Lambda")
    assert found.status is Status.FAILED and "Lambda" in found.message.en


def test_a_class_of_ones_own_cannot_be_judged() -> None:
    about = analysis(snapshots=(snapshot(architecture=None),))
    assert CHECK.requests(about) == ()
    assert "rebuilt" in spoken(CHECK.judge(about)).message.en


def test_a_model_without_weights_cannot_be_judged() -> None:
    about = analysis(snapshots=(snapshot(weights=None),))
    assert CHECK.requests(about) == () and spoken(CHECK.judge(about)).status is Status.FAILED


def test_without_a_model_nothing_is_measured() -> None:
    about = analysis(snapshots=(), trainings=())
    assert CHECK.requests(about) == () and spoken(CHECK.judge(about)).status is Status.FAILED
    assert spoken(CHECK.judge(replace(about, mode=Mode.STATIC))).status is Status.SKIPPED


def test_an_untrained_model_is_told_to_train() -> None:
    assert "model.fit" in judged(analysis(trainings=()), accuracy=0.1, train_accuracy=0.1).hint.en


def test_an_audit_without_weights_is_not_judged() -> None:
    about = analysis(mode=Mode.AUDIT, trainings=(training(capped=True, epochs_run=1),))
    assert CHECK.requests(about) == ()
    assert spoken(CHECK.judge(about)).status is Status.SKIPPED


def test_an_audit_judges_the_weights_that_were_handed_in() -> None:
    about = analysis(
        mode=Mode.AUDIT, trainings=(training(capped=True, epochs_run=1),), handed_in=("exo1.keras", "notes.txt")
    )
    assert [request.file for request in CHECK.requests(about)] == ["exo1.keras"]
    assert judged(about).status is Status.PASSED
    refused = judged(about, refused=Why.WEIGHTS_DO_NOT_FIT)
    assert refused.status is Status.FAILED and "do not fit" in refused.message.en


# ── Which images were seen ──────────────────────────────────────────────────────────────────────


def with_rows(folder: Path, rows: np.ndarray, labels: np.ndarray | None = None) -> Analysis:
    seen = fed(folder, rows, labels)
    return analysis(folder=folder, rows=index(), trainings=(training(data=seen),))


@pytest.mark.parametrize(
    ("change", "scale", "offset"),
    [
        (lambda x: x.reshape(-1, 784).astype("float32") / 255, 1 / 255, 0),
        (lambda x: x[..., None] / 127.5 - 1, 1 / 127.5, -1),
        (lambda x: x, 1, 0),
    ],
    ids=["from 0 to 1", "from -1 to 1", "from 0 to 255"],
)
def test_images_are_recognised_whatever_their_scale(change: Any, scale: float, offset: float, tmp_path: Path) -> None:
    found = seen_of(with_rows(tmp_path, change(TRAIN), LABELS["train"]))
    assert (found.sampled, found.known, found.test, found.wrong_labels) == (40, 40, 0, 0)
    assert (found.scale, found.offset) == (pytest.approx(scale), pytest.approx(offset))


def test_test_images_among_the_training_images_are_counted(tmp_path: Path) -> None:
    about = with_rows(tmp_path, np.concatenate([TRAIN, TEST]) / 255.0)
    assert seen_of(about).test == 20
    assert "test images" in judged(about).message.en


def test_training_on_training_images_is_fine(tmp_path: Path) -> None:
    assert judged(with_rows(tmp_path, TRAIN / 255.0, LABELS["train"])).status is Status.PASSED


def test_labels_that_are_not_the_images_own_are_counted_and_explained(tmp_path: Path) -> None:
    about = with_rows(tmp_path, TRAIN / 255.0, np.roll(LABELS["train"], 1))
    assert seen_of(about).wrong_labels == 40
    assert "same order" in judged(about, accuracy=0.1, train_accuracy=0.1).hint.en


def test_labels_that_are_unknown_are_not_wrong(tmp_path: Path) -> None:
    assert seen_of(with_rows(tmp_path, TRAIN / 255.0, np.full(40, -1))).wrong_labels == 0


def test_other_images_are_not_recognised(tmp_path: Path) -> None:
    found = seen_of(with_rows(tmp_path, np.random.default_rng(9).random((30, 28, 28))))
    assert found.known == 0 and found.scale == pytest.approx(1 / 255)


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        {"hashes": np.zeros(3)},
        {"hashes": np.zeros(3, np.uint64), "low": np.zeros(2), "high": np.zeros(3)},
        {"hashes": np.zeros((3, 1), np.uint64), "low": np.zeros((3, 1)), "high": np.zeros((3, 1))},
        {"hashes": np.zeros(3, np.float64), "low": np.zeros(3), "high": np.zeros(3)},
        {"hashes": index().split["train"][:3], "low": np.full(3, np.nan), "high": np.full(3, np.inf)},
        {"hashes": index().split["train"][:3], "low": np.zeros(3), "high": np.ones(3), "labels": np.full(3, np.nan)},
        {"hashes": index().split["train"][:3], "low": np.ones(3), "high": np.zeros(3), "labels": np.zeros((3, 2))},
        {"hashes": np.array(0, np.uint64), "low": np.array(0.0), "high": np.array(0.0)},
        {"hashes": np.zeros(0, np.uint64), "low": np.zeros(0), "high": np.zeros(0), "labels": np.zeros(0)},
    ],
)
def test_forged_rows_are_of_no_account(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    about = with_rows(tmp_path, TRAIN)
    np.savez(tmp_path / "rows-1.npz", **arrays)
    found = seen_of(about)
    assert found.scale == pytest.approx(1 / 255) or np.isfinite(found.scale)
    assert found.test == 0


def test_a_missing_rows_file_is_of_no_account(tmp_path: Path) -> None:
    about = with_rows(tmp_path, TRAIN)
    (tmp_path / "rows-1.npz").unlink()
    assert seen_of(about) == RowProvenance()
