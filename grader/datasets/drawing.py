"""Soft shapes for drawn stand-ins. A cover is the share of a pixel that a shape hides, from 0 to 1.

Lengths are in pixels. `u` and `v` are columns and rows; a parameter of shape (n, 1, 1) differs by image.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float64]


def column(values: NDArray[np.float64]) -> Field:
    """Return one value for each image: shape (n, 1, 1) for values (n,)."""
    return values.reshape(-1, 1, 1)


def between(rng: np.random.Generator, count: int, low: float, high: float) -> Field:
    """Return an even random value from `low` to `high` for each of `count` images, of shape (count, 1, 1)."""
    return column(rng.uniform(low, high, count))


def chance(rng: np.random.Generator, count: int, share: float) -> Field:
    """Return 1 for a random `share` (0 to 1) of the images, else 0, of shape (count, 1, 1)."""
    return column((rng.random(count) < share).astype(np.float64))


def cover(inside: Field) -> Field:
    """Return the cover (0 to 1) from a signed distance to the edge in pixels, positive inside, of the same shape."""
    return np.clip(inside + 0.5, 0, 1)


def limb(u: Field, v: Field, start: tuple[Field, Field], end: tuple[Field, Field], radii: tuple[Field, Field]) -> Field:
    """Return the cover of a rounded segment from `start` to `end` whose radius goes from `radii[0]` to `radii[1]`, in
    pixels: shape (n, height, width), as `u` and `v` together."""
    du, dv = end[0] - start[0], end[1] - start[1]
    along = np.clip(((u - start[0]) * du + (v - start[1]) * dv) / np.maximum(du**2 + dv**2, 1e-9), 0, 1)
    distance = np.hypot(u - start[0] - along * du, v - start[1] - along * dv)
    return cover(radii[0] + along * (radii[1] - radii[0]) - distance)


def profile(places: list[float], heights: list[Field], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return broken lines through (place, height), shape (n, len(at)): heights differ by image, places do not."""
    values = np.concatenate([height.reshape(-1, 1) for height in heights], axis=1)
    hats = np.stack([np.interp(at, places, unit) for unit in np.eye(len(places))])
    lines: NDArray[np.float64] = values @ hats
    return lines
