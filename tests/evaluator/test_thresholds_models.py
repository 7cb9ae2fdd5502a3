"""How large a model may be, and how large each word of its description, from both sides. Nothing is allocated here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.evaluator.bounds import _cost_inside, check_bounds, count
from grader.evaluator.rebuild import model_config, rebuild
from grader.evaluator.xor_measurement import wrong_answers
from tests.evaluator.build import refused

Json = dict[str, Any]


def one(kind: str, **settings: Any) -> Json:
    """A layer as Keras writes it."""
    config = {"name": settings.pop("name", kind.lower()), **settings}
    return {"module": "keras.layers", "class_name": kind, "config": config, "registered_name": None}


def sequential(*layers: Json, name: str = "m") -> Json:
    return {"module": "keras", "class_name": "Sequential", "config": {"name": name, "layers": list(layers)}}


def entry(*shape: int) -> Json:
    return one("InputLayer", batch_shape=[None, *shape], dtype="float32")


# ── Sizes, worked out without allocating ────────────────────────────────────────────────────────


def bound_of(*layers: Json) -> str:
    """What the sizes of a chain of layers are refused for."""
    names = [layer["config"] | {"name": f"l{n}"} for n, layer in enumerate(layers)]
    clean = [layer | {"config": name, "inbound_nodes": []} for layer, name in zip(layers, names, strict=True)]
    return refused(lambda: check_bounds(sequential(*clean)))


def dense(units: int) -> Json:
    return one("Dense", units=units, use_bias=False)


def test_sixty_million_parameters_are_allowed_and_not_one_more() -> None:
    most = (entry(6000), dense(10_000))
    assert bound_of(*most) == ""
    assert bound_of(*most, one("Reshape", target_shape=[10_000, 1]), dense(1)) == "too many parameters"


@pytest.mark.parametrize(("values", "reason"), [(1 << 20, ""), ((1 << 20) + 1, "too many values in one layer")])
def test_a_layer_gives_a_million_values_at_most(values: int, reason: str) -> None:
    assert bound_of(entry(values), one("Flatten")) == reason


def test_half_a_billion_multiplications_are_allowed_and_not_one_more() -> None:
    """Places × weights, and each value that a layer gives: 2²⁹ = 64·1024·(8191 + 1), and one more is 177·3033169."""
    assert bound_of(entry(64, 8191), dense(1024)) == ""
    assert bound_of(entry(177, 3_033_167), dense(1), one("Flatten")) == "too much to compute"
    assert bound_of(entry(177, 3_033_166), dense(1), one("Flatten")) == ""


def test_a_window_of_a_pooling_counts_for_each_value() -> None:
    """512·512 values of 32 × 64 pixels each are 2²⁹."""
    pooled = one("MaxPooling2D", pool_size=[32, 64], strides=[1, 1], padding="same")
    assert bound_of(entry(512, 512, 1), pooled) == ""
    assert bound_of(entry(512, 513, 1), pooled) == "too much to compute"


@pytest.mark.parametrize(
    ("layers", "calls", "reason"),
    [
        (200, 1, ""),
        (201, 1, "too many layers"),
        (1, 1000, ""),
        (1, 1001, "too many layers"),
        (0, 0, ""),
        (100, 10, ""),
        (100, 11, "too many layers"),
    ],
)
def test_layers_and_their_calls_are_counted(
    layers: int, calls: int, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Allowed(Exception):
        pass

    def go_on(config: Json) -> None:
        raise Allowed

    monkeypatch.setattr("grader.evaluator.bounds.built_without_values", go_on)
    given = [{"config": {}, "inbound_nodes": [None] * calls}] * layers
    if reason:
        assert refused(lambda: check_bounds({"config": {"layers": given}})) == reason
    else:
        with pytest.raises(Allowed):
            check_bounds({"config": {"layers": given}})


def test_the_layers_of_a_model_inside_count_once_and_their_calls_for_each_of_its_own() -> None:
    def called(times: int, *layers: Json) -> Json:
        return {"config": {"layers": list(layers)} if layers else {}, "inbound_nodes": [None] * times}

    assert count({"layers": [called(0), called(2, called(3), called(0)), called(4)]}) == (4, 1 + 2 * (3 + 1) + 4)
    assert count({"layers": [called(0, called(3))]}) == (1, 3)
    assert count({"layers": []}) == (0, 0)


@pytest.mark.parametrize("left_open", ["a", "b", "ab"])
def test_one_input_that_stays_open_is_enough_to_know_no_bound(left_open: str) -> None:
    """A model inside of two inputs, called on what those left open do not fit."""
    inputs = [
        one("InputLayer", name=name, batch_shape=[None, None] if name in left_open else [None, 4]) for name in "ab"
    ]
    given = [(5, 6) if name in left_open else (4,) for name in "ab"]
    item = {"config": {"layers": inputs, "input_layers": [["a", 0, 0], ["b", 0, 0]]}}
    assert refused(lambda: _cost_inside(None, item, given)) == "a model inside, called on what its input does not tell"


@pytest.mark.parametrize(("size", "reason"), [(60_000_000, "not a layer"), (60_000_001, "too many parameters")])
def test_more_weights_than_a_model_may_have_are_not_looked_at(size: int, reason: str) -> None:
    weights = np.broadcast_to(np.float32(0), (size,))
    assert refused(lambda: rebuild("[]", [weights[:-1], weights[:1]])) == reason


# ── The description ─────────────────────────────────────────────────────────────────────────────


def described(*layers: Json, kind: str = "Sequential", **more: Any) -> str:
    given = sequential(*layers)
    return refused(lambda: model_config({**given, "class_name": kind, "config": {**given["config"], **more}}, 0))


GRAPH = {"kind": "Functional", "input_layers": ["x", 0, 0], "output_layers": ["y", 0, 0]}


@pytest.mark.parametrize(
    ("count", "graph", "reason"),
    [(80, {}, ""), (81, {}, "too many layers"), (200, GRAPH, ""), (201, GRAPH, "too many layers")],
)
def test_how_many_layers_a_model_names(count: int, graph: Json, reason: str) -> None:
    assert described(*[one("Flatten")] * count, **graph) == reason


@pytest.mark.parametrize(("depth", "reason"), [(4, ""), (5, "too many layers")])
def test_how_deep_models_stand_in_models(depth: int, reason: str) -> None:
    inner = sequential(one("Flatten"))
    for _ in range(depth - 1):
        inner = sequential(inner)
    assert described(inner) == reason


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("value", "is_allowed"), [(1 << 17, True), ((1 << 17) + 1, False), (131072.0, True), (131072.1, False)]
)
def test_how_large_a_setting_is(value: float, sign: int, is_allowed: bool) -> None:
    assert described(one("Rescaling", scale=sign * value)) == ("" if is_allowed else f"scale={sign * value}")


@pytest.mark.parametrize(("length", "is_allowed"), [(4096, True), (4097, False)])
def test_how_long_a_list_of_settings_is(length: int, is_allowed: bool) -> None:
    assert (described(one("Normalization", mean=[0.0] * length)) == "") is is_allowed


@pytest.mark.parametrize(("value", "is_allowed"), [([[[1]]], True), ([[[[1]]]], False)])
def test_how_deep_lists_of_settings_are(value: Any, is_allowed: bool) -> None:
    assert (described(one("Normalization", mean=value)) == "") is is_allowed


@pytest.mark.parametrize(("name", "is_allowed"), [("", False), ("n", True), ("n" * 120, True), ("n" * 121, False)])
def test_how_long_a_name_is(name: str, is_allowed: bool) -> None:
    assert (described(one("Flatten", name=name)) == "") is is_allowed


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ([None], ""),
        ([None, 1, 1, 1, 1, 1], ""),
        ([None, 1, 1, 1, 1, 1, 1], "an input shape"),
        ([], "an input shape"),
        ([None, -1], "an input shape"),
        ([1, 1], ""),
        ([None, 1 << 13, 1 << 13], ""),
        ([None, (1 << 26) + 1], "an input that large"),
        ([None, None, 4], ""),
    ],
)
def test_how_large_an_input_is(shape: list[int | None], reason: str) -> None:
    assert described(one("InputLayer", batch_shape=shape)) == reason


def tensor(history: list[Any], shape: list[Any] | None = None) -> Json:
    return {"class_name": "__keras_tensor__", "config": {"shape": shape or [None, 4], "keras_history": history}}


def call(*arguments: Any) -> Json:
    return {"args": list(arguments), "kwargs": {}}


T = tensor(["x", 0, 0])


@pytest.mark.parametrize(
    ("nodes", "is_allowed"),
    [
        ([call(T)] * 16, True),
        ([call(T)] * 17, False),
        ([call(*[T] * 4)], True),
        ([call(*[T] * 5)], False),
        ([call([T] * 32)], True),
        ([call([T] * 33)], False),
        ([call(tensor(["x", 1000, 0]))], True),
        ([call(tensor(["x", 1001, 0]))], False),
        ([call(tensor(["x", 0, 1001]))], False),
        ([call(tensor(["x", -1, 0]))], False),
        ([call(tensor(["x", 0]))], False),
        ([call(tensor(["x", 0, 0, 0]))], False),
        ([call(tensor(["x", 0, 0], [None, 1 << 26]))], True),
        ([call(tensor(["x", 0, 0], [None, (1 << 26) + 1]))], False),
        ([call(tensor(["x", 0, 0], [None, 0]))], True),
        ([call(tensor(["x", 0, 0], [None, -1]))], False),
    ],
)
def test_how_large_the_graph_of_a_model_is(nodes: list[Json], is_allowed: bool) -> None:
    layer = one("Flatten") | {"inbound_nodes": nodes}
    assert (described(layer, **GRAPH) == "") is is_allowed


@pytest.mark.parametrize(("count", "is_allowed"), [(16, True), (17, False)])
def test_how_many_ends_a_model_has(count: int, is_allowed: bool) -> None:
    assert (described(one("Flatten"), **{**GRAPH, "output_layers": [["y", 0, 0]] * count}) == "") is is_allowed


# ── Answers of an XOR net ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("half", [0.0, 0.5])
@pytest.mark.parametrize(
    ("yes", "no", "errors"),
    [
        (0.00011, 0.0, 0),
        (0.00009, 0.0, 2),  # a yes must be one by a ten-thousandth
        (-0.00011, 0.0, 2),
        (0.2, 0.0, 0),
        (0.2, 0.00001, 2),  # a no may lie at the half itself, and not beyond
        (0.2, -0.2, 0),
        (np.nan, 0.0, 2),
        (0.2, np.nan, 2),
    ],
)
def test_one_output_is_a_yes_above_the_half(half: float, yes: float, no: float, errors: int) -> None:
    assert wrong_answers(np.array([[half + v] for v in (no, yes, yes, no)]), half) == errors


@pytest.mark.parametrize(("first", "second", "errors"), [(0.4, 0.6, 2), (0.6, 0.4, 2), (0.5, 0.5, 4)])
def test_of_two_outputs_the_larger_one_is_the_answer(first: float, second: float, errors: int) -> None:
    assert wrong_answers(np.array([[first, second]] * 4), 0.5) == errors
    assert wrong_answers(np.array([[0.6, 0.4], [0.4, 0.6], [0.4, 0.6], [0.6, 0.4]]), 0.5) == 0
