"""What the names in an LMS's export say: whose work a file is, what the LMS knows them by, which attempt it is.

Moodle            Nom Prénom_123456_assignsubmission_file_/exo1.py       a folder for each student
                  Nom Prénom_123456_assignsubmission_file_exo1.py        or all in one folder
Canvas            nomprenom_LATE_12345_67890_exo1-2.ipynb                user, file; -2: the third time of this name
nbgrader          submitted/<student>/<assignment>/exo1.ipynb            with a timestamp.txt
GitHub Classroom  <assignment>-<username>/exo1.py                        with a .git
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from grader.intake.names import clean, exercises_of

SYSTEM, ID = "system", "id"
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d{2,})_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<rest>.*))?", re.DOTALL)
_CANVAS = re.compile(
    r"(?P<name>[^\W_][^_]{0,80}?)_(?P<late>LATE_)?(?P<user>\d+|(?<=anon_)[A-Za-z0-9]{5}|(?<=anon_LATE_)[A-Za-z0-9]{5})"
    r"_(?P<file>\d+)_(?P<rest>.+)",
    re.DOTALL,
)
_TYPED = re.compile(r"(?P<name>[^\W_][^_]{0,80}?)_(?P<late>LATE_)?(?P<user>\d+)_text\.html?")
_COUNTER = re.compile(r"-(\d{1,3})(?=\.[A-Za-z0-9.]+$)")
_ATTEMPT = re.compile(r"(?:attempt|tentative|essai|d[ée]p[ôo]t|remise|soumission|submission)[ _-]?n?°?(\d{1,3})", re.I)
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?(?: *(\S+))?")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose work something is. `rest` is its path within that work; `flat` where the owner stood in the file's name.

    `key` tells two owners apart who bear one name. `text` is true for what was typed into the LMS's own editor.
    """

    student: str
    rest: tuple[str, ...]
    identity: Mapping[str, str] = field(default_factory=dict)
    attempt: int = 1
    flat: bool = False
    text: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.student, self.identity.get(ID, "")


def owner_of(parts: Sequence[str], known_ids: Collection[str]) -> Owner | None:
    """The owner that a path below the class folder names in an LMS's manner; None where none is named so."""
    for at, part in enumerate(parts[:4]):
        below = tuple(parts[at + 1 :])
        owner = _moodle(part, below) or (_canvas(part, known_ids) if not below else None)
        if owner is not None:
            return owner
    return None


def _moodle(part: str, below: tuple[str, ...]) -> Owner | None:
    found = _MOODLE.fullmatch(part)
    if found is None:
        return None
    # Blind marking calls everybody « Participant »: the number is the name.
    anonymous = found["name"].casefold() in (
        "participant",
        "participant·e",
        "participante",
        "teilnehmer",
        "participante",
    )
    name = f"{found['name']} {found['id']}" if anonymous else found["name"]
    flat = not below
    rest = (found["rest"],) if flat and found["rest"] else below
    identity = {SYSTEM: "moodle", ID: found["id"]}
    return Owner(clean(name), rest, identity, flat=flat, text=found["kind"] != "file")


def _canvas(part: str, known_ids: Collection[str]) -> Owner | None:
    found = _CANVAS.fullmatch(part)
    if found is None:
        typed = _TYPED.fullmatch(part)
        return typed and Owner(
            clean(typed["name"]), (part,), {SYSTEM: "canvas", ID: typed["user"]}, flat=True, text=True
        )
    name = f"anon {found['user']}" if found["name"] == "anon" else found["name"]
    rest, attempt = _resubmitted(found["rest"], known_ids)
    identity = {SYSTEM: "canvas", ID: found["user"], "file": found["file"]} | ({"late": "yes"} if found["late"] else {})
    return Owner(clean(name), (rest,), identity, attempt, flat=True)


def _resubmitted(name: str, known_ids: Collection[str]) -> tuple[str, int]:
    """« exo1-2.ipynb » is the third « exo1.ipynb » of its student; « exo-1.ipynb » is exercise 1, handed in once."""
    plain = _COUNTER.sub("", name)
    counter = _COUNTER.search(name)
    if counter is None or (exercises_of(name, known_ids) and not exercises_of(plain, known_ids)):
        return name, 1
    return plain, int(counter[1]) + 1


def attempt_of(part: str) -> int | None:
    """The number that a folder's name gives to an attempt: « tentative 2 »."""
    found = _ATTEMPT.fullmatch(part.strip())
    return int(found[1]) if found else None


def received_from(text: str) -> str:
    """The time that nbgrader wrote (« 2026-01-31 23:59:58.123456 Europe/Paris »), ISO 8601; "" where it is none."""
    found = _STAMP.match(text.strip()[:200])
    if found is None:
        return ""
    try:
        zone = ZoneInfo(found[3] or "UTC") if not re.match(r"[+-]\d", found[3] or "") else None
        if zone is None:
            return datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3]}").isoformat()
        return datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=zone).isoformat()
    except (ValueError, OSError):  # a zone that this system does not know, too: an unknown time is no time
        return ""


def usernames(repositories: Collection[str], wrapper: str = "") -> dict[str, str]:
    """The username in each repository's name: GitHub Classroom writes « assignment-username ».

    The assignment is what the folder around says (« tp1-submissions »), else what all names share up to a hyphen;
    a repository that stands alone keeps its whole name, for nobody could say where the username begins.
    """
    prefix = ""
    if wrapper.endswith("-submissions"):
        prefix = wrapper.removesuffix("submissions")
    if not prefix or not all(name.startswith(prefix) for name in repositories):
        prefix = _shared(sorted(repositories))
    return {name: name.removeprefix(prefix) or name for name in repositories}


def _shared(names: Sequence[str]) -> str:
    if len(names) < 2:
        return ""
    first, last = names[0], names[-1]
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[: first.rfind("-", 0, same) + 1]
