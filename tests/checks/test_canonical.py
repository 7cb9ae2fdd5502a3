"""Equal architectures compare as equal, however they are spelt; unequal ones do not."""

from __future__ import annotations

import pytest

from grader.analysis.canonical import canonical, differing, same, written
from grader.domain import LayerInfo, layer
from tests.checks.build import seen

ASKED = canonical((
    layer("Conv2D", filters=32, kernel_size=5, activation="sigmoid"), layer("MaxPooling2D", pool_size=2), layer("Flatten"),
    layer("Dense", units=10, activation="softmax"),
))  # fmt: skip
CONV = seen("Conv2D", filters=32, kernel_size=[5, 5], activation="sigmoid", padding="same")
POOL = seen("MaxPooling2D", pool_size=[2, 2])
DENSE = seen("Dense", units=10, activation="softmax")

EQUAL = {
    "as asked for": (CONV, POOL, seen("Flatten"), DENSE),
    "with its input": (seen("InputLayer"), CONV, POOL, seen("Flatten"), DENSE),
    "reshaped first": (seen("Reshape", target_shape=[28, 28, 1]), CONV, POOL, seen("Flatten"), DENSE),
    "rescaled first": (seen("Rescaling"), seen("Reshape"), CONV, POOL, seen("Flatten"), DENSE),
    "activation on its own": (
        seen("Conv2D", filters=32, kernel_size=[5, 5]), seen("Activation", activation="sigmoid"), POOL, seen("Flatten"), DENSE,
    ),
    "softmax as a layer": (CONV, POOL, seen("Flatten"), seen("Dense", units=10), seen("Softmax")),
    "softmax as an activation layer": (CONV, POOL, seen("Flatten"), seen("Dense", units=10), seen("Activation", activation="softmax")),
    "with dropout": (CONV, POOL, seen("Dropout", rate=0.2), seen("Flatten"), DENSE),
    "with dropout before the activation": (
        CONV, POOL, seen("Flatten"), seen("Dense", units=10), seen("Dropout"), seen("Activation", activation="softmax"),
    ),
    "older names": (
        LayerInfo("Convolution2D", "c", CONV.settings, None, 0), LayerInfo("MaxPool2D", "p", POOL.settings, None, 0), seen("Flatten"), DENSE,
    ),
}  # fmt: skip

UNEQUAL = {
    "nothing": (),
    "a layer less": (CONV, seen("Flatten"), DENSE),
    "a layer more": (CONV, POOL, seen("Flatten"), DENSE, DENSE),
    "another order": (POOL, CONV, seen("Flatten"), DENSE),
    "another size": (
        seen("Conv2D", filters=32, kernel_size=[3, 3], activation="sigmoid"),
        POOL,
        seen("Flatten"),
        DENSE,
    ),
    "a window that is not square": (
        seen("Conv2D", filters=32, kernel_size=[5, 3], activation="sigmoid"),
        POOL,
        seen("Flatten"),
        DENSE,
    ),
    "another activation": (
        seen("Conv2D", filters=32, kernel_size=[5, 5], activation="relu"),
        POOL,
        seen("Flatten"),
        DENSE,
    ),
    "no activation": (seen("Conv2D", filters=32, kernel_size=[5, 5]), POOL, seen("Flatten"), DENSE),
    "an activation too many": (CONV, seen("Activation", activation="relu"), POOL, seen("Flatten"), DENSE),
    "a class of one's own": (CONV, POOL, seen("Flatten"), LayerInfo("__main__.Dense", "d", DENSE.settings, None, 0)),
}


@pytest.mark.parametrize("layers", EQUAL.values(), ids=EQUAL.keys())
def test_equal_spellings_are_the_same(layers: tuple[LayerInfo, ...]) -> None:
    assert same(canonical(layers), ASKED)


@pytest.mark.parametrize("layers", UNEQUAL.values(), ids=UNEQUAL.keys())
def test_what_differs_is_not_the_same(layers: tuple[LayerInfo, ...]) -> None:
    assert not same(canonical(layers), ASKED)


def test_what_is_not_asked_for_is_free() -> None:
    asked = canonical((layer("Dense", units=10),))
    assert same(canonical((DENSE,)), asked)
    assert not same(canonical((seen("Dense", units=11),)), asked)


def test_the_differing_settings_are_named() -> None:
    one, other = (
        canonical((seen("Dense", units=11, activation="softmax"),)),
        canonical((layer("Dense", units=10, activation="tanh"),)),
    )
    assert differing(one[0], other[0]) == ("units", "activation")


def test_architectures_are_written_as_one_reads_them() -> None:
    assert (
        written(canonical((CONV, POOL, DENSE))).fr
        == "Conv2D(32, 5×5, same, sigmoid) → MaxPooling2D(2×2) → Dense(10, softmax)"
    )
    assert written(canonical((seen("Dense", units=2, use_bias=False),))).en == "Dense(2, linear, use_bias=False)"
    assert written(()).fr == "∅"
