"""`grade similar`: which submissions of a class are unusually alike. It shows; it changes no mark."""

# Annotations are evaluated where they stand: their help texts are in the reader's language.
import json
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.cli.options import Common, LangChoice, SandboxChoice, existing
from grader.domain import Lang, Limits, Reading, Submission
from grader.errors import NothingToGrade, WorkerDied
from grader.files import digest_of
from grader.messages import say, translate

if TYPE_CHECKING:
    from grader.catalog import Catalog
    from grader.parsing import Parser
    from grader.reports.similar import Compared
    from grader.sandbox import WorkerHandle
    from grader.sandbox.lazy import LazySandbox
    from grader.similarity import Arrays
    from grader.similarity.documents import ReadProgram

PAGE = Path("semblables.html")
MAX_BYTES = 512 << 20
READ_SECONDS = 60.0
MEMORY_MIB = 2048


def register(app: typer.Typer, lang: Lang) -> None:
    def _(message: str) -> str:
        return translate(message, lang)

    common = Common(_)

    @app.command(help=_("Shows which programs of a class are unusually alike, side by side; no mark changes."))
    def similar(
        folder: Annotated[
            Path,
            typer.Argument(
                metavar=_("FOLDER"), help=_("The folder of the submissions, or an archive of it (zip, tar.gz).")
            ),
        ],
        exercise: Annotated[list[str] | None, common.exercise] = None,
        out: Annotated[Path, typer.Option(help=_("The page to write."))] = PAGE,
        sandbox: Annotated[
            SandboxChoice,
            typer.Option(help=_("Isolation for reading what was handed in; auto is the strongest that works.")),
        ] = SandboxChoice.AUTO,
        lang_: Annotated[LangChoice, common.lang] = LangChoice(lang),
    ) -> None:
        _similar(existing(folder), exercise or [], out, sandbox.value, lang)


def _similar(folder: Path, only: list[str], out: Path, backend: str, lang: Lang) -> None:
    from grader import catalog, intake
    from grader.batch.plan import latest_attempts
    from grader.cli.progress import busy, console_for
    from grader.grading.detect_exercises import detect_exercises_with
    from grader.parsing import Parser, unpacked_by
    from grader.reports import similar as report
    from grader.reports.terminal import shown
    from grader.sandbox.lazy import LazySandbox
    from grader.similarity import same_weights

    known, walls = catalog.locate(), LazySandbox(backend)
    console = console_for()
    with (
        tempfile.TemporaryDirectory(prefix="grade-") as copies,
        busy(say("Comparing"), lang) as at,
        Parser(walls) as parser,
    ):
        wanted = tuple(known.find(name).id for name in only)
        detect, unpack = detect_exercises_with(known, parser), unpacked_by(parser, at)
        found = intake.find_all(folder, known.ids(), wanted, detect, unpack, Path(copies))
        submissions = latest_attempts(found.submissions)
        if not submissions:
            raise NothingToGrade(say("No submission was recognised in {folder}.", folder=folder))
        read = _reader(parser, submissions)
        everything = [
            _compared(known, id_, [s for s in submissions if s.exercise == id_], read)
            for id_ in sorted({s.exercise for s in submissions})
        ]
        weights = same_weights(_weights(submissions, walls))
    for one in everything:
        console.print(f"\n{one.exercise}  {shown(one.title, lang)}", style="bold", markup=False)
        console.print(shown(report.summary(one), lang), markup=False)
        pairs = report.shown_pairs(one)
        if pairs:
            console.print(report.pair_table(pairs, lang))
    if weights:
        console.print("\n" + shown(say("Handed-in weights"), lang), style="bold", markup=False)
    for same in weights[: report.MAX_PAIRS]:
        console.print(report.weights_line(same, lang), markup=False)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(report.page(everything, weights, lang).encode("utf-8", "replace"))
    console.print()
    console.print(shown(say("Alike is not copied: the page shows the passages, you judge. No mark changes."), lang))
    console.print(shown(say("Page: {page}", page=out), lang), style="bright_black")


def _compared(known: "Catalog", id_: str, submissions: Sequence[Submission], read: "ReadProgram") -> "Compared":
    from grader.reports.similar import Compared
    from grader.similarity import compare, document
    from grader.similarity.documents import background

    handed_out = [known.assignments / id_ / f"{id_}.py", known.assignments / id_ / f"{id_}.ipynb"]
    given = background([path for path in (*handed_out, known.assignments / "outils.py") if path.is_file()])
    solution = (known.reference or known.assignments) / id_ / "solution.py"
    reference = background([solution]) if known.reference and solution.is_file() else background([])
    found = [(s.student, document(s, read, given)) for s in submissions]
    documents = tuple(d for _, d in found if d is not None)
    return Compared(
        id_,
        known.find(id_).title,
        documents,
        compare(documents, given.hashes, reference.hashes),
        tuple(student for student, d in found if d is None),
    )


def _reader(parser: "Parser", submissions: Sequence[Submission]) -> "ReadProgram":
    """The programs are read at once, modules beside them when they are asked for."""
    from grader.parsing import UNREADABLE, ReadIfPossible

    known = dict(zip((s.main for s in submissions), parser.all([ReadIfPossible(s) for s in submissions]), strict=True))

    def read(one: Submission) -> Reading | None:
        found = known[one.main] if one.main in known else parser.one(ReadIfPossible(one))
        return None if found.failure is not None and found.failure.type == UNREADABLE else found

    return read


# ── Weights ─────────────────────────────────────────────────────────────────────────────────────


def _weights(submissions: Iterable[Submission], walls: "LazySandbox") -> "list[Arrays]":
    """What the handed-in model files hold. They are read behind the walls; without any, no wall is built."""
    from grader.analysis.saved_files import model_files
    from grader.sandbox import WorkerHandle

    # A folder's files belong to each exercise that was found in it; one look at each is enough.
    of_path = {s.root / name: (s, Path(name)) for s in submissions for name in model_files(tuple(map(str, s.files)))}
    handed_in = [one for path, one in of_path.items() if path.stat().st_size <= MAX_BYTES]
    if len(handed_in) < 2:
        return []
    with WorkerHandle(walls(), (), ("numpy", "h5py", "grader.worker.weights"), threads=1) as handle:
        known: dict[str, dict[str, Any]] = {}
        return [_arrays(handle, submission, name, known) for submission, name in handed_in]


def _arrays(handle: "WorkerHandle", submission: Submission, name: Path, known: dict[str, dict[str, Any]]) -> "Arrays":
    """One file; the same bytes are read once."""
    from grader.similarity import Arrays

    path = submission.root / name
    digest = digest_of(path)
    if digest not in known:
        known[digest] = _told(handle, path)
    told = known[digest]
    who = frozenset(submission.members or (submission.student,))
    return Arrays(submission.student, who, str(name), digest, **told)


def _told(handle: "WorkerHandle", path: Path) -> dict[str, Any]:
    """The job's word on a file, read distrustfully; {} where it has none."""
    from grader.sandbox import Job

    folder = handle.new_folder()
    lines: list[bytes] = []
    limits = Limits(wall=READ_SECONDS, cpu=READ_SECONDS, memory_mib=MEMORY_MIB, processes=4)
    try:
        shutil.copyfile(path, folder / "weights")
        fields = {"folder": str(folder), "files": ["weights"]}
        handle.run(Job("grader.worker.weights", fields, limits, folder), lines.append)
        event = json.loads(lines[0])
        return {
            "digest": str(event["digest"])[:64],
            "shapes": tuple(tuple(int(n) for n in shape) for shape in event["shapes"][:500]),
            "sample": tuple(float(value) for value in event["sample"][:4096]),
        }
    except (WorkerDied, ValueError, KeyError, IndexError, TypeError, RecursionError, OverflowError):
        return {}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
