"""`grade batch` may be stopped in any way, started again, and started twice: nothing graded is lost or done again."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import NoReturn

import pytest

from grader import records
from grader.cli import exits
from grader.domain import Lang, Phase, Text
from grader.store import Gradebook
from tests.cli.classes import ANSWERS, hand_in, static
from tests.endings import PATIENCE, until

ROOT = Path(__file__).parents[2]
# ── Processes ───────────────────────────────────────────────────────────────────────────────────


class Process:
    """A batch of light gradings over `count` submissions, as a process."""

    def __init__(self, place: Path, seconds: float = 0.15, *words: str) -> None:
        self.log = place / "runs.log"
        module = ["-m", "tests.cli.light_batch", str(self.log), str(seconds)]
        asked = ["batch", "class", "--out", "out", "--sandbox", "process", "--jobs", "2", *words]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "GRADE_LANG": "en"}
        self.process = subprocess.Popen(
            [sys.executable, *module, *asked],
            cwd=place,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ends(self) -> tuple[int, str]:
        told, _ = self.process.communicate(timeout=2 * PATIENCE)
        return self.process.returncode, told

    def runs(self) -> Counter[str]:
        return Counter(self.log.read_text().split()) if self.log.exists() else Counter()

    def wait_for_runs(self, count: int) -> None:
        until(lambda: self.runs().total() >= count or self.process.poll() is not None)
        assert self.process.poll() is None


@pytest.fixture
def class_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], set[str]]:
    monkeypatch.chdir(tmp_path)

    def made(count: int) -> set[str]:
        return {hand_in(f"s{n:02}", more=f"# {n}\n").parent.name for n in range(count)}

    return made


def recorded(place: Path) -> set[str]:
    with Gradebook.open(place / "out") as book:
        assert book._connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return {record.student for record in book.records()}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_batch_that_is_stopped_goes_on_where_it_was(
    how: int, class_of: Callable[[int], set[str]], tmp_path: Path
) -> None:
    students = class_of(40)  # so many that a slow machine, too, stops it in time
    first = Process(tmp_path)
    first.wait_for_runs(6)
    first.process.send_signal(how)
    code, _ = first.ends()
    assert code == (-signal.SIGKILL if how == signal.SIGKILL else exits.SIGNALLED + how)
    kept = recorded(tmp_path)
    assert 0 < len(kept) < len(students)
    before = first.runs()
    code, told = Process(tmp_path, 0.0).ends()
    assert code == exits.FULL_MARKS, told
    assert recorded(tmp_path) == students
    again = first.runs() - before
    assert not kept & set(again), "what was recorded did not run again"
    assert len(list((tmp_path / "out").glob("*.exo1.json"))) == len(students)


def test_two_batches_at_once_share_the_work_and_harm_nothing(
    class_of: Callable[[int], set[str]], tmp_path: Path
) -> None:
    students = class_of(16)
    both = [Process(tmp_path), Process(tmp_path)]
    for process in both:
        code, told = process.ends()
        assert code == exits.FULL_MARKS, told
    assert recorded(tmp_path) == students
    assert both[0].runs().total() < 28, "each leaves to the other what the other has done"
    for path in (tmp_path / "out").glob("*.exo1.json"):
        records.read(path)


def test_an_unchanged_class_starts_nothing_and_imports_nothing_heavy(
    class_of: Callable[[int], set[str]], tmp_path: Path
) -> None:
    class_of(3)
    assert Process(tmp_path).ends()[0] == exits.FULL_MARKS
    script = (
        "import json, subprocess, sys\n"
        "def no(*args, **kwargs): raise AssertionError(args)\n"
        "subprocess.Popen = no\n"
        "from grader.cli.main import run\n"
        "code = run(['batch', 'class', '--out', 'out', '--sandbox', 'process', '--lang', 'en'])\n"
        "print(json.dumps([code, sorted({m.split('.')[0] for m in sys.modules})]))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    code, loaded = json.loads(done.stdout.splitlines()[-1])
    assert code == exits.FULL_MARKS and "Unchanged since they were graded: 3" in done.stdout
    assert not {"tensorflow", "keras", "sklearn", "matplotlib"} & set(loaded)


def test_without_a_sandbox_nothing_is_read_and_no_record_is_replaced(
    typed: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader import sandbox
    from grader.errors import SandboxUnavailable

    hand_in("ana")
    assert static(typed)[0] == exits.MARKS_LOST

    def refused(name: str) -> NoReturn:
        raise SandboxUnavailable(Text("pas d’isolement", "no sandbox"))

    monkeypatch.setattr(sandbox, "choose", refused)
    # What the file holds is remembered, so nothing asks for a sandbox before this.
    code, told = static(typed, "--fresh")
    assert code == exits.BROKEN and "no sandbox" in told
    with Gradebook.open(Path("out")) as book:
        assert [record.broken for record in book.records()] == [False]


def test_a_full_disk_is_told_and_the_next_batch_goes_on(
    typed: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.store import gradebook

    for n in range(6):
        hand_in(f"s{n}", more=f"# {n}\n" + f"# {'x' * 70}\n" * 400)
    connect = gradebook.connect

    def small(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA max_page_count = 50")
        return connection

    monkeypatch.setattr(gradebook, "connect", small)
    code, told = static(typed)
    assert code == exits.BROKEN and "free some space" in told
    monkeypatch.setattr(gradebook, "connect", connect)
    with Gradebook.open(Path("out")) as book:
        kept = {record.student for record in book.records()}
    assert 0 < len(kept) < 6
    code, told = static(typed)
    assert code == exits.MARKS_LOST and f"Unchanged since they were graded: {len(kept)}" in told
    with Gradebook.open(Path("out")) as book:
        assert len(book.records()) == 6


# ── What is kept ────────────────────────────────────────────────────────────────────────────────


def test_only_what_has_changed_is_graded_again(typed: Callable[..., tuple[int, str]]) -> None:
    hand_in("alice")
    hand_in("bob", more="# bob\n")
    assert "Unchanged" not in static(typed)[1]
    assert "Unchanged since they were graded: 2" in static(typed)[1]
    hand_in("bob", more="# bob again\n")
    assert "Unchanged since they were graded: 1" in static(typed)[1]
    assert "Unchanged" not in static(typed, "--fresh")[1]


def test_of_several_attempts_the_last_counts_or_the_best_and_the_others_are_told(
    typed: Callable[..., tuple[int, str]],
) -> None:
    Path("class").mkdir()
    for attempt, convexe in (("", "oui"), ("-1", "non"), ("-2", "non")):
        path = Path("class", f"curiemarie_12_34_exo1{attempt}.py")  # as Canvas names them
        path.write_text(ANSWERS.format(convexe=convexe), encoding="utf-8")

    def points() -> float:
        with Gradebook.open(Path("out")) as book:
            (record,) = book.records()
        return record.score

    _, told = static(typed)
    last = points()
    assert "curiemarie, exo1: attempt 3 (exo1.py) replaces 2 earlier ones" in told
    _, told = static(typed, "--attempts", "best")
    assert "replaces" not in told
    assert points() > last


def test_results_inside_the_class_folder_are_no_submissions(typed: Callable[..., tuple[int, str]]) -> None:
    hand_in("alice")
    for _ in range(2):
        code, told = typed("batch", "class", "--out", "class/out", "--mode", "static", "--sandbox", "process")
        assert code == exits.MARKS_LOST and "evidence" not in told
    with Gradebook.open(Path("class/out")) as book:
        assert [record.student for record in book.records()] == ["alice"]


def test_a_record_file_that_was_deleted_comes_back(typed: Callable[..., tuple[int, str]]) -> None:
    hand_in("alice")
    static(typed)
    path = Path("out/alice.exo1.json")
    before = path.read_bytes()
    path.unlink()
    static(typed)
    assert path.read_bytes() == before


def test_judging_again_needs_no_submissions_and_gives_the_same_marks(typed: Callable[..., tuple[int, str]]) -> None:
    path = hand_in("alice")
    static(typed)
    with Gradebook.open(Path("out")) as book:
        before = book.records()
    path.unlink()
    code, told = typed("rejudge", "out")
    assert code == exits.MARKS_LOST and "Marks that changed: 0" in told
    with Gradebook.open(Path("out")) as book:
        assert book.records() == before


def test_a_changed_threshold_is_judged_from_the_kept_run(
    typed: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from grader import catalog

    folder = tmp_path / "exercises" / "exo1"
    folder.mkdir(parents=True)
    specification = (catalog.locate().assignments / "exo1" / "exercise.py").read_text(encoding="utf-8")
    (folder / "exercise.py").write_text(specification, encoding="utf-8")
    monkeypatch.setenv("GRADE_EXERCISES", str(folder.parent))
    hand_in("alice")
    static(typed)
    (folder / "exercise.py").write_text(specification.replace("expected=7850", "expected=7851"), encoding="utf-8")
    code, told = typed("rejudge", "out")
    assert code == exits.MARKS_LOST and "Marks that changed: 1" in told and "5 → 3 / 20" in told
    assert records.read(Path("out/alice.exo1.json")).score == 3.0
    assert "Unchanged since they were graded: 1" in static(typed)[1], "the batch has nothing left to do"


def test_a_run_that_is_not_kept_any_more_is_told(typed: Callable[..., tuple[int, str]]) -> None:
    import shutil

    hand_in("alice")
    static(typed)
    shutil.rmtree("out/evidence")
    assert "alice exo1" in typed("rejudge", "out")[1]


# ── Deadlines ───────────────────────────────────────────────────────────────────────────────────


def late(typed: Callable[..., tuple[int, str]], *words: str) -> dict[str, float]:
    """Penalties by student."""
    code, told = static(typed, *words)
    assert code == exits.MARKS_LOST, told
    with Gradebook.open(Path("out")) as book:
        return {r.student: r.lateness.penalty for r in book.records() if r.lateness}


def test_late_work_costs_what_the_policy_says_and_no_verdict_changes(typed: Callable[..., tuple[int, str]]) -> None:
    hand_in("alice")
    hand_in("bob", more="# bob\n")
    Path("dates.csv").write_text(
        "\ufeffStudent;Received\nalice;02/03/2026 08:00\nbob;2026-03-01 12:00\nzoe;2026-03-01\n", "utf-8"
    )
    asked = ("--deadline", "2026-03-01T23:59", "--late", "per-day:10:50", "--received", "dates.csv")
    assert late(typed, *asked) == {"alice": 2.0}
    assert "zoe" in static(typed, *asked)[1], "a name that nobody bears is told"
    record = json.loads(Path("out/alice.exo1.json").read_text(encoding="utf-8"))
    assert (record["score"], record["final_score"]) == (5.0, 3.0)
    assert late(typed) == {"alice": 2.0}, "the gradebook remembers"
    Path("more.csv").write_text("student,deadline\nalice,2026-03-02\n")
    assert late(typed, "--extensions", "more.csv") == {}
    Path("more.csv").write_text("student,deadline\n")
    assert late(typed, "--extensions", "more.csv") == {"alice": 2.0}
    assert late(typed, "--deadline", "2026-03-01T23:59", "--late", "cut-off", "--grace", "9h") == {}
    assert late(typed, "--deadline", "none") == {}


@pytest.mark.parametrize(
    "words",
    [
        ("--late", "cut-off"),
        ("--deadline", "tomorrow"),
        ("--deadline", "2026-03-01", "--late", "harsh"),
        ("--deadline", "2026-03-01", "--grace", "long"),
        ("--received", "nowhere.csv"),
        ("--received", "class/alice/exo1.py"),
    ],
)
def test_dates_that_cannot_be_understood_are_told(
    words: tuple[str, ...], typed: Callable[..., tuple[int, str]]
) -> None:
    hand_in("alice")
    code, told = static(typed, *words)
    assert code == exits.USAGE and told.startswith("grade")


# ── What is shown ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_large_class_on_a_terminal_shows_a_bar_and_only_what_needs_attention(lang: Lang) -> None:
    from rich.console import Console

    from grader.cli.progress import ManySubmissions
    from grader.cli.summary import needs_attention
    from grader.reports.terminal import finished_line
    from tests.store.build import record

    def shown(terminal: bool) -> str:
        out = StringIO()
        display = ManySubmissions(300, lang, "Grading")
        display.console = Console(file=out, force_terminal=terminal, width=100, color_system=None)
        display._every_line = not terminal
        for n in range(300):
            made = record(f"s{n}", verdicts=record().verdicts[: 2 + (n % 100 == 0)])
            display.listener(f"s{n} exo1").on_phase(Phase.STUDENT)
            display.finished(f"s{n} exo1", finished_line(made, lang), needs_attention(made))
        with_bar = Console(file=out, force_terminal=terminal, width=100, color_system=None)
        with_bar.print(display)
        return out.getvalue()

    piped = shown(terminal=False)
    assert piped.count("exo1") == 300
    on_terminal = shown(terminal=True)
    assert on_terminal.count("exo1") == 3 and "300/300" in on_terminal
    assert len(on_terminal.splitlines()) < 10
