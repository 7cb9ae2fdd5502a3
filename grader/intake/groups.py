"""Work of several students: who they are, where that is unmistakable or a list says so. Else a name is one student."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from grader.domain import Submission, Text
from grader.files import digest_of
from grader.intake.exercise_names import clean
from grader.intake.lms import ID, SYSTEM
from grader.messages import say

LISTS = ("groups.csv", "groupes.csv", "group.csv", "groupe.csv")
LIST_BYTES = 1 << 20
MAX_PEOPLE = 8
_GROUP = ("group", "groupe", "équipe", "equipe", "team", "binôme", "binome")
_STUDENT = ("student", "etudiant", "étudiant", "nom", "name", "membre", "member", "élève", "eleve")
_JOINED = re.compile(r"\s+(?:et|and|&)\s+|\s*\+\s*", re.IGNORECASE)
_DASHED = re.compile(r"\s+[-–—]\s+")
_PERSON = re.compile(r"[^\W\d_][^\W\d_'’.\- ]*(?:[ '’.\-]+[^\W\d_'’.\- ]+){0,5}\.?")
_WORDS = re.compile(
    r"\b(?:exo\w*|exercices?|tps?|tds?|tme|projet|rendu|final|devoir|partie|groupe?|fils)\b", re.IGNORECASE
)
_TEAM = re.compile(
    r"(?P<group>(?:groupe?|équipe|equipe|team|bin[ôo]me|trin[ôo]me)\s*\w{0,20})\s*-\s*(?P<name>.+)", re.I
)


def members_in(name: str) -> tuple[str, ...]:
    """Return the people in a name: « Léa Dupont et Luc Martin » → both; () for one student, and wherever it may be one.

    A hyphen joins two persons only between spaces and between full names: « Dupont-Martin » is somebody's name.
    """
    if _WORDS.search(name):
        return ()
    people = [part.strip() for part in _JOINED.split(name)]
    if len(people) < 2:
        people = [part.strip() for part in _DASHED.split(name)]
        if not all(" " in person for person in people):
            return ()
    if not 2 <= len(people) <= MAX_PEOPLE or not all(_PERSON.fullmatch(person) for person in people):
        return ()
    return tuple(clean(person) for person in people)


def team_of(name: str) -> tuple[str, str] | None:
    """Return the group and the member that a name says, « Groupe 3-Léa Dupont »: Moodle hands out a group's work once
    for each member."""
    found = _TEAM.fullmatch(name)
    return (clean(found["group"]), clean(found["name"])) if found else None


def listed(path: Path) -> Mapping[str, tuple[str, ...]]:
    """Return the members of each group in a CSV « group,student », by the group's name in small letters."""
    try:
        with path.open("rb") as file:
            text = file.read(LIST_BYTES).decode("utf-8-sig", "replace")
        separator = ";" if text.partition("\n")[0].count(";") else ","
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=separator)]
    except (OSError, csv.Error):
        return {}
    rows = [row for row in rows if len(row) > 1]
    if not rows:
        return {}
    head = [cell.casefold() for cell in rows[0]]
    group = next((i for i, cell in enumerate(head) if cell in _GROUP), None)
    student = next((i for i, cell in enumerate(head) if cell in _STUDENT), None)
    if group is None or student is None:
        group, student = 0, 1
    else:
        rows = rows[1:]
    found: dict[str, list[str]] = {}
    for row in rows:
        if len(row) > max(group, student) and row[group] and row[student]:
            found.setdefault(clean(row[group]).casefold(), []).append(clean(row[student]))
    return {name: tuple(dict.fromkeys(people)) for name, people in found.items()}


def _content(one: Submission) -> str:
    """Return a digest, another one for any file of the work that differs: who copies a program alone hands in another
    work."""
    listed = [(str(file), digest_of(one.root / file)) for file in sorted(one.files)]
    return hashlib.sha256(repr((one.program, listed)).encode("utf-8", "surrogatepass")).hexdigest()


def together(
    submissions: Sequence[Submission], lists: Mapping[str, tuple[str, ...]]
) -> tuple[list[Submission], dict[Path, Text]]:
    """Return the submissions with their members; work that an export holds once for each member is taken once.

    Only work that is equal byte for byte, of students whose names say the same group, is put together.
    """
    kept: list[Submission] = []
    once: dict[Path, Text] = {}
    teams: dict[tuple[str, str, int, str], list[tuple[str, Submission]]] = {}
    for one in submissions:
        team = team_of(one.student) if one.identity.get(SYSTEM) == "moodle" else None
        if team is None:
            kept.append(replace(one, members=lists.get(one.student.casefold()) or members_in(one.student)))
        else:
            key = (team[0], one.exercise, one.attempt, _content(one))
            teams.setdefault(key, []).append((team[1], one))
    for (team_name, _, _, _), members in teams.items():
        (_, first), *others = members
        if not others:
            kept.append(replace(first, members=lists.get(team_name.casefold(), ())))
            continue
        ids = " ".join(one.identity.get(ID, "") for _, one in members)
        names = tuple(name for name, _ in members)
        kept.append(replace(first, student=team_name, members=names, identity={**first.identity, "ids": ids}))
        for name, one in others:
            once[one.main] = say("the same work of {group}: graded once, for {name} too", group=team_name, name=name)
    return sorted(kept, key=lambda one: (one.student, one.exercise, one.attempt)), once
