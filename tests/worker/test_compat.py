"""Yesterday's spellings, Colab, and notebooks' habits run as they were meant, and each is told once."""

from __future__ import annotations

from collections.abc import Callable

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

MOVED = (
    ("from keras.layers.core import Dense, Activation, Dropout", "keras.layers.core"),
    ("from keras.layers.convolutional import Convolution2D, MaxPooling2D", "keras.layers.convolutional"),
    ("from keras.layers import pooling, recurrent, normalization, embeddings", "keras.layers.recurrent"),
    ("from keras.layers.advanced_activations import LeakyReLU, PReLU", "keras.layers.advanced_activations"),
    ("from keras.layers.merge import concatenate", "keras.layers.merge"),
    (
        "from keras.utils import np_utils; assert np_utils.to_categorical([1], 3).shape == (1, 3)",
        "keras.utils.np_utils",
    ),
    ("from keras.utils.vis_utils import plot_model", "keras.utils.vis_utils"),
    ("from keras.models import Input, Model, model_from_yaml, model_from_json", "keras.models.model_from_yaml"),
    ("from keras.optimizers import SGD, adam", "keras.optimizers.adam"),
    ("from keras.preprocessing.image import ImageDataGenerator", "ImageDataGenerator"),
    ("from keras.engine.topology import Layer", "keras.engine.topology"),
    ("from keras import objectives; objectives.mean_squared_error", "keras.objectives"),
    ("from keras import backend as K; assert float(K.sum(np.ones(3))) == 3", "keras.backend.sum"),
    ("from keras import backend as K; assert K.image_dim_ordering() == 'tf'", "image_dim_ordering"),
    ("keras.utils.np_utils.to_categorical([1])", "keras.utils.np_utils"),
    ("from tensorflow.keras.layers.core import Dense", "tensorflow.keras.layers.core"),
    (
        "from tensorflow.python.keras.layers import Dense; assert Dense is keras.layers.Dense",
        "tensorflow.python.keras.layers",
    ),
    ("import tensorflow as tf; tf.set_random_seed(1)", "tf.set_random_seed"),
    ("import tensorflow as tf; tf.Session(config=tf.ConfigProto())", "tf.Session"),
    ("import tensorflow as tf; tf.compat.v1.disable_eager_execution(); tf.ones(1).numpy()", "disable_eager_execution"),
    ("assert np.float(1) == np.int(1) and np.Inf > 1 and np.bool", "np.float"),
    ("from sklearn.externals import joblib; joblib.dump", "sklearn.externals"),
    ("from sklearn.cross_validation import train_test_split", "sklearn.cross_validation"),
    ("from scipy.misc import imread, imresize; assert imresize(x, (8, 6)).shape == (8, 6)", "scipy.misc.imresize"),
)


def test_what_has_moved_is_found_and_told_with_its_line(record: Record) -> None:
    seen = ran(record(HEAD + "\n".join(line for line, _ in MOVED)))
    for number, (line, old) in enumerate(MOVED, start=2):
        assert any(at == number and old in text for at, text in told(seen)), line


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
    seen = ran(record(HEAD + _plain(code)))
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
    seen = ran(record(HEAD + NET + _plain(code)))
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
    seen = ran(record(HEAD + NET + _plain(code)))
    assert [(t.epochs_run, t.steps) for t in seen.evidence.trainings] == [(2, 4), (1, 2)]
    assert len({text for _, text in told(seen)}) >= 8


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
    seen = ran(record(HEAD + NET + _plain(code)))
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
    seen = ran(record(_plain(code), data=folders, files={"notes.txt": "bonjour"}))
    assert (seen.work / "sortie.txt").read_text() == "fait"
    assert [line for line, _ in told(seen)] == [3, 7, 7, 7, 9, 10, 11, 13, 14, 15]


def test_the_same_images_from_another_shop(record: Record, data: DatasetInfo) -> None:
    code = """
    from sklearn.datasets import fetch_openml, fetch_mldata
    X, y = fetch_openml('mnist_784', version=1, return_X_y=True, as_frame=False)
    assert X.shape == (70000, 784) and y[0] in set('0123456789')
    assert fetch_mldata('MNIST original').target.shape == (70000,)
    """
    assert [line for line, _ in told(ran(record(_plain(code), data={"mnist": str(data.folder)})))] == [2, 3]


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
    seen = ran(record(_plain(code)))
    assert len(seen.evidence.figures) == 2
    assert [line for line, _ in told(seen)] == [3, 5, 6, 7]


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


def _plain(code: str) -> str:
    import textwrap

    return textwrap.dedent(code)
