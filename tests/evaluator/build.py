"""What the evaluator is given in these tests: recorded networks, datasets; and why it refused something."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from grader.fingerprints import fingerprints
from grader.measurements import Unmeasurable


def recorded(folder: Path, model: Any, number: int = 1) -> None:
    """A snapshot of a model, as the grader lays it out."""
    facts = {"architecture": model.to_json(), "weights": f"weights-{number}.npz"}
    (folder / f"snapshot-{number}.json").write_text(json.dumps(facts))
    np.savez(folder / f"weights-{number}.npz", **{f"w{i}": w for i, w in enumerate(model.get_weights())})


def dataset(folder: Path, **splits: tuple[np.ndarray, np.ndarray]) -> Path:
    """A new folder with the (images, labels) of each split, and the fingerprints of its images."""
    folder.mkdir()
    for split, (images, labels) in splits.items():
        np.save(folder / f"x_{split}.npy", images)
        np.save(folder / f"y_{split}.npy", labels)
        np.save(folder / f"rows_{split}.npy", fingerprints(images)[0])
    return folder


def refused(act: Callable[[], Any]) -> str:
    """The reason; "" where it is allowed."""
    try:
        act()
    except Unmeasurable as reason:
        return str(reason)
    return ""
