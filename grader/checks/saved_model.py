"""`saved_model`: the file that the program leaves loads, and predicts like the model that was recorded."""

from __future__ import annotations

from collections.abc import Mapping

from grader.checks.findings import failed, nothing_recorded, passed, skipped
from grader.checks.left_files import checkpoints, saved_by, saves_in, stem, written
from grader.checks.meant import Meant, meant
from grader.checks.refusals import refusal
from grader.checks.scalers import fed_alike
from grader.domain import Check, Facts, Finding, Json, Measurement, Mode, Text
from grader.messages import number, percent, plain, say

SAME = 1e-3
LEARNT = 2.0  # times better than guessing, a network has learnt something


def check(points: float, model: int = 0) -> Check:
    return Check(
        "saved_model",
        say("Saved model"),
        points,
        lambda facts: judge(facts, model),
        needs=lambda facts: needs(facts, model),
    )


def needs(facts: Facts, model: int) -> tuple[Measurement, ...]:
    found = meant(facts, model)
    if found is None:
        return ()
    return (*_comparisons(facts, found).values(), *checkpoints(facts, found).values())


def _comparisons(facts: Facts, found: Meant) -> dict[str, Measurement]:
    """By file: how its predictions differ from those of the recorded model; none where no weights were recorded."""
    if found.final is None or found.final.architecture is None:
        return {}
    settings = fed_alike(facts, found, found.final)
    return {name: Measurement("saved_model", (("file", name), *settings)) for name in written(facts)}


def judge(facts: Facts, model: int) -> Finding:
    expected = say("a file that gives the same predictions as the trained model")
    found = meant(facts, model)
    if found is None:
        return nothing_recorded(facts, expected)
    if facts.mode is Mode.STATIC:
        return skipped(say("Not judged: the program was only read, not run."))
    files = written(facts)
    hint = say('After training: `model.save("{id}.keras")`.', id=facts.exercise.id)
    if not files:
        return failed(say("No model file was left beside the program."), expected=expected, hint=hint)
    if not (found.trained or found.unfinished) and not any(u.how == "load_weights" for u in facts.evidence.uses):
        return failed(say("The saved model was never trained."), plain(files[0]), expected, hint)
    compared = {name: facts.measured[m] for name, m in _comparisons(facts, found).items()}
    for name, result in compared.items():
        difference = result.get("difference")
        if isinstance(difference, int | float) and difference <= SAME:
            return passed(say("{file} predicts like the trained model.", file=name), plain(name), expected)
    if found.unfinished:
        return _while_training(facts, found, expected)
    if not compared:
        return failed(_unlike(found), plain(", ".join(files)), expected)
    if other := _of_another_model(facts, found, files):
        return failed(
            say("{file} holds another model: this one was not saved.", file=other), plain(other), expected, hint
        )
    again = say("Save after `fit`, and the very model that was trained.")
    name, worst = list(compared.items())[-1]
    why = _why(name, worst.get("refused"), worst.get("difference"))
    return failed(why, plain(", ".join(files)), expected, _saved_early(facts, found) or again)


def _while_training(facts: Facts, found: Meant, expected: Text) -> Finding:
    """The training did not come to its end, so there is no trained model to compare with. A file that it left proves what
    its own weights can do in the network that was built: better than guessing, it was saved of a network that learns."""
    results = {name: facts.measured[m] for name, m in checkpoints(facts, found).items()}
    usable = {name: r for name, r in results.items() if "refused" not in r}
    if not results:
        told = say("The training did not come to its end, and no file was saved of this network before it was stopped.")
        return failed(told if found.shape.architecture is not None else _unlike(found), expected=expected)
    if not usable:
        name, result = next(iter(results.items()))
        why = say(
            "{why} The program may have been stopped while it was writing it.", why=_why(name, result["refused"], None)
        )
        return failed(why, plain(name), expected)
    name, best = max(usable.items(), key=lambda item: _accuracy(item[1]))
    accuracy, table = _accuracy(best), best.get("confusion")
    measured = say("{file}: {share} of the test images", file=name, share=percent(accuracy))
    if isinstance(table, list) and table and accuracy < LEARNT / len(table):
        return failed(
            say("{file} loads, but holds a network that has learnt nothing yet.", file=name), measured, expected
        )
    return passed(
        say(
            "{file} was saved during the training, which did not end; it loads, and its network has learnt.", file=name
        ),
        measured,
        expected,
    )


def _accuracy(result: Mapping[str, Json]) -> float:
    value = result.get("accuracy")
    return float(value) if isinstance(value, int | float) else 0.0


def _unlike(found: Meant) -> Text:
    """Why no weights were recorded, where that is not for a training that was cut."""
    if found.shape.architecture is None:
        return say("The model cannot be rebuilt by the grader: it has layers or a class of your own.")
    return say("The program stopped before the weights of its network were recorded: there is nothing to compare with.")


def _saved_early(facts: Facts, found: Meant) -> Text:
    """Every save of the model came before its training."""
    saves = [u for u in facts.evidence.uses if u.model == found.shape.model and u.how in ("save", "save_weights")]
    seen = [facts.evidence.snapshot(u.snapshot) for u in saves if u.snapshot is not None]
    if found.trained and seen and all(one is not None and one.steps == 0 for one in seen):
        return say("The model was saved before it was trained: put the line that saves after `fit`.")
    return Text()


def _of_another_model(facts: Facts, found: Meant, files: list[str]) -> str:
    """The first of the files, where all of them were seen to be written by other models; else ""."""
    theirs = {stem(u.path) for u in saves_in(facts) if u.model != found.shape.model} - saved_by(facts, found)
    return files[0] if all(stem(name) in theirs for name in files) else ""


def _why(name: str, refused: object, difference: object) -> Text:
    if refused is not None:
        return say("{file} cannot be loaded: {reason}.", file=name, reason=refusal(refused))
    largest = float(difference) if isinstance(difference, int | float) else 1.0
    return say(
        "{file} does not predict like the trained model (largest difference {difference}).",
        file=name,
        difference=number(largest, 3),
    )
