"""The checks on t-SNE runs: bands of the neighbourhood hit, one's own value, order, faithfulness, outlines, sizes."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from grader.analysis import Analysis
from grader.checks import ellipses, hulls, latent, neighbourhood_hit, ordering, trustworthiness, tsne
from grader.checks.neighbourhood_hit import BANDS, band, explain_formula
from grader.domain import AxesInfo, FigureInfo, HullFit, LibraryCall, Printed, Snapshot
from grader.errors import BadSpecification
from tests.checks.build import PERCEPTRON, analysis, exercise, snapshot
from tests.checks.build import tsne as run_of
from tests.checks.thresholds import FULL, HALF, NOTHING, Verdict, answered, verdict

TWO = exercise(PERCEPTRON, PERCEPTRON)
NH = neighbourhood_hit.check(5)


def projected(*calls: LibraryCall, **more: Any) -> Analysis:
    return analysis(of=TWO, calls=calls or (run_of(),), **more)


def result(**figures: Any) -> dict[str, Any]:
    return {"source": "test", "finite": True, "trustworthiness": 0.97, "nh": 0.8, **figures}


# ── Bands ───────────────────────────────────────────────────────────────────────────────────────


def measured_at(count: int, source: str = "pixels") -> list[float]:
    values: list[float] = json.loads(BANDS.read_text())["measured"]["mnist"][source][str(count)]
    return values


@pytest.mark.parametrize("count", [1000, 2000, 5000])
def test_a_band_reaches_three_hundredths_beyond_what_was_measured(count: int) -> None:
    values = measured_at(count)
    assert band("pixels", count, "mnist") == pytest.approx((min(values) - 0.03, max(values) + 0.03))


def test_between_two_measured_numbers_of_points_the_band_follows_their_logarithm() -> None:
    count = round(math.sqrt(1000 * 2000))  # half-way
    low = (min(measured_at(1000)) + min(measured_at(2000))) / 2 - 0.03
    high = (max(measured_at(1000)) + max(measured_at(2000))) / 2 + 0.03
    assert band("pixels", count, "mnist") == pytest.approx((low, high), abs=1e-4)


def test_below_the_fewest_points_the_band_stays_as_it_is() -> None:
    assert band("pixels", 100, "mnist") == band("pixels", 1000, "mnist") == band("pixels", 999, "mnist")


def test_at_the_most_points_measured_the_band_has_a_top_and_beyond_it_none() -> None:
    top = max(measured_at(10_000)) + 0.03
    assert band("pixels", 9_999, "mnist")[1] == pytest.approx(top, abs=1e-4)
    assert band("pixels", 10_000, "mnist")[1] == pytest.approx(top)
    assert band("pixels", 10_001, "mnist")[1] == 1.0
    assert band("pixels", 10_001, "mnist")[0] == pytest.approx(min(measured_at(10_000)) - 0.03)


def test_a_band_never_leaves_the_shares() -> None:
    assert max(measured_at(10_000, "hidden1")) + 0.03 > 1
    assert band("hidden1", 10_000, "mnist")[1] == 1.0


@pytest.mark.parametrize(
    ("edge", "beyond", "expected"),
    [("low", 0, FULL), ("low", -1e-9, HALF), ("low", 1e-9, FULL), ("high", 0, FULL), ("high", 1e-9, HALF)],
)
def test_the_edges_belong_to_the_band(edge: str, beyond: float, expected: Verdict) -> None:
    value = band("pixels", 1000, "mnist")[edge == "high"] + beyond
    assert verdict(answered(NH, projected(values={"nh": value}), result(nh=value))) == expected


# ── One's own value ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("own", "expected"), [(0.0049, HALF), (0.005, HALF), (0.0051, NOTHING)])
def test_one_s_own_value_may_differ_by_five_thousandths(own: float, expected: Verdict) -> None:
    """Outside the band, where the value itself is worth half."""
    assert verdict(answered(NH, projected(values={"nh": own}), result(nh=0.0))) == expected


@pytest.mark.parametrize(
    ("wrong", "own", "is_known"),
    [
        (0.0, 0.0024, True),
        (0.0, 0.0025, True),
        (0.0, 0.0026, False),
        (1.0, 1.0026, False),
        (100.0, 100.25, True),  # a quarter of a hundredth of large ones
        (100.0, 100.26, False),
    ],
)
def test_a_known_mistake_is_recognised_by_what_it_gives(wrong: float, own: float, is_known: bool) -> None:
    about = projected(values={"nh": own})
    found = answered(NH, about, result(nh=0.5, formulas={"percent": wrong}))
    assert (found.hint == explain_formula("percent")) is is_known


@pytest.mark.parametrize(("lines", "is_seen"), [(399, True), (400, False)])
def test_the_last_400_lines_are_looked_at(lines: int, is_seen: bool) -> None:
    printed = Printed("\n".join(["nh 0.800", *["epoch"] * lines]))
    assert (verdict(answered(NH, projected(printed=printed), result(nh=0.8))) == FULL) is is_seen


@pytest.mark.parametrize(("lines", "is_seen"), [(59, True), (60, False)])
def test_60_lines_that_name_the_measure_are_read(lines: int, is_seen: bool) -> None:
    printed = Printed("\n".join([*["nh 0.1"] * lines, "nh 0.800"]))
    assert (verdict(answered(NH, projected(printed=printed), result(nh=0.8))) == FULL) is is_seen


@pytest.mark.parametrize(("numbers", "is_seen"), [(19, True), (20, False)])
def test_20_numbers_of_a_line_are_read(numbers: int, is_seen: bool) -> None:
    printed = Printed("nh " + "0.1 " * numbers + "0.800")
    assert (verdict(answered(NH, projected(printed=printed), result(nh=0.8))) == FULL) is is_seen


@pytest.mark.parametrize(("title", "is_seen"), [("NH = 80.4", True), ("NH = 80.6", False), ("NH = 0.804", True)])
def test_a_title_may_say_it_in_percent(title: str, is_seen: bool) -> None:
    figure = FigureInfo(1, "show", (AxesInfo(title, 0, "", 1, 1000),), None, None)
    assert (verdict(answered(NH, projected(figures=(figure,)), result(nh=0.8))) == FULL) is is_seen


def test_of_several_projections_of_one_kind_the_largest_counts_and_of_equal_ones_the_last() -> None:
    def own(*counts: int, values: tuple[float, float]) -> Verdict:
        about = projected(*(run_of(n, count) for n, count in enumerate(counts, start=1)), values={"nh": 0.8})
        return verdict(answered(NH, about, *(result(nh=value) for value in values)))

    assert own(1000, 1001, values=(0.7, 0.8)) == own(1001, 1000, values=(0.8, 0.7)) == FULL
    assert own(1000, 1000, values=(0.7, 0.8)) == FULL
    assert own(1000, 1000, values=(0.8, 0.7)) == NOTHING


def test_six_neighbours_are_asked_for() -> None:
    (request,) = NH.requests(projected())
    assert "k = 6" in NH.title.en and request.k == 6


def test_another_number_of_neighbours_is_measured_and_judged_by_bands_of_its_own() -> None:
    """Without bands nobody knows what is to be expected: they were measured for six."""
    three = neighbourhood_hit.check(5, k=3, bands={"pixels": (0.5, 0.6)})
    (request,) = three.requests(projected())
    assert request.k == 3 and "k = 3" in three.title.en
    assert [verdict(answered(three, projected(values={"nh": v}), result(nh=v))) for v in (0.49, 0.5, 0.6, 0.61)] == [
        HALF,
        FULL,
        FULL,
        HALF,
    ]
    wrong = answered(three, projected(values={"nh": 0.9}), result(nh=0.55))
    assert "3 nearest" in wrong.hint.en
    for bands in (None, {}, {"hidden0": (0.5, 0.6)}):
        with pytest.raises(BadSpecification, match="k = 3"):
            neighbourhood_hit.check(5, k=3, bands=bands)


# ── The other checks ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("pixels", "hidden", "expected"),
    [(0.0099, 0.0, HALF), (0.01, 0.0, NOTHING), (0.0101, 0.0, NOTHING), (0.9, 0.8901, HALF), (0.9, 0.8899, NOTHING)],
)
def test_the_order_allows_less_than_a_hundredth_of_luck(pixels: float, hidden: float, expected: Verdict) -> None:
    """Two of three projections: the right order is worth half."""
    results = (result(nh=pixels), result(source="hidden0", nh=hidden))
    assert verdict(answered(ordering.check(2), projected(run_of(1), run_of(2)), *results)) == expected


@pytest.mark.parametrize(("value", "expected"), [(0.8999, NOTHING), (0.9, FULL), (0.9001, FULL)])
def test_a_faithful_projection_has_nine_tenths(value: float, expected: Verdict) -> None:
    assert verdict(answered(trustworthiness.check(2), projected(), result(trustworthiness=value))) == expected


@pytest.mark.parametrize(("count", "expected"), [(999, HALF), (1000, FULL), (1001, FULL)])
def test_a_projection_of_a_thousand_images_is_enough(count: int, expected: Verdict) -> None:
    assert verdict(answered(tsne.check(3), projected(run_of(1, count)), result())) == expected


@pytest.mark.parametrize(("width", "expected"), [(99, NOTHING), (100, FULL), (101, NOTHING)])
def test_hidden_values_are_exactly_as_many_as_asked_for(width: int, expected: Verdict) -> None:
    call = replace(run_of(1), shape=(1000, width))
    found = answered(latent.check(4, models=1), projected(call), result(source="hidden0"))
    assert verdict(found) == expected


@pytest.mark.parametrize("module", [hulls, ellipses])
@pytest.mark.parametrize(("right", "share"), [(0, 0.0), (1, 0.1), (9, 0.9), (10, 1.0), (11, 1.0)])
def test_ten_classes_have_ten_outlines(module: Any, right: int, share: float) -> None:
    check = module.check(4)
    found = answered(check, projected(), result(**{check.id: list(range(right)), f"{check.id}_made": 12}))
    assert found.share == share


def test_the_last_runs_are_measured_and_the_first_outlines() -> None:
    runs = tuple(run_of(n) for n in range(1, 8))
    outlines = tuple(HullFit(100 + n, f"call-{100 + n}.npz") for n in range(61))
    needs = projected(*runs, *outlines).embedding_requests()
    assert [need.arrays for need in needs] == [f"call-{n}.npz" for n in range(2, 8)]
    assert needs[0].hulls == tuple(f"call-{100 + n}.npz" for n in range(60))


@pytest.mark.parametrize(
    ("snapshots", "named"),
    [
        ((snapshot(id=4),), 4),
        ((snapshot(id=4, weights=None),), None),
        ((snapshot(id=4, architecture=None),), None),
        ((), None),
    ],
)
def test_a_network_may_have_given_what_was_projected_where_it_can_be_rebuilt(
    snapshots: tuple[Snapshot, ...], named: int | None
) -> None:
    (need,) = analysis(snapshots=snapshots, calls=(run_of(),)).embedding_requests()
    assert need.networks == (() if named is None else ((0, named),))
