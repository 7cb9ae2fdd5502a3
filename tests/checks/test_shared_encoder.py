"""`shared_encoder`: the very same layers, not others of the same shape."""

from __future__ import annotations

from dataclasses import replace

from grader.analysis import Analysis
from grader.checks import shared_encoder
from grader.domain import Finding, LayerInfo, Mode, ModelSpec, Snapshot, Status, layer
from tests.checks.build import analysis, exercise, seen, snapshot, spoken, training

AUTOENCODER = ModelSpec(
    "autoencoder",
    (
        layer("Dense", units=20, activation="relu"),
        layer("Dense", units=784, activation="sigmoid"),
        layer("Reshape", target_shape=[28, 28]),
    ),
    (32164,),
)
CLASSIFIER = ModelSpec(
    "classifier",
    (layer("Dense", units=20, activation="relu"), layer("Dense", units=10, activation="softmax")),
    (15910,),
)
EXERCISE = exercise(AUTOENCODER, CLASSIFIER)
CHECK = shared_encoder.check(2)


def encoder(identity: int, units: int = 20) -> tuple[LayerInfo, ...]:
    return (
        seen("Flatten", identity=identity + 1),
        seen("Dense", 785 * units, units=units, activation="relu", identity=identity),
    )


def autoencoder(identity: int = 100, units: int = 20) -> Snapshot:
    decoder = (
        seen("Dense", (units + 1) * 784, units=784, activation="sigmoid", identity=3),
        seen("Reshape", target_shape=[28, 28], identity=4),
    )
    return snapshot((*encoder(identity, units), *decoder), id=1, model=1)


def classifier(identity: int = 100, units: int = 20, *more: LayerInfo) -> Snapshot:
    head = seen("Dense", (units + 1) * 10, units=10, activation="softmax", identity=5)
    return snapshot((*encoder(identity, units), *more, head), id=2, model=2)


def of(*snapshots: Snapshot) -> Analysis:
    trainings = tuple(training(id=s.model, model=s.model) for s in snapshots)
    return analysis(of=EXERCISE, snapshots=snapshots, trainings=trainings)


def judged(about: Analysis) -> Finding:
    return spoken(CHECK.judge(about))


def test_one_encoder_in_both_models_is_right() -> None:
    found = judged(of(autoencoder(), classifier()))
    assert found.status is Status.PASSED and "15,700 of the classifier's 15,910" in found.measured.en


def test_an_equal_encoder_that_is_another_object_is_not_shared() -> None:
    found = judged(of(autoencoder(100), classifier(200)))
    assert found.status is Status.FAILED and "same Keras object" in found.hint.en


def test_without_a_classifier_nothing_is_shared() -> None:
    assert judged(of(autoencoder())).status is Status.FAILED


def test_the_encoder_alone_is_no_classifier() -> None:
    alone = snapshot(encoder(100), id=2, model=2)
    found = judged(of(autoencoder(), alone))
    assert found.status is Status.FAILED and "No classifier" in found.message.en


def test_a_code_of_another_size_is_judged_elsewhere() -> None:
    assert judged(of(autoencoder(units=10), classifier(units=10))).status is Status.PASSED


def test_another_layer_between_encoder_and_softmax_costs_half() -> None:
    between = seen("Dense", 420, units=20, activation="relu", identity=9)
    found = judged(of(autoencoder(), classifier(100, 20, between)))
    assert (found.status, found.share) == (Status.PARTIAL, 0.5) and "210" in found.hint.en


def test_read_without_running_nothing_is_judged() -> None:
    assert judged(analysis(of=EXERCISE, snapshots=(), trainings=(), mode=Mode.STATIC)).status is Status.SKIPPED


def test_the_autoencoder_is_not_taken_for_the_classifier_when_both_have_a_layer_too_many() -> None:
    more = seen("Dense", 78_500, units=100, activation="relu", identity=50)
    one, two = autoencoder(), classifier()
    both = tuple(replace(s, layers=(more, *s.layers), parameters=s.parameters + 78_500) for s in (one, two))
    assert [found.shape.model for which in (0, 1) if (found := of(*both).model(which))] == [1, 2]
    assert judged(of(*both)).status is Status.PASSED
