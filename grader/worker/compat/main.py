"""The recorder with all shims around it, in the order that lets it see everything."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType

from grader.worker.compat import (
    backend,
    callbacks,
    colab,
    drawing,
    files,
    history,
    layers,
    models,
    modules,
    names,
    numerics,
    openml,
    optimizers,
    paths,
    scikit_learn,
    shell,
    tensorflow1,
)
from grader.worker.compat.notice_writer import NoticeWriter
from grader.worker.recorder import Recorder

BELOW = (paths, files)  # what the recorder's wrappers call: it notes the file's name as the student wrote it
ABOVE = (
    models,
    layers,
    optimizers,
    callbacks,
    history,
    backend,
    tensorflow1,
    drawing,
    numerics,
    openml,
    names,
    modules,
    scikit_learn,
    colab,
    shell,
)  # what calls the recorder's wrappers, with today's arguments


class CompatibleRecorder(Recorder):
    def install(self) -> None:
        notices = NoticeWriter(self.writer, self.work)
        self._shim(BELOW, notices)
        super().install()
        self._shim(ABOVE, notices)
        with self._guard.careful("compile"):
            _default_compile()

    def _shim(self, subjects: Iterable[ModuleType], notices: NoticeWriter) -> None:
        """A shim that another version of a library breaks is left out, with a notice; the program runs without."""
        for subject in subjects:
            with self._guard.careful(subject.__name__):
                subject.install(notices)


def _default_compile() -> None:
    """Keras compiles a model that it loads only where `compile` is the trainer's own: the wrapper is to pass for it."""
    from keras.src.models.model import Model
    from keras.src.trainers.trainer import Trainer

    Trainer.compile = Model.compile
