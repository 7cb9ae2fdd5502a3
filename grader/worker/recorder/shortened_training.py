"""What an audit, which stops each training after a few steps, does not come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any  # Keras and most of what students call ships no types

import numpy as np

from grader.domain import KERAS_BATCH
from grader.worker.fit_arguments import are_arrays


def shortened(given: Mapping[str, Any], steps: int) -> dict[str, Any]:
    """Return those arguments of `fit` or `evaluate` that need fewer rows when only `steps` batches are run.

    Rows that an audit will not come to need no copy: Keras makes one of all that it is given.
    """
    rows = steps * (maybe_int(given.get("batch_size")) or KERAS_BATCH)
    changed: dict[str, Any] = {}
    plain = are_arrays(given, "x", "y")
    whole = any(given.get(name) is not None for name in ("sample_weight", "class_weight", "steps_per_epoch", "steps"))
    if plain and not whole and not given.get("validation_split") and len(given["x"]) == len(given["y"]):
        changed |= {"x": given["x"][:rows], "y": given["y"][:rows]}
    validation = given.get("validation_data")
    if isinstance(validation, tuple | list) and all(isinstance(part, np.ndarray) for part in validation):
        changed["validation_data"] = tuple(part[:rows] for part in validation)
    return changed


def maybe_int(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float | np.integer) else None
