"""The stand-in of MNIST: shapes, disjoint digits, the same bytes each time, and digits that can be learned."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from grader.datasets import standin_mnist
from grader.datasets.standin_mnist import generate

FEW = {"train": 3000, "test": 1000}


@pytest.fixture(scope="module")
def few() -> dict[str, np.ndarray]:
    return generate(rows=FEW)


def test_shapes_and_types_are_those_of_mnist(few):
    assert few["x_train"].shape == (3000, 28, 28)
    assert few["y_test"].shape == (1000,)
    assert {array.dtype for array in few.values()} == {np.dtype(np.uint8)}
    assert standin_mnist.ROWS == {"train": 60000, "test": 10000}


def test_every_class_is_about_as_frequent(few):
    assert np.bincount(few["y_train"], minlength=10).min() > 250


def test_the_background_is_black_and_the_strokes_are_white(few):
    assert np.median(few["x_train"]) == 0
    assert few["x_train"][:, 0, 0].max() == 0
    assert (few["x_train"].max(axis=(1, 2)) > 200).mean() > 0.99


def test_no_digit_serves_both_sets():
    digits, labels = standin_mnist._enlarged_digits()
    chosen = standin_mnist._disjoint(digits, labels)
    assert not set(chosen["train"]) & set(chosen["test"])
    assert len(chosen["train"]) + len(chosen["test"]) == len(labels) == 1797


def test_all_images_are_different(few):
    assert len(np.unique(few["x_train"].reshape(3000, -1), axis=0)) == 3000


def test_it_is_made_alike_each_time(few):
    again = generate(rows=FEW)
    assert all(np.array_equal(again[key], few[key]) for key in few)


def test_its_bytes_have_not_changed_without_a_new_version(few):
    assert (standin_mnist.VERSION, hashlib.sha256(few["x_test"].data).hexdigest()[:16]) == (2, "2822c2b22d6b18dd")


def test_the_nearest_training_images_mostly_have_the_right_label(few):
    """Far above chance (0.1), far below 1: a real but not a trivial problem."""
    train, test = (few[f"x_{split}"].reshape(FEW[split], -1) / 255.0 for split in FEW)
    distance = (train**2).sum(axis=1)[None, :] - 2 * test @ train.T
    assert 0.8 < (few["y_train"][distance.argmin(axis=1)] == few["y_test"]).mean() < 0.99
