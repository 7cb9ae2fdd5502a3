"""The recorder as a whole: what is watched, and the last look when the program ends."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any  # values are the student's own, of any type

import numpy as np

from grader.evidence import EventWriter, finite_or_name
from grader.messages import say
from grader.worker.recorder.calls import CallWatch
from grader.worker.recorder.failures import failure_of
from grader.worker.recorder.figures import FigureWatch
from grader.worker.recorder.guard import Guard
from grader.worker.recorder.models import ModelWatch

MAX_ARRAYS = 40
ARRAY_CALLS = 10_000  # far above the numbers of real calls
LIBRARIES = ("tensorflow", "tensorflow-cpu", "keras", "numpy", "scikit-learn", "scipy", "matplotlib")


@dataclass(frozen=True, slots=True)
class RecorderSettings:
    """`audit_steps` caps each `fit`, None leaves it alone; `values` are names whose number is worth keeping."""

    audit_steps: int | None = None
    values: tuple[str, ...] = ()


class Recorder:
    """Notes what one program does. `work` is its folder."""

    def __init__(self, writer: EventWriter, work: Path, settings: RecorderSettings) -> None:
        self.writer = writer
        self.work = work
        self._settings = settings
        self._guard = Guard()
        self._models = ModelWatch(writer, self._guard, settings.audit_steps)
        self._figures = FigureWatch(writer, self._guard)
        self._calls = CallWatch(writer, self._guard)

    def install(self) -> None:
        """Begin to record: wrap the calls of the libraries."""
        self.writer.write("hello", versions={"python": platform.python_version(), **_versions()})
        with self._guard.quiet():
            self._models.install()
            self._figures.install()
            self._calls.install()

    def failed(self, problem: BaseException) -> None:
        """Note an exception that the program did not catch."""
        with self._guard.careful("failure"):
            self.writer.write("failure", **failure_of(problem, self.work))

    def finish(self, names: Mapping[str, Any], ended: bool) -> None:
        """Take a last look. `names` are the program's globals; `ended` is true where it came to its own end."""
        self._models.finish()
        self._figures.finish()
        for name in self._settings.values:
            with self._guard.careful("a value"):
                self._keep_value(name, names.get(name))
        with self._guard.careful("arrays"):
            self._keep_arrays(names)
        for trouble in tuple(self._guard.troubles):
            with self._guard.careful("a notice"):
                text = say("recorder: {trouble}", trouble=trouble)
                self.writer.write("notice", fr=text.fr, en=text.en)
        if ended:
            self.writer.write("finished")

    def _keep_arrays(self, names: Mapping[str, Any]) -> None:
        """Shape and range of the program's own arrays: what the data became in its hands."""
        arrays = [a for a in names.values() if isinstance(a, np.ndarray) and a.dtype.kind in "biuf" and a.size]
        for number, array in enumerate(arrays[:MAX_ARRAYS]):
            low, high = finite_or_name(float(array.min())), finite_or_name(float(array.max()))
            facts = {"shape": list(array.shape[:8]), "low": low, "high": high}
            self.writer.write("call", id=ARRAY_CALLS + number, what="array", facts=facts)

    def _keep_value(self, name: str, value: Any) -> None:
        if value is not None and getattr(value, "size", 1) == 1:
            self.writer.write("value", name=name, value=finite_or_name(float(value)))


def _versions() -> dict[str, str]:
    found = {}
    for library in LIBRARIES:
        try:
            found[library.removesuffix("-cpu")] = version(library)
        except PackageNotFoundError:
            continue
    return found
