"""Answers for names that a module has lost, by `__getattr__` where the student's own line asks for one."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any  # stands for attributes of any module

from grader.worker.after_import import AfterImport
from grader.worker.compat.notice_writer import NoticeWriter

Answer = Callable[[str], Any]  # raises AttributeError where the name was never there


def everywhere(name: str, treat: Callable[[ModuleType], None]) -> None:
    """Call `treat` with the module of that name in each edition of Keras; TensorFlow's is loaded when it is asked for."""
    for root in ("keras", "keras._tf_keras.keras"):
        with contextlib.suppress(ModuleNotFoundError):
            treat(importlib.import_module(f"{root}.{name}".rstrip(".")))
    AfterImport({f"tensorflow.keras.{name}".rstrip("."): treat}).install()


def answer(module: ModuleType, notices: NoticeWriter, find: Answer) -> None:
    """Ask `find` for what `module` lacks; what it lacks for libraries too stays lacking for them."""
    before = module.__dict__.get("__getattr__")

    def missing(name: str) -> Any:
        if not name.startswith("__") and notices.asked_by_student():
            try:
                return find(name)
            except AttributeError:
                pass
        if before is not None:
            return before(name)
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")

    module.__dict__["__getattr__"] = missing


def from_table(table: dict[str, tuple[str, Callable[[], Any]]], prefix: str, notices: NoticeWriter) -> Answer:
    """Return what finds a lost name in `table`, which maps it to today's spelling and to what makes the value."""

    def find(name: str) -> Any:
        if name not in table:
            raise AttributeError(name)
        today, make = table[name]
        value = make()
        notices.old_spelling(f"{prefix}{name}", today)
        return value

    return find
