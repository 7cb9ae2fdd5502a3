"""Entry point of an evaluation, called by name in a fork of a warm worker: measures, and writes JSON lines."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.domain import JobFields, Json
from grader.domain.job_fields import list_in, text_in
from grader.evaluator.inputs import Inputs
from grader.evidence import InvalidEvidence, write_all
from grader.measurements import MeasurementRequest, Refused, Unmeasurable, Why
from grader.measurements.codec import answer_to_json, request_from_json

# kind of measurement → (module, function); a function takes the request and the inputs, and returns its result.
KINDS = {
    "predict": ("grader.evaluator.predict", "predict"),
    "saved_model": ("grader.evaluator.saved", "compare_saved"),
    "handed_in": ("grader.evaluator.saved", "evaluate_handed_in"),
    "checkpoint": ("grader.evaluator.saved", "evaluate_checkpoint"),
    "embedding": ("grader.evaluator.embedding", "measure_embedding"),
    "restarts": ("grader.evaluator.xor_measurement", "retry"),
    "svm": ("grader.evaluator.refit", "refit"),
}


@dataclass(frozen=True, slots=True)
class EvaluationJob:
    """Hold what the grader asks for: requests by kind and fields, answered with what lies in `folder` and the prepared
    `datasets`, on so many `threads`."""

    folder: Path
    threads: int
    datasets: Mapping[str, Path]
    requests: tuple[tuple[str, Json], ...]

    @classmethod
    def from_fields(cls, fields: JobFields) -> EvaluationJob:
        """Return the job that these fields describe. Raise as `JobFields` does."""
        requests = ((text_in(kind), settings) for kind, settings in map(list_in, fields.items("requests")))
        datasets = {name: Path(path) for name, path in fields.table_of_texts("datasets").items()}
        return cls(fields.path("folder"), fields.whole("threads"), datasets, tuple(requests))


def run(fields: Mapping[str, Json], events: int) -> int:
    """Measure every request, write one JSON line for each to the file descriptor `events`, and return the exit code."""
    import tensorflow as tf

    job = EvaluationJob.from_fields(JobFields(fields))
    tf.config.threading.set_intra_op_parallelism_threads(job.threads)
    inputs = Inputs(job.folder, job.datasets)
    for index, (kind, settings) in enumerate(job.requests):
        write_all(events, _line(index, answer(request_from_json(kind, settings), inputs)))
    return 0


def answer(request: MeasurementRequest[object], inputs: Inputs) -> object:
    """Return the result, or a `Refused` where what was handed in cannot be measured."""
    module, function = KINDS[request.kind]
    try:
        return getattr(importlib.import_module(module), function)(request, inputs)
    except Unmeasurable as problem:
        return problem.refused
    except InvalidEvidence as problem:
        return Refused(Why.EVIDENCE, {"reason": str(problem)})


def _line(index: int, result: object) -> bytes:
    try:
        return json.dumps({"index": index, "answer": answer_to_json(result)}, allow_nan=False).encode() + b"\n"
    except ValueError:  # weights and points are the student's: they must not stop the evaluator
        return _line(index, Refused(Why.WEIGHTS_NOT_FINITE))
