"""What is told of a run although it costs no marks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.analysis.notices import notices_of
from grader.domain import ModelUse, RowIndex
from tests.checks.build import PERCEPTRON, analysis, data, exercise, index, seen, snapshot
from tests.checks.build import training as trained

OTHER = (seen("Dense", 15700, units=20, activation="relu"),)


def rows(count: int) -> RowIndex:
    known = index()
    return replace(known, split={**known.split, "test": known.split["test"][:count]})


def evaluated(count: int) -> ModelUse:
    return ModelUse(1, "evaluate", 1, count, (0.3, 0.92), "")


def test_one_model_needs_no_word_about_which_is_meant() -> None:
    assert notices_of(analysis()) == ()


def test_of_several_models_the_one_that_is_judged_is_named_with_the_reason() -> None:
    about = analysis(snapshots=(snapshot(name="juste"), snapshot(OTHER, id=2, model=2, name="essai")))
    (notice,) = notices_of(about)
    assert "1 other model;" in notice.text.en and "“juste”" in notice.text.en and "layers are those" in notice.text.en
    assert "1 autre modèle" in notice.text.fr and "juste" in notice.text.fr


def test_where_none_fits_the_nearest_is_meant_and_told_so() -> None:
    layers = (seen("Dense", 7840, units=10, activation="softmax", use_bias=False), *OTHER)
    about = analysis(snapshots=(snapshot(layers), snapshot(OTHER, id=2, model=2)))
    (notice,) = notices_of(about)
    assert "nearest" in notice.text.en


def test_an_exercise_of_several_models_expects_several() -> None:
    about = analysis(
        of=exercise(PERCEPTRON, *exercise().models), snapshots=(snapshot(), snapshot(OTHER, id=2, model=2))
    )
    assert notices_of(about) == ()


def test_an_evaluation_on_the_training_images_only_is_told() -> None:
    about = analysis(trainings=(trained(data=data(rows=40)),), uses=(evaluated(40),), rows=index())
    (notice,) = notices_of(about)
    assert "40 images that it was trained on" in notice.text.en and "x_test" in notice.text.fr


@pytest.mark.parametrize("counts", [(20,), (40, 20), ()])
def test_an_evaluation_on_the_test_images_is_as_it_should_be(counts: tuple[int, ...]) -> None:
    uses = tuple(evaluated(count) for count in counts)
    assert notices_of(analysis(trainings=(trained(data=data(rows=40)),), uses=uses, rows=index())) == ()


def test_as_many_test_images_as_training_images_accuse_nobody() -> None:
    about = analysis(trainings=(trained(data=data(rows=20)),), uses=(evaluated(20),), rows=rows(20))
    assert notices_of(about) == ()
