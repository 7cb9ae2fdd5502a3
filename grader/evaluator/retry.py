"""XOR measured twice: what the recorded net itself answers, and how often its procedure succeeds from other starts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.evaluator.inputs import Inputs
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
from grader.measurements import Refused, RestartFigures, RestartRequest, Unmeasurable, Why

SEED = 0  # the same procedure gets the same share, whoever handed it in


def retry(request: RestartRequest, inputs: Inputs) -> RestartFigures:
    """Return what the recorded net answers, and how often its training succeeds. No dataset is needed."""
    read = _read(request, inputs)
    figures = RestartFigures()
    try:
        figures = RestartFigures(errors=own_errors(request, inputs, read))
    except Unmeasurable as problem:
        figures = RestartFigures(refused=problem.refused)
    except Forged as problem:
        figures = RestartFigures(refused=Refused(Why.EVIDENCE, {"reason": str(problem)}))
    if figures.errors == 0:
        return figures  # nothing to win by trying again
    if isinstance(read, str):
        return replace(figures, untried=read)
    net, procedure = read
    if not can_represent_xor(net):
        return replace(figures, representable=False, share=0.0, restarts=0)
    figures = replace(figures, representable=True)
    if (request.low, request.high) != (0.0, 1.0):
        return replace(figures, untried="inputs")
    count = affordable(net, procedure, request.restarts)
    if not count:
        return replace(figures, untried="size")
    return replace(figures, share=restarts(net, procedure, count, SEED).share, restarts=count)


def _read(request: RestartRequest, inputs: Inputs) -> tuple[TinyNet, Procedure] | Reason:
    compiled = {
        "loss": request.loss,
        "optimizer": request.optimizer,
        "learning_rate": request.learning_rate,
        "epochs": min(request.epochs, MAX_EPOCHS),  # what 20 000 epochs do not solve stays unsolved
        "batch_size": request.batch_size,
    }
    return from_keras(inputs.snapshot(request.snapshot)["architecture"], compiled)


def own_errors(request: RestartRequest, inputs: Inputs, read: tuple[TinyNet, Procedure] | Reason) -> int:
    """Return how many of the four points the recorded net gets wrong. Raise `Unmeasurable` or `Forged`."""
    model = load_model(request.snapshot, inputs)
    if getattr(model, "input_shape", None) != (None, POINTS.shape[1]):
        raise Unmeasurable(Why.NOT_TWO_INPUTS, "an input that is not two numbers")
    points = POINTS * np.float32(request.high - request.low) + np.float32(request.low)
    output = model.predict(points, verbose=0)
    if not isinstance(output, np.ndarray) or output.shape not in ((len(POINTS), 1), (len(POINTS), 2)):
        raise Unmeasurable(Why.NOT_ONE_OUTPUT, "an output that is not one number")
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
