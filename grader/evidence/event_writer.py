"""Inside the sandbox: writes evidence."""

from __future__ import annotations

import json
import math
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LINE_BYTES = 4 << 20
ARRAY_BYTES = 256 << 20  # of one run
PICTURE_BYTES = 4 << 20


class EventWriter:
    """Writes events to a pipe and arrays to a folder, within a budget. Used by the recorder only.

    Events of forked children of the student's program are left out: what they do is not the program's doing.
    """

    def __init__(self, pipe: int, folder: Path, array_budget: int = ARRAY_BYTES) -> None:
        self._pipe = pipe
        self._folder = folder
        self._left = array_budget
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._next: dict[str, int] = {}

    def number(self, series: str) -> int:
        """Return the next free number of a series of names: 1, 2, 3…"""
        with self._lock:
            self._next[series] = self._next.get(series, 0) + 1
            return self._next[series]

    def write(self, event: str, **fields: object) -> None:
        """Write one event; one that is longer than `LINE_BYTES` is dropped."""
        if os.getpid() != self._pid:
            return
        line = json.dumps({"event": event, **fields}, default=_plain, ensure_ascii=True, allow_nan=False).encode()
        if len(line) < LINE_BYTES:
            with self._lock:
                write_all(self._pipe, line + b"\n")

    def arrays(self, series: str, arrays: Mapping[str, NDArray[np.generic]], name: str | None = None) -> str | None:
        """Keep arrays and return the name by which an event can mention them; None where the budget is spent."""
        import numpy as np

        size = sum(array.nbytes for array in arrays.values())
        if os.getpid() != self._pid or size > self._left:
            return None
        self._left -= size
        name = name or f"{series}-{self.number(series)}.npz"
        partial = self._folder / f".{name}"
        with partial.open("wb") as file:
            np.savez(file, **dict(arrays))  # type: ignore[arg-type]  # names of arrays, not options
        partial.replace(self._folder / name)
        return name

    def picture(self, series: str, png: bytes) -> str | None:
        """Keep a picture and return its name; None where it is too large or the budget is spent."""
        if len(png) > min(self._left, PICTURE_BYTES):
            return None
        self._left -= len(png)
        name = f"{series}-{self.number(series)}.png"
        (self._folder / name).write_bytes(png)
        return name


def write_all(pipe: int, data: bytes) -> None:
    """Write all data to a pipe, which takes as much at a time as it has room for."""
    view = memoryview(data)
    while view:
        view = view[os.write(pipe, view) :]


def _plain(value: object) -> object:
    """Return JSON for what the recorder meets: NumPy scalars, tuples, paths; anything else by its name."""
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "ndim", 1) == 0:
        plain = item()
        return finite_or_name(plain) if isinstance(plain, float) else plain
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)[:200]


def finite_or_name(value: float) -> float | str:
    """Return a float as JSON can carry it: NaN and the infinities become their names."""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value
