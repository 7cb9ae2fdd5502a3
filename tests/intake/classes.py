"""Classes in every layout that intake knows, with a place in each where one student puts what they like."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.domain import Submission
from grader.intake import find_all
from grader.intake.whole_class import Intake

IDS = ("exo1", "exo2", "exo3", "xor")
EVERY_ID = (*(f"exo{i}" for i in range(7)), "xor", "fashion", "signs", "autoencoder")
HONEST = "x = 1\n"
Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Layout:
    """`honest` is the class; `inside` what one more student, called `student`, finds written around what they hand in.

    In a class where the LMS lays files side by side there is no folder to fill: `folder` is "" there.
    """

    name: str
    honest: Mapping[str, str]
    student: str
    folder: str
    file: Callable[[str], str]
    extra: Mapping[str, str] = field(default_factory=dict)
    shared: bool = False

    def files(self, handed_in: Files | None = None) -> dict[str, bytes]:
        """The class, and what the student hands in: paths inside their folder, or files under the LMS's own names."""
        own: dict[str, bytes] = {self.file("exo1.py"): b"y = 2\n"}
        for name, content in (handed_in or {}).items():
            own[f"{self.folder}{name}" if self.folder else self.file(name.replace("/", "-"))] = content
        texts = {name: text.encode() for name, text in {**self.honest, **self.extra}.items()}
        return {**texts, **own}


def _moodle(name: str, number: int, after: str) -> str:
    return f"{name}_{number}_assignsubmission_file{after}"


def _moodle_folders(after: str, who: Callable[[str], str] = lambda name: name) -> dict[str, str]:
    return {
        f"{_moodle(who('Léa Dupont'), 1001, after)}/exo1.py": HONEST,
        f"{_moodle(who('Luc Martin'), 1002, after)}/tp/exo1.ipynb": "{}",
        f"{_moodle(who('Luc Martin'), 1002, after)}/exo2.py": HONEST,
    }


LAYOUTS = {
    one.name: one
    for one in (
        Layout("moodle", _moodle_folders(""), "Eve Noir", f"{_moodle('Eve Noir', 1003, '')}/", lambda f: f"{_moodle('Eve Noir', 1003, '')}/{f}"),
        Layout("moodle-3", _moodle_folders("_"), "Eve Noir", f"{_moodle('Eve Noir', 1003, '_')}/", lambda f: f"{_moodle('Eve Noir', 1003, '_')}/{f}"),
        Layout(
            "moodle-flat",
            {f"{_moodle('Léa Dupont', 1001, '_')}exo1.py": HONEST, f"{_moodle('Luc Martin', 1002, '_')}exo2.ipynb": "{}"},
            "Eve Noir",
            "",
            lambda f: f"{_moodle('Eve Noir', 1003, '_')}{f}",
        ),
        Layout("moodle-blind", _moodle_folders("", lambda _: "Participant"), "Participant 1003", f"{_moodle('Participant', 1003, '')}/", lambda f: f"{_moodle('Participant', 1003, '')}/{f}"),
        Layout(
            "canvas",
            {"dupontlea_11_900_exo1.py": HONEST, "dupontlea_11_905_exo1-1.py": HONEST, "martinluc_LATE_12_901_exo2.ipynb": "{}"},
            "noireve",
            "",
            lambda f: f"noireve_13_902_{f}",
        ),
        Layout(
            "nbgrader",
            {"submitted/lea/tp1/exo1.py": HONEST, "submitted/lea/tp1/timestamp.txt": "2026-03-01 23:59:58 UTC", "submitted/luc/tp1/exo2.ipynb": "{}", "submitted/luc/tp1/timestamp.txt": "2026-03-02 23:59:58 UTC"},
            "eve",
            "submitted/eve/tp1/",
            lambda f: f"submitted/eve/tp1/{f}",
            {"submitted/eve/tp1/timestamp.txt": "2026-03-03 12:00:00 UTC"},
        ),
        Layout(
            "classroom",
            {f"tp1-submissions/tp1-{who}/{file}": HONEST for who in ("lea-d", "luc") for file in ("exo1.py", ".git/HEAD")},
            "eve",
            "tp1-submissions/tp1-eve/",
            lambda f: f"tp1-submissions/tp1-eve/{f}",
        ),
        Layout("folders", {"lea/exo1.py": HONEST, "luc/exo2/exo2.ipynb": "{}", "jean-paul/exo1.py": HONEST}, "eve", "eve/", lambda f: f"eve/{f}"),
        Layout("folders-named", {"lea_exo1/exo1.py": HONEST, "luc_exo1/exo1.py": HONEST}, "eve", "eve_exo1/", lambda f: f"eve_exo1/{f}"),
        Layout("by-exercise", {"exo1/lea/exo1.py": HONEST, "exo1/luc/exo1.py": HONEST, "exo2/lea/exo2.py": HONEST}, "eve", "exo1/eve/", lambda f: f"exo1/eve/{f}"),
        Layout("wrapped", {"TP 1/lea/exo1.py": HONEST, "TP 1/luc/exo1.py": HONEST}, "eve", "TP 1/eve/", lambda f: f"TP 1/eve/{f}"),
        Layout("drive", {"exo1 - Léa Dupont.py": HONEST, "Copie de exo1 - Luc Martin.py": HONEST, "lea_mlp.keras": "z"}, "Eve Noir", "", lambda f: f"{f.rpartition('.')[0]} - Eve Noir.{f.rpartition('.')[2]}", shared=True),
        Layout("flat", {"lea_exo1.py": HONEST, "lea_mlp.keras": "z", "luc_exo1.py": HONEST}, "eve", "", lambda f: f"eve_{f}", shared=True),
    )
}  # fmt: skip


def zipped(files: Files, day: int = 1) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, day, 12, 0, 0)), content)
    return buffer.getvalue()


def laid(place: Path, files: Files, packed: bool = False) -> Path:
    """The class as a folder, or as an archive beside which nothing is left."""
    if packed:
        place = place.with_suffix(".zip")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(zipped(files))
        return place
    for name, content in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return place


def taken_in(place: Path, room: Path) -> Intake:
    return find_all(place, IDS, into=room)


def told_of(submission: Submission) -> tuple[object, ...]:
    """All that a record, a mark and an export rest on, but for where the copies lie."""
    content = {str(f): hashlib.sha256((submission.root / f).read_bytes()).hexdigest() for f in submission.files}
    return (
        submission.student,
        submission.exercise,
        submission.program,
        tuple(content.items()),
        (submission.note.fr, submission.note.en),
        submission.received,
        tuple(sorted(submission.identity.items())),
        submission.members,
        submission.attempt,
    )


def others(intake: Intake, student: str) -> list[tuple[object, ...]]:
    """What is told of everybody but one, names that were numbered apart included."""
    return [told_of(s) for s in intake.submissions if s.student != student]
