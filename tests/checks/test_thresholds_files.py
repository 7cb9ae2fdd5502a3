"""`figure`, `saved_model`, `scaler_leak` and the rows that a training saw: from both sides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grader.analysis import Analysis, saved_files
from grader.checks import accuracy, figure, saved_model, scaler_leak
from grader.domain import AxesInfo, FigureInfo, Finding, ScalerFit, Status
from grader.fingerprints import fingerprints
from tests.checks.build import LABELS, TEST, TRAIN, analysis, fed, index, spoken, training
from tests.checks.test_unfinished import FIGURES, unfinished
from tests.checks.thresholds import FULL, HALF, NOTHING, READ_BY_A_TEACHER, Verdict, answered, verdict

NOISE = np.random.default_rng(8).integers(0, 256, (40, 28, 28), dtype=np.uint8)
GRID = figure.image_grid(5, 3, 4, 12)
SAVED = saved_model.check(3)
LEAK = scaler_leak.check(3)


def drawn(folder: Path, *shown: np.ndarray, grid: tuple[int, int] = (3, 4)) -> Analysis:
    """One figure for each array of images."""
    figures = []
    for number, images in enumerate(shown, start=1):
        np.savez(folder / f"figure-{number}.npz", **{f"i{n}": image for n, image in enumerate(images)})
        axes = tuple(AxesInfo("", 1, "gray", 0, 0, grid, n) for n in range(len(images)))
        figures.append(FigureInfo(number, "show", axes, f"figure-{number}.npz", None))
    return analysis(folder=folder, rows=index(), figures=tuple(figures))


def judged(about: Analysis) -> Finding:
    return spoken(GRID.judge(about))


# ── figure ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (TEST[:12], "These are test images"),
        (TRAIN[12:0:-1], "not in the order"),
        (TRAIN[:12].transpose(0, 2, 1), "transposed"),
    ],
    ids=["test", "another order", "transposed"],
)
@pytest.mark.parametrize(("right", "is_told"), [(6, False), (7, True), (12, True)])
def test_more_than_half_of_the_images_say_what_they_are(
    known: np.ndarray, told: str, right: int, is_told: bool, tmp_path: Path
) -> None:
    found = judged(drawn(tmp_path, np.concatenate([NOISE[: 12 - right], known[:right]])))
    assert verdict(found) == NOTHING and (told in found.hint.en) is is_told


@pytest.mark.parametrize(("count", "expected"), [(11, HALF), (12, FULL), (13, HALF)])
def test_exactly_as_many_images_as_asked_for(count: int, expected: Verdict, tmp_path: Path) -> None:
    assert verdict(judged(drawn(tmp_path, TRAIN[:count]))) == expected


@pytest.mark.parametrize("right", [0, 1, 11])
def test_one_wrong_image_is_one_too_many(right: int, tmp_path: Path) -> None:
    found = judged(drawn(tmp_path, np.concatenate([TRAIN[:right], NOISE[: 12 - right]])))
    assert verdict(found) == NOTHING and (f"first {right} images" in found.message.en) is (right > 0)


def test_the_right_images_in_another_look_keep_three_quarters(tmp_path: Path) -> None:
    assert verdict(judged(drawn(tmp_path, TRAIN[:12], grid=(4, 3)))) == (Status.PARTIAL, 0.75)


def test_the_figure_with_the_most_images_is_judged(tmp_path: Path) -> None:
    assert verdict(judged(drawn(tmp_path, NOISE[:2], TRAIN[:12], NOISE[:3]))) == FULL


@pytest.mark.parametrize(("points", "expected"), [(999, NOTHING), (1000, FULL), (1001, FULL)])
def test_the_points_of_the_fullest_figure_are_counted(points: int, expected: Verdict) -> None:
    figures = tuple(FigureInfo(1, "show", (AxesInfo("", 0, "", 0, n),), None, None) for n in (10, points, 20))
    assert verdict(spoken(figure.scatter(2, 1000).judge(analysis(figures=figures)))) == expected


@pytest.mark.parametrize(("lines", "hint"), [(0, "c=labels"), (1, "plt.scatter")])
def test_points_drawn_as_lines_are_told_of_scatter(lines: int, hint: str) -> None:
    shown = FigureInfo(1, "show", (AxesInfo("", 0, "", lines, 999),), None, None)
    told = spoken(figure.scatter(2, 1000).judge(analysis(figures=(shown,)))).hint.en
    assert hint in told and ("labels" in told) is (lines == 0)


# ── saved_model ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("difference", "expected"), [(0.0009, FULL), (0.001, FULL), (0.0011, NOTHING)])
def test_a_saved_model_predicts_alike_up_to_a_thousandth(difference: float, expected: Verdict) -> None:
    about = analysis(files={"exo1.keras": 100})
    assert verdict(answered(SAVED, about, {"difference": difference})) == expected


@pytest.mark.parametrize(("classes", "share"), [(10, 0.2), (4, 0.5)])
def test_a_network_has_learnt_when_it_is_twice_as_good_as_guessing(classes: int, share: float) -> None:
    for right, expected in ((share - 0.001, NOTHING), (share, FULL), (share + 0.001, FULL)):
        result = {**FIGURES, "accuracy": right, "confusion": [[9] * classes] * classes}
        assert verdict(answered(SAVED, unfinished(), result)) == expected


@pytest.mark.parametrize(("length", "is_taken"), [(199, True), (200, False)])
def test_the_length_of_a_file_s_name_is_bounded(length: int, is_taken: bool) -> None:
    name = "x" * (length - 3) + ".h5"
    assert saved_files.model_files((name,)) == ([name] if is_taken else [])


def test_six_files_are_looked_at_whole_models_first() -> None:
    names = (*(f"{n}.weights.h5" for n in range(5)), "b.h5", "a.keras", "c.hdf5")
    assert saved_files.model_files(names) == ["a.keras", "b.h5", "c.hdf5", *(f"{n}.weights.h5" for n in range(3))]


# ── scaler_leak ─────────────────────────────────────────────────────────────────────────────────


def fitted(folder: Path, rows: np.ndarray, number: int = 1) -> ScalerFit:
    hashes, low, high = fingerprints(rows)
    np.savez(folder / f"call-{number}.npz", hashes=hashes, low=low, high=high)
    return ScalerFit(number, f"call-{number}.npz")


def leak(folder: Path, fits: np.ndarray, trained_on: np.ndarray = NOISE) -> Verdict:
    seen = fed(folder, trained_on)
    about = analysis(trainings=(training(data=seen),), rows=index(), folder=folder, calls=(fitted(folder, fits),))
    return verdict(spoken(LEAK.judge(about)))


@pytest.mark.parametrize(("known", "expected"), [(4, READ_BY_A_TEACHER), (5, FULL), (6, FULL)])
def test_half_of_a_scaler_s_rows_must_be_recognised(known: int, expected: Verdict, tmp_path: Path) -> None:
    assert leak(tmp_path, np.concatenate([TRAIN[:known], NOISE[: 10 - known]])) == expected


@pytest.mark.parametrize(("test", "expected"), [(0, FULL), (1, NOTHING)])
def test_one_test_image_is_a_leak(test: int, expected: Verdict, tmp_path: Path) -> None:
    assert leak(tmp_path, np.concatenate([TRAIN[: 40 - test], TEST[:test]])) == expected


@pytest.mark.parametrize(("raw", "expected"), [(4, FULL), (5, FULL), (6, HALF)])
def test_a_network_fed_more_than_half_raw_images_did_not_use_the_scaler(
    raw: int, expected: Verdict, tmp_path: Path
) -> None:
    assert leak(tmp_path, TRAIN[:30], np.concatenate([TRAIN[:raw], NOISE[: 10 - raw]])) == expected


def test_the_last_six_scalers_are_looked_at() -> None:
    calls = tuple(ScalerFit(n, f"call-{n}.npz") for n in range(1, 8))
    assert [call.id for call in analysis(calls=calls).scaler_fits] == [2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("low", "high", "scale", "offset"),
    [
        (0.0, 255.0, 1.0, 0.0),
        (0.0, 1e6, 1e6 / 255, 0.0),
        (0.0, 1.01e6, 1 / 255, 0.0),  # no scale that a student chose
        (-1e6, 0.0, 1e6 / 255, -1e6),
        (-1.01e6, 0.0, 1 / 255, 0.0),
        (1.0, 1.0, 1 / 255, 0.0),
        (2.0, 1.0, 1 / 255, 0.0),
    ],
)
def test_the_scale_of_the_inputs_is_positive_and_bounded(
    low: float, high: float, scale: float, offset: float, tmp_path: Path
) -> None:
    data = fed(tmp_path, TRAIN)
    np.savez(tmp_path / "rows-1.npz", hashes=fingerprints(TRAIN)[0], low=np.full(40, low), high=np.full(40, high))
    (need,) = accuracy.check(4, 0.9, 0.8).requests(
        analysis(folder=tmp_path, rows=index(), trainings=(training(data=data),))
    )
    assert (need.inputs.scale, need.inputs.offset) == (pytest.approx(scale), offset)


def test_labels_of_one_s_own_are_compared_with_those_of_the_images(tmp_path: Path) -> None:
    labels = LABELS["train"].copy()
    labels[:3] = (labels[:3] + 1) % 10
    labels[3:5] = -1
    about = analysis(folder=tmp_path, rows=index(), trainings=(training(data=fed(tmp_path, TRAIN, labels)),))
    found = about.model()
    assert found is not None and found.provenance.wrong_labels == 3
