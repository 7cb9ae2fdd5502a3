"""The interface that every sandbox backend stands behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from grader.domain import Text


class Level(StrEnum):
    """What a backend promises; printed, and stored in every record."""

    FULL = "full"  # no network, no host files, own processes, a filter of system calls, limits
    REDUCED = "reduced"  # files and network out of reach, limits; shares the host's process list, or lacks the filter
    LIMITS_ONLY = "limits"  # limits and a clean environment: for one's own code


@dataclass(frozen=True, slots=True)
class View:
    """What the worker may see: `read` are folders, read-only; `write` is the one folder it may change.

    Paths are the same inside and outside.
    """

    read: tuple[Path, ...]
    write: Path


@dataclass(frozen=True, slots=True)
class SelfTest:
    """What a backend proved about itself before use. `held` names what was tried and refused; `why` says why it
    does not work, and `warning` what a backend that does work leaves open here, with the way to close it."""

    works: bool
    held: tuple[str, ...] = ()
    why: Text = Text()
    warning: Text = Text()


class Sandbox(Protocol):
    """A backend. `own_spaces` says whether the program has processes, network, shared memory and temporary files of its own; the
    level is certain once the self-test has run."""

    name: str
    level: Level
    own_spaces: bool

    def command(self, program: Sequence[str], view: View, environment: Mapping[str, str]) -> list[str]:
        """Return the command line that runs `program` inside the sandbox, with just this environment."""
        ...

    def self_test(self) -> SelfTest:
        """Try what the backend promises, in well under a second, and return what was found. Never raises."""
        ...
