"""The drawn clothes: shapes, the same bytes each time, kinds that overlap but can be told apart."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from grader.datasets import standin_fashion
from grader.datasets.standin_fashion import generate

FEW = {"train": 3000, "test": 1000}
REAL = Path(os.environ.get("GRADE_DATA", "")) / "fashion_mini.npz"


@pytest.fixture(scope="module")
def few() -> dict[str, np.ndarray]:
    return generate(FEW)


def test_shapes_and_types_are_those_of_fashion_mnist(few):
    assert few["x_train"].shape == (3000, 28, 28)
    assert few["y_test"].shape == (1000,)
    assert {array.dtype for array in few.values()} == {np.dtype(np.uint8)}
    assert standin_fashion.ROWS == {"train": 60000, "test": 10000}


def test_every_kind_is_equally_frequent(few):
    assert np.bincount(few["y_train"]).tolist() == [300] * 10


def test_all_images_are_different(few):
    assert len(np.unique(few["x_train"].reshape(3000, -1), axis=0)) == 3000


def test_it_is_made_alike_each_time(few):
    again = generate(FEW)
    assert all(np.array_equal(again[key], few[key]) for key in few)


def test_its_bytes_have_not_changed_without_a_new_version(few):
    assert (standin_fashion.VERSION, hashlib.sha256(few["x_test"].data).hexdigest()[:16]) == (1, "df1a8ee919118952")


def nearest_labels(few: dict[str, np.ndarray], images: np.ndarray) -> np.ndarray:
    train, test = few["x_train"].reshape(3000, -1) / 255.0, images.reshape(len(images), -1) / 255.0
    distance = (train**2).sum(axis=1)[None, :] - 2 * test @ train.T
    return few["y_train"][distance.argmin(axis=1)]


def test_a_simple_classifier_is_far_above_chance_and_far_below_perfect(few):
    assert 0.5 < (nearest_labels(few, few["x_test"]) == few["y_test"]).mean() < 0.85


@pytest.mark.skipif(not REAL.is_file(), reason="needs the real images in GRADE_DATA")
def test_real_trousers_look_like_drawn_ones(few):
    with np.load(REAL) as real:
        trousers = real["x"][real["y"] == 1]
    assert (nearest_labels(few, trousers) == 1).mean() > 0.6
