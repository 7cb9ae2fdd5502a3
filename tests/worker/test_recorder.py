"""What the recorder sees of programs as students write them, through a real worker."""

from __future__ import annotations

import math
from collections.abc import Callable
from textwrap import dedent
from typing import Any

import numpy as np
import pytest

from grader.domain import ArrayInfo, HullFit, MixtureFit, ScalerFit, Snapshot, SvmFit, TsneRun
from grader.evidence import load_arrays
from tests.conftest import Recorded, notebook_of

Record = Callable[..., Recorded]

HEAD = """
import numpy as np, keras
from keras import layers
x = np.random.default_rng(0).random((60, 4), dtype="float32")
y = np.eye(3, dtype="float32")[np.arange(60) % 3]

def new():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(5, activation="relu"), layers.Dense(3, activation="softmax")])
    model.compile(optimizer=keras.optimizers.SGD(0.5), loss="categorical_crossentropy", metrics=["accuracy"])
    return model
"""


def weights(seen: Recorded, snapshot: Snapshot) -> list[np.ndarray]:
    arrays = load_arrays(seen.evidence.folder, snapshot.weights)
    return [arrays[f"w{i}"] for i in range(len(arrays))]


def last_fit(seen: Recorded) -> Snapshot:
    return [s for s in seen.evidence.snapshots if s.reason == "fit"][-1]


def ended_well(seen: Recorded) -> None:
    assert seen.outcome.status == "ok", seen.printed.text
    assert seen.evidence.finished and not seen.evidence.failures
    assert [n.text.en for n in seen.evidence.notices] == [] and seen.evidence.rejected == 0


# ── Trainings ───────────────────────────────────────────────────────────────────────────────────


def test_a_model_that_lives_in_a_function_is_recorded_with_all_about_its_training(record: Record) -> None:
    code = """
    def main():
        model = new()
        model.fit(x, y, batch_size=20, epochs=3, validation_data=(x[:10], y[:10]), verbose=0)

    main()
    """
    seen = record(HEAD + dedent(code))
    ended_well(seen)
    (training,) = seen.evidence.trainings
    assert (training.epochs_asked, training.epochs_run, training.batch_size, training.steps) == (3, 3, 20, 9)
    assert training.finished and not training.capped and training.how == "fit"
    assert set(training.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(len(values) == 3 for values in training.history.values())
    assert training.data is not None and training.compiled is not None
    assert (training.data.rows, training.data.shape, training.data.label_shape) == (60, (4,), (3,))
    assert 0 <= training.data.low < training.data.high <= 1
    assert training.compiled.loss == "categorical_crossentropy" and training.compiled.optimizer == "SGD"
    assert training.compiled.learning_rate == 0.5
    snapshot = last_fit(seen)
    assert snapshot.parameters == 4 * 5 + 5 + 5 * 3 + 3
    assert [layer.kind for layer in snapshot.layers] == ["Dense", "Dense"]
    assert snapshot.layers[1].settings["activation"] == "softmax"
    assert (snapshot.input_shape, snapshot.output_shape) == ((None, 4), (None, 3))
    assert [w.shape for w in weights(seen, snapshot)] == [(4, 5), (5,), (5, 3), (3,)]


def test_the_recorded_weights_are_those_at_the_end_of_the_training(record: Record) -> None:
    seen = record(
        HEAD
        + "m = new()\nm.fit(x, y, verbose=0)\nnp.savez('mine.npz', *m.get_weights())\nm.set_weights([w * 0 for w in m.get_weights()])"
    )
    mine = np.load(seen.work / "mine.npz")
    for recorded, own in zip(weights(seen, last_fit(seen)), mine.values(), strict=True):
        np.testing.assert_array_equal(recorded, own)


def test_a_model_that_is_cut_after_its_training_keeps_its_trained_shape(record: Record) -> None:
    seen = record(HEAD + "m = new()\nm.fit(x, y, verbose=0)\nm.pop()\nprint(m.predict(x[:2], verbose=0).shape)")
    ended_well(seen)
    assert len(last_fit(seen).layers) == 2
    cut = [s for s in seen.evidence.snapshots if len(s.layers) == 1]
    assert cut and cut[0].output_shape == (None, 5)
    assert "(2, 5)" in seen.printed.text


def test_several_trainings_of_one_model_are_told_apart(record: Record) -> None:
    seen = record(
        HEAD
        + "m = new()\nm.fit(x, y, epochs=2, verbose=0)\nm.fit(x, y, epochs=1, verbose=0)\nnew().fit(x, y, verbose=0)"
    )
    ended_well(seen)
    assert [(t.epochs_run, t.model) for t in seen.evidence.trainings] == [(2, 1), (1, 1), (1, 2)]
    assert [s.steps for s in seen.evidence.snapshots if s.reason == "fit"] == [4, 6, 2]


def test_a_model_whose_input_is_only_known_in_fit_is_recorded(record: Record) -> None:
    code = "m = keras.Sequential([layers.Flatten(), layers.Dense(3, activation='softmax')])\n"
    code += "m.compile('sgd', 'categorical_crossentropy')\nm.fit(x, y, verbose=0)\n"
    seen = record(HEAD + code)
    ended_well(seen)
    assert last_fit(seen).input_shape == (None, 4) and last_fit(seen).parameters == 15


def test_batches_trained_one_by_one_are_one_training(record: Record) -> None:
    code = "m = new()\nfor i in range(6):\n    m.train_on_batch(x[i * 10:][:10], y[i * 10:][:10])\nm.evaluate(x, y, verbose=0)\n"
    seen = record(HEAD + code)
    ended_well(seen)
    (training,) = seen.evidence.trainings
    assert (training.how, training.steps, training.batch_size, training.finished) == ("train_on_batch", 6, 10, True)
    assert last_fit(seen).steps == 6
    assert seen.evidence.uses[-1].snapshot == last_fit(seen).id


def test_a_loop_with_a_gradient_tape_counts_as_a_training(record: Record) -> None:
    code = """
    import tensorflow as tf
    m, optimizer = new(), keras.optimizers.Adam(0.01)
    before = m.get_weights()[0]
    for _ in range(4):
        with tf.GradientTape() as tape:
            loss = keras.losses.CategoricalCrossentropy()(y, m(x))
        gradients = tape.gradient(loss, m.trainable_variables)
        optimizer.apply_gradients(zip(gradients, m.trainable_variables))
    np.savez("before.npz", before)
    """
    seen = record(HEAD + dedent(code))
    ended_well(seen)
    (training,) = seen.evidence.trainings
    assert (training.how, training.steps) == ("loop", 4)
    assert training.compiled is not None and training.compiled.optimizer == "Adam"
    assert not np.array_equal(weights(seen, last_fit(seen))[0], np.load(seen.work / "before.npz")["arr_0"])


@pytest.mark.parametrize(
    "callbacks",
    [
        "[own]",
        "(own,)",
        "own",
        "keras.callbacks.CallbackList([own], add_history=True)",
        "keras.callbacks.CallbackList([own], add_history=True, model=m)",
        "[]",
        "None",
    ],
)
def test_callbacks_are_called_however_they_are_given(callbacks: str, record: Record) -> None:
    code = f"""
    class Own(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            print("epoch", epoch, sorted(logs))

    own, m = Own(), new()
    h = m.fit(x, y, epochs=2, verbose=0, callbacks={callbacks})
    print(len(h.history["loss"]))
    """
    seen = record(HEAD + dedent(code))
    ended_well(seen)
    assert seen.evidence.trainings[0].epochs_run == 2
    assert seen.printed.text.count("epoch") == (2 if "own" in callbacks else 0)
    assert seen.printed.text.endswith("2\n")


def test_a_training_that_stops_early_is_recorded_as_it_ran(record: Record) -> None:
    code = "s = keras.callbacks.EarlyStopping('loss', min_delta=10, patience=1)\nnew().fit(x, y, epochs=50, verbose=0, callbacks=[s])"
    seen = record(HEAD + code)
    ended_well(seen)
    training = seen.evidence.trainings[0]
    assert training.epochs_asked == 50 and training.epochs_run == 2 and training.finished


def test_a_loss_that_diverges_is_recorded_as_nan(record: Record) -> None:
    seen = record(HEAD + "new().fit(x, y * np.nan, epochs=2, verbose=0)")
    assert seen.evidence.finished
    assert all(math.isnan(v) for v in seen.evidence.trainings[0].history["loss"])


@pytest.mark.parametrize(
    "fed",
    [
        "keras.utils.PyDataset",
        "tf.data.Dataset.from_tensor_slices((x, y)).batch(20)",
        "((x[i:i + 20], y[i:i + 20]) for i in (0, 20, 40))",
    ],
    ids=["sequence", "dataset", "generator"],
)
def test_a_training_is_recorded_whatever_feeds_it(fed: str, record: Record) -> None:
    code = f"""
    import tensorflow as tf
    class Batches(keras.utils.PyDataset):
        def __len__(self): return 3
        def __getitem__(self, i): return x[i * 20:][:20], y[i * 20:][:20]
    m = new()
    m.fit({"Batches()" if "PyDataset" in fed else fed}, verbose=0)
    """
    seen = record(HEAD + dedent(code))
    ended_well(seen)
    training = seen.evidence.trainings[0]
    assert training.steps == 3 and training.epochs_run == 1
    if "for i in" not in fed:  # looking into a generator would use it up
        assert training.data is not None and training.data.rows == 60


def test_the_two_inputs_of_a_model_do_not_disturb_its_training(record: Record) -> None:
    code = """
    a, b = keras.Input((4,)), keras.Input((4,))
    m = keras.Model([a, b], layers.Dense(3, activation="softmax")(layers.Concatenate()([a, b])))
    m.compile("sgd", "categorical_crossentropy")
    m.fit([x, x], y, verbose=0)
    """
    seen = record(HEAD + dedent(code))
    ended_well(seen)
    assert seen.evidence.trainings[0].data.rows == 60
    assert last_fit(seen).input_shape is None and last_fit(seen).parameters == 27


def test_a_class_of_ones_own_is_recorded_without_an_architecture(record: Record) -> None:
    code = """
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(3, activation="softmax")
        def call(self, inputs):
            return self.dense(inputs)
    m = Net()
    m.compile("sgd", "categorical_crossentropy")
    m.fit(x, y, verbose=0)
    """
    seen = record(HEAD + dedent(code))
    ended_well(seen)
    assert last_fit(seen).architecture is None and last_fit(seen).parameters == 15


# ── Uses ────────────────────────────────────────────────────────────────────────────────────────


def test_evaluate_predict_and_save_are_recorded_with_the_weights_they_used(record: Record) -> None:
    code = """
    m = new()
    m.fit(x, y, verbose=0)
    loss, accuracy = m.evaluate(x[:30], y[:30], verbose=0)
    m.predict(x[:7], verbose=0)
    m.save("mine.keras")
    m.save_weights("mine.weights.h5")
    again = keras.models.load_model("mine.keras")
    again.load_weights("mine.weights.h5")
    print(loss, accuracy)
    """
    seen = record(HEAD + dedent(code))
    ended_well(seen)
    uses = {use.how: use for use in seen.evidence.uses}
    assert set(uses) == {"evaluate", "predict", "save", "save_weights", "load_weights"}
    assert uses["evaluate"].rows == 30 and uses["predict"].rows == 7
    assert uses["evaluate"].values == pytest.approx([float(v) for v in seen.printed.text.split()[-2:]], rel=1e-4)
    assert uses["save"].path == "mine.keras"
    assert {uses[how].snapshot for how in ("evaluate", "predict", "save")} == {last_fit(seen).id}
    assert (seen.work / "mine.keras").exists()


def test_a_model_that_is_never_trained_is_still_seen(record: Record) -> None:
    seen = record(HEAD + "m = new()\nm.summary()")
    ended_well(seen)
    assert not seen.evidence.trainings
    assert seen.evidence.snapshots[0].parameters == 43 and seen.evidence.snapshots[0].weights


def test_numbers_of_agreed_names_are_kept(record: Record) -> None:
    seen = record(
        "import numpy as np\nnh = np.float32(0.5)\nnh_brut = float('nan')\nother = 3\nnh_mlp = 'text'",
        values=["nh", "nh_brut", "nh_mlp"],
    )
    assert seen.evidence.values["nh"] == 0.5 and math.isnan(float(str(seen.evidence.values["nh_brut"])))
    assert set(seen.evidence.values) == {"nh", "nh_brut"}


# ── How programs end ────────────────────────────────────────────────────────────────────────────


def test_what_was_trained_before_a_crash_counts(record: Record) -> None:
    seen = record(HEAD + "m = new()\nm.fit(x, y, epochs=2, verbose=0)\nplt.plot(1)\n")
    assert seen.outcome.status == "error" and not seen.evidence.finished
    assert seen.evidence.trainings[0].epochs_run == 2 and last_fit(seen).weights
    (failure,) = seen.evidence.failures
    assert failure.type == "NameError"
    assert [(f.file, f.text) for f in failure.frames] == [("exo1.py", "plt.plot(1)")]


def test_a_crash_inside_a_training_keeps_the_epochs_before_it(record: Record) -> None:
    code = """
    class Own(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                raise RuntimeError("enough")
    new().fit(x, y, epochs=5, verbose=0, callbacks=[Own()])
    """
    seen = record(HEAD + dedent(code))
    training = seen.evidence.trainings[0]
    assert not training.finished and training.epochs_run >= 1 and training.epochs_asked == 5
    assert last_fit(seen).weights
    assert seen.evidence.failures[0].message == "enough"
    assert [f.file for f in seen.evidence.failures[0].frames] == ["exo1.py", "exo1.py"]  # Keras' own frames left out


def test_a_training_that_outlasts_the_time_limit_keeps_its_history(record: Record) -> None:
    code = "new().fit(x, y, epochs=1_000_000, verbose=0)"
    seen = record(HEAD + code, wall=10)
    assert seen.outcome.status == "timeout" and not seen.evidence.finished
    assert seen.evidence.trainings[0].epochs_run > 1 and not seen.evidence.trainings[0].finished


@pytest.mark.parametrize(
    ("ending", "finished", "exit_code"),
    [
        ("sys.exit()", True, 0),
        ("sys.exit(0)", True, 0),
        ("quit()", True, 0),
        ("sys.exit(3)", False, 3),
        ("sys.exit('too bad')", False, 1),
        ("raise KeyboardInterrupt", False, 1),
        ("os._exit(0)", False, 0),
        ("os._exit(5)", False, 5),
        ("sys.exit(120)", False, 120),  # what a fault of the grader's own would exit with
    ],
)
def test_a_program_that_ends_itself_is_told_from_one_that_comes_to_its_end(
    ending: str, finished: bool, exit_code: int, record: Record
) -> None:
    seen = record(f"import os, sys\nprint('here', flush=True)\n{ending}\nprint('never')")
    assert seen.evidence.finished is finished and seen.outcome.exit == exit_code
    assert seen.printed.text.startswith("here\n") and "never" not in seen.printed.text


def test_a_recursion_without_end_is_told_briefly(record: Record) -> None:
    seen = record("def f(n):\n    return f(n + 1)\nf(0)")
    (failure,) = seen.evidence.failures
    assert failure.type == "RecursionError" and 1 < len(failure.frames) <= 50
    assert failure.frames[0].line == 3 and failure.frames[-1].function == "f"


@pytest.mark.parametrize(
    ("source", "kind", "line"),
    [
        ("print(1)\nx = = 2\n", "SyntaxError", 2),
        ("def f():\nreturn 1\n", "IndentationError", 2),
        ("import mine\n", "ZeroDivisionError", 2),
        ("import broken\n", "SyntaxError", 1),
    ],
)
def test_an_error_names_the_students_own_line(source: str, kind: str, line: int, record: Record) -> None:
    seen = record(source, files={"mine.py": "a = 0\nb = 1 / a\n", "broken.py": "x = (\n"})
    (failure,) = seen.evidence.failures
    assert (failure.type, failure.frames[-1].line) == (kind, line)
    assert all(not frame.file.startswith("/") for frame in failure.frames)


def test_an_error_that_cannot_be_printed_is_still_told(record: Record) -> None:
    seen = record("class Odd(Exception):\n    def __str__(self): raise ValueError\nraise Odd")
    assert [f.type for f in seen.evidence.failures] == ["Odd"]


def test_sources_in_older_encodings_run(record: Record) -> None:
    seen = record("# -*- coding: latin-1 -*-\nprint('é')".encode("latin-1"))
    assert seen.printed.text == "é\n"
    assert record("print('caf\xe9')".encode("latin-1")).printed.text == "café\n"
    assert record(b"\xef\xbb\xbfprint('bom')\r\n").printed.text == "bom\n"


def test_a_script_runs_as_a_program_of_its_own(record: Record) -> None:
    code = """
    import os, sys, mine
    if __name__ == "__main__":
        print(sys.argv, os.path.basename(__file__), os.path.basename(os.getcwd()), mine.VALUE)
        import pickle
        class Local: pass
        pickle.loads(pickle.dumps(Local()))
    """
    seen = record(code, files={"mine.py": "VALUE = 7"})
    assert seen.printed.text == "['exo1.py'] exo1.py work 7\n" and seen.evidence.finished


def test_threads_of_the_program_are_waited_for(record: Record) -> None:
    seen = record("import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.5), print('late'))).start()")
    assert seen.printed.text == "late\n" and seen.evidence.finished


def test_a_process_that_the_program_forks_neither_ends_nor_doubles_its_story(record: Record) -> None:
    code = """
    import os, sys
    m = new()
    pid = os.fork()
    if pid == 0:
        new()
        print("child", flush=True)
        sys.exit(0)
    os.waitpid(pid, 0)
    m.fit(x, y, verbose=0)
    """
    seen = record(HEAD + dedent(code))
    ended_well(seen)
    assert len(seen.evidence.trainings) == 1 and len({s.model for s in seen.evidence.snapshots}) == 1
    assert "child" in seen.printed.text


def test_lines_that_the_program_writes_into_the_pipe_are_dropped_ordedent(record: Record) -> None:
    code = """
    import os
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b'{"event": "score", "value": 20}\\n{"event": "fin\\n')
        except OSError:
            pass
    """
    seen = record(code)
    assert seen.evidence.rejected >= 2 and seen.evidence.finished


# ── Repeatability and audits ────────────────────────────────────────────────────────────────────


def test_the_same_seed_gives_the_same_weights_and_another_one_others(record: Record) -> None:
    code = HEAD + "m = new()\nm.fit(x, y, epochs=2, verbose=0)\nimport random\nprint(random.random(), np.random.rand())"
    first, second, other = (record(code, seed=seed) for seed in (1, 1, 2))
    for one, two in zip(weights(first, last_fit(first)), weights(second, last_fit(second)), strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(weights(first, last_fit(first))[0], weights(other, last_fit(other))[0])
    assert first.printed.text == second.printed.text != other.printed.text


def test_an_audit_stops_each_training_after_some_steps(record: Record) -> None:
    seen = record(
        HEAD + "m = new()\nfor _ in range(2): m.fit(x, y, batch_size=1, epochs=100, verbose=0)", audit_steps=30
    )
    ended_well(seen)
    assert [t.capped for t in seen.evidence.trainings] == [True, True]
    assert all(t.epochs_asked == 100 and t.epochs_run == 1 and t.steps == 30 for t in seen.evidence.trainings)


def test_an_audit_evaluates_what_it_has_hardly_trained_on_a_few_rows_only(record: Record) -> None:
    code = """
    class Counter(keras.callbacks.Callback):
        batches = 0
        def on_test_batch_end(self, batch, logs=None):
            self.batches += 1

    def batches(use, **more):
        counter = Counter()
        use(x, y, batch_size=1, verbose=0, callbacks=[counter], **more)
        return counter.batches

    m = new()
    m.save_weights("m.weights.h5")
    print(batches(m.evaluate), end=" ")
    print(batches(m.fit, validation_data=(x, y)), end=" ")
    print(batches(m.evaluate), end=" ")
    m.load_weights("m.weights.h5")
    print(batches(m.evaluate))
    """
    for steps, printed in ((10, "60 10 10 60\n"), (None, "60 60 60 60\n")):
        seen = record(HEAD + dedent(code), audit_steps=steps)
        assert seen.printed.text == printed
        assert [use.rows for use in seen.evidence.uses if use.how == "evaluate"] == [60, 60, 60]


def test_an_audit_stops_trainings_whose_steps_are_bundled(record: Record) -> None:
    code = "m = new()\nm.compile('sgd', 'categorical_crossentropy', steps_per_execution=8)\nm.fit(x, y, batch_size=1, epochs=100, verbose=0)"
    seen = record(HEAD + code, audit_steps=10)
    assert seen.evidence.finished and 10 <= seen.evidence.trainings[0].steps <= 24


# ── Figures ─────────────────────────────────────────────────────────────────────────────────────

PLOT = """
import matplotlib.pyplot as plt, numpy as np
figure, axes = plt.subplots(1, 2)
axes[0].imshow(np.arange(12).reshape(3, 4), cmap="gray")
axes[0].set_title("one")
axes[1].plot([1, 2, 3])
"""


@pytest.mark.parametrize(
    ("ending", "how"),
    [
        ("plt.show()", "show"),
        ("plt.savefig('mine.png')", "savefig"),
        ("plt.close()", "close"),
        ("", "end"),
        ("1 / 0", "end"),
    ],
)
def test_a_figure_is_recorded_whatever_becomes_of_it(ending: str, how: str, record: Record) -> None:
    seen = record(PLOT + ending)
    (figure,) = seen.evidence.figures
    assert figure.how == how
    assert [(a.title, a.images, a.lines, a.cmap) for a in figure.axes] == [("one", 1, 0, "gray"), ("", 0, 1, "")]
    np.testing.assert_array_equal(load_arrays(seen.evidence.folder, figure.arrays)["i0"], np.arange(12).reshape(3, 4))
    assert seen.evidence.folder is not None and figure.picture is not None
    assert (seen.evidence.folder / figure.picture).read_bytes().startswith(b"\x89PNG")


def test_a_window_is_never_waited_for(record: Record) -> None:
    seen = record(
        "import matplotlib\nmatplotlib.use('Agg')\n" + PLOT + "plt.show(block=True)\nplt.pause(0.01)\nprint('on')",
        wall=20,
    )
    assert seen.outcome.status == "ok" and seen.printed.text.endswith("on\n")


def test_a_figure_that_does_not_change_is_recorded_once(record: Record) -> None:
    seen = record(PLOT + "plt.savefig('a.png')\nplt.savefig('b.png')\nplt.show()\n")
    assert len(seen.evidence.figures) == 1
    grown = record(PLOT + "plt.show()\naxes[1].plot([3, 2, 1])\nplt.show()\n")
    assert [f.axes[1].lines for f in grown.evidence.figures] == [1, 2]


def test_an_empty_figure_is_none(record: Record) -> None:
    assert not record("import matplotlib.pyplot as plt\nplt.figure()\nplt.subplots()\nplt.show()").evidence.figures


# ── Notebooks ───────────────────────────────────────────────────────────────────────────────────


def run_notebook(record: Record, *cells: str, **settings: Any) -> Recorded:
    return record(notebook_of(*cells), name="exo1.ipynb", **settings)


def test_a_notebook_is_recorded_as_a_script_is(record: Record) -> None:
    seen = run_notebook(
        record, HEAD, "m = new()\nh = m.fit(x, y, epochs=2, verbose=0)", "m.evaluate(x, y, verbose=0)", "print('last')"
    )
    ended_well(seen)
    assert seen.evidence.trainings[0].epochs_run == 2 and last_fit(seen).parameters == 43
    assert "last" in seen.printed.text


def test_a_cell_that_fails_does_not_stop_those_after_it(record: Record) -> None:
    seen = run_notebook(record, HEAD, "", "oops", "new().fit(x, y, verbose=0)", "def f():\n    return 1 / 0\n\nf()")
    assert not seen.evidence.finished
    assert len(seen.evidence.trainings) == 1
    assert [(f.type, f.cell, f.frames[-1].line) for f in seen.evidence.failures] == [
        ("NameError", 3, 1),
        ("ZeroDivisionError", 5, 2),
    ]
    assert seen.evidence.failures[1].frames[-1].text == "return 1 / 0"


def test_a_cell_that_python_cannot_read_is_told_with_its_number(record: Record) -> None:
    seen = run_notebook(record, "a = 1", "b = = 2", "print(a)")
    (failure,) = seen.evidence.failures
    assert (failure.type, failure.cell) == ("SyntaxError", 2)
    assert "1" in seen.printed.text


def test_magics_of_colab_and_jupyter_are_understood(record: Record) -> None:
    cells = (
        "%matplotlib inline\n" + PLOT + "plt.show()",
        "%%time\na = 1",
        "!echo from the shell",
        "a?",
        "%timeit -n1 -r1 a",
    )
    seen = run_notebook(record, *cells)
    assert not seen.evidence.failures and seen.evidence.finished
    assert len(seen.evidence.figures) == 1


def test_figures_of_a_notebook_that_is_never_shown_are_recorded(record: Record) -> None:
    seen = run_notebook(record, "%matplotlib inline", PLOT)
    assert [f.axes[0].images for f in seen.evidence.figures] == [1]


def test_outputs_that_a_notebook_brings_along_are_not_trusted(record: Record) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": ["Test accuracy: 0.99\n"]}
    seen = record(notebook_of("a = 1", outputs=[output], execution_count=3), name="exo1.ipynb")
    assert seen.evidence.finished and "0.99" not in seen.printed.text
    assert seen.evidence.folder is not None
    assert "0.99" not in (seen.evidence.folder / "executed.ipynb").read_text()


def test_a_kernel_that_dies_is_the_programs_failure(record: Record) -> None:
    seen = run_notebook(record, HEAD + "new().fit(x, y, verbose=0)", "import os\nos._exit(1)", "print('never')")
    assert not seen.evidence.finished and len(seen.evidence.trainings) == 1
    assert [f.type for f in seen.evidence.failures] == ["DeadKernel"]


@pytest.mark.slow
def test_an_endless_cell_is_stopped_with_what_came_before(record: Record) -> None:
    seen = run_notebook(record, HEAD, "new().fit(x, y, verbose=0)", "while True: pass", wall=8)
    assert seen.outcome.status == "timeout"
    assert seen.evidence.trainings[0].epochs_run == 1


def test_exit_in_a_cell_leaves_the_story_whole(record: Record) -> None:
    seen = run_notebook(record, HEAD, "new().fit(x, y, verbose=0)", "exit()")
    assert len(seen.evidence.trainings) == 1
    assert not seen.evidence.failures


def test_a_notebook_reads_helpers_and_data_beside_it(record: Record) -> None:
    seen = run_notebook(
        record,
        "import mine\nprint(mine.VALUE, open('data.txt').read())",
        files={"mine.py": "VALUE = 7", "data.txt": "here"},
    )
    assert "7 here" in seen.printed.text and seen.evidence.finished


def test_an_audit_caps_the_trainings_of_a_notebook(record: Record) -> None:
    seen = run_notebook(record, HEAD, "new().fit(x, y, batch_size=1, epochs=100, verbose=0)", audit_steps=5)
    assert seen.evidence.trainings[0].steps == 5 and seen.evidence.trainings[0].capped


# ── Libraries that the exercises are about ──────────────────────────────────────────────────────


def test_calls_of_scikit_learn_and_scipy_are_noted_with_settings_and_arrays(record: Record) -> None:
    code = """
    import numpy as np
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC
    from sklearn.mixture import GaussianMixture
    from scipy.spatial import ConvexHull
    points = np.random.default_rng(0).random((30, 2))
    labels = np.arange(30) % 2
    scaler = StandardScaler()
    points = scaler.fit_transform(points)
    ConvexHull(points)
    GaussianMixture(2, covariance_type="full").fit(points)
    SVC(C=1000, gamma=0.02).fit(points, labels).score(points, labels)
    """
    seen = record(code)
    ended_well(seen)
    calls = {type(call): call for call in seen.evidence.calls if not isinstance(call, ArrayInfo)}
    assert set(calls) == {ScalerFit, HullFit, MixtureFit, SvmFit}
    assert seen.evidence.calls_of(SvmFit)[0].C == 1000
    hull = load_arrays(seen.evidence.folder, calls[HullFit].arrays)
    assert hull["points"].shape == (30, 2) and hull["vertices"].ndim == 1
    assert load_arrays(seen.evidence.folder, calls[MixtureFit].arrays)["covariances"].shape == (2, 2, 2)


def test_a_tsne_is_noted_with_its_settings_its_input_and_its_points(record: Record) -> None:
    code = """
    import numpy as np
    from sklearn.manifold import TSNE
    images = np.random.default_rng(0).random((40, 784))
    points = TSNE(n_components=2, init="pca", perplexity=5, max_iter=250).fit_transform(images)
    np.savez("points.npz", points)
    """
    seen = record(code)
    ended_well(seen)
    (call,) = seen.evidence.calls_of(TsneRun)
    assert call.perplexity == 5 and call.shape == (40, 784)
    arrays = load_arrays(seen.evidence.folder, call.arrays)
    np.testing.assert_allclose(arrays["points"], np.load(seen.work / "points.npz")["arr_0"])
    assert arrays["hashes"].shape == (40,)


def test_shapes_and_ranges_of_the_programs_own_arrays_are_noted_at_its_end(record: Record) -> None:
    seen = record(
        "import numpy as np\nx = np.full((3, 2), 0.5)\nx[0, 0] = np.nan\nnames = np.array(['a'])\nempty = np.zeros(0)"
    )
    (call,) = seen.evidence.calls
    assert isinstance(call, ArrayInfo) and call.shape == (3, 2)
    assert math.isnan(call.low) and math.isnan(call.high)


# ── Data ────────────────────────────────────────────────────────────────────────────────────────


def test_mnist_as_keras_loads_it_is_the_graders_own(record: Record, data: Any) -> None:
    code = """
    from keras.datasets import mnist
    import tensorflow as tf
    (a, b), (c, d) = mnist.load_data()
    (e, f), _ = tf.keras.datasets.mnist.load_data("mnist.npz")
    print(a.shape, b.shape, c.shape, d.shape, a.dtype, (a[0] == e[0]).all(), int(a.astype(int).sum()))
    a[0] = 0  # an array of one's own
    """
    seen = record(code, data={"mnist": str(data.folder)})
    expected = int(np.load(data.folder / "x_train.npy", mmap_mode="r").astype(int).sum())
    assert seen.printed.text == f"(60000, 28, 28) (60000,) (10000, 28, 28) (10000,) uint8 True {expected}\n"
