"""Which images a training saw: its rows recognised by content among the dataset's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.domain import DataInfo, Evidence, RowIndex, Training
from grader.evidence import InvalidEvidence, arrays_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEFAULT_SCALE = 1 / 255
MAX_BOUND = 1e6  # of the lows and highs that tell a scale


@dataclass(frozen=True, slots=True)
class RowProvenance:
    """Count of the sampled rows how many were recognised (`known`), how many of those are test images (`test`), and how
    many had a label that is not theirs; say how pixels from 0 to 255 became inputs: `scale` · pixel + `offset`."""

    sampled: int = 0
    known: int = 0
    test: int = 0
    wrong_labels: int = 0
    scale: float = DEFAULT_SCALE
    offset: float = 0.0

    @property
    def as_they_are(self) -> bool:
        """Return whether most rows were recognised as images: no scaler by pixel has changed them."""
        return self.sampled > 0 and self.known > self.sampled / 2


def provenance_of(trainings: Iterable[Training], evidence: Evidence, index: RowIndex | None) -> RowProvenance:
    """Return what all these trainings saw, together; the scale is that of the last one recognised."""
    total = RowProvenance()
    known: dict[str | None, RowProvenance] = {}  # a file that many trainings name is read once
    for training in trainings:
        if training.data is not None and index is not None:
            if training.data.rows_file not in known:
                known[training.data.rows_file] = _provenance_of_one(evidence, training.data, index)
            one = known[training.data.rows_file]
            total = RowProvenance(
                total.sampled + one.sampled,
                total.known + one.known,
                total.test + one.test,
                total.wrong_labels + one.wrong_labels,
                one.scale if one.known else total.scale,
                one.offset if one.known else total.offset,
            )
    return total


def _provenance_of_one(evidence: Evidence, data: DataInfo, index: RowIndex) -> RowProvenance:
    import numpy as np

    try:
        kept = arrays_of(evidence, data.rows_file)
        hashes, low, high = kept["hashes"], kept["low"].astype(float), kept["high"].astype(float)
    except (InvalidEvidence, KeyError):
        return RowProvenance()
    given = kept.get("labels", np.zeros(0, np.int64))
    if given.dtype.kind not in "iu":
        return RowProvenance()
    labels = given.astype(np.int64)
    if hashes.dtype != np.uint64 or not (hashes.shape == low.shape == high.shape) or hashes.ndim != 1:
        return RowProvenance()
    in_train, at_train = find(hashes, index.split["train"])
    in_test, at_test = find(hashes, index.split["test"])
    known = in_train | in_test
    only_test = in_test & ~in_train
    wrong = 0
    if labels.shape == hashes.shape:
        true = np.where(in_train, index.labels["train"][at_train], index.labels["test"][at_test])
        wrong = int((known & (labels >= 0) & (labels != true)).sum())
    scale, offset = _scale_and_offset(low[known], high[known])
    return RowProvenance(len(hashes), int(known.sum()), int(only_test.sum()), wrong, scale, offset)


def find(hashes: NDArray[np.generic], among: NDArray[np.uint64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return whether each hash stands in `among`, and where, both of shape (n,) as `hashes` is; the position is 0 where
    it does not."""
    import numpy as np

    from grader.fingerprints import positions

    at = positions(hashes, among)
    return at >= 0, np.maximum(at, 0)


def _scale_and_offset(low: NDArray[np.float64], high: NDArray[np.float64]) -> tuple[float, float]:
    """From the rows' lows and highs, which are pixels 0 and (nearly always) 255."""
    import numpy as np

    if not len(low) or not (np.isfinite(low).all() and np.isfinite(high).all()):
        return DEFAULT_SCALE, 0.0
    bottom, top = float(np.median(low)), float(np.median(high))
    if top <= bottom or abs(top) > MAX_BOUND or abs(bottom) > MAX_BOUND:
        return DEFAULT_SCALE, 0.0
    return (top - bottom) / 255, bottom
