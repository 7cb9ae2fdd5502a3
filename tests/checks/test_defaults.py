"""What a check, a request or an answer holds where nothing is said: one table for all of them, as exercises rely on it."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from types import ModuleType
from typing import Any

import grader.checks
import grader.measurements
from grader.analysis.provenance import RowProvenance
from grader.checks import (
    accuracy,
    answers,
    architecture,
    ellipses,
    figure,
    hulls,
    latent,
    neighbourhood_hit,
    ordering,
    parameters,
    runs,
    saved_model,
    scaler_leak,
    shapes,
    shared_encoder,
    svm,
    training,
    trustworthiness,
    tsne,
    xor,
)
from grader.domain import Check
from grader.measurements import embedding, prediction, refused, request, restarts
from grader.measurements import saved_model as saved
from grader.measurements import svm as svms

FACTORIES = (
    accuracy,
    answers,
    architecture,
    ellipses,
    figure,
    hulls,
    latent,
    neighbourhood_hit,
    ordering,
    parameters,
    runs,
    saved_model,
    scaler_leak,
    shapes,
    shared_encoder,
    svm,
    training,
    trustworthiness,
    tsne,
    xor,
)
HELPERS = {"findings", "outlines", "embedding_findings"}
KINDS = (embedding, prediction, refused, request, restarts, saved, svms)

CHECKS: dict[str, dict[str, Any]] = {
    "accuracy.check": {"model": 0, "id": "accuracy"},
    "answers.number": {"labels": ()},
    "answers.yes_no": {"about": ()},
    "architecture.check": {"model": 0},
    "figure.image_grid": {"cmap": "gray"},
    "latent.check": {"models": 2, "size": 100},
    "neighbourhood_hit.check": {"k": 6, "sources": ("pixels",), "bands": None},
    "parameters.check": {"model": 0},
    "saved_model.check": {"model": 0},
    "scaler_leak.check": {"model": 0},
    "shapes.check": {"model": 0},
    "shapes.data": {"low": 0.0, "high": 1.0},
    "shared_encoder.check": {"models": (0, 1)},
    "svm.check": {"rows": 10_000},
    "svm.features": {"size": 20, "rows": 10_000},
    "training.check": {
        "loss": None, "optimizer": None, "epochs": 1, "model": 0, "id": "training", "rows": None,
    },
    "trustworthiness.check": {"least": 0.9},
    "tsne.check": {"perplexity": 30, "init": "pca", "minimum": 1000, "verbose": None},
    "xor.check": {"restarts": 2000, "model": 0},
}  # fmt: skip

MEASUREMENTS: dict[str, dict[str, Any]] = {
    "EmbeddingFigures": {
        "source": "", "recognised": 0, "nh": None, "formulas": {}, "trustworthiness": None, "hulls": (),
        "hulls_made": 0, "ellipses": (), "ellipses_made": 0, "outlines": (), "points": (), "labels": (),
    },
    "EmbeddingRequest": {"hulls": (), "gaussians": (), "networks": (), "k": 6},
    "Files": {"snapshots": (), "arrays": (), "left": (), "handed_in": ()},
    "ModelInputs": {"scale": 1 / 255, "offset": 0.0, "rows": None, "scalers": ()},
    "Prediction": {"rows": None},
    "Refused": {"values": {}},
    "RestartFigures": {
        "errors": None, "refused": None, "representable": None, "share": None, "restarts": None, "untried": "",
    },
    "RestartRequest": {"low": 0.0, "high": 1.0},
    "SvmFigures": {"split": "", "known": 0.0, "wrong_labels": 0.0, "accuracy": None},
    "SvmRequest": {"networks": ()},
}  # fmt: skip


def own_names(modules: Iterable[ModuleType]) -> Iterator[tuple[str, Any]]:
    """(`module.name`, what it is) of all that modules define themselves."""
    for module in modules:
        short = module.__name__.rpartition(".")[2]
        yield from (
            (f"{short}.{n}", one)
            for n, one in vars(module).items()
            if getattr(one, "__module__", "") == module.__name__
        )


def named(package: ModuleType) -> set[str]:
    return {found.name for found in pkgutil.iter_modules(package.__path__)}


def defaults(function: Any) -> dict[str, Any]:
    parameters = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}


def kept(kind: Any) -> dict[str, Any]:
    """What the fields of a dataclass hold where nothing is given."""
    plain = {f.name: f.default for f in fields(kind) if f.default is not MISSING}
    made = {f.name: f.default_factory() for f in fields(kind) if f.default_factory is not MISSING}
    return {**plain, **made}


def test_the_tables_are_of_all_modules() -> None:
    assert named(grader.checks) - HELPERS == {module.__name__.rpartition(".")[2] for module in FACTORIES}
    assert named(grader.measurements) - {"codec"} == {module.__name__.rpartition(".")[2] for module in KINDS}


def test_what_a_check_asks_for_where_an_exercise_says_nothing() -> None:
    found = {
        name: defaults(one)
        for name, one in own_names(FACTORIES)
        if inspect.isfunction(one) and inspect.signature(one).return_annotation == Check.__name__
    }
    assert {name: given for name, given in found.items() if given} == CHECKS


def test_what_is_measured_where_a_request_or_an_answer_says_nothing() -> None:
    found = {
        name.partition(".")[2]: kept(one)
        for name, one in own_names(KINDS)
        if inspect.isclass(one) and is_dataclass(one)
    }
    assert {name: given for name, given in found.items() if given} == MEASUREMENTS


def test_of_rows_that_nobody_knows_nothing_is_said_and_images_were_divided() -> None:
    assert RowProvenance() == RowProvenance(0, 0, 0, 0, 1 / 255, 0.0)
