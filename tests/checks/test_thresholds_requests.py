"""What the evaluator is asked, and what stands in the arrays of a run: each condition from both sides."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.analysis import Analysis, MatchedModel
from grader.analysis.canonical import canonical, written
from grader.analysis.embeddings import Embedding, best_of, largest_by_source
from grader.analysis.provenance import RowProvenance
from grader.analysis.saved_files import model_files, saved_by, stem
from grader.analysis.scaler_fits import FittedRows, fitted_rows
from grader.analysis.svm_fits import MeasuredSvm, real
from grader.analysis.xor_table import FedTable, fed_table
from grader.domain import DataInfo, Evidence, ModelUse, RowIndex, ScalerFit
from grader.measurements import EmbeddingFigures, ModelInputs, Refused, SvmFigures, Why
from tests.checks.build import PERCEPTRON, REGRESSION, TEST, TRAIN, analysis, exercise, fed, index, seen, snapshot
from tests.checks.build import training as trained
from tests.checks.build import tsne as run_of
from tests.checks.test_svm import fit
from tests.checks.test_thresholds_files import NOISE, fitted


def model_of(about: Analysis) -> MatchedModel:
    found = about.model()
    assert found is not None
    return found


# ── Rows that trainings saw ─────────────────────────────────────────────────────────────────────


def saw(folder: Path, *rows: Any, index_: RowIndex | None = None) -> RowProvenance:
    """What trainings on these rows saw together; None stands for a training whose data is unknown."""
    kept = [None if r is None else fed(folder, r, name=f"rows-{n}.npz") for n, r in enumerate(rows)]
    trainings = tuple(trained(id=n, data=one) for n, one in enumerate(kept, start=1))
    return model_of(analysis(folder=folder, rows=index_ or index(), trainings=trainings)).provenance


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((TRAIN / 255, TEST * 1.0), RowProvenance(60, 60, 20, 0, 1.0, 0.0)),  # the scale of the last one
        ((TRAIN * 1.0 - 7, NOISE / 255), RowProvenance(80, 40, 0, 0, 1.0, -7.0)),  # that was recognised
        ((TRAIN * 1.0 - 7, None), RowProvenance(40, 40, 0, 0, 1.0, -7.0)),
        ((None, TRAIN * 1.0), RowProvenance(40, 40, 0, 0, 1.0, 0.0)),
        ((NOISE, NOISE), RowProvenance(80, 0, 0, 0, 1 / 255, 0.0)),
        ((None,), RowProvenance()),
    ],
)
def test_what_several_trainings_saw_is_counted_together(rows: Any, expected: RowProvenance, tmp_path: Path) -> None:
    found = saw(tmp_path, *rows)
    assert replace(found, scale=0.0) == replace(expected, scale=0.0) and found.scale == pytest.approx(expected.scale)


def test_an_image_of_both_sets_is_a_training_image(tmp_path: Path) -> None:
    both = RowIndex({"train": index().split["train"], "test": index().split["train"][:5]}, index().labels)
    assert saw(tmp_path, TRAIN, index_=both).test == 0
    call = fitted(tmp_path, TRAIN[:10])
    evidence = analysis(folder=tmp_path, calls=(call,)).evidence
    assert fitted_rows(evidence, call, both) == FittedRows(10, 10, 0)
    assert fitted_rows(evidence, call, index()) == FittedRows(10, 10, 0)


@pytest.mark.parametrize(("known", "are_images"), [(0, False), (20, False), (21, True)])
def test_more_than_half_of_the_rows_are_images_as_they_are(known: int, are_images: bool) -> None:
    assert RowProvenance(40, known).as_they_are is are_images
    assert not RowProvenance(0, 0).as_they_are


@pytest.mark.parametrize("hashes", [None, np.zeros(3), np.zeros((3, 1), np.uint64), np.zeros(3, np.int64)])
def test_a_scaler_without_fingerprints_was_fitted_on_nothing_known(hashes: Any, tmp_path: Path) -> None:
    np.savez(tmp_path / "call-1.npz", **({} if hashes is None else {"hashes": hashes}), other=np.zeros(1))
    call = ScalerFit(1, "call-1.npz")
    evidence = analysis(folder=tmp_path, calls=(call,)).evidence
    assert fitted_rows(evidence, call, index()) == FittedRows(0, 0, 0)
    assert fitted_rows(evidence, ScalerFit(2, "call-2.npz"), index()) == FittedRows(0, 0, 0)


def test_how_many_training_images_there_are() -> None:
    assert analysis(rows=index()).training_rows == 40 and analysis().training_rows is None


# ── Tables of XOR ───────────────────────────────────────────────────────────────────────────────

POINTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]])
ANSWERS = np.array([[0], [1], [1], [0.0]])


def table_of(folder: Path, *tables: Any) -> FedTable | None:
    """What trainings on these (rows, target) were fed; None stands for one whose rows were not kept."""
    trainings = []
    for number, one in enumerate(tables):
        name = f"rows-{number}.npz"
        if one is not None:
            np.savez(folder / name, **{k: v for k, v in zip(("input", "target"), one, strict=True) if v is not None})
        data = DataInfo(4, (2,), "float32", 0.0, 1.0, (1,), name) if one is not None else None
        trainings.append(trained(id=number + 1, data=data))
    return fed_table(analysis(folder=folder).evidence, trainings)


@pytest.mark.parametrize(
    ("rows", "target", "is_table"),
    [
        (POINTS, ANSWERS, True),
        (POINTS[:1], ANSWERS[:1], True),
        (POINTS, ANSWERS[:3], False),
        (POINTS[:0], ANSWERS[:0], False),
        (POINTS[:, :1], ANSWERS, False),
        (np.hstack([POINTS, ANSWERS]), ANSWERS, False),
        (POINTS, ANSWERS[:, 0], False),
        (POINTS.ravel(), ANSWERS, False),
        (POINTS, None, False),
        (None, ANSWERS, False),
    ],
)
def test_a_table_has_two_numbers_and_an_answer_in_each_row(
    rows: Any, target: Any, is_table: bool, tmp_path: Path
) -> None:
    assert (table_of(tmp_path, (rows, target)) is not None) is is_table


def test_the_last_table_that_was_kept_counts(tmp_path: Path) -> None:
    first, last = (POINTS, ANSWERS), (2 * POINTS - 1, 1 - ANSWERS)
    for tables, code, is_xor in (((first, last), -1, False), ((last, first), 0, True), ((last, first, None), 0, True)):
        found = table_of(tmp_path, *tables)
        assert found is not None
        assert (found.code, found.is_xor) == ((code, 1), is_xor)
    assert table_of(tmp_path, None) is None


# ── What is asked of a model ────────────────────────────────────────────────────────────────────


def asked(**more: Any) -> Any:
    about = analysis(**more)
    return about.requests_of(model_of(about))


@pytest.mark.parametrize(
    ("kept", "built"),
    [
        ((snapshot(),), 1),
        ((snapshot(), snapshot(id=3), snapshot(id=2)), 3),
        ((snapshot(), snapshot(id=3, weights=None)), 1),
        ((snapshot(), snapshot((seen("Flatten"),), id=3, model=2)), 1),
        ((snapshot(weights=None),), None),
    ],
)
def test_weights_that_were_handed_in_go_into_the_last_network_that_was_built(kept: Any, built: int | None) -> None:
    requests = asked(snapshots=kept, handed_in=("a.keras", "b.txt")).handed_in
    assert [(r.file, r.snapshot) for r in requests] == ([("a.keras", built)] if built else [])


@pytest.mark.parametrize(
    ("changes", "finished", "predicts", "tries"),
    [
        ({}, True, True, False),
        ({}, False, True, True),
        ({"architecture": None}, True, False, False),
        ({"architecture": None}, False, False, False),
        ({"weights": None}, True, False, False),
        ({"weights": None}, False, False, True),
    ],
)
def test_what_can_be_asked_of_a_network(changes: Any, finished: bool, predicts: bool, tries: bool) -> None:
    requests = asked(
        snapshots=(snapshot(**changes),),
        trainings=(trained(finished=finished),),
        files={"a.keras": 10, "b.keras": 10},
        uses=(ModelUse(1, "save", 1, 0, (), "out/a.keras"),),  # type: ignore[arg-type]
    )
    assert (requests.prediction is not None) is predicts
    assert [r.file for r in requests.comparisons] == (["a.keras", "b.keras"] if predicts else [])
    assert [r.file for r in requests.checkpoints] == (["a.keras"] if tries else [])


def test_scalers_are_named_where_the_network_was_not_fed_the_images_as_they_are(tmp_path: Path) -> None:
    def inputs(rows: np.ndarray | None, *calls: ScalerFit) -> ModelInputs:
        kept = None if rows is None else fed(tmp_path, rows)
        found: ModelInputs = asked(folder=tmp_path, rows=index(), trainings=(trained(data=kept),), calls=calls).inputs
        return found

    calls = (ScalerFit(1, "call-1.npz"), ScalerFit(2, None), ScalerFit(3, "call-3.npz"))
    assert inputs(NOISE, *calls).scalers == ("call-3.npz", "call-1.npz")
    assert inputs(TRAIN, *calls) == ModelInputs("mnist", 1.0, 0.0, "rows-1.npz", ())
    assert inputs(NOISE) == ModelInputs("mnist", rows="rows-1.npz")
    assert inputs(None, *calls) == ModelInputs("mnist")


def test_rows_of_the_last_training_that_kept_some() -> None:
    names = ("rows-1.npz", "rows-2.npz", None)
    trainings = [trained(id=n, data=DataInfo(4, (2,), "float32", 0.0, 1.0, (1,), name)) for n, name in enumerate(names)]
    assert model_of(analysis(trainings=(*trainings, trained(id=9, data=None)))).last_rows == "rows-2.npz"
    assert model_of(analysis(trainings=(trained(data=None),))).last_rows is None


def test_which_files_are_models_and_of_whom() -> None:
    assert model_files(("B.KERAS", "c.H5", "d.hdf5", "e.h5x", "f.txt")) == ["B.KERAS", "c.H5", "d.hdf5"]
    assert [stem(p) for p in ("a/b.weights.h5", ".h5", "x", "C.keras")] == ["b", ".h5", "x", "C"]
    hows = ("save", "save_weights", "export", "load_weights", "save")
    uses = tuple(ModelUse(1, how, 1, 0, (), f"{n}.h5" * (n < 4)) for n, how in enumerate(hows))  # type: ignore[arg-type]
    assert saved_by(Evidence(uses=uses), 1) == {"0", "1", "2"} and saved_by(Evidence(uses=uses), 2) == set()


# ── Layers, projections, SVMs ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("layers", "text"),
    [
        ((), "∅"),
        ((seen("Dense", units=10, activation="softmax"),), "Dense(10, softmax)"),
        ((seen("Dense", units=10, use_bias=False),), "Dense(10, linear, use_bias=False)"),
        ((seen("Dense", units=10, use_bias=True),), "Dense(10, linear)"),
        ((seen("Conv2D", filters=3, kernel_size=[5, 4], padding="same"),), "Conv2D(3, 5×4, same, linear)"),
        ((seen("Conv2D", filters=3, kernel_size=5, padding="valid"),), "Conv2D(3, 5, linear)"),
        ((seen("Flatten"), seen("Dense", units=2), seen("Flatten")), "Dense(2, linear) → Flatten()"),
        ((seen("Dropout", rate=0.5), seen("Reshape"), seen("MaxPool2D", pool_size=2)), "MaxPooling2D(2)"),
    ],
)
def test_how_layers_are_written(layers: Any, text: str) -> None:
    assert written(canonical(layers)).en == text


@pytest.mark.parametrize(
    ("seen_", "asked_", "agree"),
    [([5, 5], 5, True), (5, [5, 5], True), ([5, 4], 5, False), ([5, 4], [5, 4], True), ([5], 5, True), (5, 4, False)],
)
def test_a_pair_of_equal_numbers_is_the_number(seen_: Any, asked_: Any, agree: bool) -> None:
    from grader.analysis.canonical import Layer, agrees

    assert agrees(Layer("Conv2D", {"kernel_size": seen_}), Layer("Conv2D", {"kernel_size": asked_})) is agree
    assert not agrees(Layer("Conv2D", {"kernel_size": 5}), Layer("Dense", {"kernel_size": 5}))


def embedding(source: str, number: int, count: int | None) -> Embedding:
    run = run_of(number, count or 0)
    return Embedding(replace(run, points=()) if count is None else run, EmbeddingFigures(True, source))


def test_of_projections_the_largest_counts_and_the_last_of_equals() -> None:
    first, second, small = embedding("test", 1, 9), embedding("train", 2, 9), embedding("hidden0", 3, 8)
    unknown, empty = embedding("", 4, 99), embedding("test", 5, None)
    every = [first, second, small, unknown, empty]
    assert best_of(every) is second and best_of([second, first]) is first and best_of([unknown]) is None
    assert largest_by_source(every) == {"pixels": second, "hidden0": small}
    assert empty.count == 0 and best_of([empty]) is empty


def test_which_networks_features_an_svm_may_have_got() -> None:
    """Of each model the end of its training, of others those with weights that can be rebuilt."""
    layers = (
        seen("Dense", 78_500, units=100, activation="sigmoid"),
        seen("Dense", 1010, units=10, activation="softmax"),
    )
    kept = (
        snapshot(id=1, reason="build"), snapshot(id=2), snapshot(id=3, reason="end"),
        snapshot(layers, id=4, model=2, reason="train_on_batch"), snapshot(layers, id=5, model=2, reason="save"),
        snapshot(id=6, weights=None), snapshot(id=7, architecture=None),
        snapshot((seen("Flatten"),), id=8, model=3, reason="predict"),
    )  # fmt: skip
    both = exercise(REGRESSION, PERCEPTRON)
    about = analysis(of=both, snapshots=kept, calls=(fit(1),))
    assert about.svm_requests(5)[0].networks == ((0, 2), (1, 4), (2, 1), (3, 3), (4, 5), (5, 8))
    assert about.svm_requests(5)[0].rows == 5
    alone = analysis(of=exercise(REGRESSION), snapshots=kept[:3], calls=(fit(1),))
    assert alone.classifier is None and alone.svm_requests(5)[0].networks == ((0, 2), (2, 1), (3, 3))
    untrained = analysis(of=exercise(REGRESSION), snapshots=(kept[0], kept[2]), calls=(fit(1),))
    assert untrained.svm_requests(5)[0].networks == ((0, 3), (2, 1))


def test_a_classifier_has_more_than_one_layer_and_is_another_model() -> None:
    one = (seen("Dense", 1010, units=10, activation="softmax"),)
    two = (seen("Dense", 9, units=9), *one)
    both = exercise(REGRESSION, PERCEPTRON)
    for layers, model, is_one in ((two, 2, True), (one, 2, False), (two, 1, False)):
        about = analysis(of=both, snapshots=(snapshot(), snapshot(layers, id=2, model=model)))
        assert (about.classifier is not None) is is_one


def test_how_a_setting_of_an_svm_is_read_and_written() -> None:
    assert [real(v) for v in (1, 0.5)] == [1.0, 0.5] and all(math.isnan(real(v)) for v in (True, "1", None))
    figures = SvmFigures((0,), 3)
    assert MeasuredSvm(fit(1, C=1000), figures).written == "SVC(C=1000, gamma=0.02)"
    assert MeasuredSvm(fit(1, gamma="scale"), figures).written == "SVC(C=1, gamma='scale')"
    assert MeasuredSvm(fit(1, kernel="linear"), figures).written == "SVC(C=1, gamma=0.02, kernel=linear)"
    assert MeasuredSvm(fit(1), figures).models == (0,) and MeasuredSvm(fit(1), Refused(Why.FILE)).models == ()
    assert MeasuredSvm(replace(fit(1), shape=(3, 7)), figures).width == 7
    assert MeasuredSvm(replace(fit(1), shape=(3, 7, 1)), figures).width == 0
