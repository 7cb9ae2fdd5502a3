"""The filter of system calls, per fork: refuses what no exercise needs and what has let programs out of sandboxes.

The list follows what Docker's and Flatpak's filters refuse by default, and adds what would reach the worker itself
(https://docs.docker.com/engine/security/seccomp/, https://github.com/flatpak/flatpak: `setup_seccomp`).
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable
from functools import cache

from grader.worker import landlock
from grader.worker.libseccomp import AtLeast, Differs, Equals, Filter, library, load

# Looking into or steering other processes.
OTHERS = """ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_getfd
    move_pages migrate_pages tkill ioprio_set perf_event_open"""
# The kernel's own keys, programs, modules, clock, swap, log and names.
KERNEL = """add_key keyctl request_key bpf userfaultfd lookup_dcookie init_module finit_module delete_module
    create_module kexec_load kexec_file_load reboot swapon swapoff acct syslog settimeofday clock_settime clock_adjtime
    adjtimex stime sethostname setdomainname quotactl quotactl_fd nfsservctl uselib _sysctl sysfs ustat vm86 vm86old
    modify_ldt iopl ioperm vhangup fanotify_init open_by_handle_at name_to_handle_at personality"""
# Other views of the file system, other namespaces.
VIEWS = """mount umount umount2 pivot_root chroot move_mount open_tree open_tree_attr mount_setattr fsopen fsconfig
    fsmount fspick unshare setns statmount listmount"""
# Memory and messages that would stay behind for the next job, or that no limit counts.
LEFTOVERS = """shmget shmat shmctl semget semop semtimedop semctl msgget msgsnd msgrcv msgctl mq_open mq_unlink"""
# For these a library has another way, which it takes when it hears that the kernel does not know them.
UNKNOWN = "clone3 io_uring_setup io_uring_enter io_uring_register memfd_secret"

# Where files of the host show: Landlock guards what is in a file, but not its mode, owner and times, nor who looks on.
MODES = "chmod fchmod fchmodat fchmodat2 chown chown32 fchown fchown32 lchown lchown32 fchownat"
TIMES = {"utime": 1, "utimes": 1, "futimesat": 2, "utimensat": 2, "utimensat_time64": 2}  # which argument they are
ATTRIBUTES = """setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat
    file_setattr inotify_add_watch"""
DONE = 0  # instead of an error: the call does nothing and says that it is done, as `shutil.copy` must be able to

NULL, ALL = 0, 0xFFFFFFFFFFFFFFFF
CLONE_NEW = (0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
PR_SET_DUMPABLE = 4
INTERNET = (socket.AF_INET, socket.AF_INET6)
AF_NETLINK = 16
FAMILIES = 64  # more than there are
SOCK_TYPE, SOCK_PACKET = 0xF, 10
# ZeroMQ lists the network's interfaces and aborts, unless it hears that this is not supported.
REFUSALS: dict[int, int] = {AF_NETLINK: errno.EOPNOTSUPP, **dict.fromkeys(INTERNET, errno.EACCES)}


def available() -> bool:
    return library() is not None


def restrict(worker: Iterable[int], shared_host: bool, connect: bool) -> None:
    """Raise the filter around this thread and its future children: `compiled_filter`, which explains the arguments.

    Raises:
        OSError: libseccomp is not there, or the kernel refused.
    """
    load(compiled_filter(tuple(worker), shared_host, connect))
    _Deferred.connections = shared_host and connect


@cache
def compiled_filter(worker: tuple[int, ...], shared_host: bool, connect: bool) -> bytes:
    """Return the filter in the kernel's own form. A worker asks for it before it forks, for compiling takes 3 ms.

    `worker` are ids of threads that no signal may reach. With `shared_host`, where no namespace keeps the job apart,
    modes and times of files stay as they are, there are only stream sockets of the kind that a notebook needs, and
    `connect` says whether this process may connect them.

    Raises:
        OSError: libseccomp is not there, or the kernel refused.
    """
    rules = Filter()
    for name in (*OTHERS.split(), *KERNEL.split(), *VIEWS.split(), *LEFTOVERS.split()):
        rules.refuse(name)
    for name in UNKNOWN.split():
        rules.refuse(name, code=errno.ENOSYS)
    for flag in CLONE_NEW:
        rules.refuse("clone", Equals(0, flag, mask=flag))
    for request in (TIOCSTI, TIOCLINUX):
        rules.refuse("ioctl", Equals(1, request))
    rules.refuse("prctl", Equals(0, PR_SET_DUMPABLE))  # the watch looks at what the job's processes hold open
    rules.refuse("prlimit64", Differs(0, 0))  # of another process; nobody needs the long way to one's own
    if shared_host:
        for name in MODES.split():
            rules.refuse(name, code=DONE)
        for name, times in TIMES.items():
            rules.refuse(name, Differs(times, NULL), code=DONE)
            rules.refuse(name, Equals(times, NULL, mask=ALL))  # now: who touches a file makes it where this is refused
        for name in ATTRIBUTES.split():
            rules.refuse(name)
    if landlock.abi() < landlock.KEEPS_FROM_CUTTING:
        rules.refuse("truncate")  # of files that are not open; those that are, Landlock has let be written
    _protect(rules, worker)
    _sockets(rules, shared_host)
    if shared_host and not connect:
        rules.refuse("connect", code=errno.EACCES)
    return rules.compiled()


class _Deferred:
    """What the filter left open for the driver of a notebook, to be refused before the student's code runs."""

    connections = False


def refuse_deferred() -> None:
    """Refuse what was left open for the driver of a notebook; called in the process that runs the student's code, for a
    notebook's kernel is connected to, and connects to nothing itself."""
    if _Deferred.connections:
        rules = Filter()
        rules.refuse("connect", code=errno.EACCES)
        load(rules.compiled())


def _protect(rules: Filter, worker: Iterable[int]) -> None:
    """Refuse signals to the threads of the worker, and other processes' priorities.

    Kernels before 6.12 let a job signal whoever has the same user; and no kernel minds who pins or slows whom.

    A thread may set its own policy to the usual one, by its number: ZeroMQ does, and aborts where it cannot.
    """
    rules.refuse("kill", Equals(0, -1))
    rules.refuse("setpriority", Differs(1, 0))
    rules.refuse("setpriority", Equals(0, 2))  # all processes of a user
    rules.refuse("sched_setscheduler", AtLeast(1, 1))
    rules.refuse("sched_setattr")
    rules.refuse("sched_setaffinity", Differs(0, 0))
    for thread in worker:
        for call in ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open"):
            rules.refuse(call, Equals(0, thread))
        rules.refuse("kill", Equals(0, -thread))


def _sockets(rules: Filter, shared_host: bool) -> None:
    """Allow AF_UNIX, and in a network of one's own also what a program expects to find there; refuse other sockets."""
    allowed: tuple[int, ...] = (socket.AF_UNIX,) if shared_host else (socket.AF_UNIX, *INTERNET)
    odd: tuple[int, ...] = (socket.SOCK_RAW, socket.SOCK_RDM, SOCK_PACKET)
    if shared_host:
        odd = (*odd, socket.SOCK_DGRAM)  # a datagram reaches whoever it names, connected or not
    for call in ("socket", "socketpair"):
        for family in set(range(FAMILIES)) - set(allowed):
            rules.refuse(call, Equals(0, family), code=REFUSALS.get(family, errno.EAFNOSUPPORT))
        rules.refuse(call, AtLeast(0, FAMILIES), code=errno.EAFNOSUPPORT)
        for family in allowed:
            for kind in odd:
                rules.refuse(call, Equals(0, family), Equals(1, kind, mask=SOCK_TYPE), code=errno.EACCES)
