"""`figure`: what a figure of the program's shows: a grid of images, or the points of an embedding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.analysis import Analysis
from grader.analysis.provenance import find
from grader.checks.findings import failed, nothing_recorded, partial, passed
from grader.domain import Check, Evidence, FigureInfo, Finding, Mode, Text
from grader.evidence import InvalidEvidence, arrays_of, numbered
from grader.messages import join, number, plain, say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GREY = frozenset({"gray", "grey", "Greys", "binary", "gray_r", "grey_r", "Greys_r", "binary_r", "gist_gray", "bone"})
WRONG_LOOK = 0.75  # the right images in the right order, in another grid or in colours
WRONG_NUMBER = 0.5


def image_grid(points: float, rows: int, columns: int, first: int, cmap: str = "gray") -> Check:
    """Return the check `figure`: all points for the `first` training images in order, in `rows` × `columns`, in the
    colours `cmap` (any shades of grey where that is one of them).

    Three quarters are earned in another grid or other colours, half with another number of images.
    """
    return Check(
        "figure",
        say("Figure with the first images"),
        points,
        lambda analysis: judge_grid(analysis, Grid(rows, columns, first, cmap)),
    )


@dataclass(frozen=True, slots=True)
class Grid:
    """Describe what a figure must show: the `first` images in `rows` × `columns`, in the colours `cmap`."""

    rows: int
    columns: int
    first: int
    cmap: str = "gray"

    @property
    def colours(self) -> frozenset[str]:
        """Return the names of matplotlib's colour maps that are accepted."""
        return GREY if self.cmap in GREY else frozenset({self.cmap})


def judge_grid(analysis: Analysis, asked: Grid) -> Finding:
    """Judge the recorded figure that shows the most images, by the content of its pixels."""
    rows, columns, first = asked.rows, asked.columns, asked.first
    expected = _expected(asked)
    figures = [f for f in analysis.evidence.figures if f.axes and f.arrays is not None]
    if not figures:
        return _no_figure(analysis, expected)
    best = max(figures, key=lambda f: sum(a.images for a in f.axes))
    count = sum(axes.images for axes in best.axes)
    measured = say("{count} images, colours “{cmap}”", count=number(count), cmap=best.axes[0].cmap or "?")
    right = leading_images(analysis, best)
    if right == 0:
        return failed(
            say("The figure does not show the training images in their order."),
            measured,
            expected,
            _pixels_hint(analysis, best),
        )
    if right < min(first, count):
        message = say("Only the first {right} images are the right ones in the right place.", right=number(right))
        return failed(message, measured, expected, say("Image i of the grid must be `X_train[i]`."))
    if count != first:
        return partial(
            WRONG_NUMBER,
            say("The right images, but {count} instead of {first}.", count=number(count), first=number(first)),
            measured,
            expected,
        )
    wrong: list[Text] = []
    shown = {axes.grid for axes in best.axes if axes.images}
    if shown and shown != {(rows, columns)}:
        seen = next(iter(shown)) or (0, 0)
        wrong.append(
            say("the grid is {seen} instead of {asked}", seen=f"{seen[0]} × {seen[1]}", asked=f"{rows} × {columns}")
        )
    if any(axes.cmap not in asked.colours for axes in best.axes if axes.images):
        wrong.append(
            say('the colours are not shades of grey: pass `cmap="gray"` to `imshow`')
            if asked.cmap in GREY
            else say('the colours are others: pass `cmap="{cmap}"` to `imshow`', cmap=asked.cmap)
        )
    if wrong:
        return partial(WRONG_LOOK, say("The right images, but {wrong}.", wrong=join(wrong, "; ")), measured, expected)
    return passed(say("The {first} images are there, in order.", first=number(first)), measured, expected)


def _expected(asked: Grid) -> Text:
    grid, last = f"{asked.rows} × {asked.columns}", asked.first - 1
    if asked.cmap in GREY:
        return say("the training images 0 to {last}, in order, in a grid of {grid}, in grey", last=last, grid=grid)
    return say(
        "the training images 0 to {last}, in order, in a grid of {grid}, in the colours “{cmap}”",
        last=last,
        grid=grid,
        cmap=asked.cmap,
    )


def leading_images(analysis: Analysis, figure: FigureInfo) -> int:
    """Return how many images of a figure, from the first on, are the training images of the same number, 28 × 28 and
    upright; on any grey scale."""
    import numpy as np

    from grader.fingerprints import fingerprints

    if analysis.rows is None:
        return 0
    wanted = analysis.rows.split["train"]
    images = _images(analysis.evidence, figure)
    for n, image in enumerate(images[: len(wanted)]):
        if image.squeeze().shape != (28, 28):
            return n
        hashes, _, _ = fingerprints(np.asarray(image).reshape(1, -1))
        if hashes[0] != wanted[n]:
            return n
    return len(images)


def _images(evidence: Evidence, figure: FigureInfo) -> list[NDArray[np.generic]]:
    try:
        arrays = arrays_of(evidence, figure.arrays)
    except InvalidEvidence:
        return []
    return numbered(arrays, "i")


def _pixels_hint(analysis: Analysis, figure: FigureInfo) -> Text:
    import numpy as np

    from grader.fingerprints import fingerprints

    images = [i for i in _images(analysis.evidence, figure) if i.size == 784]
    if not images or analysis.rows is None:
        return say('Show each image with `imshow(X_train[i].reshape(28, 28), cmap="gray")`.')
    stacked = np.stack([np.asarray(i, dtype=np.float64).reshape(784) for i in images])
    hashes, _, _ = fingerprints(stacked)
    if find(hashes, analysis.rows.split["test"])[0].mean() > 0.5:
        return say("These are test images: take them from `X_train`.")
    if find(hashes, analysis.rows.split["train"])[0].mean() > 0.5:
        return say("These are training images, but not in the order 0, 1, 2…")
    turned, _, _ = fingerprints(stacked.reshape(-1, 28, 28).transpose(0, 2, 1).reshape(-1, 784))
    if find(turned, analysis.rows.split["train"])[0].mean() > 0.5:
        return say("The images are transposed: rows and columns are exchanged.")
    return say('Show each image with `imshow(X_train[i].reshape(28, 28), cmap="gray")`.')


def scatter(points: float, minimum: int) -> Check:
    """Return the check `figure`: all points for a figure in which at least `minimum` points are scattered, else
    none."""
    return Check("figure", say("Figure of the projection"), points, lambda analysis: judge_scatter(analysis, minimum))


def judge_scatter(analysis: Analysis, minimum: int) -> Finding:
    """Judge the number of scattered points in the recorded figure that has the most of them."""
    expected = say("a figure with at least {minimum} points", minimum=number(minimum))
    if not analysis.evidence.figures:
        return _no_figure(analysis, expected)
    most = max(sum(axes.points for axes in figure.axes) for figure in analysis.evidence.figures)
    lines = any(axes.lines for figure in analysis.evidence.figures for axes in figure.axes)
    measured = say("{count} points", count=number(most))
    if most >= minimum:
        return passed(say("The figure shows {count} points.", count=number(most)), measured, expected)
    hint = (
        say("Draw them with `plt.scatter(points[:, 0], points[:, 1], c=labels)`.")
        if not lines
        else plain("plt.scatter")
    )
    return failed(say("No figure shows the projected points."), measured, expected, hint)


def _no_figure(analysis: Analysis, expected: Text) -> Finding:
    if analysis.mode is Mode.STATIC or not analysis.reading.runnable or analysis.evidence.failures:
        finding = nothing_recorded(analysis, expected)
        if finding.status == "skipped":
            return finding
        return failed(say("No figure was drawn before the program stopped."), expected=expected, hint=finding.hint)
    return failed(
        say("The program draws no figure."),
        expected=expected,
        hint=say("Draw it with matplotlib and end with `plt.show()`."),
    )
