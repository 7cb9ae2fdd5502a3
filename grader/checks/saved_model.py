"""`saved_model`: the file that the program leaves loads, and predicts like the model that was recorded."""

from __future__ import annotations

from pathlib import PurePath

from grader.checks.findings import failed, nothing_recorded, passed, skipped
from grader.checks.meant import Meant, meant
from grader.checks.refusals import refusal
from grader.checks.seen import seen_rows
from grader.domain import Check, Facts, Finding, Measurement, Mode, Text
from grader.messages import number, plain, say

SAME = 1e-3
MOST_FILES = 6
KINDS = (".keras", ".h5", ".hdf5")


def check(points: float, model: int = 0) -> Check:
    return Check(
        "saved_model",
        say("Saved model"),
        points,
        lambda facts: judge(facts, model),
        needs=lambda facts: needs(facts, model),
    )


def model_files(names: tuple[str, ...]) -> list[str]:
    """Model files among the names, whole models before weights alone."""
    files = [n for n in names if n.lower().endswith(KINDS) and n.isprintable() and len(n) < 200]
    return sorted(files, key=lambda n: (n.lower().endswith(".weights.h5"), n))[:MOST_FILES]


def needs(facts: Facts, model: int) -> tuple[Measurement, ...]:
    found = meant(facts, model)
    if found is None or found.final is None or found.final.architecture is None:
        return ()
    return tuple(_measurement(facts, name, model) for name in _written(facts))


def _written(facts: Facts) -> list[str]:
    """Files that the program left: those it found beside it do not prove that it saves."""
    return model_files(tuple(n for n in facts.evidence.files if facts.evidence.files[n]))


def _measurement(facts: Facts, name: str, model: int) -> Measurement:
    found = meant(facts, model)
    assert found is not None and found.final is not None
    rows = seen_rows(facts, found)
    settings: list[tuple[str, str | int | float | None]] = [
        ("file", name),
        ("snapshot", found.final.id),
        ("dataset", facts.exercise.dataset),
        ("scale", rows.scale),
        ("offset", rows.offset),
    ]
    return Measurement("saved_model", tuple(settings))


def judge(facts: Facts, model: int) -> Finding:
    expected = say("a file that gives the same predictions as the trained model")
    found = meant(facts, model)
    if found is None:
        return nothing_recorded(facts, expected)
    if facts.mode is Mode.STATIC:
        return skipped(say("Not judged: the program was only read, not run."))
    files = _written(facts)
    hint = say('After training: `model.save("{id}.keras")`.', id=facts.exercise.id)
    if not files:
        return failed(say("No model file was left beside the program."), expected=expected, hint=hint)
    if not found.trained and not any(u.how == "load_weights" for u in facts.evidence.uses):
        return failed(say("The saved model was never trained."), plain(files[0]), expected, hint)
    worst, early = Text(), _saved_early(facts, found)
    for name in files:
        result = facts.measured.get(_measurement(facts, name, model), {"refused": "?"})
        difference = result.get("difference")
        if isinstance(difference, int | float) and difference <= SAME:
            return passed(say("{file} predicts like the trained model.", file=name), plain(name), expected)
        worst = _why(name, result.get("refused"), difference)
    if other := _of_another_model(facts, found, files):
        return failed(
            say("{file} holds another model: this one was not saved.", file=other), plain(other), expected, hint
        )
    again = say("Save after `fit`, and the very model that was trained.")
    return failed(worst, plain(", ".join(files)), expected, early or again)


def _saved_early(facts: Facts, found: Meant) -> Text:
    """Every save of the model came before its training."""
    saves = [u for u in facts.evidence.uses if u.model == found.shape.model and u.how in ("save", "save_weights")]
    seen = [facts.evidence.snapshot(u.snapshot) for u in saves if u.snapshot is not None]
    if found.trained and seen and all(one is not None and one.steps == 0 for one in seen):
        return say("The model was saved before it was trained: put the line that saves after `fit`.")
    return Text()


def _of_another_model(facts: Facts, found: Meant, files: list[str]) -> str:
    """The first of the files, where all of them were seen to be written by other models; else "".

    A name is compared without its folder and endings: old ones were put right as the file was written."""
    saves = [u for u in facts.evidence.uses if u.how in ("save", "save_weights", "export") and u.path]
    ours = {_stem(u.path) for u in saves if u.model == found.shape.model}
    theirs = {_stem(u.path) for u in saves if u.model != found.shape.model}
    return files[0] if all(_stem(name) in theirs - ours for name in files) else ""


def _stem(path: str) -> str:
    name = PurePath(path).name
    return name.split(".", 1)[0] or name


def _why(name: str, refused: object, difference: object) -> Text:
    if refused is not None:
        return say("{file} cannot be loaded: {reason}.", file=name, reason=refusal(refused))
    largest = float(difference) if isinstance(difference, int | float) else 1.0
    return say(
        "{file} does not predict like the trained model (largest difference {difference}).",
        file=name,
        difference=number(largest, 3),
    )
