"""Requests and answers go to the evaluator and back, and are kept, as JSON: nothing is lost or changed on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from grader.measurements import (
    CheckpointRequest,
    EmbeddingFigures,
    EmbeddingRequest,
    HandedInRequest,
    Mistake,
    ModelInputs,
    Outline,
    Prediction,
    PredictRequest,
    RecognisedRows,
    Refused,
    RestartFigures,
    RestartRequest,
    SavedDifference,
    SavedModelRequest,
    SvmFigures,
    SvmRequest,
    Why,
)
from grader.measurements.codec import (
    KINDS,
    RESULTS,
    answer_from_json,
    answer_to_json,
    request_from_json,
    request_to_json,
)

SCALED = ModelInputs("mnist", 1 / 127.5, -1.0, "rows-1.npz", ("call-2.npz", "call-1.npz"))
PREDICTED = Prediction(0.9, 0.91, ((5, 1), (0, 6)), (Mistake(3, 0, 1),), 7850, RecognisedRows(40, 2, 1))
LAYER = Refused(Why.LAYER, {"name": "Lambda"})
PAIRS: list[tuple[Any, Any]] = [
    (PredictRequest(3, SCALED), PREDICTED),
    (HandedInRequest("a/b.keras", 3, ModelInputs("mnist")), PREDICTED),
    (CheckpointRequest("b.h5", 4, SCALED), PREDICTED),
    (SavedModelRequest("c.keras", 5, ModelInputs("signs", 1.0)), SavedDifference(1e-7)),
    (
        EmbeddingRequest("mnist", "call-1.npz", ("call-2.npz",), (), ((0, 3), (1, 8)), k=3),
        EmbeddingFigures(
            True, "hidden1", 990, 0.9, {"k5": 0.8}, 0.97, (1, 2), 10, (3,), 4,
            (Outline(1, ((0.0, 1.0), (2.0, 3.0)), (0.5, 0.5), ((1.0, 0.0), (0.0, 1.0))),), ((0.5, -1.0),), (7,),
        ),
    ),
    (SvmRequest("call-1.npz", 300, 1000, "scale", None, SCALED, ((0, 1),)), SvmFigures((0, 2), 300, "train", 1.0, 0.0, None)),
    (RestartRequest(1, 2000, "mse", None, 0.05, 100, 32, -1.0, 1.0), RestartFigures(2, None, True, 0.125, 2000, "")),
    (RestartRequest(1, 2000, None, "Adam", None, 100, 32), RestartFigures(None, LAYER, untried="layer")),
]  # fmt: skip


def carried(value: object) -> Any:
    return json.loads(json.dumps(value, allow_nan=False))


@pytest.mark.parametrize(("request_", "answer"), PAIRS, ids=lambda one: type(one).__name__)
def test_a_request_and_its_answer_come_back_as_they_were(request_: Any, answer: Any) -> None:
    again = request_from_json(*carried(request_to_json(request_)))
    assert again == request_ and hash(again) == hash(request_) and type(again) is type(request_)
    assert answer_from_json(again, carried(answer_to_json(answer))) == answer


@pytest.mark.parametrize("request_", [pair[0] for pair in PAIRS], ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("refused", [Refused(Why.TIME), LAYER, Refused(Why.OUTPUT_COUNT, {"got": 9, "want": 10})])
def test_a_refusal_comes_back_whatever_was_asked(request_: Any, refused: Refused) -> None:
    assert answer_from_json(request_, carried(answer_to_json(refused))) == refused


def test_every_kind_has_an_answer_and_a_pair_here() -> None:
    assert {type(request) for request, _ in PAIRS} == RESULTS.keys() == set(KINDS.values())
    assert all(type(answer) is RESULTS[type(request)] for request, answer in PAIRS)


def test_what_a_request_needs_is_what_it_names() -> None:
    needed = {type(request).__name__: request.files() for request, _ in PAIRS[:6]}
    assert needed["PredictRequest"].snapshots == (3,)
    assert needed["PredictRequest"].arrays == ("call-2.npz", "call-1.npz", "rows-1.npz")
    assert (needed["HandedInRequest"].handed_in, needed["HandedInRequest"].left) == (("a/b.keras",), ())
    assert (needed["CheckpointRequest"].handed_in, needed["CheckpointRequest"].left) == ((), ("b.h5",))
    assert needed["SavedModelRequest"].left == ("c.keras",)
    assert needed["EmbeddingRequest"].arrays == ("call-1.npz", "call-2.npz")
    assert needed["EmbeddingRequest"].snapshots == (3, 8)
    assert (needed["SvmRequest"].arrays, needed["SvmRequest"].snapshots) == (("call-1.npz",), (1,))


@pytest.mark.parametrize(
    ("why", "lasting"), [(Why.MEMORY, False), (Why.TIME, False), (Why.LAYER, True), (Why.FILE, True)]
)
def test_only_what_a_limit_prevented_is_asked_again(why: Why, lasting: bool) -> None:
    assert Refused(why).lasting is lasting


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("nobody", {}),
        ("predict", {}),
        ("predict", {"snapshot": 3, "inputs": {"dataset": "mnist"}, "more": 1}),
        ("predict", {"snapshot": "three", "inputs": {"dataset": "mnist"}}),
        ("predict", None),
    ],
)
def test_what_is_no_request_raises(kind: str, fields: Any) -> None:
    with pytest.raises(Exception, match=r".*"):
        request_from_json(kind, fields)
