"""What `grade similar` shows: a table for the terminal, and one page with the passages of each pair side by side.

The words are about texts, never about persons: alike, in common. Nothing here knows a mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.table import Table
from rich.text import Text as Line

from grader.domain import Lang, Text
from grader.messages import join, number, percent, safe, say, say_n
from grader.reports.code import LINE_CHARS, LINES
from grader.reports.page import render
from grader.similarity import MAX_PAIRS, ComparedClass, ComparedExercise, Document, SameWeights, Shown

COLOURS = 8


# ── Words ───────────────────────────────────────────────────────────────────────────────────────


def summary(compared: ComparedExercise) -> Text:
    """Say how many were compared, how many stand out, and what « stand out » means here."""
    made = compared.comparison
    count = len(made.pairs)
    if made.documents < 2:
        return say("Only one program can be read: there is nothing to compare.")
    compared_words = say(
        "{programs} programs, {pairs} pairs.", programs=number(made.documents), pairs=number(made.compared)
    )
    if not count:
        out = say("No pair stands out.")
    else:
        out = say_n("{count} pair stands out.", "{count} pairs stand out.", count)
    how = say(
        "Shown from a score of {threshold} on (typical of this class: {median}).",
        threshold=number(made.threshold, 2),
        median=number(made.median, 2),
    )
    return join([compared_words, out, how], " ")


def sameness(same: SameWeights) -> Text:
    """Say how two files are the same."""
    if same.how == "bytes":
        return say("the same file, byte for byte")
    if same.how == "numbers":
        return say("the same numbers in another file")
    return say("nearly the same numbers (distance {distance})", distance=percent(same.distance, 2))


def _words() -> dict[str, Text]:
    return {
        "similar": say("Programs that are alike"),
        "read_first": say("How to read this page"),
        "honest": say(
            "It shows passages that two programs have in common once names, comments, texts, numbers and layout are set "
            "aside, and once what was handed out to everybody is taken away. It does not say why: students who worked "
            "together with leave, a common source, a teacher's example, or the shortest way to write it look the same. "
            "Only you can judge that, and no mark changes."
        ),
        "how": say(
            "What the whole class writes counts little, what only two write counts most. A pair is shown when its score "
            "lies far beyond what is usual in this class, so that a short exercise, which everybody writes alike, "
            "accuses nobody. The percentages are the share of each program's own text that lies in common passages."
        ),
        "pairs": say("Pairs"),
        "program": say("Program"),
        "its_share": say("in common"),
        "passages": say("Passages"),
        "score": say("Score"),
        "same_text": say("same text, comments included"),
        "handed_out": say("Grey: handed out to everybody."),
        "jump": say("A click on a passage shows it on the other side."),
        "more_pairs": say("Further pairs are not shown here."),
        "weights": say("Handed-in weights"),
        "weights_say": say(
            "Where the handout fixes the seed, two honest trainings of the same network may end in the same numbers; the "
            "very same .keras file, which holds the moment of its saving, hardly ever comes about twice."
        ),
        "unreadable": say("Could not be read, and so was not compared"),
        "nothing": say("Nothing stands out."),
        "similar_made_by": say("Made by the grader from the submissions; this page loads nothing from elsewhere."),
    }


# ── Terminal ────────────────────────────────────────────────────────────────────────────────────


def pair_table(pairs: Sequence[Shown], lang: Lang) -> Table:
    """Return a row for each pair."""
    words = {key: text.in_(lang) for key, text in _words().items()}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for title in (words["program"], words["its_share"], words["program"], words["its_share"]):
        table.add_column(title, justify="right" if title == words["its_share"] else "left")
    table.add_column(words["score"], justify="right")
    table.add_column("")
    for one in pairs:
        table.add_row(
            Line(safe(one.first.label, 60)),  # a name is no markup
            percent(one.shares[0], 0).in_(lang),
            Line(safe(one.second.label, 60)),
            percent(one.shares[1], 0).in_(lang),
            number(one.pair.score, 2).in_(lang),
            words["same_text"] if one.pair.same_text else "",
        )
    return table


def weights_line(same: SameWeights, lang: Lang) -> str:
    """Return a sentence on two files that hold the same weights."""
    words = say(
        "{first} ({file}) and {second} ({other}): {how}",
        first=same.first.student,
        file=same.first.file,
        second=same.second.student,
        other=same.second.file,
        how=sameness(same),
    )
    return safe(words.in_(lang), 500)


# ── Page ────────────────────────────────────────────────────────────────────────────────────────


def page(compared: ComparedClass, lang: Lang) -> str:
    """Return the page, self-contained."""
    own = {key: text.in_(lang) for key, text in _words().items()}
    return render(
        "similar.html.j2",
        lang,
        styles=("style.css", "similar.css"),
        more_words={**own, "made_by": own["similar_made_by"]},
        exercises=[_exercise_view(one, lang) for one in compared.exercises],
        weights=[weights_line(same, lang) for same in compared.weights[:MAX_PAIRS]],
    )


def _exercise_view(compared: ComparedExercise, lang: Lang) -> dict[str, object]:
    pairs = compared.shown
    return {
        "id": compared.exercise,
        "title": compared.title.in_(lang),
        "summary": summary(compared).in_(lang),
        "pairs": [_pair_view(one, f"{compared.exercise}-{n}", lang) for n, one in enumerate(pairs, start=1)],
        "more": len(compared.comparison.pairs) > len(pairs),
        "unreadable": [safe(name, 100) for name in compared.unreadable[:100]],
    }


def _pair_view(one: Shown, anchor: str, lang: Lang) -> dict[str, object]:
    first = [(p.first, p.length) for p in one.common]
    second = [(p.second, p.length) for p in one.common]
    return {
        "anchor": anchor,
        "names": [safe(one.first.label, 100), safe(one.second.label, 100)],
        "shares": [percent(share, 0).in_(lang) for share in one.shares],
        "score": number(one.pair.score, 2).in_(lang),
        "same_text": one.pair.same_text,
        "count": len(one.common),
        "sides": [
            {
                "side": side,
                "other": other,
                "name": safe(doc.label, 100),
                "file": safe(doc.file, 200),
                "lines": lines_of(doc, spans),
            }
            for side, other, doc, spans in (("a", "b", one.first, first), ("b", "a", one.second, second))
        ],
    }


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a line. `passage` counts from 1, 0 for none; `begins` where the passage does; `given` if handed out."""

    text: str
    passage: int = 0
    begins: bool = False
    given: bool = False

    @property
    def colour(self) -> int:
        return (self.passage - 1) % COLOURS


def lines_of(doc: Document, spans: Sequence[tuple[int, int]]) -> list[list[Segment]]:
    """Return the text, line by line, cut where passages and what was handed out begin and end."""
    length = len(doc.text)
    marks: list[tuple[int, int, int]] = []  # start, end, passage; -1 for what was handed out
    for n, (at, size) in enumerate(spans, start=1):
        marks.append((doc.tokens[at].start, doc.tokens[at + size - 1].end, n))
    marks += [(start, end, -1) for start, end in _given_runs(doc)]
    marks.sort()
    pieces: list[tuple[int, int, int]] = []
    at = 0
    for start, end, kind in marks:
        if start < at:
            continue
        pieces += [(at, start, 0), (start, end, kind)]
        at = end
    pieces.append((at, length, 0))
    lines: list[list[Segment]] = [[]]
    for start, end, kind in pieces:
        for n, part in enumerate(doc.text[start:end].split("\n")):
            if n:
                lines.append([])
            if part:
                text = safe(part.replace("\t", "    "), LINE_CHARS)
                lines[-1].append(Segment(text, max(kind, 0), kind > 0 and n == 0, kind == -1))
        if len(lines) > LINES:
            break
    return lines[:LINES]


def _given_runs(doc: Document) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    before = -2
    for n, given in enumerate(doc.given):
        if given:
            token = doc.tokens[n]
            if before == n - 1:
                runs[-1] = (runs[-1][0], token.end)
            else:
                runs.append((token.start, token.end))
            before = n
    return runs
