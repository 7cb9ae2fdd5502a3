"""What the attacks share: which backend claims to stop what, a tiny exercise, hostile submissions, and canaries.

`Arena` grades one hostile program as a real submission (`grader.grading.grade`, one warm worker per backend) and
returns its Record. `Canaries` lie outside of the sandbox: files with a secret, and sockets that hear whoever comes.
"""

from __future__ import annotations

import json
import secrets
import socket
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from grader import records
from grader.analysis import Analysis
from grader.checks import runs
from grader.checks.findings import failed, passed
from grader.domain import Check, Exercise, Finding, Limits, Mode, Record, Status, Submission, Text
from grader.grading import Options, Workbench, grade, running_workbench
from grader.grading import execute as grading_execute
from grader.sandbox import BACKENDS, Job, Sandbox, WorkerHandle
from tests.sandbox.older import LandlockOfLinux6_1

HERE = Path(__file__).parent
ENTRY = "tests.attacks.entry"

# ── Which backend claims to stop what ───────────────────────────────────────────────────────────

REDUCED = frozenset({"limits", "files", "network", "sockets", "calls", "memory", "signals", "leftovers"})
CLAIMS: Mapping[str, frozenset[str]] = {
    "process": frozenset({"limits"}),
    "landlock": REDUCED | {"bystanders"},
    LandlockOfLinux6_1.name: REDUCED,
    "bubblewrap": REDUCED | {"bystanders", "processes"},
}


def through(claim: str) -> pytest.MarkDecorator:
    """The test runs through every backend that claims `claim`; an older kernel's sandbox is tried with the slow tests."""
    names = [name for name, claims in CLAIMS.items() if claim in claims]
    slow = {name: [pytest.mark.slow] for name in names if name not in BACKENDS}
    return pytest.mark.parametrize(
        "arena", [pytest.param(name, marks=slow.get(name, ())) for name in names], indirect=True
    )


# ── A tiny exercise ─────────────────────────────────────────────────────────────────────────────

SMALL = Limits(
    wall=8,
    cpu=6,
    memory_mib=300,
    processes=24,
    file_mib=8,
    total_mib=24,
    files=200,
    output_bytes=20_000,
    output_flood_bytes=8 << 20,
)


def _worked(facts: Analysis) -> Finding:
    if facts.evidence.values.get("travail") == 1:
        return passed(Text("vu", "seen"))
    return failed(Text("rien", "nothing"))


def exercise(**limits: float) -> Exercise:
    """`runs` for 1 point, and 2 points for the work that was seen."""
    checks = (
        Check("runs", Text("runs"), 1, _ended),
        Check("travail", Text("travail"), 2, _worked),
    )
    return Exercise("essai", Text("essai"), "none", checks, limits=Limits(**{**_fields(SMALL), **limits}))  # type: ignore[arg-type]


def _ended(facts: Analysis) -> Finding:
    """`runs` as it is, but that the tiny exercise asks for nothing that its recorder would see."""
    finding = runs.judge(facts)
    idle = facts.evidence.finished and not runs.did_something(facts)
    return passed(Text("fini", "ended")) if idle and finding.status is Status.FAILED else finding


def _fields(limits: Limits) -> dict[str, Any]:
    return {name: getattr(limits, name) for name in limits.__slots__}


HONEST = "travail()\nprint('honnête')\n"


@dataclass
class Arena:
    """One backend with one warm worker; every submission of a test goes through the same worker."""

    sandbox: Sandbox
    folder: Path
    workbench: Workbench
    _number: Any = field(default_factory=count)

    @property
    def name(self) -> str:
        return self.sandbox.name

    def grade(self, source: str, beside: Mapping[str, bytes] | None = None, **limits: float) -> Record:
        """One submission, whose program is `source`, graded from top to bottom."""
        root = self.folder / f"copie{next(self._number)}"
        root.mkdir()
        for name, content in {"essai.py": textwrap.dedent(source).encode(), **(beside or {})}.items():
            (root / name).write_bytes(content)
        names = tuple(Path(p.name) for p in root.iterdir())
        submission = Submission("élève", "essai", root, root / "essai.py", names)
        before = {p.name: p.read_bytes() for p in root.iterdir()}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(grading_execute, "Job", _light)
            record = grade(exercise(**limits), submission, self.workbench, Options(Mode.FULL, threads=1))
        assert {p.name: p.read_bytes() for p in root.iterdir()} == before, "the submission itself was changed"
        return record

    def honest(self) -> None:
        """An honest program run next by the same worker gets its normal mark."""
        record = self.grade(HONEST)
        assert marks(record) == {"runs": 1, "travail": 2}, said(record)
        assert record.output_tail == "honnête\n"


def _light(entry: str, *rest: Any) -> Job:
    return Job(ENTRY, *rest)


def arena_for(sandbox: Sandbox, folder: Path) -> Arena:
    workbench = running_workbench(sandbox, {}, preload=())
    workbench.runner.close()
    workbench.runner = WorkerHandle(sandbox, (HERE,), (ENTRY,), 1)
    workbench.runner.start()
    return Arena(sandbox, folder, workbench)


# ── What came of it ─────────────────────────────────────────────────────────────────────────────


def marks(record: Record) -> dict[str, float]:
    return {verdict.id: verdict.points for verdict in record.verdicts}


def said(record: Record) -> str:
    """Everything that a record says, as JSON: what leaked into it would be found here."""
    return json.dumps(records.to_json(record), ensure_ascii=False)


def stopped_by(record: Record) -> str:
    assert record.outcome is not None and not record.broken, said(record)
    return record.outcome.status


# ── Canaries ────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Canaries:
    """Outside of every wall: a folder with a secret, and sockets. `intact()` where nobody came and nothing changed."""

    folder: Path
    secret: str = field(default_factory=lambda: f"secret-{secrets.token_hex(12)}")
    sockets: dict[str, socket.socket] = field(default_factory=dict)
    _before: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.file = self.folder / "notes.txt"
        self.file.write_text(self.secret, encoding="utf-8")
        self.file.chmod(0o644)
        self._before = self._files()

    def _files(self) -> dict[str, bytes]:
        return {p.name: p.read_bytes() for p in self.folder.iterdir() if p.is_file() and not p.is_symlink()}

    def listen(self, kind: str) -> Any:
        """A socket of one kind that hears who comes; returns the address to attack."""
        makers: dict[str, Callable[[], tuple[int, int, Any]]] = {
            "tcp": lambda: (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            "udp": lambda: (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            "tcp6": lambda: (socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0)),
            "udp6": lambda: (socket.AF_INET6, socket.SOCK_DGRAM, ("::1", 0)),
            "unix": lambda: (socket.AF_UNIX, socket.SOCK_STREAM, str(self.folder / "s")),
            "unix datagram": lambda: (socket.AF_UNIX, socket.SOCK_DGRAM, str(self.folder / "d")),
            "abstract": lambda: (socket.AF_UNIX, socket.SOCK_STREAM, f"\0grade-{secrets.token_hex(8)}"),
        }
        family, type_, address = makers[kind]()
        canary = socket.socket(family, type_)
        canary.bind(address)
        if type_ == socket.SOCK_STREAM:
            canary.listen(8)
        canary.setblocking(False)
        self.sockets[kind] = canary
        return address if family == socket.AF_UNIX else canary.getsockname()[:2]

    def heard(self) -> list[str]:
        """The kinds of sockets to which somebody came."""
        found = []
        for kind, canary in self.sockets.items():
            try:
                canary.accept()[0].close() if canary.type == socket.SOCK_STREAM else canary.recv(100)
            except BlockingIOError:
                continue
            found.append(kind)
        return found

    def assert_intact(self, record: Record) -> None:
        assert self.secret not in said(record), "the secret leaked"
        assert self._files() == self._before, "files outside of the sandbox were changed"
        assert self.heard() == [], "somebody came through the sandbox"

    def close(self) -> None:
        for canary in self.sockets.values():
            canary.close()
