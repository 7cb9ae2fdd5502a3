"""Entry point of an evaluation, called by name in a fork of a warm worker: measures, and writes JSON lines."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.evidence import write_all

# kind of measurement → (module, function); a function takes the settings and the folders and returns JSON.
KINDS = {
    "predict": ("grader.evaluator.predict", "predict"),
    "saved_model": ("grader.evaluator.saved", "compare_saved"),
    "handed_in": ("grader.evaluator.saved", "evaluate_saved"),
    "checkpoint": ("grader.evaluator.saved", "evaluate_saved"),
    "embedding": ("grader.evaluator.embedding", "measure_embedding"),
    "restarts": ("grader.evaluator.retry", "retry"),
    "svm": ("grader.evaluator.refit", "refit"),
}


def run(fields: Mapping[str, Any], events: int) -> int:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(fields["threads"])
    folder = Path(fields["folder"])
    datasets = {name: Path(path) for name, path in fields["datasets"].items()}
    for index, (kind, settings) in enumerate(fields["measurements"]):
        module, function = KINDS[kind]
        measure = getattr(importlib.import_module(module), function)
        result = measure(settings, folder, datasets)
        write_all(events, _line(index, result))
    return 0


def _line(index: int, result: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps({"index": index, "result": result}, allow_nan=False).encode() + b"\n"
    except ValueError:  # weights and points are the student's: they must not stop the evaluator
        return _line(index, {"refused": "weights that are not finite numbers"})
