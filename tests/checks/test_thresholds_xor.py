"""`xor`: the shares of the starts, and how the epochs of a training are counted, from both sides."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.checks import xor
from tests.checks.build import analysis
from tests.checks.test_xor import ADAM, CHECK, POINTS, XOR, run_of, settings_of, table
from tests.checks.thresholds import FULL, HALF, NOTHING, READ_BY_A_TEACHER, Verdict, answered, verdict


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0801, FULL), (0.08, FULL), (0.0799, HALF), (0.0301, HALF), (0.03, HALF), (0.0299, NOTHING), (0, NOTHING)],
)
@pytest.mark.parametrize("errors", [1, 4])
def test_the_share_of_the_starts_has_two_thresholds(
    share: float, expected: Verdict, errors: int, tmp_path: Path
) -> None:
    about = run_of(tmp_path, table(tmp_path))
    result = {"errors": errors, "representable": True, "share": share, "restarts": 2000}
    assert verdict(answered(CHECK, about, result)) == expected
    assert verdict(answered(CHECK, about, {**result, "errors": 0})) == FULL
    assert verdict(answered(CHECK, about, {**result, "representable": False})) == NOTHING
    assert verdict(answered(CHECK, about, {"errors": errors, "representable": True})) == READ_BY_A_TEACHER


@pytest.mark.parametrize(
    ("changes", "epochs"),
    [
        ({"steps": 1000}, 1000),  # the four points are one batch of 32
        ({"steps": 0, "epochs_run": 999}, 999),
        ({"steps": 4000, "batch_size": 1}, 1000),
        ({"steps": 2000, "batch_size": 2}, 1000),
        ({"steps": 2000, "batch_size": 3}, 1000),  # three points, then the fourth
        ({"steps": 1000, "batch_size": 4}, 1000),
        ({"steps": 30, "capped": True, "epochs_asked": 700}, 700),
        ({"steps": 30, "capped": True, "epochs_asked": 700, "batch_size": 3}, 700),
        ({"how": "train_on_batch", "steps": 600, "batch_size": 4, "epochs_run": 0}, 600),
        ({"how": "train_on_batch", "steps": 600, "batch_size": 1, "epochs_run": 0}, 150),
        ({"how": "train_on_batch", "steps": 30, "capped": True, "epochs_asked": 700, "epochs_run": 0}, 30),
    ],
)
def test_epochs_are_passes_over_the_four_points(changes: dict[str, Any], epochs: int, tmp_path: Path) -> None:
    assert settings_of(run_of(tmp_path, table(tmp_path), **changes))["epochs"] == epochs


def test_a_table_written_twice_makes_two_passes_of_one_epoch(tmp_path: Path) -> None:
    twice = table(tmp_path, np.tile(XOR, 2), np.tile(POINTS, (2, 1)))
    about = run_of(tmp_path, twice, steps=0, epochs_run=100, batch_size=4)
    assert settings_of(about)["epochs"] == 200


def test_only_trainings_in_the_way_of_the_last_one_are_added_up(tmp_path: Path) -> None:
    about = run_of(tmp_path, table(tmp_path))
    last = about.evidence.trainings[0]
    others = (
        replace(last, id=2, compiled=replace(ADAM, learning_rate=0.1)),
        replace(last, id=3, how="train_on_batch"),
        replace(last, id=4, epochs_run=0, steps=0),
    )
    trainings = (*others[:2], replace(last, id=5, steps=300), last, others[2])
    about = analysis(of=about.exercise, snapshots=about.evidence.snapshots, trainings=trainings)
    assert settings_of(about)["epochs"] == 1300


@pytest.mark.parametrize(("yes", "expected"), [(0.49, NOTHING), (0.5, NOTHING), (0.51, FULL)])
def test_a_label_above_a_half_is_a_yes(yes: float, expected: Verdict, tmp_path: Path) -> None:
    about = run_of(tmp_path, table(tmp_path, np.where(XOR, yes, 0.1)))
    assert verdict(answered(CHECK, about, {"errors": 0})) == expected


@pytest.mark.parametrize(("yes", "expected"), [(0.49, NOTHING), (0.5, NOTHING), (0.51, FULL)])
def test_of_two_labels_the_larger_one_is_the_answer(yes: float, expected: Verdict, tmp_path: Path) -> None:
    labels = np.where(XOR[:, None], [[0.5, yes]], [[0.6, 0.4]])
    about = run_of(tmp_path, table(tmp_path, labels))
    assert verdict(answered(CHECK, about, {"errors": 0})) == expected


@pytest.mark.parametrize(
    ("points", "code"),
    [(POINTS, (0.0, 1.0)), (2 * POINTS - 1, (-1.0, 1.0)), (2 * POINTS, (0.0, 1.0)), (POINTS[:1], (0.0, 1.0))],
)
def test_what_stands_for_0_and_1_is_read_from_the_points(
    points: np.ndarray, code: tuple[float, float], tmp_path: Path
) -> None:
    settings = settings_of(run_of(tmp_path, table(tmp_path, XOR[: len(points)], points)))
    assert (settings["low"], settings["high"]) == code


def test_other_points_are_not_the_four(tmp_path: Path) -> None:
    for points in (2 * POINTS, POINTS + 1, np.vstack([POINTS[:3], POINTS[:1]])):
        about = run_of(tmp_path, table(tmp_path, XOR, points))
        assert verdict(answered(CHECK, about, {"errors": 0})) == NOTHING


def test_the_usual_number_of_starts_is_asked_for(tmp_path: Path) -> None:
    about = run_of(tmp_path, table(tmp_path))
    assert settings_of(about)["restarts"] == 2000
    assert xor.check(5, restarts=7).requests(about)[0].restarts == 7
