"""Winnowing: of every window of neighbouring k-grams the smallest hash is kept, so that any passage of at least
`K + WINDOW - 1` equal signs shares a fingerprint, wherever it stands (Schleimer, Wilkerson, Aiken, SIGMOD 2003)."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

K = 10  # signs of a k-gram: shorter ones are everybody's
WINDOW = 5  # so passages of 14 signs, about a line and a half, are never missed

_BASE, _MODULUS = 1_000_003, (1 << 61) - 1
_TOP = pow(_BASE, K - 1, _MODULUS)


def kgrams(signs: Sequence[str]) -> list[int]:
    """Return the hash of each k-gram, at its position; the same in every process."""
    ids = [zlib.crc32(sign.encode("utf-8", "replace")) + 1 for sign in signs]
    hashes: list[int] = []
    rolling = 0
    for i, value in enumerate(ids):
        if i >= K:
            rolling = (rolling - ids[i - K] * _TOP) % _MODULUS
        rolling = (rolling * _BASE + value) % _MODULUS
        if i >= K - 1:
            # Mixed, or the smallest hash would favour k-grams that begin with a small sign.
            hashes.append((rolling * 0x9E3779B97F4A7C15) & ((1 << 64) - 1))
    return hashes


def winnowed(hashes: Sequence[int], skip: frozenset[int] | set[int] = frozenset()) -> set[int]:
    """Return the fingerprints of a row of k-grams; those of `skip` break the row."""
    kept: set[int] = set()
    row: list[int] = []
    for value in [*hashes, None]:
        if value is not None and value not in skip:
            row.append(value)
            continue
        kept |= _of_row(row)
        row = []
    return kept


def _of_row(row: Sequence[int]) -> set[int]:
    if len(row) <= WINDOW:
        return {min(row)} if row else set()
    return {min(row[i : i + WINDOW]) for i in range(len(row) - WINDOW + 1)}
