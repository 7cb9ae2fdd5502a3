"""Moving the pixels of drawn or enlarged images: an affine map and a smooth wobble, another one for each image.

Positions are computed in double precision and rounded to 1/256 of a pixel; the rest is whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BITS = 8
UNIT = 1 << BITS


@dataclass(frozen=True, slots=True)
class Warp:
    """Hold standard deviations: angle in radians, shear and stretch without unit, shift and wobble in pixels."""

    angle: float
    shear: float
    stretch: float
    shift: float
    wobble: float


def warped(images: NDArray[np.int32], by: Warp, rng: np.random.Generator) -> NDArray[np.int32]:
    """Return square images of shape (n, side, side) in grey levels from 0 to 255, each warped in its own way."""
    return sampled(images, *_positions(len(images), images.shape[1], by, rng))


def _positions(
    count: int, side: int, by: Warp, rng: np.random.Generator
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return where each pixel of each new image looks in the old one: columns and rows, in 1/256 of a pixel."""
    angle, shear, wide, high, right, down = (
        deviation * rng.standard_normal((count, 1, 1))
        for deviation in (by.angle, by.shear, by.stretch, by.stretch, by.shift, by.shift)
    )
    wobble = by.wobble * smooth_field((2, count), side, rng)
    centre = (side - 1) / 2
    column, row = np.arange(side)[None, None, :] - centre, np.arange(side)[None, :, None] - centre
    x = (np.cos(angle) * column + np.sin(angle) * row) * np.exp(-wide) + shear * row + right + wobble[0]
    y = (np.cos(angle) * row - np.sin(angle) * column) * np.exp(-high) + down + wobble[1]
    return _rounded(x + centre, side), _rounded(y + centre, side)


def _rounded(position: NDArray[np.float64], side: int) -> NDArray[np.int32]:
    """Return positions in 1/256 of a pixel, kept inside the frame, so that the pixel to the right of, or below, a
    position exists."""
    return np.rint(np.clip(position * UNIT, 0, (side - 1) * UNIT - 1)).astype(np.int32)


def smooth_field(shape: tuple[int, ...], side: int, rng: np.random.Generator, knots: int = 7) -> NDArray[np.float64]:
    """Return fields of shape (*shape, side, side): independent values of variance 1 at few knots, spread by Gaussian
    weights as smooth fields, again of variance 1 (elastic distortion: Simard, Steinkraus and Platt, ICDAR 2003)."""
    places = np.linspace(-2, side + 1, knots)
    weights = np.exp(-0.5 * ((np.arange(side)[:, None] - places) / (0.8 * (places[1] - places[0]))) ** 2)
    weights /= np.sqrt((weights**2).sum(axis=1, keepdims=True))
    field: NDArray[np.float64] = weights @ rng.standard_normal((*shape, knots, knots)) @ weights.T
    return field


def sampled(images: NDArray[np.int32], x: NDArray[np.int32], y: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return images interpolated bilinearly in whole numbers; all of shape (n, side, side), `x` and `y` in 1/256 of a
    pixel."""
    side = images.shape[1]
    column, right = x >> BITS, x & (UNIT - 1)
    row, below = y >> BITS, y & (UNIT - 1)
    flat = images.reshape(-1)
    corner = np.arange(len(images), dtype=np.int32)[:, None, None] * side * side + row * side + column
    top = flat[corner] * (UNIT - right) + flat[corner + 1] * right
    bottom = flat[corner + side] * (UNIT - right) + flat[corner + side + 1] * right
    mean: NDArray[np.int32] = (top * (UNIT - below) + bottom * below + (1 << 2 * BITS - 1)) >> 2 * BITS
    return mean
