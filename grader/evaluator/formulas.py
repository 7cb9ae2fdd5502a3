"""Keras 3's formulas for tiny dense nets, for many nets at once: activations, losses, optimisers, initialisers.

Arrays are float32 and their first axis counts the nets. Every formula was written after Keras 3's source
(`keras/src/activations`, `losses`, `optimizers`, `initializers`) and is proven equal to it, step by step, in
`tests/evaluator/test_restarts.py`; where an epsilon stands matters and is noted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

EPSILON = np.float32(1e-7)  # keras.backend.epsilon()


# ── Activations ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Activation:
    """`value(z)`, and `slope(z, value)`: its derivative at z, given the value already known."""

    value: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]


def sigmoid(z: Array) -> Array:
    # Beyond ±88, exp leaves float32; the sigmoid has long been 0 or 1 there.
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(z, -88.0, 88.0))), np.float32)


def _leaky(slope: float) -> Activation:
    return Activation(
        lambda z: np.where(z > 0, z, slope * z),
        lambda z, value: np.where(z > 0, np.float32(1.0), np.float32(slope)),
    )


ACTIVATIONS: Mapping[str, Activation] = {
    "linear": Activation(lambda z: z, lambda z, value: np.ones_like(z)),
    # The slope of relu at 0 is 0, in TensorFlow too: it decides the fate of the point (0, 0) with zero biases.
    "relu": Activation(lambda z: np.maximum(z, 0), lambda z, value: (z > 0).astype(np.float32)),
    "leaky_relu": _leaky(0.2),
    "elu": Activation(
        lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
        lambda z, value: np.where(z > 0, np.float32(1.0), value + np.float32(1.0)),
    ),
    "softplus": Activation(lambda z: np.logaddexp(z, np.float32(0)), lambda z, value: sigmoid(z)),
    "sigmoid": Activation(sigmoid, lambda z, value: value * (1 - value)),
    "tanh": Activation(np.tanh, lambda z, value: 1 - value * value),
}


# ── Losses ──────────────────────────────────────────────────────────────────────────────────────

LOSSES = ("mean_squared_error", "mean_absolute_error", "binary_crossentropy")


def loss_value(loss: str, logits: bool, z: Array, output: Array, target: Array) -> Array:
    """The mean loss of each net, shape (nets,). `z` is the output before its activation, shape (nets, rows, 1)."""
    if loss == "mean_squared_error":
        each = np.square(output - target)
    elif loss == "mean_absolute_error":
        each = np.abs(output - target)
    elif logits:
        each = np.maximum(z, 0) - z * target + np.log1p(np.exp(-np.abs(z)))
    else:
        p = np.clip(output, EPSILON, 1 - EPSILON)
        each = -(target * np.log(p) + (1 - target) * np.log1p(-p))
    return np.asarray(each.mean(axis=(1, 2)), np.float32)


def loss_slope(loss: str, logits: bool, z: Array, output: Array, target: Array, *, activation: Activation) -> Array:
    """The derivative of the mean loss by `z`, shape (nets, rows, 1)."""
    rows = np.float32(output.shape[1])
    if loss == "binary_crossentropy" and logits:
        # Keras takes the logits of a sigmoid output, and of an output said to be logits: the slope is p − t.
        return (sigmoid(z) - target) / rows
    if loss == "mean_squared_error":
        by_output = 2 * (output - target)
    elif loss == "mean_absolute_error":
        by_output = np.sign(output - target)
    else:
        p = np.clip(output, EPSILON, 1 - EPSILON)
        inside = (output >= EPSILON) & (output <= 1 - EPSILON)  # a clipped value has no slope
        by_output = np.where(inside, (p - target) / (p * (1 - p)), np.float32(0))
    return np.asarray(by_output / rows * activation.slope(z, output), np.float32)


# ── Optimisers ──────────────────────────────────────────────────────────────────────────────────

DEFAULTS: Mapping[str, Mapping[str, float | bool]] = {
    "sgd": {"momentum": 0.0, "nesterov": False},
    "adam": {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "amsgrad": False},
    "adamax": {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7},
    "nadam": {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7},
    "rmsprop": {"rho": 0.9, "momentum": 0.0, "epsilon": 1e-7, "centered": False},
    "adagrad": {"initial_accumulator_value": 0.1, "epsilon": 1e-7},
}
"""Each optimiser's settings beside the learning rate, with Keras 3's defaults."""

Step = Callable[[Array, Array], None]
"""Changes the weights in place, given the weights and their gradient: two arrays of one shape."""


def optimizer(name: str, rate: float, settings: Mapping[str, float | bool], size: int) -> Step:
    """A fresh optimiser for `size` weights, with its own memory. `settings` completes `DEFAULTS[name]`."""
    build = {"sgd": _sgd, "adam": _adam, "adamax": _adamax, "nadam": _nadam, "rmsprop": _rmsprop, "adagrad": _adagrad}
    return build[name](np.float32(rate), {**DEFAULTS[name], **settings}, size)


def _zeros(size: int) -> Array:
    return np.zeros(size, np.float32)


def _sgd(rate: np.float32, s: Mapping[str, float | bool], size: int) -> Step:
    momentum, nesterov, velocity = np.float32(s["momentum"]), bool(s["nesterov"]), _zeros(size)

    def step(weights: Array, gradient: Array) -> None:
        if not momentum:
            weights -= rate * gradient
            return
        velocity[:] = momentum * velocity - rate * gradient
        weights += momentum * velocity - rate * gradient if nesterov else velocity

    return step


def _adam(rate: np.float32, s: Mapping[str, float | bool], size: int) -> Step:
    beta_1, beta_2, epsilon, amsgrad = float(s["beta_1"]), float(s["beta_2"]), float(s["epsilon"]), bool(s["amsgrad"])
    m, v, top, count = _zeros(size), _zeros(size), _zeros(size), 0

    def step(weights: Array, gradient: Array) -> None:
        nonlocal count
        count += 1
        alpha = (
            rate * np.sqrt(1 - np.float32(beta_2) ** np.float32(count)) / (1 - np.float32(beta_1) ** np.float32(count))
        )
        m[:] += (gradient - m) * np.float32(1 - beta_1)
        v[:] += (np.square(gradient) - v) * np.float32(1 - beta_2)
        if amsgrad:
            np.maximum(top, v, out=top)
        # "epsilon hat" of Kingma and Ba: outside the root, and not scaled by the bias correction.
        weights -= alpha * m / (np.sqrt(top if amsgrad else v) + np.float32(epsilon))

    return step


def _adamax(rate: np.float32, s: Mapping[str, float | bool], size: int) -> Step:
    beta_1, beta_2, epsilon = float(s["beta_1"]), np.float32(s["beta_2"]), np.float32(s["epsilon"])
    m, norm, count = _zeros(size), _zeros(size), 0

    def step(weights: Array, gradient: Array) -> None:
        nonlocal count
        count += 1
        m[:] += (gradient - m) * np.float32(1 - beta_1)
        np.maximum(beta_2 * norm, np.abs(gradient), out=norm)
        weights -= rate * m / ((1 - np.float32(beta_1) ** np.float32(count)) * (norm + epsilon))

    return step


def _nadam(rate: np.float32, s: Mapping[str, float | bool], size: int) -> Step:
    beta_1, beta_2, epsilon = np.float32(s["beta_1"]), np.float32(s["beta_2"]), np.float32(s["epsilon"])
    m, v, count, product = _zeros(size), _zeros(size), 0, np.float32(1)

    def momentum(at: int) -> np.float32:
        return np.float32(beta_1 * (1 - np.float32(0.5) * np.float32(0.96) ** np.float32(at)))

    def step(weights: Array, gradient: Array) -> None:
        nonlocal count, product
        count += 1
        now, following = momentum(count), momentum(count + 1)
        product = np.float32(product * now)
        m[:] += (gradient - m) * (1 - beta_1)
        v[:] += (np.square(gradient) - v) * (1 - beta_2)
        ahead = following * m / (1 - product * following) + (1 - now) * gradient / (1 - product)
        weights -= rate * ahead / (np.sqrt(v / (1 - beta_2 ** np.float32(count))) + epsilon)

    return step


def _rmsprop(rate: np.float32, s: Mapping[str, float | bool], size: int) -> Step:
    rho, momentum, epsilon = float(s["rho"]), np.float32(s["momentum"]), np.float32(s["epsilon"])
    centered, v, mean, velocity = bool(s["centered"]), _zeros(size), _zeros(size), _zeros(size)

    def step(weights: Array, gradient: Array) -> None:
        v[:] = np.float32(rho) * v + np.float32(1 - rho) * np.square(gradient)
        below = v + epsilon  # inside the root, unlike Adam's
        if centered:
            mean[:] = np.float32(rho) * mean + np.float32(1 - rho) * gradient
            below = v - np.square(mean) + epsilon
        velocity[:] = momentum * velocity + rate * gradient / np.sqrt(below)
        weights -= velocity

    return step


def _adagrad(rate: np.float32, s: Mapping[str, float | bool], size: int) -> Step:
    total, epsilon = np.full(size, s["initial_accumulator_value"], np.float32), np.float32(s["epsilon"])

    def step(weights: Array, gradient: Array) -> None:
        total[:] += np.square(gradient)
        weights -= rate * gradient / np.sqrt(total + epsilon)  # inside the root

    return step


# ── Initialisers ────────────────────────────────────────────────────────────────────────────────

# Variance scaling: what the fans divide ("in", or the mean of "in" and "out"), and the factor above them.
_SCALED = {"glorot": ("mean", 1.0), "he": ("in", 2.0), "lecun": ("in", 1.0)}
_TRUNCATED_STD = 0.87962566103423978  # standard deviation of a unit normal cut at ±2

INITIALISERS: Mapping[str, tuple[float, float]] = {
    **{f"{name}_{shape}": (0.0, 0.0) for name in _SCALED for shape in ("uniform", "normal")},
    "zeros": (0.0, 0.0),
    "ones": (1.0, 0.0),
    "constant": (0.0, 0.0),
    "random_uniform": (-0.05, 0.05),
    "random_normal": (0.0, 0.05),
    "truncated_normal": (0.0, 0.05),
}
"""Every initialiser, with Keras' defaults for its two settings: (low, high), (mean, deviation) or (value, unused)."""


def draw(name: str, a: float, b: float, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Initial values for `shape` = (nets, in, out) or (nets, out). `a` and `b` as in `INITIALISERS`."""
    fixed = {"zeros": 0.0, "ones": 1.0, "constant": a}
    if name in fixed:
        return np.full(shape, fixed[name], np.float32)
    family, _, form = name.partition("_")
    if family in _SCALED:
        # A bias is a vector: Keras takes its length for both fans.
        over, factor = _SCALED[family]
        fan_in, fan_out = shape[1], shape[-1]
        variance = factor / max(1.0, fan_in if over == "in" else (fan_in + fan_out) / 2)
        if form == "uniform":
            limit = math.sqrt(3 * variance)
            return rng.uniform(-limit, limit, shape).astype(np.float32)
        return _cut_normal(0.0, math.sqrt(variance) / _TRUNCATED_STD, shape, rng)
    if name == "random_uniform":
        return rng.uniform(a, b, shape).astype(np.float32)
    if name == "truncated_normal":
        return _cut_normal(a, b, shape, rng)
    return rng.normal(a, b, shape).astype(np.float32)


def _cut_normal(mean: float, deviation: float, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """A normal law without what lies beyond two deviations: drawn again until all lie inside."""
    values = rng.standard_normal(shape)
    while (outside := np.abs(values) > 2).any():
        values[outside] = rng.standard_normal(int(outside.sum()))
    return np.asarray(mean + deviation * values, np.float32)
