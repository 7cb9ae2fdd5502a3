"""XOR measured twice: what the recorded net itself answers, and how often its procedure succeeds from other starts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grader.evaluator.inputs import Inputs
from grader.evaluator.many_nets import Array
from grader.evaluator.predict import load_model
from grader.evaluator.recorded_net import MAX_EPOCHS, Reason, from_keras
from grader.evaluator.restarts import affordable, half_of, restarts, right
from grader.evaluator.small_net import Procedure, SmallNet
from grader.evaluator.xor_table import XOR, can_represent_xor, unfit
from grader.evidence import InvalidEvidence
from grader.measurements import Refused, RestartFigures, RestartRequest, Unmeasurable, Why

SEED = 0  # the same procedure gets the same share, whoever handed it in


def retry(request: RestartRequest, inputs: Inputs) -> RestartFigures:
    """Return what the recorded net answers, and how often its training succeeds. No dataset is needed."""
    read = _read_net(request, inputs)
    figures = RestartFigures()
    try:
        figures = RestartFigures(errors=own_errors(request, inputs, read))
    except Unmeasurable as problem:
        figures = RestartFigures(refused=problem.refused)
    except InvalidEvidence as problem:
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
    count = affordable(net, procedure, XOR.rows, request.restarts)
    if not count:
        return replace(figures, untried="size")
    return replace(figures, share=restarts(net, procedure, XOR, count, SEED).share(), restarts=count)


def _read_net(request: RestartRequest, inputs: Inputs) -> tuple[SmallNet, Procedure] | Reason:
    compiled = {
        "loss": request.loss,
        "optimizer": request.optimizer,
        "learning_rate": request.learning_rate,
        "epochs": min(request.epochs, MAX_EPOCHS),  # what 20 000 epochs do not solve stays unsolved
        "batch_size": request.batch_size,
    }
    read = from_keras(inputs.snapshot(request.snapshot)["architecture"], compiled)
    return read if isinstance(read, str) else unfit(*read) or read


def own_errors(request: RestartRequest, inputs: Inputs, read: tuple[SmallNet, Procedure] | Reason) -> int:
    """Return how many of the four points the recorded net gets wrong. Raise `Unmeasurable` or `InvalidEvidence`."""
    model = load_model(request.snapshot, inputs)
    if getattr(model, "input_shape", None) != (None, XOR.x.shape[1]):
        raise Unmeasurable(Why.NOT_TWO_INPUTS, "an input that is not two numbers")
    points = XOR.x * np.float32(request.high - request.low) + np.float32(request.low)
    output = model.predict(points, verbose=0)
    if not isinstance(output, np.ndarray) or output.shape not in ((XOR.rows, 1), (XOR.rows, 2)):
        raise Unmeasurable(Why.NOT_ONE_OUTPUT, "an output that is not one number")
    return wrong_answers(output, half=0.5 if isinstance(read, str) else half_of(*read))


def wrong_answers(output: Array, half: float) -> int:
    """Return how many of the four points are answered wrongly, for outputs (4, 1) or (4, 2) in the order of `XOR`."""
    return int((~right(output, XOR.y, half)).sum())
