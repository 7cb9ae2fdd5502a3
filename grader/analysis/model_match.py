"""Which recorded model is meant, when a program has built several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from grader.analysis.canonical import Layer, canonical, same
from grader.analysis.provenance import RowProvenance, provenance_of
from grader.analysis.xor_table import FedTable, fed_table
from grader.domain import CompileInfo, Evidence, ModelSpec, RowIndex, Snapshot, Training


@dataclass(frozen=True, eq=False)
class MatchedModel:
    """Hold the recorded model that fits an architecture best: its `shape` snapshot says what it is, `final` holds its
    last weights of that shape (None where none were kept), `trainings` are its own, `others` counts the other models.

    What is worked out of it is worked out once.
    """

    spec: ModelSpec
    shape: Snapshot
    final: Snapshot | None
    trainings: tuple[Training, ...]
    others: int
    evidence: Evidence
    index: RowIndex | None

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Return its layers in canonical form."""
        return canonical(self.shape.layers)

    @cached_property
    def asked(self) -> tuple[Layer, ...]:
        """Return the layers that are asked for, in canonical form."""
        return canonical(self.spec.layers)

    @property
    def exact(self) -> bool:
        """Return whether its layers are those that are asked for."""
        return same(self.layers, self.asked)

    @cached_property
    def provenance(self) -> RowProvenance:
        """Return which rows its trainings saw."""
        return provenance_of(self.trainings, self.evidence, self.index)

    @cached_property
    def fed_table(self) -> FedTable | None:
        """Return the table of pairs of numbers that its last training was fed; None where it was not one."""
        return fed_table(self.evidence, self.trainings)

    @property
    def compiled(self) -> CompileInfo | None:
        """Return the settings of its last training that has any."""
        return next((t.compiled for t in reversed(self.trainings) if t.compiled is not None), None)

    @property
    def trained(self) -> bool:
        """Return whether at least one epoch or one step of a loop was recorded."""
        return any(t.epochs_run or t.steps for t in self.trainings)

    @property
    def unfinished(self) -> bool:
        """Return whether its last training was begun and did not come to its end: a limit, a kill, `os._exit`, an error
        in it."""
        return bool(self.trainings) and not self.trainings[-1].finished

    @property
    def last_rows(self) -> str | None:
        """Return the name of the array file of the last training whose rows were kept."""
        kept = (t.data.rows_file for t in reversed(self.trainings) if t.data is not None and t.data.rows_file)
        return next(kept, None)


def match_models(
    specs: tuple[ModelSpec, ...], evidence: Evidence, index: RowIndex | None
) -> tuple[MatchedModel | None, ...]:
    """Return for each architecture asked for the recorded model that fits it best, None where no model can be it; ties
    go to the one trained last."""
    written = {id(snapshot): canonical(snapshot.layers) for snapshot in evidence.snapshots}
    asked = [canonical(spec.layers) for spec in specs]
    return tuple(
        _best_match(spec, asked[n], [other for m, other in enumerate(asked) if m != n], written, evidence, index)
        for n, spec in enumerate(specs)
    )


def _best_match(
    spec: ModelSpec,
    asked: tuple[Layer, ...],
    others: list[tuple[Layer, ...]],
    written: dict[int, tuple[Layer, ...]],
    evidence: Evidence,
    index: RowIndex | None,
) -> MatchedModel | None:
    # What is exactly another model of the exercise is not this one, however near it comes.
    candidates = [s for s in evidence.snapshots if not any(same(written[id(s)], other) for other in others)]
    if not candidates:
        return None
    fit = _ranking(spec, asked, written, evidence)
    best = max(candidates, key=lambda s: (*fit(s), s.id))
    # The same model may have been cut or grown later: only snapshots of the same shape are that model.
    alike = [
        s for s in evidence.snapshots if s.model == best.model and _layer_shapes(s) == _layer_shapes(best) and s.weights
    ]
    return MatchedModel(
        spec=spec,
        shape=best,
        final=max(alike, key=lambda s: s.id, default=None),
        trainings=tuple(t for t in evidence.trainings if t.model == best.model),
        others=len({s.model for s in evidence.snapshots} - {best.model}),
        evidence=evidence,
        index=index,
    )


def _ranking(
    spec: ModelSpec, asked: tuple[Layer, ...], written: dict[int, tuple[Layer, ...]], evidence: Evidence
) -> Callable[[Snapshot], tuple[bool, bool, bool, bool, int, int]]:
    """Exactly what is asked for; else the right size; else with the output asked for (an autoencoder is no classifier);
    else trained, with the fewest layers too many or too few."""
    trained: dict[int, int] = {}
    for training in evidence.trainings:
        trained[training.model] = max(training.id, trained.get(training.model, 0))

    def fit(snapshot: Snapshot) -> tuple[bool, bool, bool, bool, int, int]:
        layers = written[id(snapshot)]
        return (
            same(layers, asked),
            snapshot.parameters in spec.parameters,
            ends_alike(layers, asked),
            snapshot.model in trained,
            -abs(len(layers) - len(asked)),
            trained.get(snapshot.model, 0),
        )

    return fit


def ends_alike(layers: tuple[Layer, ...], asked: tuple[Layer, ...]) -> bool:
    """Return whether the last layers are of one kind, and of one size where they have one."""
    if not layers or not asked:
        return False
    return layers[-1].kind == asked[-1].kind and layers[-1].settings.get("units") == asked[-1].settings.get("units")


def _layer_shapes(snapshot: Snapshot) -> tuple[tuple[str, int, str], ...]:
    return tuple((la.kind, la.parameters, str(la.settings.get("activation"))) for la in snapshot.layers)
