"""The equal passages of two programs, the longest first, wherever they stand: greedy string tiling (Wise, 1993).

What was handed out to everybody belongs to no passage, so that a passage is always the students' own.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass

from grader.similarity.documents import Document
from grader.similarity.winnow import K

MAX_PLACES = 50  # of one k-gram: what is repeated more often in a program marks no passage
MAX_CANDIDATES = 50_000
MAX_PASSAGES = 60


@dataclass(frozen=True, slots=True)
class Passage:
    """`length` equal tokens, from token `first` of the one and `second` of the other on."""

    first: int
    second: int
    length: int


def passages(a: Document, b: Document) -> tuple[Passage, ...]:
    """Return the passages in the order of the first program. No token is in two of them; each has at least K tokens."""
    waiting = [(-one.length, one.first, one.second) for one in _longest(a, b)]
    heapq.heapify(waiting)
    taken_a, taken_b = bytearray(len(a.tokens)), bytearray(len(b.tokens))
    kept: list[Passage] = []
    while waiting and len(kept) < MAX_PASSAGES:
        size, i, j = heapq.heappop(waiting)
        for start, length in _free(taken_a, taken_b, i, j, -size):
            if length == -size:
                taken_a[i : i + length] = taken_b[j : j + length] = b"\1" * length
                kept.append(Passage(i, j, length))
            elif length >= K:
                heapq.heappush(waiting, (-length, i + start, j + start))
    return tuple(sorted(kept, key=lambda one: one.first))


def _free(taken_a: bytearray, taken_b: bytearray, i: int, j: int, length: int) -> list[tuple[int, int]]:
    """Yield (offset, length) of the parts of a match that no passage has yet."""
    parts: list[tuple[int, int]] = []
    start = 0
    for n in range(length + 1):
        if n == length or taken_a[i + n] or taken_b[j + n]:
            if n > start:
                parts.append((start, n - start))
            start = n + 1
    return parts


def _longest(a: Document, b: Document) -> list[Passage]:
    """Return every match that can be made no longer on either side."""
    places: dict[int, list[int]] = defaultdict(list)
    for j, value in enumerate(b.hashes):
        if not any(b.given[j : j + K]):
            places[value].append(j)
    signs_a = [t.sign for t in a.tokens]
    signs_b = [t.sign for t in b.tokens]
    found: list[Passage] = []
    for i, value in enumerate(a.hashes):
        where = places.get(value, ())
        if len(where) > MAX_PLACES or any(a.given[i : i + K]):
            continue
        for j in where:
            if i and j and _equal(a, b, signs_a, signs_b, i - 1, j - 1):
                continue
            length = 0
            while i + length < len(signs_a) and j + length < len(signs_b):
                if not _equal(a, b, signs_a, signs_b, i + length, j + length):
                    break
                length += 1
            if length >= K:
                found.append(Passage(i, j, length))
        if len(found) > MAX_CANDIDATES:
            break
    return found


def _equal(a: Document, b: Document, signs_a: list[str], signs_b: list[str], i: int, j: int) -> bool:
    return signs_a[i] == signs_b[j] and not a.given[i] and not b.given[j]


def covered(one: Document, found: tuple[Passage, ...]) -> float:
    """Return the share of a program's own tokens that lie in passages, from 0 to 1."""
    return sum(p.length for p in found) / one.own if one.own else 0.0
