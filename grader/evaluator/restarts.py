"""XOR without luck: the recorded net and training, tried again from hundreds of random initialisations at once.

Two ReLU units trained on XOR end on a wrong answer about five times out of six: what one run shows is luck. So a small
dense net is trained here many times side by side, in NumPy, with Keras 3's own formulas (`grader.evaluator.formulas`),
and what counts is the share of the initialisations that end with no error on the four points.

`restarts` does the work, `can_represent_xor` looks at a net's structure alone, and
`grader.evaluator.recorded_net` reads a recorded model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from grader.evaluator.formulas import ACTIVATIONS, Array, draw, loss_slope, loss_value, optimizer

POINTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
TARGETS = np.array([[0], [1], [1], [0]], np.float32)

WORK = 1.5e9
"""How much `affordable` allows, counted as updated weights: about half a minute on one core. Never a clock:
the same submission must get the same mark on a slow machine."""
MARGIN = 1e-4
"""A "yes" stands above a half by this much: a net that answers one half everywhere solves XOR by rounding errors."""
FEWEST = 20
"""With fewer restarts than this, the share is too rough to judge by."""


# ── Words ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Initial:
    """An initialiser by its Keras name; `a` and `b` are (low, high), (mean, deviation) or (value, unused)."""

    name: str = "glorot_uniform"
    a: float = 0.0
    b: float = 0.0


ZEROS = Initial("zeros")


@dataclass(frozen=True, slots=True)
class Dense:
    units: int
    activation: str = "linear"
    use_bias: bool = True
    kernel: Initial = Initial()
    bias: Initial = ZEROS


@dataclass(frozen=True, slots=True)
class TinyNet:
    """Dense layers on two inputs; the last one has one unit."""

    layers: tuple[Dense, ...]

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """(inputs, units) of each layer."""
        widths = (POINTS.shape[1], *(layer.units for layer in self.layers))
        return tuple(pairwise(widths))

    @property
    def parameters(self) -> int:
        pairs = zip(self.shapes, self.layers, strict=True)
        return sum((inputs + layer.use_bias) * layer.units for (inputs, _), layer in pairs)


@dataclass(frozen=True, slots=True)
class Procedure:
    """How it is trained. `settings` completes the optimiser's defaults; `logits` means the loss was told that the
    output is not yet a probability."""

    loss: str = "mean_squared_error"
    optimizer: str = "adam"
    learning_rate: float = 0.001
    epochs: int = 1000
    batch_size: int = 32
    settings: tuple[tuple[str, float | bool], ...] = ()
    logits: bool = False

    @property
    def steps(self) -> int:
        return self.epochs * math.ceil(len(POINTS) / self.batch_size)


@dataclass(frozen=True, slots=True)
class Restarts:
    """`solved` (restarts,) says which ended with no error on the four points; `losses` (restarts,) their final loss,
    infinite where the training diverged."""

    share: float
    solved: NDArray[np.bool_]
    losses: Array


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of many nets in one flat array, and per layer a kernel (nets, in, out) and a bias (nets, 1, out)
    that are views of it. A layer without bias has none."""

    flat: Array
    kernels: tuple[Array, ...]
    biases: tuple[Array | None, ...]

    @staticmethod
    def empty(net: TinyNet, nets: int) -> Weights:
        flat = np.zeros(nets * net.parameters, np.float32)
        kernels: list[Array] = []
        biases: list[Array | None] = []
        at = 0
        for (inputs, units), layer in zip(net.shapes, net.layers, strict=True):
            size = nets * inputs * units
            kernels.append(flat[at : at + size].reshape(nets, inputs, units))
            at += size
            biases.append(flat[at : at + nets * units].reshape(nets, 1, units) if layer.use_bias else None)
            at += nets * units if layer.use_bias else 0
        return Weights(flat, tuple(kernels), tuple(biases))


# ── The work ────────────────────────────────────────────────────────────────────────────────────


def restarts(net: TinyNet, procedure: Procedure, restarts: int = 400, seed: int = 0) -> Restarts:
    """Train `restarts` fresh nets on XOR and see which end with no error."""
    rng = np.random.default_rng(seed)
    weights = initial(net, restarts, rng)
    train(net, procedure, weights, rng)
    with np.errstate(all="ignore"):
        x, y = _everything(restarts)
        sums, values = _forward(net, weights, x)
        logits = _takes_logits(net, procedure)
        losses = loss_value(procedure.loss, logits, sums[-1], values[-1], y)
        # An output that the loss was told to be a logit answers "yes" from 0 on, not from a half.
        half = 0.0 if procedure.logits and net.layers[-1].activation == "linear" else 0.5
        right = np.where(y > 0.5, values[-1] > half + MARGIN, values[-1] <= half)  # what is not a number is not right
        solved = np.asarray(right.all(axis=(1, 2)))
    return Restarts(float(solved.mean()), solved, np.where(np.isfinite(losses), losses, np.float32(np.inf)))


def affordable(net: TinyNet, procedure: Procedure, wanted: int = 400) -> int:
    """How many restarts to do, `wanted` at most; 0 where even `FEWEST` of them would cost too much."""
    # A step has a fixed cost per net and layer, worth some 60 weights more.
    each = procedure.steps * (net.parameters + 60 * len(net.layers))
    count = min(wanted, int(WORK / each))
    return count if count >= min(wanted, FEWEST) else 0


def can_represent_xor(net: TinyNet) -> bool:
    """False where no weights at all solve XOR: one training more would be in vain.

    Every activation here is monotonous. With no hidden layer, with linear ones only, or with hidden layers that squeeze
    everything through one bent unit each, the net is a monotonous function of one weighted sum of the inputs: it cuts
    the plane along one straight line, and no line separates XOR. Two bent units side by side are enough.
    """
    return any(layer.units >= 2 and layer.activation != "linear" for layer in net.layers[:-1])


def initial(net: TinyNet, nets: int, rng: np.random.Generator) -> Weights:
    weights = Weights.empty(net, nets)
    for layer, kernel, bias in zip(net.layers, weights.kernels, weights.biases, strict=True):
        kernel[:] = draw(layer.kernel.name, layer.kernel.a, layer.kernel.b, kernel.shape, rng)
        if bias is not None:
            bias[:, 0] = draw(layer.bias.name, layer.bias.a, layer.bias.b, (nets, layer.units), rng)
    return weights


def train(net: TinyNet, procedure: Procedure, weights: Weights, rng: np.random.Generator) -> None:
    """Change the weights as Keras' `fit` would: every net sees the four points in each epoch, in its own order."""
    nets = len(weights.kernels[0])
    gradient = Weights.empty(net, nets)
    step = optimizer(procedure.optimizer, procedure.learning_rate, dict(procedure.settings), weights.flat.size)
    everything = _everything(nets)
    with np.errstate(all="ignore"):  # a training may diverge: it then counts as not solved
        for _ in range(procedure.epochs):
            if procedure.batch_size >= len(POINTS):
                _slope(net, procedure, weights, *everything, gradient=gradient)
                step(weights.flat, gradient.flat)
                continue
            order = rng.random((nets, len(POINTS))).argsort(axis=1)
            for at in range(0, len(POINTS), procedure.batch_size):
                rows = order[:, at : at + procedure.batch_size]
                _slope(net, procedure, weights, POINTS[rows], TARGETS[rows], gradient=gradient)
                step(weights.flat, gradient.flat)


def _everything(nets: int) -> tuple[Array, Array]:
    return np.repeat(POINTS[None], nets, axis=0), np.repeat(TARGETS[None], nets, axis=0)


def _takes_logits(net: TinyNet, procedure: Procedure) -> bool:
    return procedure.logits or net.layers[-1].activation == "sigmoid"


def _forward(net: TinyNet, weights: Weights, x: Array) -> tuple[list[Array], list[Array]]:
    """The weighted sums of each layer, and the values: first the inputs, then each layer's output."""
    sums: list[Array] = []
    values = [x]
    for layer, kernel, bias in zip(net.layers, weights.kernels, weights.biases, strict=True):
        z = values[-1] @ kernel
        if bias is not None:
            z += bias
        sums.append(z)
        values.append(ACTIVATIONS[layer.activation].value(z))
    return sums, values


def _slope(net: TinyNet, procedure: Procedure, weights: Weights, x: Array, y: Array, *, gradient: Weights) -> None:
    """Back-propagation: fills `gradient` with the derivative of the mean loss by every weight."""
    sums, values = _forward(net, weights, x)
    last = ACTIVATIONS[net.layers[-1].activation]
    delta = loss_slope(procedure.loss, _takes_logits(net, procedure), sums[-1], values[-1], y, activation=last)
    for at in reversed(range(len(net.layers))):
        np.matmul(values[at].swapaxes(1, 2), delta, out=gradient.kernels[at])
        bias = gradient.biases[at]
        if bias is not None:
            delta.sum(axis=1, keepdims=True, out=bias)
        if at:
            below = ACTIVATIONS[net.layers[at - 1].activation]
            delta = (delta @ weights.kernels[at].swapaxes(1, 2)) * below.slope(sums[at - 1], values[at])
