"""Outside: calls of libraries, each kind with what is noted of it."""

from __future__ import annotations

from collections.abc import Callable

from grader.domain import ArrayInfo, HullFit, LibraryCall, MixtureFit, ScalerFit, SvmFit, TsneRun
from grader.evidence.fields import Fields


def call(fields: Fields) -> LibraryCall | None:
    """Return the call; None for a kind that nothing is judged by: recorders of before noted more of them.

    Raise `InvalidEvidence` where it has not the form.
    """
    number, arrays = fields.whole("id"), fields.file("arrays")
    read = _KINDS.get(fields.text("what", 60))
    facts = fields.sub("facts", lambda inner: inner) or Fields({})
    return read(number, arrays, facts) if read is not None else None


def _tsne(number: int, arrays: str | None, facts: Fields) -> TsneRun:
    settings = facts.scalars("settings")
    return TsneRun(
        number,
        arrays,
        settings.get("n_components"),
        settings.get("init"),
        settings.get("perplexity"),
        settings.get("verbose"),
        facts.sizes("shape"),
        facts.sizes("points"),
    )


def _svm(number: int, arrays: str | None, facts: Fields) -> SvmFit:
    settings = facts.scalars("settings")
    return SvmFit(
        number, arrays, settings.get("C"), settings.get("gamma"), settings.get("kernel"), facts.sizes("shape")
    )


def _array(number: int, arrays: str | None, facts: Fields) -> ArrayInfo:
    return ArrayInfo(number, arrays, facts.sizes("shape"), facts.real("low"), facts.real("high"))


_KINDS: dict[str, Callable[[int, str | None, Fields], LibraryCall]] = {
    "tsne": _tsne,
    "hull": lambda number, arrays, facts: HullFit(number, arrays),
    "gaussian": lambda number, arrays, facts: MixtureFit(number, arrays),
    "scaler_fit": lambda number, arrays, facts: ScalerFit(number, arrays),
    "svm_fit": _svm,
    "array": _array,
}
