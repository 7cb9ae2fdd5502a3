"""`xor`: a right net earns everything, an unlucky start costs nothing, and what is not XOR earns nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.analysis import Analysis
from grader.checks import xor
from grader.domain import CompileInfo, DataInfo, Finding, Mode, ModelSpec, Record, Status, layer
from tests.checks.build import analysis, exercise, seen, snapshot, spoken, training
from tests.checks.thresholds import answered

CHECK = xor.check(5)
SPEC = ModelSpec(
    "XOR", (layer("Dense", units=2, activation="relu"), layer("Dense", units=1, activation="sigmoid")), (9,)
)
NET = (seen("Dense", 6, units=2, activation="relu"), seen("Dense", 3, units=1, activation="sigmoid"))
ADAM = CompileInfo(1, "mean_squared_error", "Adam", 0.001)
POINTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
XOR, AND = np.array([0, 1, 1, 0]), np.array([0, 0, 0, 1])


def table(folder: Path, target: np.ndarray = XOR, points: np.ndarray = POINTS) -> DataInfo:
    np.savez(folder / "rows-1.npz", input=points.astype(float), target=target.reshape(len(target), -1).astype(float))
    return DataInfo(len(points), (2,), "float32", 0.0, 1.0, (1,), "rows-1.npz")


def run_of(folder: Path, data: DataInfo | None, **changes: Any) -> Analysis:
    usual = {"compiled": ADAM, "epochs_asked": 1000, "epochs_run": 1000, "steps": 1000, "batch_size": None}
    return analysis(
        of=exercise(SPEC),
        snapshots=(snapshot(NET, output_shape=(None, 1)),),
        trainings=(training(**{**usual, **changes}, data=data),),
        folder=folder,
    )


def judged(about: Analysis, **result: Any) -> Finding:
    return answered(CHECK, about, result)


def settings_of(about: Analysis) -> dict[str, Any]:
    (need,) = CHECK.requests(about)
    return {name: getattr(need, name) for name in need.__dataclass_fields__}


def test_a_net_without_an_error_earns_everything(tmp_path: Path) -> None:
    assert judged(run_of(tmp_path, table(tmp_path)), errors=0).status is Status.PASSED


@pytest.mark.parametrize(
    ("share", "status"),
    [
        (0.13, Status.PASSED),
        (0.08, Status.PASSED),
        (0.079, Status.PARTIAL),
        (0.03, Status.PARTIAL),
        (0.0, Status.FAILED),
    ],
)
def test_a_net_with_errors_is_judged_by_the_share_of_the_starts_that_succeed(
    tmp_path: Path, share: float, status: Status
) -> None:
    found = judged(run_of(tmp_path, table(tmp_path)), errors=1, representable=True, share=share, restarts=2000)
    assert found.status is status
    assert f"{100 * share:.1f}%" in found.message.en and "seed" in found.hint.en


def test_luck_makes_no_difference_to_the_procedure_of_the_handout(tmp_path: Path) -> None:
    about = run_of(tmp_path, table(tmp_path))
    lucky = judged(about, errors=0)
    unlucky = [judged(about, errors=n, representable=True, share=0.1255, restarts=2000) for n in (1, 2, 3, 4)]
    assert {found.share for found in (lucky, *unlucky)} == {1.0}


def test_a_net_without_a_hidden_layer_is_told_so(tmp_path: Path) -> None:
    found = judged(run_of(tmp_path, table(tmp_path)), errors=2, representable=False, share=0.0, restarts=0)
    assert found.status is Status.FAILED and "hidden layer" in found.hint.en


@pytest.mark.parametrize("target", [AND, 1 - XOR, np.zeros(4, int)])
def test_another_table_earns_nothing_however_well_it_is_learnt(tmp_path: Path, target: np.ndarray) -> None:
    found = judged(run_of(tmp_path, table(tmp_path, target)), errors=0)
    assert found.status is Status.FAILED and "exclusive or" in found.message.en


def test_three_of_the_four_points_are_not_xor(tmp_path: Path) -> None:
    assert judged(run_of(tmp_path, table(tmp_path, XOR[:3], POINTS[:3])), errors=0).status is Status.FAILED


def test_points_in_another_order_soft_and_one_hot_labels_are_xor_all_the_same(tmp_path: Path) -> None:
    order = [3, 1, 0, 2]
    for target in (XOR[order], np.where(XOR[order], 0.9, 0.1), np.eye(2)[XOR[order]]):
        assert judged(run_of(tmp_path, table(tmp_path, target, POINTS[order])), errors=0).status is Status.PASSED


def test_inputs_of_minus_one_and_one_are_told_to_the_evaluator(tmp_path: Path) -> None:
    about = run_of(tmp_path, table(tmp_path, XOR, 2 * POINTS - 1))
    assert (settings_of(about)["low"], settings_of(about)["high"]) == (-1.0, 1.0)
    assert judged(about, errors=0).status is Status.PASSED


def test_unknown_rows_leave_the_judgement_to_the_net(tmp_path: Path) -> None:
    assert judged(run_of(tmp_path, None), errors=0).status is Status.PASSED


def test_what_cannot_be_tried_again_goes_to_a_teacher(tmp_path: Path) -> None:
    found = judged(run_of(tmp_path, table(tmp_path)), errors=1, untried="layer")
    assert found.status is Status.REVIEW


def test_a_net_that_was_never_trained_earns_nothing() -> None:
    about = analysis(of=exercise(SPEC), snapshots=(snapshot(NET),), trainings=())
    assert CHECK.requests(about) == () and spoken(CHECK.judge(about)).status is Status.FAILED


def test_trainings_in_pieces_count_together(tmp_path: Path) -> None:
    one = run_of(tmp_path, table(tmp_path), epochs_asked=1, epochs_run=1, steps=1)
    pieces = analysis(of=one.exercise, snapshots=one.evidence.snapshots, trainings=one.evidence.trainings * 700)
    assert settings_of(pieces)["epochs"] == 700


def test_a_small_batch_makes_more_steps_of_one_epoch(tmp_path: Path) -> None:
    asked = settings_of(run_of(tmp_path, table(tmp_path), batch_size=1, steps=4000))
    assert (asked["epochs"], asked["batch_size"]) == (1000, 1)


def test_in_an_audit_the_epochs_that_were_asked_for_are_tried(tmp_path: Path) -> None:
    about = run_of(tmp_path, table(tmp_path), epochs_run=30, steps=30, capped=True)
    assert settings_of(about)["epochs"] == 1000


def test_a_learning_rate_that_is_no_number_is_left_out(tmp_path: Path) -> None:
    compiled = CompileInfo(1, "mean_squared_error", "Adam", float("nan"))
    assert settings_of(run_of(tmp_path, table(tmp_path), compiled=compiled))["learning_rate"] is None


def test_read_without_running_nothing_is_judged() -> None:
    about = analysis(of=exercise(SPEC), snapshots=(), trainings=(), mode=Mode.STATIC)
    assert spoken(CHECK.judge(about)).status is Status.SKIPPED


PROGRAM = """
    import keras, numpy as np
    keras.utils.set_random_seed({seed})
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
    y = np.array([[0], [1], [1], [0]], "float32")
    net = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
    net.compile(optimizer=keras.optimizers.Adam(0.05), loss="mean_squared_error")
    net.fit(X, y, epochs=100, verbose=0)
"""


@pytest.mark.slow
def test_programs_that_differ_in_the_seed_get_the_same_mark(grade_source: Callable[..., Record]) -> None:
    verdicts = [
        next(v for v in grade_source(PROGRAM.format(seed=seed), "xor").verdicts if v.id == "xor") for seed in range(4)
    ]
    assert {(v.status, v.points) for v in verdicts} == {(Status.PASSED, 5)}
    assert any("other starts" in v.message.en for v in verdicts)  # at least one of them was unlucky
