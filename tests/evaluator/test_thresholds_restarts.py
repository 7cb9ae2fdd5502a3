"""What the settings of a recorded training may be, and how many starts are affordable: from both sides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.evaluator.restarts import Restarts, affordable, right
from grader.evaluator.small_net import (
    INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    Dense,
    Kind,
    Number,
    Procedure,
    SmallNet,
    accepted,
)
from tests.evaluator.test_recorded_net import SLIDES, mse, trained
from tests.evaluator.test_thresholds_small_net import Json, layer, refused

# ── Settings ────────────────────────────────────────────────────────────────────────────────────

BOUNDS: dict[str, tuple[Kind, float, float]] = {
    "beta_1": (OPTIMIZERS["Adam"]["beta_1"], 0, 1),
    "weight_decay": (OPTIMIZERS["SGD"]["weight_decay"], 0, 1),
    "clipvalue": (OPTIMIZERS["Lion"]["clipvalue"], 1e-12, 1e12),
    "learning_rate_power": (OPTIMIZERS["Ftrl"]["learning_rate_power"], -1, 0),
    "gamma": (LOSSES["BinaryFocalCrossentropy"]["gamma"], 0, 100),
    "delta": (LOSSES["Huber"]["delta"], 1e-6, 1e6),
    "value": (INITIALIZERS["Constant"]["value"], -1e3, 1e3),
    "stddev": (INITIALIZERS["RandomNormal"]["stddev"], 0, 1e3),
    "scale": (INITIALIZERS["VarianceScaling"]["scale"], 1e-9, 1e3),
}


def is_accepted(kind: Kind, value: Any) -> bool:
    try:
        return bool(accepted(kind, value) == value)
    except ValueError:
        return False


@pytest.mark.parametrize("name", BOUNDS)
def test_a_setting_lies_between_its_bounds(name: str) -> None:
    kind, low, high = BOUNDS[name]
    assert is_accepted(kind, low) and is_accepted(kind, high)
    assert not is_accepted(kind, float(np.nextafter(low, -np.inf)))
    assert not is_accepted(kind, float(np.nextafter(high, np.inf)))
    assert not any(is_accepted(kind, value) for value in (True, "1", float("nan"), [0]))


def test_which_settings_may_be_left_out() -> None:
    kinds = {name: kind for settings in OPTIMIZERS.values() for name, kind in settings.items()}
    optional = {name for name, kind in {**kinds, **OPTIMIZERS["SGD"]}.items() if is_accepted(kind, None)}
    assert optional == {"weight_decay", "clipvalue"} and not is_accepted(OPTIMIZERS["AdamW"]["weight_decay"], None)
    assert not Number(0, 1).optional


def test_words_and_truth_values_are_taken_from_their_lists() -> None:
    mode, flag = INITIALIZERS["VarianceScaling"]["mode"], OPTIMIZERS["SGD"]["nesterov"]
    assert [is_accepted(mode, word) for word in ("fan_in", "fan", "", None, True)] == [True, False, False, False, False]
    assert [is_accepted(flag, one) for one in (True, False, 1, "True", None)] == [True, True, False, False, False]


@pytest.mark.parametrize("name", ["clipnorm", "global_clipnorm", "loss_scale_factor", "gradient_accumulation_steps"])
def test_an_optimizer_that_mixes_the_nets_is_not_read(name: str) -> None:
    for value, reason in ((1, "setting"), (0, "setting"), (None, "")):
        assert refused(trained(optimizer=layer("Adam", **{name: value}))) == reason
    assert refused(trained(optimizer=layer("SGD", **{name: 1}))) == ""  # another optimiser's


@pytest.mark.parametrize(
    ("loss", "reason"),
    [
        (mse(reduction="sum_over_batch_size"), ""),
        (mse(reduction="mean_with_sample_weight"), ""),
        (mse(reduction="none"), "setting"),
        (mse(axis=-1), ""),
        (mse(axis=1), "setting"),
        (mse(axis=-2), "setting"),
        (mse(ignore_class=0), "setting"),
        (mse(ignore_class=None), ""),
        ({"class_name": "MeanSquaredError", "config": None}, ""),
        (layer("Huber", delta=-1), ""),  # another loss's
        ({**mse(), "registered_name": "e>MeanSquaredError"}, "loss"),
    ],
)
def test_a_loss_is_a_mean_over_the_rows(loss: Json, reason: str) -> None:
    assert refused(trained(loss=loss)) == reason


# ── Starts ──────────────────────────────────────────────────────────────────────────────────────

WIDE = SmallNet((Dense(256, "relu"), Dense(1, "sigmoid")))  # 1025 weights


@pytest.mark.parametrize(
    ("net", "procedure", "rows", "wanted", "count"),
    [
        (SLIDES, Procedure(), 4, 10**6, 11_627),  # 1.5e9 / (1000 · (9 weights + 60 · 2 layers))
        (SLIDES, Procedure(batch_size=1), 4, 10**6, 2906),  # four times the steps
        (SLIDES, Procedure(), 8, 10**6, 10_869),  # 9 · 8/4 weights
        (
            SLIDES,
            Procedure(epochs=1),
            4,
            10**7,
            606_060,
        ),  # 2e7 / (9 weights + 4·(2 + 1) of the table + 4·(2 + 1) units)
        (SLIDES, Procedure(epochs=1, batch_size=2), 4, 10**7, 740_740),  # 2e7 / (9 + 12 + 2·3)
        (SLIDES, Procedure(epochs=1, batch_size=2), 8, 10**7, 512_820),  # 2e7 / (9 + 24 + 2·3)
        (SLIDES, Procedure(epochs=100_000), 4, 10**6, 116),
        (SLIDES, Procedure(epochs=100_001), 4, 10**6, 0),  # too many steps, whatever the net
        (WIDE, Procedure(epochs=65_502), 4, 400, 20),
        (WIDE, Procedure(epochs=65_503), 4, 400, 0),  # 19 would be too rough
        (WIDE, Procedure(epochs=65_503), 4, 19, 19),  # unless no more are wanted
        (WIDE, Procedure(epochs=65_503), 4, 20, 0),
    ],
)
def test_how_many_starts_are_affordable(
    net: SmallNet, procedure: Procedure, rows: int, wanted: int, count: int
) -> None:
    assert affordable(net, procedure, rows, wanted) == count


def test_400_starts_are_the_usual_ones_and_no_error_is_allowed() -> None:
    assert affordable(SLIDES, Procedure(), 4) == 400
    found = Restarts(np.array([1.0, 0.99, 0.5, 1.0], np.float32), np.zeros(4, np.float32))
    assert (found.share(), found.share(0.99), found.share(0.5)) == (0.5, 0.75, 1.0)


def test_one_output_says_yes_above_a_half_unless_told_otherwise() -> None:
    outputs = np.array([[0.5], [0.5002], [0.45], [0.55]])
    assert right(outputs, np.array([[0], [1], [0], [1]])).all()
    assert not right(outputs, np.array([[1], [0], [1], [0]])).any()
    assert right(outputs, np.array([[0.5], [0.51], [0.49], [1]])).all()
