"""The very starts and orders of many nets, which marks of XOR rest on, and what makes a table: from both sides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.evaluator.many_nets import Table, initial, train
from grader.evaluator.small_net import Dense, Initial, Procedure, SmallNet
from grader.evaluator.xor_table import can_represent_xor, unfit
from tests.evaluator.test_many_nets import FLOWERS, LINEAR


def test_the_starts_of_a_seed_are_these() -> None:
    """The same procedure gets the same share next year: no draw may change in passing."""
    bias = Initial("RandomNormal")
    found = initial(SmallNet((Dense(4, bias=bias), Dense(3, bias=bias)), inputs=4), 2, seed=5)
    first = [w[..., 0].ravel()[:2].tolist() for w in found]
    expected = [[0.54332, -0.24097], [-0.04053, -0.0354], [-0.11771, -0.81719], [-0.02567, 0.09739]]
    np.testing.assert_allclose(first, expected, atol=1e-4)


def test_the_orders_of_a_seed_are_these() -> None:
    procedure = Procedure("MeanSquaredError", "SGD", 0.1, epochs=2, batch_size=4)
    (moved,) = train(LINEAR, procedure, FLOWERS, initial(LINEAR, 2, 0), seed=3)
    expected = [[0.15868, 0.0064, 0.00069], [0.16319, 0.03983, -0.00553]]
    np.testing.assert_allclose(moved[:, 0], expected, atol=1e-4)


@pytest.mark.parametrize(
    ("x", "y", "is_table"),
    [((1, 2), (1, 1), True), ((0, 2), (0, 1), False), ((3,), (3, 1), False), ((3, 2), (3,), False),
     ((3, 2), (2, 1), False), ((3, 2, 1), (3, 1), False)],
)  # fmt: skip
def test_a_table_has_rows_of_inputs_and_as_many_of_targets(x: Any, y: Any, is_table: bool) -> None:
    def made() -> Table:
        return Table(np.zeros(x, np.float32), np.zeros(y, np.float32))

    if is_table:
        assert made().rows == x[0]
    else:
        with pytest.raises(ValueError, match="is needed"):
            made()


@pytest.mark.parametrize(("x", "y"), [((4, 3), (4, 3)), ((4, 5), (4, 3)), ((4, 4), (4, 2)), ((4, 4), (4, 1))])
def test_a_table_of_other_columns_is_refused(x: Any, y: Any) -> None:
    with pytest.raises(ValueError, match="4 inputs and 3 target columns"):
        train(LINEAR, Procedure(epochs=1), Table(np.zeros(x, np.float32), np.zeros(y, np.float32)), (), 0)


def test_what_is_fit_for_xor_has_two_inputs_and_one_output() -> None:
    def net(*layers: Dense, inputs: int = 2) -> SmallNet:
        return SmallNet(layers, inputs)

    one, two = Dense(1, "sigmoid"), Dense(2, "relu")
    assert unfit(net(two, one), Procedure()) is None
    assert [unfit(net(two, one, inputs=n), Procedure()) for n in (1, 3)] == ["inputs", "inputs"]
    assert unfit(net(two, two), Procedure()) == "outputs"
    assert not can_represent_xor(net(Dense(1, "relu"), one)) and can_represent_xor(net(two, one))
