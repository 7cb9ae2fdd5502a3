"""An analysis made by hand, as small as a check can judge them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from grader.analysis import Analysis
from grader.domain import (
    CompileInfo,
    DataInfo,
    Evidence,
    Exercise,
    Failure,
    Finding,
    Frame,
    LayerInfo,
    LayerSpec,
    Mode,
    ModelSpec,
    Outcome,
    Reading,
    RowIndex,
    Snapshot,
    StoredArray,
    Text,
    Training,
    TsneRun,
    layer,
)
from grader.evidence import InvalidEvidence, directory
from grader.fingerprints import fingerprints
from grader.measurements import Prediction, RecognisedRows, Refused, RestartRequest, SvmFigures
from grader.measurements.codec import RESULTS

REGRESSION = ModelSpec("regression", (layer("Dense", units=10, activation="softmax"),), (7850,))
PERCEPTRON = ModelSpec(
    "MLP", (layer("Dense", units=100, activation="sigmoid"), layer("Dense", units=10, activation="softmax")), (79510,)
)
ENDED = Outcome("ok", seconds=3.0, exit=0)


def exercise(*models: ModelSpec, **settings: Any) -> Exercise:
    return Exercise("exo1", Text("Titre", "Title"), "mnist", (), models or (REGRESSION,), **settings)


def seen(kind: str, parameters: int = 0, **settings: Any) -> LayerInfo:
    shape = settings.pop("output_shape", None)
    settings.setdefault("activation", "linear") if kind in ("Dense", "Conv2D") else None
    return LayerInfo(kind, kind.lower(), settings, shape, parameters)


RIGHT = (seen("Dense", 7850, units=10, activation="softmax"),)


def snapshot(layers: tuple[LayerInfo, ...] = RIGHT, **changes: Any) -> Snapshot:
    parameters = sum(one.parameters for one in layers)
    plain = Snapshot(1, 1, "m", "fit", "{}", layers, parameters, (None, 784), (None, 10), "weights-1.npz", 20)
    return replace(plain, **changes)


def training(**changes: Any) -> Training:
    compiled = CompileInfo(1, "categorical_crossentropy", "SGD", 0.5)
    history = {"loss": (1.0, 0.8, 0.6, 0.5, 0.45, 0.4, 0.38, 0.36, 0.35, 0.34)}
    plain = Training(1, 1, "fit", 10, 10, 300, 2000, False, True, history, None, compiled)
    return replace(plain, **changes)


def data(**changes: Any) -> DataInfo:
    return replace(DataInfo(60000, (784,), "float32", 0.0, 1.0, (10,), None), **changes)


def failure(kind: str = "NameError", message: str = "name 'x' is not defined", cell: int | None = None) -> Failure:
    return Failure(kind, message, (Frame("exo1.py", 12, "main", "x + 1"),), cell)


def analysis(
    *,
    snapshots: tuple[Snapshot, ...] | None = None,
    trainings: tuple[Training, ...] | None = None,
    of: Exercise | None = None,
    **more: Any,
) -> Analysis:
    """A run that went well: one model as asked for, trained as asked for. Fields of Analysis and Evidence change it."""
    evidence_fields = {k: more.pop(k) for k in list(more) if k in Evidence.__dataclass_fields__}
    evidence = Evidence(
        snapshots=(snapshot(),) if snapshots is None else snapshots,
        trainings=(training(),) if trainings is None else trainings,
        **{"finished": True, "arrays": _directories(evidence_fields.get("folder")), **evidence_fields},
    )
    known = {"mode": Mode.FULL, "reading": Reading("x = 1"), "outcome": ENDED, **more}
    return Analysis(of or exercise(), evidence=evidence, **known)


def _directories(folder: Path | None) -> dict[str, tuple[StoredArray, ...]]:
    """As they are found in the sandbox: of the files of plain arrays."""
    found = {}
    for path in folder.glob("*.npz") if folder else ():
        with suppress(InvalidEvidence):
            found[path.name] = directory(folder, path.name)
    return found


def measured(about: Analysis, requests: tuple[Any, ...], *results: Mapping[str, Any]) -> Analysis:
    """The analysis with the evaluator's answers to the requests, in order; one answer serves for all."""
    answers = list(results) * len(requests) if len(results) == 1 else list(results)
    return about.with_answers({r: answer(r, fields) for r, fields in zip(requests, answers, strict=True)})


UNNAMED = {
    Prediction: {"train_accuracy": 0.0, "confusion": (), "wrong": (), "parameters": 0},
    SvmFigures: {"models": (), "rows": 0},
}


def _rows(value: Any) -> Any:
    return RecognisedRows(**value) if isinstance(value, dict) else value


def answer(request: Any, fields: Mapping[str, Any]) -> object:
    """A result of the request's own type; a refusal where `refused` names a reason (with values beside it)."""
    if "refused" in fields and not isinstance(request, RestartRequest):
        return Refused(
            fields["refused"], {k: v for k, v in fields.items() if k in ("name", "value", "want", "got", "reason")}
        )
    kind = RESULTS[type(request)]
    given = {
        name: tuple(v) if isinstance(v, list) else v for name, v in fields.items() if name in kind.__dataclass_fields__
    }
    if "rows" in given and kind is Prediction:
        given["rows"] = _rows(given["rows"])
    return kind(**{**UNNAMED.get(kind, {}), **given})


def tsne(number: int = 1, count: int = 1000, **settings: Any) -> TsneRun:
    settings = {"n_components": 2, "init": "pca", "perplexity": 30, "verbose": 2, **settings}
    return TsneRun(number, f"call-{number}.npz", **settings, shape=(count, 784), points=(count, 2))


# ── Images that a training saw ──────────────────────────────────────────────────────────────────


def pixels(rows: int, seed: int) -> np.ndarray:
    images = np.random.default_rng(seed).integers(0, 256, (rows, 28, 28), dtype=np.uint8)
    images[:, 0, :2] = (0, 255)
    return images


TRAIN, TEST = pixels(40, 1), pixels(20, 2)
LABELS = {"train": np.arange(40) % 10, "test": np.arange(20) % 10}


def index() -> RowIndex:
    return RowIndex({"train": fingerprints(TRAIN)[0], "test": fingerprints(TEST)[0]}, LABELS)


def fed(folder: Path, rows: np.ndarray, labels: np.ndarray | None = None, name: str = "rows-1.npz") -> DataInfo:
    """What the recorder writes of a training's rows."""
    hashes, low, high = fingerprints(rows)
    kept = {"hashes": hashes, "low": low, "high": high}
    if labels is not None:
        kept["labels"] = labels
    np.savez(folder / name, **kept)
    return data(rows=len(rows), low=float(low.min()), high=float(high.max()), rows_file=name)


# ── Findings ────────────────────────────────────────────────────────────────────────────────────


def spoken(found: Finding) -> Finding:
    """Every finding speaks both languages and leaves no gap; returned, so that a test can go on with it."""
    assert found.message.fr and found.message.en
    assert 0 <= found.share <= 1
    for text in (found.message, found.measured, found.expected, found.hint):
        assert bool(text.fr) == bool(text.en)
        assert "{" not in text.fr + text.en, text
    return found


def layer_specs(*specs: LayerSpec) -> ModelSpec:
    return ModelSpec("asked for", specs, (0,))
