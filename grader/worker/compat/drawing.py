"""matplotlib: windows that nobody would see, colour maps that were renamed, arguments that want their names today."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from grader.messages import say
from grader.worker.compat.arguments import Change, Kwargs, Positional, before
from grader.worker.compat.attributes import answer, from_table
from grader.worker.compat.told import Told

MAPS = {
    "Vega10": "tab10", "Vega20": "tab20", "Vega20b": "tab20b", "Vega20c": "tab20c", "spectral": "nipy_spectral",
    "spectral_r": "nipy_spectral_r",
}  # fmt: skip
SHAPES = ("Ellipse", "Rectangle", "Arc", "RegularPolygon", "Wedge", "FancyArrow")
QUIET = ("agg", "inline", "template", "svg", "pdf")


def install(told: Told) -> None:
    import matplotlib
    from matplotlib import cm, pyplot
    from matplotlib.axes import Axes

    _backends(matplotlib, pyplot, told)
    maps: dict[str, tuple[str, Callable[[], Any]]] = {
        old: (f"matplotlib.colormaps[{new!r}]", functools.partial(matplotlib.colormaps.__getitem__, new))
        for old, new in MAPS.items()
    }
    maps["get_cmap"] = ("plt.get_cmap", lambda: pyplot.get_cmap)
    answer(cm, told, from_table(maps, "cm.", told))
    for old, new in MAPS.items():  # as in `cmap="Vega10"`
        matplotlib.colormaps.register(matplotlib.colormaps[new], name=old)
    _maps_by_name(matplotlib, told)
    _shapes(told)
    answer(pyplot, told, _hold(told))
    Axes.hold = lambda self, *a, **k: told.dropped("axes.hold(…)")  # type: ignore[attr-defined]


def _maps_by_name(matplotlib: Any, told: Told) -> None:
    registry = type(matplotlib.colormaps)
    original = registry.__getitem__

    @functools.wraps(original)
    def named(maps: Any, item: Any) -> Any:
        if item in MAPS:
            told.old(f"{item!r}", f"{MAPS[item]!r}", told.above())
        return original(maps, MAPS.get(item, item))

    registry.__getitem__ = named


def _shapes(told: Told) -> None:
    """`Ellipse(xy, width, height, angle)`: since matplotlib 3.8 what follows the size is given by name only."""
    from matplotlib import patches

    for name in SHAPES:
        shape = getattr(patches, name)
        before(shape, "__init__", _by_name(name, shape, told))


def _by_name(name: str, shape: Any, told: Told) -> Change:
    parameters = inspect.signature(shape.__init__).parameters.values()
    plain = sum(p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters) - 1  # without `self`
    names = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]

    def change(args: Positional, kwargs: Kwargs) -> tuple[Positional, Kwargs]:
        more = dict(zip(names, args[plain:], strict=False))
        if more and len(args) - plain <= len(names) and not more.keys() & kwargs.keys():
            first = next(iter(more))
            told.old(f"{name}(…, {first})", f"{name}(…, {first}={first})")
            return args[:plain], {**kwargs, **more}
        return args, kwargs

    return change


def _hold(told: Told) -> Callable[[str], Any]:
    """matplotlib adds to the same axes anyway."""

    def find(name: str) -> Any:
        if name != "hold":
            raise AttributeError(name)
        told.dropped("plt.hold(…)")
        return lambda *args, **kwargs: None

    return find


def _backends(matplotlib: Any, pyplot: Any, told: Told) -> None:
    """There is no screen: figures are recorded when they are shown, and the program goes on."""
    for owner, name in ((matplotlib, "use"), (pyplot, "switch_backend")):
        original = getattr(owner, name)

        @functools.wraps(original)
        def chosen(backend: str, *args: Any, original: Any = original, call: str = name, **kwargs: Any) -> None:
            if not told.asked() or str(backend).lower() in QUIET or str(backend).startswith("module://"):
                original(backend, *args, **kwargs)
                return
            told.tell(
                say(
                    "`{call}('{backend}')` asks for a window; there is no screen here, and figures are recorded without.",
                    call=call,
                    backend=str(backend)[:40],
                )
            )

        setattr(owner, name, chosen)
