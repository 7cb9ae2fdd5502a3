"""exo4: t-SNE of MNIST's test images to the plane."""

from grader.checks import runs, tsne
from grader.domain import Exercise, Limits, Text

EXERCISE = Exercise(
    id="exo4",
    title=Text("MNIST dans le plan avec t-SNE", "MNIST in the plane with t-SNE"),
    dataset="mnist",
    limits=Limits(wall=600),
    checks=(
        runs.check(points=4),
        tsne.check(points=16, perplexity=30, init="pca", minimum=1000),
    ),
)
