"""Many copies of one small dense net, trained side by side by Keras itself, each from a start of its own.

Keras' own losses, optimizers and activations work on weights with a leading axis that counts the nets: an activation
looks at one number (softmax at the last axis), a loss at one example, an optimizer of `small_net.OPTIMIZERS` at one
weight. So no net sees another, and each goes the way that `Model.fit` would take it, which
`tests/evaluator/test_many_nets.py` proves step by step.

Arrays are float32. Nothing of TensorFlow is touched before a function is called: the evaluator is forked after the
import. The same seed gives the same numbers, whatever was computed before: every draw is stateless.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias  # Keras and TensorFlow ship no types

import numpy as np
from numpy.typing import NDArray

from grader.evaluator.small_net import FIXED, SPARSE, Initial, Procedure, SmallNet

Array: TypeAlias = NDArray[np.float32]
Weights: TypeAlias = tuple[Array, ...]
"""In the order of Keras' `get_weights`: of each layer a kernel (nets, inputs, units), and a bias (nets, units) where it
has one."""

SEEDS = 1 << 31
ORDERS = SEEDS - 1  # the stream of the mini-batches' orders, apart from those of the weights


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Hold the examples: `x` (rows, inputs) float32; `y` (rows, outputs) float32, or class numbers (rows, 1).

    Raises:
        ValueError: axes that do not fit each other.
    """

    x: Array
    y: Array

    def __post_init__(self) -> None:
        if self.x.ndim != 2 or self.y.ndim != 2 or len(self.x) != len(self.y) or not len(self.x):
            raise ValueError(f"x of shape {self.x.shape} and y of shape {self.y.shape}, where (rows, n) is needed")

    @property
    def rows(self) -> int:
        """Return the number of examples."""
        return len(self.x)


def initial(net: SmallNet, nets: int, seed: int) -> Weights:
    """Return fresh weights of `nets` nets (for the shapes see `Weights`), drawn by Keras' initialisers as for one net
    each."""
    weights: list[Array] = []
    for at, (layer, (inputs, units)) in enumerate(zip(net.layers, net.shapes, strict=True)):
        weights.append(draw(layer.kernel, nets, (inputs, units), _stream_seed(seed, 2 * at)))
        if layer.use_bias:
            weights.append(draw(layer.bias, nets, (units,), _stream_seed(seed, 2 * at + 1)))
    return tuple(weights)


def draw(initializer: Initial, nets: int, shape: tuple[int, ...], seed: int) -> Array:
    """Return (nets, *shape): for each net what Keras' initialiser gives for `shape`, (inputs, units) or (units,).

    Variance scaling (He et al. 2015; Glorot and Bengio 2010) divides by the fans of the shape that it is asked for. It
    is asked here for all nets at once, so its scale is corrected by the ratio of those fans to the ones of a single net
    (Keras: `compute_fans`).
    """
    import keras

    known = getattr(keras.initializers, initializer.name)
    own = known(**dict(initializer.settings))
    every = (nets, *shape)
    if isinstance(own, keras.initializers.VarianceScaling):
        scale = own.scale * _fan(own.mode, every) / _fan(own.mode, shape)
        own = keras.initializers.VarianceScaling(scale, own.mode, own.distribution, seed=seed)
    elif initializer.name not in FIXED:
        own = known(**dict(initializer.settings), seed=seed)
    return np.asarray(own(every), np.float32)


def _fan(mode: str, shape: tuple[int, ...]) -> float:
    """Return what Keras' variance scaling divides by for `shape`."""
    from keras.src.initializers.random_initializers import compute_fans

    inputs, outputs = compute_fans(shape)
    return float(max(1.0, {"fan_in": inputs, "fan_out": outputs}.get(mode, (inputs + outputs) / 2)))


def _stream_seed(seed: int, stream: int) -> int:
    """Return a seed of its own for each stream of random numbers."""
    return int(np.random.default_rng((seed, stream)).integers(SEEDS))


# ── Training ────────────────────────────────────────────────────────────────────────────────────


def train(net: SmallNet, procedure: Procedure, table: Table, weights: Weights, seed: int) -> Weights:
    """Return the weights, of the same shapes, after the training that Keras' `fit` would give each net: in every epoch
    each net sees all rows, in an order of its own where they come in several batches. A training may diverge: to NaN,
    or beyond.

    Raises:
        ValueError: a table that does not fit the net or the loss.
    """
    import keras
    import tensorflow as tf

    _check_fit(net, procedure, table)
    variables = [keras.Variable(array) for array in weights]
    optimizer = getattr(keras.optimizers, procedure.optimizer)(
        learning_rate=procedure.learning_rate, **dict(procedure.settings)
    )
    optimizer.build(variables)
    loss = _loss(procedure)

    def step(x: Any, y: Any) -> None:
        own = [variable.value for variable in variables]
        with tf.GradientTape() as tape:
            # Mean over the rows of a net, as Keras has it; a sum over the nets, so that each keeps its own gradient.
            total = tf.reduce_sum(tf.reduce_mean(loss(y, _forward(net, own, x)), axis=1))
        optimizer.apply(tape.gradient(total, own), variables)

    nets = len(weights[0])
    epoch = _epoch(step, table, nets, min(procedure.batch_size, table.rows), _stream_seed(seed, ORDERS))
    _repeat(epoch, procedure.epochs)
    return tuple(variable.numpy() for variable in variables)


def _check_fit(net: SmallNet, procedure: Procedure, table: Table) -> None:
    columns = 1 if procedure.loss == SPARSE else net.outputs
    if table.x.shape[1] != net.inputs or table.y.shape[1] != columns:
        raise ValueError(f"{net.inputs} inputs and {columns} target columns, for {table.x.shape} and {table.y.shape}")


def _loss(procedure: Procedure) -> Any:
    """Return Keras' loss, called as loss(y, outputs): one value per example, shape (nets, rows)."""
    import keras

    return getattr(keras.losses, procedure.loss)(reduction=None, **dict(procedure.loss_settings))


def _forward(net: SmallNet, weights: list[Any], x: Any) -> Any:
    """Return the outputs (nets, rows, units) for tensors of `weights` and x (nets or 1, rows, inputs)."""
    import keras

    remaining = iter(weights)
    for layer in net.layers:
        x = keras.ops.matmul(x, next(remaining))
        if layer.use_bias:
            x = keras.ops.add(x, next(remaining)[:, None])
        x = keras.activations.get(layer.activation)(x)
    return x


def _epoch(step: Callable[[Any, Any], None], table: Table, nets: int, batch: int, seed: int) -> Callable[[Any], None]:
    """Return the function that passes once over the table for each net, given the epoch's number."""
    import tensorflow as tf

    x, y = tf.constant(table.x), tf.constant(table.y)
    if batch == table.rows:  # the order of one batch changes nothing but rounding
        return lambda number: step(x[None], tf.repeat(y[None], nets, axis=0))
    whole, rest = divmod(table.rows, batch)

    def epoch(number: Any) -> None:
        order = tf.argsort(tf.random.stateless_uniform((nets, table.rows), (seed, number)), axis=1)
        mixed = tf.gather(x, order), tf.gather(y, order)

        def of_batch(at: Any) -> None:
            step(*(tf.slice(part, (0, at * batch, 0), (nets, batch, part.shape[2])) for part in mixed))

        _loop(of_batch, whole)
        if rest:
            step(*(part[:, whole * batch :] for part in mixed))

    return epoch


def _repeat(body: Callable[[Any], None], times: int) -> None:
    """Run body(0), body(1)… as one graph."""
    import tensorflow as tf

    # The concrete function: a function called but once would be warned of, as if it were traced again and again.
    tf.function(lambda: _loop(body, times), autograph=False).get_concrete_function()()


def _loop(body: Callable[[Any], None], times: int) -> None:
    """Put body(0), body(1)… into a graph, one after the other."""
    import tensorflow as tf

    def once(at: Any) -> tuple[Any]:
        body(at)
        return (at + 1,)

    tf.while_loop(lambda at: at < times, once, (tf.constant(0),), parallel_iterations=1)


# ── What they answer ────────────────────────────────────────────────────────────────────────────


def answers(net: SmallNet, procedure: Procedure, table: Table, weights: Weights) -> tuple[Array, Array]:
    """Return the outputs of each net (nets, rows, units), and its mean loss over the table (nets,). Raise `ValueError`
    for a table that does not fit the net or the loss."""
    import keras
    import tensorflow as tf

    _check_fit(net, procedure, table)
    outputs = _forward(net, [tf.constant(array) for array in weights], tf.constant(table.x[None]))
    each = _loss(procedure)(np.repeat(table.y[None], len(weights[0]), axis=0), outputs)
    return keras.ops.convert_to_numpy(outputs), keras.ops.convert_to_numpy(keras.ops.mean(each, axis=1))
