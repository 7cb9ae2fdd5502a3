"""What one run means: which model is meant, what its rows are, scalers, embeddings, fits, hints."""

from __future__ import annotations

from grader.analysis.analysis import Analysis, Answers
from grader.analysis.model_match import MatchedModel

__all__ = ["Analysis", "Answers", "MatchedModel"]
