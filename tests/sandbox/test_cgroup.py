"""The kernel's bounds on a worker: what is taken for delegated, what an outcome becomes, and, where this machine has the
controllers in a cgroup v2 and root runs the tests, real bounds around real jobs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.domain.job_messages import JobEnd
from grader.sandbox import cgroup
from grader.sandbox.cgroup import MAIN, ControlGroup, delegated

REPOSITORY = Path(__file__).parents[2]
DONE = JobEnd("killed", seconds=1.0, cpu_seconds=1.0, peak_memory_mib=30, exit=-9)


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files of a delegated group, in which this process lives alone."""
    monkeypatch.setattr(cgroup, "MANAGED", tmp_path / "no-systemd")
    folder = tmp_path / "scope"
    folder.mkdir()
    (folder / "cgroup.controllers").write_text("cpu memory pids\n")
    (folder / "cgroup.procs").write_text(f"{os.getpid()}\n")
    return folder


def test_a_group_of_ones_own_is_divided_and_the_grader_moves_below(group: Path) -> None:
    assert delegated(group) == group
    assert (group / MAIN / "cgroup.procs").read_text() == str(os.getpid())
    assert (group / "cgroup.subtree_control").read_text() == "+memory +pids"


def test_a_grader_that_moved_already_finds_the_group_above(group: Path) -> None:
    assert delegated(group / MAIN) == group


def test_whoever_started_the_grader_may_live_there_too(group: Path) -> None:
    (group / "cgroup.procs").write_text(f"{os.getppid()}\n{os.getpid()}\n")
    assert delegated(group) == group


@pytest.mark.parametrize("there", ["", "cpu\n", "cpu pids\n", "memory\n"])
def test_a_group_without_the_controllers_is_left_alone(group: Path, there: str) -> None:
    (group / "cgroup.controllers").write_text(there)
    assert delegated(group) is None
    assert not (group / MAIN).exists()


def test_a_group_with_somebody_elses_process_is_left_alone(group: Path) -> None:
    alone = ["setsid", "--fork", "sh", "-c", "echo $$; exec sleep 30 >&-"]  # whoever started it has ended
    stranger = subprocess.run(alone, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    try:
        (group / "cgroup.procs").write_text(f"{os.getpid()}\n{stranger}\n")
        assert delegated(group) is None
        assert not (group / MAIN).exists()
    finally:
        os.kill(int(stranger), 9)


def test_what_systemd_has_not_given_away_is_left_alone(group: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroup, "MANAGED", group)
    assert delegated(group) is None
    try:
        os.setxattr(group, "user.delegate", b"1")
    except OSError:
        pytest.skip("no extended attributes in the folder for temporary files")
    assert delegated(group) == group


def test_a_machine_without_cgroups_has_no_group(tmp_path: Path) -> None:
    assert delegated(tmp_path / "missing") is None


# ── What the kernel ended ───────────────────────────────────────────────────────────────────────


@pytest.fixture
def group_of_worker(tmp_path: Path) -> ControlGroup:
    own = ControlGroup(tmp_path)
    _killed(tmp_path, 2)
    own._kills, own._limit = 2, 500
    return own


def _killed(folder: Path, times: int) -> None:
    (folder / "memory.events").write_text(f"low 0\nhigh 0\nmax 7\noom 1\noom_kill {times}\noom_group_kill 0\n")


@pytest.mark.parametrize("status", ["ok", "killed", "error", "timeout"])
def test_without_a_kill_of_the_kernels_an_outcome_stays(group_of_worker: ControlGroup, status: str) -> None:
    assert group_of_worker.explained(replace(DONE, status=status)) == replace(DONE, status=status)


def test_a_worker_that_died_of_itself_stays_dead(group_of_worker: ControlGroup) -> None:
    assert group_of_worker.explained(None) is None


@pytest.mark.parametrize(
    ("status", "told"),
    [("killed", "memory"), ("error", "memory"), ("ok", "ok"), ("timeout", "timeout"), ("disk", "disk")],
)
def test_what_the_kernel_ended_for_memory_says_so(group_of_worker: ControlGroup, status: str, told: str) -> None:
    _killed(group_of_worker.folder, 3)
    done = group_of_worker.explained(replace(DONE, status=status))
    assert done is not None
    assert done.status == told
    assert done.peak_memory_mib == (500 if told == "memory" else 30)


def test_a_job_that_takes_the_worker_along_is_told_its_own_fault(group_of_worker: ControlGroup) -> None:
    _killed(group_of_worker.folder, 3)
    done = group_of_worker.explained(None)
    assert done is not None
    assert done.status == "memory"


# ── Real ones ───────────────────────────────────────────────────────────────────────────────────

PROGRAM = """
import json, sys
from pathlib import Path
from grader.domain import Limits
from grader.sandbox import BACKENDS, Job, WorkerHandle
JOBS = {
    "memory": '''
import os, time
for _ in range(4):  # each stays below what one process may have: together they do not
    if os.fork() == 0:
        held = bytearray(b"x") * (150 << 20)
        time.sleep(5)
        os._exit(0)
try:
    while True:
        os.wait()
except ChildProcessError:
    os._exit(3)
''',
    "jump": "held = bytearray(b'x') * (700 << 20)",
    "files": '''
for number in range(60):
    with open(f"/dev/shm/{number}", "wb") as file:
        file.write(b"x" * (10 << 20))
''',
    "tasks": '''
import os, time
tried = 0
try:
    while tried < 3000:
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
        tried += 1
except OSError:
    print("refused", tried < 150)
os.killpg(0, 9)
''',
    "honest": "held = bytearray(b'x') * (100 << 20)\\nprint('done')",
}
LIMITS = Limits(wall=30, memory_mib=200, processes=30, threads=60)
found = {}
for name in sys.argv[1].split(","):
    sandbox = BACKENDS[name]()
    if not sandbox.self_test().works:
        continue
    blind = ("tests.sandbox.light", "tests.sandbox.blind")  # the kernel is what acts
    with WorkerHandle(sandbox, (Path.cwd() / "tests" / "sandbox",), blind) as handle:
        if handle._group is None:
            found[name] = None
            continue
        group, outcomes = handle._group.folder, {}
        for what, code in JOBS.items():
            if what == "files" and not sandbox.own_spaces:
                continue  # their /dev/shm is the machine's
            folder = handle.new_folder()
            job = Job("tests.sandbox.light", {"code": code, "folder": str(folder)}, LIMITS, folder)
            ran = handle.run(job, lambda line: None)
            outcomes[what] = [ran.outcome.status, ran.printed.text]
        inside = set((group / "cgroup.procs").read_text().split())
        outcomes["inside"] = len(inside)
        outcomes["max"] = int((group / "memory.max").read_text())
    outcomes["left"] = group.exists()
    found[name] = outcomes
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found() -> Iterator[dict[str, Any]]:
    """What workers in a group made for them find."""
    roots = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines() if " - cgroup2 " in line]
    there = Path(roots[0], "cgroup.controllers").read_text().split() if roots else []
    if not set(cgroup.CONTROLLERS) <= set(there) or os.getuid() != 0:
        pytest.skip("no cgroup v2 with memory and pids that the tests may divide")
    scope = Path(roots[0], f"grade-test-{os.getpid()}")
    Path(roots[0], "cgroup.subtree_control").write_text("+memory +pids")
    scope.mkdir()
    try:
        if cgroup.MANAGED.is_dir():
            os.setxattr(scope, "trusted.delegate", b"1")
        enter = ["/bin/sh", "-c", cgroup.ENTER, str(scope / "cgroup.procs")]
        run = subprocess.run(
            [*enter, sys.executable, "-c", PROGRAM, "bubblewrap,landlock,process"],
            capture_output=True,
            text=True,
            cwd=REPOSITORY,
            timeout=600,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        yield json.loads(run.stdout)
    finally:
        for below in (scope / MAIN, scope):
            below.rmdir()


@pytest.mark.parametrize("name", ["bubblewrap", "landlock", "process"])
def test_a_real_group_bounds_memory_and_tasks(found: dict[str, Any], name: str) -> None:
    if name not in found:
        pytest.skip(f"{name} does not work here")
    outcomes = found[name]
    assert outcomes is not None, "no group was delegated"
    assert outcomes["memory"][0] == "memory"
    assert outcomes["jump"][0] == "memory"
    assert outcomes["tasks"][1] == "refused True\n"
    assert outcomes["honest"] == ["ok", "done\n"]
    if "files" in outcomes:
        assert outcomes["files"][0] == "memory"
    assert outcomes["inside"] > 0
    assert outcomes["max"] < 1 << 30
    assert outcomes["left"] is False
