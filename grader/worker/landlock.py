"""Landlock, per fork: a restriction that any process may put on itself and none can lift.

A job may read what it must, write in its own folder, and neither use TCP nor signal what is outside of it.
System calls, numbers and structures: https://docs.kernel.org/userspace-api/landlock.html.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION = 1
PATH_BENEATH = 1
PR_SET_NO_NEW_PRIVS = 38

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
READ = EXECUTE | READ_FILE | READ_DIR
FILE_ONLY = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
DEVICE = READ | WRITE_FILE | IOCTL_DEV  # a terminal is made by ioctl: `!ls` in a notebook asks for one
MAKE_DEVICES = 1 << 6 | 1 << 11  # character and block devices: never allowed
TCP = 0b11  # bind, connect
SCOPES = 0b11  # abstract sockets, signals
KEEPS_FROM_CUTTING, KEEPS_FROM_NETWORK, KEEPS_SIGNALS = 3, 4, 6  # the first versions that do
# Where /dev is the host's: no disks, no memory, and nobody's terminal.
PLAIN_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")

_libc = ctypes.CDLL(None, use_errno=True)


def abi() -> int:
    """Return the kernel's Landlock version; 0 where there is none."""
    return max(0, int(_libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(VERSION))))


def restrict(read: Iterable[str], write: Iterable[str], devices: Iterable[str] = ("/dev",)) -> int:
    """Restrict this thread and its future children; return the ABI that was used.

    Raises:
        OSError: the kernel refused.
    """
    version = abi()
    if version == 0:
        raise OSError("no Landlock in this kernel")
    handled = _handled(version)
    attributes = [struct.pack("Q", handled)]
    if version >= KEEPS_FROM_NETWORK:
        attributes.append(struct.pack("Q", TCP))
    if version >= KEEPS_SIGNALS:
        attributes.append(struct.pack("Q", SCOPES))
    packed = b"".join(attributes)
    ruleset = _call(CREATE_RULESET, packed, ctypes.c_size_t(len(packed)), ctypes.c_uint32(0))
    try:
        for paths, access in ((read, READ), (write, handled & ~MAKE_DEVICES), (devices, DEVICE)):
            for path in paths:
                _allow(ruleset, path, access & handled)
        if _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_NO_NEW_PRIVS)")
        _call(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)
    return version


def _handled(version: int) -> int:
    """Return all rights over files that this version knows, as bits."""
    last = {1: 12, 2: 13, 3: 14, 4: 14}.get(version, 15)
    return (1 << (last + 1)) - 1


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no permission
    try:
        if not Path(path).is_dir():
            access &= FILE_ONLY
        rule = struct.pack("=Qi", access, descriptor)
        _call(ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(PATH_BENEATH), rule, ctypes.c_uint32(0))
    finally:
        os.close(descriptor)


def _call(number: int, *arguments: object) -> int:
    result = int(_libc.syscall(number, *arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"Landlock: {os.strerror(code)}")
    return result
