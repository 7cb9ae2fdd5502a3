"""Callbacks: TensorBoard, which has nobody to show its curves to here, checkpoints with names of old, `val_acc`."""

from __future__ import annotations

import functools
from typing import Any  # Keras and most of what students call ships no types

from grader.worker.compat.arguments import Kwargs, Positional, before, renamed
from grader.worker.compat.history import OTHER
from grader.worker.compat.notice_writer import NoticeWriter

_GONE = ("batch_size", "write_grads", "embeddings_layer_names", "embeddings_data")
_HOOKS = (
    "set_model", "on_train_begin", "on_train_end", "on_test_begin", "on_test_end",
    "on_train_batch_begin", "on_train_batch_end", "on_epoch_begin", "on_epoch_end",
)  # fmt: skip


def install(notices: NoticeWriter) -> None:
    from keras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau, TensorBoard

    def board(args: Positional, kwargs: Kwargs) -> tuple[Positional, Kwargs]:
        kwargs = renamed(kwargs, dict.fromkeys(_GONE), "TensorBoard", notices)
        return args[:2], {**kwargs, "histogram_freq": 0, "profile_batch": 0} if len(args) < 2 else kwargs

    before(TensorBoard, "__init__", board)
    for hook in _HOOKS:  # its files would only be thrown away; and the package that writes them may be absent
        setattr(TensorBoard, hook, _set_model if hook == "set_model" else _nothing)
    _checkpoint(ModelCheckpoint, notices)
    for owner in (EarlyStopping, ModelCheckpoint, ReduceLROnPlateau):
        _accuracy(owner, notices)


def _accuracy(owner: Any, notices: NoticeWriter) -> None:
    """`monitor="val_acc"`, and `{val_acc:.2f}` in a file's name, whatever the metric is called in the logs."""
    original, at_end = owner.__init__, owner.on_epoch_end

    @functools.wraps(original)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("monitor") in ("acc", "val_acc") and kwargs.get("mode", "auto") == "auto":
            kwargs["mode"] = "max"  # Keras knows so only of the metrics that there are
        self.asked_in = notices.calling_line()
        original(self, *args, **kwargs)

    @functools.wraps(at_end)
    def on_epoch_end(self: Any, epoch: int, logs: Any = None) -> None:
        logs = dict(logs or {})
        monitor = getattr(self, "monitor", "")
        if monitor not in logs and OTHER.get(monitor) in logs and monitor.endswith("acc"):
            notices.old_spelling(f"monitor={monitor!r}", f"monitor={OTHER[monitor]!r}", self.asked_in)
        at_end(self, epoch, {**{OTHER[name]: value for name, value in logs.items() if name in OTHER}, **logs})

    owner.__init__, owner.on_epoch_end = init, on_epoch_end


def _nothing(self: Any, *args: Any, **kwargs: Any) -> None:
    return None


def _set_model(self: Any, model: Any) -> None:
    self._model = model


def _checkpoint(owner: Any, notices: NoticeWriter) -> None:
    """Names that Keras 3 refuses are put back once it has looked at them: saving knows what to do with them."""
    original = owner.__init__

    @functools.wraps(original)
    def wrapper(self: Any, filepath: Any, *args: Any, **kwargs: Any) -> None:
        kwargs = renamed(kwargs, {"period": None}, "ModelCheckpoint", notices)
        wanted = str(filepath)
        only_weights = bool(kwargs.get("save_weights_only", args[3] if len(args) > 3 else False))
        fitting = (".weights.h5",) if only_weights else (".keras", ".h5")
        if wanted.endswith(fitting):
            original(self, filepath, *args, **kwargs)
            return
        if kwargs.get("save_weights_only", False) or not wanted.endswith(".hdf5"):
            notices.old_spelling(
                f"ModelCheckpoint({wanted!r})", f"ModelCheckpoint({wanted.rsplit('.', 1)[0] + fitting[0]!r})"
            )
        original(self, f"{wanted}{fitting[0]}", *args, **kwargs)
        self.filepath = wanted

    owner.__init__ = wrapper
