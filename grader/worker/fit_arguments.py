"""The arguments of Keras' `fit` and `evaluate`, as those take them who prepare or record a training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any  # Keras and most of what students call ships no types

import keras
import numpy as np


def listed(callbacks: Any) -> list[Any]:
    """Return the argument `callbacks`, one or several or none, as a list."""
    if callbacks is None:
        return []
    if isinstance(callbacks, keras.callbacks.CallbackList):
        return list(callbacks.callbacks)
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]


def are_arrays(given: Mapping[str, Any], *names: str) -> bool:
    """Return whether all of these arguments are NumPy's arrays."""
    return all(isinstance(given.get(name), np.ndarray) for name in names)
