"""Shapes in words: read however they are written, in order."""

from __future__ import annotations

import pytest

from grader.checks.answers import judge_shapes
from grader.domain import Status, Text
from grader.language.shapes import shapes

ASKED = ((62, 62, 32), (60, 60, 32), (30, 30, 32), (28800,))
WHY = Text("parce que", "because")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("62x62x32", [(62, 62, 32)]),
        ("60×60×32", [(60, 60, 32)]),
        ("30 * 30 * 32 = 28 800", [(30, 30, 32), (28800,)]),
        ("(None, 62, 62, 32)", [(62, 62, 32)]),
        ("[-1, 30, 30, 32]", [(30, 30, 32)]),
        ("(28800,), 6", [(28800,), (6,)]),
        ("28.800 puis 28,800", [(28800,), (28800,)]),
        ("conv2 donne 62", [(62,)]),
        ("", []),
        ("7" * 5000, [(int("7" * 12),)]),
    ],
)
def test_a_shape_is_read(written: str, read: list[tuple[int, ...]]) -> None:
    assert shapes(written) == read


@pytest.mark.parametrize(
    "answer",
    [
        "62x62x32, 60×60×32, (30,30,32), 28800, 6",
        "62x62x32, 60x60x32, 30x30x32, 28800",
        "(None, 62, 62, 32) (None, 60, 60, 32) (None, 30, 30, 32) (None, 28800) (None, 6)",
        "conv1 : 62 x 62 x 32 ; conv2 : 60*60*32 ; pooling 2x2 : 30·30·32 ; mise à plat : 30*30*32 = 28 800 ; dense 6",
        "entrée 64x64x3, puis 62x62x32, 60x60x32, 30x30x32, 28800, 6",
        "62x62x32\n60x60x32\n30x30x32\n28.800\n6",
    ],
)
def test_the_right_shapes_are_right_however_they_are_written(answer: str) -> None:
    assert judge_shapes(answer, ASKED, WHY).status is Status.PASSED


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("64x64x32, 64x64x32, 32x32x32, 32768, 6", Status.FAILED),
        ("60x60x32, 62x62x32, 30x30x32, 28800", Status.FAILED),  # the order counts
        ("62x62x32, 60x60x32, 30x30x32, 14400", Status.FAILED),
        ("64x64x3, 62x62x32, 61x61x32, 60x60x32, 30x30x32, 28800", Status.FAILED),  # one too many to be the input
        ("", Status.FAILED),
        ("de plus en plus petites", Status.REVIEW),
        ("62, 60, 30", Status.REVIEW),
    ],
)
def test_other_shapes_are_not(answer: str, status: Status) -> None:
    assert judge_shapes(answer, ASKED, WHY).status is status
