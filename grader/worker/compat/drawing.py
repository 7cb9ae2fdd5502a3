"""matplotlib: windows that nobody would see, and colour maps that were renamed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from grader.messages import say
from grader.worker.compat.attributes import answer, from_table
from grader.worker.compat.told import Told

MAPS = {
    "Vega10": "tab10", "Vega20": "tab20", "Vega20b": "tab20b", "Vega20c": "tab20c", "spectral": "nipy_spectral",
    "spectral_r": "nipy_spectral_r",
}  # fmt: skip
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
    answer(pyplot, told, _hold(told))
    Axes.hold = lambda self, *a, **k: told.dropped("axes.hold(…)")  # type: ignore[attr-defined]


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
