"""Programs that lie to their own recorder, which shares their process: each is graded as a real submission in a sandbox.

A lie may cost its author marks; it must not earn what was not done, must not leave the submission unmarked, and must
not touch the next one by the same worker. What cannot be told apart, in principle, is said in `grader.evidence`; the
tests at the end pin down just how much that is worth.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.domain import DatasetInfo, Mode, Record, Status, Submission
from grader.grading import Options, Workbench, grade, running_workbench
from grader.sandbox import BACKENDS
from tests.attacks.attack import said
from tests.endings import PATIENCE, waits_no_longer_than

Grade = Callable[..., Record]

MODEL = """
import os, gc, json, sys, numpy as np, keras
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x = x_train[:300].reshape(300, 784).astype("float32") / 255
y = np.eye(10, dtype="float32")[y_train[:300]]
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])
model.compile(keras.optimizers.SGD(0.5), "categorical_crossentropy", metrics=["accuracy"])
"""

FORGE = """
FIT = dict(event="fit_begin", id=900, model=900, how="fit", epochs=10, batch_size=300,
           compiled=dict(model=900, loss="categorical_crossentropy", optimizer="SGD", learning_rate=0.5, metrics=["accuracy"]))
LAYERS = [dict(kind="Dense", name="d", settings=dict(units=10, activation="softmax", use_bias=True), output_shape=[10],
               parameters=7850)]
OUT = os.path.join(os.path.dirname(os.getcwd()), "out")

# The recorder's own pipe, found by walking all objects.
PIPE = next(o for o in gc.get_objects() if type(o).__name__ == "EventWriter")._pipe

def send(**event):
    os.write(PIPE, json.dumps(event).encode() + b"\\n")

def forge(model, weights, layers=LAYERS, parameters=7850, name="weights-900.npz"):
    if weights is not None:
        np.savez(os.path.join(OUT, name), **{f"w{i}": w for i, w in enumerate(weights)})
    send(**FIT)
    for epoch in range(10):
        send(event="epoch", fit=900, epoch=epoch, logs=dict(loss=0.01, accuracy=0.999))
    send(event="fit_end", fit=900, steps=2000, finished=True)
    send(event="snapshot", id=900, model=900, name="m", reason="fit", architecture=model if isinstance(model, str) else model.to_json(),
         layers=layers, parameters=parameters, input_shape=[None, 784], output_shape=[None, 10], weights=name, steps=2000)
"""


@pytest.fixture(scope="module", params=["bubblewrap", pytest.param("landlock", marks=pytest.mark.slow)])
def workbench(request: pytest.FixtureRequest, data: DatasetInfo) -> Iterator[Workbench]:
    sandbox = BACKENDS[request.param]()
    test = sandbox.self_test()
    if not test.works:
        pytest.skip(test.why.en)
    with running_workbench(sandbox, {"mnist": data}, threads=1) as one:
        yield one


@pytest.fixture
def graded(tmp_path: Path, workbench: Workbench) -> Grade:
    def graded(source: str, **options: float) -> Record:
        (tmp_path / "exo1.py").write_text(textwrap.dedent(source), encoding="utf-8")
        submission = Submission("s", "exo1", tmp_path, tmp_path / "exo1.py", (Path("exo1.py"),))
        record = grade(catalog.locate().find("exo1"), submission, workbench, Options(Mode.FULL, threads=1, **options))  # type: ignore[arg-type]
        assert not record.broken, said(record)
        return record

    return graded


def points(record: Record, *names: str) -> list[float]:
    """Shares of the points of each check."""
    found = {v.id: v.points / v.max_points for v in record.verdicts}
    return [found[name] for name in names]


HONEST = "model.fit(x, y, batch_size=300, epochs=10, verbose=0)\n"


def test_the_honest_program_that_the_others_are_measured_by(graded: Grade) -> None:
    """Trained on few images, so that it is quick: everything but the accuracy is right."""
    record = graded(MODEL + HONEST)
    assert points(record, "runs", "parameters", "architecture", "training", "accuracy") == [1, 1, 1, 1, 0]


# ── Lies that earn nothing ──────────────────────────────────────────────────────────────────────

LIES = {
    "fit replaced by one that lies": """
        def fit(self, *a, epochs=1, **k):
            history = keras.callbacks.History()
            history.history = {"loss": [0.001] * epochs, "accuracy": [0.9999] * epochs}
            return history
        keras.Model.fit = fit
        model.fit(x, y, epochs=10)
        print("accuracy: 0.9999")
    """,
    "evaluate and predict replaced": """
        keras.Model.evaluate = lambda self, *a, **k: [0.0, 1.0]
        keras.Model.predict = lambda self, x, *a, **k: np.eye(10)[y_test[:len(x)]]
        print(model.evaluate(x_test.reshape(-1, 784), y_test))
    """,
    "numbers printed and saved": """
        nh = 1.0
        print("10000/10000 accuracy: 1.0000 note: 20/20")
        for name in ("record.json", "score.json", "note.txt", "../out/run.json", "../out/record.json"):
            open(name, "w").write(json.dumps({"score": 20, "accuracy": 1.0, "status": "passed"}))
    """,
    "the events of a score": """
        for event in ({"event": "score", "value": 20}, {"event": "verdict", "id": "accuracy", "status": "passed", "points": 20},
                      {"index": 0, "result": {"accuracy": 1.0, "train_accuracy": 1.0}}, {"done": {"status": "ok", "exit": 0}}):
            send(**event)
    """,
    "a training of weights that know nothing": "forge(model, model.get_weights())",
    "a snapshot without weights": "forge(model, None)",
    "weights that are not numbers": "forge(model, [w * np.nan for w in model.get_weights()])",
    "weights beyond all numbers": "forge(model, [np.full_like(w, 3e38) for w in model.get_weights()])",
    "weights of another shape": "forge(model, [np.ones((784, 20)), np.ones(20)])",
    "weights cut short": """
        forge(model, model.get_weights()); os.truncate(OUT + "/weights-900.npz", 20000)
    """,
    "weights that are objects": "forge(model, [np.array([{}], dtype=object)])",
    "an architecture of a billion units": """
        forge(model.to_json().replace('"units": 10', '"units": 131072'), model.get_weights())
    """,
    "a FIFO for weights": "os.mkfifo(OUT + '/weights-900.npz'); forge(model, None)",
    "a link to the data for weights": """
        os.symlink("/etc/passwd", OUT + "/weights-900.npz"); forge(model, None)
    """,
    "a layer that knows the labels": """
        class Oracle(keras.layers.Layer):
            def call(self, x):
                return keras.ops.convert_to_tensor(np.eye(10, dtype="float32")[y_test[:1]]) + 0 * x[:, :10]
        model = keras.Sequential([keras.Input((784,)), Oracle()])
        model.compile("sgd", "mse"); model.fit(x, y, epochs=1, verbose=0)
    """,
    "a Lambda that knows the labels": """
        truth = keras.ops.convert_to_tensor(np.eye(10, dtype="float32")[y_test])
        model = keras.Sequential([keras.Input((784,)), keras.layers.Lambda(lambda x: truth[: keras.ops.shape(x)[0]])])
        model.predict(x_test[:32].reshape(-1, 784), verbose=0)
    """,
    "a Dense of one's own that knows the labels": """
        @keras.saving.register_keras_serializable(package="keras.layers", name="Dense")
        class Dense(keras.layers.Dense):
            def call(self, x):
                return super().call(x) * 0 + 1
        model = keras.Sequential([keras.Input((784,)), Dense(10, activation="softmax")])
        model.compile("sgd", "mse"); model.fit(x, y, epochs=1, verbose=0)
    """,
}  # fmt: skip


QUICK = {
    "fit replaced by one that lies", "a training of weights that know nothing", "weights beyond all numbers",
    "an architecture of a billion units", "a FIFO for weights", "a Dense of one's own that knows the labels",
    "json broken", "weights swapped while they are saved", "the recorder emptied", "walking the frames",
    "one event without an end", "a flood of events that are taken",
}  # fmt: skip


def cases(programs: Mapping[str, str]) -> list[Any]:
    """The others run with the slow tests."""
    return [
        pytest.param(code, id=name, marks=[] if name in QUICK else [pytest.mark.slow])
        for name, code in programs.items()
    ]


@pytest.mark.parametrize("lie", cases(LIES))
def test_a_lie_does_not_make_a_model_accurate(lie: str, graded: Grade) -> None:
    with waits_no_longer_than(2 * PATIENCE):
        record = graded(MODEL + FORGE + textwrap.dedent(lie))
    assert points(record, "accuracy") == [0], said(record)


NOTED_AS_ANOTHER = """
wide = keras.Sequential([keras.Input((784,)), keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax")])
wide.compile("adam", "sparse_categorical_crossentropy")
wide.fit(x_train.reshape(-1, 784)[:20000] / 255.0, y_train[:20000], epochs=2, batch_size=100, verbose=0)
forge(wide, wide.get_weights())
"""


def test_an_accurate_model_noted_as_the_one_that_is_asked_for_is_not_that_one(graded: Grade) -> None:
    """The layers in the notes are a logistic regression; the weights are those of a better network."""
    record = graded(MODEL + FORGE + NOTED_AS_ANOTHER)
    assert points(record, "accuracy") == [0]
    message = next(v.message.en for v in record.verdicts if v.id == "accuracy")
    assert "description" in message, message


# ── Sabotage ────────────────────────────────────────────────────────────────────────────────────

SABOTAGE = {
    "json broken": "json.dumps = json.JSONEncoder.encode = None\n" + HONEST,
    "json made to lie": """
        import json.encoder
        honest = json.dumps
        json.dumps = lambda o, **k: honest({"event": "finished"} if "failure" in str(o) else o, **k)
        1 / 0
    """,
    "numpy broken": "np.savez = np.asarray = np.unique = None\nmodel.fit(x, y, verbose=0)",
    "weights swapped while they are saved": """
        honest = np.savez
        np.savez = lambda file, **arrays: honest(file, **{k: a * 0 + 1 for k, a in arrays.items()})
    """ + HONEST,
    "descriptors closed": "os.closerange(3, 300)\n" + HONEST,
    "the pipe replaced by a file": """
        os.dup2(os.open("events.txt", os.O_CREAT | os.O_WRONLY), PIPE)
    """ + HONEST,
    "the recorder silenced": """
        for o in gc.get_objects():
            if type(o).__name__ == "Guard":
                o._depth = 10
    """ + HONEST,
    "the recorder emptied": """
        for o in list(gc.get_objects()):
            if type(o).__name__ in ("EventWriter", "ModelWatch", "Recorder", "Guard", "FigureWatch"):
                vars(o).clear()
    """ + HONEST,
    "the recorder's modules removed": """
        for name in [n for n in sys.modules if n.startswith("grader")]:
            vars(sys.modules.pop(name)).clear()
    """ + HONEST,
    "walking the frames": """
        frame = sys._getframe()
        while frame:
            for name in list(frame.f_locals):
                if name in ("recorder", "make_recorder", "job", "fields"):
                    frame.f_locals[name] = None
            frame = frame.f_back
        for f in sys._current_frames().values():
            while f: f.f_locals.clear() if f is not sys._getframe() and "grader" in f.f_code.co_filename else None; f = f.f_back
    """,
    "Keras removed": "sys.modules.clear()\ndel model, keras",
    "a flood of junk events": "junk = b'x' * 60000 + b'\\n'\nfor _ in range(2000): os.write(PIPE, junk)\n" + HONEST,
    "one event without an end": "for _ in range(300): os.write(PIPE, b'[' * 65536)\n",
    "a flood of events that are taken": """
        line = json.dumps(dict(FIT, data=dict(rows=1, rows_file="rows-1.npz"))).encode() + b"\\n"
        np.savez(OUT + "/rows-1.npz", hashes=np.zeros(60000, np.uint64), low=np.zeros(60000), high=np.zeros(60000))
        for _ in range(20): os.write(PIPE, line * 2000)
    """,
}  # fmt: skip


@pytest.mark.parametrize("how", cases(SABOTAGE))
def test_who_breaks_the_recorder_breaks_only_their_own_mark(how: str, graded: Grade) -> None:
    record = graded(MODEL + FORGE + textwrap.dedent(how), time_limit=40.0)
    assert points(record, "accuracy") == [0]
    assert all(v.status is not Status.ERROR for v in record.verdicts)


def test_after_all_that_an_honest_program_gets_its_normal_mark(graded: Grade) -> None:
    record = graded(MODEL + HONEST)
    assert points(record, "runs", "parameters", "architecture", "training", "accuracy") == [1, 1, 1, 1, 0]


# ── Time ────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_daemon_writes_after_the_deadline_is_not_heard(graded: Grade) -> None:
    daemon = """
    import signal, time
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(6)  # the deadline is earlier
            for _ in range(50):
                send(event="finished"); send(event="value", name="nh", value=1.0); time.sleep(0.2)
        os._exit(0)
    while True: pass
    """
    record = graded(MODEL + FORGE + textwrap.dedent(daemon), time_limit=5.0)
    assert record.outcome is not None and record.outcome.status == "timeout" and record.outcome.seconds < 8
    assert points(record, "runs") == [0]


# ── What cannot be told apart ───────────────────────────────────────────────────────────────────


def test_a_forged_ending_and_a_forged_training_are_worth_what_cannot_be_proven(graded: Grade) -> None:
    """`runs` and `training` rest on what the program's own process tells. The accuracy does not."""
    record = graded(MODEL + FORGE + "forge(model, model.get_weights())\nsend(event='finished')\nos._exit(0)\n")
    assert points(record, "runs", "architecture", "training", "accuracy") == [1, 1, 1, 0]


@pytest.mark.slow
def test_a_history_may_be_invented_but_weights_are_judged(graded: Grade) -> None:
    """Real weights of a real training, with a history of its own telling: the mark is that of the weights."""
    lie = "\nforge(model, None)\nsend(event='epoch', fit=1, epoch=11, logs=dict(loss=0.0, accuracy=1.0))\n"
    honest, lying = graded(MODEL + HONEST), graded(MODEL + FORGE + HONEST + lie)
    assert lying.score <= honest.score
