"""What an error means where its message says more than its type: the usual ones, each told by its own sentence."""

from __future__ import annotations

import re
from collections.abc import Callable

from grader.domain import Failure, Text
from grader.messages import safe, say

# Libraries that students know, and that the courses do without.
ABSENT = frozenset(
    "torch torchvision cv2 pandas seaborn plotly skimage theano mxnet tensorflow_hub tensorflow_datasets "
    "tensorflow_addons keras_tuner tqdm umap xgboost imageio statsmodels pydot graphviz yaml tkinter ipywidgets".split()
)
# What the exercises stand on, and the name under which pip knows it.
COURSE = {
    "keras": "keras", "tensorflow": "tensorflow", "numpy": "numpy", "sklearn": "scikit-learn", "scipy": "scipy",
    "matplotlib": "matplotlib", "h5py": "h5py", "PIL": "pillow",
}  # fmt: skip
_FOREIGN = re.compile(r"[A-Za-z]:[\\/]|/(?:Users|home|content|mnt|media|Volumes|kaggle)/|\\\\|~[/\\]")
MAX_CLASSES = 100  # more columns than that are pixels
_QUOTED = re.compile(r"""(?:'(?P<one>[^']{1,200})'|"(?P<two>[^"]{1,200})")""")
_EXPECTED_SHAPE = re.compile(r"Expected shape (?P<want>\([^)]*\)),.{0,60}?shape (?P<got>\([^)]*\))")
_EXPECTED = re.compile(
    r"expected .{0,80}?(?:value|shape=?)\s*(?P<want>[\d(][^,\n]*|\([^)]*\)),.{0,60}?shape=?\s*(?P<got>\([^)]*\))"
)


def error_hint(failure: Failure) -> Text:
    """Return what an error's message means; empty where only the meaning of its type is known."""
    for types, pattern, sentence in _KNOWN:
        if failure.type in types:
            found = re.search(pattern, failure.message[:4000], re.DOTALL)
            if found:
                text = sentence(found)
                if text:
                    return text
    return Text()


_CONTRIB = say("`tf.contrib` was removed in 2019: what a course needs of it is in `keras`")


def _missing_module(found: re.Match[str]) -> Text:
    name = safe(found["name"], 80)
    if name in COURSE:
        return say(
            "`{module}` is missing from the environment in which `grade` runs: `pip install {package}` there",
            module=name,
            package=COURSE[name],
        )
    if name.startswith("tensorflow.contrib"):
        return _CONTRIB
    if name.startswith("tensorflow.examples"):
        return say(
            "`tensorflow.examples` was removed in 2019; the images are in `keras.datasets`: "
            "`(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()`"
        )
    if name.startswith(("keras.", "tensorflow.")):
        return say(
            "`{module}` no longer exists in today's Keras: look for the name in `keras.layers` or `keras.utils`",
            module=name,
        )
    if name.partition(".")[0] in ABSENT:
        return say("`{module}` is not installed here and the exercise does without it: remove this import", module=name)
    return say(
        "there is no module `{module}` here: if it is a file of your own, hand it in beside the program; "
        "if it is a library, the exercise does without it",
        module=name,
    )


def _missing_file(found: re.Match[str]) -> Text:
    path = safe(found["one"] or found["two"] or "", 120)
    if _FOREIGN.match(path):
        return say(
            "`{path}` exists on your machine only: write the path relative to the program, as in `{name}`",
            path=path,
            name=re.split(r"[/\\]", path)[-1] or path,
        )
    return Text()


def _wrong_shape(found: re.Match[str]) -> Text:
    numbers = _EXPECTED.search(found.string) or _EXPECTED_SHAPE.search(found.string)
    if numbers is None:
        return say(
            "the images have not the shape that the model was built for: compare `x_train.shape` with its input shape"
        )
    return say(
        "the model was built for inputs of {want}, and was given {got}: reshape the images, "
        "for example with `x_train.reshape(len(x_train), 784)`",
        want=safe(numbers["want"].strip(), 40),
        got=safe(numbers["got"], 40),
    )


_ONE_NUMBER = say(
    "an array stands where one number per point is expected: are the labels one-hot rows, or the images themselves? "
    "`np.argmax(y, axis=1)` turns one-hot rows into numbers"
)


def _wrong_labels(found: re.Match[str]) -> Text:
    if found["more"] or int(found["columns"]) > MAX_CLASSES:
        return say("the images themselves were given where their labels are expected: give `y_test`, one number each")
    return say(
        "one-hot labels were given where one number per point is expected: `np.argmax(labels, axis=1)` makes them numbers"
    )


def _always(text: Text) -> Callable[[re.Match[str]], Text]:
    return lambda found: text


_VALUE = ("ValueError", "InvalidArgumentError", "TypeError")
_FILES = ("FileNotFoundError", "OSError", "ValueError", "PermissionError", "NotFoundError")
_KNOWN: tuple[tuple[tuple[str, ...], str, Callable[[re.Match[str]], Text]], ...] = (
    (("ModuleNotFoundError",), r"No module named '(?P<name>[^']{1,200})'", _missing_module),
    (
        _FILES,
        rf"(?:No such file|unable to open|File not found|not found|Permission denied).*?{_QUOTED.pattern}",
        _missing_file,
    ),
    (
        _FILES,
        r"File not found: filepath=|No such file or directory: '[^']*\.(?:keras|h5|hdf5)'|Unable to (?:synchronously )?open file",
        _always(say("this file is not beside the program: hand it in too, or write it before it is read")),
    ),
    (_VALUE, r"incompatible with the layer|Invalid input shape for input", _wrong_shape),
    (
        _VALUE,
        r"must have the same shape|Shapes? \(None,[^)]*\) and \(None,[^)]*\) are incompatible|must have the same rank",
        _always(
            say(
                "the labels have not the shape of the model's outputs: "
                "one-hot labels (`to_categorical`) go with `categorical_crossentropy`, and the last layer has one unit per class"
            )
        ),
    ),
    (
        _VALUE,
        r"Data cardinality is ambiguous",
        _always(say("there are not as many labels as images: were training and test sets mixed up?")),
    ),
    (
        ("ValueError",),
        r"cannot reshape array of size (?P<size>\d+)",
        _always(
            say(
                "the new shape must hold exactly as many numbers as the old one: 60000 training images, but 10000 test images"
            )
        ),
    ),
    (
        ("ValueError", "RuntimeError", "AttributeError"),
        r"(?:must call `compile\(\)`|compile your model|compile the model)",
        _always(say("`model.compile(…)` must come before training and evaluating")),
    ),
    (
        ("ValueError", "AttributeError", "RuntimeError"),
        r"has never been called|has not yet been built|hasn't been built|has no defined (?:in|out)put|isn't built",
        _always(say("the model does not know the size of its input yet: begin it with `keras.Input((784,))`")),
    ),
    (
        ("TypeError", "ValueError"),
        r"Only instances of `?keras\.Layer",
        _always(
            say("layers of two libraries are mixed, or a layer's brackets are missing: import everything from `keras`")
        ),
    ),
    (
        ("ValueError", "TypeError"),
        r"(?:Unrecognized keyword arguments? passed to|Argument\(s\) not recognized|unexpected keyword argument)",
        _always(
            say("this argument does not exist, or no longer: compare its name with today's documentation of Keras")
        ),
    ),
    (
        ("ValueError",),
        r"could not convert string|Invalid dtype|Failed to convert",
        _always(say("a list or a text was given where an array of numbers is expected")),
    ),
    (
        _VALUE,
        r"labels doit être de forme .* reçu : \((?P<rows>\d+), (?P<columns>\d+)(?P<more>, \d+)?",
        _wrong_labels,
    ),
    (
        ("IndexError",),
        r"too many indices for array: array is \d-dimensional, but \d were indexed|boolean index did not match",
        _always(_ONE_NUMBER),
    ),
    (("ValueError",), r"truth value of an array with more than one element", _always(_ONE_NUMBER)),
    (
        ("InvalidArgumentError",),
        r"Received a label value of (?P<label>-?\d{1,9}) which is outside the valid range of \[0, (?P<classes>\d{1,9})\)",
        lambda m: say(
            "a label is {label}, and the last layer has only {classes} units, for the classes 0 to {last}: "
            "give it one unit per class, and begin the labels at 0",
            label=m["label"],
            classes=m["classes"],
            last=int(m["classes"]) - 1,
        ),
    ),
    (("ImportError",), r"tf\.contrib was removed", _always(_CONTRIB)),
    (
        ("AttributeError",),
        r"'NoneType' object",
        _always(say("a function that returns nothing (None) was used as if it returned a value")),
    ),
    (
        ("ImportError",),
        r"cannot import name",
        _always(
            say("this name does not exist in that module, or no longer; is one of your own files named like a library?")
        ),
    ),
)
