"""Puts today's names in the place of arguments that were renamed or dropped."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any  # wraps functions of any library, with whatever they take

from grader.worker.compat.notice_writer import NoticeWriter

Kwargs = dict[str, Any]
Positional = tuple[Any, ...]
Change = Callable[[Positional, Kwargs], tuple[Positional, Kwargs]]


def before(owner: Any, name: str, change: Change) -> None:
    """Let `change` rewrite the arguments of `owner.name` (those after `self`) before each call."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        args, kwargs = change(args, kwargs)
        return original(self, *args, **kwargs)

    # Keras reads the argument names of constructors.
    wrapper.__signature__ = inspect.signature(original)  # type: ignore[attr-defined]
    setattr(owner, name, wrapper)


def renamed(kwargs: Kwargs, names: Mapping[str, str | None], call: str, notices: NoticeWriter) -> Kwargs:
    """Return `kwargs` under today's names; a name that is None today is dropped."""
    if not kwargs.keys() & names.keys():
        return kwargs
    today: Kwargs = {}
    for name, value in kwargs.items():
        new = names.get(name, name)
        if name not in names:
            today[name] = value
        elif new is None:
            notices.dropped(f"{call}({name}=…)")
        else:
            notices.old_spelling(f"{call}({name}=…)", f"{call}({new}=…)")
            today.setdefault(new, value)
    return today
