"""An exercise proves itself before anyone is judged by it.

Its solution earns every point (those a teacher gives apart), its stub none and no `error`, and each known-wrong
program loses exactly what its header says:

    # expect: parameters = failed 0
    # expect: architecture = partial 2
    # time-limit: 20

A verdict that the header does not name must be passed with all its points, or be left to a teacher.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from grader import datasets
from grader.batch import SessionListener, Task, grade_all, usual_mode
from grader.batch.events import GradingBegan, GradingEnded, SandboxChosen
from grader.catalog import Catalog
from grader.domain import Exercise, Mode, Record, Status, Submission, Text, Verdict
from grader.errors import BadSpecification, NothingToGrade, SandboxUnavailable
from grader.grading import Options
from grader.messages import join, plain, say
from grader.sandbox import Sandbox, SelfTest
from grader.sandbox.lazy import LazySandbox

EXPECT = re.compile(r"^# expect: *(?P<id>[\w.]+) *= *(?P<status>\w+) +(?P<points>\d+(?:\.\d+)?) *$")
SETTING = re.compile(r"^# (?P<name>time-limit|mode|files): *(?P<value>.+?) *$")
_SETTINGS: dict[str, Callable[[str], object]] = {
    "time-limit": float,
    "mode": Mode,
    "files": lambda value: tuple(value.split()),
}
HEADER_LINES = 60
NEAR = 0.005


@dataclass(frozen=True, slots=True)
class Header:
    """What the first lines of a known-wrong program say."""

    expected: dict[str, tuple[Status, float]] = field(default_factory=dict)
    time_limit: float | None = None
    mode: Mode | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One program with the marks that it must get. `kind` is `solution`, `stub` or `wrong`."""

    kind: str
    task: Task
    header: Header = Header()

    @property
    def name(self) -> str:
        return case_name(self.task)


def case_name(task: Task) -> str:
    """Return the name of a program of the references: exercise and file."""
    return f"{task.exercise.id}/{task.submission.program}"


@dataclass(frozen=True, slots=True)
class Proof:
    """A program with the record that it got, and what of it is not as it must be; nothing, where it proves itself."""

    case: Case
    record: Record
    disagreements: tuple[Text, ...]


def prove(
    cases: Sequence[Case],
    sandbox: LazySandbox,
    data: Path | None,
    jobs: int,
    listener: SessionListener | None = None,
) -> Generator[Proof, None, None]:
    """Grade the programs, `jobs` at a time, and yield each as soon as it is done. Closing the iterator ends what runs.

    `data` is a folder of the real datasets. The listener is told when it begins and ends, and of the sandbox.

    Raises:
        NothingToGrade: there is no program.
        SandboxUnavailable, DataUnavailable: what the grading needs is not to be had.
    """
    if not cases:
        raise NothingToGrade(say("No program to verify."))
    listener = listener or SessionListener()
    chosen, test = _chosen(sandbox)
    listener.notify(GradingBegan(len(cases)))
    listener.notify(SandboxChosen(chosen, test))
    of_task = {id(case.task): case for case in cases}
    found = datasets.needed_by([case.task.exercise for case in cases], data)
    with closing(grade_all([case.task for case in cases], chosen, found, jobs, listener.listen)) as results:
        for task, record in results:
            case = of_task[id(task)]
            yield Proof(case, record, disagreements(case, record))
    listener.notify(GradingEnded())


def _chosen(sandbox: LazySandbox) -> tuple[Sandbox, SelfTest]:
    """Return the sandbox. The references are our own code: where no sandbox is to be had, they may run without one."""
    try:
        return sandbox.chosen()
    except SandboxUnavailable:
        if sandbox.backend != "auto":
            raise
        return LazySandbox("process").chosen()


def cases(exercise: Exercise, catalog: Catalog, options: Options, mode: Mode | None = None) -> Iterator[Case]:
    """Yield every program of an exercise's two folders. Raises `NothingToGrade` where there is no reference."""
    reference = catalog.reference / exercise.id if catalog.reference else None
    if reference is None or not reference.is_dir() or exercise.folder is None:
        raise NothingToGrade(
            say("No reference for {exercise}: the folder `reference/{exercise}` is needed.", exercise=exercise.id)
        )
    beside = _beside(reference)
    for ending in (".py", ".ipynb"):
        main = Path(f"solution{ending}")
        if (reference / main).exists():
            yield Case("solution", _task(exercise, _submission(exercise, reference, main, beside), options, mode))
    for ending in (".py", ".ipynb"):
        main = Path(f"{exercise.id}{ending}")
        if (exercise.folder / main).exists():
            yield Case("stub", _task(exercise, _submission(exercise, exercise.folder, main, ()), options, mode))
    for path in sorted((reference / "wrong").glob("*.py")) + sorted((reference / "wrong").glob("*.ipynb")):
        header = read_header(path)
        extra = tuple(Path(name) for name in header.files)
        submission = _submission(exercise, path.parent, Path(path.name), extra)
        changed = replace(options, time_limit=header.time_limit)
        yield Case("wrong", _task(exercise, submission, changed, header.mode or mode), header)


def _task(exercise: Exercise, submission: Submission, options: Options, mode: Mode | None) -> Task:
    return Task(exercise, submission, replace(options, mode=mode or usual_mode(exercise, submission)))


def _beside(reference: Path) -> tuple[Path, ...]:
    """Return what a solution hands in with its program: weights, helper modules."""
    own = {"solution.py", "solution.ipynb"}
    return tuple(Path(p.name) for p in sorted(reference.iterdir()) if p.is_file() and p.name not in own)


def _submission(exercise: Exercise, root: Path, main: Path, beside: tuple[Path, ...]) -> Submission:
    return Submission(str(main), exercise.id, root, root / main, (main, *beside))


def read_header(path: Path) -> Header:
    """Return the header of a program. Raises `BadSpecification` for a line that begins like a header line and is none."""
    expected: dict[str, tuple[Status, float]] = {}
    settings: dict[str, Any] = {}
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    if path.suffix == ".ipynb":
        lines = [line.strip().strip('",').removesuffix("\\n") for line in lines]
    for line in lines[:HEADER_LINES]:
        try:
            if found := EXPECT.match(line):
                expected[found["id"]] = (Status(found["status"]), float(found["points"]))
            elif found := SETTING.match(line):
                settings[found["name"]] = _SETTINGS[found["name"]](found["value"])
            elif line.startswith("# expect"):
                raise ValueError(line)
        except ValueError:
            raise BadSpecification(say("Unusable header in {path}: {line}", path=path, line=line)) from None
    return Header(expected, settings.get("time-limit"), settings.get("mode"), settings.get("files", ()))


def disagreements(case: Case, record: Record) -> tuple[Text, ...]:
    """Return what is not as it must be: nothing, where the program proves itself."""
    if case.kind == "stub":
        return _of_stub(record)
    unknown = set(case.header.expected) - {verdict.id for verdict in record.verdicts}
    wrong = [say("the header names an unknown verdict: {id}", id=name) for name in sorted(unknown)]
    return (
        *wrong,
        *(_of_verdict(v, case.header.expected.get(v.id)) for v in record.verdicts if _differs(v, case.header)),
    )


def _of_stub(record: Record) -> tuple[Text, ...]:
    broken = [v.id for v in record.verdicts if v.status is Status.ERROR]
    if broken:
        return (say("the grader failed on {ids}", ids=", ".join(broken)),)
    earning = [plain(f"{v.id} = {v.status} {v.points:g}") for v in record.verdicts if v.points]
    return (say("a stub earns nothing, but {ids}", ids=join(earning)),) if earning else ()


def _differs(verdict: Verdict, header: Header) -> bool:
    wanted = header.expected.get(verdict.id)
    if wanted is not None:
        return verdict.status is not wanted[0] or abs(verdict.points - wanted[1]) > NEAR
    if verdict.status is Status.REVIEW:
        return False
    return verdict.status is not Status.PASSED or abs(verdict.points - verdict.max_points) > NEAR


def _of_verdict(verdict: Verdict, wanted: tuple[Status, float] | None) -> Text:
    status, points = wanted or (Status.PASSED, verdict.max_points)
    return say(
        "{id}: {status} {points} instead of {wanted} {wanted_points} ({found})",
        id=verdict.id,
        status=verdict.status.value,
        points=f"{verdict.points:g}",
        wanted=status.value,
        wanted_points=f"{points:g}",
        found=verdict.message,
    )
