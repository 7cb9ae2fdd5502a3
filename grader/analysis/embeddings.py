"""The t-SNE runs of a program, as the evaluator measured them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grader.analysis.model_match import MatchedModel
from grader.domain import Evidence, HullFit, LibraryCall, MixtureFit, TsneRun
from grader.measurements import NEIGHBOURS, EmbeddingFigures, EmbeddingRequest

MAX_SHAPES = 60  # hulls and ellipses that one measurement looks at
MAX_RUNS = 6


@dataclass(frozen=True, slots=True)
class Embedding:
    """Hold one t-SNE run and what was measured of it; `figures.source` is empty where its rows are not known."""

    run: TsneRun
    figures: EmbeddingFigures

    @property
    def source(self) -> str:
        """Return which rows were projected, as `EmbeddingFigures.source`."""
        return self.figures.source

    @property
    def count(self) -> int:
        """Return how many points were projected."""
        return self.run.points[0] if self.run.points else 0


def tsne_runs_of(evidence: Evidence) -> tuple[TsneRun, ...]:
    """Return the last runs of t-SNE whose arrays were kept, at most 6, in their order."""
    return tuple(run for run in evidence.calls_of(TsneRun) if run.arrays)[-MAX_RUNS:]


def embedding_request(
    run: TsneRun, evidence: Evidence, models: Iterable[MatchedModel | None], dataset: str, k: int = NEIGHBOURS
) -> EmbeddingRequest:
    """Return the request for a run: its arrays, those of every hull and Gaussian, and the models whose hidden values it
    may show."""
    networks = [
        (which, model.final.id)
        for which, model in enumerate(models)
        if model is not None and model.final is not None and model.final.architecture is not None
    ]
    return EmbeddingRequest(
        dataset,
        run.arrays or "",
        _array_files(evidence.calls_of(HullFit)),
        _array_files(evidence.calls_of(MixtureFit)),
        tuple(networks),
        k,
    )


def _array_files(calls: Iterable[LibraryCall]) -> tuple[str, ...]:
    return tuple(call.arrays for call in calls if call.arrays)[:MAX_SHAPES]


def best_of(embeddings: Iterable[Embedding]) -> Embedding | None:
    """Return the run that criteria are judged on: of those with recognised images the one with the most points, the
    last of equals; None where there is none."""
    known = [e for e in embeddings if e.source]
    return max(enumerate(known), key=lambda item: (item[1].count, item[0]))[1] if known else None


def largest_by_source(embeddings: Iterable[Embedding]) -> dict[str, Embedding]:
    """Return for each source the run with the most points; test and training images are both `pixels`."""
    found: dict[str, Embedding] = {}
    for embedding in embeddings:
        source = "pixels" if embedding.source in ("test", "train") else embedding.source
        if source and (source not in found or embedding.count >= found[source].count):
            found[source] = embedding
    return found
