"""A kept run on the disk: how it came about, what it left, and what was handed in.

run.json · events.jsonl     how the run went; what the recorder noted
out/ · work/ · files/       arrays and pictures; models that the program left; what was handed in
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, astuple, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.analysis.saved_files import model_files
from grader.domain import DatasetInfo, JsonObject, Mode, Notice, Outcome, OutcomeStatus, Printed, Submission, Text
from grader.evidence import LINE_BYTES, InvalidEvidence, Reader, copy_regular, stored_array
from grader.files import to_disk
from grader.grading.execute import RanSubmission, list_files

if TYPE_CHECKING:
    from grader.grading.options import Options

MAX_FILE_BYTES = 64 << 20
MAX_HANDED_IN_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How a run came about: what a record says of it. `data` is the SHA-256 of the dataset, "" without one."""

    exercise: str
    program: str
    files: tuple[str, ...]
    mode: Mode
    seed: int
    time_limit: float | None
    sandbox: Mapping[str, str]
    data: str

    @classmethod
    def of(
        cls, submission: Submission, options: Options, sandbox: Mapping[str, str], data: DatasetInfo | None
    ) -> Circumstances:
        return cls(
            submission.exercise,
            submission.program,
            tuple(map(str, submission.files)),
            options.mode,
            options.seed,
            options.time_limit,
            dict(sandbox),
            data.sha256 if data else "",
        )

    @classmethod
    def from_json(cls, fields: JsonObject) -> Circumstances:
        return cls(**{**fields, "mode": Mode(fields["mode"]), "files": tuple(fields["files"])})


@dataclass(frozen=True, slots=True)
class CachedRun:
    """A run that was kept; `ran` is None where the program was only read. `files` is the folder of what was handed in."""

    circumstances: Circumstances
    files: Path
    ran: RanSubmission | None

    def submission(self, of: Submission) -> Submission:
        """The kept files, handed in by whom and when `of` says."""
        about = self.circumstances
        return replace(of, root=self.files, main=self.files / about.program, files=tuple(map(Path, about.files)))


def write_run(target: Path, circumstances: Circumstances, submission: Submission, ran: RanSubmission | None) -> None:
    """Lay a run out in the empty folder `target`: what of it is no plain file, or too large, is left out."""
    about = None
    if ran is not None:
        (target / "events.jsonl").write_bytes(b"\n".join(ran.lines))
        printed = ran.evidence.printed
        about = {
            "outcome": asdict(ran.outcome),
            "text": printed.text,
            "dropped": printed.dropped,
            "files": dict(ran.evidence.files),
            "rejected": ran.evidence.rejected,
            "arrays": {name: [astuple(one) for one in stored] for name, stored in ran.evidence.arrays.items()},
            "lent": [asdict(notice.text) for notice in ran.provided],
        }
    facts = {"circumstances": asdict(circumstances), "ran": about}
    (target / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    for source, name in (*_handed_in(submission), *(_left(ran) if ran is not None else ())):
        with contextlib.suppress(InvalidEvidence):
            copy_regular(source, target / name, MAX_FILE_BYTES)


def _handed_in(submission: Submission) -> Iterator[tuple[Path, str]]:
    """The program first, then from the smallest to the largest, as long as there is room."""
    sizes = []
    for relative in submission.files:
        with contextlib.suppress(OSError):
            path = submission.root / relative
            sizes.append((str(relative) != submission.program, path.lstat().st_size, str(relative), path))
    room = MAX_HANDED_IN_BYTES
    for _, size, name, path in sorted(sizes):
        room -= size
        if room >= 0:
            yield path, f"files/{name}"


def _left(ran: RanSubmission) -> Iterable[tuple[Path, str]]:
    models = [(ran.folder / "work" / name, f"work/{name}") for name in model_files(tuple(ran.evidence.files))]
    return [*models, *((ran.folder / "out" / name, f"out/{name}") for name in list_files(ran.folder / "out"))]


def settle(folder: Path) -> None:
    """On the disk before the folder gets its name: a power cut leaves no half of it."""
    for path in (*folder.rglob("*"), folder):
        to_disk(path)


def read_ran(folder: Path, facts: JsonObject) -> RanSubmission:
    reader = Reader(folder / "out")
    with (folder / "events.jsonl").open("rb") as events:
        while line := events.readline(LINE_BYTES):
            reader.feed(line.rstrip(b"\n"))
    files = {str(name): int(size) for name, size in facts["files"].items()}
    evidence = reader.close(Printed(facts["text"], facts["dropped"]), files)
    provided = tuple(Notice(Text(**text)) for text in facts["lent"])
    arrays = {str(name): tuple(map(stored_array, stored)) for name, stored in facts["arrays"].items()}
    notices = (*provided, *evidence.notices)
    evidence = replace(evidence, notices=notices, rejected=int(facts["rejected"]), arrays=arrays)
    outcome = Outcome(**{**facts["outcome"], "status": OutcomeStatus(facts["outcome"]["status"])})
    return RanSubmission(outcome, evidence, folder, provided=provided)


def read_json_file(path: Path) -> Any:  # an object or a list: who reads it knows its form
    return json.loads(path.read_text(encoding="utf-8"))
