"""What makes a training faster changes neither its result nor what the student's own code sees of it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader import catalog, datasets
from grader.domain import Mode, Record, Submission
from grader.grading import Options, Workbench, grade, running_workbench
from grader.sandbox.process import Process
from tests.conftest import Recorded

ROOT = Path(__file__).parents[2]
NET = """
    import keras
    import numpy as np

    rng = np.random.default_rng(0)
    X = rng.normal(size=(5850, 20)).astype("float32")
    Y = keras.utils.to_categorical(X[:, :4].argmax(axis=1), 4)
    model = keras.Sequential(
        [
            keras.Input((20,)),
            keras.layers.Dense(30, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(4, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy", metrics=["accuracy"])

    class Tells(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 0:
                print(chr(10) + "steps", model.steps_per_execution)
"""
TRAINING = """
    model.fit(X, Y, batch_size=100, epochs=8, verbose=1, callbacks=[Tells()], validation_data=(X[:2000], Y[:2000]))
    print("predicted", model.predict(X, verbose=0).shape[0])
    print("after", model.steps_per_execution)
    print("evaluated", model.evaluate(X, Y, verbose=0))
"""


def program(more: str) -> str:
    return NET + more


def told(run: Recorded, word: str) -> Any:
    """What the program printed after a word of its own."""
    line = next(line for line in run.printed.text.splitlines() if line.startswith(word + " "))
    return ast.literal_eval(line.removeprefix(word).strip())


@pytest.mark.slow
def test_a_training_in_big_steps_gives_what_a_training_in_small_ones_gives(record: Callable[..., Recorded]) -> None:
    fast, plain = (record(program(TRAINING), speedups=speedups) for speedups in (True, False))
    assert not fast.evidence.failures
    assert told(fast, "steps") > 10
    assert told(plain, "steps") == told(fast, "after") == 1
    a, b = fast.evidence.trainings[0], plain.evidence.trainings[0]
    assert (a.steps, a.epochs_run, a.data) == (b.steps, b.epochs_run, b.data)
    assert a.steps == 8 * 59
    assert a.history.keys() == b.history.keys() >= {"loss", "accuracy", "val_accuracy"}
    for name, values in a.history.items():
        np.testing.assert_allclose(values, b.history[name], rtol=1e-3, err_msg=name)
    np.testing.assert_allclose(told(fast, "evaluated"), told(plain, "evaluated"), rtol=1e-3)
    assert told(fast, "predicted") == 5850


def test_the_progress_bar_ends_at_the_last_batch(record: Callable[..., Recorded]) -> None:
    run = record(program("\n    model.fit(X, Y, batch_size=23, epochs=2, callbacks=[Tells()])"))
    assert told(run, "steps") == 128
    assert "255/255" in run.printed.text
    assert "256/255" not in run.printed.text
    assert run.evidence.trainings[0].steps == 2 * 255


@pytest.mark.slow
def test_a_callback_predicts_all_rows_while_its_model_trains(record: Callable[..., Recorded]) -> None:
    more = """
    model.predict(X[:50], verbose=0)
    rows = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: print("rows", len(model.predict(X, verbose=0)), end=chr(10))
    )
    model.fit(X, Y, batch_size=100, epochs=8, verbose=0, callbacks=[Tells(), rows])
    """
    run = record(program(more))
    assert told(run, "steps") > 10
    assert told(run, "rows") == 5850


@pytest.mark.slow
def test_a_callback_for_batches_sees_every_batch(record: Callable[..., Recorded]) -> None:
    more = """
    def of_a_class(hook):
        return type("Mine", (keras.callbacks.Callback,), {hook: lambda self, batch, logs=None: seen.append(batch)})()

    def of_a_function(hook):
        return keras.callbacks.LambdaCallback(**{hook: lambda batch, logs: seen.append(batch)})

    made = []
    for make, hook in ((of_a_class, "on_train_batch_end"), (of_a_class, "on_batch_begin"), (of_a_function, "on_train_batch_end")):
        seen = []
        model.fit(X, Y, batch_size=100, epochs=8, verbose=0, callbacks=[make(hook)])
        made.append((seen[:59] == list(range(59)), len(seen)))
    print("made", made)
    """
    run = record(program(more))
    assert told(run, "made") == [(True, 8 * 59)] * 3


@pytest.mark.slow
def test_what_the_student_chose_stays(record: Callable[..., Recorded]) -> None:
    more = """
    class Own(keras.Model):
        def train_step(self, data):
            return super().train_step(data)

    inside = keras.Input((20,))
    own = Own(inside, keras.layers.Dense(4, activation="softmax")(inside))
    for name, net, extra in (("chosen", model, {"steps_per_execution": 7}), ("eager", model, {"run_eagerly": True}),
                             ("own", own, {})):
        net.compile("sgd", "categorical_crossentropy", **extra)
        keeps = keras.callbacks.LambdaCallback(on_train_begin=lambda logs: print(name, net.steps_per_execution))
        net.fit(X[:800], Y[:800], batch_size=2 if name == "own" else 8, epochs=1, verbose=0, callbacks=[keeps])
    """
    run = record(program(more))
    assert [told(run, name) for name in ("chosen", "eager", "own")] == [7, 1, 1]
    assert [training.steps for training in run.evidence.trainings] == [100, 100, 400]


@pytest.mark.slow
def test_a_model_that_is_compiled_anew_trains_with_the_new_settings(record: Callable[..., Recorded]) -> None:
    more = """
    model.fit(X, Y, batch_size=100, epochs=8, verbose=0)
    model.compile(keras.optimizers.SGD(0.0), "mse")
    model.fit(X, Y, batch_size=100, epochs=8, verbose=0, callbacks=[Tells()])
    """
    run = record(program(more))
    assert told(run, "steps") > 10
    first, second = run.evidence.trainings
    assert first.history["loss"][0] != first.history["loss"][-1]
    assert max(second.history["loss"]) < 0.3  # a mean squared error, no cross-entropy
    arrays = [np.load(run.evidence.folder / str(s.weights)) for s in run.evidence.snapshots if s.reason == "fit"]
    np.testing.assert_array_equal(arrays[0]["w0"], arrays[1]["w0"])  # with a rate of 0 nothing is learnt


def test_an_audit_stops_after_exactly_its_steps(record: Callable[..., Recorded]) -> None:
    more = """
    for chosen in (1, 5):
        model.compile("sgd", "categorical_crossentropy", steps_per_execution=chosen)
        model.fit(X, Y, batch_size=100, epochs=50, verbose=0)
    """
    trainings = record(program(more), audit_steps=12).evidence.trainings
    assert [(t.steps, t.capped, t.epochs_asked, t.epochs_run) for t in trainings] == [(12, True, 50, 1)] * 2
    assert all(t.data is not None and t.data.rows == 5850 for t in trainings)


# ── Marks ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def any_workbench(data: object) -> Iterator[Workbench]:
    with running_workbench(Process(), {"mnist": datasets.resolve("mnist")}) as one:
        yield one


def program_of(kind: str, name: str) -> tuple[str, Path]:
    return (name, ROOT / "reference" / name / "solution.py") if kind == "solution" else ("exo1", ROOT / "tests" / name)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("solution", "exo1"),
        ("solution", "exo2"),
        ("corpus", "corpus/adam.py"),
        ("corpus", "corpus/early_stopping.py"),
        ("corpus", "corpus/plusieurs_essais.py"),
        ("corpus", "corpus/entrainement_en_deux_fois.py"),
        ("corpus", "corpus/tout_dans_main.py"),
        ("corpus", "corpus/boucle_batch.py"),
    ],
)
def test_marks_are_the_same_with_and_without(any_workbench: Workbench, tmp_path: Path, kind: str, name: str) -> None:
    exercise, path = program_of(kind, name)
    main = tmp_path / f"{exercise}.py"
    main.write_bytes(path.read_bytes())
    submission = Submission("x", exercise, tmp_path, main, (Path(main.name),))

    def marked(speedups: bool) -> Record:
        options = Options(Mode.FULL, speedups=speedups)
        return grade(catalog.locate().find(exercise), submission, any_workbench, options)

    fast, plain = marked(True), marked(False)
    assert [(v.id, v.status, v.points) for v in fast.verdicts] == [(v.id, v.status, v.points) for v in plain.verdicts]
    for metric, values in fast.curves.items():
        np.testing.assert_allclose(values, plain.curves[metric], rtol=5e-3, err_msg=metric)


MANY_EPOCHS = """
    from tensorflow.python.data.ops.dataset_ops import DatasetV2

    made, original = [], DatasetV2.__iter__

    def counted(data):
        made.append(1)
        return original(data)

    DatasetV2.__iter__ = counted
    keras.utils.set_random_seed(4)
    small = keras.Sequential([keras.Input((20,)), keras.layers.Dense(4, activation="softmax")])
    small.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    told = small.fit(X[:90], Y[:90], epochs=20, batch_size=32, verbose=0, validation_data=(X[90:99], Y[90:99]))
    print("losses", told.history["loss"] + told.history["val_loss"])
    print("weights", [float(w.sum()) for w in small.get_weights()])
    print("evaluated", small.evaluate(X[:90], Y[:90], verbose=0))
    print("made", len(made))
"""


@pytest.mark.slow
def test_the_way_through_the_data_is_prepared_once_for_each_epoch(record: Callable[..., Recorded]) -> None:
    fast, plain = (record(program(MANY_EPOCHS), speedups=speedups) for speedups in (True, False))
    assert not fast.evidence.failures
    for word in ("losses", "weights", "evaluated"):
        assert told(fast, word) == told(plain, word), "to the last digit"
    of_each = 20 + 20 + 1  # training, validation, the evaluation at the end
    assert of_each <= told(fast, "made") <= of_each + 2 < 2 * of_each - 2 <= told(plain, "made")


def test_data_that_comes_from_elsewhere_is_drawn_as_it_comes(record: Callable[..., Recorded]) -> None:
    source = """
    import tensorflow as tf

    def rows():
        for at in range(0, 320, 32):
            yield X[at : at + 32], Y[at : at + 32]

    kinds = (tf.TensorSpec((32, 20)), tf.TensorSpec((32, 4)))
    data = tf.data.Dataset.from_generator(rows, output_signature=kinds)
    one = model.fit(data, epochs=3, verbose=0).history["loss"]
    two = model.fit(data.repeat(), epochs=3, steps_per_epoch=7, verbose=0).history["loss"]
    print("epochs", [len(one), len(two)])
    """
    fast, plain = (record(program(source), speedups=speedups) for speedups in (True, False))
    assert not fast.evidence.failures and told(fast, "epochs") == told(plain, "epochs") == [3, 3]
    for a, b in zip(fast.evidence.trainings, plain.evidence.trainings, strict=True):
        assert a.steps == b.steps and a.history == b.history
