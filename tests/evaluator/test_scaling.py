"""Which recorded scaler a training's rows went through, and which images they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grader.evaluator.inputs import Inputs
from grader.evaluator.predict import predict
from grader.evaluator.scaling import Scaled, affine, scaled
from grader.fingerprints import fingerprints
from grader.measurements import ModelInputs, PredictRequest, Unmeasurable
from tests.evaluator.build import dataset

SHAPE = (12, 12)
RNG = np.random.default_rng(5)
TRAIN, TEST = (RNG.integers(0, 256, (n, *SHAPE), dtype=np.uint8) for n in (300, 80))
Y_TRAIN, Y_TEST = np.arange(300) % 4, np.arange(80) % 4


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return dataset(tmp_path / "data", train=(TRAIN, Y_TRAIN), test=(TEST, Y_TEST))


def fit(folder: Path, name: str, rows: np.ndarray, kind: str = "StandardScaler") -> object:
    """As the recorder writes it; returns the fitted scaler."""
    from sklearn import preprocessing

    flat = rows.reshape(len(rows), -1).astype("float32")
    scaler = getattr(preprocessing, kind)().fit(flat)
    hashes, low, high = fingerprints(flat)
    extra = {"mean": scaler.mean_} if kind == "StandardScaler" else {"min": scaler.min_}
    np.savez(folder / name, hashes=hashes, low=low, high=high, scale=scaler.scale_, **extra)
    return scaler


def rows(folder: Path, scaler: object, images: np.ndarray, labels: np.ndarray) -> str:
    inputs = scaler.transform(images.reshape(len(images), -1).astype("float32"))
    np.savez(folder / "rows-1.npz", hashes=fingerprints(inputs)[0], labels=labels)
    return "rows-1.npz"


def inputs(folder: Path, data: Path) -> Inputs:
    return Inputs(folder, {"d": data})


def found_in(folder: Path, data: Path, kept: str, *scalers: str) -> Scaled:
    found = scaled(ModelInputs("d", rows=kept, scalers=scalers), inputs(folder, data))
    assert found is not None
    return found


def test_no_scaler_was_recorded(tmp_path: Path, data: Path) -> None:
    assert scaled(ModelInputs("d"), inputs(tmp_path, data)) is None


@pytest.mark.parametrize("kind", ["StandardScaler", "MinMaxScaler"])
@pytest.mark.parametrize("divisor", [1, 255])
def test_the_scaler_that_the_rows_went_through_is_found_among_several(
    tmp_path: Path, data: Path, kind: str, divisor: int
) -> None:
    right = fit(tmp_path, "call-1.npz", TRAIN[:200] / np.float32(divisor), kind)
    fit(tmp_path, "call-2.npz", TEST / np.float32(divisor), kind)
    kept = rows(tmp_path, right, TRAIN[:200] / np.float32(divisor), Y_TRAIN[:200])
    found = found_in(tmp_path, data, kept, "call-2.npz", "call-1.npz")
    assert found.known > 190 and found.test == found.wrong_labels == 0
    wanted = right.transform((TEST / np.float32(divisor)).reshape(80, -1).astype("float32"))
    assert np.abs(found.scaler(TEST) - wanted).max() < 1e-4


def test_test_images_and_wrong_labels_show_behind_the_scaler(tmp_path: Path, data: Path) -> None:
    scaler = fit(tmp_path, "call-1.npz", TRAIN)
    found = found_in(tmp_path, data, rows(tmp_path, scaler, TEST, (Y_TEST + 1) % 4), "call-1.npz")
    assert found.test == found.wrong_labels == found.known and found.known > 76


def test_rows_that_no_scaler_explains_are_put_through_the_last_one(tmp_path: Path, data: Path) -> None:
    first, last = fit(tmp_path, "call-1.npz", TRAIN), fit(tmp_path, "call-2.npz", TEST)
    found = found_in(tmp_path, data, rows(tmp_path, first, 255 - TEST, Y_TEST), "call-2.npz", "call-1.npz")
    assert found.known == 0
    assert np.allclose(found.scaler(TEST), last.transform(TEST.reshape(80, -1).astype("float32")), atol=1e-4)


@pytest.mark.parametrize(
    "arrays",
    [
        {"scale": np.ones(3), "mean": np.ones(3)},
        {"scale": np.zeros(144), "mean": np.ones(144)},
        {"scale": np.full(144, np.nan), "mean": np.ones(144)},
        {"scale": np.ones(144), "mean": np.ones(3)},
        {"scale": np.ones(144), "mean": np.full(144, np.inf)},
    ],
)
def test_a_forged_scaler_is_refused(tmp_path: Path, data: Path, arrays: dict[str, np.ndarray]) -> None:
    hashes, low, high = fingerprints(TRAIN)
    np.savez(tmp_path / "call-1.npz", hashes=hashes, low=low, high=high, **arrays)
    with pytest.raises(Unmeasurable):
        scaled(ModelInputs("d", scalers=("call-1.npz",)), inputs(tmp_path, data))


@pytest.mark.parametrize(("scale", "offset"), [(1 / 255, 0), (1, 0), (2 / 255, -1), (1 / 128, -0.9921875)])
def test_one_scale_for_all_images_is_found_though_none_reaches_from_black_to_white(
    tmp_path: Path, data: Path, scale: float, offset: float
) -> None:
    assert 0 < TRAIN.reshape(300, -1).max(axis=1).mean() < 255
    hashes, low, high = fingerprints(TRAIN * scale + offset)
    np.savez(tmp_path / "rows-1.npz", hashes=hashes, low=low, high=high)
    assert affine("rows-1.npz", "d", inputs(tmp_path, data)) == pytest.approx((scale, offset), abs=1e-9)


def test_rows_that_are_no_images_have_no_scale(tmp_path: Path, data: Path) -> None:
    hashes, low, high = fingerprints(RNG.normal(size=(50, 144)))
    np.savez(tmp_path / "rows-1.npz", hashes=hashes, low=low, high=high)
    assert affine("rows-1.npz", "d", inputs(tmp_path, data)) is None
    assert affine(None, "d", inputs(tmp_path, data)) is None


def test_a_model_is_judged_on_images_that_went_through_its_scaler(tmp_path: Path, data: Path) -> None:
    import json

    import keras

    scaler = fit(tmp_path, "call-1.npz", TRAIN)
    model = keras.Sequential([keras.Input((144,)), keras.layers.Dense(4)])
    (tmp_path / "snapshot-1.json").write_text(json.dumps({"architecture": model.to_json(), "weights": "weights-1.npz"}))
    weights = {f"w{i}": w for i, w in enumerate(model.get_weights())}
    np.savez(tmp_path / "weights-1.npz", **weights)
    fed = ModelInputs("d", rows=rows(tmp_path, scaler, TRAIN, Y_TRAIN), scalers=("call-1.npz",))
    result = predict(PredictRequest(1, fed), inputs(tmp_path, data))
    own = scaler.transform(TEST.reshape(80, -1).astype("float32")) @ weights["w0"] + weights["w1"]
    assert result.accuracy == pytest.approx((own.argmax(axis=1) == Y_TEST).mean())
    assert result.rows is not None and result.rows.test == 0 and result.rows.known > 285
