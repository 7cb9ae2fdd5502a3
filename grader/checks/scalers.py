"""The scalers of a program, and whether the network was fed what came out of one. Shared by `scaler_leak` and `accuracy`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.checks.meant import Meant
from grader.checks.seen import Seen, find, seen_rows
from grader.domain import Call, Facts, RowIndex, Snapshot, Training
from grader.evidence import Forged, arrays_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_FITS = 6


@dataclass(frozen=True, slots=True)
class Fitted:
    """Of the sampled rows that a scaler was fitted on: how many are images of the dataset, how many of those are
    test images (and not training images as well)."""

    sampled: int
    known: int
    test: int


def fits_of(facts: Facts) -> tuple[Call, ...]:
    return tuple(c for c in facts.evidence.calls if c.what == "scaler_fit" and c.arrays)[-MOST_FITS:]


def fitted_on(facts: Facts, call: Call, index: RowIndex) -> Fitted:
    """All zero where the rows were not kept."""
    hashes = _hashes(facts, call)
    if hashes is None:
        return Fitted(0, 0, 0)
    in_train, _ = find(hashes, index.split["train"])
    in_test, _ = find(hashes, index.split["test"])
    return Fitted(len(hashes), int((in_train | in_test).sum()), int((in_test & ~in_train).sum()))


def _hashes(facts: Facts, call: Call) -> NDArray[np.uint64] | None:
    import numpy as np

    try:
        hashes = arrays_of(facts.evidence, call.arrays)["hashes"]
    except (Forged, KeyError):
        return None
    return hashes.astype(np.uint64) if hashes.dtype == np.uint64 and hashes.ndim == 1 else None


def fed_raw(facts: Facts, found: Meant) -> bool:
    """The network was trained on images that no scaler by pixel has touched: their content is still that of images."""
    rows: Seen = seen_rows(facts, found)
    return rows.sampled > 0 and rows.known > rows.sampled / 2


def last_fed(found: Meant) -> Training | None:
    """The last training whose rows were kept."""
    return next((t for t in reversed(found.trainings) if t.data is not None and t.data.rows_file), None)


def fed_alike(facts: Facts, found: Meant, snapshot: Snapshot) -> tuple[tuple[str, str | int | float | None], ...]:
    """For a measurement of this snapshot: the dataset's images in the range in which the training saw them."""
    rows = seen_rows(facts, found)
    return (
        ("snapshot", snapshot.id),
        ("dataset", facts.exercise.dataset),
        ("scale", rows.scale),
        ("offset", rows.offset),
    )


def inputs_of(facts: Facts, found: Meant) -> list[tuple[str, str | int | float | None]]:
    """The training's rows, which tell the scale exactly; and the recorded scalers, the last first, where the network
    was not fed the images as they are."""
    training, fits = last_fed(found), fits_of(facts)
    if training is None or training.data is None:
        return []
    if not fits or fed_raw(facts, found):
        return [("arrays_rows", training.data.rows_file)]
    names: list[tuple[str, str | int | float | None]] = [
        (f"arrays_scaler_{number}", call.arrays) for number, call in enumerate(reversed(fits))
    ]
    return [*names, ("arrays_rows", training.data.rows_file)]
