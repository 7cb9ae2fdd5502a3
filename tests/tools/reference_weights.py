"""Trains the weights that the references hand in: `GRADE_DATA=… python -m tests.tools.reference_weights`.

`reference/exo2/exo2.keras` and `reference/exo3/exo3.keras` are trained on real MNIST and on the embedded stand-in
together, in equal parts, so that they serve `grade verify` with either. The optimizer's state is left out.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

REFERENCE = Path(__file__).parents[2] / "reference"
CNN_EPOCHS = 6


def main() -> None:
    import keras
    from keras import layers

    train, tests = both()
    keras.utils.set_random_seed(0)
    ends = [layers.Dense(100, activation="sigmoid"), layers.Dense(10, activation="softmax")]
    mlp = keras.Sequential([keras.Input((784,)), *ends])
    fit(mlp, keras.optimizers.SGD(0.5), 300, 20, train)
    keep(mlp, "exo2", tests)
    stack: list[Any] = []
    for filters in (32, 64):
        stack += [layers.Conv2D(filters, 5, padding="same", activation="sigmoid"), layers.MaxPooling2D()]
    ends = [layers.Dense(100, activation="sigmoid"), layers.Dense(10, activation="softmax")]
    cnn = keras.Sequential([keras.Input((28, 28, 1)), *stack, layers.Flatten(), *ends])
    rate = keras.optimizers.schedules.CosineDecay(2e-3, CNN_EPOCHS * 1200)
    fit(cnn, keras.optimizers.Adam(rate), 100, CNN_EPOCHS, train)
    keep(cnn, "exo3", tests)


def both() -> tuple[tuple[Any, Any], dict[str, tuple[Any, Any]]]:
    """(images and labels of both training sets, test set by name); images uint8 of shape (n, 28, 28)."""
    from grader import datasets

    real = datasets.resolve("mnist")
    os.environ.pop("GRADE_DATA", None)
    stand_in = datasets.resolve("mnist")
    if real.source == "stand-in" or stand_in.source != "stand-in":
        raise SystemExit("Set GRADE_DATA to the folder of the real MNIST, and have none in the Keras cache.")
    sets = {"mnist": datasets.load(real), "stand-in": datasets.load(stand_in)}
    x, y = (np.concatenate([s[f"{part}_train"] for s in sets.values()]) for part in "xy")
    return (x, y), {name: (s["x_test"], s["y_test"]) for name, s in sets.items()}


def fit(model: Any, optimizer: Any, batch: int, epochs: int, train: tuple[Any, Any]) -> None:
    import keras

    x, y = train
    model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
    inputs = x.reshape(len(x), *model.input_shape[1:]).astype("float32") / 255
    model.fit(inputs, keras.utils.to_categorical(y, 10), batch_size=batch, epochs=epochs, verbose=2)


def keep(model: Any, name: str, tests: dict[str, tuple[Any, Any]]) -> None:
    import keras

    for which, (x, y) in tests.items():
        inputs = np.asarray(x).reshape(len(x), *model.input_shape[1:]).astype("float32") / 255
        print(name, which, float((model.predict(inputs, verbose=0).argmax(1) == np.asarray(y).ravel()).mean()))
    bare = keras.Sequential.from_config(model.get_config())
    bare.set_weights(model.get_weights())
    bare.save(REFERENCE / name / f"{name}.keras")


if __name__ == "__main__":
    main()
