"""What is worth telling about a run although it costs no marks: which model was judged, and on what it was evaluated."""

from __future__ import annotations

from grader.analysis.analysis import Analysis
from grader.analysis.model_match import MatchedModel
from grader.domain import Notice, Text
from grader.messages import number, say, say_n


def notices_of(analysis: Analysis) -> tuple[Notice, ...]:
    """Return the notices that the recorded facts give, for the report."""
    found = [model for model in analysis.models if model is not None]
    sentences = [_which_model(found[0])] if len(found) == 1 else []
    sentences += [_evaluated_on_training_images(analysis, one) for one in found[:1]]
    sentences.append(_figure_never_shown(analysis))
    return tuple(Notice(sentence) for sentence in sentences if sentence)


def _which_model(found: MatchedModel) -> Text:
    """Several models were built: which one is judged, and why."""
    if not found.others:
        return Text()
    if found.exact:
        why = say("its layers are those that are asked for")
    elif found.shape.parameters in found.spec.parameters:
        why = say("it has the number of parameters that is asked for")
    else:
        why = say("it comes nearest to what is asked for")
    return say_n(
        "The program built {count} other model; the one that is judged is “{name}”: {why}.",
        "The program built {count} other models; the one that is judged is “{name}”: {why}.",
        found.others,
        name=found.shape.name,
        why=why,
    )


def _evaluated_on_training_images(analysis: Analysis, found: MatchedModel) -> Text:
    """`evaluate` was called, but only on as many images as were trained on."""
    rows = {use.rows for use in analysis.evidence.uses if use.how == "evaluate" and use.model == found.shape.model}
    trained = {t.data.rows for t in found.trainings if t.data is not None}
    if not rows or not rows <= trained or analysis.rows is None:
        return Text()
    if len(analysis.rows.split["test"]) in rows:
        return Text()
    return say(
        "The model was evaluated on the {count} images that it was trained on: only images that it never saw tell how well it does. Evaluate it on `x_test`, `y_test`.",
        count=number(max(rows)),
    )


def _figure_never_shown(analysis: Analysis) -> Text:
    """Figures were drawn, and none of them was on a screen or in a file: they were still there at the program's end."""
    source = analysis.reading.source
    if not analysis.evidence.figures or any(figure.how != "end" for figure in analysis.evidence.figures):
        return Text()
    if not analysis.evidence.finished or ".show(" in source or "savefig(" in source:
        return Text()
    return say(
        "The program draws a figure but never shows it: end with `plt.show()`, or keep it with `plt.savefig(…)`."
    )
