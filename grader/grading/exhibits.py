"""What a page shows beside the verdicts, gathered while the evidence is at hand, bounded, and kept in the Record.

`Record.exhibits` maps a kind to its form; a kind that does not apply, or does not fit the budget, is absent:

    source       {file, text, cut}                       a script as it was handed in; `cut`: the end is missing
    notebook     {file, executed, cut, cells}            cells: [{kind: code|markdown, number, text, outputs}];
                 number counts the code cells from 1, as students do, 0 for markdown;
                 outputs: [{kind: text|error, text} | {kind: png, data, width, height}], data in base64
    answers      {key: text}                             what the student wrote under each key of REPONSES
    confusion    [{name, counts, accuracy}]              counts[true][predicted], of the grader's test images
    mistakes     [{index, true, predicted, png}]         test images that the model takes for another class
    grid         {png, width, height, rows, columns, shown, cmap}     the images the student drew, as one small picture
    figures      [{png, width, height}]                  small pictures of the student's other figures
    projections  [{source, count, box, points, labels, classes, nh, trustworthiness, hulls, ellipses}]
                 points: [x0, y0, x1, y1, …], whole numbers from 0 to 1000 inside `box` (left, bottom, right, top);
                 labels: one per point; classes: [{label, hull, ellipse}], made from all points, quantised alike;
                 hull: [x0, y0, …]; ellipse: [centre x, centre y, half axis, half axis, degrees];
                 hulls, ellipses: the classes whose own outline the student computed right

Texts and pictures are the student's: a report escapes the former and shows the latter as images only. Nothing that a
student wrote is decoded here: notebooks are read in a sandbox, and a PNG is passed on by its header.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from grader.analysis import Analysis
from grader.domain import FigureInfo, Json, Submission
from grader.evidence import InvalidEvidence, arrays_of, numbered, open_regular, png_size
from grader.grading.pictures import grey, inverted, png
from grader.grading.projections import projection
from grader.measurements import Prediction
from grader.parsing import Cells

if TYPE_CHECKING:  # what it needs does not decide a judgement (`grader.grading.keys`)
    from grader.grading.workbench import Workbench

MAX_BYTES = 880_000  # of all exhibits as JSON: with the rest, a record stays below 1 MB
SOURCE_CHARS = 120_000
MISTAKES = 12
GRID_IMAGES = 200
GRID_PIXELS = 1 << 20
FIGURES = 6
PICTURE_BYTES = 150_000
PROJECTIONS = 4
ANSWER_CHARS = 4000

Exhibit = Callable[[Analysis, Submission, "Workbench | None"], "Json"]


def exhibits_of(analysis: Analysis, submission: Submission, workbench: Workbench | None) -> dict[str, Json]:
    """The exhibits in the order of their worth, as long as the budget lasts. What cannot be made is left out."""
    found: dict[str, Json] = {}
    left = MAX_BYTES
    for kind, make in EXHIBITS.items():
        made: Json = None
        with contextlib.suppress(Exception):  # a courtesy: a fault of it must not cost the record
            made = make(analysis, submission, workbench)
        size = len(json.dumps(made, default=str)) if made else 0
        if made and size <= left:
            found[kind] = made
            left -= size
    return found


# ── Texts ───────────────────────────────────────────────────────────────────────────────────────


def _source(analysis: Analysis, submission: Submission, workbench: Workbench | None) -> Json:
    if submission.is_notebook or not analysis.reading.source:
        return None
    text = analysis.reading.source
    return {"file": submission.program, "text": text[:SOURCE_CHARS], "cut": len(text) > SOURCE_CHARS}


def _notebook(analysis: Analysis, submission: Submission, workbench: Workbench | None) -> Json:
    if not submission.is_notebook or workbench is None:
        return None
    return workbench.parser.one(Cells(submission, analysis.evidence.folder))


def _answers(analysis: Analysis, submission: Submission, workbench: Workbench | None) -> Json:
    return {key: text[:ANSWER_CHARS] for key, text in list(analysis.reading.answers.items())[:40]}


# ── What the model does ─────────────────────────────────────────────────────────────────────────


def _predictions(analysis: Analysis) -> Iterator[Prediction]:
    """The evaluator's predictions, those with equal confusion matrices once."""
    seen: list[object] = []
    for answer in analysis.answers.values():
        if isinstance(answer, Prediction) and answer.confusion not in seen:
            seen.append(answer.confusion)
            yield answer


def _confusion(analysis: Analysis, submission: Submission, workbench: Workbench | None) -> Json:
    models = analysis.exercise.models
    return [
        {
            "name": models[n].name if n < len(models) else "",
            "counts": [list(row) for row in prediction.confusion],
            "accuracy": prediction.accuracy,
        }
        for n, prediction in enumerate(list(_predictions(analysis))[:4])
    ]


def _mistakes(analysis: Analysis, submission: Submission, workbench: Workbench | None) -> Json:
    prediction = next(_predictions(analysis), None)
    info = workbench.data.get(analysis.exercise.dataset) if workbench is not None else None
    if prediction is None or info is None:
        return None
    import numpy as np

    images = np.load(info.folder / "x_test.npy", mmap_mode="r")
    return [
        {
            "index": one.index,
            "true": one.true,
            "predicted": one.predicted,
            "png": _encoded(png(np.asarray(images[one.index]))),
        }
        for one in prediction.wrong[:MISTAKES]
    ]


# ── What the student drew ───────────────────────────────────────────────────────────────────────


def _grid(analysis: Analysis, submission: Submission, workbench: Workbench | None) -> Json:
    """The figure with the most images, if it is a grid of small ones, put together again."""
    figures = [f for f in analysis.evidence.figures if f.arrays and sum(a.images for a in f.axes) >= 9]
    best = max(figures, key=lambda f: sum(a.images for a in f.axes), default=None)
    if best is None:
        return None
    import numpy as np

    arrays = arrays_of(analysis.evidence, best.arrays)
    images = [np.squeeze(image) for image in numbered(arrays, "i")][:GRID_IMAGES]
    shape = images[0].shape
    images = [i for i in images if i.shape == shape and i.ndim == 2]
    if not images or len(images) * images[0].size > GRID_PIXELS:
        return None
    rows, columns = _layout(best, len(images))
    height, width = shape
    sheet = np.zeros((rows * height, columns * width), dtype=np.uint8)
    cmap = best.axes[0].cmap
    for n, image in enumerate(images[: rows * columns]):
        row, column = divmod(n, columns)
        sheet[row * height : (row + 1) * height, column * width : (column + 1) * width] = grey(image, inverted(cmap))
    data = png(sheet)
    return {
        "png": _encoded(data),
        "width": sheet.shape[1],
        "height": sheet.shape[0],
        "rows": rows,
        "columns": columns,
        "shown": len(images),
        "cmap": cmap[:40],
    }


def _layout(figure: FigureInfo, count: int) -> tuple[int, int]:
    """The figure's own grid where it has one that holds the images, else 20 columns."""
    grid = next((a.grid for a in figure.axes if a.grid), None)
    if grid is not None and 0 < grid[1] <= 50 and 0 < grid[0] <= 50 and grid[0] * grid[1] >= count:
        return -(-count // grid[1]), grid[1]
    columns = min(count, 20)
    return -(-count // columns), columns


def _figures(analysis: Analysis, submission: Submission, workbench: Workbench | None) -> Json:
    """The recorder's small pictures of a script's figures; a notebook shows its own in its cells."""
    if submission.is_notebook or analysis.evidence.folder is None:
        return None
    found: list[Json] = []
    for figure in analysis.evidence.figures:
        if figure.picture is None or len(found) >= FIGURES:
            continue
        with contextlib.suppress(InvalidEvidence, OSError):
            with os.fdopen(open_regular(analysis.evidence.folder / figure.picture, PICTURE_BYTES), "rb") as file:
                data = file.read(PICTURE_BYTES)
            width, height = png_size(data)
            found.append({"png": _encoded(data), "width": width, "height": height})
    return found


# ── Projections ─────────────────────────────────────────────────────────────────────────────────


def _projections(analysis: Analysis, submission: Submission, workbench: Workbench | None) -> Json:
    found = [embedding for embedding in analysis.embeddings() if embedding.source]
    return [projection(embedding) for embedding in found[-PROJECTIONS:]]


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


EXHIBITS: dict[str, Exhibit] = {
    "answers": _answers,
    "source": _source,
    "confusion": _confusion,
    "mistakes": _mistakes,
    "projections": _projections,
    "notebook": _notebook,
    "grid": _grid,
    "figures": _figures,
}
