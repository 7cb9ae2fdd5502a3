"""Rows of a projection that are hidden values of a recorded network, and the guards around outlines: from both sides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.evaluator import embedding
from grader.evaluator.embedding import hidden_values, match_rows, nearest, wrong_formulas
from grader.evaluator.inputs import Inputs
from grader.evaluator.outlines import is_ellipse, is_hull, outline
from grader.fingerprints import fingerprints
from grader.measurements import EmbeddingFigures, EmbeddingRequest, Outline
from tests.evaluator.build import recorded
from tests.evaluator.test_thresholds_embedding import DICE, IMAGES, LABELS, NOISE, SQUARE, data

__all__ = ["data"]  # the fixture

TEST = IMAGES["test"]


def network(*units: int, seed: int = 1, activation: str = "tanh") -> Any:
    """Dense layers on the images, the last one with four classes."""
    import keras

    keras.utils.set_random_seed(seed)
    hidden = [keras.layers.Dense(n, activation=activation) for n in units]
    return keras.Sequential(
        [keras.Input((8, 8)), keras.layers.Flatten(), *hidden, keras.layers.Dense(4, activation="softmax")]
    )


def given_by(model: Any, depth: int, images: np.ndarray = TEST) -> np.ndarray:
    """What the layer number `depth` gives for images on a scale from 0 to 1; 0 flattens them."""
    value: Any = images.astype(np.float32) / 255
    for layer in model.layers[: depth + 1]:
        value = layer(value)
    return np.asarray(value)


def projected(data: Path, networks: tuple[tuple[int, int], ...], count: int = 40, **arrays: Any) -> EmbeddingFigures:
    known = {"hashes": np.arange(count, dtype=np.uint64), "points": DICE.normal(size=(count, 2))}
    np.savez(data.parent / "call-1.npz", **{k: v for k, v in {**known, **arrays}.items() if v is not None})
    request = EmbeddingRequest("d", "call-1.npz", networks=networks)
    return embedding.measure_embedding(request, Inputs(data.parent, {"d": data}))


@pytest.fixture(scope="module")
def nets() -> list[Any]:
    return [network(5, seed=1), network(5, seed=2)]


@pytest.fixture
def both(data: Path, nets: list[Any]) -> tuple[tuple[int, int], ...]:
    for number, model in enumerate(nets, start=1):
        recorded(data.parent, model, number)
    return ((0, 1), (1, 2))


# ── Which network ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("which", [0, 1])
def test_the_network_whose_hidden_values_were_projected_is_named(
    which: int, data: Path, nets: list[Any], both: Any
) -> None:
    found = projected(data, both, input=given_by(nets[which], 1))
    assert (found.source, found.recognised, found.labels) == (f"hidden{which}", 40, tuple(LABELS.tolist()))
    assert found.nh is not None and found.trustworthiness is not None


def test_rows_in_any_order_and_fewer_of_them_find_their_images(data: Path, nets: list[Any], both: Any) -> None:
    order = DICE.permutation(40)[:30]
    assert projected(data, both, 30, input=given_by(nets[0], 1, TEST[order])).labels == tuple(LABELS[order].tolist())
    assert projected(data, both, 30, input=given_by(nets[0], 1, TEST[:30])).labels == tuple(LABELS[:30].tolist())
    rows = given_by(nets[0], 1)
    assert (match_rows(np.concatenate([rows, rows]), rows) == np.tile(np.arange(40), 2)).all()


@pytest.mark.parametrize(("known", "is_recognised"), [(37, False), (38, True)])
def test_nineteen_rows_of_twenty_must_be_hidden_values(
    known: int, is_recognised: bool, data: Path, nets: list[Any], both: Any
) -> None:
    rows = np.concatenate([given_by(nets[0], 1, TEST[:known]), given_by(nets[0], 1, NOISE[: 40 - known]) + 1])
    found = projected(data, both, input=rows)
    assert (found.source, found.recognised) == (("hidden0", known) if is_recognised else ("", 0))
    assert found.labels == (tuple(LABELS[:known].tolist()) if is_recognised else ())


def test_rows_that_are_no_table_of_as_many_numbers_are_nothing_known(data: Path, nets: list[Any], both: Any) -> None:
    rows = given_by(nets[0], 1)
    with_nan = rows.copy()
    with_nan[3, 2] = np.nan
    for forged in (None, rows[:39], rows[0], rows[:, :, None], with_nan, rows[:, :4]):
        assert projected(data, both, input=forged) == EmbeddingFigures(finite=True)
    for hashes in (None, np.arange(39, dtype=np.uint64)):
        assert projected(data, both, input=rows, hashes=hashes) == EmbeddingFigures(finite=True)


def test_a_network_that_cannot_be_used_is_passed_over(data: Path, nets: list[Any], both: Any) -> None:
    endless = network(5, activation="linear")
    endless.set_weights([np.full_like(w, 3e38) for w in endless.get_weights()])
    recorded(data.parent, endless, 3)
    for number, facts in (
        (4, {"architecture": "{}", "weights": "weights-1.npz"}),
        (9, {"architecture": nets[0].to_json(), "weights": "weights-9.npz"}),  # which are not there
    ):
        (data.parent / f"snapshot-{number}.json").write_text(json.dumps(facts))
    found = projected(
        data, ((0, 9), (1, 4), (2, 3), *((n + 3, number) for n, number in both)), input=given_by(nets[0], 1)
    )
    assert found.source == "hidden3"


def test_what_leaves_a_network_is_not_hidden_and_the_last_layer_comes_first() -> None:
    deep, alike = network(6, 6), network(4)
    fed = (TEST / 255).astype(np.float32)
    last, first = hidden_values(deep, fed, 6)
    np.testing.assert_allclose(last, given_by(deep, 2), atol=1e-5)
    np.testing.assert_allclose(first, given_by(deep, 1), atol=1e-5)
    assert hidden_values(deep, fed, 4) == hidden_values(deep, fed, 5) == hidden_values(alike, fed, 4) == []
    (only,) = hidden_values(network(6), fed, 6)
    assert only.shape == (40, 6)


# ── Neighbours and points ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ((0, 0, 0, 0), {"division_in_if": 3 / 4, "division_in_loop": 3 / 4, "self_counted": 1.0, "self_added": 3 / 2,
                        "self_added_divided": 1.0, "percent": 100.0, "not_divided": 2.0, "k1": 1.0, "k3": 1.0}),
        ((0, 1, 2, 3), {"division_in_if": 0.0, "division_in_loop": 0.0, "self_counted": 1 / 2, "self_added": 1 / 2,
                        "self_added_divided": 1 / 3, "percent": 0.0, "not_divided": 0.0, "k1": 0.0, "k3": 0.0}),
    ],
)  # fmt: skip
def test_each_formula_where_all_neighbours_are_alike_or_none(labels: Any, expected: dict[str, float]) -> None:
    points = np.array([[0, 0], [0.1, 0], [5, 0], [5.1, 0]])
    assert wrong_formulas(nearest(points, 3), np.array(labels), k=2) == pytest.approx(expected)


def test_more_neighbours_than_the_usual_ones_are_counted(data: Path) -> None:
    points = DICE.normal(size=(40, 2))
    np.savez(data.parent / "call-1.npz", hashes=fingerprints(TEST)[0], points=points)
    found = embedding.measure_embedding(EmbeddingRequest("d", "call-1.npz", k=25), Inputs(data.parent, {"d": data}))
    own = np.linalg.norm(points[:, None] - points[None], axis=2).argsort(axis=1)[:, 1:26]
    assert found.nh == pytest.approx((LABELS[own] == LABELS[:, None]).mean())


def test_the_first_points_are_kept_for_a_figure_in_thousandths(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "TRUST_POINTS", 30)
    points = DICE.normal(size=(40, 2))
    np.savez(data.parent / "call-1.npz", hashes=fingerprints(TEST)[0], points=points)
    found = embedding.measure_embedding(EmbeddingRequest("d", "call-1.npz"), Inputs(data.parent, {"d": data}))
    assert found.points == tuple(map(tuple, points[:30].round(3).tolist()))
    assert found.labels == tuple(LABELS[:30].tolist())


# ── Outlines ────────────────────────────────────────────────────────────────────────────────────


def test_the_outline_of_a_class_is_its_corners_its_mean_and_its_covariance() -> None:
    drawn = outline(7, np.concatenate([SQUARE, SQUARE / 3]) + 0.12345)
    assert drawn is not None and isinstance(drawn, Outline) and drawn.label == 7
    assert set(drawn.hull) == {(x, y) for x in (-0.877, 1.123) for y in (-0.877, 1.123)}
    assert drawn.mean == pytest.approx((0.12345, 0.12345))
    assert np.array(drawn.covariance) == pytest.approx(5 / 9 * np.eye(2))


def test_a_flat_class_has_no_outline() -> None:
    line = np.arange(4.0)[:, None] * np.ones(2)
    assert outline(0, line) is outline(0, SQUARE[:2]) is None
    assert not is_hull({"points": line, "vertices": np.array([0, 3])}, line)


CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
ALL = np.arange(4)
EDGE = CORNERS.copy()
EDGE[0, 0] = 1e-6  # the farthest that is still equal


@pytest.mark.parametrize(
    ("points", "vertices", "is_own"),
    [
        (CORNERS, ALL, True),
        (CORNERS, ALL.astype(np.uint8), True),
        (EDGE, ALL, True),
        (None, ALL, False),
        (CORNERS, None, False),
        (CORNERS[0], ALL, False),
        (CORNERS[:, :, None], ALL, False),
        (np.hstack([CORNERS, CORNERS[:, :1]]), ALL, False),
        (CORNERS, ALL[None], False),
        (CORNERS, ALL.astype(float), False),
        (CORNERS, np.array([0, 1, 2, 0]), False),
    ],
)
def test_a_recorded_hull_is_points_in_a_plane_and_their_numbers(points: Any, vertices: Any, is_own: bool) -> None:
    recorded = {k: v for k, v in {"points": points, "vertices": vertices}.items() if v is not None}
    assert is_hull(recorded, CORNERS) is is_own


@pytest.mark.parametrize(
    ("means", "covariances", "is_own"),
    [
        (np.zeros((1, 2)), np.eye(2)[None], True),
        (None, np.eye(2)[None], False),
        (np.zeros((1, 2)), None, False),
        (np.zeros(2), np.eye(2)[None], False),
        (np.zeros((2, 2)), np.eye(2)[None], False),
        (np.zeros((1, 2)), np.eye(2), False),
        (np.zeros((1, 2)), np.ones((1, 2)), False),
    ],
)
def test_a_recorded_gaussian_is_one_in_a_plane_with_a_full_covariance(
    means: Any, covariances: Any, is_own: bool
) -> None:
    recorded = {k: v for k, v in {"means": means, "covariances": covariances}.items() if v is not None}
    assert is_ellipse(recorded, SQUARE) is is_own


@pytest.mark.parametrize(("away", "is_own"), [(0.02, True), (0.0201, False)])
def test_a_class_in_one_point_is_compared_with_a_spread_of_one(away: float, is_own: bool) -> None:
    for mean, variance in ((away, 0.0), (0.0, away)):
        recorded = {"means": np.array([[mean, 0]]), "covariances": np.full((1, 2, 2), variance)}
        assert is_ellipse(recorded, np.zeros((5, 2))) is is_own
