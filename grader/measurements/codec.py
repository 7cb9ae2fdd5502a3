"""Requests and answers as JSON, for the way to the evaluator and back, and for keeping."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from grader.domain import Json
from grader.measurements.embedding import EmbeddingFigures, EmbeddingRequest
from grader.measurements.prediction import CheckpointRequest, HandedInRequest, Prediction, PredictRequest
from grader.measurements.refused import Refused
from grader.measurements.request import MeasurementRequest
from grader.measurements.restarts import RestartFigures, RestartRequest
from grader.measurements.saved_model import SavedDifference, SavedModelRequest
from grader.measurements.svm import SvmFigures, SvmRequest

if TYPE_CHECKING:
    from cattrs import Converter

RESULTS: dict[type[MeasurementRequest[object]], type] = {
    PredictRequest: Prediction,
    HandedInRequest: Prediction,
    CheckpointRequest: Prediction,
    SavedModelRequest: SavedDifference,
    EmbeddingRequest: EmbeddingFigures,
    SvmRequest: SvmFigures,
    RestartRequest: RestartFigures,
}
KINDS = {request.kind: request for request in RESULTS}
REFUSED = "refused"


def request_to_json(request: MeasurementRequest[object]) -> tuple[str, Json]:
    """Return the kind and the fields."""
    return request.kind, _converter().unstructure(request)


def request_from_json(kind: str, fields: Json) -> MeasurementRequest[object]:
    """Return the request. Raise `KeyError` for an unknown kind, and what `cattrs` raises for wrong fields."""
    return _converter().structure(fields, KINDS[kind])


def answer_to_json(answer: object) -> Json:
    """Return the fields of a result; of a `Refused`, under the key `refused`."""
    fields: Json = _converter().unstructure(answer)
    return {REFUSED: fields} if isinstance(answer, Refused) else fields


def answer_from_json(request: MeasurementRequest[object], value: Json) -> object:
    """Return the result of the request's own type, or a `Refused`. Raise as `request_from_json`."""
    if isinstance(value, dict) and value.keys() == {REFUSED}:
        return _converter().structure(value[REFUSED], Refused)
    return _converter().structure(value, RESULTS[type(request)])


@cache
def _converter() -> Converter:
    from cattrs.preconf.json import make_converter

    return make_converter(detailed_validation=False, forbid_extra_keys=True)
