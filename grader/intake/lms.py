"""What an LMS writes into the names of its export: whose a file is, what the LMS knows them by, which attempt it is.

Moodle            Nom Prénom_123456_assignsubmission_file/exo1.py        a folder for each student (before 4.1: `file_`)
                  Nom Prénom_123456_assignsubmission_file_exo1.py        or all in one folder
                  Participant_123456_assignsubmission_file/exo1.py       blind marking
                  Binôme 3_17_assignsubmission_file/exo1.py              a team, with the team's number
                  (mod/assign/classes/downloader.php)
Canvas            nomprenom_LATE_12345_67890_exo1-2.ipynb                user, file; -2: the third time of this name
                  (lib/content_zipper.rb)
nbgrader          submitted/<student>/<assignment>/exo1.ipynb            with a timestamp.txt
GitHub Classroom  <assignment>-submissions/<assignment>-<username>/      clones

Each function here reads one name of the outermost level, which the LMS wrote. Nobody asks them about a name further
in, which a student may have chosen.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from grader.intake.exercise_names import clean, exercises_of

SYSTEM, ID = "system", "id"
_MOODLE = re.compile(r"(?P<name>.+?)(?:_(?P<id>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?", re.DOTALL)
_CANVAS = re.compile(
    r"(?P<name>[^\W_][^_]{0,80}?)_(?P<late>LATE_)?(?P<user>\d+|(?<=anon_)[A-Za-z0-9]{5}|(?<=anon_LATE_)[A-Za-z0-9]{5})"
    r"_(?P<number>\d+)_(?P<file>.+)",
    re.DOTALL,
)
_TYPED = re.compile(r"(?P<name>[^\W_][^_]{0,80}?)_(?P<late>LATE_)?(?P<user>\d+)_(?:text|link)\.html?")
_BLIND = ("participant", "participant·e", "participante", "teilnehmer")  # each is followed by a number that is the name
_COUNTER = re.compile(r"-(\d{1,3})(?=\.[A-Za-z0-9.]+$)")
_ATTEMPT = re.compile(r"(?:attempt|tentative|essai|d[ée]p[ôo]t|remise|soumission|submission)[ _-]?n?°?(\d{1,3})", re.I)
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?(?: *(\S+))?")


@dataclass(frozen=True, slots=True)
class Owner:
    """Who handed something in, and what the LMS knows them by. `key` tells two owners apart who bear one name."""

    student: str
    identity: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        return self.student, self.identity.get(ID, "")


@dataclass(frozen=True, slots=True)
class ExportName:
    """What a name in an export says. `file` is the name that the student gave, "" for a folder; `typed` is true for what
    was typed into the LMS's own editor."""

    owner: Owner
    file: str = ""
    attempt: int = 1
    typed: bool = False


def moodle_name(name: str) -> ExportName | None:
    found = _MOODLE.fullmatch(name)
    if found is None:
        return None
    blind = found["id"] and found["name"].casefold() in _BLIND
    identity = {SYSTEM: "moodle"} | ({ID: found["id"]} if found["id"] else {})
    owner = Owner(clean(f"{found['name']} {found['id']}" if blind else found["name"]), identity)
    return ExportName(owner, found["file"] or "", typed=found["kind"] != "file")


def canvas_name(name: str, known_ids: Collection[str]) -> ExportName | None:
    found = _CANVAS.fullmatch(name)
    if found is None:
        typed = _TYPED.fullmatch(name)
        if typed is None:
            return None
        return ExportName(Owner(clean(typed["name"]), {SYSTEM: "canvas", ID: typed["user"]}), name, typed=True)
    student = f"anon {found['user']}" if found["name"] == "anon" else found["name"]
    file, attempt = _resubmitted(found["file"], known_ids)
    late = {"late": "yes"} if found["late"] else {}
    identity = {SYSTEM: "canvas", ID: found["user"], "file": found["number"]} | late
    return ExportName(Owner(clean(student), identity), file, attempt)


def export_name(name: str, known_ids: Collection[str] = ()) -> ExportName | None:
    """Return what a name says that is in either LMS's manner."""
    return moodle_name(name) or canvas_name(name, known_ids)


def _resubmitted(name: str, known_ids: Collection[str]) -> tuple[str, int]:
    """Return which hand-in a name says: « exo1-2.ipynb » is the third « exo1.ipynb » of its student; « exo-1.ipynb » is
    exercise 1, handed in once."""
    plain = _COUNTER.sub("", name)
    counter = _COUNTER.search(name)
    if counter is None or (exercises_of(name, known_ids) and not exercises_of(plain, known_ids)):
        return name, 1
    return plain, int(counter[1]) + 1


def attempt_of(part: str) -> int | None:
    """Return the number that a folder's name gives to an attempt: « tentative 2 »."""
    found = _ATTEMPT.fullmatch(part.strip())
    return int(found[1]) if found else None


def received_from(text: str) -> str:
    """Return the time that nbgrader wrote (« 2026-01-31 23:59:58.123456 Europe/Paris »), ISO 8601; "" where it is
    none."""
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


_WRAPPERS = re.compile(
    r"submitted|submissions?|soumissions?|rendus?|depots?|class|classe|eleves|etudiants|students", re.I
)


def is_wrapper(name: str) -> bool:
    """Return whether this is, by its name, a folder around students' works: « rendus », « submitted »."""
    return _WRAPPERS.fullmatch(name) is not None


CLONES = "-submissions"


def usernames(repositories: Collection[str], wrapper: str = "") -> dict[str, str]:
    """Return the username in each repository's name: GitHub Classroom writes « assignment-username ».

    The assignment is what the folder around says (« tp1-submissions »), else what all names share up to a hyphen;
    a repository that stands alone keeps its whole name, for nobody could say where the username begins.
    """
    prefix = ""
    if wrapper.endswith(CLONES):
        prefix = wrapper.removesuffix(CLONES) + "-"
    if not any(name.startswith(prefix) for name in repositories if prefix):
        prefix = _shared(sorted(repositories))
    return {name: name.removeprefix(prefix) or name for name in repositories}


def _shared(names: Sequence[str]) -> str:
    if len(names) < 2:
        return ""
    first, last = names[0], names[-1]
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[: first.rfind("-", 0, same) + 1]
