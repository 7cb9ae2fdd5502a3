"""How a small net was trained, so that the evaluator can train it in the same way from other starts."""

from __future__ import annotations

import math

from grader.analysis.model_match import MatchedModel
from grader.analysis.xor_table import CODES, POINTS
from grader.domain import Training
from grader.measurements import RestartRequest


def restart_request(found: MatchedModel, restarts: int) -> RestartRequest | None:
    """Return the request to train a model again from at most `restarts` starts; None where there is nothing to measure:
    never trained, or a model without architecture."""
    last = next((t for t in reversed(found.trainings) if t.epochs_run or t.steps), None)
    if found.final is None or found.final.architecture is None or last is None:
        return None
    compiled = last.compiled
    low, high = found.fed_table.code if found.fed_table is not None else CODES[0]
    rate = compiled.learning_rate if compiled else None
    return RestartRequest(
        snapshot=found.final.id,
        restarts=restarts,
        loss=compiled.loss if compiled else None,
        optimizer=compiled.optimizer if compiled else None,
        learning_rate=rate if rate is not None and math.isfinite(rate) else None,
        epochs=_epochs(found, last),
        batch_size=last.batch,
        low=low,
        high=high,
    )


def _epochs(found: MatchedModel, last: Training) -> int:
    """All the trainings that went on in the way of the last one, in passes over the four points."""
    alike = [t for t in found.trainings if t.compiled == last.compiled and t.how == last.how]
    return round(sum(_steps(t) for t in alike) / math.ceil(POINTS / last.batch))


def _steps(training: Training) -> int:
    """An audit stops a training early: what was asked for counts then."""
    if training.how != "fit":
        return training.steps
    rows = training.data.rows if training.data else POINTS
    an_epoch = math.ceil(rows / training.batch)
    if training.capped:
        return training.epochs_asked * an_epoch
    return training.steps or training.epochs_run * an_epoch
