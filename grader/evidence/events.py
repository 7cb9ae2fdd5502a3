"""Outside: reads each kind of line. All functions raise `InvalidEvidence` where it lacks the form."""

from __future__ import annotations

import re
from collections.abc import Callable

from grader.domain import (
    AxesInfo,
    CompileInfo,
    DataInfo,
    Failure,
    FigureInfo,
    FigureMoment,
    Frame,
    LayerInfo,
    ModelMethod,
    ModelUse,
    Notice,
    Snapshot,
    SnapshotReason,
    Text,
    Training,
    TrainingMethod,
)
from grader.evidence.calls import call
from grader.evidence.fields import Fields, real_number
from grader.evidence.invalid_evidence import InvalidEvidence

IDENTITY = "identity"  # which object a layer is: one that serves in two models is the same in both
ARCHITECTURE_CHARS = 1 << 20
PICTURE_NAME = re.compile(r"[a-z]{1,16}-[0-9]{1,6}\.png")


def _layer(value: object) -> LayerInfo:
    fields = Fields(value)
    settings = fields.small("settings")
    if not isinstance(settings.get(IDENTITY), int | str | None):
        raise InvalidEvidence("an identity that is none")
    return LayerInfo(
        kind=fields.text("kind"),
        name=fields.text("name"),
        settings=settings,
        output_shape=fields.shape("output_shape"),
        parameters=fields.whole("parameters"),
    )


def snapshot(fields: Fields) -> Snapshot:
    return Snapshot(
        id=fields.whole("id"),
        model=fields.whole("model"),
        name=fields.text("name"),
        reason=fields.word("reason", SnapshotReason),
        architecture=fields.maybe_text("architecture", ARCHITECTURE_CHARS),
        layers=fields.many("layers", 512, _layer),
        parameters=fields.whole("parameters"),
        input_shape=fields.shape("input_shape"),
        output_shape=fields.shape("output_shape"),
        weights=fields.file("weights"),
        steps=fields.whole("steps"),
    )


def _compile(fields: Fields) -> CompileInfo:
    return CompileInfo(
        model=fields.whole("model"),
        loss=fields.text("loss"),
        optimizer=fields.text("optimizer"),
        learning_rate=fields.maybe_real("learning_rate"),
    )


def _data(fields: Fields) -> DataInfo:
    return DataInfo(
        rows=fields.whole("rows"),
        shape=fields.sizes("shape"),
        dtype=fields.text("dtype", 40),
        low=fields.real("low"),
        high=fields.real("high"),
        label_shape=fields.sizes("label_shape"),
        rows_file=fields.file("rows_file"),
    )


def training(fields: Fields) -> Training:
    return Training(
        id=fields.whole("id"),
        model=fields.whole("model"),
        how=fields.word("how", TrainingMethod),
        epochs_asked=fields.whole("epochs"),
        epochs_run=0,
        batch_size=fields.maybe_whole("batch_size"),
        steps=0,
        capped=fields.flag("capped"),
        finished=False,
        history={},
        data=fields.sub("data", _data),
        compiled=fields.sub("compiled", _compile),
    )


def _use(fields: Fields) -> ModelUse:
    return ModelUse(
        model=fields.whole("model"),
        how=fields.word("how", ModelMethod),
        snapshot=fields.maybe_whole("snapshot"),
        rows=fields.whole("rows"),
        values=fields.many("values", 64, real_number),
        path=fields.text("path", 500),
    )


def _axes(value: object) -> AxesInfo:
    fields = Fields(value)
    return AxesInfo(
        title=fields.text("title"),
        images=fields.whole("images"),
        cmap=fields.text("cmap", 60),
        lines=fields.whole("lines"),
        points=fields.whole("points"),
        grid=_pair(fields.shape("grid")),
        place=fields.maybe_whole("place"),
    )


def _pair(shape: tuple[int | None, ...] | None) -> tuple[int, int] | None:
    return (shape[0] or 0, shape[1] or 0) if shape is not None and len(shape) == 2 else None


def _figure(fields: Fields) -> FigureInfo:
    return FigureInfo(
        id=fields.whole("id"),
        how=fields.word("how", FigureMoment),
        axes=fields.many("axes", 1024, _axes),
        arrays=fields.file("arrays"),
        picture=fields.file("picture", PICTURE_NAME),
    )


def _frame(value: object) -> Frame:
    fields = Fields(value)
    return Frame(fields.text("file"), fields.whole("line"), fields.text("function"), fields.text("text", 300))


def read_failure(fields: Fields) -> Failure:
    return Failure(
        type=fields.text("type"),
        message=fields.text("message", 4000),
        frames=fields.many("frames", 50, _frame),
        cell=fields.maybe_whole("cell"),
    )


def read_notice(fields: Fields) -> Notice:
    return Notice(
        Text(fields.text("fr", 600), fields.text("en", 600)), fields.text("where"), fields.whole("line", high=10**7)
    )


KEPT: dict[str, Callable[[Fields], object]] = {
    "use": _use,
    "figure": _figure,
    "call": call,
    "failure": read_failure,
    "notice": read_notice,
}
