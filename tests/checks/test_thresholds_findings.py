"""What `figure`, `training`, `shapes` and the projections say at each of the conditions between their sentences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.checks import (
    figure,
    latent,
    neighbourhood_hit,
    ordering,
    shapes,
    shared_encoder,
    training,
    tsne,
)
from grader.domain import ArrayInfo, AxesInfo, Finding, Mode, Printed, Status
from tests.checks.build import TEST, TRAIN, analysis, seen, snapshot, spoken
from tests.checks.build import training as trained
from tests.checks.build import tsne as run_of
from tests.checks.test_shared_encoder import autoencoder, classifier, of
from tests.checks.test_thresholds_embeddings import projected, result
from tests.checks.test_thresholds_files import GRID, drawn
from tests.checks.thresholds import FULL, HALF, NOTHING, Verdict, answered, verdict

# ── Figures ─────────────────────────────────────────────────────────────────────────────────────


def grid(folder: Path, *images: np.ndarray, axes: tuple[AxesInfo, ...] = (), **more: Any) -> Finding:
    given = drawn(folder, *images)
    one = given.evidence.figures[0]
    figures = (replace(one, axes=(*one.axes, *axes)),)
    return spoken(GRID.judge(replace(given, evidence=replace(given.evidence, figures=figures), **more)))


def test_without_the_dataset_no_image_is_known(tmp_path: Path) -> None:
    found = grid(tmp_path, TRAIN[:12], rows=None)
    assert verdict(found) == NOTHING and "do not show" not in found.hint.en and "imshow" in found.hint.en
    assert "does not show the training images" in found.message.en


def test_more_images_than_there_are_is_too_many(tmp_path: Path) -> None:
    assert verdict(grid(tmp_path, np.concatenate([TRAIN, TEST[:1]]))) == HALF


def test_axes_without_an_image_have_no_look(tmp_path: Path) -> None:
    bar = AxesInfo("", 0, "viridis", 0, 0, (9, 9), 3)
    assert verdict(grid(tmp_path, TRAIN[:12], axes=(bar,))) == FULL
    assert verdict(grid(tmp_path, TRAIN[:12, :, :, None])) == FULL
    assert verdict(grid(tmp_path, TRAIN[:12, :27])) == NOTHING


@pytest.mark.parametrize(("points", "lines"), [((999,), (0, 1)), ((500, 400), (0, 0))])
def test_points_of_one_figure_are_added_and_lines_of_any_are_seen(points: Any, lines: Any) -> None:
    axes = tuple(AxesInfo("", 0, "", n, m) for m, n in zip((*points, 0), lines, strict=False))
    given = drawn(Path())
    shown = replace(given, evidence=replace(given.evidence, figures=(figure.FigureInfo(1, "show", axes, None, None),)))  # type: ignore[arg-type]
    found = spoken(figure.scatter(2, 1000).judge(shown))
    assert found.measured.en == f"{sum(points)} points" and (found.hint.en == "plt.scatter") is any(lines)


# ── Trainings and shapes ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "epochs"),
    [
        ({"steps": 64, "batch_size": None, "data": None}, 64),  # a batch is all that is known
        ({"steps": 64, "batch_size": 8, "data": None}, 64),
        ({"steps": 7, "batch_size": 8, "data": trained().data}, 7),
        ({"steps": 30, "batch_size": 3}, 30),
    ],
)
def test_a_loop_over_rows_that_nobody_knows_counts_its_steps(changes: dict[str, Any], epochs: int) -> None:
    loop = trained(how="train_on_batch", epochs_run=0, **changes)
    found = training.check(3, epochs=1).judge(analysis(trainings=(loop,)))
    assert found.measured.en.endswith(f"{epochs} epochs")


ONE = shapes.check(2, ((62, 62), (30,), (6,)))


@pytest.mark.parametrize(
    ("outputs", "layer"),
    [
        (((62, 62), (30,), (6,)), None),
        (((62, 62), (30,)), 3),
        (((62, 62), (30,), (6,), (6,)), 4),
        (((62, 62), (31,), (6,)), 2),
        ((None, (30,), (6,)), 1),
        ((), 1),
    ],
)
def test_the_first_layer_whose_shape_differs_is_told(outputs: Any, layer: int | None) -> None:
    layers = tuple(seen("Dense", 1, output_shape=shape) for shape in outputs)
    found = spoken(ONE.judge(analysis(snapshots=(snapshot((*layers, seen("Dropout"))),))))
    assert (found.status is Status.PASSED) is (layer is None)
    assert layer is None or f"from layer {layer} on" in found.message.en
    assert found.measured.en == " → ".join("×".join(map(str, s or ())) or "?" for s in outputs)


DATA = shapes.data(2, ((60000, 784), (10000, 784)))
PRINTED = Printed("(60000, 784) (10000, 784) 0 1")


@pytest.mark.parametrize(
    ("arrays", "expected", "measured"),
    [
        ((), FULL, ""),
        ((((60000, 784), 0, 1),), FULL, "pixels from 0 to 1"),
        ((((60000, 784), 0, 255),), HALF, "pixels from 0 to 255"),
        ((((60000, 784), -1, 1),), HALF, "pixels from -1 to 1"),
        ((((60000, 784), 0, 1), ((60000, 784), 0, 255)), HALF, "pixels from 0 to 1"),
        ((((10000, 784), 0, 255),), FULL, ""),  # the first shape names the pixels
    ],
)
def test_what_was_printed_of_the_range_is_held_against_the_array(arrays: Any, expected: Verdict, measured: str) -> None:
    calls = tuple(ArrayInfo(n, None, *one) for n, one in enumerate(arrays, start=1))
    found = spoken(DATA.judge(analysis(printed=PRINTED, calls=calls)))
    assert (verdict(found), found.measured.en) == (expected, measured)


def test_shapes_of_data_that_were_never_run() -> None:
    assert spoken(DATA.judge(analysis(mode=Mode.STATIC, printed=PRINTED))).status is Status.SKIPPED
    assert spoken(DATA.judge(analysis(outcome=None, printed=PRINTED))).status is Status.FAILED


def test_how_many_parameters_are_shared() -> None:
    """A layer without parameters is none that could be shared, and a head of unknown width is no other head."""
    one, two = autoencoder(), classifier()
    flat = replace(two.layers[0], settings={"identity": one.layers[0].settings["identity"]})
    found = spoken(shared_encoder.check(2).judge(of(one, replace(two, layers=(flat, *two.layers[1:])))))
    assert verdict(found) == FULL and found.measured.en.startswith("15,700 of")
    apart = classifier(200)
    flat = replace(apart.layers[0], settings={"identity": one.layers[0].settings["identity"]})
    found = spoken(shared_encoder.check(2).judge(of(one, replace(apart, layers=(flat, *apart.layers[1:])))))
    assert verdict(found) == NOTHING and found.measured.en.startswith("0 of")
    convolution = replace(two.layers[1], settings={"identity": 100})
    layers = (two.layers[0], convolution, replace(two.layers[2], parameters=9))
    assert verdict(spoken(shared_encoder.check(2).judge(of(one, replace(two, layers=layers))))) == FULL


# ── Projections ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("results", "told"),
    [
        ((result(nh=0.8), result(source="hidden0", nh=None)), "At least two"),
        ((result(nh=0.8),), "At least two"),
        ((result(source="", nh=0.8),), "not images of the dataset"),
        ((result(nh=0.8), result(source="hidden0", nh=0.9)), "one projection is missing"),
        ((result(source="hidden0", nh=0.8), result(source="hidden1", nh=0.9)), "one projection is missing"),
        ((result(nh=0.8), result(source="hidden0", nh=0.9), result(source="hidden1", nh=0.95)), "come apart"),
        ((result(nh=0.8), result(source="hidden0", nh=0.9), result(source="hidden1", nh=0.5)), "not the expected"),
    ],
)
def test_two_hits_at_least_make_an_order(results: Any, told: str) -> None:
    calls = tuple(run_of(n) for n, _ in enumerate(results, start=1))
    found = answered(ordering.check(2), projected(*calls), *results)
    assert told in found.message.en or told in found.hint.en


def test_hidden_values_are_told_by_the_model_that_misses_them() -> None:
    first, second = (replace(run_of(n), shape=(1000, 100)) for n in (1, 2))
    flat = replace(first, shape=(1000, 10, 10))
    sources = (result(source="hidden0"), result(source="hidden1"))
    assert verdict(answered(latent.check(4), projected(first, second), *sources)) == FULL
    found = answered(latent.check(4), projected(flat, second), *sources)
    assert verdict(found) == HALF and "hidden values of MLP." in found.message.en
    found = answered(latent.check(4), projected(first, second), *sources[::-1])
    assert verdict(found) == FULL


@pytest.mark.parametrize(("points", "expected"), [((1000, 2), FULL), ((1000, 3), NOTHING), ((1000,), NOTHING)])
def test_the_points_of_a_projection_lie_in_the_plane(points: Any, expected: Verdict) -> None:
    call = replace(run_of(1, 1000), points=points)
    assert verdict(answered(tsne.check(3), projected(call), result())) == expected
    assert verdict(answered(tsne.check(3), projected(call), result(finite=False))) == NOTHING
    assert verdict(answered(tsne.check(3), projected(replace(call, verbose=0)), result())) == expected


TWO_SOURCES = neighbourhood_hit.check(
    5, sources=("pixels", "hidden0"), bands={"pixels": (0.5, 0.6), "hidden0": (0.7, 0.9)}
)


@pytest.mark.parametrize(
    ("hits", "own", "share"),
    [
        ((0.55, 0.8), {"nh_brut": 0.55, "nh_mlp": 0.8}, 1.0),
        ((0.55, 0.8), {"nh": 0.55, "nh_mlp": 0.8}, 1.0),
        ((0.55, 0.8), {"nh_brut": 0.55}, 0.75),
        ((0.55, 0.95), {"nh_brut": 0.55}, 0.5),
        ((0.45, 0.95), {"nh_brut": 0.45}, 0.25),
        ((0.45, 0.95), {}, 0.0),
        ((0.55, None), {"nh_brut": 0.55}, 0.5),
    ],
)
def test_each_projection_is_worth_its_share_of_the_hits(hits: Any, own: Any, share: float) -> None:
    results = (result(nh=hits[0]), result(source="hidden0", nh=hits[1]))
    found = answered(TWO_SOURCES, projected(run_of(1), run_of(2), values=own), *results)
    assert found.share == share
    assert (found.status is Status.PARTIAL) is (0 < share < 1)


def test_the_hint_for_a_value_that_was_not_found_names_its_variable() -> None:
    found = answered(neighbourhood_hit.check(5), projected(), result(nh=0.8))
    assert "`nh`" in found.hint.en and neighbourhood_hit.explain_formula("k10").en.startswith(
        "This is the value for k = 10"
    )
    assert "ask for 7" in neighbourhood_hit.explain_formula("self_counted").en
    assert "ask for 4" in neighbourhood_hit.explain_formula("self_counted", 3).en
    about_ = projected(values={"nh": 0.3}, stand_in=True)
    assert neighbourhood_hit.data_kind(about_) == "stand-in" and neighbourhood_hit.data_kind(projected()) == "mnist"
