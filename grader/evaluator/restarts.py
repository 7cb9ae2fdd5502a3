"""A training without luck: the same net and procedure, from hundreds of random starts at once, on a small table.

Two ReLU units trained on XOR end on a wrong answer about five times out of six: what one run shows is luck. What counts
is the share of the starts that end well. `grader.evaluator.many_nets` trains the nets; here their work is bounded and
their answers are judged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.evaluator.many_nets import Array, Table, answers, initial, train
from grader.evaluator.small_net import Procedure, SmallNet

WORK = 1.5e9
"""How much `affordable` allows, counted as updated weights: about half a minute on one core. Never a clock:
the same submission must get the same mark on a slow machine."""
WORK_OF_LAYER = 60  # a step has a fixed cost per net and layer, worth so many weights
ROWS_AT_ONCE = 4  # so many rows cost a step no more than one
MAX_STEPS = 100_000  # each has a fixed cost too, whatever the nets: some 0.3 ms
MAX_VALUES = 2e7  # weights, rows and outputs of layers, of all nets together: some five times that is held at once
MARGIN = 1e-4
"""A "yes" stands above a half by this much: a net that answers one half everywhere solves XOR by rounding errors."""
MIN_RESTARTS = 20
"""With fewer restarts than this, the share is too rough to judge by."""


@dataclass(frozen=True, slots=True, eq=False)
class Restarts:
    """Hold what became of each start: `accuracies` (restarts,) is the share of the table's rows that it ended answering
    rightly, `losses` (restarts,) its final mean loss, infinite where the training diverged."""

    accuracies: Array
    losses: Array

    def share(self, accuracy: float = 1.0) -> float:
        """Return the share (0 to 1) of the starts that reached an accuracy, by default that of no error at all."""
        return float((self.accuracies >= np.float32(accuracy)).mean())


def restarts(net: SmallNet, procedure: Procedure, table: Table, count: int, seed: int = 0) -> Restarts:
    """Train `count` fresh nets on the table and return how they end.

    Raises:
        ValueError: a table that does not fit the net or the loss.
    """
    weights = train(net, procedure, table, initial(net, count, seed), seed)
    outputs, losses = answers(net, procedure, table, weights)
    accuracies = right(outputs, table.y, half_of(net, procedure)).mean(axis=1, dtype=np.float32)
    return Restarts(accuracies, np.where(np.isfinite(losses), losses, np.float32(np.inf)))


def affordable(net: SmallNet, procedure: Procedure, rows: int, wanted: int = 400) -> int:
    """Return how many restarts to do on a table of `rows`, `wanted` at most; 0 where even `MIN_RESTARTS` of them would cost
    too much time or memory."""
    steps, batch = procedure.steps(rows), min(procedure.batch_size, rows)
    if steps > MAX_STEPS:
        return 0
    each = steps * (net.parameters * max(1, batch / ROWS_AT_ONCE) + WORK_OF_LAYER * len(net.layers))
    table = rows * (net.inputs + net.outputs)  # which each net sees in an order of its own
    values = net.parameters + table + batch * sum(layer.units for layer in net.layers)
    count = min(wanted, int(WORK / each), int(MAX_VALUES / values))
    return count if count >= min(wanted, MIN_RESTARTS) else 0


# ── What is right ───────────────────────────────────────────────────────────────────────────────


def half_of(net: SmallNet, procedure: Procedure) -> float:
    """Return where "yes" begins for a net of one output: a half, or 0 where the loss takes the output for a logit."""
    return 0.0 if procedure.logits and net.layers[-1].activation == "linear" else 0.5


def right(outputs: Array, y: Array, half: float = 0.5) -> NDArray[np.bool_]:
    """Return which answers are right, (…, rows), for outputs (…, rows, units) to targets `y`.

    One unit says yes above `half`, and is to say so where the one column of `y` exceeds 0.5. Of several units the
    largest one is the answer, alone in its place; `y` holds class numbers in one column, or one column per class.
    What is not a number is never right.
    """
    if outputs.shape[-1] == 1:
        value = outputs[..., 0]
        return np.where(y[:, 0] > 0.5, value > half + MARGIN, value <= half)
    classes = y.argmax(axis=1) if y.shape[1] > 1 else y[:, 0].astype(np.int64)
    asked = classes[:, None] == np.arange(outputs.shape[-1])
    own = np.where(asked, outputs, -np.inf).max(axis=-1)
    others = np.where(asked, -np.inf, outputs).max(axis=-1)
    return np.asarray(own > others)
