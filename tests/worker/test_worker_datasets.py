"""The grader's arrays in a student's hands: ordinary, writable, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.domain import DatasetInfo
from tests.conftest import Recorded

PROGRAM = """
import keras
(X, y), (Xt, yt) = keras.datasets.mnist.load_data()
print("x_train.npy" in open("/proc/self/maps").read())
print(type(X).__name__, X.dtype, X.flags.writeable, X.shape, yt.shape, X[0].sum() + y[0])
X[0] = 7
y[:] = 3
Xt.resize(10000, 784)
Xt += 1
print(Xt.shape, X[0].sum(), y.sum())
"""


def test_what_a_program_writes_into_the_data_reaches_nobody_else(
    record: Callable[..., Recorded], data: DatasetInfo
) -> None:
    before = np.load(data.folder / "x_train.npy")[0].sum() + np.load(data.folder / "y_train.npy")[0]
    for _ in range(2):
        run = record(PROGRAM, data={"mnist": str(data.folder)})
        assert not run.evidence.failures, run.evidence.failures
        mapped, seen, own = run.printed.text.splitlines()
        assert mapped == "True"  # not read: 0.4 s of each submission
        assert seen == f"ndarray uint8 True (60000, 28, 28) (10000,) {before}"
        assert own == f"(10000, 784) {7 * 784} {3 * 60000}"
    assert np.load(data.folder / "x_train.npy")[0].sum() + np.load(data.folder / "y_train.npy")[0] == before
