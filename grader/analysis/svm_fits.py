"""The SVMs of a program, and the moments of its networks at which their features may have been taken."""

from __future__ import annotations

import math
from dataclasses import dataclass

from grader.analysis.model_match import MatchedModel, ends_alike
from grader.domain import Evidence, Scalar, Snapshot, SvmFit
from grader.measurements import ModelInputs, Refused, SvmFigures, SvmRequest

MAX_FITS = 4
MAX_OTHER_MOMENTS = 6  # besides the ends of the two trainings


@dataclass(frozen=True, slots=True)
class MeasuredSvm:
    """Hold one recorded `SVC.fit`, and what the evaluator answered about it."""

    call: SvmFit
    answer: SvmFigures | Refused

    @property
    def width(self) -> int:
        """Return the number of features per row; 0 where the rows are no table."""
        return self.call.shape[1] if len(self.call.shape) == 2 else 0

    @property
    def models(self) -> tuple[int, ...]:
        """Return the numbers of the networks that give these features: 0 and 1 after their trainings, larger at other
        moments."""
        return self.answer.models if isinstance(self.answer, SvmFigures) else ()

    @property
    def written(self) -> str:
        """Return the recorded settings as a call of `SVC`."""
        call = self.call
        shown = f"C={_value_text(call.C)}, gamma={_value_text(call.gamma)}"
        return f"SVC({shown})" if call.kernel == "rbf" else f"SVC({shown}, kernel={call.kernel})"


def svm_fits_of(evidence: Evidence) -> tuple[SvmFit, ...]:
    """Return the last fits of SVMs whose arrays were kept, at most 4, in their order."""
    return tuple(fit for fit in evidence.calls_of(SvmFit) if fit.arrays)[-MAX_FITS:]


def svm_request(fit: SvmFit, rows: int, inputs: ModelInputs, networks: tuple[tuple[int, int], ...]) -> SvmRequest:
    """Return the request for a fit, of which `rows` rows at most are used; `networks` as in `moments`."""
    return SvmRequest(fit.arrays or "", rows, fit.C, fit.gamma, fit.kernel, inputs, networks)


def classifier_beside(autoencoder: MatchedModel, found: MatchedModel | None) -> MatchedModel | None:
    """Return `found`, the model that fits the second architecture, where it is another one and ends like it."""
    if found is None or found.shape.model == autoencoder.shape.model:
        return None
    return found if ends_alike(found.layers, found.asked) and len(found.layers) > 1 else None


def moments(
    evidence: Evidence, autoencoder: MatchedModel | None, classifier: MatchedModel | None
) -> tuple[tuple[int, int], ...]:
    """Return (number, snapshot) of the networks whose features an SVM may have got: 0 and 1 are the two models at the
    end of their trainings (the other training changes the encoder they share), larger numbers are other moments."""
    ends = {
        n: end
        for n, found in enumerate((autoencoder, classifier))
        if found is not None and (end := _last_trained(evidence, found)) is not None
    }
    taken = {end.id for end in ends.values()}
    others = [s for s in evidence.snapshots if s.weights and s.architecture is not None and s.id not in taken]
    every = {**ends, **dict(enumerate(others[-MAX_OTHER_MOMENTS:], start=2))}
    return tuple((number, snapshot.id) for number, snapshot in every.items())


def _last_trained(evidence: Evidence, found: MatchedModel) -> Snapshot | None:
    mine = [s for s in evidence.snapshots if s.model == found.shape.model and s.weights and s.architecture]
    trained = [s for s in mine if s.reason in ("fit", "train_on_batch")]
    return max(trained or mine, key=lambda s: s.id, default=None)


def real(value: Scalar) -> float:
    """Return a setting as a number, NaN where it is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def _value_text(value: Scalar) -> str:
    return f"{value:g}" if isinstance(value, int | float) else repr(value)
