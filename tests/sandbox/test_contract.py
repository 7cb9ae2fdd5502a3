"""One list of behaviours that every sandbox backend must show, with the known exceptions stated.

The jobs run through the same worker as students' programs do, but without its libraries (`light`).
"""

from __future__ import annotations

import os
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from grader.domain import Limits
from grader.errors import SandboxUnavailable, WorkerDied
from grader.sandbox import BACKENDS, Job, Level, Ran, Sandbox, SelfTest, Stopped, WorkerHandle, choose, worker_handle
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.job_monitor import HeadAndTail
from grader.sandbox.landlock import Landlock
from grader.sandbox.python import interpreter_folders
from grader.worker import landlock, system_calls
from tests.endings import until
from tests.sandbox.older import KINDS, LandlockOfLinux6_1

HERE = Path(__file__).parent
NAMES = ("process", "landlock", LandlockOfLinux6_1.name, "bubblewrap")

TO_THE_WORKER = set() if landlock.abi() >= landlock.KEEPS_SIGNALS or system_calls.available() else {"signals"}
# What a backend does not promise. Whoever adds a backend states here what it leaves open.
UNPROTECTED: dict[str, set[str]] = {
    "process": {"host files", "read-only system", "network", "processes", "signals"},
    "landlock": {"processes"} | TO_THE_WORKER,
    LandlockOfLinux6_1.name: {"processes"} | TO_THE_WORKER,
    "bubblewrap": TO_THE_WORKER,
}
LIGHT = ("tests.sandbox.light",)  # loaded before the sandbox of a job hides where it lies


@pytest.fixture(scope="module", params=NAMES)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    backend = KINDS[request.param]()
    test = backend.self_test()
    if not test.works:
        pytest.skip(test.why.en)
    return backend


@pytest.fixture(scope="module")
def handle(sandbox: Sandbox) -> Iterator[WorkerHandle]:
    with WorkerHandle(sandbox, (HERE,), LIGHT) as one:
        yield one


class Lines(list[bytes]):
    """The events that a job wrote."""


def run(handle: WorkerHandle, code: str, **limits: float) -> tuple[Ran, Lines]:
    lines = Lines()
    ran = handle.run(job(code, handle.new_folder(), **limits), lines.append)
    return ran, lines


def job(code: str, folder: Path, **limits: float) -> Job:
    fields = {"code": textwrap.dedent(code), "folder": str(folder)}
    return Job("tests.sandbox.light", fields, Limits(**{"wall": 20, **limits}), folder)  # type: ignore[arg-type]


def worker_of(handle: WorkerHandle) -> psutil.Process:
    """The worker itself, behind whatever started it: the outermost Python."""
    assert handle._worker is not None
    started = psutil.Process(handle._worker.pid)
    pythons = [p for p in (started, *started.children(recursive=True)) if p.name().startswith("python")]
    return pythons[0]


def run_and_kill_worker(handle: WorkerHandle, code: str) -> pytest.ExceptionInfo[WorkerDied]:
    """The worker is killed when the job writes an event."""
    with pytest.raises(WorkerDied) as told:
        handle.run(
            job(code + "\nimport os, time\nos.write(events, b'{}\\n')\ntime.sleep(30)", handle.new_folder()),
            lambda line: worker_of(handle).kill(),
        )
    return told


def processes_named(mark: str) -> list[psutil.Process]:
    """Processes whose command line holds `mark`, in whatever sandbox they run."""
    found = []
    for process in psutil.process_iter():
        try:
            if mark in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


# ── A job comes to its end ──────────────────────────────────────────────────────────────────────


def test_a_job_runs_and_its_output_and_events_come_out(handle: WorkerHandle) -> None:
    code = """
    import os, sys
    print("hello")
    print("trouble", file=sys.stderr)
    os.write(events, b'{"event": 1}\\n{"event": 2}\\n')
    """
    ran, lines = run(handle, code)
    assert ran.outcome.status == "ok" and ran.outcome.exit == 0
    assert ran.printed.text == "hello\ntrouble\n" and ran.printed.dropped == 0
    assert lines == [b'{"event": 1}', b'{"event": 2}']


def test_events_come_while_the_job_still_runs(handle: WorkerHandle) -> None:
    """The job goes on only when its event was heard."""
    code = """
    import os, time
    for n in range(3):
        os.write(events, b'{}\\n')
        while not os.path.exists(f"{folder}/heard{n}"):
            time.sleep(0.01)
    """
    made, heard = handle.new_folder(), iter(range(3))
    ran = handle.run(job(code, made), lambda line: (made / f"heard{next(heard)}").touch())
    assert ran.outcome.status == "ok" and next(heard, None) is None


def test_an_event_that_was_cut_short_is_not_told(handle: WorkerHandle) -> None:
    _, lines = run(handle, 'import os\nos.write(events, b\'{"event": 1}\\n{"ev\')\nos._exit(0)')
    assert lines == [b'{"event": 1}']


def test_an_event_of_endless_length_is_skipped_and_the_next_one_told(handle: WorkerHandle) -> None:
    code = """
    import os
    for _ in range(100):
        data = b"x" * 65536
        while data:
            data = data[os.write(events, data):]
    os.write(events, b"\\n{}\\n")
    """
    _, lines = run(handle, code)
    assert lines == [b"{}"]


@pytest.mark.parametrize(("ending", "status", "exit_code"), [
    ("code = 7", "error", 7),
    ("import os; os._exit(3)", "error", 3),
    ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed", -9),
    ("import os; os.abort()", "killed", -6),
    ("import ctypes; ctypes.string_at(1)", "killed", -11),
])  # fmt: skip
def test_how_a_job_ended_is_told(handle: WorkerHandle, ending: str, status: str, exit_code: int) -> None:
    ran, _ = run(handle, f"print('before', flush=True)\n{ending}")
    assert (ran.outcome.status, ran.outcome.exit) == (status, exit_code)
    assert ran.printed.text.startswith("before")


def test_a_fault_before_the_program_ran_is_the_graders(handle: WorkerHandle) -> None:
    with pytest.raises(WorkerDied, match="ZeroDivisionError"):
        run(handle, "1 / 0")


def test_a_program_that_exits_as_a_fault_of_the_grader_would_gains_nothing(handle: WorkerHandle) -> None:
    ran, _ = run(handle, "import os\nos.write(events, b'{}\\n')\nos._exit(120)")
    assert (ran.outcome.status, ran.outcome.exit) == ("error", 120)


def test_standard_input_is_empty(handle: WorkerHandle) -> None:
    ran, _ = run(handle, "import sys\nprint(repr(sys.stdin.read()))")
    assert ran.printed.text == "''\n"


def test_a_new_job_finds_nothing_of_the_one_before(handle: WorkerHandle) -> None:
    code = """
    import builtins, os, sys, math
    print(hasattr(builtins, "left"), hasattr(math, "left"), os.environ.get("LEFT"), "left" in sys.modules)
    builtins.left = math.left = 1
    os.environ["LEFT"] = "1"
    sys.modules["left"] = math
    os.chdir("/")
    """
    first, _ = run(handle, code)
    second, _ = run(handle, code)
    assert first.printed.text == second.printed.text == "False False None False\n"


def test_a_new_job_finds_nothing_in_the_home_of_the_one_before(handle: WorkerHandle) -> None:
    """Start-up files of IPython, settings of matplotlib: what lies there would run in another student's job."""
    code = """
    import os, pathlib, tempfile
    home = pathlib.Path.home()
    print(sorted(p.name for p in home.iterdir()), os.listdir(tempfile.gettempdir()))
    (home / ".ipython" / "startup").mkdir(parents=True)
    (home / ".ipython" / "startup" / "evil.py").write_text("print('evil')")
    tempfile.mkstemp()
    """
    first, _ = run(handle, code)
    second, _ = run(handle, code)
    assert first.printed.text == second.printed.text == "[] []\n"


def test_what_a_job_leaves_beside_its_folder_is_gone_before_the_next(handle: WorkerHandle) -> None:
    code = """
    import os
    top = os.path.dirname(folder)
    for make in (lambda: os.mkdir(top + "/beside"), lambda: os.symlink("/", top + "/link"), lambda: open(top + "/file", "w").close()):
        try:
            make()
        except OSError:
            pass
    """
    run(handle, code)
    run(handle, "pass")
    assert {p.name for p in handle.folder.iterdir() if p not in handle._folders} <= {"home"}
    assert Path("/usr").is_dir()


def test_a_job_that_replaces_its_home_by_a_link_leads_nobody_there(handle: WorkerHandle, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("kept")
    run(
        handle,
        f"import os, shutil\nhome = os.environ['HOME']\nshutil.rmtree(home)\nos.symlink({str(tmp_path)!r}, home)",
    )
    ran, _ = run(handle, "import os\nprint(os.path.islink(os.environ['HOME']), os.listdir(os.environ['HOME']))")
    assert ran.printed.text == "False []\n"
    assert (tmp_path / "precious").read_text() == "kept"


def test_a_job_cannot_take_the_place_of_the_next_ones_folder(handle: WorkerHandle) -> None:
    code = """
    import os
    for n in range(200):
        try:
            os.mkdir(f"{folder}/../j{n}")
        except OSError:
            pass
    """
    run(handle, code)
    folder = handle.new_folder()
    assert list(folder.iterdir()) == []
    ran, _ = run(handle, "print('alive')")
    assert ran.printed.text == "alive\n"


# ── Limits ──────────────────────────────────────────────────────────────────────────────────────


def test_output_is_kept_at_both_ends_and_what_lies_between_is_counted(handle: WorkerHandle) -> None:
    code = "print('first')\nfor i in range(20000): print('x' * 49)\nprint('last')"
    ran, _ = run(handle, code, output_bytes=10_000)
    assert ran.outcome.status == "ok"
    assert ran.printed.text.startswith("first\n") and ran.printed.text.endswith("last\n")
    assert len(ran.printed.text) <= 10_000
    assert len(ran.printed.text) + ran.printed.dropped == 20000 * 50 + len("first\nlast\n")


def test_an_endless_output_is_stopped(handle: WorkerHandle) -> None:
    ran, _ = run(handle, "while True: print('x' * 10000)", output_bytes=1000, output_flood_bytes=5 << 20)
    assert ran.outcome.status == "output"
    assert len(ran.printed.text) <= 1000 and ran.printed.dropped > 5 << 20


def test_a_job_is_stopped_when_its_time_is_over_and_keeps_what_it_said(handle: WorkerHandle) -> None:
    code = "import os\nos.write(events, b'{}\\n')\nprint('begun', flush=True)\nwhile True: pass"
    ran, lines = run(handle, code, wall=1)
    assert ran.outcome.status == "timeout"
    assert 1 <= ran.outcome.seconds < 4
    assert lines == [b"{}"] and ran.printed.text == "begun\n"


def test_processor_time_is_limited(handle: WorkerHandle) -> None:
    ran, _ = run(handle, "while True: pass", wall=30, cpu=1)
    assert ran.outcome.status == "cpu"
    assert ran.outcome.cpu_seconds >= 1


def test_signals_that_are_ignored_do_not_outlast_the_limit(handle: WorkerHandle) -> None:
    code = "import signal\nfor s in set(signal.Signals) - {9, 19}: signal.signal(s, signal.SIG_IGN)\nwhile True: pass"
    ran, _ = run(handle, code, wall=1)
    assert ran.outcome.status == "timeout"


MEMORY_BOMB = """
held = []
for _ in range(24):  # 1.5 GiB at most, should nobody stop it
    held.append(bytearray(64 << 20))
    time.sleep(0.05)
"""


def test_memory_is_limited(handle: WorkerHandle) -> None:
    ran, _ = run(handle, "import time" + MEMORY_BOMB, memory_mib=300)
    assert ran.outcome.status == "memory"
    assert 300 <= ran.outcome.peak_memory_mib < 1536


def test_memory_of_child_processes_counts(handle: WorkerHandle) -> None:
    code = "import os, time\nif os.fork() == 0:" + MEMORY_BOMB.replace("\n", "\n    ") + "\nelse:\n    os.wait()"
    ran, _ = run(handle, code, memory_mib=300)
    assert ran.outcome.status == "memory"


def test_a_job_that_keeps_within_its_memory_is_left_alone(handle: WorkerHandle) -> None:
    ran, _ = run(handle, "import time\nheld = bytearray(100 << 20)\ntime.sleep(0.5)", memory_mib=300)
    assert ran.outcome.status == "ok"
    assert 80 <= ran.outcome.peak_memory_mib <= 300


def test_the_number_of_processes_is_limited(handle: WorkerHandle) -> None:
    code = """
    import os, time
    for _ in range(60):
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
    time.sleep(20)
    """
    ran, _ = run(handle, code, processes=30)
    assert ran.outcome.status == "processes"


def test_a_file_that_grows_without_end_is_stopped(handle: WorkerHandle) -> None:
    code = """
    with open(folder + "/large", "wb") as file:
        for _ in range(20):
            file.write(bytes(1 << 20))
            file.flush()
    """
    ran, _ = run(handle, code, file_mib=4)
    assert ran.outcome.status == "disk"


def test_the_number_of_files_is_limited_and_what_was_there_before_does_not_count(handle: WorkerHandle) -> None:
    folder = handle.new_folder()
    for n in range(50):
        (folder / f"handed-in-{n}").touch()
    code = "import time\nfor n in range({n}):\n    open(folder + f'/f{{n}}', 'w').close()\ntime.sleep(1)"
    ran = handle.run(job(code.format(n=30), folder, files=40), lambda line: None)
    assert ran.outcome.status == "ok"
    ran = handle.run(job(code.format(n=60), handle.new_folder(), files=40), lambda line: None)
    assert ran.outcome.status == "disk"


def test_all_that_is_written_is_limited(handle: WorkerHandle) -> None:
    code = "import time\nfor n in range(10):\n    open(folder + f'/f{n}', 'wb').write(bytes(1 << 20))\ntime.sleep(1)"
    assert run(handle, code, total_mib=20)[0].outcome.status == "ok"
    assert run(handle, code, total_mib=5)[0].outcome.status == "disk"


def test_threads_are_limited(handle: WorkerHandle) -> None:
    code = "import threading, time\nfor _ in range(40):\n    threading.Thread(target=time.sleep, args=(2,)).start()\ntime.sleep(1)"
    assert run(handle, code, threads=20)[0].outcome.status == "processes"
    assert run(handle, code, threads=60)[0].outcome.status == "ok"


def test_processor_time_of_children_counts(handle: WorkerHandle) -> None:
    code = "import os\nfor _ in range(2):\n    if os.fork() == 0:\n        while True: pass\nos.wait()"
    ran, _ = run(handle, code, wall=30, cpu=1)
    assert ran.outcome.status == "cpu" and ran.outcome.cpu_seconds >= 1


def test_what_lies_in_memory_as_files_counts_as_memory(handle: WorkerHandle) -> None:
    if not handle.sandbox.own_spaces:
        pytest.skip("no /tmp of its own")
    code = (
        "import time\nfor n in range(20):\n    open(f'/dev/shm/{n}', 'wb').write(bytes(4 << 20))\n    time.sleep(0.05)"
    )
    assert run(handle, code, memory_mib=50)[0].outcome.status == "memory"
    assert run(handle, "import os\nprint(os.listdir('/dev/shm'))")[0].printed.text == "[]\n"


# ── Nothing is left behind ──────────────────────────────────────────────────────────────────────


def test_a_daemon_that_a_job_leaves_behind_is_killed(handle: WorkerHandle) -> None:
    mark = f"left-behind-{os.getpid()}-{time.monotonic_ns()}"
    code = f"""
    import os, subprocess, sys, time
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)", "{mark}"], start_new_session=True)
            time.sleep(300)
        os._exit(0)
    while not os.path.exists(folder + "/seen"):
        time.sleep(0.01)
    """
    folder = handle.new_folder()

    def watch() -> None:
        until(lambda: processes_named(mark))
        (folder / "seen").touch()

    watching = threading.Thread(target=watch)
    watching.start()
    ran = handle.run(job(code, folder), lambda line: None)
    assert ran.outcome.status == "ok", "the daemon never ran, so its end proves nothing"
    watching.join()
    until(lambda: not processes_named(mark))


def test_a_job_after_leftovers_starts_with_none(handle: WorkerHandle) -> None:
    run(handle, "import os, time\nfor _ in range(10):\n    if os.fork() == 0: time.sleep(300)")
    assert worker_of(handle).children(recursive=True) == []


def test_a_worker_that_dies_is_told_and_the_next_job_has_a_new_one(handle: WorkerHandle) -> None:
    told = run_and_kill_worker(handle, "pass")
    assert told.value.text.fr and told.value.text.en
    ran, _ = run(handle, "print('alive')")
    assert ran.printed.text == "alive\n"


def test_a_job_does_not_outlive_its_worker(handle: WorkerHandle) -> None:
    mark = f"orphan-{os.getpid()}-{time.monotonic_ns()}"
    code = f"""
    import os, sys
    os.set_inheritable(events, True)
    write = f"import os, time; os.write({{events}}, b'{{{{}}}}\\\\n'); time.sleep(300)"
    os.execv(sys.executable, [sys.executable, "-c", write, "{mark}"])
    """
    with pytest.raises(WorkerDied):
        handle.run(job(code, handle.new_folder()), lambda line: worker_of(handle).kill())
    until(lambda: not processes_named(mark))


def test_a_dying_worker_is_not_made_to_show_files_of_the_host(handle: WorkerHandle, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("very secret")
    code = f"""
    import os
    top = os.path.dirname(folder)
    try:
        for name in os.listdir(top) + ["worker.log"]:
            path = os.path.join(top, name)
            os.path.isfile(path) and os.unlink(path)
            os.path.exists(path) or os.symlink({str(tmp_path / "secret")!r}, path)
    except OSError:
        pass
    """
    told = run_and_kill_worker(handle, textwrap.dedent(code))
    assert "very secret" not in told.value.text.en


def test_a_job_cannot_kill_its_worker(handle: WorkerHandle) -> None:
    code = "import os\ntry:\n    os.kill(os.getppid(), 9)\nexcept PermissionError:\n    print('refused')"
    if "signals" in UNPROTECTED[handle.sandbox.name]:
        with pytest.raises(WorkerDied):
            run(handle, code)
    else:
        assert run(handle, code)[0].printed.text == "refused\n"


def test_a_worker_that_died_while_idle_is_replaced(handle: WorkerHandle) -> None:
    run(handle, "pass")
    assert handle._worker is not None
    worker_of(handle).kill()
    handle._worker.wait()
    with pytest.raises(WorkerDied):
        run(handle, "pass")
    ran, _ = run(handle, "print('alive')")
    assert ran.printed.text == "alive\n"


def test_a_fault_of_the_listener_leaves_no_job_running(handle: WorkerHandle) -> None:
    mark = f"listener-{os.getpid()}-{time.monotonic_ns()}"
    code = f"""
    import os, subprocess, sys
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)", "{mark}"])
    os.write(events, b"{{}}\\n")
    child.wait()
    """

    def interrupted(line: bytes) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        handle.run(job(code, handle.new_folder()), interrupted)
    until(lambda: not processes_named(mark))
    assert run(handle, "print('alive')")[0].printed.text == "alive\n"


def test_a_job_can_be_called_off_from_another_thread(sandbox: Sandbox) -> None:
    mark = f"called-off-{os.getpid()}-{time.monotonic_ns()}"
    code = f"""
    import subprocess, sys
    subprocess.run([sys.executable, "-c", "import time; time.sleep(300)", "{mark}"])
    """
    with WorkerHandle(sandbox, (HERE,), LIGHT) as own:

        def stop_when_it_runs() -> None:
            until(lambda: processes_named(mark))
            own.stop()

        stopper = threading.Thread(target=stop_when_it_runs)
        stopper.start()
        with pytest.raises(Stopped):
            run(own, code)
        stopper.join()
        until(lambda: not processes_named(mark))


def test_closing_leaves_no_process_and_no_folder(sandbox: Sandbox) -> None:
    own = WorkerHandle(sandbox, (HERE,), LIGHT)
    with own:
        ran, _ = run(own, "import os\nopen(folder + '/kept', 'w').close()\nos.mkdir(folder + '/sub', 0o500)")
        assert ran.outcome.status == "ok"
        assert own._worker is not None
        tree = [own._worker, *psutil.Process(own._worker.pid).children(recursive=True)]
        assert own.folder.is_dir()
    assert not own.folder.exists()
    until(lambda: not any(psutil.pid_exists(process.pid) for process in tree))


def test_closing_before_the_worker_is_warm_leaves_nothing(sandbox: Sandbox) -> None:
    own = WorkerHandle(sandbox, (HERE,), ("keras",))
    own.start()
    assert own._worker is not None
    pid = own._worker.pid
    own.close()
    assert not own.folder.exists()
    until(lambda: not psutil.pid_exists(pid))


def test_a_job_that_fills_its_folder_is_cleared_away(handle: WorkerHandle) -> None:
    from grader.grading.execute import clear

    code = "import os\nos.mkdir(folder + '/a')\nopen(folder + '/a/b', 'w').close()\nos.symlink('/', folder + '/root')"
    folder = handle.new_folder()
    handle.run(job(code, folder), lambda line: None)
    clear(handle, folder)
    assert not folder.exists() and Path("/usr").is_dir()


# ── What it withholds ───────────────────────────────────────────────────────────────────────────────────────


def held(handle: WorkerHandle, wall: str, attempt: str) -> None:
    """`attempt` must end in an OSError behind a wall, and must succeed where there is none: else it proves nothing."""
    ran, _ = run(handle, f"try:\n    {attempt}\nexcept OSError:\n    print('refused')\nelse:\n    print('done')")
    expected = "done\n" if wall in UNPROTECTED[handle.sandbox.name] else "refused\n"
    assert ran.printed.text == expected


def test_files_of_the_host_cannot_be_read(handle: WorkerHandle, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    held(handle, "host files", f"open({str(tmp_path / 'secret')!r}).read()")


def test_of_the_home_folder_nothing_shows_but_the_way_to_python(handle: WorkerHandle) -> None:
    home = Path.home()
    ran, _ = run(
        handle, f"import os\ntry:\n    print(*os.listdir({str(home)!r}), sep='\\n')\nexcept OSError:\n    pass"
    )
    ways = {folder.relative_to(home).parts[0] for folder in interpreter_folders() if folder.is_relative_to(home)}
    more = set(ran.printed.text.split("\n")) - ways - {""}
    hidden = {path.name for path in home.iterdir()} - ways
    assert more == (hidden if "host files" in UNPROTECTED[handle.sandbox.name] else set())


def test_the_grader_itself_cannot_be_changed(handle: WorkerHandle) -> None:
    target = Path(worker_handle.__file__)
    held(handle, "read-only system", f"open({str(target)!r}, 'r+').close()")


def test_files_of_the_host_cannot_be_cut(handle: WorkerHandle, tmp_path: Path) -> None:
    """By name, which no permission to write goes before."""
    (tmp_path / "notes").write_text("the teacher's own")
    held(handle, "host files", f"__import__('os').truncate({str(tmp_path / 'notes')!r}, 0)")


def test_a_job_can_touch_a_file_that_is_not_there_and_copy_one_with_its_times(handle: WorkerHandle) -> None:
    code = """
    import os, shutil
    from pathlib import Path
    made = Path(folder, "made")
    made.touch()
    print(made.exists())
    made.write_text("abc")
    made.touch()
    shutil.copy2(made, Path(folder, "copy"))
    print(made.read_text(), Path(folder, "copy").read_text())
    """
    assert run(handle, code)[0].printed.text == "True\nabc abc\n"


def test_a_job_can_cut_its_own_open_file(handle: WorkerHandle) -> None:
    ran, _ = run(
        handle,
        "file = open(folder + '/f', 'w+')\nfile.write('abc')\nfile.flush()\nfile.truncate(1)\nprint(open(folder + '/f').read())",
    )
    assert ran.printed.text == "a\n"


def test_the_network_cannot_be_reached(handle: WorkerHandle) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        held(handle, "network", f"__import__('socket').create_connection(('127.0.0.1', {port}), 2).close()")


def test_processes_of_the_host_are_not_seen(handle: WorkerHandle) -> None:
    ran, _ = run(handle, f"import os\nprint(os.path.exists('/proc/{os.getpid()}/stat'))")
    assert ran.printed.text == f"{'processes' in UNPROTECTED[handle.sandbox.name]}\n"


def test_another_jobs_folder_cannot_be_read(handle: WorkerHandle) -> None:
    other = handle.new_folder()
    (other / "work.py").write_text("secret")
    held(handle, "host files", f"open({str(other / 'work.py')!r}).read()")
    assert (other / "work.py").exists()


def test_the_environment_is_clean(handle: WorkerHandle) -> None:
    assert "PYTEST_CURRENT_TEST" in os.environ
    ran, _ = run(handle, "import os\nprint('PYTEST_CURRENT_TEST' in os.environ, os.environ['USER'])")
    assert ran.printed.text == "False etudiant\n"


def test_a_job_can_write_in_its_own_folder(handle: WorkerHandle) -> None:
    folder = handle.new_folder()
    handle.run(job("open(folder + '/result', 'w').write('here')", folder), lambda line: None)
    assert (folder / "result").read_text() == "here"


# ── Choosing ────────────────────────────────────────────────────────────────────────────────────


def test_every_backend_states_its_exceptions_and_its_level() -> None:
    assert set(KINDS) == set(NAMES) == set(UNPROTECTED)
    assert {name: make().level for name, make in BACKENDS.items()} == {
        "process": Level.LIMITS_ONLY,
        "landlock": Level.REDUCED,
        "bubblewrap": Level.FULL,
    }


def test_automatic_choice_never_falls_back_to_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.messages import plain

    for backend in (Bubblewrap, Landlock):
        monkeypatch.setattr(backend, "self_test", lambda self: SelfTest(False, (), plain("not here")))
    with pytest.raises(SandboxUnavailable, match="not here"):
        choose("auto")
    assert choose("process")[0].name == "process"


def test_a_missing_bubblewrap_is_told_with_the_way_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.sandbox import bubblewrap

    monkeypatch.setattr(bubblewrap, "_bwrap", lambda: None)
    test = Bubblewrap().self_test()
    assert not test.works and "apt install bubblewrap" in test.why.en and "apt install bubblewrap" in test.why.fr


def test_a_wall_that_does_not_hold_makes_the_backend_unfit(
    bubblewrap_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bubblewrap, "command", lambda self, program, view, environment: [*program])
    test = Bubblewrap().self_test()
    assert not test.works and "host files" in test.why.en


@pytest.mark.parametrize("sizes", [(3, 3, 3), (50,), (1, 100, 1), (0, 10, 0), (7,) * 30])
def test_head_and_tail_lose_nothing_without_counting_it(sizes: tuple[int, ...]) -> None:
    kept = HeadAndTail(20)
    whole = b""
    for number, size in enumerate(sizes):
        data = bytes([65 + number % 26]) * size
        whole += data
        kept.add(data)
    text = kept.joined().encode()
    assert len(text) + kept.dropped == len(whole)
    assert len(text) <= 20
    if kept.dropped:
        assert text[:10] == whole[:10] and text[10:] == whole[-10:]
    else:
        assert text == whole
