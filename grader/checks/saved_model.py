"""`saved_model`: the file that the program leaves loads, and predicts like the model that was recorded."""

from __future__ import annotations

from grader.analysis import Analysis, MatchedModel
from grader.analysis.refusal_texts import refusal
from grader.analysis.saved_files import left_files, saved_by, saves_in, stem
from grader.checks.findings import failed, nothing_recorded, only_read, passed
from grader.domain import Check, Finding, Mode, Text
from grader.measurements import CheckpointRequest, Refused, SavedDifference, SavedModelRequest
from grader.messages import number, percent, plain, say

SAME = 1e-3  # the largest difference between predictions that are the same
LEARNT = 2.0  # times better than guessing, a network has learnt something


def check(points: float, model: int = 0) -> Check:
    """Return the check `saved_model`: all points where a file that the program left predicts like the recorded
    `exercise.models[model]`, up to 0.001 in each output, else none."""
    return Check(
        "saved_model",
        say("Saved model"),
        points,
        lambda analysis: judge(analysis, model),
        requests=lambda analysis: requests(analysis, model),
    )


def requests(analysis: Analysis, model: int) -> tuple[SavedModelRequest | CheckpointRequest, ...]:
    """Return the comparisons and checkpoints that the evaluator must measure; nothing where no model was recorded."""
    found = analysis.model(model)
    if found is None:
        return ()
    asked = analysis.requests_of(found)
    return (*asked.comparisons, *asked.checkpoints)


def judge(analysis: Analysis, model: int) -> Finding:
    """Judge the model files that the program left. After a training that did not end, a file passes that recognises at
    least twice as many test images as guessing does. Raise `KeyError` where the evaluator has not answered
    `requests`."""
    expected = say("a file that gives the same predictions as the trained model")
    found = analysis.model(model)
    if found is None:
        return nothing_recorded(analysis, expected)
    if analysis.mode is Mode.STATIC:
        return only_read()
    files = left_files(analysis.evidence)
    hint = say('After training: `model.save("{id}.keras")`.', id=analysis.exercise.id)
    if not files:
        return failed(say("No model file was left beside the program."), expected=expected, hint=hint)
    if not (found.trained or found.unfinished) and not any(u.how == "load_weights" for u in analysis.evidence.uses):
        return failed(say("The saved model was never trained."), plain(files[0]), expected, hint)
    compared = [(one.file, analysis.answer(one)) for one in analysis.requests_of(found).comparisons]
    for name, answer in compared:
        if isinstance(answer, SavedDifference) and answer.difference <= SAME:
            return passed(say("{file} predicts like the trained model.", file=name), plain(name), expected)
    if found.unfinished:
        return _judge_checkpoints(analysis, found, expected)
    if not compared:
        return failed(_nothing_to_compare(found), plain(", ".join(files)), expected)
    if other := _file_of_another_model(analysis, found, files):
        return failed(
            say("{file} holds another model: this one was not saved.", file=other), plain(other), expected, hint
        )
    again = say("Save after `fit`, and the very model that was trained.")
    why = _difference_message(*compared[-1])
    return failed(why, plain(", ".join(files)), expected, _saved_early_hint(analysis, found) or again)


def _judge_checkpoints(analysis: Analysis, found: MatchedModel, expected: Text) -> Finding:
    """The training did not come to its end, so there is no trained model to compare with. A file that it left proves what
    its own weights can do in the network that was built: better than guessing, it was saved of a network that learns."""
    requests = analysis.requests_of(found).checkpoints
    if not requests:
        told = say("The training did not come to its end, and no file was saved of this network before it was stopped.")
        return failed(told if found.shape.architecture is not None else _nothing_to_compare(found), expected=expected)
    usable = analysis.best_file(requests)
    if usable is None:
        name, refused = requests[0].file, analysis.answer(requests[0])
        assert isinstance(refused, Refused)
        why = say(
            "{why} The program may have been stopped while it was writing it.", why=_refusal_message(name, refused)
        )
        return failed(why, plain(name), expected)
    name, best = usable
    measured = say("{file}: {share} of the test images", file=name, share=percent(best.accuracy))
    if best.confusion and best.accuracy < LEARNT / len(best.confusion):
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


def _nothing_to_compare(found: MatchedModel) -> Text:
    """Why no weights were recorded, where that is not for a training that was cut."""
    if found.shape.architecture is None:
        return say("The model cannot be rebuilt by the grader: it has layers or a class of your own.")
    return say("The program stopped before the weights of its network were recorded: there is nothing to compare with.")


def _saved_early_hint(analysis: Analysis, found: MatchedModel) -> Text:
    """Every save of the model came before its training."""
    saves = [u for u in analysis.evidence.uses if u.model == found.shape.model and u.how in ("save", "save_weights")]
    seen = [analysis.evidence.snapshot(u.snapshot) for u in saves if u.snapshot is not None]
    if found.trained and seen and all(one is not None and one.steps == 0 for one in seen):
        return say("The model was saved before it was trained: put the line that saves after `fit`.")
    return Text()


def _file_of_another_model(analysis: Analysis, found: MatchedModel, files: list[str]) -> str:
    """The first of the files, where all of them were seen to be written by other models; else ""."""
    theirs = {stem(u.path) for u in saves_in(analysis.evidence) if u.model != found.shape.model} - saved_by(
        analysis.evidence, found.shape.model
    )
    return files[0] if all(stem(name) in theirs for name in files) else ""


def _difference_message(name: str, answer: SavedDifference | Refused) -> Text:
    if isinstance(answer, Refused):
        return _refusal_message(name, answer)
    return say(
        "{file} does not predict like the trained model (largest difference {difference}).",
        file=name,
        difference=number(answer.difference, 3),
    )


def _refusal_message(name: str, refused: Refused) -> Text:
    return say("{file} cannot be loaded: {reason}.", file=name, reason=refusal(refused))
