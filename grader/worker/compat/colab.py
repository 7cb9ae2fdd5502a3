"""`google.colab`: a Drive to mount, files to upload. Here, what was handed in already lies beside the program."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any  # stands for a module that takes any arguments

from grader.messages import say
from grader.worker.compat.notice_writer import NoticeWriter

MAX_BYTES = 64 << 20


def install(notices: NoticeWriter) -> None:
    sys.meta_path.append(ColabFinder(notices))


class ColabFinder(MetaPathFinder, Loader):
    def __init__(self, notices: NoticeWriter) -> None:
        self._notices = notices

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        known = fullname == "google.colab" or fullname.startswith("google.colab.")
        return ModuleSpec(fullname, self, is_package=True) if known and self._notices.asked_by_student() else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        self._notices.write(
            say(
                "This program was written for Google Colab; here there is no Drive, and its files are looked for beside it."
            )
        )
        return Colab(spec.name, self._notices.work)

    def exec_module(self, module: ModuleType) -> None:
        return None


class Colab(ModuleType):
    """Everything in it can be called and does nothing, but for the few calls that have a meaning here."""

    def __init__(self, name: str, work: Path) -> None:
        super().__init__(name)
        if name == "google.colab.files":
            self.upload = lambda *a, **k: uploaded(work)
        if name == "google.colab.patches":
            self.cv2_imshow = _show

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self.__name__ == "google.colab":  # `import google.colab` and then `google.colab.drive.mount(…)`
            import importlib

            return importlib.import_module(f"{self.__name__}.{name}")
        return nothing


def nothing(*args: Any, **kwargs: Any) -> None:
    """Does nothing."""


def uploaded(work: Path) -> dict[str, bytes]:
    """Return the content of each file beside the program by its name, as Colab gives uploads."""
    files = [p for p in sorted(work.iterdir()) if p.is_file() and p.suffix not in (".py", ".ipynb")]
    return {p.name: p.read_bytes() for p in files if p.stat().st_size < MAX_BYTES}


def _show(image: Any) -> None:
    from matplotlib import pyplot

    pyplot.imshow(image)
    pyplot.show()
