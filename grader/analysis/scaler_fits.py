"""What the scalers of a program were fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.analysis.provenance import find
from grader.domain import Evidence, RowIndex, ScalerFit
from grader.evidence import InvalidEvidence, arrays_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_FITS = 6  # the last ones


@dataclass(frozen=True, slots=True)
class FittedRows:
    """Count of the sampled rows that a scaler was fitted on how many are images of the dataset (`known`), and how many
    of those are test images and not training images as well (`test`)."""

    sampled: int
    known: int
    test: int


def scaler_fits_of(evidence: Evidence) -> tuple[ScalerFit, ...]:
    """Return the last fits of scalers whose arrays were kept, at most 6, in their order."""
    return tuple(fit for fit in evidence.calls_of(ScalerFit) if fit.arrays)[-MAX_FITS:]


def fitted_rows(evidence: Evidence, fit: ScalerFit, index: RowIndex) -> FittedRows:
    """Return what the rows of a fit are; all zero where they were not kept or cannot be read."""
    hashes = _hashes(evidence, fit)
    if hashes is None:
        return FittedRows(0, 0, 0)
    in_train, _ = find(hashes, index.split["train"])
    in_test, _ = find(hashes, index.split["test"])
    return FittedRows(len(hashes), int((in_train | in_test).sum()), int((in_test & ~in_train).sum()))


def _hashes(evidence: Evidence, fit: ScalerFit) -> NDArray[np.uint64] | None:
    import numpy as np

    try:
        hashes = arrays_of(evidence, fit.arrays)["hashes"]
    except (InvalidEvidence, KeyError):
        return None
    return hashes.astype(np.uint64) if hashes.dtype == np.uint64 and hashes.ndim == 1 else None
