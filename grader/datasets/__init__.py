"""Where the data comes from: files, the Keras cache, a download that was asked for, else the embedded stand-in.

Whatever its source, a dataset is made ready once, as a *prepared folder* in the cache (see `prepared`), and from
then on everything reads that folder. One file describes one dataset; `KNOWN` is where it is looked up by name.
Who only asks where the cache is waits for no NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.datasets.cache import cache_folder
from grader.deferred import deferred

if TYPE_CHECKING:
    from grader.datasets.needed import needed_by
    from grader.datasets.prepared import load, row_index
    from grader.datasets.resolving import KNOWN, fetch, resolve

__all__ = ["KNOWN", "cache_folder", "fetch", "load", "needed_by", "resolve", "row_index"]

__getattr__ = deferred(
    __name__,
    {
        "grader.datasets.needed": ("needed_by",),
        "grader.datasets.prepared": ("load", "row_index"),
        "grader.datasets.resolving": ("KNOWN", "fetch", "resolve"),
    },
)
