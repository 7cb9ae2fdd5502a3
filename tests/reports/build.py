"""Records for the tests of reports: an honest one with every exhibit, a hostile one, and a whole class."""

from __future__ import annotations

import base64
import io
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.domain import (
    DatasetInfo,
    Failure,
    Frame,
    Json,
    Lateness,
    Mode,
    Notice,
    Outcome,
    Override,
    Record,
    Status,
    Text,
    Verdict,
)

TITLES = {
    "runs": Text("Le programme va jusqu’au bout", "The program runs to its end"),
    "accuracy": Text("Exactitude sur les images de test", "Accuracy on the test images"),
    "answer.convexe": Text("Question « convexe »", "Question “convexe”"),
}


def both(text: str) -> Text:
    return Text(text, text)


def verdict(id: str, points: float, most: float, status: Status | None = None, **texts: Any) -> Verdict:
    earned = Status.PASSED if points >= most else Status.FAILED if points == 0 else Status.PARTIAL
    return Verdict(id, status or earned, points, most, TITLES.get(id, both(id)), **texts)


def record(student: str = "durand", exercise: str = "exo1", **fields: Any) -> Record:
    """A record with 14.5 points of 20: full, partial, and an answer for the teacher."""
    verdicts = (
        verdict("runs", 4, 4, message=both("ran to its end")),
        verdict(
            "accuracy",
            10.5,
            14,
            measured=Text("90,1 %", "90.1%"),
            expected=Text("au moins 91,5 %", "at least 91.5%"),
            hint=both("train for `10` epochs"),
        ),
        verdict("answer.convexe", 0, 2, Status.REVIEW, message=both("read by a teacher")),
    )
    plain = Record(
        exercise=exercise,
        title=Text("Régression logistique", "Logistic regression"),
        student=student,
        file=f"{exercise}.py",
        mode=Mode.FULL,
        seed=0,
        verdicts=verdicts,
        dataset=DatasetInfo("mnist", "stand-in", "0" * 64, Path()),
        sandbox={"backend": "bubblewrap", "level": "full"},
        outcome=Outcome("ok", 12.25, 20.0, 640, 0),
        versions={"python": "3.11.7", "keras": "3.15.1"},
        output_tail="loss 0.3\n",
        grader_version="0.1.0",
    )
    return replace(plain, **fields)


def broken(student: str = "petit") -> Record:
    return record(student, verdicts=(verdict("runs", 0, 20, Status.ERROR, message=both("the grader failed")),))


def picture(width: int = 28, height: int = 28) -> str:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("L", (width, height), 90).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def exhibits(text: str = "x = 1  # one\nprint(x)\n") -> dict[str, Json]:
    """Every kind; `text` is put wherever a student's words go."""
    image = picture()
    points = [n * 7 % 1000 for n in range(400)]
    outline = {"label": 3, "hull": [0, 0, 900, 10, 500, 800], "ellipse": [400, 400, 200.0, 90.0, 30.0]}
    return {
        "answers": {"convexe": text},
        "source": {"file": "exo1.py", "text": text, "cut": False},
        "confusion": [{"name": "net", "counts": [[90, 10], [5, 95]], "accuracy": 0.925}],
        "mistakes": [{"index": 4, "true": 5, "predicted": 3, "png": image}],
        "projections": [
            {
                "source": "test",
                "count": 1000,
                "box": [0, 0, 1, 1],
                "points": points,
                "labels": [n % 10 for n in range(200)],
                "classes": [outline],
                "nh": 0.83,
                "trustworthiness": 0.97,
                "hulls": [3],
                "ellipses": [3],
            }
        ],
        "notebook": {
            "file": "exo1.ipynb",
            "executed": True,
            "cut": False,
            "cells": [
                {"kind": "markdown", "number": 0, "text": f"# Titre {text}", "outputs": []},
                {
                    "kind": "code",
                    "number": 1,
                    "text": text,
                    "outputs": [
                        {"kind": "text", "text": text},
                        {"kind": "error", "text": text},
                        {"kind": "png", "data": image, "width": 28, "height": 28},
                    ],
                },
            ],
        },
        "grid": {"png": image, "width": 28, "height": 28, "rows": 2, "columns": 3, "shown": 6, "cmap": "gray"},
        "figures": [{"png": image, "width": 28, "height": 28}],
    }


CURVES = {"loss": (2.3, 1.1, 0.6), "accuracy": (0.2, 0.7, 0.9), "val_accuracy": (0.3, 0.6, 0.8)}


def full(student: str = "Maëlle Le Goff") -> Record:
    """Everything that a page can show."""
    decision = Override("Mme Roy", "2026-03-02T10:00:00+01:00", "la figure est juste", 0.0, Status.FAILED)
    own = record(student)
    return replace(
        own,
        verdicts=(replace(own.verdicts[0], override=decision), *own.verdicts[1:]),
        curves=CURVES,
        exhibits=exhibits(),
        notices=(Notice(both("write `keras.utils`"), "exo1.py", 2),),
        failure=Failure("KeyError", "'precision'", (Frame("exo1.py", 2, "<module>", "print(x)"),)),
        received="2026-03-01T23:10:00+01:00",
        lateness=Lateness(93_600, 2.0, both("10% per day")),
        members=("Maëlle Le Goff", "Tom Petit"),
        identity={"system": "moodle", "id": "123456", "email": "m@example.org"},
    )


SCRIPT = "<script>window.pwned=1</script>"
IMAGE = '"><img src=x onerror="window.pwned=1">'
HOSTILE = (
    f"{SCRIPT}{IMAGE}'\"]]>--></style></script></title></svg><svg onload=window.pwned=1>"
    "<style>@import url(http://evil.example/)</style><a href=javascript:window.pwned=1>{{ 7*7 }}{% raw %}\u202e\x1b[31m"
)


def hostile() -> Record:
    """Markup, scripts and template code wherever somebody else's words can stand."""
    h = both(HOSTILE)
    return record(
        HOSTILE,
        exercise="exo1",
        title=h,
        file=f"{HOSTILE}.py",
        verdicts=(
            verdict("answer.convexe", 0, 4, message=h, measured=h, expected=h, hint=h),
            Verdict(
                HOSTILE, Status.PARTIAL, 1, 4, h, h, h, h, h, Override(HOSTILE, HOSTILE, HOSTILE, 0, Status.FAILED)
            ),
        ),
        dataset=DatasetInfo(HOSTILE, "files", "", Path()),
        sandbox={"backend": HOSTILE, "level": HOSTILE},
        notices=(Notice(h, HOSTILE, 1), Notice(h, f"{HOSTILE}.py", 1)),
        failure=Failure(HOSTILE, HOSTILE, (Frame(HOSTILE, 1, HOSTILE, HOSTILE),)),
        output_tail=HOSTILE,
        versions={"python": HOSTILE},
        curves={"loss": (1.0, float("nan")), HOSTILE: (1.0,), "accuracy": (0.5, 0.6)},
        exhibits={
            **exhibits(HOSTILE),
            "mistakes": [{"index": 1, "true": 2, "predicted": 3, "png": IMAGE}],
            "confusion": [
                {"name": HOSTILE, "counts": [[1, 2], [3, 4]], "accuracy": 1},
                {"counts": [["<b>", 1], [2, 3]]},
            ],
        },
        received=HOSTILE,
        identity={"system": "moodle", "id": HOSTILE, "name": HOSTILE},
        members=(HOSTILE,),
        lateness=Lateness(60, 1, h),
        grader_version=HOSTILE,
    )


def forged_exhibits() -> list[dict[str, Json]]:
    """Of the wrong form, each in another way; no page may break on one."""
    return [
        dict.fromkeys(exhibits(), value)
        for value in (
            None,
            1,
            "x",
            [1, "x", None],
            {"text": 1, "cells": 3, "png": 5},
            [{"counts": [[1]], "points": "x"}],
        )
    ] + [
        {"projections": [{"points": [1, 2], "labels": ["a"], "classes": [{"label": 1, "hull": [1], "ellipse": [1]}]}]},
        {
            "notebook": {
                "cells": [{"kind": "code", "number": "1", "text": "a", "outputs": [{"kind": "png", "data": "!!"}]}]
            }
        },
    ]


def class_of(count: int, exercises: tuple[str, ...] = ("exo1", "exo2")) -> list[Record]:
    """Marks that differ, and no two names alike."""
    draw = random.Random(0)
    found = []
    for n in range(count):
        name = f"{draw.choice(('Élodie', 'Zoé', 'Adam', 'Bao', 'Nour'))} {draw.choice(('Roy', 'Petit', 'Nguyen'))} {n}"
        for exercise in exercises[: 1 + (n % 5 > 0)]:
            points = draw.randrange(0, 29) / 2
            own = record(name, exercise, curves=CURVES)
            scored = (own.verdicts[0], replace(own.verdicts[1], points=points), own.verdicts[2])
            found.append(replace(own, verdicts=scored, outcome=Outcome("ok", 5 + draw.random() * 60, 9.0, 400 + n, 0)))
    return found
