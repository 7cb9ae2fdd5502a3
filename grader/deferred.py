"""Names of a package that are imported when they are first asked for (PEP 562): what offers much costs little."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping


def deferred(package: str, homes: Mapping[str, tuple[str, ...]]) -> Callable[[str], object]:
    """Return a `__getattr__` for the package. `homes` maps each module to the names of it that the package offers.

    The returned function raises `AttributeError` for any other name.
    """
    home_of = {name: module for module, names in homes.items() for name in names}

    def get(name: str) -> object:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(home_of[name]), name)

    return get
