"""A teacher at the keyboard, or at the end of a pipe: what they decide holds while the answer is unchanged."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from grader import records
from grader.cli import exits
from grader.domain import Status, Verdict
from grader.store import Gradebook
from tests.cli.classes import Typed, hand_in, static

UNCLEAR = "cela dépend de beaucoup de choses"


@pytest.fixture
def a_class(typed: Typed) -> Typed:
    """Three students whose answer on convexity nobody but a teacher understands, and one who is clear."""
    for student in ("alice", "bob", "carol"):
        hand_in(student, f"{UNCLEAR}, {student}")
    hand_in("dave")
    static(typed)
    return typed


def verdict(student: str, check: str = "answer.convexe") -> Verdict:
    with Gradebook.open(Path("out")) as book:
        record = book.record(student, "exo1")
    assert record is not None
    return next(v for v in record.verdicts if v.id == check)


def points() -> dict[str, float | None]:
    """What a teacher gave to each student's answer; None where nothing was decided."""
    found = {}
    for student in ("alice", "bob", "carol"):
        decided = verdict(student)
        found[student] = decided.points if decided.override else None
    return found


# ── Review ──────────────────────────────────────────────────────────────────────────────────────


def test_points_and_comments_are_given_answer_by_answer(a_class: Typed) -> None:
    code, told = a_class("review", "out", keys="1\nWell seen.\n0,5\n\n0\nNo.\n")
    assert code == exits.FULL_MARKS and "3 answers decided" in told and "0 still wait" in told
    assert points() == {"alice": 1.0, "bob": 0.5, "carol": 0.0}
    decided = verdict("alice")
    assert decided.override is not None and decided.status is Status.PARTIAL
    assert (decided.override.reason, decided.override.author) == ("Well seen.", "Mme Curie")
    assert decided.override.was_status is Status.REVIEW and decided.override.date[:2] == "20"
    assert records.read(Path("out/alice.exo1.json")).score == 4.5


def test_the_question_the_answer_and_what_is_expected_are_shown(a_class: Typed) -> None:
    told = a_class("review", "out", keys="q\n")[1]
    assert "convex in W and b" in told and f"{UNCLEAR}, alice" in told and "yes or no" in told and "1/3" in told


@pytest.mark.parametrize(
    ("keys", "given"),
    [
        ("\n1\n\nq\n", {"alice": None, "bob": 1.0, "carol": None}),
        ("s\ns\n1\n\n", {"alice": None, "bob": None, "carol": 1.0}),
        ("1\n\nb\n0.5\n\nq\n", {"alice": 0.5, "bob": None, "carol": None}),
        ("b\nr\n1\n\nQ\n", {"alice": 1.0, "bob": None, "carol": None}),
        ("9\n-1\nmany\nnan\n1\n\nq\n", {"alice": 1.0, "bob": None, "carol": None}),
        ("1\n\n1\n", {"alice": 1.0, "bob": None, "carol": None}),
        ("", {"alice": None, "bob": None, "carol": None}),
    ],
    ids=[
        "skip and quit",
        "skip twice",
        "back",
        "back at the start",
        "no points",
        "the pipe ends in a comment",
        "nothing",
    ],
)
def test_one_may_skip_go_back_and_quit(keys: str, given: dict[str, float | None], a_class: Typed) -> None:
    assert a_class("review", "out", keys=keys)[0] == exits.FULL_MARKS
    assert points() == given


def test_what_was_decided_is_not_asked_again_but_when_asked_to(a_class: Typed) -> None:
    a_class("review", "out", keys="1\nYes.\nq\n")
    assert "1/2" in a_class("review", "out", keys="q\n")[1]
    told = a_class("review", "out", "--again", keys="q\n")[1]
    assert "1/3" in told and "Mme Curie" in told and "Yes." in told


def test_a_review_without_names_shows_none_and_not_their_order(a_class: Typed) -> None:
    for n in range(8):
        hand_in(f"student{n}", f"{UNCLEAR} aussi {n}")
    for student in ("alice", "bob", "carol"):
        hand_in(student, f"{UNCLEAR} encore {'abc'.index(student[0])}")
    static(a_class)
    told = a_class("review", "out", "--anonymous", keys="s\n" * 11)[1]
    assert "alice" not in told and "student" not in told and "Copy 1" in told
    order = [line for line in told.splitlines() if "aussi" in line]
    assert len(order) == 8 and order != sorted(order)


def test_a_class_in_which_nothing_waits_is_told(a_class: Typed) -> None:
    assert "Nothing waits" in a_class("review", "out", "--exercise", "exo2")[1]


def test_a_review_survives_another_grading_while_the_answer_is_the_same(a_class: Typed) -> None:
    a_class("review", "out", keys="1\n\nq\n")
    hand_in("alice", f"{UNCLEAR}, alice", more="# a comment more\n")
    told = static(a_class)[1]
    assert "Not applied" not in told and verdict("alice").points == 1.0
    static(a_class, "--fresh")
    a_class("rejudge", "out")
    assert verdict("alice").points == 1.0
    hand_in("alice", f"{UNCLEAR}, mais autrement")
    told = static(a_class)[1]
    assert "Not applied: 1 for answer.convexe of alice" in told
    assert verdict("alice").status is Status.REVIEW


# ── Override ────────────────────────────────────────────────────────────────────────────────────


def override(typed: Typed, *words: str) -> tuple[int, str]:
    return typed("override", "out", *words)


def test_any_verdict_may_be_decided_by_hand_with_a_reason(a_class: Typed) -> None:
    code, told = override(a_class, "dave", "exo1", "accuracy", "3.5", "--reason", "Seen in class.")
    assert code == exits.FULL_MARKS and "3.5 of 4" in told
    decided = verdict("dave", "accuracy")
    assert decided.override is not None and (decided.points, decided.override.reason) == (3.5, "Seen in class.")
    static(a_class, "--fresh")
    assert verdict("dave", "accuracy").points == 3.5
    hand_in("dave", more="# changed\n")
    assert "Not applied" in static(a_class)[1]
    assert verdict("dave", "accuracy").points == 0.0


def test_a_decision_may_be_withdrawn(a_class: Typed) -> None:
    override(a_class, "dave", "exo1", "accuracy", "3", "--reason", "x")
    assert override(a_class, "dave", "exo1", "accuracy", "--withdraw")[0] == exits.FULL_MARKS
    assert verdict("dave", "accuracy").override is None
    assert override(a_class, "dave", "exo1", "accuracy", "--withdraw")[0] == exits.USAGE


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("davy", "exo1", "accuracy", "3", "--reason", "x"), "dave"),
        (("dave", "exo11", "accuracy", "3", "--reason", "x"), "exo1"),
        (("dave", "exo1", "acuracy", "3", "--reason", "x"), "accuracy"),
        (("dave", "exo1", "accuracy", "30", "--reason", "x"), "worth 4"),
        (("dave", "exo1", "accuracy", "nan", "--reason", "x"), "POINTS"),
        (("dave", "exo1", "accuracy", "3"), "reason"),
        (("dave", "exo1", "accuracy", "--reason", "x"), "points"),
    ],
)
def test_a_slip_of_the_keyboard_is_told_and_decides_nothing(words: tuple[str, ...], told: str, a_class: Typed) -> None:
    code, answer = override(a_class, *words)
    assert code == exits.USAGE and told in answer
    assert verdict("dave", "accuracy").override is None


def test_the_author_is_named_else_found_where_git_keeps_it(a_class: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    def author(*words: str) -> str:
        override(a_class, "dave", "exo1", "accuracy", "3", "--reason", "x", *words)
        decided = verdict("dave", "accuracy").override
        assert decided is not None
        return decided.author

    assert author("--author", "M. \x1b[31mCurie") == "M. [31mCurie"
    monkeypatch.delenv("GRADE_AUTHOR")
    settings = Path("settings")
    settings.write_text("[user]\n\tname = Ada Lovelace\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings.absolute()))
    subprocess.run(["git", "init", "-q"], check=True)  # a repository here may be a student's: it names nobody
    subprocess.run(["git", "config", "user.name", "Eve"], check=True)
    for name in ("GIT_CONFIG_KEY_0", "GIT_CONFIG_COUNT", "GIT_CONFIG_VALUE_0"):
        monkeypatch.setenv(name, {"K": "user.name", "C": "1", "V": "Eve"}[name.removeprefix("GIT_CONFIG_")[0]])
    assert author() == "Ada Lovelace"


@pytest.mark.parametrize("command", [("review",), ("rejudge",), ("override", "a", "b", "c", "1", "--reason", "x")])
def test_a_folder_without_a_gradebook_is_told(command: tuple[str, ...], typed: Typed) -> None:
    code, told = typed(command[0], "nowhere", *command[1:])
    assert code == exits.USAGE and "no gradebook" in told
