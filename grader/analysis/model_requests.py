"""What the evaluator is asked about a matched model: the requests by which `accuracy` and `saved_model` judge."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from grader.analysis.model_match import MatchedModel
from grader.analysis.saved_files import left_files, model_files, saved_by, stem
from grader.domain import Evidence, ScalerFit
from grader.measurements import CheckpointRequest, HandedInRequest, ModelInputs, PredictRequest, SavedModelRequest


@dataclass(frozen=True)
class ModelRequests:
    """Hold the requests about one model of one run, so that what is asked and what is looked up are the same."""

    model: MatchedModel
    evidence: Evidence
    dataset: str
    scaler_fits: tuple[ScalerFit, ...]
    handed_in_files: tuple[str, ...]

    @cached_property
    def plain_inputs(self) -> ModelInputs:
        """Return how the dataset's images became inputs, by the range in which the training saw them."""
        rows = self.model.provenance
        return ModelInputs(self.dataset, rows.scale, rows.offset)

    @cached_property
    def inputs(self) -> ModelInputs:
        """Return `plain_inputs` with the training's rows, which tell the scale exactly; and the recorded scalers, the
        last first, where the network was not fed the images as they are."""
        plain, rows = self.plain_inputs, self.model.last_rows
        if rows is None:
            return plain
        raw = not self.scaler_fits or self.model.provenance.as_they_are
        scalers = () if raw else tuple(fit.arrays for fit in reversed(self.scaler_fits) if fit.arrays is not None)
        return ModelInputs(plain.dataset, plain.scale, plain.offset, rows, scalers)

    @cached_property
    def prediction(self) -> PredictRequest | None:
        """Return the request for the recorded weights; None where none were recorded, or the model cannot be
        rebuilt."""
        final = self.model.final
        return None if final is None or final.architecture is None else PredictRequest(final.id, self.inputs)

    @cached_property
    def handed_in(self) -> tuple[HandedInRequest, ...]:
        """Return one request for each file of weights handed in beside the program, as it was before the run."""
        mine = [s for s in self.evidence.snapshots if s.model == self.model.shape.model and s.weights]
        built = max(mine, key=lambda s: s.id, default=None)
        if built is None:
            return ()
        return tuple(HandedInRequest(name, built.id, self.inputs) for name in model_files(self.handed_in_files))

    @cached_property
    def checkpoints(self) -> tuple[CheckpointRequest, ...]:
        """Return one request for each file whose weights are tried in the network that the program built, where
        training left none to record.

        Only files that this network was seen to be saved to: one that was handed in is no work of this run.
        """
        if not self.model.unfinished or self.model.shape.architecture is None:
            return ()
        saved = saved_by(self.evidence, self.model.shape.model)
        names = [name for name in left_files(self.evidence) if stem(name) in saved]
        return tuple(CheckpointRequest(name, self.model.shape.id, self.inputs) for name in names)

    @cached_property
    def comparisons(self) -> tuple[SavedModelRequest, ...]:
        """Return one request for each file whose predictions are compared with those of the recorded model; none where
        no weights were recorded."""
        final = self.model.final
        if final is None or final.architecture is None:
            return ()
        return tuple(SavedModelRequest(name, final.id, self.plain_inputs) for name in left_files(self.evidence))
