"""XOR measured twice: what the recorded net itself answers, and how often its procedure succeeds from other starts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.evaluator.bounds import Refused
from grader.evaluator.predict import load_model
from grader.evaluator.recorded_net import MAX_EPOCHS, Reason, from_keras
from grader.evaluator.restarts import affordable, half_of, restarts, right
from grader.evaluator.small_net import Procedure, SmallNet
from grader.evaluator.xor_table import XOR, can_represent_xor, unfit
from grader.evidence import Forged

SEED = 0  # the same procedure gets the same share, whoever handed it in


def retry(settings: Mapping[str, Any], folder: Path, datasets: Mapping[str, Path]) -> dict[str, Any]:
    """Settings: `snapshot`, `restarts`, what the training was (`loss`, `optimizer`, `learning_rate`, `epochs`,
    `batch_size`), and `low` and `high`: the two values that stand for 0 and 1 in the student's inputs.

    Returns `errors` of the recorded net on the four points (or `refused`, why it cannot be rebuilt); where there are
    any, `representable`, and `share` of `restarts` that end without error (or `untried`, why there were none).
    No dataset is needed.
    """
    read = _read(settings, folder)
    result: dict[str, Any] = {}
    try:
        result["errors"] = own_errors(settings, folder, read)
    except (Refused, Forged) as problem:
        result["refused"] = str(problem)
    if result.get("errors") == 0:
        return result  # nothing to win by trying again
    if isinstance(read, str):
        return {**result, "untried": read}
    net, procedure = read
    result["representable"] = can_represent_xor(net)
    if not result["representable"]:
        return {**result, "share": 0.0, "restarts": 0}
    if (settings.get("low"), settings.get("high")) != (0.0, 1.0):
        return {**result, "untried": "inputs"}
    count = affordable(net, procedure, XOR.rows, int(settings["restarts"]))
    if not count:
        return {**result, "untried": "size"}
    return {**result, "share": restarts(net, procedure, XOR, count, SEED).share(), "restarts": count}


def _read(settings: Mapping[str, Any], folder: Path) -> tuple[SmallNet, Procedure] | Reason:
    snapshot = json.loads((folder / f"snapshot-{settings['snapshot']}.json").read_text(encoding="utf-8"))
    compiled = {name: settings.get(name) for name in ("loss", "optimizer", "learning_rate", "epochs", "batch_size")}
    if isinstance(compiled["epochs"], int):
        # Longer than this adds nothing: what 20 000 epochs do not solve stays unsolved.
        compiled["epochs"] = min(compiled["epochs"], MAX_EPOCHS)
    read = from_keras(snapshot["architecture"], compiled)
    return read if isinstance(read, str) else unfit(*read) or read


def own_errors(settings: Mapping[str, Any], folder: Path, read: tuple[SmallNet, Procedure] | Reason) -> int:
    """How many of the four points the recorded net gets wrong. Raises `Refused` or `Forged`."""
    model = load_model(settings, folder)
    if getattr(model, "input_shape", None) != (None, XOR.x.shape[1]):
        raise Refused("an input that is not two numbers")
    low, high = float(settings.get("low", 0.0)), float(settings.get("high", 1.0))
    output = model.predict(XOR.x * np.float32(high - low) + np.float32(low), verbose=0)
    if not isinstance(output, np.ndarray) or output.shape not in ((XOR.rows, 1), (XOR.rows, 2)):
        raise Refused("an output that is not one number")
    return wrong_answers(output, half=0.5 if isinstance(read, str) else half_of(*read))


def wrong_answers(output: NDArray[Any], half: float) -> int:
    """Return how many of the four points are answered wrongly, for outputs (4, 1) or (4, 2) in the order of `XOR`."""
    return int((~right(output, XOR.y, half)).sum())
