"""Folders as students and teachers have them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.errors import NothingToGrade, UnreadableSubmission
from grader.intake import listing
from grader.intake.whole_class import Intake, find_all, find_one
from tests.intake.classes import IDS


def make(root: Path, *names: str) -> Path:
    """Files in the order of their age, oldest first."""
    for age, name in enumerate(names):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")
        os.utime(path, (1_700_000_000 + age, 1_700_000_000 + age))
    return root


def found(intake: Intake) -> dict[tuple[str, str], str]:
    return {(s.student, s.exercise): s.main.name for s in intake.submissions}


def aside(intake: Intake, root: Path) -> set[str]:
    return {str(i.path.relative_to(root)) for i in intake.skipped}


# ── One student ──


def test_the_script_of_the_folder_is_taken_with_what_stands_beside_it(tmp_path: Path) -> None:
    make(tmp_path, "exo1.py", "helpers.py", "data/train.h5", "__pycache__/x.pyc", ".git/config")
    submission = find_one("exo1", tmp_path, "dupont")
    assert submission.main == tmp_path / "exo1.py"
    assert submission.root == tmp_path
    assert {str(f) for f in submission.files} == {"exo1.py", "helpers.py", "data/train.h5"}
    assert (submission.student, submission.exercise, submission.note.en) == ("dupont", "exo1", "")


def test_the_file_changed_last_is_taken_and_the_choice_is_told(tmp_path: Path) -> None:
    submission = find_one("exo1", make(tmp_path, "exo1.py", "exo1.ipynb"))
    assert submission.main.name == "exo1.ipynb"
    assert "exo1.py" in submission.note.en


def test_the_plain_name_wins_over_a_newer_relative_of_it(tmp_path: Path) -> None:
    submission = find_one("exo1", make(tmp_path, "exo1.py", "exo1_utils.py"))
    assert submission.main.name == "exo1.py"
    assert "exo1_utils.py" in submission.note.en


def test_any_file_can_be_named(tmp_path: Path) -> None:
    make(tmp_path, "tp.py", "exo1.py")
    assert find_one("exo1", tmp_path / "tp.py").main.name == "tp.py"


def test_the_exercise_s_own_folder_is_looked_into(tmp_path: Path) -> None:
    make(tmp_path, "exo1/solution.ipynb", "exo1/mlp.keras")
    submission = find_one("exo1", tmp_path)
    assert submission.root == tmp_path / "exo1"
    assert len(submission.files) == 2


def test_where_there_is_nothing_the_error_says_what_was_found_sought_and_to_be_done(tmp_path: Path) -> None:
    make(tmp_path, "tp.py", "notes.md")
    with pytest.raises(NothingToGrade) as error:
        find_one("exo3", tmp_path)
    for part in ("exo3.py", "exo3.ipynb", "tp.py", "grade exo3 tp.py"):
        assert part in error.value.text.en
        assert part in error.value.text.fr


@pytest.mark.parametrize("name", ["exo1.py", "notes.txt"])
def test_what_cannot_be_a_program_is_refused(tmp_path: Path, name: str) -> None:
    if name == "exo1.py":
        (tmp_path / name).mkdir()
        with pytest.raises(UnreadableSubmission):
            find_one("exo1", tmp_path)
    else:
        make(tmp_path, name)
    with pytest.raises(UnreadableSubmission):
        find_one("exo1", tmp_path / name)


def test_a_path_that_does_not_exist_is_nothing_to_grade(tmp_path: Path) -> None:
    with pytest.raises(NothingToGrade):
        find_one("exo1", tmp_path / "missing")


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = make(tmp_path / "outside", "secret.txt")
    root = make(tmp_path / "work", "exo1.py")
    (root / "link").symlink_to(outside)
    (root / "file.txt").symlink_to(outside / "secret.txt")
    assert find_one("exo1", root).files == (Path("exo1.py"),)


def test_the_number_size_and_depth_of_files_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "exo1.py", *(f"a/{i}.txt" for i in range(10)), "b/" * 14 + "deep.txt")
    (tmp_path / "big.bin").write_bytes(b"x" * 1000)
    monkeypatch.setattr(listing, "MAX_BYTES", 500)
    submission = find_one("exo1", tmp_path)
    assert {f.name for f in submission.files} == {"exo1.py", *(f"{i}.txt" for i in range(10))}
    assert submission.note
    monkeypatch.setattr(listing, "MAX_FILES", 5)
    assert len(find_one("exo1", tmp_path).files) == 5
    assert find_one("exo1", tmp_path).files[0] == Path("exo1.py")


# ── A class ──


def test_every_usual_layout_of_a_class_is_understood(tmp_path: Path) -> None:
    make(
        tmp_path,
        "etudiant01/exo1.py",
        "etudiant01/exo2/exo2.ipynb",
        "étudiant 02/Exercice 1.ipynb",
        "submitted/lea/exo1/solution.py",
        "submitted/lea/exo2/exo2.py",
        "dupont_exo1.py",
        "exo3-martin.ipynb",
    )
    intake = find_all(tmp_path, IDS)
    assert found(intake) == {
        ("etudiant01", "exo1"): "exo1.py",
        ("etudiant01", "exo2"): "exo2.ipynb",
        ("étudiant 02", "exo1"): "Exercice 1.ipynb",
        ("lea", "exo1"): "solution.py",
        ("lea", "exo2"): "exo2.py",
        ("dupont", "exo1"): "dupont_exo1.py",
        ("martin", "exo3"): "exo3-martin.ipynb",
    }
    assert intake.skipped == ()


def test_in_a_shared_folder_a_submission_holds_its_owner_s_files_only(tmp_path: Path) -> None:
    make(tmp_path, "dupont_exo1.py", "dupont_mlp.keras", "martin_exo1.py", "dupontel_exo1.py")
    files = {s.student: {str(f) for f in s.files} for s in find_all(tmp_path, IDS).submissions}
    assert files["dupont"] == {"dupont_exo1.py", "dupont_mlp.keras"}
    assert files["martin"] == {"martin_exo1.py"}


def test_what_is_not_recognised_is_told_with_a_reason(tmp_path: Path) -> None:
    make(
        tmp_path,
        "a/exo1.py",
        "a/tp_final.ipynb",
        "a/outils.py",
        "b/projet.py",
        "c/rapport.pdf",
        "d/exo1_exo2.py",
        "notes.txt",
        "a/.ipynb_checkpoints/exo1-checkpoint.ipynb",
        "__MACOSX/a/exo1.py",
    )
    (tmp_path / "a/exo1.py").write_text("import outils\n")
    (tmp_path / "vide").mkdir()
    (tmp_path / "lien.py").symlink_to(tmp_path / "a/exo1.py")
    (tmp_path / "e").mkdir()
    (tmp_path / "e/exo1.py").mkdir()
    intake = find_all(tmp_path, IDS)
    assert found(intake) == {("a", "exo1"): "exo1.py", ("d", "exo1"): "exo1_exo2.py", ("d", "exo2"): "exo1_exo2.py"}
    assert aside(intake, tmp_path) == {
        "a/tp_final.ipynb",
        "b/projet.py",
        "c/rapport.pdf",
        "notes.txt",
        "vide",
        "lien.py",
        "e/exo1.py",
        ".",
    }
    assert all(i.reason.fr and i.reason.en for i in intake.skipped)
    (hidden,) = [i for i in intake.skipped if i.path == tmp_path]
    assert "2" in hidden.reason.en


def test_of_two_files_for_one_exercise_the_newer_is_graded_and_the_other_told(tmp_path: Path) -> None:
    make(tmp_path, "a/exo1.py", "a/exo1 (1).py")
    intake = find_all(tmp_path, IDS)
    assert found(intake) == {("a", "exo1"): "exo1 (1).py"}
    assert "exo1.py" in intake.submissions[0].note.en
    assert aside(intake, tmp_path) == {"a/exo1.py"}


def test_only_what_is_asked_for_is_taken(tmp_path: Path) -> None:
    make(tmp_path, "a/exo1.py", "a/exo2.py")
    intake = find_all(tmp_path, IDS, only=("exo2",))
    assert found(intake) == {("a", "exo2"): "exo2.py"}
    assert aside(intake, tmp_path) == {"a/exo1.py"}


def test_students_whose_names_look_alike_stay_apart(tmp_path: Path) -> None:
    make(tmp_path, "ana/exo1.py", "ana\x07/exo1.py")
    assert {s.student for s in find_all(tmp_path, IDS).submissions} == {"ana", "ana (2)"}


def test_a_class_that_is_no_folder_is_nothing_to_grade(tmp_path: Path) -> None:
    with pytest.raises(NothingToGrade):
        find_all(tmp_path / "missing", IDS)


def test_a_large_class_is_listed_quickly(tmp_path: Path) -> None:
    make(tmp_path, *(f"s{i:03}/exo{j}.py" for i in range(200) for j in (1, 2, 3)))
    assert len(find_all(tmp_path, IDS).submissions) == 600
