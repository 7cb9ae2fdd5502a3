"""How one submission is to be graded, and who is told how it goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.domain import Mode, Phase, Verdict


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """Runs are kept in `folder`: long ones for a while, or with `everything` all of them for good.

    `key` is the run's key where it is known already. Without `reuse` a kept run is not looked for, but replaced.
    """

    folder: Path
    everything: bool = False
    reuse: bool = True
    key: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """`cache` says where runs are kept and found again; None runs everything afresh. `speedups` are help for the
    student's training that changes no result (`grader.worker.speedups`)."""

    mode: Mode = Mode.FULL
    seed: int = 0
    threads: int = 2
    time_limit: float | None = None
    cache: CachePolicy | None = None
    speedups: bool = True


class Listener:
    """Told what happens while a submission is graded; does nothing by itself. Called from the grading thread."""

    def on_phase(self, name: Phase) -> None:
        """A phase of the grading begins."""

    def on_preliminary_verdicts(self, verdicts: tuple[Verdict, ...]) -> None:
        """What can be judged before the program has come to its end."""

    def on_event(self, kind: str, item: object) -> None:
        """The program's recorder noted something (`grader.evidence`)."""
