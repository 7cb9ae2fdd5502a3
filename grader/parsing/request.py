"""The interface of a request to a parser: one thing to be read, and how its response is taken."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from grader.domain import Json
from grader.errors import GraderError
from grader.evidence import Fields

T = TypeVar("T")


class Request(ABC, Generic[T]):
    """One thing to be read. `kind` names what answers it inside the sandbox: a key of `grader.parsing.job.RESPONDERS`."""

    kind: ClassVar[str]

    @abstractmethod
    def write_inputs(self, folder: Path) -> Mapping[str, Json]:
        """Write what is to be parsed into `folder`, the one place that the job sees; return what the job needs besides.

        Raise `UnreadableSubmission` where there is nothing to be parsed, `OSError` where it cannot be written.
        """

    @abstractmethod
    def parse_response(self, lines: Sequence[Fields]) -> T:
        """Return the answer that the lines of the response give. Raise `InvalidEvidence` where they lack the form."""

    @abstractmethod
    def on_limit(self, limit: str) -> T:
        """Return the answer where the job passed a limit, which is named as in an `OutcomeStatus`."""

    def on_failure(self, problem: GraderError) -> T:
        """Return the answer where the file is unreadable or the parser broke down on it, or raise `problem`."""
        raise problem
