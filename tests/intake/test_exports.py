"""What the learning platforms hand out, as archives and as folders, and the archives that students hand in."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from grader.domain import Submission
from grader.errors import NothingToGrade
from grader.intake import find_all
from grader.intake.archive_members import Bounds
from grader.intake.lms import received_from, usernames
from grader.intake.refusals import Refusal
from grader.intake.whole_class import Intake
from tests.intake.classes import IDS

DUPONT = "Léa Dupont_1234_assignsubmission_file_"
MARTIN = "Jean-Pierre Martin_1235_assignsubmission_file"


def make(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"name = {name!r}\n")
    return root


def packed(*names: str, days: dict[str, int] | None = None) -> bytes:
    """A zip of small files, all of the same day unless `days` says otherwise."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            info = zipfile.ZipInfo(name, (2026, 3, (days or {}).get(name, 1), 12, 0, 0))
            archive.writestr(info, f"name = {name!r}\n")
    return buffer.getvalue()


def zipped(path: Path, *names: str, days: dict[str, int] | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed(*names, days=days))
    return path


def found(place: Path, tmp_path: Path) -> Intake:
    return find_all(place, IDS, into=tmp_path / "room")


def works(intake: Intake) -> dict[tuple[str, str], str]:
    return {(s.student, s.exercise): s.program for s in intake.submissions}


def one(intake: Intake, student: str) -> Submission:
    (submission,) = (s for s in intake.submissions if s.student == student)
    return submission


def told(intake: Intake, name: str) -> str:
    (reason,) = {i.reason.en for i in intake.skipped if str(i.path).endswith(name)}
    return reason


# ── Moodle ──────────────────────────────────────────────────────────────────────────────────────

MOODLE = (
    f"{DUPONT}/exo1.py",
    f"{DUPONT}/mlp.keras",
    f"{MARTIN}/rendu/exo1.ipynb",
    "Léa Dupont_1234_assignsubmission_onlinetext_/onlinetext.html",
)


@pytest.mark.parametrize("form", ["zip", "folder"])
def test_a_moodle_export_gives_names_ids_and_files(tmp_path: Path, form: str) -> None:
    place = zipped(tmp_path / "export.zip", *MOODLE) if form == "zip" else make(tmp_path / "export", *MOODLE)
    intake = found(place, tmp_path)
    assert works(intake) == {("Léa Dupont", "exo1"): "exo1.py", ("Jean-Pierre Martin", "exo1"): "exo1.ipynb"}
    lea = one(intake, "Léa Dupont")
    assert lea.identity == {"system": "moodle", "id": "1234"} and lea.members == ()
    assert {str(f) for f in lea.files} == {"exo1.py", "mlp.keras"}
    assert "editor" in told(intake, "onlinetext.html")


def test_a_flat_moodle_export_gives_each_student_the_files_under_their_own_names(tmp_path: Path) -> None:
    place = make(
        tmp_path / "export",
        f"{DUPONT}exo1.py",
        f"{DUPONT}outils.py",
        f"{MARTIN}_exo1.py",
        f"{MARTIN}_mon modèle.keras",
    )
    intake = found(place, tmp_path)
    files = {s.student: {str(f) for f in s.files} for s in intake.submissions}
    assert files == {"Léa Dupont": {"exo1.py", "outils.py"}, "Jean-Pierre Martin": {"exo1.py", "mon modèle.keras"}}


def test_moodle_s_archive_tells_when_work_came_unless_all_its_times_are_the_download_s(tmp_path: Path) -> None:
    days = {f"{DUPONT}/exo1.py": 2, f"{MARTIN}/exo1.py": 5}
    intake = found(zipped(tmp_path / "a.zip", *days, days=days), tmp_path)
    assert one(intake, "Léa Dupont").received.startswith("2026-03-02T12:00:00")
    assert one(intake, "Jean-Pierre Martin").received.startswith("2026-03-05T12:00:00")
    intake = found(zipped(tmp_path / "b.zip", *days), tmp_path)
    assert {s.received for s in intake.submissions} == {""}


def test_students_of_one_name_and_anonymous_ones_are_told_apart_by_their_numbers(tmp_path: Path) -> None:
    place = make(
        tmp_path / "export",
        "Léa Dupont_1001_assignsubmission_file_/exo1.py",
        "Léa Dupont_1002_assignsubmission_file_/exo1.py",
        "Participant_2001_assignsubmission_file_/exo1.py",
        "Participant_2002_assignsubmission_file_/exo1.py",
    )
    students = {s.student: s.identity["id"] for s in found(place, tmp_path).submissions}
    assert students == {
        "Léa Dupont (1001)": "1001",
        "Léa Dupont (1002)": "1002",
        "Participant 2001": "2001",
        "Participant 2002": "2002",
    }


# ── Canvas ──────────────────────────────────────────────────────────────────────────────────────


def test_canvas_s_names_give_student_lateness_attempts_and_the_files_that_belong_together(tmp_path: Path) -> None:
    place = make(
        tmp_path / "submissions",
        "dupontlea_123_900_exo1.py",
        "dupontlea_123_905_exo1-1.py",
        "dupontlea_123_901_mlp.keras",
        "martinluc_LATE_124_902_exo-1.ipynb",
        "martinluc_124_text.html",
        "anon_aB3xY_903_exo1.py",
    )
    intake = found(place, tmp_path)
    first, second = (s for s in intake.submissions if s.student == "dupontlea")
    assert (first.attempt, second.attempt) == (1, 2)
    assert (first.main.read_text(), second.main.read_text()) == (
        "name = 'dupontlea_123_900_exo1.py'\n",
        "name = 'dupontlea_123_905_exo1-1.py'\n",
    )
    assert {str(f) for f in second.files} == {"exo1.py", "mlp.keras"}
    assert second.identity["system"] == "canvas" and second.identity["id"] == "123"
    martin = one(intake, "martinluc")
    assert martin.identity["late"] == "yes" and martin.attempt == 1 and martin.program == "exo-1.ipynb"
    assert one(intake, "anon aB3xY").exercise == "exo1"
    assert "editor" in told(intake, "martinluc_124_text.html")


def test_laying_out_a_flat_export_again_leaves_nothing_stale(tmp_path: Path) -> None:
    place = make(tmp_path / "s", "dupontlea_123_900_exo1.py", "dupontlea_123_901_old.py")
    found(place, tmp_path)
    (place / "dupontlea_123_901_old.py").unlink()
    (place / "dupontlea_123_900_exo1.py").write_text("x = 2\n")
    submission = one(found(place, tmp_path), "dupontlea")
    assert [str(f) for f in submission.files] == ["exo1.py"] and submission.main.read_text() == "x = 2\n"


# ── GitHub Classroom and nbgrader ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("name", "wrapper"), [("tp1-mnist-submissions", ""), ("class", "tp1-mnist-submissions/")])
def test_clones_of_github_classroom_are_known_by_username(tmp_path: Path, name: str, wrapper: str) -> None:
    place = make(
        tmp_path / name,
        f"{wrapper}tp1-mnist-lea-d/exo1.py",
        f"{wrapper}tp1-mnist-lea-d/.git/config",
        f"{wrapper}tp1-mnist-martin/src/exo1.ipynb",
        f"{wrapper}tp1-mnist-martin/.git/HEAD",
    )
    intake = found(place, tmp_path)
    assert {(s.student, s.identity["id"]) for s in intake.submissions} == {("lea-d", "lea-d"), ("martin", "martin")}
    assert one(intake, "lea-d").identity["repository"] == "tp1-mnist-lea-d"


def test_a_single_repository_keeps_its_whole_name() -> None:
    assert usernames(["tp1-lea"]) == {"tp1-lea": "tp1-lea"}
    assert usernames(["tp1-lea"], "tp1-submissions") == {"tp1-lea": "lea"}


@pytest.mark.parametrize(("place", "top"), [("course", "submitted/"), ("submitted", ""), ("x", "course/submitted/")])
def test_nbgrader_s_folders_give_student_assignment_and_time(tmp_path: Path, place: str, top: str) -> None:
    folder = make(tmp_path / place, f"{top}lea/tp1/exo1.ipynb", f"{top}luc/tp1/exo1.ipynb")
    if top:
        make(folder / top / "..", "source/tp1/exo1.ipynb")
    (folder / f"{top}lea/tp1/timestamp.txt").write_text("2026-03-01 23:59:58.948203 Europe/Paris")
    intake = found(folder, tmp_path)
    lea = one(intake, "lea")
    assert lea.received == "2026-03-01T23:59:58+01:00"
    assert lea.identity == {"system": "nbgrader", "id": "lea", "assignment": "tp1"}
    assert one(intake, "luc").received == ""


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2015-02-02 15:58:23.948203 UTC", "2015-02-02T15:58:23+00:00"),
        ("2015-02-02 15:58:23", "2015-02-02T15:58:23+00:00"),
        ("2015-02-02T15:58:23+01:00", "2015-02-02T15:58:23+01:00"),
        ("2015-02-02 15:58:23 ../../etc/passwd", ""),
        ("2015-02-42 15:58:23 UTC", ""),
        ("yesterday", ""),
    ],
)
def test_a_time_is_read_or_unknown(text: str, time: str) -> None:
    assert received_from(text) == time


# ── Archives, attempts ──────────────────────────────────────────────────────────────────────────


def test_a_student_s_archive_is_opened_within_the_class_s_and_no_deeper(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("tp/exo1.py", "x = 1")
        archive.writestr("tp/deeper.zip", packed("exo2.py"))
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as made:
        info = tarfile.TarInfo("exo1.ipynb")
        info.size = 2
        made.addfile(info, io.BytesIO(b"{}"))
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("TP 1/Léa/rendu.zip", inner.getvalue())
        archive.writestr("TP 1/Luc/rendu.tar.gz", tar.getvalue())
        archive.writestr("TP 1/Ana/exo1.py", "x = 1")
        archive.writestr("TP 1/Ana/données.zip", packed("images.npy"))
        archive.writestr("TP 1/Bob/rendu.rar", b"Rar!")
        archive.writestr("TP 1/Eve/rendu.zip", b"PK\x03\x04 but broken")
        archive.writestr("TP 1/Eve/../../etc/passwd", b"x")
    intake = found(tmp_path / "class.zip", tmp_path)
    assert works(intake) == {("Léa", "exo1"): "exo1.py", ("Luc", "exo1"): "exo1.ipynb", ("Ana", "exo1"): "exo1.py"}
    assert {str(f) for f in one(intake, "Ana").files} == {"exo1.py", "données.zip"}
    assert "one level" in told(intake, "class.zip/TP 1/Léa/rendu.zip/tp/deeper.zip")
    assert "zip or tar.gz" in told(intake, "rendu.rar")
    assert "damaged" in told(intake, "class.zip/TP 1/Eve/rendu.zip")
    assert "leads out" in told(intake, "etc/passwd")
    assert len(intake.skipped) == 4  # and no folder that held an archive is called empty


def test_archives_in_a_shared_folder_are_their_owners(tmp_path: Path) -> None:
    zipped(tmp_path / "class" / "dupont_exo1.zip", "exo1.py", "mlp.keras")
    zipped(tmp_path / "class" / "martin.zip", "exo1.py", "exo2.py")
    assert set(works(found(tmp_path / "class", tmp_path))) == {
        ("dupont", "exo1"),
        ("martin", "exo1"),
        ("martin", "exo2"),
    }


def test_what_lies_beside_nbgrader_s_submitted_folder_was_not_handed_in(tmp_path: Path) -> None:
    place = make(tmp_path / "course", "submitted/lea/tp1/exo1.py", "source/tp1/exo1.ipynb", "release/tp1/exo1.ipynb")
    intake = found(place, tmp_path)
    assert works(intake) == {("lea", "exo1"): "exo1.py"}
    assert "submitted" in told(intake, "source") and "submitted" in told(intake, "release")


def test_the_archive_of_one_student_is_a_class_of_one(tmp_path: Path) -> None:
    assert works(found(zipped(tmp_path / "dupont.zip", "exo1.py"), tmp_path)) == {("dupont", "exo1"): "exo1.py"}
    assert works(found(zipped(tmp_path / "c.zip", "lea/exo1/exo1.py", "lea/exo2/exo2.py"), tmp_path)) == {
        ("lea", "exo1"): "exo1.py",
        ("lea", "exo2"): "exo2.py",
    }


def test_attempts_in_folders_are_counted(tmp_path: Path) -> None:
    place = make(tmp_path / "class", "lea/tentative 1/exo1.py", "lea/tentative 2/exo1.py", "luc/exo1.py")
    attempts = [(s.student, s.attempt, s.root.name) for s in found(place, tmp_path).submissions]
    assert attempts == [("lea", 1, "tentative 1"), ("lea", 2, "tentative 2"), ("luc", 1, "luc")]


def test_a_class_without_archives_opens_nothing(tmp_path: Path) -> None:
    def never(archive: Path, target: Path, bounds: Bounds) -> tuple[Refusal, ...]:
        raise AssertionError

    find_all(make(tmp_path / "class", "lea/exo1.py", "lea/mlp.keras"), IDS, unpack=never, into=tmp_path / "room")
    assert not (tmp_path / "room").exists()


def test_a_file_that_is_no_archive_is_nothing_to_grade(tmp_path: Path) -> None:
    make(tmp_path, "notes.txt")
    with pytest.raises(NothingToGrade):
        found(tmp_path / "notes.txt", tmp_path)


# ── Groups ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("Léa Dupont et Luc Martin", ("Léa Dupont", "Luc Martin")),
        ("dupont+martin", ("dupont", "martin")),
        ("Dupont Léa - Martin Luc", ("Dupont Léa", "Martin Luc")),
        ("Dupont-Martin", ()),
        ("Jean-Pierre Dupont", ()),
        ("Dupont - TP1", ()),
        ("Dupont - Martin", ()),
        ("etienne", ()),
        ("C++", ()),
        ("Dupont et Fils", ()),
    ],
)
def test_only_an_unmistakable_name_is_a_group(tmp_path: Path, name: str, members: tuple[str, ...]) -> None:
    (submission,) = found(make(tmp_path / "class", f"{name}/exo1.py"), tmp_path).submissions
    assert submission.members == members


def test_a_list_names_the_members_of_groups(tmp_path: Path) -> None:
    place = make(tmp_path / "class", "Groupe 3_7701_assignsubmission_file_/exo1.py", "Groupe 4/exo1.py")
    (place / "groupes.csv").write_text("groupe;étudiant\nGroupe 3;Léa Dupont\nGroupe 3;Luc Martin\ngroupe 4;Ana\n")
    intake = found(place, tmp_path)
    assert one(intake, "Groupe 3").members == ("Léa Dupont", "Luc Martin")
    assert one(intake, "Groupe 4").members == ("Ana",)
    assert not intake.skipped


def test_the_copies_that_moodle_makes_for_each_member_are_graded_once(tmp_path: Path) -> None:
    place = make(
        tmp_path / "class",
        "Groupe 3-Léa Dupont_3001_assignsubmission_file_/exo1.py",
        "Groupe 3-Luc Martin_3002_assignsubmission_file_/exo1.py",
        "Jean-Paul Roux_3003_assignsubmission_file_/exo1.py",
        "Jean-Marc Noir_3004_assignsubmission_file_/exo1.py",
    )
    for path in place.rglob("exo1.py"):
        path.write_text("x = 1\n")
    intake = found(place, tmp_path)
    group = one(intake, "Groupe 3")
    assert set(group.members) == {"Léa Dupont", "Luc Martin"}
    assert {s.student for s in intake.submissions} == {"Groupe 3", "Jean-Paul Roux", "Jean-Marc Noir"}
    assert ["graded once" in i.reason.en for i in intake.skipped] == [True]
