"""The stand-in of SIGNS: drawn hands, 64 × 64 × 3, that show 0 to 5 fingers in front of a bright wall.

As on the photographs, a zero is a ring of thumb and fingers, a three uses the thumb, a four does not; hands turn,
move and grow, are left or right, and skin, light and shadow differ.

Measured with the course's net (two convolutions, pooling, softmax; SGD 0.01, batches of 32, pixels / 255), on the
test images after 20, 25 and 30 epochs: 0.71, 0.88, 0.93 and 0.85, 0.90, 0.92 (two seeds) here; 0.80, 0.84, 0.88
(one seed) on the real set. Training accuracy at the end: 0.909 and 0.931 here, 0.912 there.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from grader.datasets.drawing import Field, between, chance, column, cover, limb
from grader.datasets.warping import smooth_field

VERSION = 1
SIDE = 64
ROWS = {"train": 1080, "test": 120}
SEEDS = {"train": 40, "test": 41}
SKINS = np.array([[206, 156, 132], [190, 132, 104], [168, 114, 88], [146, 96, 72], [112, 74, 56]], np.float64)

# Thumb, index, middle, ring, little: the angle from the hand's axis in radians, the length in pixels, the radius.
ANGLES = (-1.05, -0.36, -0.05, 0.25, 0.58)
LENGTHS = (10.0, 15.0, 17.0, 15.5, 11.5)
RADII = (2.6, 2.3, 2.3, 2.2, 1.9)
SHOWN = ((), (1,), (1, 2), (0, 1, 2), (1, 2, 3, 4), (0, 1, 2, 3, 4))


def generate(rows: Mapping[str, int] = ROWS) -> dict[str, NDArray[np.generic]]:
    """Return `x_train` (1080, 64, 64, 3) uint8, `y_train` (1080,) int64, `x_test`, `y_test`. Takes 3 s of one processor
    core."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for split, count in rows.items():
        rng = np.random.default_rng(SEEDS[split])
        labels = rng.permutation(np.resize(np.arange(6), count))
        images = np.empty((count, SIDE, SIDE, 3), np.uint8)
        for fingers in range(6):
            places = np.flatnonzero(labels == fingers)
            images[places] = _photograph(*_hand(fingers, len(places), rng), rng)
        arrays[f"x_{split}"], arrays[f"y_{split}"] = images, labels
    return arrays


def _hand(fingers: int, count: int, rng: np.random.Generator) -> tuple[Field, Field]:
    """Return the cover of a hand and its brightness, both of shape (count, 64, 64)."""
    u, v = _frame(count, rng)
    zero = np.zeros((count, 1, 1))
    palm = between(rng, count, 8.0, 9.5)
    hand = np.maximum(
        cover(palm - np.hypot(u, v * 0.9)), limb(u, v, (zero, zero), (zero, zero + 40), (palm - 2, palm - 3.5))
    )
    light = 1 + 0.06 * smooth_field((count,), SIDE, rng)
    spread = between(rng, count, 0.75, 1.2)
    for finger, (angle, length, radius) in enumerate(zip(ANGLES, LENGTHS, RADII, strict=True)):
        shown = finger in SHOWN[fingers]
        lean = angle * spread + column(0.07 * rng.standard_normal(count))
        reach = palm * 0.7 + (length * between(rng, count, 0.85, 1.12) if shown else between(rng, count, 1, 3))
        foot = (palm * 0.6 * np.sin(lean), -palm * 0.6 * np.cos(lean))
        tip = (reach * np.sin(lean), -reach * np.cos(lean))
        drawn = limb(u, v, foot, tip, (radius + 0.4 + zero, radius - 0.3 + zero))
        rim = np.clip(limb(u, v, foot, tip, (radius + 1.4 + zero, radius + 0.7 + zero)) - drawn, 0, 1)
        light = light * (1 - 0.16 * rim * hand)
        hand = np.maximum(hand, drawn)
    if fingers == 0:
        hand, light = _ring(hand, light, u, v, rng)
    return hand, light


def _frame(count: int, rng: np.random.Generator) -> tuple[Field, Field]:
    """Return the pixels' coordinates in each hand's own frame: the palm at the origin, the fingers upwards."""
    angle, size = column(0.15 * rng.standard_normal(count)), between(rng, count, 1.0, 1.2)
    side = 1 - 2 * chance(rng, count, 0.1)
    right = np.arange(SIDE)[None, None, :] - between(rng, count, 29.5, 34.5)
    down = np.arange(SIDE)[None, :, None] - between(rng, count, 37, 42)
    u = side * (np.cos(angle) * right + np.sin(angle) * down) / size
    return u, (np.cos(angle) * down - np.sin(angle) * right) / size


def _ring(hand: Field, light: Field, u: Field, v: Field, rng: np.random.Generator) -> tuple[Field, Field]:
    """Close thumb and fingers to a ring above the palm; the wall is seen through it."""
    count = len(hand)
    across, above = between(rng, count, -2, 2), between(rng, count, 9, 12)
    radius, thick = between(rng, count, 5, 7), between(rng, count, 2.2, 3.4)
    distance = np.hypot(u - across, v + above)
    ring = cover(thick - np.abs(distance - radius))
    hole = cover(radius - thick - distance)
    return np.maximum(hand, ring) * (1 - hole), light * (1 - 0.25 * cover(1.2 - np.abs(distance - radius - thick)))


def _photograph(hand: Field, light: Field, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the picture in colours: skin, a wall lit from one side, the hand's shadow on it, and the camera's
    noise."""
    count = len(hand)
    wall = column(rng.uniform(205, 235, count))[..., None] + rng.uniform(-5, 5, (count, 1, 1, 3))
    lean = between(rng, count, -0.5, 0.5) * (np.arange(SIDE) - SIDE / 2)[None, None, :]
    cast = np.pad(hand, ((0, 0), (4, 0), (3, 0)))[:, :SIDE, :SIDE]
    shadow = 1 - between(rng, count, 0, 0.3) * cast
    wall = (wall + lean[..., None]) * shadow[..., None]
    skin = SKINS[rng.integers(0, len(SKINS), count)] + rng.uniform(-14, 14, (count, 1)) + rng.uniform(-5, 5, (count, 3))
    skin = skin[:, None, None, :] * light[..., None]
    picture = wall * (1 - hand[..., None]) + skin * hand[..., None]
    picture = picture + 3 * rng.standard_normal(picture.shape)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)
