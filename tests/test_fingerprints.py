"""An image is recognised whatever affine scale it is on, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from grader.fingerprints import fingerprints

PINNED = 4345659620500039175
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (300, 28, 28), dtype=np.uint8)
# Every range from 1 to 255: some of their levels fall exactly between two quantised ones.
RANGES = np.stack([np.minimum(RNG.integers(0, top + 1, (8, 8)), top) for top in range(1, 256)]).astype(np.uint8)
RANGES[:, 0, 0], RANGES[:, 0, 1] = 0, np.arange(1, 256)


@pytest.mark.parametrize("images", [IMAGES, RANGES], ids=["random", "every range"])
@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.reshape(len(x), -1),
        lambda x: x[..., None],
        lambda x: x / 255,
        lambda x: x.astype(np.float32) / 255,
        lambda x: (x.astype(np.float32) / 255 - np.float32(0.1307)) / np.float32(0.3081),
        lambda x: x.astype(np.float32) / np.float32(127.5) - 1,
        lambda x: x.astype(np.int64) * 3 - 7,
        np.asfortranarray,
    ],
    ids=["flat", "channel", "unit", "unit32", "standardised", "symmetric", "integers", "fortran"],
)
def test_an_affine_scale_or_another_shape_keeps_the_hash(images, change):
    assert np.array_equal(fingerprints(change(images))[0], fingerprints(images)[0])


def test_low_and_high_give_the_scale_back():
    _, low, high = fingerprints(IMAGES.astype(np.float32) / 255 - 0.5)
    assert np.allclose(low, IMAGES.min(axis=(1, 2)) / 255 - 0.5, atol=1e-6)
    assert np.allclose(high, IMAGES.max(axis=(1, 2)) / 255 - 0.5, atol=1e-6)


def test_different_images_have_different_hashes():
    many = RNG.integers(0, 256, (20000, 64), dtype=np.uint8)
    assert len(np.unique(fingerprints(many)[0])) == 20000


def test_one_changed_pixel_changes_the_hash():
    changed = IMAGES.copy()
    changed[:, 13, 13] ^= 128
    assert not np.any(fingerprints(changed)[0] == fingerprints(IMAGES)[0])


def test_swapped_pixels_change_the_hash():
    assert not np.any(fingerprints(IMAGES[:, ::-1])[0] == fingerprints(IMAGES)[0])


def test_scaling_each_pixel_by_its_own_factor_is_not_recognised():
    per_pixel = IMAGES * RNG.uniform(0.5, 2, (28, 28))
    assert not np.any(fingerprints(per_pixel)[0] == fingerprints(IMAGES)[0])


@pytest.mark.parametrize("value", [0, 7, -1.5, 1e300])
def test_constant_rows_hash_to_zero(value):
    hashes, low, high = fingerprints(np.full((3, 5), value))
    assert hashes.tolist() == [0, 0, 0]
    assert low.tolist() == high.tolist() == [value] * 3


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_rows_that_are_not_finite_hash_to_zero_and_leave_the_others_alone(bad):
    rows = IMAGES.astype(np.float64)
    rows[1, 3, 3] = bad
    hashes, low, high = fingerprints(rows)
    expected = fingerprints(IMAGES)[0]
    assert hashes[1] == 0
    assert not np.isfinite(low[1] + high[1])
    assert np.array_equal(np.delete(hashes, 1), np.delete(expected, 1))


def test_a_span_beyond_double_precision_is_no_error():
    assert fingerprints(np.array([[-1.7e308, 1.7e308], [0, 5e-324]]))[0][0] == 0


@pytest.mark.parametrize("shape", [(0, 784), (4, 0), (0,), (3,)])
def test_degenerate_shapes_give_one_result_a_row(shape):
    hashes, low, high = fingerprints(np.zeros(shape))
    assert hashes.shape == low.shape == high.shape == (shape[0],)
    assert hashes.dtype == np.uint64
    assert not hashes.any()


def test_booleans_are_images_too():
    drawing = IMAGES > 128
    assert np.array_equal(fingerprints(drawing)[0], fingerprints(drawing * 255)[0])


def test_chunks_do_not_change_the_result(monkeypatch):
    whole = fingerprints(IMAGES)[0]
    monkeypatch.setattr("grader.fingerprints.CHUNK_VALUES", 784 * 7)
    assert np.array_equal(fingerprints(IMAGES)[0], whole)


def test_the_hash_stays_what_it_was():
    """Prepared folders keep hashes: a change of the algorithm needs a new `prepared.LAYOUT`."""
    assert int(fingerprints(np.arange(784, dtype=np.float64)[None])[0][0]) == PINNED
