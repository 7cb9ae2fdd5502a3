"""Fashion-MNIST's stand-in: the ten kinds of clothes, drawn 28×28 in grey with random cuts, cloths and postures.

As on the real set, what makes it hard is that kinds overlap: a shirt may look like a T-shirt, a pullover or a coat,
a dress like a long shirt, an ankle boot like a high sneaker.

Measured: the course's net (first 10 000 images, standardised, 256 and 128 relu, Adam, 10 epochs of batches of 128)
reaches 0.870 on the 10 000 test images; the shirts are hardest (0.34). The same net, trained on drawn clothes
only, names 96 % of real trousers as trousers (chance: 10 %), and 51 % of 900 real images rightly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from grader.datasets.drawing import Field, between, chance, cover, limb, profile
from grader.datasets.warping import Warp, smooth_field, warped

VERSION = 1
SIDE = 28
CHUNK = 500  # images of one kind; about 40 MiB of temporaries
ROWS = {"train": 60000, "test": 10000}
SEEDS = {"train": 30, "test": 31}
WARP = Warp(angle=0.03, shear=0.02, stretch=0.04, shift=0.4, wobble=0.25)

U: Field = (np.arange(SIDE, dtype=np.float64) - (SIDE - 1) / 2)[None, None, :]
V: Field = np.arange(SIDE, dtype=np.float64)[None, :, None]

Drawing = Callable[[int, np.random.Generator], Field]


def generate(rows: Mapping[str, int] = ROWS) -> dict[str, NDArray[np.generic]]:
    """Return `x_train` (60000, 28, 28), `y_train` (60000,), `x_test`, `y_test`: uint8. Takes 7 s of one processor
    core."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for split, count in rows.items():
        rng = np.random.default_rng(SEEDS[split])
        labels = rng.permutation(np.resize(np.arange(10), count)).astype(np.uint8)
        images = np.empty((count, SIDE, SIDE), np.uint8)
        for kind, drawing in enumerate(DRAWINGS):
            places = np.flatnonzero(labels == kind)
            for start in range(0, len(places), CHUNK):
                part = places[start : start + CHUNK]
                images[part] = _photographed(drawing(len(part), rng), rng)
        arrays[f"x_{split}"], arrays[f"y_{split}"] = images, labels
    return arrays


def _photographed(drawn: Field, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Turn values between 0 and 1 into grey levels, in a posture of its own and with the grain of the cloth."""
    grain = 1 + 0.06 * rng.standard_normal(drawn.shape)
    return np.clip(warped(_grey(drawn * grain), WARP, rng), 0, 255).astype(np.uint8)


def _grey(drawn: Field) -> NDArray[np.int32]:
    return np.rint(np.clip(drawn, 0, 1) * 255).astype(np.int32)


# ── Cloths ──────────────────────────────────────────────────────────────────────────────────────


def _cloth(count: int, rng: np.random.Generator, striped: float = 0.15, printed: float = 0.2) -> Field:
    """Return the brightness, shape (n, 28, 28): plain with soft folds, and for some striped, chequered or printed."""
    base = between(rng, count, 0.3, 1.0)
    folds = 0.06 * smooth_field((count,), SIDE, rng)
    depth = between(rng, count, 0.15, 0.6)
    across, down = chance(rng, count, 0.65), chance(rng, count, 0.4)
    wave = across * np.sin(between(rng, count, 0.7, 2.4) * V + between(rng, count, 0, 6)) + down * np.sin(
        between(rng, count, 0.7, 2.4) * U + between(rng, count, 0, 6)
    )
    stripes = chance(rng, count, striped) * depth * np.sign(wave)
    blots = chance(rng, count, printed) * depth * np.tanh(3 * smooth_field((count,), SIDE, rng, knots=14))
    cloth: Field = base * (1 + folds) - 0.5 * np.abs(stripes - np.abs(stripes)) - 0.4 * np.abs(blots)
    return np.clip(cloth, 0.08, 1)


# ── Garments ────────────────────────────────────────────────────────────────────────────────────


Range = tuple[float, float]
"""The lowest and the highest value that an image may have."""


@dataclass(frozen=True, slots=True)
class Garment:
    """Describe how one kind of upper garment may look: lengths in pixels, the share of images that have something from
    0 to 1.

    `body` is the half-width; at the shoulders it is `shoulder` more, at the chest `chest` more, at the waist `waist`
    less and at the hem `hem` more. `sleeve` is the length of short sleeves; long ones hang down to the hip. `bottom` is
    the row of the hem.
    """

    body: Range
    shoulder: float | Range
    chest: float
    waist: float | Range
    hem: Range
    long_sleeves: float
    sleeved: float
    sleeve: Range
    bottom: Range
    front: float
    collar: float
    striped: float
    printed: float


T_SHIRT = Garment(
    body=(6.5, 8.8), shoulder=-0.3, chest=0, waist=(-0.5, 1), hem=(-0.8, 1),
    long_sleeves=0.03, sleeved=0.9, sleeve=(3.5, 8), bottom=(24, 27),
    front=0.04, collar=0.15, striped=0.2, printed=0.35,
)  # fmt: skip
PULLOVER = Garment(
    body=(5.6, 7.4), shoulder=-0.3, chest=0, waist=(-0.5, 0.8), hem=(-1, 0.8),
    long_sleeves=0.97, sleeved=0.99, sleeve=(5, 9), bottom=(22.5, 25.5),
    front=0.06, collar=0.3, striped=0.15, printed=0.2,
)  # fmt: skip
DRESS = Garment(
    body=(3.0, 5.5), shoulder=(0.2, 1.8), chest=0.7, waist=0, hem=(-0.5, 4.5),
    long_sleeves=0.3, sleeved=0.5, sleeve=(2.5, 6), bottom=(25.5, 28),
    front=0.15, collar=0.15, striped=0.12, printed=0.3,
)  # fmt: skip
COAT = Garment(
    body=(5.2, 7.2), shoulder=0, chest=0, waist=(-0.5, 1.2), hem=(-0.5, 1.8),
    long_sleeves=0.98, sleeved=0.99, sleeve=(6, 9), bottom=(25.5, 28),
    front=0.9, collar=0.6, striped=0.1, printed=0.1,
)  # fmt: skip
SHIRT = Garment(
    body=(5.2, 7.4), shoulder=-0.2, chest=0, waist=(-0.5, 1.2), hem=(-0.8, 1.5),
    long_sleeves=0.45, sleeved=0.9, sleeve=(4, 9), bottom=(24.5, 27),
    front=0.8, collar=0.8, striped=0.25, printed=0.3,
)  # fmt: skip


def _garment(kind: Garment, count: int, rng: np.random.Generator) -> Field:
    """Draw torsos with sleeves, and maybe a front line and a collar. The order of the draws makes the images."""
    body = between(rng, count, *kind.body)
    shoulder_width = body + _drawn(kind.shoulder, count, rng)
    widths = [
        shoulder_width,
        body + kind.chest,
        body - _drawn(kind.waist, count, rng),
        body + between(rng, count, *kind.hem),
    ]
    long_sleeves, sleeved = chance(rng, count, kind.long_sleeves), chance(rng, count, kind.sleeved)
    sleeve, bottom = between(rng, count, *kind.sleeve), between(rng, count, *kind.bottom)
    front, collar = chance(rng, count, kind.front), chance(rng, count, kind.collar)
    away = np.abs(U)
    neck, deep = between(rng, count, 2.2, 4.2), between(rng, count, 1, 4.5)
    top = 1.5 + 0.22 * away + deep * np.clip(1 - (away / neck) ** 2, 0, 1)
    width = profile([2, 8, 15, 26], widths, V[0, :, 0])[:, :, None]
    torso = np.minimum(np.minimum(cover(width - away), cover(V - top)), cover(bottom - V))
    shoulder = shoulder_width - 1.5
    # Measured downwards: short sleeves stand off, long ones hang along the body.
    angle = (1 - long_sleeves) * between(rng, count, 0.5, 0.95) + long_sleeves * between(rng, count, 0.05, 0.28)
    length = (1 - long_sleeves) * sleeve + long_sleeves * between(rng, count, 17, 22)
    end = (shoulder + length * np.sin(angle), 4.5 + length * np.cos(angle))
    arm = sleeved * limb(away, V, (shoulder, 4.5 + 0 * end[1]), end, (2.3 + 0 * angle, between(rng, count, 1.3, 2.2)))
    cloth = _cloth(count, rng, kind.striped, kind.printed)
    seam = 1 - 0.35 * cover(1.2 - np.abs(width - away)) * arm
    line = 1 - front * between(rng, count, -0.35, 0.7) * cover(between(rng, count, 0.3, 0.9) - away) * (top + 1 < V)
    edge = 1 + collar * between(rng, count, -0.4, 0.4) * cover(1.6 - (V - top)) * (away < neck + 1)
    return np.maximum(torso, arm) * cloth * seam * line * edge


def _drawn(amount: float | Range, count: int, rng: np.random.Generator) -> Field | float:
    """Return one value for each image, or the one that all have."""
    return between(rng, count, *amount) if isinstance(amount, tuple) else amount


def _trouser(n: int, rng: np.random.Generator) -> Field:
    away = np.abs(U)
    waist = between(rng, n, 3.5, 5.2)
    hem = waist + between(rng, n, -1.2, 1.8)
    outer = profile([1, 8, 27], [waist, waist + between(rng, n, 0, 0.8), hem], V[0, :, 0])[:, :, None]
    gap = np.clip(V - between(rng, n, 7, 11), 0, None) * between(rng, n, 0.04, 0.14)
    legs = np.minimum(cover(outer - away), np.where(gap > 0, cover(away - gap), 1))
    rows = np.minimum(cover(V - 0.5), cover(between(rng, n, 24.5, 28) - V))
    return np.minimum(legs, rows) * _cloth(n, rng, striped=0.06, printed=0.1)


# ── Shoes and bags ──────────────────────────────────────────────────────────────────────────────


def _shoe(rng: np.random.Generator, heights: list[Field], ground: Field, sole: Field, heel: Field) -> Field:
    """Draw shoes, the toe at the left: heights above the ground at the columns -13, -8, -2, 3, 8 and 13 from the
    centre."""
    count = len(ground)
    upper = profile([-13, -8, -2, 3, 8, 13], heights, U[0, 0, :])[:, None, :]
    ends = _ends(count, rng)
    lift = heel * np.clip(U / 12, 0, 1)
    body = np.minimum(np.minimum(cover(V - (ground - upper - lift)), cover(ground - lift * (U < 9) - V)), ends)
    base = 1 + between(rng, count, -0.6, 0.5) * cover(V - (ground - sole))
    patch = 1 - between(rng, count, -0.3, 0.6) * (smooth_field((count,), SIDE, rng, knots=10) > 0.8)
    return body * _cloth(count, rng, striped=0.05, printed=0.1) * base * patch


def _ends(count: int, rng: np.random.Generator) -> Field:
    """Return the cover of the columns between the tip of a shoe and its heel."""
    return np.minimum(cover(U + between(rng, count, 12, 13.5)), cover(between(rng, count, 11.5, 13.5) - U))


def _sneaker(n: int, rng: np.random.Generator) -> Field:
    ankle = between(rng, n, 6.5, 9.5) + chance(rng, n, 0.12) * between(rng, n, 1, 5)
    toe = between(rng, n, 2.5, 4.5)
    heights = [toe, toe + 1, between(rng, n, 4.5, 7.5), ankle - between(rng, n, 0, 1.5), ankle - 1, ankle]
    return _shoe(rng, heights, between(rng, n, 18.5, 21), between(rng, n, 1, 2.5), 0 * ankle)


def _ankle_boot(n: int, rng: np.random.Generator) -> Field:
    shaft = between(rng, n, 11.5, 19) - chance(rng, n, 0.12) * between(rng, n, 1, 4)
    toe = between(rng, n, 3, 5.5)
    step = between(rng, n, 6, 9)
    heights = [toe, toe + 1, step, shaft - between(rng, n, 0, 4), shaft, shaft]
    heel = chance(rng, n, 0.3) * between(rng, n, 1, 4)
    return _shoe(rng, heights, between(rng, n, 21, 25), between(rng, n, 1, 2.5), heel)


def _sandal(n: int, rng: np.random.Generator) -> Field:
    """Draw a sole, sometimes on a heel, and some straps: what lies between them is empty."""
    ground, thick = between(rng, n, 17.5, 21), between(rng, n, 1, 2.6)
    closed = chance(rng, n, 0.1)
    lift = chance(rng, n, 0.3) * between(rng, n, 2, 8)
    sole_top = ground - thick - lift * np.clip(U / 11, 0, 1)
    sole = np.minimum(cover(V - sole_top), cover(sole_top + thick - V))
    heel = np.minimum(cover(U - between(rng, n, 8, 10)), np.minimum(cover(V - sole_top), cover(ground - V)))
    drawn = np.maximum(sole, heel)
    for _ in range(4):
        foot, lean = between(rng, n, -11, 9), between(rng, n, -4, 7)
        height = between(rng, n, 3, 8)
        there = chance(rng, n, 0.75)
        start = (foot, ground - lift * np.clip(foot / 11, 0, 1) - 1)
        radius = between(rng, n, 0.4, 1.1)
        drawn = np.maximum(drawn, there * limb(U, V, start, (foot + lean, start[1] - height), (radius, radius)))
    side = np.minimum(cover(V - (sole_top - between(rng, n, 3, 6))), cover(sole_top - V)) * closed
    ends = _ends(n, rng)
    return np.minimum(np.maximum(drawn, side), ends) * _cloth(n, rng, striped=0.05, printed=0.15)


def _bag(n: int, rng: np.random.Generator) -> Field:
    top, bottom = between(rng, n, 8, 14), between(rng, n, 21.5, 26.5)
    half, lean = between(rng, n, 7, 13), between(rng, n, -0.15, 0.2)
    body = np.minimum(cover(half - np.abs(U) + lean * (V - bottom)), np.minimum(cover(V - top), cover(bottom - V)))
    wide, high = half * between(rng, n, 0.3, 0.8), np.minimum(top - 1, between(rng, n, 4, 11))
    radius = np.hypot(U / wide, (V - top) / high)
    ring = chance(rng, n, 0.8) * cover(between(rng, n, 0.5, 1.1) - np.abs(radius - 1) * np.minimum(wide, high))
    flap = 1 - chance(rng, n, 0.5) * between(rng, n, -0.2, 0.5) * cover(1 - np.abs(V - top - between(rng, n, 2, 7)))
    return np.maximum(body * flap, ring * (top >= V)) * _cloth(n, rng, striped=0.08, printed=0.25)


# In the order of Fashion-MNIST's labels.
DRAWINGS: tuple[Drawing, ...] = (
    partial(_garment, T_SHIRT),
    _trouser,
    partial(_garment, PULLOVER),
    partial(_garment, DRESS),
    partial(_garment, COAT),
    _sandal,
    partial(_garment, SHIRT),
    _sneaker,
    _bag,
    _ankle_boot,
)
