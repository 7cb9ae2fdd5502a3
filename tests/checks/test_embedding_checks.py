"""The checks on t-SNE runs, from what the evaluator measured of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from grader.analysis import Analysis
from grader.checks import ellipses, hulls, latent, neighbourhood_hit, ordering, trustworthiness, tsne
from grader.domain import AxesInfo, FigureInfo, Mode, Printed, Reading, Status
from tests.checks.build import PERCEPTRON, analysis, exercise, failure
from tests.checks.build import tsne as run_of
from tests.checks.thresholds import answered

ALL = tuple(m.check(2) for m in (tsne, hulls, ellipses, latent, neighbourhood_hit, ordering, trustworthiness))
RIGHT = {"source": "test", "finite": True, "trustworthiness": 0.97, "nh": 0.8}
TWO = exercise(PERCEPTRON, PERCEPTRON)


def projected(*calls: Any, **more: Any) -> Analysis:
    return analysis(of=more.pop("of", TWO), calls=calls or (run_of(),), **more)


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.id)
def test_without_a_projection_the_reason_is_told(check: Any) -> None:
    nothing = analysis(of=TWO)
    assert "No t-SNE" in answered(check, nothing).message.en
    assert answered(check, replace(nothing, mode=Mode.STATIC)).status is Status.SKIPPED
    unreadable = replace(nothing, reading=Reading("x = =", failure=failure("SyntaxError")))
    assert "could not start" in answered(check, unreadable).message.en


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.id)
def test_a_projection_of_something_else_fails(check: Any) -> None:
    found = answered(check, projected(), {**RIGHT, "source": ""})
    assert found.status is Status.FAILED


# ── tsne ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("call", "result", "share", "told"),
    [
        ({}, {}, 1, "asked for"),
        ({"perplexity": 5}, {}, 0.5, "perplexity is 5"),
        ({"init": "random"}, {}, 0.5, "init is random"),
        ({"verbose": 0}, {}, 0.5, "verbose is 0"),
        ({"count": 500}, {}, 0.5, "only 500"),
        ({}, {"source": "train"}, 0.5, "training images"),
        ({}, {"finite": False}, 0, "not finite"),
        ({"n_components": 3}, {}, 0.5, "n_components is 3"),
    ],
)
def test_the_settings_of_the_run_are_compared(
    call: dict[str, Any], result: dict[str, Any], share: float, told: str
) -> None:
    found = answered(tsne.check(3, verbose=2), projected(run_of(**call)), {**RIGHT, **result})
    assert found.share == share and told in found.message.en


def test_the_largest_run_is_answered() -> None:
    calls = (run_of(1, 2000), run_of(2, 300, perplexity=5))
    assert answered(tsne.check(3), projected(*calls), RIGHT, RIGHT).share == 1


# ── hulls and ellipses ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("module", [hulls, ellipses])
@pytest.mark.parametrize(
    ("right", "made", "share"),
    [(list(range(10)), 10, 1), (list(range(7)), 10, 0.7), ([], 10, 0), ([], 0, 0), ([], 0, 0)],
)
def test_outlines_earn_by_the_class(module: Any, right: Any, made: int, share: float) -> None:
    check = module.check(4)
    found = answered(check, projected(), {**RIGHT, check.id: right, f"{check.id}_made": made})
    assert found.share == pytest.approx(share)
    assert ("None was computed" in found.message.en) is (made == 0)


# ── trustworthiness ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "status"), [(0.97, Status.PASSED), (0.9, Status.PASSED), (0.89, Status.FAILED), (0.5, Status.FAILED)]
)
def test_invented_points_earn_nothing(value: float, status: Status) -> None:
    assert answered(trustworthiness.check(2), projected(), {**RIGHT, "trustworthiness": value}).status is status


# ── latent and ordering ─────────────────────────────────────────────────────────────────────────


def hidden(number: int, width: int = 100) -> Any:
    call = run_of(number)
    return replace(call, shape=(1000, width))


def test_hidden_values_of_both_networks_pass() -> None:
    about = projected(hidden(1), hidden(2))
    assert answered(latent.check(4), about, {**RIGHT, "source": "hidden0"}, {**RIGHT, "source": "hidden1"}).share == 1


def test_one_network_of_two_earns_half() -> None:
    found = answered(latent.check(4), projected(hidden(1), run_of(2)), {**RIGHT, "source": "hidden0"}, RIGHT)
    assert (found.status, found.share) == (Status.PARTIAL, 0.5)


def test_values_of_another_layer_do_not_count() -> None:
    found = answered(latent.check(4), projected(hidden(1, 10)), {**RIGHT, "source": "hidden0"})
    assert found.status is Status.FAILED


@pytest.mark.parametrize(
    ("values", "share"),
    [
        ((0.80, 0.90, 0.98), 1),
        ((0.90, 0.895, 0.98), 1),
        ((0.95, 0.90, 0.98), 0),
        ((0.80, 0.99, 0.90), 0),
        ((0.80, 0.90), 0.5),
        ((0.9, 0.8), 0),
        ((0.8,), 0),
    ],
)
def test_the_hits_must_grow_from_layer_to_layer(values: tuple[float, ...], share: float) -> None:
    sources = ("test", "hidden0", "hidden1")
    results = [{**RIGHT, "source": s, "nh": v} for s, v in zip(sources, values, strict=False)]
    about = projected(*(run_of(n) for n in range(1, len(values) + 1)))
    assert answered(ordering.check(2), about, *results).share == share


# ── neighbourhood hit ───────────────────────────────────────────────────────────────────────────

NH = neighbourhood_hit.check(5)


def in_band() -> float:
    low, high = neighbourhood_hit.band("pixels", 1000, "mnist")
    return (low + high) / 2


def with_value(**more: Any) -> Analysis:
    return projected(**more)


def titled(title: str) -> FigureInfo:
    return FigureInfo(
        1, "show", (AxesInfo(title, 0, "tab10", 1, 1000), AxesInfo("Convex Hulls", 0, "", 10, 0)), None, None
    )


def test_a_value_in_the_band_that_is_ones_own_passes() -> None:
    value = in_band()
    for own in (
        {"values": {"nh": value + 0.004}},
        {"printed": Printed(f"NH = {value:.3f}\n")},
        {"printed": Printed(f"hit : {value:.4f}".replace(".", ","))},
        {"figures": (titled(f"2D t-SNE - NH={100 * value}"),)},
    ):
        assert answered(NH, with_value(**own), {**RIGHT, "nh": value}).share == 1


def test_a_value_that_is_not_told_earns_half() -> None:
    found = answered(NH, with_value(), {**RIGHT, "nh": in_band()})
    assert found.share == 0.5 and "`nh`" in found.hint.en


def test_a_value_outside_the_band_earns_half_if_it_was_computed_right() -> None:
    found = answered(NH, with_value(values={"nh": 0.3}), {**RIGHT, "nh": 0.3})
    assert found.share == 0.5 and "outside" in found.message.en


@pytest.mark.parametrize(
    "name",
    [
        "division_in_if",
        "division_in_loop",
        "self_counted",
        "self_added",
        "self_added_divided",
        "percent",
        "not_divided",
        "k10",
    ],
)
def test_a_known_mistake_in_the_formula_is_recognised(name: str) -> None:
    found = answered(
        NH, with_value(values={"nh": 0.123}), {**RIGHT, "nh": in_band(), "formulas": {name: 0.123, "other": 5.0}}
    )
    assert found.share == 0.5
    assert found.hint == neighbourhood_hit.explain_formula(name)


def test_an_unknown_mistake_is_answered_with_the_definition() -> None:
    found = answered(NH, with_value(values={"nh": 0.111}), {**RIGHT, "nh": in_band(), "formulas": {"percent": 80.0}})
    assert found.share == 0.5 and "definition" in found.hint.en


def test_a_value_outside_the_band_and_miscomputed_fails() -> None:
    assert answered(NH, with_value(values={"nh": 0.9}), {**RIGHT, "nh": 0.3}).status is Status.FAILED


def test_values_that_are_no_numbers_are_of_no_account() -> None:
    about = with_value(values={"nh": float("nan")}, printed=Printed("nh " + "9" * 400 + ".0\nvoisins: 1.5e-9999"))
    assert answered(NH, about, {**RIGHT, "nh": in_band(), "formulas": {}}).share == 0.5


def test_the_band_widens_with_no_gap_between_the_measured_numbers_of_points() -> None:
    previous = None
    for count in (100, 1000, 1200, 1500, 1999, 2000, 10_000, 60_000):
        low, high = neighbourhood_hit.band("pixels", count, "mnist")
        assert 0 <= low < high <= 1
        if previous is not None:
            assert abs(low - previous[0]) < 0.15
        previous = (low, high)


def test_beyond_the_measured_numbers_of_points_nothing_is_too_high() -> None:
    sizes = [int(n) for n in json.loads(neighbourhood_hit.BANDS.read_text())["measured"]["mnist"]["pixels"]]
    assert neighbourhood_hit.band("pixels", max(sizes) + 1, "mnist")[1] == 1.0
    assert neighbourhood_hit.band("pixels", min(sizes), "mnist")[1] < 1.0


@pytest.mark.parametrize("data", ["mnist", "stand-in"])
@pytest.mark.parametrize("source", ["pixels", "hidden0", "hidden1"])
def test_every_kind_of_data_has_bands_over_five_seeds(data: str, source: str) -> None:
    table = json.loads(neighbourhood_hit.BANDS.read_text())["measured"][data][source]
    assert {"1000", "2000"} <= table.keys()
    assert all(len(table[size]) >= 5 for size in ("1000", "2000"))
