"""Recognising an image by its content, whatever scale its pixels were put on.

A student may divide by 255, centre, flatten, or add a channel axis: each of these is one affine map of the whole
image, or no change of its values at all. So the affine scale is taken away before the row is hashed, and given
back beside the hash. What is not such a map (another scale for each pixel, a rotation) gives another fingerprint.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FORM = 2  # grows whenever the same row gets another hash: prepared folders carry it in their names
LEVELS = 255
# The grey levels of an 8-bit image of range R fall on multiples of 255 / R, some of them exactly between two whole
# numbers, where float32 and float64 would round apart. Their distance to the middle is a multiple of 1 / (2 R), so
# a nudge of half the smallest such distance keeps every level at least 1 / 1020 away from it.
NUDGE = 1 / (4 * LEVELS)
CHUNK_VALUES = 1 << 22  # 32 MiB of float64 at a time
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def fingerprints(rows: NDArray[np.generic]) -> tuple[NDArray[np.uint64], NDArray[np.float64], NDArray[np.float64]]:
    """Return hash, lowest and highest value of each row, three arrays of shape (n,).

    `rows` has shape (n, ...) and any real dtype. The hash is 0 for a row that cannot be told from others: constant,
    empty, or with a value that is not finite (then low or high says so).
    """
    flat = np.asarray(rows).reshape(len(rows), -1) if np.size(rows) else np.zeros((len(rows), 0))
    hashes = np.zeros(len(flat), np.uint64)
    low, high = np.zeros(len(flat)), np.zeros(len(flat))
    if flat.shape[1]:
        step = max(1, CHUNK_VALUES // flat.shape[1])
        for start in range(0, len(flat), step):
            part = slice(start, start + step)
            hashes[part], low[part], high[part] = _chunk(flat[part].astype(np.float64))
    return hashes, low, high


def _chunk(
    values: NDArray[np.float64],
) -> tuple[NDArray[np.uint64], NDArray[np.float64], NDArray[np.float64]]:
    low, high = values.min(axis=1), values.max(axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        span = high - low
    usable = np.isfinite(span) & (span > 0)
    values[~usable] = 0
    values -= np.where(usable, low, 0)[:, None]
    values /= np.where(usable, span, 1)[:, None]
    values *= LEVELS
    values += 0.5 + NUDGE
    return np.where(usable, _hash(values.astype(np.uint8)), np.uint64(0)), low, high


def _hash(levels: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """One 64-bit hash, never 0, for each row of `levels`, shape (n, width).

    Each 8-byte word is scrambled with a key of its own place, the words are summed, and the sum is scrambled with
    the width (the scrambler is the finaliser of SplitMix64: Steele, Lea, Flood, OOPSLA 2014).
    """
    rows, width = levels.shape
    words = -(-width // 8)
    padded = np.zeros((rows, 8 * words), np.uint8)
    padded[:, :width] = levels
    keys = _scramble(np.arange(1, words + 1, dtype=np.uint64) * _GOLDEN)
    sums = _scramble(padded.view("<u8").astype(np.uint64, copy=False) ^ keys).sum(axis=1, dtype=np.uint64)
    return np.maximum(_scramble(sums ^ np.uint64(width)), np.uint64(1))


def _scramble(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    words = (words ^ (words >> np.uint64(30))) * _MIX[0]
    words = (words ^ (words >> np.uint64(27))) * _MIX[1]
    return words ^ (words >> np.uint64(31))


def positions(hashes: NDArray[np.generic], among: NDArray[np.generic]) -> NDArray[np.int64]:
    """Return where each hash stands in `among`, as an array of the shape of `hashes`, (n,); -1 where it does not, and
    for the hash of an empty row."""
    order = _sorted_order(_ArrayKey(among)) if not among.flags.writeable else np.argsort(among, kind="stable")
    at = order[np.searchsorted(among[order], hashes).clip(0, len(among) - 1)]
    return np.where((among[at] == hashes) & (hashes != 0), at, -1)


class _ArrayKey:
    """An array as a key: equal to itself alone."""

    def __init__(self, array: NDArray[np.generic]) -> None:
        self.array = array

    def __hash__(self) -> int:
        return id(self.array)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ArrayKey) and other.array is self.array


@lru_cache(
    maxsize=8
)  # the rows of a dataset, asked for again with every submission; it holds them, so no id comes back
def _sorted_order(of: _ArrayKey) -> NDArray[np.int64]:
    return np.argsort(of.array, kind="stable")
