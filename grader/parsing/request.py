"""What is asked of a parser: one thing to be read, and how its answer is taken."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from grader.errors import GraderError
from grader.evidence import Fields

T = TypeVar("T")


class Request(ABC, Generic[T]):
    """`kind` names what runs behind the walls: a key of `grader.parsing.job.KINDS`."""

    kind: ClassVar[str]

    @abstractmethod
    def lay(self, folder: Path) -> Mapping[str, Any]:
        """Put what is to be parsed into `folder`, the one place that the job sees; give what it is told besides, as
        JSON. Raises UnreadableSubmission where there is nothing to be parsed."""

    @abstractmethod
    def hear(self, lines: Sequence[Fields]) -> T:
        """The answer that the lines give. Raises `InvalidEvidence` where they have not the form."""

    @abstractmethod
    def beyond(self, status: str) -> T:
        """The answer where a limit allows none; `status` is that of an outcome."""

    def failed(self, problem: GraderError) -> T:
        """The answer where the file is unreadable, or the parser broke down on it."""
        raise problem
