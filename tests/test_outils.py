"""The helper module that students receive, against definitions written out the slow way."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

SOURCE = Path(__file__).parents[1] / "assignments" / "outils.py"


@pytest.fixture(scope="module")
def outils() -> ModuleType:
    spec = importlib.util.spec_from_file_location("outils", SOURCE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def cloud() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Three overlapping classes of 40 points."""
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), 40)
    return random.normal(size=(120, 2)) + labels[:, None] * [1.5, 0.5], labels


def slow_hit(points: NDArray[np.float64], labels: NDArray[np.int64], k: int) -> float:
    shares = []
    for i in range(len(points)):
        others = [j for j in range(len(points)) if j != i]
        others.sort(key=lambda j: float(np.linalg.norm(points[i] - points[j])))
        shares.append(sum(labels[j] == labels[i] for j in others[:k]) / k)
    return float(np.mean(shares))


@pytest.mark.parametrize("k", [1, 6, 20])
def test_neighborhood_hit_is_its_definition(outils: ModuleType, cloud, k: int) -> None:  # type: ignore[no-untyped-def]
    assert outils.neighborhood_hit(*cloud, k=k) == pytest.approx(slow_hit(*cloud, k=k))


def test_neighborhood_hit_is_one_when_classes_are_apart(outils: ModuleType) -> None:
    points = np.random.default_rng(1).normal(size=(40, 2))
    labels = np.repeat([0, 1], 20)
    assert outils.neighborhood_hit(points + labels[:, None] * 100, labels) == 1.0


def test_a_point_is_not_its_own_neighbour_even_among_twins(outils: ModuleType) -> None:
    """Every point stands twice, once in each class: the nearest neighbour is always the wrong twin."""
    points = np.repeat(np.arange(10.0), 2)[:, None] * [1.0, 0.0]
    labels = np.tile([0, 1], 10)
    assert outils.neighborhood_hit(points, labels, k=1) == 0.0


def test_neighborhood_hit_needs_more_points_than_neighbours(outils: ModuleType) -> None:
    with pytest.raises(ValueError, match="k = 6"):
        outils.neighborhood_hit(np.zeros((6, 2)), np.zeros(6, dtype=int))


def test_hull_of_a_square_is_its_corners(outils: ModuleType) -> None:
    square = np.array([[0, 0], [2, 0], [2, 2], [0, 2], [1, 1], [0.5, 1.5]], dtype=float)
    hulls = outils.enveloppes_convexes(np.vstack([square, square + 10]), np.repeat([3, 7], 6))
    assert sorted(hulls) == [3, 7]
    assert sorted(hulls[7].vertices) == [0, 1, 2, 3]
    assert hulls[3].volume == pytest.approx(4.0)


def test_ellipse_follows_mean_and_covariance(outils: ModuleType) -> None:
    """A cloud stretched 5 : 1 along 30 degrees around (4, -2)."""
    angle = np.radians(30)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = np.random.default_rng(2).normal(size=(20_000, 2)) * [5.0, 1.0] @ turn.T + [4.0, -2.0]
    ellipse = outils.meilleures_ellipses(points, np.zeros(len(points), dtype=int))[0]
    assert ellipse.centre == pytest.approx(points.mean(axis=0))
    assert ellipse.covariance == pytest.approx(np.cov(points.T, bias=True), abs=1e-4)
    assert ellipse.demi_axes == pytest.approx([10.0, 2.0], rel=0.03)
    assert ellipse.angle == pytest.approx(30.0, abs=1.0)


def test_ellipse_holds_about_86_percent_of_a_gaussian(outils: ModuleType) -> None:
    points = np.random.default_rng(3).normal(size=(20_000, 2)) * [3.0, 0.5]
    ellipse = outils.meilleures_ellipses(points, np.zeros(len(points), dtype=int))[0]
    away = points - ellipse.centre
    distance = np.einsum("ni,ij,nj->n", away, np.linalg.inv(ellipse.covariance), away)
    assert np.mean(distance <= 4) == pytest.approx(1 - np.exp(-2), abs=0.01)


@pytest.mark.parametrize(
    ("points", "labels", "complaint"),
    [
        (np.zeros((8, 3)), np.zeros(8, int), r"\(n, 2\)"),
        (np.zeros((8, 2)), np.zeros((8, 10), int), "argmax"),
        (np.zeros((8, 2)), np.zeros(7, int), "une classe par point"),
        (np.full((8, 2), np.nan), np.zeros(8, int), "NaN"),
    ],
)
def test_wrong_shapes_are_refused_with_a_reason(
    outils: ModuleType, points: NDArray[np.float64], labels: NDArray[np.int64], complaint: str
) -> None:
    for function in (outils.neighborhood_hit, outils.enveloppes_convexes, outils.meilleures_ellipses):
        with pytest.raises(ValueError, match=complaint):
            function(points, labels)


def test_plot_has_three_views_and_the_hit_in_a_title(outils: ModuleType, cloud) -> None:  # type: ignore[no-untyped-def]
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import patches

    points, labels = cloud
    figure = outils.visualiser(
        points, labels, outils.enveloppes_convexes(*cloud), outils.meilleures_ellipses(*cloud), 0.8765
    )
    left, middle, right = figure.axes
    assert sum(len(c.get_offsets()) for c in left.collections) == len(points)
    assert sum(isinstance(p, patches.Polygon) for p in middle.patches) == 3
    assert sum(isinstance(p, patches.Ellipse) for p in right.patches) == 3
    assert "0.876" in right.get_title() or "0.877" in right.get_title()


def test_missing_model_says_which_files_are_looked_for(
    outils: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("keras")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"exo2\.weights\.h5"):
        outils.charger_modele("exo2")


@pytest.mark.slow
@pytest.mark.parametrize("lost", [None, "petit.keras"])
def test_saved_model_predicts_the_same(
    outils: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str | None
) -> None:
    keras = pytest.importorskip("keras")
    monkeypatch.chdir(tmp_path)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3, activation="softmax")])
    images = np.random.default_rng(4).random((7, 5))
    outils.sauver_modele(model, "petit")
    if lost:
        Path(lost).unlink()
    again = outils.charger_modele("petit")
    assert again.predict(images, verbose=0) == pytest.approx(model.predict(images, verbose=0))
