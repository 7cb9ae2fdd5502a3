"""A program that calls out, or speaks to other programs of this machine. Canaries listen; nobody may come."""

from __future__ import annotations

import socket

import pytest

from tests.attacks.attack import Arena, Canaries, marks, said, through

TRY = """
travail()
import os, socket
def attempt():
    {body}
try:
    attempt()
    print("came through")
except OSError as problem:
    print("refused")
"""

CONNECT = {
    "tcp": "socket.create_connection({address!r}, 1).sendall(b'x')",
    "tcp6": "socket.create_connection({address!r}, 1).sendall(b'x')",
    "unix": "s = socket.socket(socket.AF_UNIX); s.connect({address!r}); s.sendall(b'x')",
    "abstract": "s = socket.socket(socket.AF_UNIX); s.connect({address!r}); s.sendall(b'x')",
    "unix datagram": "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'x', {address!r})",
}


@pytest.mark.parametrize("kind", CONNECT)
@through("network")
def test_nobody_outside_is_reached_by(kind: str, arena: Arena, canaries: Canaries) -> None:
    address = canaries.listen(kind)
    record = arena.grade(TRY.format(body=CONNECT[kind].format(address=address)))
    assert record.output_tail == "refused\n", record.output_tail
    canaries.assert_intact(record)
    assert marks(record) == {"runs": 1, "travail": 2}


@pytest.mark.parametrize("kind", ["udp", "udp6"])
@through("network")
def test_a_datagram_reaches_nobody_outside(kind: str, arena: Arena, canaries: Canaries) -> None:
    """In a network of its own a program may send what nobody receives."""
    address = canaries.listen(kind)
    family = "AF_INET6" if kind == "udp6" else "AF_INET"
    record = arena.grade(
        TRY.format(body=f"socket.socket(socket.{family}, socket.SOCK_DGRAM).sendto(b'x', {address!r})")
    )
    canaries.assert_intact(record)
    assert marks(record) == {"runs": 1, "travail": 2}


@through("network")
def test_a_pair_of_sockets_does_not_carry_datagrams_out(arena: Arena, canaries: Canaries) -> None:
    address = canaries.listen("unix datagram")
    body = f"socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b'x', {address!r})"
    record = arena.grade(TRY.format(body=body))
    canaries.assert_intact(record)
    assert record.output_tail == "refused\n"


@through("network")
@pytest.mark.parametrize("host", ["example.com", "localhost", "192.0.2.1", "2001:db8::1", "169.254.169.254"])
def test_no_host_is_found_or_reached(host: str, arena: Arena) -> None:
    record = arena.grade(TRY.format(body=f"socket.create_connection(({host!r}, 80), 1)"))
    assert record.output_tail == "refused\n" and marks(record) == {"runs": 1, "travail": 2}, said(record)


ODD = {
    "netlink": (16, socket.SOCK_RAW, 0),
    "netlink datagrams": (16, socket.SOCK_DGRAM, 15),
    "vsock": (40, socket.SOCK_STREAM, 0),
    "packets": (17, socket.SOCK_RAW, 0x0300),
    "raw IP": (socket.AF_INET, socket.SOCK_RAW, 1),
    "raw IPv6": (socket.AF_INET6, socket.SOCK_RAW, 58),
    "bluetooth": (31, socket.SOCK_RAW, 1),
    "kernel cryptography": (38, socket.SOCK_SEQPACKET, 0),
    "express data path": (44, socket.SOCK_RAW, 0),
    "a family beyond all": (200, socket.SOCK_STREAM, 0),
}


@through("sockets")
@pytest.mark.parametrize("kind", ODD)
def test_sockets_that_no_exercise_needs_are_refused(kind: str, arena: Arena) -> None:
    family, type_, protocol = ODD[kind]
    for call in (
        f"socket.socket({int(family)}, {int(type_)}, {protocol})",
        f"socket.socketpair({int(family)}, {int(type_)})",
    ):
        record = arena.grade(TRY.format(body=call))
        assert record.output_tail == "refused\n", record.output_tail
        assert marks(record) == {"runs": 1, "travail": 2}


@through("sockets")
def test_high_bits_of_a_family_deceive_nobody(arena: Arena) -> None:
    """The kernel looks at the low half of an argument; a filter that compares all of it would see another number."""
    record = arena.grade("""
        travail()
        import ctypes, os
        call = ctypes.CDLL(None).syscall
        call.argtypes = [ctypes.c_long] * 4
        number = {"x86_64": 41, "aarch64": 198}[os.uname().machine]
        print([call(number, (high << 32) | family, 3, 0) for high in (0, 1, 0x7fffffff) for family in (16, 17, 40)])
        """)
    assert record.output_tail == f"{[-1] * 9}\n"


@through("sockets")
def test_sockets_of_its_own_work_as_multiprocessing_needs_them(arena: Arena) -> None:
    record = arena.grade("""
        import asyncio, multiprocessing, socket
        one, other = socket.socketpair()
        one.sendall(b"x")
        assert other.recv(1) == b"x"
        async def main():
            await asyncio.sleep(0)
        asyncio.run(main())
        queue = multiprocessing.get_context("fork").SimpleQueue() if False else multiprocessing.Pipe()
        queue[0].send("y")
        assert queue[1].recv() == "y"
        travail()
        """)
    assert marks(record) == {"runs": 1, "travail": 2}, said(record)
