"""Measures the neighbourhood hit (k = 6) of t-SNE projections: pixels, hidden layer of the MLP, of the CNN.

    python -m tests.tools.measure_bands OUT.jsonl --seeds 5 --sizes 1000 2000 5000 10000
    python -m tests.tools.measure_bands OUT.jsonl --write

The first appends one line per projection and goes on where it was stopped (set GRADE_DATA for real MNIST, leave
it unset for the stand-in); the second gathers all lines into `grader/checks/neighbourhood_hit.json`. Some hours of
one core for everything: the 10 000 points take 1 to 3 minutes each.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

TARGET = Path(__file__).parents[2] / "grader" / "checks" / "neighbourhood_hit.json"
SOURCES = ("pixels", "hidden0", "hidden1")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 2000, 5000, 10_000])
    parser.add_argument("--networks", type=Path, default=Path("networks"))
    parser.add_argument("--cnn-epochs", type=int, default=10)
    parser.add_argument("--cnn-seeds", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.write:
        write(options.out)
    else:
        measure(options)


def measure(options: argparse.Namespace) -> None:
    from grader import datasets

    info = datasets.resolve("mnist")
    kind = "stand-in" if info.source == "stand-in" else "mnist"
    done = {(r["data"], r["source"], r["n"], r["seed"]) for r in _lines(options.out)}
    data = datasets.load(info)
    for size in options.sizes:
        for seed in range(options.seeds):
            for source in SOURCES:
                if (kind, source, size, seed) not in done:
                    rows = features(source, seed, data, kind, options)[:size]
                    result = project(rows, data["y_test"][:size], seed)
                    line = {"data": kind, "source": source, "n": size, "seed": seed, **result}
                    with options.out.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(line) + "\n")
                    print(line, flush=True)


def project(rows: NDArray[Any], labels: NDArray[Any], seed: int) -> dict[str, float]:
    from sklearn.manifold import TSNE

    from grader.evaluator.embedding import faithful, hit, nearest
    from grader.measurements import NEIGHBOURS

    started = time.monotonic()
    points = TSNE(n_components=2, init="pca", perplexity=30, random_state=seed).fit_transform(rows).astype(np.float64)
    seconds = time.monotonic() - started
    nh = hit(nearest(points, NEIGHBOURS), labels.astype(np.int64), NEIGHBOURS)
    return {"nh": round(nh, 4), "trustworthiness": round(faithful(rows, points), 4), "seconds": round(seconds, 1)}


def features(
    source: str, seed: int, data: dict[str, NDArray[Any]], kind: str, options: argparse.Namespace
) -> NDArray[np.float32]:
    """The rows that are projected, shape (10 000, 784 or 100)."""
    images: NDArray[np.float32] = np.asarray(data["x_test"], dtype=np.float32) / np.float32(255)
    if source == "pixels":
        return images.reshape(len(images), -1).astype(np.float32)
    model = network(source, seed % options.cnn_seeds if source == "hidden1" else seed, data, kind, options)
    import keras

    hidden = keras.Model(model.inputs, model.layers[-2].output)
    values: NDArray[np.float32] = hidden.predict(images.reshape(len(images), *model.input_shape[1:]), verbose=0)
    return values


def network(source: str, seed: int, data: dict[str, NDArray[Any]], kind: str, options: argparse.Namespace) -> Any:
    """exo2's MLP or exo3's CNN, trained once per seed and kept."""
    import keras
    from keras import layers

    path = options.networks / f"{kind}-{source}-{seed}.keras"
    if path.exists():
        return keras.models.load_model(path)
    keras.utils.set_random_seed(seed)
    shape: tuple[int, ...]
    if source == "hidden0":
        shape, batch, epochs, optimizer = (784,), 300, 10, keras.optimizers.SGD(0.5)
        stack: list[Any] = []
    else:
        shape, batch, epochs = (28, 28, 1), 100, options.cnn_epochs
        optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, epochs * 600))
        for filters in (32, 64):
            stack = [] if filters == 32 else stack
            stack += [layers.Conv2D(filters, 5, padding="same", activation="sigmoid"), layers.MaxPooling2D()]
        stack.append(layers.Flatten())
    ends = [layers.Dense(100, activation="sigmoid"), layers.Dense(10, activation="softmax")]
    model = keras.Sequential([keras.Input(shape), *stack, *ends])
    model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
    x = np.asarray(data["x_train"], dtype=np.float32).reshape(-1, *shape) / 255
    model.fit(x, keras.utils.to_categorical(data["y_train"]), batch_size=batch, epochs=epochs, verbose=0)
    options.networks.mkdir(exist_ok=True)
    model.save(path)
    return model


def write(out: Path) -> None:
    measured: dict[str, dict[str, dict[str, list[float]]]] = {}
    for line in _lines(out):
        sizes = measured.setdefault(line["data"], {}).setdefault(line["source"], {})
        sizes.setdefault(str(line["n"]), []).append(line["nh"])
    text = json.dumps({"k": 6, "perplexity": 30, "measured": measured}, indent=1, sort_keys=True)
    TARGET.write_text(text + "\n", encoding="utf-8")


def _lines(out: Path) -> list[dict[str, Any]]:
    if not out.exists():
        return []
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
