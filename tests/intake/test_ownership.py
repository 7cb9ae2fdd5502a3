"""Whose work it is stands at the outermost level: nothing that a student hands in makes, changes or takes another's."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.intake import find_all
from tests.intake.classes import HONEST, IDS, LAYOUTS, laid, others, taken_in, told_of, zipped

# What claims to be somebody else, another exercise, another time, another attempt, a group, or another system.
CLAIMS = (
    "Léa Dupont_1001_assignsubmission_file_/exo1.py",
    "Luc Martin_1002_assignsubmission_file_exo2.py",
    "Participant_1001_assignsubmission_file/exo1.py",
    "Groupe 3-Léa Dupont_1001_assignsubmission_file_/exo1.py",
    "martinluc_12_99999_exo1-7.py",
    "dupontlea_LATE_11_99999_exo1.ipynb",
    "dupontlea_11_text.html",
    "submitted/lea/tp1/exo1.py",
    "submitted/lea/tp1/timestamp.txt",
    "lea/exo1.py",
    "lea_exo1.py",
    "lea_exo1/exo1.py",
    "exo1 - Léa Dupont.py",
    "tp1-lea-d/.git/HEAD",
    "tp1-lea-d/exo1.py",
    "tp1-submissions/tp1-luc/exo1.py",
    "tp/.git/HEAD",
    "tp/exo1.py",
    ".git/HEAD",
    "timestamp.txt",
    "tp1/timestamp.txt",
    "tentative 9/exo1.py",
    "exo2/exo1.py",
    "exo1_exo2_exo3.py",
    "Léa Dupont et Luc Martin/exo1.py",
    "groupes.csv",
    "tp/groupes.csv",
)
TEXTS = {
    "timestamp.txt": b"2020-01-01 00:00:00 UTC",
    "groupes.csv": "groupe,étudiant\nlea,eve\nLéa Dupont,eve\nluc,eve\nLuc Martin,eve\n".encode(),
}


def content(name: str) -> bytes:
    return TEXTS.get(name.rpartition("/")[2], b"raise SystemExit\n" if name.endswith(".py") else b"{}")


def unchanged(layout: str, handed_in: dict[str, bytes], folder: Path, packed: bool) -> None:
    """Everybody else's is what it is without it, and nobody has come to be."""
    one = LAYOUTS[layout]
    before = taken_in(laid(folder / "before" / "class", one.files(), packed), folder / "room1")
    after = taken_in(laid(folder / "after" / "class", one.files(handed_in), packed), folder / "room2")
    honest = others(before, one.student)
    assert honest and len(honest) < len(before.submissions)
    now = others(after, one.student)
    if one.shared:  # there a file's own name says whose it is: it may be given to anybody, but takes nothing from them
        theirs = [told for told in now if told[0] in {who for who, *_ in honest}]
        assert [told[:3] + told[4:] for told in theirs] == [told[:3] + told[4:] for told in honest]
        assert all(set(was[3]) <= set(told[3]) for was, told in zip(honest, theirs, strict=True))  # type: ignore[call-overload]
    else:
        assert now == honest


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "archive"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_inside_one_student_s_folder_touches_another(layout: str, packed: bool, tmp_path: Path) -> None:
    """Where the LMS lays files side by side: nothing that such a name's own part says."""
    for n, claim in enumerate(CLAIMS):
        unchanged(layout, {claim: content(claim)}, tmp_path / str(n), packed)


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "archive"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_inside_one_student_s_archive_touches_another(layout: str, packed: bool, tmp_path: Path) -> None:
    inside = {claim: content(claim) for claim in CLAIMS}
    unchanged(layout, {"rendu.zip": zipped(inside, day=9)}, tmp_path / "all", packed)
    for n, claim in enumerate(CLAIMS):
        unchanged(layout, {"rendu.zip": zipped({claim: content(claim), "exo2.py": b""})}, tmp_path / str(n), packed)


@pytest.mark.parametrize("layout", [name for name, one in LAYOUTS.items() if one.folder])
def test_no_name_of_an_archive_or_a_notebook_inside_a_folder_touches_another(layout: str, tmp_path: Path) -> None:
    names = (
        "martinluc_12_99999_rendu.zip",
        "Léa Dupont_1001_assignsubmission_file_rendu.zip",
        "lea_exo1.zip",
        "lea.zip",
    )
    unchanged(layout, {name: zipped({"exo1.py": b"0"}) for name in names}, tmp_path / "zips", packed=False)
    notebooks = (
        "martinluc_12_99999_exo1-7.ipynb",
        "Léa Dupont_1001_assignsubmission_file_exo1.ipynb",
        "exo1_lea.ipynb",
    )
    unchanged(layout, dict.fromkeys(notebooks, b"{}"), tmp_path / "notebooks", packed=False)


PARTS = sorted({part for claim in CLAIMS for part in claim.split("/")} | {"a", "données", "__MACOSX", "rendus", "xor"})
TREES = st.dictionaries(
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map("/".join),
    st.sampled_from([b"x = 1\n", b"2020-01-01 00:00:00 UTC", TEXTS["groupes.csv"], b"{}", b""]),
    max_size=8,
)


def as_files(tree: dict[str, bytes]) -> dict[str, bytes]:
    """Without the paths that would have to be file and folder at once."""
    names = {*tree, "exo1.py", "timestamp.txt"}  # the class has these two already
    nested = {name for name in tree if any(name.startswith(f"{other}/") for other in names)}
    return {name: tree[name] for name in tree if name not in nested}


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    layout=st.sampled_from(sorted(LAYOUTS)),
    tree=TREES,
    inside=TREES,
    packed=st.booleans(),
    archive=st.sampled_from(["rendu.zip", "lea.zip", "exo1.zip", "martinluc_12_99999_rendu.zip", "tentative 3.zip"]),
)
def test_no_made_up_tree_touches_another(
    layout: str, tree: dict[str, bytes], inside: dict[str, bytes], packed: bool, archive: str
) -> None:
    handed_in = as_files({**tree, archive: zipped(as_files(inside), day=9)})
    handed_in = {name: data for name, data in handed_in.items() if name not in ("exo1.py", ".git")}
    with TemporaryDirectory() as folder:
        unchanged(layout, handed_in, Path(folder), packed)


# ── What the student's own hand-in says of itself ───────────────────────────────────────────────


def test_a_canvas_archive_is_its_owner_s_with_the_id(tmp_path: Path) -> None:
    files = LAYOUTS["canvas"].files({"rendu-1.zip": zipped({"exo2.py": b"", "martinluc_12_99999_exo1.py": b""})})
    found = taken_in(laid(tmp_path / "class", files), tmp_path / "room")
    eve = [s for s in found.submissions if s.student == "noireve"]
    assert {(s.exercise, s.attempt, s.identity["id"]) for s in eve} == {
        ("exo1", 1, "13"),
        ("exo2", 2, "13"),
        ("exo1", 2, "13"),
    }


def test_a_student_s_own_archive_does_not_make_them_early(tmp_path: Path) -> None:
    """Moodle's archive says when it came; of what is packed inside it, the student wrote the times."""
    class_zip = tmp_path / "class.zip"
    names = {who: f"{who}_{n}_assignsubmission_file" for who, n in (("Léa", 1001), ("Eve", 1003))}
    with_times = {
        f"{names['Léa']}/exo1.py": (b"x", 2),
        f"{names['Eve']}/rendu.zip": (zipped({"exo1.py": b"x"}, day=1), 9),
    }
    import zipfile

    with zipfile.ZipFile(class_zip, "w") as archive:
        for name, (data, day) in with_times.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, day, 12, 0, 0)), data)
    received = {s.student: s.received[:10] for s in taken_in(class_zip, tmp_path / "room").submissions}
    assert received == {"Léa": "2026-03-02", "Eve": "2026-03-09"}


def test_the_time_of_a_flat_export_is_its_owner_s_not_each_file_s(tmp_path: Path) -> None:
    import zipfile

    days = {"Léa_1001_assignsubmission_file_exo1.py": 2, "Léa_1001_assignsubmission_file_exo2.py": 4, "Luc_1002_assignsubmission_file_exo1.py": 3}  # fmt: skip
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for name, day in days.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, day, 12, 0, 0)), b"x")
    received = {
        (s.student, s.exercise): s.received[:10] for s in taken_in(tmp_path / "class.zip", tmp_path / "r").submissions
    }
    assert received == {("Léa", "exo1"): "2026-03-04", ("Léa", "exo2"): "2026-03-04", ("Luc", "exo1"): "2026-03-03"}


def test_two_repositories_of_one_name_in_two_students_folders_are_two_works(tmp_path: Path) -> None:
    files = {f"{who}/tp/{file}": b"x" for who in ("petit", "roux") for file in ("exo1.py", ".git/HEAD")}
    found = taken_in(laid(tmp_path / "class", files), tmp_path / "room")
    assert [s.student for s in found.submissions] == ["petit", "roux"]


def test_a_folder_that_one_of_several_filled_with_a_repository_is_no_clone(tmp_path: Path) -> None:
    files = {"jean-paul/exo1.py": b"x", "jean-marc/exo1.py": b"x", "jean-marc/.git/HEAD": b"x"}
    found = taken_in(laid(tmp_path / "class", files), tmp_path / "room")
    assert [(s.student, dict(s.identity)) for s in found.submissions] == [("jean-marc", {}), ("jean-paul", {})]


# ── What is told ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("layout", "told"),
    [
        ("moodle", "Moodle, 3 folders"),
        ("moodle-flat", "Moodle, 3 files"),
        ("canvas", "Canvas, 4 files"),
        ("nbgrader", "nbgrader, 3 folders"),
        ("classroom", "clones of GitHub Classroom, 3 folders"),
        ("folders", "a folder per student, 4 folders"),
        ("flat", "one folder for all, names in the files' names, 3 files"),
    ],
)
def test_the_layout_is_decided_once_and_told(layout: str, told: str, tmp_path: Path) -> None:
    assert taken_in(laid(tmp_path / "class", LAYOUTS[layout].files()), tmp_path / "room").layout.en == told


def test_names_that_look_alike_are_marked_and_stay_two_students(tmp_path: Path) -> None:
    names = ("Dupont", "dupont", "Lé\u0301a", "Lea", "mаrtin", "martin", "Roux", "etudiant01", "etudiant10")
    found = taken_in(laid(tmp_path / "class", {f"{name}/exo1.py": b"x" for name in names}), tmp_path / "room")
    assert len(found.submissions) == len(names)
    alike = " ".join(w.en for w in found.warnings)
    for pair in ("« Dupont », « dupont »", "« martin », « mаrtin »", "« Lea », « Lé"):
        assert pair in alike
    assert "Roux" not in alike and "etudiant" not in alike


def test_a_name_that_cleaning_makes_another_s_gives_way(tmp_path: Path) -> None:
    found = taken_in(laid(tmp_path / "class", {"\x07ana/exo1.py": b"bad", "ana/exo1.py": b"x"}), tmp_path / "room")
    assert {s.student: s.main.read_bytes() for s in found.submissions} == {"ana": b"x", "ana (2)": b"bad"}


def test_a_list_of_groups_among_students_own_files_is_told_and_not_believed(tmp_path: Path) -> None:
    files = {
        "dupont_exo1.py": b"x",
        "martin_exo1.py": b"x",
        "groupes.csv": b"groupe,nom\nmartin,dupont\nmartin,martin\n",
    }
    place = laid(tmp_path / "class", files)
    found = taken_in(place, tmp_path / "room")
    assert all(s.members == () for s in found.submissions)
    assert any("--groups" in w.en for w in found.warnings)
    named = find_all(place, IDS, into=tmp_path / "room", lists=(place / "groupes.csv",))
    assert {s.student: s.members for s in named.submissions} == {"dupont": (), "martin": ("dupont", "martin")}
    assert not named.warnings


def test_times_outside_of_nbgrader_s_tree_are_told_and_not_believed(tmp_path: Path) -> None:
    files = {"lea/tp1/exo1.py": b"x", "lea/tp1/timestamp.txt": b"2020-01-01 00:00:00 UTC", "luc/tp1/exo1.py": b"x"}
    found = taken_in(laid(tmp_path / "class", files), tmp_path / "room")
    assert {s.received for s in found.submissions} == {""}
    assert any("submitted" in w.en for w in found.warnings)


def test_an_export_laid_into_a_student_s_folder_is_told(tmp_path: Path) -> None:
    inside = ("Léa_1001_assignsubmission_file_/exo1.py", "Luc_1002_assignsubmission_file_/exo1.py")
    files = {**{f"tp1/{name}": b"x" for name in inside}, "eve/exo1.py": b"x"}
    found = taken_in(laid(tmp_path / "class", files), tmp_path / "room")
    assert [s.student for s in found.submissions] == ["eve", "tp1"]
    assert any("tp1" in w.en and "by itself" in w.en for w in found.warnings)


def test_a_downloaded_archive_beside_its_worksheet_is_told_to_be_named(tmp_path: Path) -> None:
    """A student's archive may look just like it: it is believed only where it is what was named."""
    files = {"DL-M1-TP1.zip": zipped(LAYOUTS["moodle"].files()), "Notes.csv": b"a;b\n"}
    place = laid(tmp_path / "class", files)
    found = taken_in(place, tmp_path / "room")
    assert not {s.student for s in found.submissions} & {"Léa Dupont", "Luc Martin", "Eve Noir"}
    assert any("DL-M1-TP1.zip" in w.en and "by itself" in w.en for w in found.warnings)
    named = taken_in(place / "DL-M1-TP1.zip", tmp_path / "room")
    assert {s.student for s in named.submissions} == {"Léa Dupont", "Luc Martin", "Eve Noir"}


M = "{0}_{1}_assignsubmission_file".format


@pytest.mark.parametrize(
    ("files", "students"),
    [
        ((f"TP/{M('Léa', 11)}/exo1.py", f"TP/{M('Luc', 12)}/exo1.py", "TP/run_tests.py"), {"Léa", "Luc"}),
        ((f"LU3-exo1-123/{M('Léa', 11)}/exo1.py", f"LU3-exo1-123/{M('Luc', 12)}/exo1.py"), {"Léa", "Luc"}),
        (("TP/lea/exo1.py", "TP/luc/exo1.py", "README.txt"), {"lea", "luc"}),
        (("tentative 0/lea/exo1.py", "tentative 0/luc/exo1.py"), {"lea", "luc"}),
        (("exo1/lea/main.py", "exo1/luc/main.py"), {"lea", "luc"}),
        (("lea/exo1.py", "lea/pyvenv.cfg", "luc/exo1.py"), {"lea", "luc"}),
        (("lea/tp1/exo1.py", "lea/tp2/exo2.py", "eve/pyvenv.cfg", "eve/exo1.py"), {"lea", "eve"}),
        (("jean-marc/exo1.py", "jean-marc/.git/HEAD", "jean-paul/exo1.py", "jean-paul/.git/HEAD"), {"jean-marc", "jean-paul"}),
    ],
    ids=range(8),
)  # fmt: skip
def test_honest_classes_lose_nobody(files: tuple[str, ...], students: set[str], tmp_path: Path) -> None:
    found = taken_in(laid(tmp_path / "class", dict.fromkeys(files, b"x = 1\n")), tmp_path / "room")
    assert {s.student for s in found.submissions} == students
    assert not any(s.identity.get("system") == "github" for s in found.submissions)


def test_a_group_s_work_is_put_together_only_where_all_of_it_is_the_same(tmp_path: Path) -> None:
    lea, eve = M("Groupe 3-Léa", 11), M("Groupe 3-Eve", 12)
    files = {f"{who}/{name}": b"same" for who in (lea, eve) for name in ("exo1.py", "w.keras")}
    assert [s.student for s in taken_in(laid(tmp_path / "a", files), tmp_path / "r").submissions] == ["Groupe 3"]
    copied = {**files, f"{eve}/w.keras": b"eve's"}
    found = taken_in(laid(tmp_path / "b", copied), tmp_path / "r").submissions
    assert len(found) == 2 and {(s.root / "w.keras").read_bytes() for s in found} == {b"same", b"eve's"}


def test_what_one_student_packed_well_stops_nobody_else_in_a_tar(tmp_path: Path) -> None:
    import io
    import tarfile

    with tarfile.open(tmp_path / "class.tar.gz", "w:gz") as archive:
        for name, data in (
            ("eve/exo1.py", b"x"),
            ("eve/z.bin", bytes(20 << 20)),
            ("lea/exo1.py", b"x"),
            ("luc/exo1.py", b"x"),
        ):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    assert {s.student for s in taken_in(tmp_path / "class.tar.gz", tmp_path / "room").submissions} == {
        "eve",
        "lea",
        "luc",
    }


@pytest.mark.parametrize("header", [{"mtime": "nan"}, {"size": "9" * 23}], ids=["time", "size"])
def test_impossible_figures_in_a_tar_end_and_cost_nobody_else(header: dict[str, str], tmp_path: Path) -> None:
    import io
    import tarfile

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("exo1.py")
        info.size, info.pax_headers = 2, header
        archive.addfile(info, io.BytesIO(b"x\n"))
    found = taken_in(laid(tmp_path / "class", {"eve/r.tar": buffer.getvalue(), "lea/exo1.py": b"x"}), tmp_path / "room")
    assert "lea" in {s.student for s in found.submissions}


def test_a_loop_of_links_is_no_fault_of_the_grader_s(tmp_path: Path) -> None:
    place = laid(tmp_path / "class", {"lea/exo1.py": b"x"})
    (place / "loop").symlink_to("loop")
    assert len(find_all(place, IDS, into=tmp_path / "room", without=tmp_path / "out").submissions) == 1


# ── Room for everybody ──────────────────────────────────────────────────────────────────────────


def test_one_student_s_many_files_leave_the_others_in_sight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.intake import survey

    monkeypatch.setattr(survey, "WORK_ENTRIES", 50)
    files = {"eve/exo1.py": b"x", **{f"eve/a/{n}.py": b"x" for n in range(200)}, "luc/a/b/c/exo1.py": b"x"}
    found = taken_in(laid(tmp_path / "class", files), tmp_path / "room")
    assert {s.student for s in found.submissions} == {"eve", "luc"}
    assert any(i.student == "eve" and "too large" in i.reason.en for i in found.skipped)


def test_one_student_s_share_of_a_class_s_archive_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from grader.intake import survey

    monkeypatch.setattr(
        survey, "CLASS", replace(survey.CLASS, entries=60, total=1500, share_entries=40, share_total=1000)
    )
    many = {f"TP/eve/{n}.txt": b"x" for n in range(100)}
    large = {"TP/large/exo1.py": b"x", "TP/large/a.bin": b"x" * 600, "TP/large/b.bin": b"x" * 600}
    files = {**many, **large, "TP/luc/exo1.py": HONEST.encode()}
    found = taken_in(laid(tmp_path / "class", files, packed=True), tmp_path / "room")
    sizes = {s.student: [str(f) for f in s.files] for s in found.submissions}
    assert sizes == {"large": ["exo1.py", "a.bin"], "luc": ["exo1.py"]}
    told = [i for i in found.skipped if "one student's work" in i.reason.en]
    assert {str(i.path.relative_to(tmp_path / "class.zip").parts[1]) for i in told} == {"eve", "large"}
    assert len(told) < 60


def test_a_shared_folder_s_programs_take_nothing_of_their_neighbours(tmp_path: Path) -> None:
    files = {"lea_exo1.py": b"x", "lea_mlp.keras": b"z", "py_exo1.py": b"x", "exo1.py": b"x", "outils.py": b"x"}
    found = taken_in(laid(tmp_path / "class", files), tmp_path / "room")
    taken = {s.student: {str(f) for f in s.files} for s in found.submissions}
    assert taken == {"lea": {"lea_exo1.py", "lea_mlp.keras"}, "py": {"py_exo1.py"}, "class": {"exo1.py", "outils.py"}}


def test_what_one_student_imports_takes_no_other_s_program_away(tmp_path: Path) -> None:
    def detect(paths: object) -> list[tuple[str, ...]]:
        return [("exo1", "exo2") if p.name == "tp_lea.py" else () for p in paths]  # type: ignore[attr-defined]

    place = laid(tmp_path / "class", {"tp_lea.py": b"x", "eve_exo1.py": b"import tp_lea\n"})
    found = find_all(place, IDS, detect=detect)
    assert {(s.student, s.exercise) for s in found.submissions} == {("lea", "exo1"), ("lea", "exo2"), ("eve", "exo1")}


def test_told_of_says_all_that_a_record_rests_on(tmp_path: Path) -> None:
    """The measure of these tests: a change of any of them shows."""
    (one,) = taken_in(laid(tmp_path / "class", {"lea/exo1.py": b"x"}), tmp_path / "room").submissions
    (two,) = taken_in(laid(tmp_path / "other", {"lea/exo1.py": b"y"}), tmp_path / "room").submissions
    assert told_of(one) != told_of(two)
