"""Whose features an SVM got, and which scaler the rows went through: from both sides."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.evaluator import job, refit, scaling
from grader.evaluator.inputs import Inputs
from grader.fingerprints import fingerprints
from grader.measurements import ModelInputs, Refused, SvmRequest, Unmeasurable, Why
from tests.evaluator.build import dataset

DICE = np.random.default_rng(23)
TRAIN = DICE.integers(0, 256, (60, 6, 6), dtype=np.uint8)
TEST = DICE.integers(0, 256, (20, 6, 6), dtype=np.uint8)
Y_TRAIN, Y_TEST = np.arange(60) % 3, np.arange(20) % 3
ASKED = SvmRequest("call-1.npz", 60, 1.0, 1.0, "rbf", ModelInputs("d"), ())
NOISE = DICE.integers(0, 256, (60, 6, 6), dtype=np.uint8)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return dataset(tmp_path / "data", train=(TRAIN, Y_TRAIN), test=(TEST, Y_TEST))


def features_of(images: np.ndarray) -> np.ndarray:
    """What the one network of these tests gives: four numbers of an image, the largest of all of them 1."""
    flat = images.reshape(len(images), -1)[:, :4].astype(np.float32) / 255
    return np.concatenate([flat, np.ones((len(images), 1), np.float32)], axis=1)


def source(
    data: Path, features: np.ndarray, errors: list[float], monkeypatch: pytest.MonkeyPatch, split: str = "train"
) -> refit.Source | None:
    """Where features come from, among networks that come this near to those of one split's images."""

    def candidates(given: object, images: np.ndarray, *_: object) -> list[Any]:
        here = len(images) == len({"train": TRAIN, "test": TEST}[split])
        return [(n, features_of, error) for n, error in enumerate(errors)] if here else []

    monkeypatch.setattr("grader.evaluator.refit._candidates", candidates)
    return refit.find_source(features.astype(np.float32), ASKED, Inputs(data, {"d": data}))


@pytest.mark.parametrize(
    ("errors", "models"),
    [
        ([1e-5, 9.9e-5], (0, 1)),
        ([1e-5, 1e-4], (0, 1)),  # within a factor of ten of the best
        ([1e-5, 1.01e-4], (0,)),
        ([1.01e-4, 1e-5], (1,)),
        ([0.0, 1e-6], (0, 1)),  # or so near that it is rounding
        ([0.0, 1.01e-6], (0,)),
    ],
)
def test_networks_nearly_as_near_as_the_best_give_the_same_features(
    errors: list[float], models: tuple[int, ...], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = source(data, features_of(TRAIN), errors, monkeypatch)
    assert found is not None and found.models == models and found.split == "train"


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize(("known", "is_found"), [(18, False), (19, True), (20, True)])
def test_nineteen_rows_of_twenty_must_be_features_of_images(
    split: str, known: int, is_found: bool, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = {"train": TRAIN, "test": TEST}[split]
    features = features_of(np.concatenate([images[:known], NOISE[: 20 - known]]))
    found = source(data, features, [0.0], monkeypatch, split)
    assert (found is not None) is is_found
    assert found is None or (found.split, int((found.at >= 0).sum())) == (split, known)


@pytest.mark.parametrize("largest", [1.0, 50.0])
@pytest.mark.parametrize(("away", "is_known"), [(0.0, True), (0.00099, True), (0.00101, False)])
def test_a_row_is_an_image_s_up_to_a_thousandth_of_the_largest_feature(
    away: float, is_known: bool, largest: float
) -> None:
    among = (largest * features_of(TRAIN)).astype(np.float32)
    rows = among[::-1].copy()  # out of order: the nearest is looked for
    rows[0, 0] += away * largest
    at = refit.rows_at(rows, among)
    assert at[0] == (59 if is_known else -1) and (at[1:] == np.arange(59)[::-1]).all()


@pytest.mark.parametrize(
    ("rows", "width", "is_refused"), [(10_000, 1000, False), (10_000, 1001, True), (10_001, 1000, True)]
)
def test_the_work_of_a_fit_is_bounded(rows: int, width: int, is_refused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    features = np.broadcast_to(np.float32(0), (rows, width))
    arrays = {"input": features, "labels": np.zeros(rows, np.int64)}
    monkeypatch.setattr("grader.evaluator.refit.load_arrays", lambda *_: arrays)
    asked, inputs = replace(ASKED, rows=20_000), Inputs(Path(), {})
    if is_refused:
        with pytest.raises(Unmeasurable, match="too much to compute"):
            refit.recorded(asked, inputs)
    else:
        assert len(refit.recorded(asked, inputs)[0]) == rows


@pytest.mark.parametrize("name", ["C", "gamma"])
@pytest.mark.parametrize(
    ("value", "is_taken"), [(0, False), (1e-9, True), (9.9e11, True), (1e12, False), (-1.0, False), (True, False)]
)
def test_the_settings_of_an_svm_are_positive_and_bounded(
    name: str, value: float, is_taken: bool, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Taken(Exception):
        pass

    def fit(*_: object, **__: object) -> None:
        raise Taken

    np.savez(data.parent / "call-1.npz", input=features_of(TRAIN), labels=Y_TRAIN)
    monkeypatch.setattr("sklearn.svm.SVC.fit", fit)
    source(data, features_of(TRAIN), [0.0], monkeypatch)  # the network is found
    asked, inputs = replace(ASKED, **{name: value}), Inputs(data.parent, {"d": data})
    if is_taken:
        with pytest.raises(Taken):
            refit.refit(asked, inputs)
    else:
        assert job.answer(asked, inputs) == Refused(Why.SETTING, {"name": name, "value": str(value)})


# ── Scalers ─────────────────────────────────────────────────────────────────────────────────────


def fitted(folder: Path, name: str, images: np.ndarray, **extra: np.ndarray) -> None:
    """As the recorder writes a scaler that was fitted on these images."""
    flat = images.reshape(len(images), -1).astype(np.float32)
    hashes, low, high = fingerprints(flat)
    arrays = {"mean": flat.mean(axis=0), "scale": flat.std(axis=0), **extra}
    np.savez(folder / name, hashes=hashes, low=low, high=high, **arrays)


def through(folder: Path, images: np.ndarray, by: np.ndarray, labels: np.ndarray | None = None) -> str:
    """These images after the scaler that was fitted on `by`, as a training saw them."""
    flat, other = (x.reshape(len(x), -1).astype(np.float32) for x in (images, by))
    scaled = (flat - other.mean(axis=0)) / other.std(axis=0)
    more = {} if labels is None else {"labels": labels}
    np.savez(folder / "rows-1.npz", hashes=fingerprints(scaled)[0], **more)
    return "rows-1.npz"


def scaled(data: Path, rows: str | None, *scalers: str) -> scaling.Scaled | None:
    fed = ModelInputs("d", rows=rows, scalers=scalers or ("call-1.npz",))
    return scaling.scaled(fed, Inputs(data.parent, {"d": data}))


@pytest.mark.parametrize(("known", "is_recognised"), [(9, False), (10, True), (11, True), (20, True)])
def test_half_of_the_rows_must_come_out_of_a_scaler(known: int, is_recognised: bool, data: Path) -> None:
    fitted(data.parent, "call-1.npz", TRAIN)
    seen = through(data.parent, np.concatenate([TRAIN[:known], NOISE[: 20 - known]]), TRAIN)
    found = scaled(data, seen)
    assert found is not None and found.known == (known if is_recognised else 0)


def test_the_scaler_that_explains_the_most_rows_is_the_one(data: Path) -> None:
    for number, images in enumerate((NOISE, TRAIN, TEST)):
        fitted(data.parent, f"call-{number}.npz", images)
    found = scaled(data, through(data.parent, TRAIN, TRAIN), *(f"call-{n}.npz" for n in range(3)))
    assert found is not None and found.known == 60
    assert np.allclose(found.scaler.mean, TRAIN.reshape(60, -1).mean(axis=0), atol=1e-3)


def test_labels_behind_a_scaler_are_compared_where_they_are_known(data: Path) -> None:
    fitted(data.parent, "call-1.npz", TRAIN)
    labels = Y_TRAIN.copy()
    labels[0], labels[1] = (labels[0] + 1) % 3, -1
    seen = through(data.parent, TRAIN, TRAIN, labels)
    found = scaled(data, seen)
    assert found is not None and (found.known, found.test, found.wrong_labels) == (60, 0, 1)


@pytest.mark.parametrize(("right", "is_read_on"), [(10, True), (11, False)])
def test_images_beyond_the_first_ten_thousand_are_tried_where_half_of_the_rows_are_still_unknown(
    right: int, is_read_on: bool, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scaling, "CHUNK", 20)
    monkeypatch.setattr(scaling, "FIRST", 40)
    fitted(data.parent, "call-1.npz", TRAIN)
    images = np.concatenate([TRAIN[:right], TRAIN[40 : 40 + 20 - right]])
    found = scaled(data, through(data.parent, images, TRAIN))
    assert found is not None and found.known == (20 if is_read_on else right)


@pytest.mark.parametrize(
    ("scale", "offset", "is_usable"),
    [(9.9e5, 0.0, True), (1e6, 0.0, False), (1.0, 9.9e5, True), (1.0, 1e6, False), (1.0, -1e6, False), (-1, 0, False)],
)
def test_a_scale_is_positive_and_bounded(scale: float, offset: float, is_usable: bool, data: Path) -> None:
    low, high = (extreme.reshape(60, -1).astype(float) for extreme in (TRAIN, TRAIN))
    arrays = {"low": low.min(axis=1) * scale + offset, "high": high.max(axis=1) * scale + offset}
    np.savez(data.parent / "rows-1.npz", hashes=fingerprints(TRAIN)[0], **arrays)
    found = scaling.affine("rows-1.npz", "d", Inputs(data.parent, {"d": data}))
    assert found == (pytest.approx((scale, offset), rel=1e-6) if is_usable else None)


@pytest.mark.parametrize(("first", "scale"), [(5, 2.0), (6, 3.0)])
def test_one_scale_is_found_by_the_first_images_that_are_known(
    first: int, scale: float, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of eleven compared ones the middle one decides; those after them have a scale of their own."""
    monkeypatch.setattr(scaling, "COMPARED", 11)
    factors = np.concatenate([np.full(first, 3.0), np.full(11 - first, 2.0), np.full(49, 7.0)])
    flat = TRAIN.reshape(60, -1).astype(float)
    low, high = flat.min(axis=1) * factors, flat.max(axis=1) * factors
    np.savez(data.parent / "rows-1.npz", hashes=fingerprints(TRAIN)[0], low=low, high=high)
    found = scaling.affine("rows-1.npz", "d", Inputs(data.parent, {"d": data}))
    assert found is not None and found[0] == pytest.approx(scale)


@pytest.mark.parametrize(("changed", "is_refused"), [(0, False), (1, True)])
def test_a_scaler_has_no_pixel_without_a_deviation(changed: int, is_refused: bool, data: Path) -> None:
    scale = np.ones(36)
    scale[:changed] = 0
    fitted(data.parent, "call-1.npz", TRAIN, scale=scale)
    if is_refused:
        with pytest.raises(Unmeasurable):
            scaled(data, None)
    else:
        assert scaled(data, None) is not None
