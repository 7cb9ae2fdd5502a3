"""Exhibits of a record as panels of a page; what has not the form of an exhibit gives none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from grader.domain import JsonObject, Lang, Text
from grader.messages import number, percent, safe, say
from grader.reports.cells import pictures, png_uri
from grader.reports.charts import Panel
from grader.reports.maps import confusion, projection


@dataclass(frozen=True, slots=True)
class Mistake:
    uri: str
    caption: str
    description: str


def mapping(value: object) -> JsonObject:
    """Return the value, or nothing where it is of another kind."""
    return value if isinstance(value, Mapping) else {}


def sequence(value: object) -> Sequence[Any]:  # of exhibits, which are looked at one by one
    """Return the value, or nothing where it is of another kind."""
    return value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else ()


def text_of(value: object) -> str:
    """Return the value, or "" where it is no text."""
    return value if isinstance(value, str) else ""


def confusions(value: object, lang: Lang) -> list[Panel]:
    """Draw a confusion matrix for each network."""
    found = []
    several = len(sequence(value)) > 1
    for number_, item in enumerate(map(mapping, sequence(value)), 1):
        drawing = confusion(item.get("counts"), lang)
        accuracy = item.get("accuracy")
        if drawing is not None:
            right = (
                say("{share} of the test images right", share=percent(accuracy)).in_(lang) if is_real(accuracy) else ""
            )
            name = say("network {number}", number=number_).in_(lang) if several else ""
            found.append(Panel(" — ".join(filter(None, (name, right))), drawing))
    return found


def is_real(value: object) -> TypeGuard[float]:
    """Return whether the value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def mistakes(value: object, lang: Lang) -> list[Mistake]:
    """Return test images that were taken for something else."""
    found = []
    for item in map(mapping, sequence(value)):
        true, predicted, index = (item.get(name) for name in ("true", "predicted", "index"))
        uri = png_uri(item.get("png"))
        if uri and isinstance(true, int) and isinstance(predicted, int) and isinstance(index, int):
            description = say(
                "Test image {index}: a {true} taken for a {predicted}", index=index, true=true, predicted=predicted
            )
            found.append(Mistake(uri, f"{true} → {predicted}", description.in_(lang)))
    return found


def grid(exhibit: JsonObject, lang: Lang) -> Panel | None:
    """Show the figure of images that the program drew."""
    whole = [exhibit.get(name) for name in ("shown", "rows", "columns")]
    if not all(isinstance(n, int) for n in whole):
        return None
    description = say(
        "{shown} images in {rows} rows of {columns}, colours “{cmap}”",
        shown=number(whole[0] or 0),
        rows=whole[1],
        columns=whole[2],
        cmap=safe(text_of(exhibit.get("cmap")), 40) or "?",
    ).in_(lang)
    return next(iter(pictures([exhibit], description)), None)


def projections(value: object, lang: Lang) -> list[Panel]:
    """Draw each embedding."""
    found = []
    for item in map(mapping, sequence(value)):
        caption = _projection_caption(item, lang)
        drawing = projection(item, caption)
        if drawing is not None:
            found.append(Panel(caption, drawing))
    return found


def _projection_caption(item: JsonObject, lang: Lang) -> str:
    parts = [_origin(text_of(item.get("source"))).in_(lang)]
    if isinstance(item.get("count"), int):
        count, drawn = item["count"], len(sequence(item.get("labels")))
        words = say("{count} points, {drawn} drawn", count=number(count), drawn=number(drawn))
        parts.append((words if drawn < count else say("{count} points", count=number(count))).in_(lang))
    if is_real(item.get("nh")):
        parts.append(say("neighbourhood hit {value}", value=number(item["nh"], 3)).in_(lang))
    if is_real(item.get("trustworthiness")):
        parts.append(say("trustworthiness {value}", value=number(item["trustworthiness"], 3)).in_(lang))
    if item.get("classes"):
        parts.append(say("lines: convex hulls, dashes: ellipses of two standard deviations").in_(lang))
    return "; ".join(parts) if lang == "en" else "\u00a0; ".join(parts)


def _origin(source: str) -> Text:
    """Return where the projected rows come from; `hidden0` is the exercise's first network."""
    known = {"test": say("pixels of test images"), "train": say("pixels of training images")}
    hidden = source.removeprefix("hidden")
    if source not in known and hidden.isdecimal() and len(hidden) == 1:
        return say("hidden values of network {number}", number=int(hidden) + 1)
    return known.get(source, say("hidden values of a network"))
