"""A small dense net and its training, in words, and which words of Keras may stand in them.

The lists hold what acts on every weight, or on every example, by itself: only that can be computed for many nets at
once (`grader.evaluator.many_nets`). What looks at a whole variable (`Lamb`, `Muon`, `Adafactor`, clipping by a norm)
or at a whole batch (`Dice`, `Tversky`, `Circle`) would mix the nets, and stands in no list.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from grader.evaluator.rebuild import ACTIVATIONS as KNOWN_ACTIVATIONS

Setting: TypeAlias = float | bool | str
Settings: TypeAlias = tuple[tuple[str, Setting], ...]


# ── Which settings may be given ─────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Number:
    """Allow a number from `low` to `high`, both included; None too where it is `optional`."""

    low: float
    high: float
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    """Allow true and false."""


@dataclass(frozen=True, slots=True)
class Word:
    """Allow the words in `among`."""

    among: frozenset[str]


Kind: TypeAlias = Number | Flag | Word


def accepted(kind: Kind, value: object) -> Setting | None:
    """Return a recorded value as Keras is to get it, or None where it may be left out. Raise `ValueError` for others.

    NaN is no number, and True is none either.
    """
    if isinstance(kind, Flag) and isinstance(value, bool):
        return value
    if isinstance(kind, Word) and isinstance(value, str) and value in kind.among:
        return value
    if isinstance(kind, Number):
        if value is None and kind.optional:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and kind.low <= value <= kind.high:
            return float(value)
    raise ValueError("a setting that is not on the list")


SHARE = Number(0.0, 1.0)
SIZE = Number(-1e3, 1e3)
SPREAD = Number(0.0, 1e3)
FLAG = Flag()
DECAY = Number(0.0, 1.0, optional=True)

# ── The lists: Keras' class names, with the settings that each of them takes ────────────────────

ACTIVATIONS = KNOWN_ACTIVATIONS - {"threshold"}  # which Keras cannot call by its name alone
"""Activations by their Keras names. All act elementwise but softmax and log_softmax, which act along the last axis."""

_MOMENTS: Mapping[str, Kind] = {"beta_1": SHARE, "beta_2": SHARE, "epsilon": SHARE}
_START: Mapping[str, Kind] = {"initial_accumulator_value": SHARE, "epsilon": SHARE}
_ANY: Mapping[str, Kind] = {"weight_decay": DECAY, "clipvalue": Number(1e-12, 1e12, optional=True)}
OPTIMIZERS: Mapping[str, Mapping[str, Kind]] = {
    "SGD": {**_ANY, "momentum": SHARE, "nesterov": FLAG},
    "Adam": {**_ANY, **_MOMENTS, "amsgrad": FLAG},
    "AdamW": {**_ANY, **_MOMENTS, "amsgrad": FLAG, "weight_decay": SHARE},
    "Adamax": {**_ANY, **_MOMENTS},
    "Nadam": {**_ANY, **_MOMENTS},
    "RMSprop": {**_ANY, "rho": SHARE, "momentum": SHARE, "epsilon": SHARE, "centered": FLAG},
    "Adagrad": {**_ANY, **_START},
    "Adadelta": {**_ANY, "rho": SHARE, "epsilon": SHARE},
    "Lion": {**_ANY, "beta_1": SHARE, "beta_2": SHARE},
    "Ftrl": {
        **_ANY,
        "learning_rate_power": Number(-1.0, 0.0),
        "initial_accumulator_value": SHARE,
        "l1_regularization_strength": SHARE,
        "l2_regularization_strength": SHARE,
        "l2_shrinkage_regularization_strength": SHARE,
        "beta": SHARE,
    },
}

_PROBABILITIES: Mapping[str, Kind] = {"from_logits": FLAG, "label_smoothing": SHARE}
_FOCAL: Mapping[str, Kind] = {**_PROBABILITIES, "alpha": SHARE, "gamma": Number(0.0, 100.0)}
SPARSE = "SparseCategoricalCrossentropy"  # the one loss whose targets are class numbers
LOSSES: Mapping[str, Mapping[str, Kind]] = {
    "MeanSquaredError": {},
    "MeanAbsoluteError": {},
    "MeanAbsolutePercentageError": {},
    "MeanSquaredLogarithmicError": {},
    "Huber": {"delta": Number(1e-6, 1e6)},
    "LogCosh": {},
    "Poisson": {},
    "KLDivergence": {},
    "CosineSimilarity": {},
    "Hinge": {},
    "SquaredHinge": {},
    "CategoricalHinge": {},
    "BinaryCrossentropy": _PROBABILITIES,
    "BinaryFocalCrossentropy": {**_FOCAL, "apply_class_balancing": FLAG},
    "CategoricalCrossentropy": _PROBABILITIES,
    "CategoricalFocalCrossentropy": _FOCAL,
    SPARSE: {"from_logits": FLAG},
}

FIXED: Mapping[str, Mapping[str, Kind]] = {"Zeros": {}, "Ones": {}, "Constant": {"value": SIZE}}  # drawn by no chance
INITIALIZERS: Mapping[str, Mapping[str, Kind]] = {
    **FIXED,
    **{f"{name}{law}": {} for name in ("Glorot", "He", "Lecun") for law in ("Uniform", "Normal")},
    "VarianceScaling": {
        "scale": Number(1e-9, 1e3),
        "mode": Word(frozenset({"fan_in", "fan_out", "fan_avg"})),
        "distribution": Word(frozenset({"uniform", "normal", "truncated_normal", "untruncated_normal"})),
    },
    "RandomUniform": {"minval": SIZE, "maxval": SIZE},
    "RandomNormal": {"mean": SIZE, "stddev": SPREAD},
    "TruncatedNormal": {"mean": SIZE, "stddev": SPREAD},
}


# ── A net and its training ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Initial:
    """Describe an initialiser: its class in `INITIALIZERS`, and its settings where they are not Keras' defaults. Its
    seed is of no account: every net gets a draw of its own."""

    name: str = "GlorotUniform"
    settings: Settings = ()


ZEROS = Initial("Zeros")


@dataclass(frozen=True, slots=True)
class Dense:
    """Describe a dense layer; its `activation` is one of `ACTIVATIONS`."""

    units: int
    activation: str = "linear"
    use_bias: bool = True
    kernel: Initial = Initial()
    bias: Initial = ZEROS


@dataclass(frozen=True, slots=True)
class SmallNet:
    """Describe dense layers one after the other, on `inputs` numbers."""

    layers: tuple[Dense, ...]
    inputs: int = 2

    @property
    def outputs(self) -> int:
        """Return how many numbers the last layer gives."""
        return self.layers[-1].units

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """Return (inputs, units) of each layer."""
        return tuple(pairwise((self.inputs, *(layer.units for layer in self.layers))))

    @property
    def parameters(self) -> int:
        """Return the number of weights and biases."""
        pairs = zip(self.shapes, self.layers, strict=True)
        return sum((inputs + layer.use_bias) * layer.units for (inputs, _), layer in pairs)


@dataclass(frozen=True, slots=True)
class Procedure:
    """Describe how a net is trained: classes of `LOSSES` and `OPTIMIZERS`, with their settings where they are not
    Keras' defaults."""

    loss: str = "MeanSquaredError"
    optimizer: str = "Adam"
    learning_rate: float = 0.001
    epochs: int = 1000
    batch_size: int = 32
    settings: Settings = ()
    loss_settings: Settings = ()

    @property
    def logits(self) -> bool:
        """Return whether the loss was told that the outputs are not yet probabilities."""
        return dict(self.loss_settings).get("from_logits") is True

    def steps(self, rows: int) -> int:
        """Return how often the weights change in a training on `rows` examples."""
        return self.epochs * math.ceil(rows / self.batch_size)
