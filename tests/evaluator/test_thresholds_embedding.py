"""Which rows of a projection are recognised, and which outlines are a class's own: from both sides."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.evaluator.embedding import (
    faithful,
    match_rows,
    measure_embedding,
    nearest,
    wrong_formulas,
)
from grader.evaluator.inputs import Inputs
from grader.evaluator.outlines import is_ellipse, is_hull
from grader.fingerprints import fingerprints
from grader.measurements import EmbeddingFigures, EmbeddingRequest
from tests.evaluator.build import dataset

DICE = np.random.default_rng(11)
IMAGES = {split: DICE.integers(0, 256, (40, 8, 8), dtype=np.uint8) for split in ("train", "test")}
NOISE = DICE.integers(0, 256, (40, 8, 8), dtype=np.uint8)
LABELS = np.arange(40) % 4


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return dataset(tmp_path / "data", **{split: (images, LABELS) for split, images in IMAGES.items()})


def measured(data: Path, images: np.ndarray, points: np.ndarray | None = None, **outlines: Any) -> dict[str, Any]:
    """A projection of these images, recorded and measured; `outlines` are array files of their own."""
    if points is None:
        points = DICE.normal(size=(len(images), 2))
    np.savez(data.parent / "call-1.npz", hashes=fingerprints(images)[0], points=points)
    request = EmbeddingRequest("d", "call-1.npz", **outlines)
    return asdict(measure_embedding(request, Inputs(data.parent, {"d": data})))


# ── Which images ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize(("known", "is_recognised"), [(37, False), (38, True), (40, True)])
def test_nineteen_rows_of_twenty_must_be_images(split: str, known: int, is_recognised: bool, data: Path) -> None:
    found = measured(data, np.concatenate([IMAGES[split][:known], NOISE[: 40 - known]]))
    assert found["source"] == (split if is_recognised else "")
    assert found["recognised"] == (known if is_recognised else 0)


@pytest.mark.parametrize(("count", "is_judged"), [(6, False), (7, True)])
def test_a_hit_takes_more_points_than_neighbours(count: int, is_judged: bool, data: Path) -> None:
    found = measured(data, IMAGES["test"][:count])
    assert (found["nh"] is not None) is is_judged and bool(found["source"]) is is_judged


@pytest.mark.parametrize(("largest", "is_finite"), [(9.99e8, True), (1e9, False), (np.inf, False), (np.nan, False)])
def test_coordinates_are_bounded(largest: float, is_finite: bool, data: Path) -> None:
    points = DICE.normal(size=(40, 2))
    points[7, 1] = -largest
    found = measured(data, IMAGES["test"], points)
    assert found["finite"] is is_finite and (found["nh"] is not None) is is_finite


@pytest.mark.parametrize(("dimensions", "is_judged"), [(1, False), (2, True), (3, False)])
def test_the_points_lie_in_a_plane(dimensions: int, is_judged: bool, data: Path) -> None:
    found = measured(data, IMAGES["test"], DICE.normal(size=(40, dimensions)))
    assert (found["nh"] is not None) is is_judged


@pytest.mark.parametrize(("count", "is_judged"), [(70_000, True), (70_001, False)])
def test_the_number_of_points_is_bounded(
    count: int, is_judged: bool, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Looked(Exception):
        pass

    def look(*_: object) -> None:
        raise Looked

    monkeypatch.setattr("grader.evaluator.embedding.recognise", look)
    np.savez(data.parent / "call-1.npz", hashes=np.zeros(count, np.uint64), points=np.ones((count, 2), np.float32))
    request, inputs = EmbeddingRequest("d", "call-1.npz"), Inputs(data.parent, {"d": data})
    if is_judged:
        with pytest.raises(Looked):
            measure_embedding(request, inputs)
    else:
        assert measure_embedding(request, inputs) == EmbeddingFigures(finite=True)


@pytest.mark.parametrize(
    ("largest", "away", "is_equal"),
    [
        (1.0, 0.00099, True),
        (1.0, 0.00101, False),
        (0.1, 0.00099, True),  # never relative to less than 1
        (0.1, 0.00101, False),
        (10.0, 0.0099, True),
        (10.0, 0.0101, False),
    ],
)
def test_hidden_values_are_equal_up_to_a_thousandth_of_the_largest(largest: float, away: float, is_equal: bool) -> None:
    among = np.linspace(0, largest, 40)[:, None] * np.ones(3)
    rows = among.copy()
    rows[0] += away
    rows[1] -= 0.5 * away
    assert bool(match_rows(rows, among)[0] == 0) is is_equal


@pytest.mark.parametrize(("straight", "at_once"), [(19, True), (20, True), (18, False)])
def test_rows_in_the_order_of_the_images_are_not_searched_for(straight: int, at_once: bool) -> None:
    """Two images alike: in order each row finds its own, else the nearest, which is the first of the two."""
    among = np.repeat(np.arange(10.0), 2)[:, None] * np.ones(3)
    rows = among.copy()
    rows[straight:] += 100
    found = match_rows(rows, among)
    assert (found[straight:] == -1).all()
    assert (found[:straight] == np.arange(straight)).all() == at_once


# ── Neighbours ──────────────────────────────────────────────────────────────────────────────────


def test_the_values_of_other_k_are_known_as_far_as_there_are_neighbours(data: Path) -> None:
    others = {1, 3, 4, 5, 7, 8, 10, 12, 15, 20}
    for count, most in ((40, 20), (21, 20), (20, 15), (8, 7), (7, 5)):
        formulas = measured(data, IMAGES["test"][:count])["formulas"]
        assert {int(name[1:]) for name in formulas if name[0] == "k"} == {k for k in others if k <= most}


def test_each_formula_is_what_the_mistake_gives() -> None:
    """Four points on a line, two of each class: each has one neighbour of its own class, its nearest, among three."""
    points, labels = np.array([[0, 0], [0.1, 0], [5, 0], [5.1, 0]]), np.array([0, 0, 1, 1])
    found = wrong_formulas(nearest(points, 3), labels, k=2)
    assert found == pytest.approx(
        {
            "division_in_if": 1 / 2,  # one hit, divided once
            "division_in_loop": 1 / 4,  # the first neighbour's hit, divided twice
            "self_counted": 1.0,
            "self_added": 1.0,
            "self_added_divided": 2 / 3,
            "percent": 50.0,
            "not_divided": 1.0,
            "k1": 1.0,
            "k3": 1 / 3,
        }
    )


@pytest.mark.parametrize(("count", "is_measured"), [(14, False), (15, True)])
def test_faithfulness_takes_more_than_twice_the_neighbours(count: int, is_measured: bool) -> None:
    rows = DICE.normal(size=(count, 2))
    assert faithful(rows, rows) == (1.0 if is_measured else 0.0)


@pytest.mark.parametrize(("count", "used"), [(2000, 2000), (2001, 2000)])
def test_faithfulness_is_measured_on_2000_points_from_the_first_to_the_last(
    count: int, used: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def trustworthiness(original: np.ndarray, points: np.ndarray, n_neighbors: int) -> float:
        asked.append((len(points), points[0, 0], points[-1, 0], n_neighbors))
        return 0.5

    monkeypatch.setattr("sklearn.manifold.trustworthiness", trustworthiness)
    line = np.arange(count, dtype=float)[:, None] * np.ones(2)
    assert faithful(line, line) == 0.5 and asked == [(used, 0, count - 1, 6)]


# ── Outlines ────────────────────────────────────────────────────────────────────────────────────

SQUARE = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])  # spread √2, variance 1 each way


@pytest.mark.parametrize("size", [1.0, 50.0])
@pytest.mark.parametrize(
    ("mean", "variance", "is_own"),
    [
        (0.0, 0.0, True),
        (0.0199, 0.0, True),  # two hundredths of the spread
        (0.0201, 0.0, False),
        (-0.0199, 0.0, True),
        (-0.0201, 0.0, False),
        (0.0, 0.0199, True),  # and of its square
        (0.0, 0.0201, False),
        (0.0, -0.0201, False),
        (0.0201, 0.0201, False),
    ],
)
def test_an_ellipse_is_the_class_s_up_to_two_hundredths(
    mean: float, variance: float, is_own: bool, size: float
) -> None:
    spread = np.sqrt(2) * size
    means = np.array([[0.0, mean * spread]])
    covariances = size**2 * np.eye(2)[None]
    covariances[0, 0, 0] += variance * spread**2
    assert is_ellipse({"means": means, "covariances": covariances}, size * SQUARE) is is_own


def test_an_ellipse_with_one_less_in_the_denominator_is_the_class_s_too() -> None:
    own = DICE.normal(size=(60, 2))
    recorded = {"means": own.mean(axis=0)[None], "covariances": np.cov(own.T)[None]}
    assert is_ellipse(recorded, own)


@pytest.mark.parametrize("size", [1.0, 50.0])
@pytest.mark.parametrize(("away", "is_own"), [(0.0, True), (0.99e-6, True), (1.01e-6, False), (-1.01e-6, False)])
def test_a_hull_is_the_class_s_up_to_a_millionth(away: float, is_own: bool, size: float) -> None:
    own = size * np.concatenate([SQUARE, SQUARE / 2])
    given = own.copy()
    given[1, 0] += away * size
    assert is_hull({"points": given, "vertices": np.array([3, 2, 0, 1])}, own) is is_own


@pytest.mark.parametrize(
    ("vertices", "is_own"),
    [([0, 1, 2, 3], True), ([0, 1, 2], False), ([0, 1, 2, 3, 4], False), ([0, 1, 2, 4], False), ([0, 1, 2, 8], False),
     ([0, 1, 2, -1], False)],
)  # fmt: skip
def test_a_hull_has_all_corners_and_no_others(vertices: list[int], is_own: bool) -> None:
    own = np.concatenate([SQUARE, SQUARE / 2])
    assert is_hull({"points": own, "vertices": np.array(vertices)}, own) is is_own


@pytest.mark.parametrize(("count", "is_outlined"), [(2, False), (3, True)])
def test_an_outline_takes_three_points(count: int, is_outlined: bool) -> None:
    own = SQUARE[:count]
    hull = {"points": own, "vertices": np.arange(count)}
    gaussian = {"means": own.mean(axis=0)[None], "covariances": np.cov(own.T, bias=True)[None]}
    assert is_hull(hull, own) is is_outlined and is_ellipse(gaussian, own) is is_outlined


def test_the_outlines_are_told_by_their_class(data: Path) -> None:
    points = DICE.normal(size=(40, 2))
    own = points[LABELS == 2]
    np.savez(data.parent / "call-2.npz", means=own.mean(axis=0)[None], covariances=np.cov(own.T, bias=True)[None])
    found = measured(data, IMAGES["test"], points, gaussians=("call-2.npz", "call-9.npz"))
    assert (found["ellipses"], found["ellipses_made"], found["hulls"], found["hulls_made"]) == ((2,), 1, (), 0)
    assert [drawn["label"] for drawn in found["outlines"]] == [0, 1, 2, 3]


@pytest.mark.parametrize("k", [3, 6])
def test_the_hit_of_the_k_that_is_asked_for_is_no_mistake(k: int, data: Path) -> None:
    found = measured(data, IMAGES["test"], k=k)
    assert f"k{k}" not in found["formulas"] and {"k3", "k6"} - {f"k{k}"} <= found["formulas"].keys()
    assert found["nh"] == pytest.approx(found["formulas"]["not_divided"] / k)
