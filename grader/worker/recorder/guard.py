"""Wrapping calls so that the recorder stays unseen: results pass through, its own faults do not."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Guard:
    """Keeps the recorder from recording itself, and its faults from the program."""

    def __init__(self) -> None:
        self._depth = 0
        self._pid = os.getpid()
        self.troubles: list[str] = []

    @property
    def watching(self) -> bool:
        """False inside a recorded call and in processes that the program forked."""
        return self._depth == 0 and os.getpid() == self._pid

    @property
    def within(self) -> int:
        """How many recorded calls are under way, one inside the other; 0 in processes that the program forked."""
        return self._depth if os.getpid() == self._pid else 0

    @contextmanager
    def quiet(self) -> Iterator[None]:
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    @contextmanager
    def careful(self, doing: str) -> Iterator[None]:
        """Recorder's own work: not recorded, and an exception in it is noted instead of raised."""
        with self.quiet():
            try:
                yield
            except Exception as problem:  # the program must not notice that it is watched
                if len(self.troubles) < 20:
                    self.troubles.append(f"{doing}: {type(problem).__name__}: {problem}"[:300])

    def around(
        self,
        owner: Any,
        name: str,
        *,
        before: Callable[..., object] | None = None,
        after: Callable[..., object] | None = None,
        nested: bool = True,
    ) -> None:
        """Replace `owner.name` by a wrapper that calls `before(*args, **kwargs)` and `after(result, *args, **kwargs)`.

        With `nested` false the calls that the wrapped function itself makes are recorded too.
        """
        original = getattr(owner, name)
        guard = self

        @functools.wraps(original)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if not guard.watching:
                return original(*args, **kwargs)
            if before is not None:
                with guard.careful(f"before {name}"):
                    before(*args, **kwargs)
            if nested:
                with guard.quiet():
                    result = original(*args, **kwargs)
            else:
                result = original(*args, **kwargs)
            if after is not None:
                with guard.careful(f"after {name}"):
                    after(result, *args, **kwargs)
            return result

        replace(owner, name, original, wrapper)


def replace(owner: Any, name: str, original: Any, wrapper: Any) -> None:
    """Set the wrapper on its owner and, for a plain function, wherever else a loaded module names it.

    Keras publishes one function under many modules (`keras.datasets.mnist`, `keras._tf_keras…`).
    """
    setattr(owner, name, wrapper)
    if isinstance(owner, type):
        return
    for module_name, module in list(sys.modules.items()):
        if module_name.startswith(("keras", "tensorflow", "matplotlib", "sklearn")) and module is not None:
            for key, value in list(vars(module).items()):
                if value is original:
                    setattr(module, key, wrapper)
