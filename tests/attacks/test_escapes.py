"""A program that attacks the sandbox itself: system calls, signals, namespaces, the worker, the other processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.worker import landlock, system_calls
from tests.attacks.attack import Arena, Canaries, marks, said, through
from tests.endings import waits_no_longer_than

CALLS = {
    # x86_64, aarch64, arguments
    "ptrace": (101, 117, "(16, worker, 0, 0)"),
    "process_vm_readv": (310, 270, "(worker, 0, 0, 0, 0, 0)"),
    "process_vm_writev": (311, 271, "(worker, 0, 0, 0, 0, 0)"),
    "pidfd_getfd": (438, 438, "(0, 0, 0)"),
    "kcmp": (312, 272, "(worker, me, 0, 0, 0)"),
    "process_madvise": (440, 440, "(0, 0, 0, 4, 0)"),
    "add_key": (248, 217, "(b'user', b'k', b'v', 1, -3)"),
    "keyctl": (250, 219, "(0, -3, 1)"),
    "request_key": (249, 218, "(b'user', b'k', 0, -3)"),
    "io_uring_setup": (425, 425, "(4, bytes(120))"),
    "userfaultfd": (323, 282, "(1,)"),
    "bpf": (321, 280, "(0, bytes(64), 64)"),
    "perf_event_open": (298, 241, "(bytes(120), 0, -1, -1, 0)"),
    "mount": (165, 40, "(b'tmpfs', b'.', b'tmpfs', 0, 0)"),
    "bind mount": (165, 40, "(b'/', b'.', 0, 4096, 0)"),
    "umount2": (166, 39, "(b'/proc', 2)"),
    "pivot_root": (155, 41, "(b'.', b'.')"),
    "chroot": (161, 51, "(b'.',)"),
    "move_mount": (429, 429, "(-100, b'/', -100, b'.', 0)"),
    "open_tree": (428, 428, "(-100, b'/', 1)"),
    "fsopen": (430, 430, "(b'tmpfs', 0)"),
    "unshare a user": (272, 97, "(0x10000000,)"),
    "unshare mounts": (272, 97, "(0x20000,)"),
    "setns": (308, 268, "(os.open('/proc/self/ns/user', os.O_RDONLY), 0)"),
    "clone3": (435, 435, "(0, 0)"),
    "clone a user": (56, 220, "(0x10000000 | 17, 0, 0, 0, 0)"),
    "clone a network": (56, 220, "(0x40000000 | 17, 0, 0, 0, 0)"),
    "init_module": (175, 105, "(0, 0, b'')"),
    "finit_module": (313, 273, "(0, b'', 0)"),
    "kexec_load": (246, 104, "(0, 0, 0, 0)"),
    "open_by_handle_at": (304, 265, "(-100, bytes(64), 0)"),
    "name_to_handle_at": (303, 264, "(-100, b'/', bytes(64), bytes(8), 0)"),
    "fanotify_init": (300, 262, "(0, 0)"),
    "syslog": (103, 116, "(10, 0, 0)"),
    "settimeofday": (164, 170, "(bytes(16), 0)"),
    "sethostname": (170, 161, "(b'evil', 4)"),
    "swapon": (167, 224, "(b'f', 0)"),
    "reboot": (169, 142, "(0xfee1dead, 672274793, 0, 0)"),
    "type into the terminal": (16, 29, "(0, 0x5412, b'x')"),
    "hide from the watch": (157, 167, "(4, 0, 0, 0, 0)"),
    "limit the worker": (302, 261, "(worker, 0, bytes(16), 0)"),
    "pin the worker": (203, 122, "(worker, 8, bytes([1] + [0] * 7))"),
    "slow the worker": (141, 140, "(0, worker, 19)"),
    "slow everybody": (141, 140, "(2, 0, 19)"),
    "stop idling": (144, 119, "(worker, 5, bytes(4))"),
    "memory that nobody sees": (447, 447, "(0,)"),
    "32 bits": (0x40000000 + 39, 0x40000000 + 39, "()"),
}


@through("calls")
def test_system_calls_that_no_exercise_needs_are_refused(arena: Arena) -> None:
    """One program for all of them: each must fail, and by a refusal rather than for want of good arguments."""
    listed = ",\n".join(
        f"            {name!r}: ({x86}, {arm}, lambda: {arguments})" for name, (x86, arm, arguments) in CALLS.items()
    )
    record = arena.grade(f"""
        travail()
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        worker, me, machine = os.getppid(), os.getpid(), os.uname().machine
        calls = {{
{listed}
        }}
        for name, (x86, arm, arguments) in calls.items():
            ctypes.set_errno(0)
            result = libc.syscall(ctypes.c_long(x86 if machine == "x86_64" else arm), *arguments())
            if result == 0 and name.startswith("clone"):
                os._exit(0)
            if result != -1 or ctypes.get_errno() not in (1, 13, 38):
                print("not refused:", name, result, ctypes.get_errno())
        """)
    assert record.output_tail == "", record.output_tail
    assert marks(record) == {"runs": 1, "travail": 2}, said(record)
    arena.honest()


SIGNALS = """
travail()
import ctypes, os, signal
worker = os.getppid()
for target in {targets}:
    for send in (
        lambda: os.kill(target, {number}),
        lambda: os.killpg(os.getpgid(target), {number}),
        lambda: signal.pidfd_send_signal(os.pidfd_open(target), {number}),
    ):
        try:
            send()
            print("sent to", target)
        except (OSError, ValueError):
            pass
"""


@through("signals")
def test_the_worker_is_neither_signalled_nor_stopped(arena: Arena) -> None:
    if landlock.abi() < landlock.KEEPS_SIGNALS and not system_calls.available():
        pytest.skip("nothing keeps from signals before Linux 6.12, but the filter")
    assert arena.workbench.runner._worker is not None
    before = arena.workbench.runner._worker.pid
    for number in (0, 19, 15, 9):
        record = arena.grade(SIGNALS.format(targets="(worker,)", number=number))
        assert record.output_tail == "" and marks(record) == {"runs": 1, "travail": 2}, said(record)
    record = arena.grade("travail()\nimport os\ntry:\n    os.kill(-1, 9)\nexcept OSError:\n    pass")
    assert marks(record) == {"runs": 1, "travail": 2}, said(record)
    assert arena.workbench.runner._worker.pid == before
    arena.honest()


@through("bystanders")
def test_processes_of_the_same_user_outside_are_left_alone(arena: Arena) -> None:
    if landlock.abi() < landlock.KEEPS_SIGNALS and arena.name == "landlock":
        pytest.skip("signals are kept apart from Linux 6.12 on")
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"]) as bystander:
        try:
            record = arena.grade(SIGNALS.format(targets=f"({bystander.pid},)", number=9))
            assert record.output_tail == "" and bystander.poll() is None
        finally:
            bystander.kill()


@through("processes")
def test_no_process_of_the_machine_is_seen(arena: Arena) -> None:
    record = arena.grade(f"""
        travail()
        import os
        print(len([name for name in os.listdir("/proc") if name.isdigit()]) <= 4, os.path.exists("/proc/{os.getpid()}"))
        """)
    assert record.output_tail == "True False\n"


@through("files")
def test_the_kernels_settings_and_devices_are_not_opened_for_writing(arena: Arena) -> None:
    record = arena.grade("""
        travail()
        import glob, os
        paths = ["/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sysrq-trigger", "/proc/sys/vm/drop_caches"]
        paths += ["/sys/kernel/uevent_helper", "/dev/mem", "/dev/kmsg", "/dev/fuse", "/dev/kvm", "/dev/net/tun", "/dev/loop-control"]
        paths += ["/sys/fs/cgroup/cgroup.procs", "/proc/1/oom_score_adj", f"/proc/{os.getppid()}/oom_score_adj"]
        paths += [p for p in glob.glob("/dev/*") if p.startswith(("/dev/sd", "/dev/vd", "/dev/nvme", "/dev/tty"))][:40] + glob.glob("/dev/pts/[0-9]*")
        for path in paths:
            for flags in (os.O_WRONLY, os.O_RDWR):
                try:
                    os.close(os.open(path, flags | os.O_NOCTTY))
                    print("opened", path)
                except OSError:
                    pass
        """)
    assert record.output_tail == "" and marks(record) == {"runs": 1, "travail": 2}


@through("calls")
def test_new_namespaces_are_not_to_be_had_by_programs_either(arena: Arena) -> None:
    record = arena.grade("""
        travail()
        import subprocess
        for command in (["unshare", "-Ur", "id"], ["unshare", "-r", "mount", "-t", "tmpfs", "x", "/tmp"], ["bwrap", "--dev-bind", "/", "/", "id"]):
            try:
                run = subprocess.run(command, capture_output=True, timeout=5)
            except OSError:
                continue
            if run.returncode == 0:
                print("worked:", command)
        """)
    assert record.output_tail == "" and marks(record) == {"runs": 1, "travail": 2}


@through("calls")
def test_the_sandbox_stays_closed_in_what_a_program_starts(arena: Arena, canaries: Canaries) -> None:
    record = arena.grade(f"""
        travail()
        import subprocess, sys
        code = "import socket\\ntry:\\n    socket.socket(16, 3)\\n    print('raised')\\nexcept OSError:\\n    pass\\nprint(open({str(canaries.file)!r}).read())"
        print(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout)
        print(subprocess.run(["cat", {str(canaries.file)!r}], capture_output=True, text=True).stdout)
        """)
    canaries.assert_intact(record)
    assert record.output_tail.strip() == "" and marks(record) == {"runs": 1, "travail": 2}


@through("limits")
def test_a_program_cannot_raise_its_own_limits(arena: Arena) -> None:
    record = arena.grade(
        """
        travail()
        import resource
        for name in ("RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE"):
            what = getattr(resource, name)
            soft, hard = resource.getrlimit(what)
            try:
                resource.setrlimit(what, (hard + 1, hard + 1))
                print("raised", name)
            except (OSError, ValueError):
                pass
        """
    )
    if arena.name == "process" and os.getuid() == 0:
        pytest.skip("root keeps its powers where there is no sandbox")
    assert record.output_tail == "" and marks(record) == {"runs": 1, "travail": 2}


@through("leftovers")
def test_a_program_that_closes_folders_behind_itself_closes_them_to_nobody(arena: Arena) -> None:
    """Its own folder, the worker's, and what the grader reads afterwards."""
    record = arena.grade("""
        travail()
        import os
        for folder in ("../..", "..", "../out", ".", os.environ["HOME"], os.environ["TMPDIR"]):
            try:
                os.chmod(folder, 0)
            except OSError:
                pass
        """)
    assert marks(record) == {"runs": 1, "travail": 2}, said(record)
    assert arena.workbench.runner.folder.stat().st_mode & 0o700 == 0o700
    arena.honest()


@through("calls")
def test_a_program_that_waits_for_the_next_one_never_meets_it(arena: Arena) -> None:
    """A process that hides in a session of its own and looks for other jobs' folders."""
    record = arena.grade("""
        travail()
        import os, time
        ready = os.path.abspath("ready")
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                open(ready, "w").close()
                seen = set()
                while True:
                    for top in ("../..", "/tmp", "/var/tmp"):
                        try:
                            seen |= set(os.listdir(top))
                        except OSError:
                            pass
                    time.sleep(0.01)
            os._exit(0)
        while not os.path.exists(ready):
            time.sleep(0.01)
        """)
    assert marks(record) == {"runs": 1, "travail": 2}, said(record)
    with waits_no_longer_than():
        arena.honest()
    assert Path("/proc").is_dir()
