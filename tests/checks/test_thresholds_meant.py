"""Which model is meant: each criterion outweighs all those below it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from grader.analysis.canonical import canonical
from grader.analysis.model_match import ends_alike
from grader.domain import LayerInfo
from tests.checks.build import RIGHT, analysis, seen, snapshot, training

TEN = seen("Dense", 0, units=10, activation="softmax")  # how the regression that is asked for ends
THREE = seen("Dense", 0, units=3, activation="relu")


@dataclass(frozen=True)
class Model:
    """`trained` is when, 0 for never; `built` the number of its snapshot."""

    layers: tuple[LayerInfo, ...]
    parameters: int = 1
    trained: int = 0
    built: int = 1


# The first of each pair is the one meant, by one criterion; the second is better by every criterion below that.
PAIRS = {
    "exactly what is asked for": (Model(RIGHT, 1), Model((THREE, TEN), 7850, 1, 2)),
    "the right size": (Model((THREE, THREE, THREE), 7850), Model((THREE, TEN), 1, 1, 2)),
    "the right end": (Model((THREE, THREE, THREE, TEN), 1), Model((THREE, THREE), 1, 1, 2)),
    "trained": (Model((THREE, THREE, THREE), 1, 1), Model((THREE,), 1, 0, 2)),
    "as many layers": (Model((THREE,), 1, 1), Model((THREE, THREE, THREE), 1, 2, 2)),
    "fewer layers too many": (Model((THREE, THREE), 1, 1), Model((THREE, THREE, THREE), 1, 2, 2)),
    "trained last": (Model((THREE,), 1, 2), Model((THREE,), 1, 1, 2)),
    "built last": (Model((THREE,), 1, 0, 2), Model((THREE,), 1, 0, 1)),
}


@pytest.mark.parametrize(("better", "worse"), PAIRS.values(), ids=PAIRS.keys())
@pytest.mark.parametrize("first", [True, False], ids=["first", "last"])
def test_the_order_of_the_criteria(better: Model, worse: Model, first: bool) -> None:
    models = {1: better, 2: worse}
    snapshots = [
        replace(snapshot(model.layers, id=model.built, model=number), parameters=model.parameters)
        for number, model in models.items()
    ]
    trainings = [training(id=model.trained, model=number) for number, model in models.items() if model.trained]
    found = analysis(
        snapshots=tuple(snapshots if first else snapshots[::-1]),
        trainings=tuple(sorted(trainings, key=lambda t: t.id)),
    ).model()
    assert found is not None and found.shape.model == 1 and found.others == 1


@pytest.mark.parametrize(
    ("seen_layers", "asked", "alike"),
    [
        ((THREE, TEN), RIGHT, True),
        ((TEN, THREE), RIGHT, False),
        ((seen("Conv2D", units=10),), RIGHT, False),
        ((), RIGHT, False),
        ((TEN,), (), False),
    ],
)
def test_how_two_models_end(seen_layers: tuple[LayerInfo, ...], asked: tuple[LayerInfo, ...], alike: bool) -> None:
    assert ends_alike(canonical(seen_layers), canonical(asked)) is alike


@pytest.mark.parametrize(("epochs", "steps", "is_trained"), [(0, 0, False), (1, 0, True), (0, 1, True), (1, 1, True)])
def test_one_epoch_or_one_step_is_a_training(epochs: int, steps: int, is_trained: bool) -> None:
    found = analysis(trainings=(training(epochs_run=epochs, steps=steps),)).model()
    assert found is not None and found.trained is is_trained


def test_the_last_training_says_whether_it_came_to_its_end() -> None:
    for ends, is_unfinished in (((True, False), True), ((False, True), False), ((), False)):
        found = analysis(trainings=tuple(training(id=n, finished=end) for n, end in enumerate(ends, start=1))).model()
        assert found is not None and found.unfinished is is_unfinished


def test_weights_of_another_shape_or_of_another_model_are_not_its_own() -> None:
    other = replace(RIGHT[0], settings={**RIGHT[0].settings, "activation": "relu"})
    found = (
        analysis(
            snapshots=(
                snapshot(id=3),
                snapshot(id=5, weights=None),
                snapshot((other,), id=6),
                snapshot((replace(RIGHT[0], parameters=3),), id=7),
                snapshot(id=8, model=2),
            ),
            trainings=(training(model=1),),
        )
    ).model()
    assert found is not None and found.final is not None and found.final.id == 3
