"""What is worth telling about a run although it costs no marks: which model was judged, and on what it was evaluated."""

from __future__ import annotations

from grader.checks.canonical import canonical, same
from grader.checks.meant import Meant, meant
from grader.domain import Facts, Notice, Text
from grader.messages import number, say, say_n


def advise(facts: Facts) -> tuple[Notice, ...]:
    """Notices from the recorded facts, for the report."""
    found = [m for which in range(len(facts.exercise.models)) if (m := meant(facts, which)) is not None]
    sentences = [_which(found[0])] if len(found) == 1 else []
    sentences += [_evaluated(facts, one) for one in found[:1]]
    sentences.append(_never_shown(facts))
    return tuple(Notice(sentence) for sentence in sentences if sentence)


def _which(found: Meant) -> Text:
    """Several models were built: which one is judged, and why."""
    if not found.others:
        return Text()
    if same(canonical(found.shape.layers), canonical(found.spec.layers)):
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


def _evaluated(facts: Facts, found: Meant) -> Text:
    """`evaluate` was called, but only on as many images as were trained on."""
    rows = {use.rows for use in facts.evidence.uses if use.how == "evaluate" and use.model == found.shape.model}
    trained = {t.data.rows for t in found.trainings if t.data is not None}
    if not rows or not rows <= trained or facts.rows is None:
        return Text()
    if len(facts.rows.split["test"]) in rows:
        return Text()
    return say(
        "The model was evaluated on the {count} images that it was trained on: only images that it never saw tell how well it does. Evaluate it on `x_test`, `y_test`.",
        count=number(max(rows)),
    )


def _never_shown(facts: Facts) -> Text:
    """Figures were drawn, and none of them was on a screen or in a file: they were still there at the program's end."""
    source = facts.reading.source
    if not facts.evidence.figures or any(figure.how != "end" for figure in facts.evidence.figures):
        return Text()
    if not facts.evidence.finished or ".show(" in source or "savefig(" in source:
        return Text()
    return say(
        "The program draws a figure but never shows it: end with `plt.show()`, or keep it with `plt.savefig(…)`."
    )
