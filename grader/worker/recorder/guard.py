"""Wraps the calls of libraries so that the recorder stays unseen: results pass through, its own faults do not."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any  # wraps functions of any library, with whatever they take

MAX_TROUBLES = 20
ANYTHING = inspect.Signature(
    [
        inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL),
        inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD),
    ]
)


@dataclass
class BoundCall:
    """One call of a wrapped function, as its handlers see it.

    `arguments` maps the function's own parameter names to what was passed, positionally or by keyword; defaults are
    left out. `result` is what the function returned, for handlers that run after it; `prepared` what the handler
    before it returned.
    """

    bound: inspect.BoundArguments
    result: Any = None
    prepared: Any = None
    changed: bool = False

    @property
    def arguments(self) -> dict[str, Any]:
        return self.bound.arguments

    @property
    def target(self) -> Any:
        """The object that a method was called on."""
        return self.bound.args[0]

    def get(self, name: str, default: Any = None) -> Any:
        return self.arguments.get(name, default)

    def change(self, **arguments: Any) -> None:
        """Pass other arguments on to the function."""
        self.arguments.update(arguments)
        self.changed = True


Handler = Callable[[BoundCall], object]


class Guard:
    """Keeps the recorder from recording itself, and its faults from the program."""

    def __init__(self) -> None:
        self._depth = 0
        self._under_way: list[str] = []
        self._pid = os.getpid()
        self.troubles: list[str] = []

    @property
    def watching(self) -> bool:
        """Return whether calls are recorded: not inside a recorded call, nor in processes that the program forked."""
        return self._depth == 0 and os.getpid() == self._pid

    @property
    def under_way(self) -> str:
        """Return the name of the recorded call that is under way; "" where none is, and in processes that the program forked."""
        return self._under_way[-1] if self._under_way and os.getpid() == self._pid else ""

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Record nothing meanwhile."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    @contextmanager
    def careful(self, doing: str) -> Iterator[None]:
        """Do the recorder's own work: it is not recorded, and an exception in it is noted instead of raised."""
        with self.quiet():
            try:
                yield
            except Exception as problem:  # the program must not notice that it is watched
                if len(self.troubles) < MAX_TROUBLES:
                    self.troubles.append(f"{doing}: {type(problem).__name__}: {problem}"[:300])

    def around(
        self,
        owner: Any,
        name: str,
        *,
        before: Handler | None = None,
        after: Handler | None = None,
        after_errors: bool = False,
        inner_calls: bool = False,
        everywhere: bool = False,
    ) -> None:
        """Replace `owner.name` by a wrapper that calls `before` and `after` with the `BoundCall`.

        Arguments that do not fit are the program's own mistake: the function itself says so, and no handler is called.
        `after_errors`: `after` is called where the function raised, too.
        `inner_calls`: the recorded calls that the function itself makes are recorded as well.
        `everywhere`: the handlers are called inside other recorded calls, too; implies `inner_calls`.
        """
        original = getattr(owner, name)
        signature = _signature(original)
        guard = self

        @functools.wraps(original)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            bound = _bound(signature, args, kwargs) if everywhere or guard.watching else None
            if bound is None:
                return original(*args, **kwargs)
            call = BoundCall(bound)
            if before is not None:
                with guard.careful(f"before {name}"):
                    call.prepared = before(call)
            returned = False
            try:
                if call.changed:
                    args, kwargs = call.bound.args, call.bound.kwargs
                if inner_calls or everywhere:
                    call.result = original(*args, **kwargs)
                else:
                    with guard._recording(name):
                        call.result = original(*args, **kwargs)
                returned = True
            finally:
                if after is not None and (returned or after_errors):
                    with guard.careful(f"after {name}"):
                        after(call)
            return call.result

        if name == "__init__":
            # Keras reads the argument names of constructors, without looking behind a wrapper. Elsewhere it does look,
            # and would take this along, `self` included, where it wraps a bound method (`build`) itself.
            wrapper.__signature__ = signature  # type: ignore[attr-defined]
        replace(owner, name, original, wrapper)

    @contextmanager
    def _recording(self, name: str) -> Iterator[None]:
        self._under_way.append(name)
        try:
            with self.quiet():
                yield
        finally:
            self._under_way.pop()


def _signature(function: Any) -> inspect.Signature:
    try:
        return inspect.signature(function)
    except (ValueError, TypeError):  # compiled code need not say what it takes
        return ANYTHING


def _bound(
    signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> inspect.BoundArguments | None:
    try:
        return signature.bind(*args, **kwargs)
    except TypeError:
        return None


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
