"""What the evaluator is asked, and what it answers: one kind per file, shared by both sides.

A request is frozen, hashable, and declares the files that it needs; its answer is a frozen result, or a `Refused` with
one of a closed set of reasons.
"""

from __future__ import annotations

from grader.measurements.embedding import NEIGHBOURS, EmbeddingFigures, EmbeddingRequest, Outline
from grader.measurements.prediction import (
    CheckpointRequest,
    HandedInRequest,
    Mistake,
    Prediction,
    PredictRequest,
    RecognisedRows,
)
from grader.measurements.refused import Refused, Unmeasurable, Why
from grader.measurements.request import Files, MeasurementRequest, ModelInputs
from grader.measurements.restarts import RestartFigures, RestartRequest
from grader.measurements.saved_model import SavedDifference, SavedModelRequest
from grader.measurements.svm import SvmFigures, SvmRequest

__all__ = [
    "NEIGHBOURS",
    "CheckpointRequest",
    "EmbeddingFigures",
    "EmbeddingRequest",
    "Files",
    "HandedInRequest",
    "MeasurementRequest",
    "Mistake",
    "ModelInputs",
    "Outline",
    "PredictRequest",
    "Prediction",
    "RecognisedRows",
    "Refused",
    "RestartFigures",
    "RestartRequest",
    "SavedDifference",
    "SavedModelRequest",
    "SvmFigures",
    "SvmRequest",
    "Unmeasurable",
    "Why",
]
