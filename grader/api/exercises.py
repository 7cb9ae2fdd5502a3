"""The exercises, proven from Python."""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import closing
from pathlib import Path

from grader import catalog
from grader import verify as proving
from grader.batch import SessionListener, with_threads
from grader.domain import Mode
from grader.grading import Options
from grader.sandbox.cores import core_count
from grader.sandbox.lazy import LazySandbox
from grader.verify import Proof


def verify(
    names: Collection[str] = (),
    *,
    mode: Mode | None = None,
    data: Path | None = None,
    sandbox: str = "auto",
    jobs: int | None = None,
    only: str = "",
    speedups: bool = True,
    listener: SessionListener | None = None,
) -> Generator[Proof, None, None]:
    """Prove the exercises: yield each program of the references with its record and what is not as it must be.

    >>> for proof in verify(["exo1"], mode=Mode.STATIC, sandbox="process", only="exo1/exo1.py"):
    ...     print(proof.case.kind, proof.record.score, proof.disagreements)
    stub 0.0 ()

    Args:
        names: Exercises; all where it is empty.
        mode: How programs are run; None is as a batch runs them.
        data: A folder of the real datasets.
        sandbox: The isolation; `auto` is the strongest that works, else none: the references are one's own code.
        jobs: How many programs are run at once; None is one for each core.
        only: Only programs whose name contains this.
        speedups: Help for trainings that changes no result.
        listener: Is told when it begins and ends, and of the sandbox.

    Raises:
        UsageError: An exercise that is not known, without a reference, or with a header that breaks the rules; no
            program at all (`NothingToGrade`).
        SandboxUnavailable, DataUnavailable: What the grading needs is not to be had.
    """
    known = catalog.locate()
    exercises = [known.find(name) for name in names or known.ids()]
    jobs = jobs or core_count()
    options = with_threads(Options(speedups=speedups), jobs, core_count())
    cases = [case for e in exercises for case in proving.cases(e, known, options, mode) if only in case.name]
    with closing(proving.prove(cases, LazySandbox(sandbox), data, jobs, listener)) as proofs:
        yield from proofs
