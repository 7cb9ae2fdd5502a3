"""What the checks on embeddings share: what they ask for, and why there is nothing to judge."""

from __future__ import annotations

from grader.analysis import Analysis
from grader.checks.findings import failed, only_read
from grader.domain import Finding, Mode, Text
from grader.messages import say


def no_projection(analysis: Analysis, expected: Text) -> Finding:
    """Return the finding where no usable t-SNE was recorded, with the reason: skipped where nothing was run, else
    failed."""
    if analysis.mode is Mode.STATIC:
        return only_read()
    if not analysis.reading.runnable:
        return failed(say("The program could not start, so no projection was seen."), expected=expected)
    if analysis.tsne_runs:
        return failed(
            say("What was projected is not images of the dataset."),
            expected=expected,
            hint=say("Give `TSNE` the images, or the hidden values of your network for them, one per row."),
        )
    return failed(
        say("No t-SNE of scikit-learn was run."),
        expected=expected,
        hint=say("Use `sklearn.manifold.TSNE(…).fit_transform(images)`."),
    )
