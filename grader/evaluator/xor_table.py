"""The table of the exclusive or, and which small nets can be tried again on it."""

from __future__ import annotations

import numpy as np

from grader.evaluator.many_nets import Table
from grader.evaluator.recorded_net import Reason
from grader.evaluator.small_net import Procedure, SmallNet

XOR = Table(
    np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32),
    np.array([[0], [1], [1], [0]], np.float32),
)

# Losses that draw an output to its target, 0 or 1, so that a half lies between no and yes.
LOSSES = frozenset(
    "MeanSquaredError MeanAbsoluteError MeanSquaredLogarithmicError Huber LogCosh Poisson"
    " BinaryCrossentropy BinaryFocalCrossentropy".split()
)
CONSTANT = frozenset({"softmax", "log_softmax"})  # of one unit alone
TURNING = frozenset({"silu", "swish", "hard_silu", "hard_swish", "gelu", "mish"})  # the activations that fall and rise


def unfit(net: SmallNet, procedure: Procedure) -> Reason | None:
    """Return why a net is not tried again on XOR, or None: it is to have two inputs, and one output that answers."""
    if net.inputs != XOR.x.shape[1]:
        return "inputs"
    if net.outputs != 1:
        return "outputs"
    if net.layers[-1].activation in CONSTANT:
        return "activation"
    return None if procedure.loss in LOSSES else "loss"


def can_represent_xor(net: SmallNet) -> bool:
    """Return False where no weights at all solve XOR: one training more would be in vain.

    With no hidden layer, with linear ones only, or with hidden layers that squeeze everything through one unit each of
    a monotonous activation, the hidden values follow a monotonous function of one weighted sum of the inputs; and the
    output exceeds a half on one side of some value, also with the activations of `TURNING`. So the net cuts the plane
    along one straight line, and no line separates XOR. Two bent units side by side are enough, or one that turns.
    """
    return any(
        layer.activation in TURNING or (layer.units >= 2 and layer.activation != "linear") for layer in net.layers[:-1]
    )
