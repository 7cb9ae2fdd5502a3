"""Which exercises a file holds, by what is in it: headings, answers that name their exercise, networks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from grader.domain import Json, ModelSpec
from grader.errors import UnreadableSubmission
from grader.reading.answers import raw_answers
from grader.reading.attribution import exercises_in
from grader.reading.naming import Naming
from grader.reading.parts import parts_of
from grader.reading.source import read_source

MAX_LAYERS = 2000
_BUILT = re.compile(
    r"\b(?:(?P<new>Sequential|Input|InputLayer)|(?P<kind>Dense|Conv(?:olution)?2D|Max(?:Pool(?:ing)?)2D))"
    r"[ \t]*\(\s*(?:(?:units|filters|output_dim|nb_filter)\s*=\s*)?(?P<size>\d{1,5})?"
)
_KINDS = {"Convolution2D": "Conv2D", "MaxPool2D": "MaxPooling2D"}
Net = tuple[tuple[str, Json], ...]


def detect_exercises(path: Path, naming: Naming, networks: Mapping[str, Sequence[Net]]) -> tuple[str, ...]:
    """Return the exercises of a program in the order in which they come; none where nothing can be read.

    `networks` are those of the exercises that ask for one of their own, as `net_of` gives them.
    """
    try:
        source = read_source(path)
    except UnreadableSubmission:
        return ()
    parts = parts_of(source, naming)
    answered = [one.exercise for one in raw_answers(source, naming, parts) if one.exercise]
    nets = set(_nets(source.text))
    built = [exercise for exercise, wanted in networks.items() if wanted and all(net in nets for net in wanted)]
    return tuple(dict.fromkeys([*exercises_in(parts), *answered, *built]))


def net_of(spec: ModelSpec) -> Net:
    """Return the layers that a program's text can show, each with the size that it is given."""
    named = [(one.kind, one.settings.get("units", one.settings.get("filters"))) for one in spec.layers]
    return tuple((kind, size) for kind, size in named if kind in ("Dense", "Conv2D", "MaxPooling2D"))


def _nets(text: str) -> Iterator[Net]:
    """The layers of each network as they are written, from where it begins to where the next one does."""
    net: list[tuple[str, Json]] = []
    for number, found in enumerate(_BUILT.finditer(text)):
        if number >= MAX_LAYERS:
            break
        if found["new"]:
            yield tuple(net)
            net = []
        else:
            kind = _KINDS.get(found["kind"], found["kind"])
            net.append((kind, int(found["size"]) if found["size"] and kind != "MaxPooling2D" else None))
    yield tuple(net)
