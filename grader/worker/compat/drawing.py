"""matplotlib: windows that nobody would see, colour maps that were renamed, arguments that want their names today."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any  # wraps matplotlib's functions, with whatever they take

from grader.messages import say
from grader.worker.compat.arguments import Change, Kwargs, Positional, before
from grader.worker.compat.attributes import answer, from_table
from grader.worker.compat.notice_writer import NoticeWriter

MAPS = {
    "Vega10": "tab10", "Vega20": "tab20", "Vega20b": "tab20b", "Vega20c": "tab20c", "spectral": "nipy_spectral",
    "spectral_r": "nipy_spectral_r",
}  # fmt: skip
SHAPES = ("Ellipse", "Rectangle", "Arc", "RegularPolygon", "Wedge", "FancyArrow")
QUIET = ("agg", "inline", "template", "svg", "pdf")


def install(notices: NoticeWriter) -> None:
    import matplotlib
    from matplotlib import cm, pyplot
    from matplotlib.axes import Axes

    _backends(matplotlib, pyplot, notices)
    maps: dict[str, tuple[str, Callable[[], Any]]] = {
        old: (f"matplotlib.colormaps[{new!r}]", functools.partial(matplotlib.colormaps.__getitem__, new))
        for old, new in MAPS.items()
    }
    maps["get_cmap"] = ("plt.get_cmap", lambda: pyplot.get_cmap)
    answer(cm, notices, from_table(maps, "cm.", notices))
    for old, new in MAPS.items():  # as in `cmap="Vega10"`
        matplotlib.colormaps.register(matplotlib.colormaps[new], name=old)
    _maps_by_name(matplotlib, notices)
    _shapes(notices)
    answer(pyplot, notices, _hold(notices))
    Axes.hold = lambda self, *a, **k: notices.dropped("axes.hold(…)")  # type: ignore[attr-defined]


def _maps_by_name(matplotlib: Any, notices: NoticeWriter) -> None:
    registry = type(matplotlib.colormaps)
    original = registry.__getitem__

    @functools.wraps(original)
    def named(maps: Any, item: Any) -> Any:
        if item in MAPS:
            notices.old_spelling(f"{item!r}", f"{MAPS[item]!r}", notices.nearest_line())
        return original(maps, MAPS.get(item, item))

    registry.__getitem__ = named


def _shapes(notices: NoticeWriter) -> None:
    """`Ellipse(xy, width, height, angle)`: since matplotlib 3.8 what follows the size is given by name only."""
    from matplotlib import patches

    for name in SHAPES:
        shape = getattr(patches, name)
        before(shape, "__init__", _by_name(name, shape, notices))


def _by_name(name: str, shape: Any, notices: NoticeWriter) -> Change:
    parameters = inspect.signature(shape.__init__).parameters.values()
    plain = sum(p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters) - 1  # without `self`
    names = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]

    def change(args: Positional, kwargs: Kwargs) -> tuple[Positional, Kwargs]:
        more = dict(zip(names, args[plain:], strict=False))
        if more and len(args) - plain <= len(names) and not more.keys() & kwargs.keys():
            first = next(iter(more))
            notices.old_spelling(f"{name}(…, {first})", f"{name}(…, {first}={first})")
            return args[:plain], {**kwargs, **more}
        return args, kwargs

    return change


def _hold(notices: NoticeWriter) -> Callable[[str], Any]:
    """matplotlib adds to the same axes anyway."""

    def find(name: str) -> Any:
        if name != "hold":
            raise AttributeError(name)
        notices.dropped("plt.hold(…)")
        return lambda *args, **kwargs: None

    return find


def _backends(matplotlib: Any, pyplot: Any, notices: NoticeWriter) -> None:
    """There is no screen: figures are recorded when they are shown, and the program goes on."""
    for owner, name in ((matplotlib, "use"), (pyplot, "switch_backend")):
        original = getattr(owner, name)

        @functools.wraps(original)
        def chosen(backend: str, *args: Any, original: Any = original, call: str = name, **kwargs: Any) -> None:
            if not notices.asked_by_student() or str(backend).lower() in QUIET or str(backend).startswith("module://"):
                original(backend, *args, **kwargs)
                return
            notices.write(
                say(
                    "`{call}('{backend}')` asks for a window; there is no screen here, and figures are recorded without.",
                    call=call,
                    backend=str(backend)[:40],
                )
            )

        setattr(owner, name, chosen)
