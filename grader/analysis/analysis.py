"""What one run means, each thing worked out once: the only thing that a check looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar, cast

from grader.analysis.embeddings import (
    Embedding,
    best_of,
    embedding_request,
    tsne_runs_of,
)
from grader.analysis.model_match import MatchedModel, match_models
from grader.analysis.model_requests import ModelRequests
from grader.analysis.scaler_fits import scaler_fits_of
from grader.analysis.svm_fits import MeasuredSvm, classifier_beside, moments, svm_fits_of, svm_request
from grader.domain import (
    Evidence,
    Exercise,
    Mode,
    Notice,
    Outcome,
    Reading,
    Request,
    RowIndex,
    ScalerFit,
    SvmFit,
    TsneRun,
)
from grader.measurements import (
    NEIGHBOURS,
    CheckpointRequest,
    EmbeddingFigures,
    EmbeddingRequest,
    HandedInRequest,
    MeasurementRequest,
    ModelInputs,
    Prediction,
    Refused,
    SvmRequest,
)

R = TypeVar("R")
Answers = Mapping[Request, object]
"""To each request the result of its own type, or a `Refused`."""


@dataclass(frozen=True)
class Analysis:
    """Hold the facts of one run, and what they mean.

    `reading` is what the source says, `outcome` and `evidence` what the run showed, `answers` what the evaluator
    measured, `rows` the images of the dataset by content, `handed_in` the paths of the files that were handed in,
    `stand_in` whether the dataset is an embedded stand-in, `notes` what the grader noted about this run.
    """

    exercise: Exercise
    mode: Mode
    reading: Reading
    outcome: Outcome | None = None
    evidence: Evidence = Evidence()
    answers: Answers = field(default_factory=dict)
    rows: RowIndex | None = None
    handed_in: tuple[str, ...] = ()
    stand_in: bool = False
    notes: tuple[Notice, ...] = ()

    def with_answers(self, answers: Answers) -> Analysis:
        """Return the same analysis once the evaluator has answered; what was worked out stays: none of it rests on
        answers."""
        known = replace(self, answers=answers)
        known.__dict__.update({**vars(self), **vars(known)})
        return known

    def answer(self, request: MeasurementRequest[R]) -> R | Refused:
        """Return what the evaluator answered. Raise `KeyError` where it was not asked: a fault of the check's own."""
        return cast("R | Refused", self.answers[request])

    @property
    def training_rows(self) -> int | None:
        """Return how many training images the dataset has; None where it has none."""
        return len(self.rows.split["train"]) if self.rows is not None else None

    # ── Models ──────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def models(self) -> tuple[MatchedModel | None, ...]:
        """Return for each architecture of the exercise the recorded model that fits it; None where no model was
        recorded."""
        return match_models(self.exercise.models, self.evidence, self.rows)

    def model(self, which: int = 0) -> MatchedModel | None:
        """Return the model that fits `exercise.models[which]`; None where no model was recorded. Raise `IndexError`
        where the exercise has fewer models."""
        return self.models[which] if self.exercise.models else None

    @cached_property
    def _requests(self) -> dict[MatchedModel, ModelRequests]:
        return {}

    def requests_of(self, model: MatchedModel) -> ModelRequests:
        """Return what the evaluator can be asked about a model."""
        if model not in self._requests:
            dataset = self.exercise.dataset
            self._requests[model] = ModelRequests(model, self.evidence, dataset, self.scaler_fits, self.handed_in)
        return self._requests[model]

    def best_file(self, requests: Sequence[HandedInRequest | CheckpointRequest]) -> tuple[str, Prediction] | None:
        """Return the file whose weights do best on the test images, the first of equals; None where none can be used.
        Raise as `answer`."""
        answers = [(request.file, self.answer(request)) for request in requests]
        usable = [(file, answer) for file, answer in answers if isinstance(answer, Prediction)]
        return max(usable, key=lambda item: item[1].accuracy, default=None)

    # ── Scalers, embeddings, SVMs ───────────────────────────────────────────────────────────────

    @cached_property
    def scaler_fits(self) -> tuple[ScalerFit, ...]:
        """Return the last recorded fits of scalers, at most 6, in their order."""
        return scaler_fits_of(self.evidence)

    @cached_property
    def tsne_runs(self) -> tuple[TsneRun, ...]:
        """Return the last recorded runs of t-SNE, at most 6, in their order."""
        return tsne_runs_of(self.evidence)

    @cached_property
    def _embedding_requests(self) -> dict[int, tuple[EmbeddingRequest, ...]]:
        return {}

    def embedding_requests(self, k: int = NEIGHBOURS) -> tuple[EmbeddingRequest, ...]:
        """Return one request for each of `tsne_runs`, whose hit counts `k` neighbours."""
        if k not in self._embedding_requests:
            dataset, models = self.exercise.dataset, self.models
            self._embedding_requests[k] = tuple(
                embedding_request(run, self.evidence, models, dataset, k) for run in self.tsne_runs
            )
        return self._embedding_requests[k]

    def embeddings(self, k: int = NEIGHBOURS) -> tuple[Embedding, ...]:
        """Return the t-SNE runs with their measured figures; empty figures where they were refused. Raise as
        `answer`."""
        answers = [self.answer(request) for request in self.embedding_requests(k)]
        figures = [EmbeddingFigures(finite=False) if isinstance(one, Refused) else one for one in answers]
        return tuple(map(Embedding, self.tsne_runs, figures))

    @property
    def best_embedding(self) -> Embedding | None:
        """Return the t-SNE run that criteria are judged on; None where none shows recognised images. Raise as
        `answer`."""
        return best_of(self.embeddings())

    @cached_property
    def classifier(self) -> MatchedModel | None:
        """Return the model for the exercise's second architecture, where one was built besides that for the first."""
        first = self.model(0)
        return classifier_beside(first, self.model(1)) if first is not None and len(self.models) > 1 else None

    @cached_property
    def svm_fits(self) -> tuple[SvmFit, ...]:
        """Return the last recorded fits of SVMs, at most 4, in their order."""
        return svm_fits_of(self.evidence)

    @cached_property
    def _moments(self) -> tuple[tuple[int, int], ...]:
        return moments(self.evidence, self.model(0), self.classifier)

    def svm_requests(self, rows: int) -> tuple[SvmRequest, ...]:
        """Return one request for each of `svm_fits`, of which `rows` rows at most are used."""
        first = self.model(0)
        dataset = self.exercise.dataset
        inputs = ModelInputs(dataset) if first is None else self.requests_of(first).plain_inputs
        return tuple(svm_request(fit, rows, inputs, self._moments) for fit in self.svm_fits)

    def svms(self, rows: int) -> tuple[MeasuredSvm, ...]:
        """Return the SVMs with what was measured of them on at most `rows` rows. Raise as `answer`."""
        return tuple(
            MeasuredSvm(fit, self.answer(request))
            for fit, request in zip(self.svm_fits, self.svm_requests(rows), strict=True)
        )
