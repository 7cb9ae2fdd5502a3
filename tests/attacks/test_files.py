"""A program that fills the disk, reads what is not its own, or changes what others will use."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

import grader
from tests.attacks.attack import CLAIMS, Arena, Canaries, marks, said, stopped_by, through

# ── Filling the disk ────────────────────────────────────────────────────────────────────────────

FILLERS = {
    "many small files": "for n in range(20000):\n    open(f'f{n}', 'w').write('x')\n    time.sleep(0.0005)",
    "many folders": "for n in range(20000):\n    os.mkdir(f'd{n}')\n    time.sleep(0.0005)",
    "many links to one file": "for n in range(20000):\n    os.link('essai.py', f'l{n}')\n    time.sleep(0.0005)",
    "one huge file": "with open('f', 'wb') as f:\n    for _ in range(64):\n        f.write(bytes(1 << 20))",
    "a sparse file": "os.truncate(os.open('f', os.O_CREAT | os.O_RDWR), 1 << 40)",
    "a file that is asked for whole": "os.posix_fallocate(os.open('f', os.O_CREAT | os.O_RDWR), 0, 1 << 30)",
    "many middling files": "for n in range(20):\n    open(f'f{n}', 'wb').write(bytes(4 << 20))\ntime.sleep(5)",
    "files without a name": """
for n in range(20):
    kept.append(open('f', 'wb'))
    kept[-1].write(bytes(4 << 20))
    kept[-1].flush()
    os.unlink('f')
time.sleep(5)
""",
    "a folder that nobody may look into": """
os.mkdir('closed')
for n in range(20):
    open(f'closed/f{n}', 'wb').write(bytes(4 << 20))
os.chmod('closed', 0)
time.sleep(5)
""",
    "folders in folders": """
for _ in range(300):
    os.mkdir('d')
    os.chdir('d')
time.sleep(5)
""",
}


@through("limits")
@pytest.mark.parametrize("what", FILLERS)
def test_a_program_that_writes(what: str, arena: Arena) -> None:
    record = arena.grade(f"import os, time\nkept = []\ntravail()\n{FILLERS[what]}")
    assert stopped_by(record) == "disk", said(record)
    assert marks(record) == {"runs": 0, "travail": 2}
    assert not [path for path in arena.workbench.runner.folder.iterdir() if path.name.startswith("j")]
    arena.honest()


ODD_NAMES = {
    "folders of any depth": "for _ in range(1100):\n    os.mkdir('d')\n    os.chdir('d')",
    "very long names": "for n in range(50):\n    open(f'{n:0255}', 'w').close()",
    "names of any bytes": "for n in set(range(1, 256)) - {47}:\n    open(b'a' + bytes([n, n]), 'w').close() if n % 2 else None",
    "names that terminals obey": "for name in ('\\x1b[2J', 'a\\nb', '[red]x[bold]', '<b>x', '=cmd()', '..x', '-rf'):\n"
    "    open(name, 'w').close()",
    "closed folders": "os.makedirs('a/b')\nopen('a/b/c', 'w').close()\nos.chmod('a/b', 0)\nos.chmod('a', 0)",
    "pipes and sockets": "import socket\nos.mkfifo('p')\nsocket.socket(socket.AF_UNIX).bind('s')",
    "links to everywhere": "os.symlink('/', 'root')\nos.symlink('loop', 'loop')\nos.symlink('/dev/zero', 'zero')",
}


@through("limits")
@pytest.mark.parametrize(
    "what",  # removing a thousand folders takes the disk some seconds
    [pytest.param(what, marks=[pytest.mark.slow] if "depth" in what else []) for what in ODD_NAMES],
)
def test_a_program_that_leaves_odd_names_behind_leaves_nothing(what: str, arena: Arena, tmp_path: Path) -> None:
    from grader import records

    record = arena.grade(f"import os\ntravail()\n{ODD_NAMES[what]}", files=5000)
    assert marks(record) == {"runs": 1, "travail": 2}, said(record)
    records.write(record, tmp_path / "record.json")
    assert records.read(tmp_path / "record.json").score == 3
    assert not [path for path in arena.workbench.runner.folder.iterdir() if path.name.startswith("j")]
    arena.honest()


# ── Reading what is not its own ─────────────────────────────────────────────────────────────────

READ = """
travail()
import os
for name in {paths!r}:
    try:
        print(open(name, 'rb').read(100_000))
    except OSError as problem:
        print('refused', problem.errno)
"""


@through("files")
def test_secrets_of_the_machine_are_not_read(arena: Arena, canaries: Canaries) -> None:
    home = Path.home()
    (canaries.folder / "hard").hardlink_to(canaries.file)
    canaries._before = canaries._files()
    wanted = [str(canaries.file), str(canaries.folder / "hard"), f"/proc/self/root{canaries.file}"]
    wanted += [
        f"/proc/self/cwd/../../../..{canaries.file}",
        f"/proc/{os.getpid()}/environ",
        f"/proc/{os.getpid()}/maps",
    ]
    wanted += [
        "/etc/shadow",
        "/etc/passwd",
        "/etc/hostname",
        "/proc/1/environ",
        "/proc/kcore",
        "/dev/mem",
        "/dev/vda",
        "/dev/sda",
    ]
    wanted += [str(home / name) for name in (".bashrc", ".profile", ".ssh/id_rsa", ".netrc", ".git-credentials")]
    record = arena.grade(READ.format(paths=wanted))
    canaries.assert_intact(record)
    assert marks(record) == {"runs": 1, "travail": 2}
    assert record.output_tail.count("refused") == len(wanted), record.output_tail


@through("files")
def test_neither_references_nor_tests_nor_other_submissions_are_seen(arena: Arena) -> None:
    repository = Path(grader.__file__).parents[1]
    other = arena.workbench.runner.new_folder()
    (other / "essai.py").write_text("secret of another student")
    folders = [repository / name for name in ("reference", "submissions", "tests/corpus", ".git")]
    folders += [other, arena.folder, Path.home(), Path("/etc"), Path("/root"), Path("/home"), Path("/var/log")]
    record = arena.grade(f"""
        travail()
        import os
        for folder in {[str(folder) for folder in folders if folder.exists()]!r}:
            try:
                found = os.listdir(folder)
            except OSError:
                found = []
            for name in found:
                path = os.path.join(folder, name)
                try:
                    os.path.isfile(path) and print('seen', path, open(path, 'rb').read(100))
                except OSError:
                    pass
        """)
    seen = [line for line in record.output_tail.splitlines() if not line.split()[1].startswith("/etc/ld.so")]
    assert seen == [] and marks(record) == {"runs": 1, "travail": 2}, seen
    assert "secret of another student" not in said(record)


@through("memory")
def test_neither_the_environment_nor_the_memory_of_the_worker_is_read(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = arena.grade("""
        travail()
        import os
        worker = os.getppid()
        for name in ("environ", "mem", "maps", "auxv", "stack", "syscall", "io", "pagemap"):
            try:
                with open(f"/proc/{worker}/{name}", "rb") as file:
                    name == "mem" and file.seek(4096)
                    print("read", name, len(file.read(100)))
            except OSError:
                pass
        for name in ("fd/0", "fd/3", "cwd", "root", "exe"):
            try:
                print("seen", name, os.readlink(f"/proc/{worker}/{name}"))
            except OSError:
                pass
        """)
    assert record.output_tail == "" and marks(record) == {"runs": 1, "travail": 2}
    arena.honest()


@through("leftovers")
def test_nothing_of_one_program_reaches_the_next(arena: Arena, tmp_path: Path) -> None:
    leave = """
        travail()
        import ctypes, os, tempfile
        for folder in ("/tmp", "/dev/shm", "/var/tmp", "/run", "/run/lock", os.environ["HOME"], tempfile.gettempdir(), "../..", ".."):
            for make in (lambda p: open(p, "w").write("left"), lambda p: os.makedirs(p + "d/e", 0o777), lambda p: os.mkfifo(p + "f")):
                try:
                    make(os.path.join(folder, "left-behind"))
                except OSError:
                    pass
        libc = ctypes.CDLL(None, use_errno=True)
        print("shm", libc.shmget(0x5eed, 4096, 0o1666), "sem", libc.semget(0x5eed, 1, 0o1666), "msg", libc.msgget(0x5eed, 0o1666))
        print("key", libc.syscall({"x86_64": 248, "aarch64": 217}[os.uname().machine], b"user", b"left", b"x", 1, -3))
        print("queue", libc.mq_open(b"/left-behind", os.O_CREAT | os.O_RDWR, 0o666, None))
        """
    find = """
        travail()
        import ctypes, os, tempfile
        for folder in ("/tmp", "/dev/shm", "/var/tmp", "/run", os.environ["HOME"], tempfile.gettempdir(), "../..", ".."):
            try:
                print(*(f"found {folder}/{name}" for name in os.listdir(folder) if "left" in name), sep="\\n", end="")
            except OSError:
                pass
        libc = ctypes.CDLL(None, use_errno=True)
        print("shm", libc.shmget(0x5eed, 4096, 0o666), "sem", libc.semget(0x5eed, 1, 0o666), "msg", libc.msgget(0x5eed, 0o666))
        """
    left = arena.grade(leave)
    assert marks(left) == {"runs": 1, "travail": 2}, said(left)
    assert left.output_tail == "shm -1 sem -1 msg -1\nkey -1\nqueue -1\n"
    found = arena.grade(find)
    assert found.output_tail == "shm -1 sem -1 msg -1\n"
    assert not [path for folder in ("/tmp", "/dev/shm", "/var/tmp") for path in Path(folder).glob("left-behind*")]
    arena.honest()


# ── Changing what others will use ───────────────────────────────────────────────────────────────


def others() -> list[Path]:
    site = next(Path(p) for p in sys.path if p.endswith("site-packages"))
    return [Path(grader.__file__), Path(os.__file__), site / "numpy" / "__init__.py", Path(sys.executable).resolve()]


@through("files")
def test_neither_python_nor_the_grader_nor_what_is_installed_can_be_opened_for_writing(arena: Arena) -> None:
    """Nothing that would harm this machine, should the wall not hold."""
    record = arena.grade(f"""
        travail()
        import os
        for path in {[str(path) for path in others()]!r}:
            for attempt in (
                lambda: open(path, "r+b").close(),
                lambda: os.open(path, os.O_WRONLY | os.O_APPEND),
                lambda: os.link(path, "mine"),
                lambda: os.rmdir(os.path.dirname(path)),
                lambda: os.close(os.open(os.path.dirname(path), os.O_TMPFILE | os.O_RDWR)),
            ):
                try:
                    attempt()
                    print("done to", path)
                except OSError:
                    pass
        """)
    assert record.output_tail == "" and marks(record) == {"runs": 1, "travail": 2}
    arena.honest()


@through("files")
def test_files_outside_are_not_changed_in_any_way(arena: Arena, canaries: Canaries) -> None:
    """What Landlock alone lets through counts too: modes, owners, times and attributes."""
    before = canaries.file.stat()
    listed = sorted(canaries.folder.iterdir())
    record = arena.grade(f"""
        travail()
        import os
        path = {str(canaries.file)!r}
        folder = os.path.dirname(path)
        for attempt in (
            lambda: open(path, "r+b").write(b"changed"),
            lambda: os.utime(path, (0, 0)),
            lambda: os.chmod(path, 0o777),
            lambda: os.chmod(folder, 0o777),
            lambda: os.chown(path, 1234, 1234),
            lambda: os.setxattr(path, "user.evil", b"1"),
            lambda: os.truncate(path, 0),
            lambda: os.rename(path, path + "~"),
            lambda: os.unlink(path),
            lambda: os.mkdir(folder + "/evil"),
            lambda: os.symlink("/", folder + "/link"),
            lambda: os.mkfifo(folder + "/pipe"),
        ):
            try:
                attempt()
            except OSError:
                pass
        """)
    canaries.assert_intact(record)
    after = canaries.file.stat()
    assert (after.st_mode, after.st_uid, after.st_mtime_ns) == (before.st_mode, before.st_uid, before.st_mtime_ns)
    assert os.listxattr(canaries.file) == [] and sorted(canaries.folder.iterdir()) == listed
    assert marks(record) == {"runs": 1, "travail": 2}


@through("limits")
def test_a_program_still_copies_its_own_files(arena: Arena) -> None:
    record = arena.grade("""
        import shutil, tempfile, zipfile
        shutil.copy2("essai.py", "copie.py")
        shutil.copytree(".", tempfile.mkdtemp() + "/all")
        shutil.make_archive("archive", "zip", ".", "copie.py")
        zipfile.ZipFile("archive.zip").extractall("back")
        assert open("back/copie.py").read() == open("essai.py").read()
        travail()
        """)
    assert marks(record) == {"runs": 1, "travail": 2}, said(record)


@through("files")
def test_a_link_out_of_the_folder_leads_no_write_outside(arena: Arena, canaries: Canaries) -> None:
    record = arena.grade(f"""
        travail()
        import os
        os.symlink({str(canaries.folder)!r}, "out")
        for attempt in (
            lambda: open("out/new", "w").close(),
            lambda: open("out/notes.txt", "a").write("changed"),
            lambda: os.rename("essai.py", "out/essai.py"),
            lambda: os.link({str(canaries.file)!r}, "mine"),
            lambda: os.replace("out/notes.txt", "stolen"),
        ):
            try:
                attempt()
                print("done")
            except OSError:
                pass
        """)
    canaries.assert_intact(record)
    assert record.output_tail == "" and marks(record) == {"runs": 1, "travail": 2}


@through("calls")
def test_device_nodes_and_setuid_programs_give_no_power(arena: Arena) -> None:
    record = arena.grade("""
        travail()
        import os, shutil, stat, subprocess
        for name, mode, device in (("memory", stat.S_IFCHR, (1, 1)), ("disk", stat.S_IFBLK, (8, 0))):
            try:
                os.mknod(name, mode | 0o666, os.makedev(*device))
                print("made", name)
            except OSError:
                pass
        shutil.copyfile("/usr/bin/id", "id")
        os.chmod("id", 0o6755)
        for command in (["./id", "-u"], ["/usr/bin/su", "-c", "id"], ["/usr/bin/mount"]):
            try:
                subprocess.run(command, capture_output=True, timeout=3, stdin=subprocess.DEVNULL)
            except (OSError, subprocess.TimeoutExpired):
                pass
        for attempt in (lambda: os.setuid(1), lambda: os.setgid(1), lambda: os.setgroups([0]), lambda: os.setresuid(1, 1, 1)):
            try:
                attempt()
                print("became another")
            except OSError:
                pass
        with open("/proc/self/status") as file:
            print(*(line.split()[1] for line in file if line.startswith("CapEff")))
        """)
    assert record.output_tail == "0000000000000000\n", record.output_tail
    assert marks(record) == {"runs": 1, "travail": 2}
    arena.honest()


def test_every_backend_that_keeps_files_away_claims_the_rest_too() -> None:
    """`process` claims limits and nothing else; nobody adds a claim without the attacks that go with it."""
    assert CLAIMS["process"] == {"limits"}
    assert CLAIMS["landlock"] < CLAIMS["bubblewrap"]
    assert stat.S_ISDIR(Path("/proc").stat().st_mode)
