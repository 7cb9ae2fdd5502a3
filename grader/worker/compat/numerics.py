"""NumPy's and SciPy's lost names: `np.float`, `np.Inf`, `scipy.misc.imread`."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any  # SciPy ships no types

import numpy as np

from grader.worker.after_import import AfterImport
from grader.worker.compat.attributes import answer, from_table
from grader.worker.compat.notice_writer import NoticeWriter

_TYPES: dict[str, Any] = {
    "float": float, "int": int, "bool": bool, "object": object, "str": str, "complex": complex, "long": int,
    "unicode": str,
}  # fmt: skip
_RENAMED = {
    "float_": "float64", "complex_": "complex128", "unicode_": "str_", "Inf": "inf", "Infinity": "inf", "infty": "inf",
    "PINF": "inf", "NaN": "nan", "NAN": "nan", "product": "prod", "cumproduct": "cumprod", "alltrue": "all",
    "sometrue": "any", "round_": "round", "row_stack": "vstack", "in1d": "isin", "trapz": "trapezoid",
    "asfarray": "asarray",
}  # fmt: skip


_SPECIAL = ("logsumexp", "comb", "factorial", "factorial2", "factorialk")


def install(notices: NoticeWriter) -> None:
    table: dict[str, tuple[str, Callable[[], Any]]] = {}
    for name, kind in _TYPES.items():
        table[name] = (kind.__name__, lambda kind=kind: kind)  # type: ignore[misc]
    for name, today in _RENAMED.items():
        table[name] = (f"np.{today}", lambda today=today: getattr(np, today))  # type: ignore[misc]
    answer(np, notices, from_table(table, "np.", notices))
    AfterImport({"scipy.misc": lambda module: _pictures(module, notices)}).install()
    sys.meta_path.append(ScipyMisc(notices))


def _pictures(module: ModuleType, notices: NoticeWriter) -> None:
    table: dict[str, tuple[str, Callable[[], Any]]] = {
        "imread": ("matplotlib.pyplot.imread", lambda: _imread),
        "imsave": ("matplotlib.pyplot.imsave", lambda: _imsave),
        "imresize": ("PIL.Image.resize", lambda: _imresize),
        "toimage": ("PIL.Image.fromarray", lambda: _toimage),
        **{name: (f"scipy.special.{name}", functools.partial(_special, name)) for name in _SPECIAL},
    }
    answer(module, notices, from_table(table, "scipy.misc.", notices))


class ScipyMisc(MetaPathFinder, Loader):
    """`scipy.misc` is empty, and will be gone; what students took from it were pictures."""

    def __init__(self, notices: NoticeWriter) -> None:
        self._notices = notices

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname == "scipy.misc" and self._notices.asked_by_student() else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = ModuleType(spec.name)
        _pictures(module, self._notices)
        return module

    def exec_module(self, module: ModuleType) -> None:
        return None


def _special(name: str) -> Any:
    return getattr(importlib.import_module("scipy.special"), name)


def _toimage(array: Any, *args: Any, **kwargs: Any) -> Any:
    from PIL import Image

    return Image.fromarray(_bytes(array))


def _imread(name: Any, flatten: bool = False, mode: str | None = None) -> Any:
    from PIL import Image

    with Image.open(name) as image:
        return np.asarray(image.convert("F") if flatten else image.convert(mode) if mode else image)


def _imsave(name: Any, array: Any, format: str | None = None) -> None:
    from PIL import Image

    Image.fromarray(_bytes(array)).save(name, format)


def _imresize(array: Any, size: Any, interp: str = "bilinear", mode: str | None = None) -> Any:
    """`size` is a percentage, a share, or (rows, columns)."""
    from PIL import Image

    image = Image.fromarray(_bytes(array))
    if isinstance(size, int):
        size = size / 100
    rows, columns = (int(n * size) for n in (image.height, image.width)) if isinstance(size, float) else size[:2]
    how = getattr(Image.Resampling, interp.upper(), Image.Resampling.BILINEAR)
    return np.asarray(image.resize((int(columns), int(rows)), how))


def _bytes(array: Any) -> Any:
    """SciPy stretched what was not bytes to 0…255."""
    array = np.asarray(array)
    if array.dtype == np.uint8:
        return array
    low, high = float(array.min()), float(array.max())
    return ((array - low) * (255.0 / ((high - low) or 1.0))).astype(np.uint8)
