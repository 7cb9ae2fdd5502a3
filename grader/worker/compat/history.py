"""`history.history["acc"]`: Keras named the accuracy so until 2019."""

from __future__ import annotations

import functools
from typing import Any  # Keras and most of what students call ships no types

from grader.worker.compat.notice_writer import NoticeWriter

OTHER = {"acc": "accuracy", "val_acc": "val_accuracy", "accuracy": "acc", "val_accuracy": "val_acc"}


def install(notices: NoticeWriter) -> None:
    from keras.callbacks import History

    original = History.on_train_begin

    class Kept(dict[str, Any]):
        def __missing__(self, key: str) -> Any:
            other = OTHER.get(key)
            if other is None or other not in self:
                raise KeyError(key)
            if key.endswith("acc"):  # the other way round is no old spelling: the metric itself was named "acc"
                notices.old_spelling(f"history[{key!r}]", f"history[{other!r}]")
            return self[other]

        def get(self, key: str, default: Any = None) -> Any:
            try:
                return self[key]
            except KeyError:
                return default

        def __reduce__(self) -> tuple[Any, ...]:
            return dict, (dict(self),)  # a history that is pickled is an ordinary dictionary again

    @functools.wraps(original)
    def on_train_begin(self: Any, logs: Any = None) -> None:
        original(self, logs)
        if type(self.history) is dict:
            self.history = Kept(self.history)

    History.on_train_begin = on_train_begin
