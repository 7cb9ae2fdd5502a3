"""Fashion-MNIST: clothes, 28 × 28, in Keras' gzipped idx files, in a `.npz` of Keras' layout, or drawn."""

from __future__ import annotations

from grader.datasets.dataset import Dataset
from grader.datasets.formats import idx, keras_download, npz
from grader.datasets.standin_fashion import VERSION, generate

FASHION = Dataset(
    name="fashion",
    image=(28, 28),
    rows={"train": 60000, "test": 10000},
    classes=10,
    layouts=(
        npz("fashion-mnist.npz"),
        npz("fashion_mnist.npz"),
        *(idx(d, s) for d in ("fashion-mnist", "fashion_mnist", "fashion", "FashionMNIST/raw") for s in (".gz", "")),
    ),
    cache_layouts=(idx("fashion-mnist", ".gz"),),
    generate=generate,
    version=VERSION,
    download=keras_download("fashion_mnist"),
)
