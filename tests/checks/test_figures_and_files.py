"""`figure` and `saved_model`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.analysis import Analysis, saved_files
from grader.checks import figure, saved_model
from grader.domain import AxesInfo, FigureInfo, Finding, Mode, ModelUse, Reading, Status
from grader.measurements import Why
from tests.checks.build import TEST, TRAIN, analysis, failure, index, spoken
from tests.checks.thresholds import answered

GRID = figure.image_grid(5, 3, 4, 12)


def grid(folder: Path, images: Any, shape: tuple[int, int] = (3, 4), cmap: str = "gray") -> Analysis:
    np.savez(folder / "figure-1.npz", **{f"i{n}": image for n, image in enumerate(images)})
    axes = tuple(AxesInfo("", 1, cmap, 0, 0, shape, n) for n in range(len(images)))
    return analysis(folder=folder, rows=index(), figures=(FigureInfo(1, "show", axes, "figure-1.npz", None),))


def judged(about: Analysis, check: Any = GRID) -> Finding:
    return spoken(check.judge(about))


def test_the_images_asked_for_pass_whatever_their_scale(tmp_path: Path) -> None:
    for images in (TRAIN[:12], TRAIN[:12] / 255, 1 - TRAIN[:12] / 255.0 * 0 + TRAIN[:12]):
        assert judged(grid(tmp_path, images)).share == 1
    assert judged(grid(tmp_path, TRAIN[:12], cmap="Greys")).share == 1


@pytest.mark.parametrize(
    ("images", "share", "told"),
    [
        (TRAIN[:6], 0.5, "6 instead of 12"),
        (TRAIN[:20], 0.5, "20 instead of 12"),
        (TEST[:12], 0, "X_train"),
        (TRAIN[12:0:-1], 0, "order"),
        (TRAIN[:12].transpose(0, 2, 1), 0, "transposed"),
        (np.concatenate([TRAIN[:5], TEST[:7]]), 0, "first 5"),
        (np.zeros((12, 28, 28)), 0, "imshow"),
        (np.zeros((12, 5, 5)), 0, "imshow"),
    ],
    ids=["too few", "too many", "test images", "out of order", "transposed", "mixed", "black", "small"],
)
def test_other_images_are_told_apart(images: np.ndarray, share: float, told: str, tmp_path: Path) -> None:
    found = judged(grid(tmp_path, images))
    assert found.share == share and told in found.message.en + found.hint.en


def test_the_right_images_in_another_look_lose_a_little(tmp_path: Path) -> None:
    found = judged(grid(tmp_path, TRAIN[:12], shape=(4, 3)))
    assert found.status is Status.PARTIAL and "4 × 3 instead of 3 × 4" in found.message.en
    coloured = judged(grid(tmp_path, TRAIN[:12], cmap="viridis"))
    assert coloured.status is Status.PARTIAL and "gray" in coloured.message.en
    assert judged(grid(tmp_path, TRAIN[:12], (4, 3), "viridis")).share == found.share


@pytest.mark.parametrize(("cmap", "share"), [("viridis", 1), ("gray", 0.75), ("plasma", 0.75)])
def test_colours_that_are_asked_for_are_the_very_ones(cmap: str, share: float, tmp_path: Path) -> None:
    asked = figure.image_grid(5, 3, 4, 12, cmap="viridis")
    found = judged(grid(tmp_path, TRAIN[:12], cmap=cmap), asked)
    assert (
        found.share == share and "viridis" in found.expected.en and "grey" not in found.message.en + found.expected.en
    )


@pytest.mark.parametrize("check", [GRID, figure.scatter(2, 1000)], ids=["grid", "scatter"])
def test_without_a_figure_the_reason_is_told(check: Any) -> None:
    assert "no figure" in judged(analysis(), check).message.en
    assert judged(analysis(mode=Mode.STATIC), check).status is Status.SKIPPED
    assert "stopped" in judged(analysis(failures=(failure(),)), check).message.en
    assert judged(analysis(reading=Reading("=", failure=failure("SyntaxError"))), check).status is Status.FAILED


def test_forged_figures_are_judged_without_failing(tmp_path: Path) -> None:
    about = grid(tmp_path, TRAIN[:12])
    bare = replace(about.evidence.figures[0], axes=())
    for forged in (bare, replace(about.evidence.figures[0], arrays="figure-9.npz"), replace(bare, arrays=None)):
        assert judged(replace(about, evidence=replace(about.evidence, figures=(forged,)))).status is Status.FAILED
    np.savez(tmp_path / "figure-1.npz", i0=np.array(3.0), i1=np.zeros((2, 2, 2, 2)), i2=np.full((28, 28), np.nan))
    assert judged(about).status is Status.FAILED


@pytest.mark.parametrize(("points", "status"), [(1000, Status.PASSED), (999, Status.FAILED), (0, Status.FAILED)])
def test_a_scatter_is_judged_by_its_points(points: int, status: Status) -> None:
    axes = tuple(AxesInfo("", 0, "", 1, n) for n in (points // 2, points - points // 2))
    about = analysis(figures=(FigureInfo(1, "show", axes, None, None),))
    assert judged(about, figure.scatter(2, 1000)).status is status


# ── saved_model ─────────────────────────────────────────────────────────────────────────────────

SAVED = saved_model.check(3)


def left(*names: str, **more: Any) -> Analysis:
    return analysis(files=dict.fromkeys(names, 100), **more)


def saved(about: Analysis, *results: dict[str, Any]) -> Finding:
    return answered(SAVED, about, *results)


def test_a_file_that_predicts_alike_passes() -> None:
    assert saved(left("exo1.keras"), {"difference": 1e-6}).status is Status.PASSED
    assert saved(left("a.h5", "b.weights.h5"), {"difference": 0.5}, {"difference": 0.0}).status is Status.PASSED


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ({"difference": 0.5}, "does not predict"),
        ({"refused": Why.LAYER, "name": "Lambda"}, "cannot be loaded: the layer Lambda"),
    ],
)
def test_a_file_that_does_not_fails_with_the_reason(result: dict[str, Any], told: str) -> None:
    found = saved(left("exo1.keras"), result)
    assert found.status is Status.FAILED and told in found.message.en


def test_a_file_that_another_model_was_saved_to_is_named_as_such() -> None:
    def uses(*saves: tuple[int, str]) -> dict[str, Any]:
        return {"uses": tuple(ModelUse(model, "save_weights", 1, 0, (), path) for model, path in saves)}

    bad = {"refused": Why.FILE}
    other = saved(left("mon mlp.weights.h5", **uses((7, "out/mon mlp.h5"))), bad)
    assert other.status is Status.FAILED and "holds another model" in other.message.en
    assert "another model" not in saved(left("mlp.h5", **uses((1, "mlp.h5"), (7, "mlp.h5"))), bad).message.en
    assert "another model" not in saved(left("mlp.h5", "mine.h5", **uses((7, "mlp.h5"))), bad, bad).message.en
    assert saved(left("mlp.h5", **uses((7, "mlp.h5"))), {"difference": 0.0}).status is Status.PASSED


def test_other_files_are_no_models() -> None:
    about = left("notes.txt", "exo1.py", "figure.png")
    assert SAVED.requests(about) == ()
    assert "No model file" in spoken(SAVED.judge(about)).message.en


def test_an_empty_file_is_no_model() -> None:
    about = analysis(files={"exo1.keras": 0})
    assert SAVED.requests(about) == () and spoken(SAVED.judge(about)).status is Status.FAILED


def test_a_model_that_was_never_trained_is_not_worth_saving() -> None:
    about = left("exo1.keras", trainings=())
    assert "never trained" in saved(about, {"difference": 0.0}).message.en
    loaded = left("exo1.keras", trainings=(), uses=(ModelUse(1, "load_weights", 1, 0, (), "w.h5"),))
    assert saved(loaded, {"difference": 0.0}).status is Status.PASSED


def test_names_that_no_one_should_print_are_left_out_and_their_number_is_bounded() -> None:
    assert saved_files.model_files(("a\n.keras", "b" * 300 + ".h5")) == []
    assert len(saved_files.model_files(tuple(f"{n}.keras" for n in range(100)))) == saved_files.MAX_FILES
    assert saved_files.model_files(("z.weights.h5", "m.keras"))[0] == "m.keras"


def test_reading_alone_does_not_judge_it() -> None:
    assert spoken(SAVED.judge(analysis(mode=Mode.STATIC))).status is Status.SKIPPED
