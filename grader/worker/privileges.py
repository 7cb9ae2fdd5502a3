"""Gives up what a superuser may do: where no user namespace holds a job, its worker may have been started by root."""

from __future__ import annotations

import ctypes
import errno
import os
import struct

PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
CAPABILITY_VERSION_3 = 0x20080522
MAX_CAPABILITIES = 64

_libc = ctypes.CDLL(None, use_errno=True)


def drop() -> None:
    """Leave no capability to this thread and its future children, not even to those that run a program as root.

    Raises:
        OSError: the kernel refused.
    """
    for capability in range(MAX_CAPABILITIES):
        if _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break  # an ordinary user has no right to; or the last one was passed
    _libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    _checked(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl(PR_SET_NO_NEW_PRIVS)")
    header = struct.pack("Ii", CAPABILITY_VERSION_3, 0)
    _checked(_libc.capset(header, bytes(24)), "capset")


def _checked(result: int, call: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno() or errno.EPERM, f"{call}: {os.strerror(ctypes.get_errno())}")
