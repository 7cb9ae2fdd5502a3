"""What `svm`, `saved_model`, `accuracy` and `xor` say at each of the conditions between their sentences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.checks import (
    accuracy,
    saved_model,
    svm,
    xor,
)
from grader.domain import Mode, ModelUse, Status
from grader.measurements import Why
from tests.checks.build import analysis, snapshot, spoken
from tests.checks.test_svm import CHECK, FEATURES, FIRST, SECOND, USUAL, about, fit
from tests.checks.test_thresholds_files import SAVED
from tests.checks.test_unfinished import FIGURES, unfinished
from tests.checks.test_xor import run_of as xor_run
from tests.checks.test_xor import table
from tests.checks.thresholds import FULL, HALF, NOTHING, answered, verdict

# ── SVMs ────────────────────────────────────────────────────────────────────────────────────────

UNKNOWN = {"models": [], "rows": 10_000}
EARLY = {"models": [2], "rows": 10_000}


@pytest.mark.parametrize(
    ("calls", "results", "hint"),
    [
        ((fit(1, 784), fit(2)), (UNKNOWN, SECOND), "not the images themselves"),
        ((fit(1), fit(2)), (UNKNOWN, UNKNOWN), "none of your networks"),
        ((fit(1), fit(2)), (EARLY, SECOND), "before it, the encoder has learnt nothing"),
        ((fit(1), fit(2)), (FIRST, FIRST), "right after each training"),
        ((fit(1), fit(2)), (UNKNOWN, SECOND), "right after each training"),
    ],
)
def test_where_the_features_come_from_instead(calls: Any, results: Any, hint: str) -> None:
    assert hint in answered(FEATURES, about(*calls), *results).hint.en


@pytest.mark.parametrize(
    ("calls", "results", "told"),
    [
        ((fit(1, C=1000),), (FIRST,), "classifier: no SVM was fitted on its features"),
        ((fit(1, C=1000), fit(2)), (FIRST, UNKNOWN), "classifier: the features of SVC(C=1, gamma=0.02) are not"),
        ((fit(1, C=1000), fit(2)), (FIRST, {"refused": Why.LABELS}), "classifier: the SVM cannot be fitted again"),
        ((fit(1, C=1000), fit(2)), (FIRST, SECOND | {"split": "test"}), "fitted on the test images"),
        ((fit(1, C=1000), fit(2)), (FIRST, SECOND | {"accuracy": None}), "? of the test images, 93% are asked"),
    ],
)
def test_what_is_wrong_with_one_svm_costs_half(calls: Any, results: Any, told: str) -> None:
    found = answered(CHECK, about(*calls), *results)
    assert verdict(found) == HALF and told in found.message.en


def test_an_audit_that_cut_a_training_judges_no_features() -> None:
    given = about(*USUAL, mode=Mode.AUDIT)
    assert verdict(answered(CHECK, given, FIRST, SECOND)) == FULL
    cut = (*given.evidence.trainings[:1], replace(given.evidence.trainings[1], capped=True))
    capped = replace(given, evidence=replace(given.evidence, trainings=cut))
    assert answered(CHECK, capped, FIRST, SECOND).status is Status.SKIPPED
    assert verdict(answered(CHECK, replace(capped, mode=Mode.FULL), FIRST, SECOND)) == FULL
    assert svm.BAND == 0.5 and svm.SvmSpec(1, 0.5, 0, 0).written == "SVC(C=1, gamma=0.5)"


# ── Files ───────────────────────────────────────────────────────────────────────────────────────


def saved(number: int, how: Any = "save", snapshot_: int | None = 1) -> ModelUse:
    return ModelUse(number, how, snapshot_, 0, (), "exo1.keras")


@pytest.mark.parametrize(
    ("uses", "is_early"),
    [
        ((saved(1),), True),
        ((saved(1, "save_weights"),), True),
        ((saved(1), saved(1, "save", 2)), False),
        ((saved(2),), False),
        ((saved(1, "evaluate"),), False),
        ((saved(1, "save", None),), False),
        ((saved(1), saved(1, "save", None)), True),
        ((saved(1, "save", 9),), False),
    ],
)
def test_a_model_that_was_only_saved_before_its_training(uses: Any, is_early: bool) -> None:
    both = (snapshot(steps=0, reason="save"), snapshot(id=2))
    given = analysis(snapshots=both, uses=uses, files={"exo1.keras": 9})
    assert ("saved before" in answered(SAVED, given, {"difference": 0.7}).hint.en) is is_early
    untrained = replace(given, evidence=replace(given.evidence, trainings=()))
    assert "saved before" not in SAVED.judge(untrained).hint.en


def test_the_last_file_is_told_and_one_good_file_is_enough() -> None:
    given = analysis(files={"a.keras": 9, "b.keras": 9})
    assert "b.keras" in answered(SAVED, given, {"difference": 0.7}, {"refused": Why.FILE}).message.en
    found = answered(SAVED, given, {"refused": Why.FILE}, {"difference": 0.7})
    assert "b.keras does not predict" in found.message.en and found.measured.en == "a.keras, b.keras"
    assert "a.keras predicts" in answered(SAVED, given, {"difference": 0.0}, {"difference": 0.7}).message.en


def test_of_files_that_do_equally_well_the_first_is_named() -> None:
    given = unfinished(("a.keras", "b.keras"), ("a.keras", "b.keras"))
    for check in (SAVED, accuracy.check(4, 0.9, 0.8)):
        found = answered(check, given, FIGURES, FIGURES)
        assert "a.keras" in found.message.en
    unknown = {**FIGURES, "confusion": [], "accuracy": 0.0}
    assert verdict(answered(SAVED, given, unknown, unknown)) == FULL
    assert saved_model.LEARNT == 2


def test_rows_behind_a_scaler_count_where_some_were_recognised(tmp_path: Path) -> None:
    check = accuracy.check(4, 0.9, 0.8)
    figures = {"accuracy": 0.95, "train_accuracy": 0.95}
    on_test = {"known": 10, "test": 10, "wrong_labels": 0}
    assert verdict(answered(check, analysis(), {**figures, "rows": on_test})) == NOTHING
    assert verdict(answered(check, analysis(), {**figures, "rows": {**on_test, "known": 0}})) == FULL
    wrong = {"known": 10, "test": 0, "wrong_labels": 9}
    found = answered(check, analysis(), {"accuracy": 0.1, "train_accuracy": 0.1, "rows": wrong})
    assert "90% of the images" in found.hint.en


# ── XOR ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("figures", "measured"),
    [
        ({"errors": 0}, "no error"),
        ({"errors": 1, "representable": True, "share": 0.5, "restarts": 40}, "1 error with your start; 50.0% of 40"),
        ({"representable": True, "share": 0.5, "restarts": None}, "50.0% of ? other starts succeed"),
        ({"errors": 2, "representable": False}, "2 errors with your start"),
        ({"errors": None, "representable": True}, ""),
    ],
)
def test_what_is_told_of_other_starts(figures: Any, measured: str, tmp_path: Path) -> None:
    found = answered(xor.check(5), xor_run(tmp_path, table(tmp_path)), figures)
    assert found.measured.en.startswith(measured) and bool(found.measured) is bool(measured)


def test_a_net_that_was_trained_and_cannot_be_rebuilt_is_told_so(tmp_path: Path) -> None:
    given = xor_run(tmp_path, table(tmp_path))
    for changes, trainings in (({"architecture": None}, None), ({"weights": None}, None), ({}, ())):
        snapshots = (replace(given.evidence.snapshots[0], **changes),)
        changed = replace(
            given.evidence, snapshots=snapshots, **({} if trainings is None else {"trainings": trainings})
        )
        found = spoken(xor.check(5).judge(replace(given, evidence=changed)))
        assert ("cannot be rebuilt" in found.message.en) is (trainings is None)
        assert ("never trained" in found.message.en) is (trainings == ())
