"""One submission graded from top to bottom, with a real worker and a small training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.domain import Check, Evidence, Mode, Phase, Record, Stage, Status, Submission, Text, Verdict
from grader.errors import EvaluationFailed, UnreadableSubmission, WorkerDied
from grader.grading import Listener, Options, Workbench, grade, pipeline, reading_workbench
from grader.grading.execute import list_files
from grader.grading.run_inputs import copy_files
from grader.parsing import Parser
from grader.sandbox.process import Process

Grade = Callable[..., Record]

PROGRAM = """
import keras
from keras.datasets import mnist

REPONSES = {"parametres": "784 * 10 + 10 = 7850", "convexe": "oui", "minimum_global": "non"}

def main():
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    x = x_train[:3000].reshape(3000, 784).astype("float32") / 255
    y = keras.utils.to_categorical(y_train[:3000], 10)
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])
    model.compile(optimizer=keras.optimizers.SGD(0.5), loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=300, epochs=10, verbose=0)
    print("done")

main()
"""


def statuses(record: Record) -> dict[str, Status]:
    return {verdict.id: verdict.status for verdict in record.verdicts}


def verdict(record: Record, name: str) -> Verdict:
    return next(v for v in record.verdicts if v.id == name)


def test_a_program_is_run_measured_and_judged(grade_source: Grade) -> None:
    record = grade_source(PROGRAM)
    found = statuses(record)
    assert {n: found[n] for n in ("runs", "parameters", "architecture", "training")} == dict.fromkeys(
        ("runs", "parameters", "architecture", "training"), Status.PASSED
    )
    assert found["accuracy"] in (Status.PASSED, Status.PARTIAL, Status.FAILED)
    assert verdict(record, "accuracy").measured.en.endswith("%")
    assert found["answer.parametres"] is found["answer.convexe"] is Status.PASSED
    assert found["answer.minimum_global"] is Status.FAILED
    assert record.sandbox == {"backend": "process", "level": "limits"}
    assert record.dataset is not None and record.dataset.source == "stand-in"
    assert record.output_tail == "done\n" and record.outcome is not None and record.outcome.status == "ok"
    assert len(record.curves["loss"]) == 10 and record.versions["keras"]
    assert not record.broken and record.failure is None


def test_an_accuracy_that_a_program_only_claims_is_worth_nothing(grade_source: Grade) -> None:
    lie = PROGRAM.replace("model.fit(x, y, batch_size=300, epochs=10, verbose=0)", "print('Test accuracy: 0.9999')")
    record = grade_source(lie)
    assert verdict(record, "accuracy").points == 0 and verdict(record, "training").points == 0


def test_a_file_that_python_cannot_read_is_judged_on_what_it_says(grade_source: Grade) -> None:
    record = grade_source('REPONSES = {"convexe": "oui"}\nx = = 2\n')
    assert record.outcome is None and record.failure is not None and record.failure.type == "SyntaxError"
    assert statuses(record)["runs"] is Status.FAILED and statuses(record)["answer.convexe"] is Status.PASSED
    assert not record.broken


def test_reading_alone_runs_nothing(grade_source: Grade, tmp_path: Path) -> None:
    record = grade_source(PROGRAM + "\nopen('ran', 'w').close()\n", mode=Mode.STATIC)
    assert statuses(record)["accuracy"] is statuses(record)["runs"] is Status.SKIPPED
    assert statuses(record)["answer.convexe"] is Status.PASSED
    assert record.outcome is None and not (tmp_path / "ran").exists()


def test_an_audit_takes_a_few_steps_and_says_what_it_left_out(grade_source: Grade) -> None:
    record = grade_source(PROGRAM, mode=Mode.AUDIT)
    found = statuses(record)
    assert found["architecture"] is found["training"] is Status.PASSED and found["accuracy"] is Status.SKIPPED
    assert record.mode is Mode.AUDIT


@pytest.mark.slow
def test_a_program_that_outlasts_its_time_is_marked_on_what_came_before(grade_source: Grade) -> None:
    record = grade_source(PROGRAM + "\nwhile True: pass\n", time_limit=15.0)
    assert statuses(record)["runs"] is Status.FAILED and statuses(record)["training"] is Status.PASSED
    assert record.outcome is not None and record.outcome.status == "timeout"


def test_the_submission_itself_is_never_changed(grade_source: Grade, tmp_path: Path) -> None:
    grade_source("import os\nopen('exo1.py', 'w').write('x')\nopen('new', 'w').close()\nos._exit(0)\n")
    assert [p.name for p in tmp_path.iterdir()] == ["exo1.py"]
    assert "os._exit" in (tmp_path / "exo1.py").read_text()


def test_a_program_that_puts_links_in_place_of_its_folders_leads_nobody_there(
    grade_source: Grade, workbench: Workbench, tmp_path: Path
) -> None:
    secret = tmp_path / "elsewhere"
    secret.mkdir()
    (secret / "precious").write_text("kept")
    before = set(workbench.runner.folder.iterdir())
    record = grade_source(
        f"""
        import os, shutil
        here = os.getcwd()
        for folder in (here, here[:-4] + "out"):
            shutil.rmtree(folder)
            os.symlink({str(secret)!r}, folder)
        """
    )
    assert not record.broken and (secret / "precious").read_text() == "kept"
    assert not any(path.name.startswith("j") for path in set(workbench.runner.folder.iterdir()) - before)


# ── The grader's own faults ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", ["run_submission", "measure"])
def test_a_breakdown_is_never_a_zero(step: str, grade_source: Grade, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise (WorkerDied if step == "run_submission" else EvaluationFailed)(Text("il est mort", "it died"))

    monkeypatch.setattr(pipeline, step, broken)
    record = grade_source("x = 1")
    assert record.broken and set(statuses(record).values()) == {Status.ERROR}
    assert all(v.hint.fr == "il est mort" for v in record.verdicts)


def test_a_worker_that_dies_is_tried_again_once(workbench: Workbench, tmp_path: Path) -> None:
    """The program kills its worker the first time only."""
    (tmp_path / "exo1.py").write_text(
        f"import os, signal\nif not os.path.exists({str(tmp_path / 'mark')!r}):\n"
        f"    open({str(tmp_path / 'mark')!r}, 'w').close()\n    os.kill(os.getppid(), signal.SIGKILL)\n"
        "    import time; time.sleep(30)\nprint('second time')\n"
    )
    submission = Submission("s", "exo1", tmp_path, tmp_path / "exo1.py", (Path("exo1.py"),))
    record = grade(catalog.locate().find("exo1"), submission, workbench, Options())
    assert not record.broken and record.output_tail == "second time\n"


def test_a_check_that_fails_costs_only_itself(parser: Parser, tmp_path: Path) -> None:
    (tmp_path / "exo1.py").write_text("x = 1\n")

    def judge(facts: Any) -> Any:
        raise KeyError("odd")

    exercise = catalog.locate().find("exo1")
    bad = Check("bad", exercise.checks[0].title, 5, judge, stage=Stage.READING)
    submission = Submission("s", "exo1", tmp_path, tmp_path / "exo1.py", (Path("exo1.py"),))
    record = grade(
        replace(exercise, checks=(bad, *exercise.checks)),
        submission,
        reading_workbench({}, Process, parser),
        Options(Mode.STATIC),
    )
    assert [v.id for v in record.verdicts if v.status is Status.ERROR] == ["bad"]
    assert "KeyError" in verdict(record, "bad").hint.en and record.broken


# ── Telling ─────────────────────────────────────────────────────────────────────────────────────


def test_who_listens_hears_early_what_can_be_said_early(workbench: Workbench, tmp_path: Path) -> None:
    class Hearing(Listener):
        def __init__(self) -> None:
            self.heard: list[Any] = []

        def on_phase(self, name: str) -> None:
            self.heard.append(name)

        def on_preliminary_verdicts(self, verdicts: tuple[Verdict, ...]) -> None:
            self.heard += [v.id for v in verdicts]

        def on_event(self, kind: str, item: Any) -> None:
            self.heard.append(kind)

    (tmp_path / "exo1.py").write_text(PROGRAM)
    submission = Submission("s", "exo1", tmp_path, tmp_path / "exo1.py", (Path("exo1.py"),))
    hearing = Hearing()
    grade(catalog.locate().find("exo1"), submission, workbench, Options(Mode.AUDIT), hearing)
    order = [
        hearing.heard.index(n)
        for n in (
            Phase.READING,
            "answer.convexe",
            Phase.STUDENT,
            "parameters",
            "fit_end",
            Phase.EVALUATION,
            Phase.CHECKS,
        )
    ]
    assert order == sorted(order)


# ── Files ───────────────────────────────────────────────────────────────────────────────────────


def test_only_plain_files_are_copied_to_the_program(tmp_path: Path) -> None:
    root, work = tmp_path / "s", tmp_path / "work"
    (root / "sub").mkdir(parents=True)
    for name in ("exo1.py", "sub/data.txt"):
        (root / name).write_text(name)
    (root / "link").symlink_to("/etc/passwd")
    (root / "folder").mkdir()
    names = ("exo1.py", "sub/data.txt", "link", "folder", "gone")
    copy_files(Submission("s", "exo1", root, root / "exo1.py", tuple(map(Path, names))), work)
    assert list_files(work) == {"exo1.py": 7, "sub/data.txt": 12}


def test_a_program_that_is_no_plain_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "exo1.py").symlink_to("/etc/passwd")
    submission = Submission("s", "exo1", tmp_path, tmp_path / "exo1.py", (Path("exo1.py"),))
    with pytest.raises(UnreadableSubmission):
        copy_files(submission, tmp_path / "work")


def test_listing_what_a_program_left_follows_no_link_and_ends(tmp_path: Path) -> None:
    (tmp_path / "root").symlink_to("/")
    (tmp_path / "self").symlink_to(".")
    for n in range(2100):
        (tmp_path / f"f{n:04}").touch()
    found = list_files(tmp_path)
    assert len(found) == 2000 and not any(name.startswith(("root", "self")) for name in found)
    assert Evidence(files=found).files["f0000"] == 0


# ── Sandboxed ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_the_sandbox_changes_neither_marks_nor_weights(grade_source: Grade, sandboxed_workbench: Workbench) -> None:
    plain, sandboxed = grade_source(PROGRAM), grade_source(PROGRAM, on=sandboxed_workbench)
    assert statuses(plain) == statuses(sandboxed) and plain.score == sandboxed.score
    assert plain.curves == sandboxed.curves
    assert sandboxed.sandbox == {"backend": "bubblewrap", "level": "full"}


@pytest.mark.slow
def test_a_notebook_runs_in_the_sandbox(grade_source: Grade, sandboxed_workbench: Workbench) -> None:
    from tests.conftest import notebook_of

    record = grade_source(notebook_of(*PROGRAM.split("\n\n")).decode(), on=sandboxed_workbench, name="exo1.ipynb")
    assert statuses(record)["runs"] is statuses(record)["architecture"] is Status.PASSED, record.output_tail
