"""Figures, when they are shown, saved, closed or left open: what they hold, and a small picture."""

from __future__ import annotations

import io
from typing import Any  # matplotlib types few of the attributes that are read

import numpy as np
from matplotlib import pyplot as plt
from matplotlib._pylab_helpers import Gcf
from matplotlib.figure import Figure

from grader.domain import FigureMoment, Json
from grader.evidence import EventWriter
from grader.worker.recorder.guard import Guard

FIGURES = 60
PICTURES = 8
AXES = 512
PICTURE_AXES = 40
IMAGE_PIXELS = 512 * 512
PICTURE_INCHES = 12.0


class FigureWatch:
    """Notes each figure at each moment at which it holds something new, up to `FIGURES` of them."""

    def __init__(self, writer: EventWriter, guard: Guard) -> None:
        self._writer = writer
        self._guard = guard
        self._recorded: dict[int, tuple[Any, ...]] = {}
        self._figures: list[Figure] = []  # held, so that an identity is never used twice
        self._pictures = 0

    def install(self) -> None:
        self._guard.around(plt, "show", before=lambda call: self._open_figures(FigureMoment.SHOW))
        self._guard.around(Figure, "savefig", before=lambda call: self.record(call.target, FigureMoment.SAVEFIG))
        # `plt.close`, and the notebook's inline backend, destroy managers: the last moment to look.
        for name in ("destroy", "destroy_all", "destroy_fig"):
            self._guard.around(Gcf, name, before=lambda call: self._open_figures(FigureMoment.CLOSE))

    def finish(self) -> None:
        with self._guard.careful("open figures"):
            self._open_figures(FigureMoment.END)

    def _open_figures(self, how: FigureMoment) -> None:
        for manager in Gcf.get_all_fig_managers():
            self.record(manager.canvas.figure, how)

    def record(self, figure: Figure, how: FigureMoment) -> None:
        axes = figure.axes[:AXES]
        content = tuple((len(a.images), len(a.lines), len(a.collections), len(a.patches)) for a in axes)
        if not any(any(counts) for counts in content) or self._recorded.get(id(figure)) == content:
            return
        if len(self._recorded) >= FIGURES:
            return
        self._recorded[id(figure)] = content
        self._figures.append(figure)
        self._writer.write(
            "figure",
            id=self._writer.number("figure"),
            how=how,
            axes=[_axes(a) for a in axes],
            arrays=self._images(axes),
            picture=self._picture(figure) if len(axes) <= PICTURE_AXES else None,
        )

    def _images(self, axes: list[Any]) -> str | None:
        """All images of the figure in the order of its axes, under the names i0, i1, …"""
        images = [np.asarray(np.ma.filled(image.get_array(), np.nan)) for a in axes for image in a.images[:4]]
        images = [i for i in images if i.dtype.kind in "biuf" and i.size <= IMAGE_PIXELS]
        if not images:
            return None
        return self._writer.arrays("figure", {f"i{n}": image for n, image in enumerate(images)})

    def _picture(self, figure: Figure) -> str | None:
        if self._pictures >= PICTURES:
            return None
        self._pictures += 1
        width, height = figure.get_size_inches()
        dpi = 80.0 * min(1.0, PICTURE_INCHES / max(width, height, 1.0))
        buffer = io.BytesIO()
        with self._guard.quiet():
            figure.savefig(buffer, format="png", dpi=dpi)
        return self._writer.picture("picture", buffer.getvalue())


def _axes(axes: Any) -> dict[str, Json]:
    spec = axes.get_subplotspec()
    grid, place = (None, None) if spec is None else (list(spec.get_geometry()[:2]), spec.num1)
    return {
        "grid": grid,
        "place": place,
        "title": axes.get_title()[:200],
        "images": len(axes.images),
        "cmap": str(axes.images[0].get_cmap().name) if axes.images else "",
        "lines": len(axes.lines),
        "points": sum(len(c.get_offsets()) for c in axes.collections if hasattr(c, "get_offsets")),
    }
