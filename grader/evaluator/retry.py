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
from grader.evaluator.restarts import (
    MARGIN,
    POINTS,
    TARGETS,
    Procedure,
    TinyNet,
    affordable,
    can_represent_xor,
    restarts,
)
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
    count = affordable(net, procedure, int(settings["restarts"]))
    if not count:
        return {**result, "untried": "size"}
    return {**result, "share": restarts(net, procedure, count, SEED).share, "restarts": count}


def _read(settings: Mapping[str, Any], folder: Path) -> tuple[TinyNet, Procedure] | Reason:
    snapshot = json.loads((folder / f"snapshot-{settings['snapshot']}.json").read_text(encoding="utf-8"))
    compiled = {name: settings.get(name) for name in ("loss", "optimizer", "learning_rate", "epochs", "batch_size")}
    if isinstance(compiled["epochs"], int):
        # Longer than this adds nothing: what 20 000 epochs do not solve stays unsolved.
        compiled["epochs"] = min(compiled["epochs"], MAX_EPOCHS)
    return from_keras(snapshot["architecture"], compiled)


def own_errors(settings: Mapping[str, Any], folder: Path, read: tuple[TinyNet, Procedure] | Reason) -> int:
    """How many of the four points the recorded net gets wrong. Raises `Refused` or `Forged`."""
    model = load_model(settings, folder)
    if getattr(model, "input_shape", None) != (None, POINTS.shape[1]):
        raise Refused("an input that is not two numbers")
    low, high = float(settings.get("low", 0.0)), float(settings.get("high", 1.0))
    output = model.predict(POINTS * np.float32(high - low) + np.float32(low), verbose=0)
    if not isinstance(output, np.ndarray) or output.shape not in ((len(POINTS), 1), (len(POINTS), 2)):
        raise Refused("an output that is not one number")
    return wrong_answers(output, half=0.0 if _answers_in_logits(read) else 0.5)


def _answers_in_logits(read: tuple[TinyNet, Procedure] | Reason) -> bool:
    if isinstance(read, str):
        return False
    net, procedure = read
    return procedure.logits and net.layers[-1].activation == "linear"


def wrong_answers(output: NDArray[Any], half: float) -> int:
    """Of the four points, in the order of `POINTS`. Shape (4, 1): yes above `half`; (4, 2): the larger one."""
    yes = TARGETS[:, 0] > 0.5
    if output.shape[1] == 2:
        right = np.where(yes, output[:, 1] > output[:, 0], output[:, 1] < output[:, 0])
    else:  # what is not a number is neither
        right = np.where(yes, output[:, 0] > half + MARGIN, output[:, 0] <= half)
    return int((~right).sum())
