"""Yesterday's spellings, Colab, and notebooks' habits run as they were meant, and each is told once."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from grader import datasets
from grader.domain import DatasetInfo
from tests.conftest import Recorded, notebook_of

Record = Callable[..., Recorded]

HEAD = "import numpy as np, keras; x = np.random.rand(60, 4); y = np.eye(3)[np.arange(60) % 3]\n"  # one line
NET = "m = keras.Sequential([keras.layers.Dense(3, input_dim=4, activation='softmax')])\n"
NET += "m.compile('sgd', 'categorical_crossentropy', metrics=['accuracy'])\n"


def told(seen: Recorded) -> list[tuple[int, str]]:
    return [(notice.line, notice.text.en) for notice in seen.evidence.notices]


def ran(seen: Recorded) -> Recorded:
    assert seen.outcome.status == "ok", seen.printed.text
    assert not seen.evidence.failures and seen.evidence.rejected == 0
    return seen


# ── Modules and names ───────────────────────────────────────────────────────────────────────────

# (the student's line, what is told of it: old and today's spelling)
OLD = "`{}` is an old spelling, which was understood: today one writes `{}`."
GONE = "`{}` no longer exists and is not needed any more: it was ignored."
LAYERS = "core convolutional pooling recurrent normalization embeddings advanced_activations merge"

MODULES = (
    *(
        (f"from keras.layers.{name} import *", OLD.format(f"keras.layers.{name}", "keras.layers"))
        for name in LAYERS.split()
    ),
    ("from keras.utils.np_utils import to_categorical", OLD.format("keras.utils.np_utils", "keras.utils")),
    ("keras.utils.np_utils.to_categorical([1])", OLD.format("keras.utils.np_utils", "keras.utils")),
    ("from keras.utils.vis_utils import plot_model", OLD.format("keras.utils.vis_utils", "keras.utils")),
    ("from keras.engine.topology import Layer", OLD.format("keras.engine.topology", "keras.layers")),
    ("from keras import objectives; objectives.mean_squared_error", OLD.format("keras.objectives", "keras.losses")),
    (
        "from tensorflow.keras.layers.core import Dense",
        OLD.format("tensorflow.keras.layers.core", "tensorflow.keras.layers"),
    ),
    (
        "from tensorflow.python.keras.layers import Dense; assert Dense is keras.layers.Dense",
        OLD.format("tensorflow.python.keras.layers", "tensorflow.keras.layers"),
    ),
    (
        "from keras.wrappers.scikit_learn import KerasClassifier, KerasRegressor",
        OLD.format("keras.wrappers.scikit_learn", "keras.wrappers.SKLearnClassifier"),
    ),
    ("from sklearn.externals import joblib; joblib.dump", OLD.format("sklearn.externals.joblib", "joblib")),
    (
        "from sklearn.cross_validation import train_test_split",
        OLD.format("sklearn.cross_validation", "sklearn.model_selection"),
    ),
)
NAMES = (
    ("from keras.models import Input", OLD.format("keras.models.Input", "keras.Input")),
    (
        "from keras.models import model_from_yaml",
        OLD.format("keras.models.model_from_yaml", "keras.models.model_from_json"),
    ),
    ("from keras.optimizers import adam", OLD.format("keras.optimizers.adam", "keras.optimizers.Adam")),
    (
        "from keras.preprocessing.image import ImageDataGenerator",
        OLD.format(
            "keras.preprocessing.image.ImageDataGenerator", "tensorflow.keras.preprocessing.image.ImageDataGenerator"
        ),
    ),
    ("from keras.regularizers import l1l2", OLD.format("keras.regularizers.l1l2", "keras.regularizers.L1L2")),
    ("keras.initializers.normal", OLD.format("keras.initializers.normal", "keras.initializers.RandomNormal")),
    ("keras.losses.mse", OLD.format("keras.losses.mse", "keras.losses.mean_squared_error")),
    ("keras.utils.multi_gpu_model", OLD.format("keras.utils.multi_gpu_model", "model")),
    (
        "from keras.layers import merge; a = keras.Input((4,)); assert merge([a, a], mode='concat').shape == (None, 8)",
        "merge",
    ),
    ("assert m.layers[0].output_shape == (60, 3)", OLD.format("layer.output_shape", "layer.output.shape")),
    ("assert np.float(1) == 1", OLD.format("np.float", "float")),
    ("assert np.int(1) == 1", OLD.format("np.int", "int")),
    ("assert np.object is object", OLD.format("np.object", "object")),
    ("assert np.Inf > 1", OLD.format("np.Inf", "np.inf")),
    ("from scipy.misc import imread", OLD.format("scipy.misc.imread", "matplotlib.pyplot.imread")),
    (
        "import scipy.misc; assert scipy.misc.imresize(x, (8, 6)).shape == (8, 6)",
        OLD.format("scipy.misc.imresize", "PIL.Image.resize"),
    ),
    ("scipy.misc.logsumexp([1, 2])", OLD.format("scipy.misc.logsumexp", "scipy.special.logsumexp")),
)
BACKEND = (
    ("assert float(K.sum(np.ones(3))) == 3", "sum", "keras.ops.sum"),
    ("assert K.int_shape(keras.Input((3,))) == (None, 3)", "int_shape", "tensor.shape"),
    ("assert K.eval(K.variable(3.0)) == 3", "variable", "keras.Variable"),
    ("K.permute_dimensions(np.ones((2, 3)), (1, 0))", "permute_dimensions", "keras.ops.transpose"),
    ("K.random_normal((2,))", "random_normal", "keras.random.normal"),
    ("assert K.logsumexp(np.zeros(1)) == 0", "logsumexp", "keras.ops.logsumexp"),
    ("assert K.placeholder(shape=(None, 3)).shape == (None, 3)", "placeholder", "keras.Input(…)"),
    ("assert K.image_dim_ordering() == 'tf'", "image_dim_ordering", "K.image_data_format()"),
    ("K.in_train_phase(1, 2)", "in_train_phase", "model(x, training=…)"),
    ("K.get_value(K.variable(1.0))", "get_value", "keras.ops.convert_to_numpy"),
    ("K.function([m.inputs[0]], [m.outputs[0]])([x])", "function", "keras.Model(inputs, outputs)"),
    ("K.tensorflow_backend.relu(-1.0)", "tensorflow_backend", "keras.backend"),
)
TENSORFLOW = (
    ("tf.set_random_seed(1)", OLD.format("tf.set_random_seed", "tf.random.set_seed")),
    ("tf.Session(config=tf.ConfigProto())", OLD.format("tf.Session", "tf.compat.v1.Session")),
    ("tf.reset_default_graph()", OLD.format("tf.reset_default_graph", "tf.compat.v1.reset_default_graph")),
    (
        "tf.compat.v1.disable_eager_execution(); tf.ones(1).numpy()",
        GONE.format("tf.compat.v1.disable_eager_execution()"),
    ),
    ("tf.train.AdamOptimizer(0.01)", OLD.format("tf.train.AdamOptimizer", "keras.optimizers.Adam")),
    ("tf.keras.optimizers.SGD(lr=0.1)", OLD.format("SGD(lr=…)", "SGD(learning_rate=…)")),
)
OPTIMIZERS = (
    ("SGD(lr=0.5)", OLD.format("SGD(lr=…)", "SGD(learning_rate=…)")),
    ("SGD(0.5, decay=1e-6)", OLD.format("SGD(decay=…)", "keras.optimizers.schedules.InverseTimeDecay(…)")),
    ("SGD(0.5, decay=0.0, momentum=0, nesterov=False)", GONE.format("SGD(decay=…)")),
    *(
        (f"{kind}(lr=0.1, epsilon=None)", OLD.format(f"{kind}(lr=…)", f"{kind}(learning_rate=…)"))
        for kind in ("Adam", "Adagrad", "Adadelta", "Adamax", "Nadam", "RMSprop")
    ),
    ("Nadam(0.1, schedule_decay=0.004)", GONE.format("Nadam(schedule_decay=…)")),
)


def each_is_told(record: Record, first: str, table: tuple[tuple[str, str], ...]) -> None:
    """One program whose lines are the table's, after `first`, which is one line."""
    seen = ran(record(f"{first}\n" + "\n".join(line for line, _ in table)))
    for number, (line, expected) in enumerate(table, start=2):
        assert any(at == number and expected in text for at, text in told(seen)), line
    assert {notice.where for notice in seen.evidence.notices} == {"exo1.py"}


ONE_LINE = HEAD.strip() + "; m = keras.Sequential([keras.layers.Dense(3)]); m(x)"


def test_modules_that_have_moved_are_found_and_told_with_their_line(record: Record) -> None:
    each_is_told(record, ONE_LINE, MODULES)


def test_names_that_have_moved_are_found_and_told_with_their_line(record: Record) -> None:
    each_is_told(record, ONE_LINE, NAMES)


def test_functions_of_the_backend_are_found_and_told_with_their_line(record: Record) -> None:
    table = tuple((line, OLD.format(f"keras.backend.{old}", today)) for line, old, today in BACKEND)
    each_is_told(record, ONE_LINE + "; from keras import backend as K", table)


def test_what_tensorflow_1_had_is_found_and_told_with_its_line(record: Record) -> None:
    each_is_told(record, "import tensorflow as tf", TENSORFLOW)


def test_arguments_of_optimizers_are_understood_and_told_with_their_line(record: Record) -> None:
    each_is_told(record, "from keras.optimizers import *", OPTIMIZERS)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("import tensorflow as tf; tf.contrib.layers", "ImportError"),
        ("from tensorflow.contrib import layers", "ModuleNotFoundError"),
        ("from keras import backend as K; K.gradients(1, 2)", "NotImplementedError"),
    ],
)
def test_what_cannot_be_lent_fails_where_the_student_asks(record: Record, line: str, kind: str) -> None:
    seen = record(line)
    (failure,) = seen.evidence.failures
    assert (failure.type, failure.frames[-1].line) == (kind, 1)


def test_each_use_is_told_once_per_line_with_the_file(record: Record) -> None:
    seen = ran(record("import numpy as np\nfor i in range(5):\n    np.float(i)\nnp.float(9)"))
    assert [line for line, _ in told(seen)] == [3, 4]
    (first, _) = seen.evidence.notices
    assert first.where == "exo1.py" and "`float`" in first.text.en and "ancienne écriture" in first.text.fr


def test_a_name_that_never_was_stays_an_error(record: Record) -> None:
    seen = record("import numpy as np, keras\nassert not hasattr(np, 'flaot')\nfrom keras.layers import Desne")
    assert seen.failure == "ImportError" and told(seen) == []


def test_todays_program_hears_nothing(record: Record) -> None:
    assert told(ran(record(HEAD + NET + "m.fit(x, y, verbose=0)\nm.save('a.keras')\nm.evaluate(x, y)"))) == []


# ── Arguments and methods ───────────────────────────────────────────────────────────────────────


def test_layers_with_arguments_of_old_are_those_of_today(record: Record) -> None:
    code = """
    from keras.layers import Convolution2D, MaxPooling2D, Dropout, Flatten, Dense
    m = keras.Sequential()
    m.add(Convolution2D(4, 3, 3, border_mode='same', input_shape=(8, 8, 1), init='uniform', dim_ordering='tf'))
    m.add(MaxPooling2D(pool_size=(2, 2), border_mode='valid'))
    m.add(Dropout(p=0.2)); m.add(Flatten()); m.add(Dense(output_dim=3, init='normal', W_regularizer='l2'))
    m.compile('sgd', 'categorical_crossentropy')
    m.fit(np.random.rand(60, 8, 8, 1), y, nb_epoch=2, verbose=0)
    """
    seen = ran(record(HEAD + dedent(code)))
    conv, pool, drop, _, dense = seen.evidence.snapshots[-1].layers
    assert conv.settings["kernel_size"] == [3, 3] and conv.settings["padding"] == "same"
    assert conv.settings["kernel_initializer"] == "RandomUniform" and conv.settings["strides"] == [1, 1]
    assert pool.settings["padding"] == "valid" and drop.settings["rate"] == 0.2
    assert dense.settings["units"] == 3 and dense.settings["kernel_regularizer"] == "L2"
    (training,) = seen.evidence.trainings
    assert training.epochs_asked == training.epochs_run == 2
    assert {"`Conv2D(4, 3, 3)`", "`Dropout(p=…)`", "`fit(nb_epoch=…)`"} <= {
        text.split(" is")[0] for _, text in told(seen)
    }


def test_a_stride_that_is_meant_stays_one(record: Record) -> None:
    code = "print(keras.layers.Conv2D(8, 5, 2).strides, keras.layers.Conv2D(8, 2, 2).strides)"
    seen = ran(record(HEAD + code))
    assert "(2, 2) (2, 2)" in seen.printed.text and told(seen) == []


def test_rates_of_old_are_recorded(record: Record) -> None:
    code = """
    from keras.optimizers import SGD, Adam
    Adam(lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0)
    m.compile(SGD(lr=0.5, decay=1.0, momentum=0, nesterov=False), 'categorical_crossentropy')
    m.fit(x, y, batch_size=60, epochs=3, verbose=0)
    assert abs(keras.backend.get_value(m.optimizer.lr) - 0.5 / 4) < 1e-6
    """
    seen = ran(record(HEAD + NET + dedent(code)))
    assert seen.evidence.trainings[-1].compiled is not None
    assert seen.evidence.trainings[-1].compiled.learning_rate == pytest.approx(0.5)


def test_generators_and_classes_of_old(record: Record) -> None:
    code = """
    def batches():
        while True:
            yield x[:20], y[:20]
    m.fit_generator(batches(), samples_per_epoch=64, nb_epoch=2, verbose=0, workers=2)
    assert len(m.evaluate_generator(batches(), steps=2)) == 2
    assert m.predict_classes(x).shape == (60,)
    from keras.models import Model
    from keras.layers import Input, Dense
    a = Input(shape=(4,))
    assert Model(input=a, output=Dense(3)(a)).count_params() == 15
    h = m.fit(x, y, verbose=0, validation_split=0.2).history
    m.compile('sgd', 'categorical_crossentropy', ['accuracy'])
    import tensorflow as tf
    assert Dense(3, activation=tf.nn.softmax).get_config()['activation'] == 'softmax'
    assert h['acc'] == h['accuracy'] and h['val_acc'] and sorted(h) == ['accuracy', 'loss', 'val_accuracy', 'val_loss']
    """
    seen = ran(record(HEAD + NET + dedent(code)))
    assert [(t.epochs_run, t.steps) for t in seen.evidence.trainings] == [(2, 4), (1, 2)]
    assert len({text for _, text in told(seen)}) >= 8


def test_accuracies_are_watched_and_read_under_their_name_of_old(record: Record) -> None:
    code = """
    from keras.callbacks import EarlyStopping, ModelCheckpoint
    stop = EarlyStopping(monitor='val_acc', patience=5)
    keep = ModelCheckpoint('w-{epoch:02d}-{val_acc:.1f}.hdf5', monitor='val_acc', save_best_only=True)
    h = m.fit(x, y, epochs=2, validation_data=(x, y), verbose=0, callbacks=[stop, keep])
    assert h.history.get('acc') == h.history['accuracy'] and stop.best is not None
    m.compile('sgd', 'categorical_crossentropy', metrics=['acc'])
    again = m.fit(x, y, validation_data=(x, y), verbose=0, callbacks=[EarlyStopping(monitor='val_acc')])
    assert again.history['accuracy'] == again.history['acc']
    """
    seen = ran(record(HEAD + NET + dedent(code)))
    assert [line for line, text in told(seen) if "monitor='val_acc'" in text] == [6, 7]
    assert any(name.name.endswith(".hdf5") for name in seen.work.iterdir())
    assert not any(line > 9 for line, _ in told(seen)), "a metric that is named acc is no old spelling"


def test_a_model_in_scikit_learns_clothes_is_trained_and_recorded(record: Record) -> None:
    code = """
    from keras.wrappers.scikit_learn import KerasClassifier, KerasRegressor
    def build(units=3):
        net = keras.Sequential([keras.layers.Dense(units, activation='softmax')])
        net.compile('sgd', 'categorical_crossentropy', metrics=['accuracy'])
        return net
    clf = KerasClassifier(build_fn=build, units=3, epochs=2, batch_size=20, verbose=0)
    clf.fit(x, y.argmax(axis=1))
    assert clf.predict(x).shape == (60,) and clf.predict_proba(x).shape == (60, 3) and 0 <= clf.score(x, y) <= 1
    from sklearn.base import clone
    from sklearn.model_selection import KFold
    assert clone(clf).get_params()['epochs'] == 2
    def line():
        net = keras.Sequential([keras.layers.Dense(1)])
        net.compile('sgd', 'mse')
        return net
    reg = KerasRegressor(build_fn=line, nb_epoch=3, verbose=0)
    reg.fit(x, x[:, 0])
    assert reg.predict(x).shape == (60,) and reg.score(x, x[:, 0]) < 0
    """
    seen = ran(record(HEAD + dedent(code)))
    assert [t.epochs_run for t in seen.evidence.trainings] == [2, 3]


def test_architectures_that_keras_2_wrote_are_read(record: Record) -> None:
    layer = '{"class_name": "Dense", "config": {"units": 3, "activation": "softmax", "name": "d"'
    old = layer + ', "batch_input_shape": [null, 4]}}'
    yaml = """class_name: Sequential
config:
- class_name: Dense
  config: {activation: softmax, units: 3, name: d, batch_input_shape: !!python/tuple [null, 4]}
keras_version: 2.1.2
backend: tensorflow
"""
    json_1 = '{"class_name": "Sequential", "config": [' + old + '], "keras_version": "2.1.2"}'
    json_2 = '{"class_name": "Sequential", "config": {"name": "s", "layers": [' + old + ']}, "keras_version": "2.2.4"}'
    files = {
        "a.yaml": yaml,
        "b.yaml": json_1,
        "c.json": json_1,
        "d.json": json_2,
        "code.yaml": "!!python/object/apply:os.getcwd []",
    }
    code = """
    from keras.models import model_from_yaml, model_from_json
    for name in ('a.yaml', 'b.yaml', 'c.json', 'd.json'):
        read = model_from_yaml if name.endswith('yaml') else model_from_json
        assert read(open(name).read()).count_params() == 15, name
    assert model_from_json(m.to_json()).count_params() == 15
    try:
        model_from_yaml(open('code.yaml').read())
    except Exception as problem:
        print(type(problem).__name__)
    """
    seen = ran(record(HEAD + NET + dedent(code), files=files))
    assert "ConstructorError" in seen.printed.text


def test_models_of_two_editions_of_keras_are_mixed(record: Record) -> None:
    code = """
    import tensorflow as tf
    from tensorflow.keras.layers import Activation
    both = tf.keras.Sequential([keras.layers.Dense(3, input_dim=4), Activation('softmax')])
    both.add(tf.keras.layers.Dropout(0.1))
    both.compile(tf.keras.optimizers.SGD(0.1), keras.losses.CategoricalCrossentropy(), metrics=['acc'])
    both.fit(x, y, verbose=0)
    keras.Model(both.inputs, both.layers[0].output).predict(x, verbose=0)
    """
    seen = ran(record(HEAD + dedent(code)))
    assert len(seen.evidence.trainings) == 1 and told(seen) == []


# ── Files ───────────────────────────────────────────────────────────────────────────────────────


def test_models_are_saved_and_loaded_under_names_of_old(record: Record) -> None:
    code = """
    from keras.models import model_from_yaml, load_model
    from keras.callbacks import ModelCheckpoint, TensorBoard
    checks = [ModelCheckpoint('w.hdf5', period=1), ModelCheckpoint('p.h5', save_weights_only=True)]
    m.fit(x, y, verbose=0, callbacks=[*checks, TensorBoard('logs', batch_size=8, histogram_freq=2, write_grads=True)])
    open('m.yaml', 'w').write(m.to_yaml())
    m.save_weights('m.h5'); m.save_weights('poids'); m.save('whole.h5'); m.save('dossier')
    for name in ('m.h5', 'poids', 'p.h5'):
        again = model_from_yaml(open('m.yaml').read())
        again.load_weights(name)
        assert np.allclose(m.predict(x, verbose=0), again.predict(x, verbose=0)), name
    for name in ('whole.h5', 'dossier', 'w.hdf5'):
        assert len(load_model(name).evaluate(x, y, verbose=0)) == 2, name
    """
    seen = ran(record(HEAD + NET + dedent(code)))
    saves = [use.path for use in seen.evidence.uses if use.how == "save_weights"]
    assert "m.h5" in saves, "the recorder sees the name that the student wrote"
    assert not (seen.work / "logs").exists()


@pytest.fixture(scope="module")
def signs() -> DatasetInfo:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("GRADE_DATA", raising=False)
        return datasets.resolve("signs")


def test_colab_finds_the_courses_files_and_the_students(record: Record, data: DatasetInfo, signs: DatasetInfo) -> None:
    code = """
    import os, h5py, numpy as np, keras
    from google.colab import drive, files
    drive.mount('/content/gdrive')
    assert files.upload()['notes.txt'] == b'bonjour'
    for path in ('/content/gdrive/MyDrive/tp_1/data/train_signs.h5', r'C:\\Users\\moi\\train_signs.h5', '../data/train_signs.h5'):
        with h5py.File(path, 'r') as file:
            assert 'train_set_x' in file
    assert open('/content/gdrive/MyDrive/notes.txt').read() == 'bonjour'
    os.chdir('/content/gdrive/MyDrive/tp_1')
    with np.load('mnist.npz') as arrays:
        assert arrays['x_train'].shape == (60000, 28, 28)
    open('/content/sortie.txt', 'w').write('fait')
    get_ipython().run_line_magic('matplotlib', 'inline')
    display(3)
    """
    folders = {"mnist": str(data.folder), "signs": str(signs.folder)}
    seen = ran(record(dedent(code), data=folders, files={"notes.txt": "bonjour"}))
    assert (seen.work / "sortie.txt").read_text() == "fait"
    assert [line for line, _ in told(seen)] == [3, 7, 7, 7, 9, 10, 11, 13, 14, 15]


def test_the_same_images_from_another_shop(record: Record, data: DatasetInfo) -> None:
    code = """
    from sklearn.datasets import fetch_openml, fetch_mldata
    X, y = fetch_openml('mnist_784', version=1, return_X_y=True, as_frame=False)
    assert X.shape == (70000, 784) and y[0] in set('0123456789')
    assert fetch_mldata('MNIST original').target.shape == (70000,)
    """
    assert [line for line, _ in told(ran(record(dedent(code), data={"mnist": str(data.folder)})))] == [2, 3]


def test_a_path_that_is_nobodys_stays_missing(record: Record) -> None:
    assert record("open('/content/rien.txt')").failure == "FileNotFoundError"
    assert record("open('/etc/rien.txt')").failure == "FileNotFoundError"


# ── Drawing and notebooks ───────────────────────────────────────────────────────────────────────


def test_windows_and_colours_of_old_are_no_failure(record: Record) -> None:
    code = """
    import matplotlib as mpl, numpy as np
    mpl.use('TKAgg')
    import matplotlib.pyplot as plt, matplotlib.cm as cm
    plt.switch_backend('Qt5Agg')
    plt.imshow(np.ones((3, 3)), cmap=cm.Vega10)
    plt.figure(); plt.hold(True); plt.imshow(np.ones((3, 3)), cmap='spectral')
    plt.show()
    assert mpl.get_backend().lower() == 'agg'
    mpl.use('Agg')
    """
    seen = ran(record(dedent(code)))
    assert len(seen.evidence.figures) == 2
    assert [line for line, _ in told(seen)] == [3, 5, 6, 7, 7]


def test_colour_maps_by_their_old_names_are_told(record: Record) -> None:
    code = """
    import matplotlib.pyplot as plt
    plt.set_cmap(plt.get_cmap('Vega10'))
    def draw():
        plt.scatter([1, 2], [1, 2], c=[0, 1], cmap='Vega20')
    draw()
    plt.scatter([1, 2], [1, 2], c=[0, 1], cmap='tab10')
    """
    assert [(line, "tab" in text) for line, text in told(ran(record(dedent(code))))] == [(3, True), (5, True)]


def test_an_angle_without_its_name_is_understood(record: Record) -> None:
    """As the first handouts of the course had it."""
    code = """
    import matplotlib as mpl
    ellipse = mpl.patches.Ellipse((1, 2), 3, 4, 50., color='red')
    assert (ellipse.width, ellipse.height, ellipse.angle) == (3, 4, 50)
    assert mpl.patches.Rectangle((1, 2), 3, 4, 50.).get_angle() == 50
    assert mpl.patches.Arc((1, 2), 3, 4, 50., 10., 20.).theta2 == 20
    mpl.patches.Ellipse((1, 2), 3, 4, angle=50.)
    try:
        mpl.patches.Ellipse((1, 2), 3, 4, 50., 60.)
    except TypeError as problem:
        print("refused")
    try:
        mpl.patches.Ellipse((1, 2), 3, 4, 50., angle=60.)
    except TypeError as problem:
        print("refused")
    """
    seen = ran(record(dedent(code)))
    assert seen.printed.text == "refused\nrefused\n"
    assert [line for line, _ in told(seen)] == [3, 5, 6]


def test_a_notebook_of_colab_runs_without_network(record: Record) -> None:
    cells = (
        "!pip install keras\n%matplotlib notebook\n%tensorflow_version 2.x\n%load_ext tensorboard\n!echo coucou",
        "%%time\nfrom google.colab import drive\ndrive.mount('/content/d')",
        "%cd /content/d/MyDrive\nprint(open('/content/d/notes.txt').read())",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\ndisplay(3)",
        "import numpy as np\n\nnp.float(3)",
    )
    seen = ran(record(notebook_of(*cells), name="exo1.ipynb", files={"notes.txt": "bonjour"}))
    assert "coucou" in seen.printed.text and "bonjour" in seen.printed.text and len(seen.evidence.figures) == 1
    places = [(notice.where, notice.line) for notice in seen.evidence.notices]
    assert {("<cell 1>", 1), ("<cell 2>", 2), ("<cell 5>", 3)} <= set(places)


def test_an_error_below_a_cell_magic_has_its_own_line(record: Record) -> None:
    seen = record(notebook_of("a = 1", "%%time\nb = 2\n\nb.nothing"), name="exo1.ipynb")
    (failure,) = seen.evidence.failures
    assert failure.cell == 2 and (failure.frames[-1].file, failure.frames[-1].line) == ("<cell 2>", 4)


@pytest.mark.parametrize(
    ("source", "runs"),
    [
        ("# réglé\nprint('été')\n".encode("latin-1"), True),
        ("# -*- coding: latin-1 -*-\nprint('été')\n".encode("latin-1"), True),
        ("\ufeffprint('été')\r\n".encode(), True),
        (b"def f():\n\tif 1:\n        return 1\n", False),
    ],
    ids=["latin-1", "declared", "mark and CRLF", "tabs mixed"],
)
def test_sources_as_editors_write_them(record: Record, source: bytes, runs: bool) -> None:
    seen = record(source)
    assert (seen.outcome.status == "ok" and "été" in seen.printed.text) if runs else seen.failure == "TabError"
