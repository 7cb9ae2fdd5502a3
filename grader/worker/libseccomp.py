"""A thin binding of libseccomp, which writes the kernel's filters of system calls on every processor and is on every
Debian, Ubuntu and Fedora (`apt` and `systemd` need it): https://github.com/seccomp/libseccomp.

Its own Python module is compiled by the distributions for their own Python only, and PyPI's `pyseccomp` has had no
release since 2021; the C functions called here have kept their form since 2.3 (2016).
"""

from __future__ import annotations

import ctypes
import errno
import os
from functools import cache
from typing import NamedTuple

ALLOW = 0x7FFF0000
ERRNO = 0x00050000
BAD_ARCHITECTURE, OPTIMIZE, BINARY_TREE = 2, 8, 2
EQUAL, AT_LEAST, MASKED_EQUAL, NOT_EQUAL = 4, 5, 7, 1
PR_SET_SECCOMP, MODE_FILTER, PR_SET_NO_NEW_PRIVS = 22, 2, 38
INSTRUCTION_BYTES = 8  # of `struct sock_filter`
MAX_BYTES = 4096 * INSTRUCTION_BYTES  # the kernel takes no more instructions
INT = 0xFFFFFFFF  # the kernel looks at the low half of an `int` argument only: so must a comparison


class Comparison(ctypes.Structure):
    """`struct scmp_arg_cmp`: a condition on one argument of a call."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


class Equals(NamedTuple):
    """Argument `argument`, under `mask`, has the value `value`."""

    argument: int
    value: int
    mask: int = INT

    def compiled(self) -> Comparison:
        return Comparison(self.argument, MASKED_EQUAL, self.mask, self.value & self.mask)


class AtLeast(NamedTuple):
    """Argument `argument`, all 64 bits of it, is at least `value`."""

    argument: int
    value: int

    def compiled(self) -> Comparison:
        return Comparison(self.argument, AT_LEAST, self.value, 0)


class Differs(NamedTuple):
    """Argument `argument`, all 64 bits of it, is not `value`."""

    argument: int
    value: int

    def compiled(self) -> Comparison:
        return Comparison(self.argument, NOT_EQUAL, self.value, 0)


Condition = Equals | AtLeast | Differs


@cache
def library() -> ctypes.CDLL | None:
    """Return the library; None where it is not installed."""
    try:
        found = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    except OSError:
        return None
    found.seccomp_init.restype = ctypes.c_void_p
    found.seccomp_init.argtypes = [ctypes.c_uint32]
    found.seccomp_release.argtypes = [ctypes.c_void_p]
    found.seccomp_export_bpf.argtypes = [ctypes.c_void_p, ctypes.c_int]
    found.seccomp_attr_set.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32]
    found.seccomp_syscall_resolve_name.argtypes = [ctypes.c_char_p]
    found.seccomp_rule_add_array.argtypes = [
        ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(Comparison),
    ]  # fmt: skip
    return found


class Program(ctypes.Structure):
    """`struct sock_fprog`: a filter as the kernel takes it."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def load(compiled: bytes) -> None:
    """Raise a filter around this thread and its future children; it cannot be lowered.

    Raises:
        OSError: the kernel refused.
    """
    program = Program(len(compiled) // INSTRUCTION_BYTES, compiled)
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    for arguments in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(program), 0, 0)):
        if prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")


class Filter:
    """A filter of system calls. What is not refused is allowed; a call made in another processor's way (32 bits, x32) does not exist.

    Raises:
        OSError: libseccomp is not there, or refuses a rule.
    """

    def __init__(self) -> None:
        found = library()
        if found is None:
            raise OSError(errno.ENOENT, "libseccomp is not installed")
        self._library = found
        self._context = found.seccomp_init(ALLOW)
        if not self._context:
            raise OSError(errno.ENOMEM, "libseccomp: seccomp_init")
        self._checked(found.seccomp_attr_set(self._context, BAD_ARCHITECTURE, ERRNO | errno.ENOSYS))
        found.seccomp_attr_set(self._context, OPTIMIZE, BINARY_TREE)  # from 2.5 on; older ones do without

    def refuse(self, call: str, *conditions: Condition, code: int = errno.EPERM) -> None:
        """Have the call fail with this errno where all conditions hold; one that this processor lacks is left out."""
        number = self._library.seccomp_syscall_resolve_name(call.encode())
        if number < 0:
            return
        compiled = (Comparison * max(1, len(conditions)))(*(condition.compiled() for condition in conditions))
        result = self._library.seccomp_rule_add_array(self._context, ERRNO | code, number, len(conditions), compiled)
        self._checked(result)

    def compiled(self) -> bytes:
        """Return the kernel's own form of the filter, for `load`; the filter takes no more rules."""
        memory = os.memfd_create("filter")
        try:
            self._checked(self._library.seccomp_export_bpf(self._context, memory))
            return os.pread(memory, MAX_BYTES, 0)
        finally:
            os.close(memory)
            self._library.seccomp_release(self._context)

    @staticmethod
    def _checked(result: int) -> None:
        if result < 0:
            raise OSError(-result, f"libseccomp: {os.strerror(-result)}")
