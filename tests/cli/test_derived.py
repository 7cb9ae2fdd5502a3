"""Files follow the gradebook, decisions outlive it, and an archive can be read."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from grader import records
from grader.cli import exits
from grader.derived import DerivedFiles
from grader.store import Gradebook, schema
from tests.cli.classes import Typed, hand_in, static

# ── A file that follows ─────────────────────────────────────────────────────────────────────────


def test_a_file_holds_until_it_or_what_it_is_made_from_changes(tmp_path: Path) -> None:
    files = DerivedFiles(tmp_path, ".note.json")
    files.write("a/x.txt", "text", "one")
    files.keep()
    again = DerivedFiles(tmp_path, ".note.json")
    assert again.holds("a/x.txt", "one") and again.whole()
    assert not again.holds("a/x.txt", "two") and not again.holds("b", "one")
    path = tmp_path / "a/x.txt"
    os.utime(path, ns=(1, 1))
    assert not DerivedFiles(tmp_path, ".note.json").holds("a/x.txt", "one")


@pytest.mark.parametrize("damage", ["zero", "cut", "gone", "link", "folder", "rewritten"])
def test_a_damaged_file_does_not_hold(damage: str, tmp_path: Path) -> None:
    files = DerivedFiles(tmp_path, ".note.json")
    files.write("x.txt", "text", "one")
    path = tmp_path / "x.txt"
    kept = path.stat().st_mtime_ns
    if damage in ("gone", "link", "folder"):
        path.unlink()
    if damage == "link":
        (tmp_path / "y.txt").write_text("text")
        path.symlink_to("y.txt")
    elif damage == "folder":
        path.mkdir()
    elif damage != "gone":
        path.write_text({"zero": "", "cut": "te", "rewritten": "TEXT"}[damage])
        if damage == "cut":
            os.utime(path, ns=(kept, kept))
    assert not files.holds("x.txt", "one") and not files.whole()


# ── Records and pages ───────────────────────────────────────────────────────────────────────────


def a_class(typed: Typed) -> None:
    hand_in("alice")
    hand_in("bob", convexe="")
    assert static(typed)[0] == exits.MARKS_LOST


def told_in_files() -> dict[str, float]:
    return {r.student: r.score for path in Path("out").glob("[!.]*.json") for r in [records.read(path)]}


@pytest.mark.parametrize("again", ["batch", "report", "rejudge"])
@pytest.mark.parametrize("damage", ["zero", "gone", "old"])
def test_what_does_not_follow_the_gradebook_is_made_anew(again: str, damage: str, typed: Typed) -> None:
    a_class(typed)
    typed("override", "out", "alice", "exo1", "accuracy", "4", "--reason", "seen in class")
    whole = {path: path.read_bytes() for path in Path("out").rglob("*") if path.suffix in (".json", ".html", ".jsonl")}
    for path in (Path("out/alice.exo1.json"), Path("out/index.html"), Path("out/etudiants/alice.html"), Path("out/decisions.jsonl")):  # fmt: skip
        if damage == "gone":
            path.unlink()
        else:
            path.write_bytes(b"" if damage == "zero" else path.read_bytes().replace(b"seen in class", b""))
    words = {"batch": (), "report": ("report", "out"), "rejudge": ("rejudge", "out", "--sandbox", "process")}[again]
    assert (static(typed) if again == "batch" else typed(*words))[0] in (0, 1)
    hidden = (".records.json", ".pages.json")  # they say when a file was written, too
    after = {path: path.read_bytes() for path in whole if path.name not in hidden}
    assert after == {path: data for path, data in whole.items() if path.name not in hidden}


def test_a_kill_between_the_gradebook_and_its_files_leaves_nothing_stale(
    typed: Typed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After the commit, before the file: as if the process had ended there."""
    from grader.store.record_files import RecordFiles

    a_class(typed)

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(RecordFiles, "write", killed)
        typed("override", "out", "alice", "exo1", "accuracy", "4", "--reason", "x")
    with Gradebook.open(Path("out")) as book:
        now = {record.student: record.score for record in book.records()}
    assert told_in_files() != now
    static(typed)
    assert told_in_files() == now


def test_what_follows_is_not_written_again(typed: Typed) -> None:
    a_class(typed)

    def times() -> dict[Path, int]:
        return {p: p.stat().st_mtime_ns for p in Path("out").rglob("*") if p.suffix in (".json", ".html", ".jsonl")}

    before = times()
    static(typed)
    typed("report", "out", "--lang", "en")
    assert times() == before


# ── A gradebook that is gone ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("loss", ["gone", "damaged", "zero"])
@pytest.mark.parametrize("journal", [True, False], ids=["with the journal", "from the records alone"])
def test_a_lost_gradebook_is_restored_with_its_decisions(loss: str, journal: bool, typed: Typed) -> None:
    a_class(typed)
    typed("override", "out", "alice", "exo1", "accuracy", "4", "--reason", "vu en classe")
    typed("override", "out", "bob", "exo1", "accuracy", "2", "--reason", "autre")
    typed("override", "out", "bob", "exo1", "accuracy", "--withdraw")
    with Gradebook.open(Path("out")) as book:
        before, decided = book.records(), book.decisions()
    for path in Path("out").glob("gradebook.sqlite*"):
        path.unlink()
    if loss != "gone":
        Path("out/gradebook.sqlite").write_bytes(b"junk " * 999 if loss == "damaged" else b"")
    if not journal:
        Path("out/decisions.jsonl").unlink()
    if loss == "damaged" or journal:
        code, told = static(typed)
        assert code == exits.USAGE and "grade restore" in told
    code, told = typed("restore", "out")
    assert code == 0 and "Restored: 2 records, 1 decisions" in told
    with Gradebook.open(Path("out")) as book:
        assert book.records() == before
        assert [(d.student, d.points, d.reason, d.anchor) for d in book.decisions()] == [
            (d.student, d.points, d.reason, d.anchor) for d in decided
        ]
    code, told = static(typed)
    assert "Unchanged since they were graded: 2" in told and "Not applied" not in told
    if loss == "damaged":
        assert [path.read_bytes()[:4] for path in Path("out").glob("gradebook.sqlite.2*")] == [b"junk"]


def test_a_whole_gradebook_is_left_alone_and_nothing_cannot_be_restored(typed: Typed) -> None:
    a_class(typed)
    assert typed("restore", "out")[0] == exits.USAGE
    Path("empty").mkdir()
    assert typed("restore", "empty")[0] == exits.USAGE
    Path("out/gradebook.sqlite").unlink()
    Path("out/alice.exo1.json").write_text("{")
    code, told = typed("restore", "out")
    assert code == 0 and "Restored: 1 records" in told and "alice.exo1.json" in told


# ── An archive ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def archived(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Results where nothing can be written. (A superuser may write anywhere: what the system says of it is told here.)"""
    a_class(typed)
    shutil.copytree("out", "archive")
    plain = os.access

    def access(path: Any, mode: int) -> bool:
        return plain(path, mode) and not (mode & os.W_OK and "/archive" in f"/{path}")

    monkeypatch.setattr(os, "access", access)
    return Path("archive")


def state(folder: Path) -> dict[Path, tuple[int, int]]:
    return {p: (p.stat().st_size, p.stat().st_mtime_ns) for p in sorted(folder.rglob("*")) if p.is_file()}


def test_an_archive_can_be_exported_reported_and_listed(archived: Path, typed: Typed) -> None:
    before = state(archived)
    code, told = typed("export", "archive", "--format", "csv")
    assert code == 0 and "alice" in told
    code, told = typed("review", "archive", "--list")
    assert code == 0 and "Nothing waits" in told
    code, told = typed("report", "archive")
    assert code == exits.USAGE and "--out" in told
    code, told = typed("report", "archive", "--out", "pages")
    assert code == 0 and Path("pages/index.html").is_file()
    assert state(archived) == before


def test_nothing_is_decided_in_an_archive(archived: Path, typed: Typed) -> None:
    code, told = typed("override", "archive", "alice", "exo1", "accuracy", "4", "--reason", "x")
    assert code == exits.BROKEN and "read-only" in told


def test_what_was_committed_last_is_read_from_an_archive_too(archived: Path) -> None:
    """A copy taken while a batch was running: the write-ahead log holds what the file does not yet."""
    writer = sqlite3.connect("out/gradebook.sqlite", isolation_level=None)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("PRAGMA wal_autocheckpoint = 0")
    writer.execute("UPDATE submissions SET received = '2026-03-01T12:00:00+00:00'")
    for ending in ("", "-wal"):
        shutil.copyfile(f"out/gradebook.sqlite{ending}", f"archive/gradebook.sqlite{ending}")
    writer.close()
    connection = schema.connect(archived / "gradebook.sqlite")
    assert {row[0] for row in connection.execute("SELECT received FROM submissions")} == {"2026-03-01T12:00:00+00:00"}
    connection.close()


def test_what_waits_is_listed_with_and_without_names(typed: Typed) -> None:
    hand_in("alice", convexe="peut-être bien que oui, peut-être bien que non")
    static(typed)
    _, told = typed("review", "out", "--list")
    assert "exo1" in told and "alice" in told and "peut-être bien" in told
    _, told = typed("review", "out", "--list", "--anonymous")
    assert "alice" not in told and "Copy 1" in told
