"""Which model is meant, when a program has built several."""

from __future__ import annotations

from dataclasses import dataclass

from grader.checks.canonical import Layer, canonical, same
from grader.domain import Evidence, Facts, ModelSpec, Snapshot, Training


@dataclass(frozen=True, slots=True)
class Meant:
    """The model that fits an architecture best: its `shape` snapshot says what it is, `final` holds its last
    weights of that shape (None where none were kept), `trainings` are its own, `others` counts the rest."""

    spec: ModelSpec
    shape: Snapshot
    final: Snapshot | None
    trainings: tuple[Training, ...]
    others: int

    @property
    def trained(self) -> bool:
        return any(t.epochs_run or t.steps for t in self.trainings)

    @property
    def unfinished(self) -> bool:
        """Its last training was begun and did not come to its end: a limit, a kill, `os._exit`, an error in it."""
        return bool(self.trainings) and not self.trainings[-1].finished


def meant(facts: Facts, which: int = 0) -> Meant | None:
    """The recorded model that fits `exercise.models[which]` best; ties go to the one trained last."""
    if not facts.exercise.models:
        return None
    spec, evidence = facts.exercise.models[which], facts.evidence
    others = [canonical(o.layers) for n, o in enumerate(facts.exercise.models) if n != which]
    # What is exactly another model of the exercise is not this one, however near it comes.
    candidates = [s for s in evidence.snapshots if not any(same(canonical(s.layers), other) for other in others)]
    if not candidates:
        return None
    best = max(candidates, key=lambda s: (*_fit(s, spec, evidence), s.id))
    # The same model may have been cut or grown later: only snapshots of the same shape are that model.
    alike = [s for s in evidence.snapshots if s.model == best.model and _shape(s) == _shape(best) and s.weights]
    trainings = tuple(t for t in evidence.trainings if t.model == best.model)
    return Meant(
        spec=spec,
        shape=best,
        final=max(alike, key=lambda s: s.id, default=None),
        trainings=trainings,
        others=len({s.model for s in evidence.snapshots} - {best.model}),
    )


def _fit(snapshot: Snapshot, spec: ModelSpec, evidence: Evidence) -> tuple[bool, bool, bool, bool, int, int]:
    """Exactly what is asked for; else the right size; else with the output asked for (an autoencoder is no classifier);
    else trained, with the fewest layers too many or too few."""
    layers = canonical(snapshot.layers)
    exact = same(layers, canonical(spec.layers))
    trainings = [t.id for t in evidence.trainings if t.model == snapshot.model]
    return (
        exact,
        snapshot.parameters in spec.parameters,
        ends_alike(layers, canonical(spec.layers)),
        bool(trainings),
        -abs(len(layers) - len(canonical(spec.layers))),
        max(trainings, default=0),
    )


def ends_alike(seen: tuple[Layer, ...], asked: tuple[Layer, ...]) -> bool:
    """The last layers are of one kind, and of one size where they have one."""
    if not seen or not asked:
        return False
    return seen[-1].kind == asked[-1].kind and seen[-1].settings.get("units") == asked[-1].settings.get("units")


def _shape(snapshot: Snapshot) -> tuple[tuple[str, int, str], ...]:
    return tuple((la.kind, la.parameters, str(la.settings.get("activation"))) for la in snapshot.layers)
