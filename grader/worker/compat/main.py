"""The recorder with all shims around it, in the order that lets it see everything."""

from __future__ import annotations

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
    optimizers,
    paths,
    shell,
    tensorflow1,
)
from grader.worker.compat.told import Told
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
    names,
    modules,
    colab,
    shell,
)  # what calls the recorder's wrappers, with today's arguments


class CompatibleRecorder(Recorder):
    def install(self) -> None:
        told = Told(self.tape, self.work)
        for subject in BELOW:
            subject.install(told)
        super().install()
        for subject in ABOVE:
            subject.install(told)
        _default_compile()


def _default_compile() -> None:
    """Keras compiles a model that it loads only where `compile` is the trainer's own: the wrapper is to pass for it."""
    from keras.src.models.model import Model
    from keras.src.trainers.trainer import Trainer

    Trainer.compile = Model.compile
