"""Words of a student's that want to be more than words: escapes, markup, formats, directions, half characters.

Every text of a record, of an event and of an error goes to the terminal somewhere. None of it gets there raw.
"""

from __future__ import annotations

import io
import json
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from grader import catalog, records
from grader.cli import main, progress
from grader.domain import (
    Failure,
    Frame,
    Mode,
    Notice,
    Outcome,
    Phase,
    Record,
    Status,
    Submission,
    Text,
    Training,
    Verdict,
)
from grader.errors import UnreadableSubmission, WorkerDied
from grader.grading import Options
from grader.grading.pipeline import not_marked
from grader.messages import plain, safe, say
from grader.reports import terminal
from tests.conftest import notebook_of

HOSTILE = {
    "colours": "\x1b[31;1mred\x1b[0m",
    "a window title": "\x1b]0;owned\x07",
    "a clipboard": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "a link": "\x1b]8;;http://example.org\x1b\\click\x1b]8;;\x1b\\",
    "a cleared screen": "\x1b[2J\x1b[H\x1bc",
    "controls of 8 bits": "\x9b31m\x9d0;owned\x9c\x90q\x9c",
    "a question": "\x1b[6n\x05\x1b[c",
    "a line written over": "20/20\r 0/20\b\b\b\x7f",
    "a device": "\x1bP$q\"p\x1b\\\x1b_Gf=100;AAAA\x1b\\",
    "markup": "[bold red]x[/bold red] [link=file:///etc/passwd]y[/link] [/] [/nothing] [blink]",
    "emoji codes": ":smiley: [on red] \\[x]",
    "another direction": "\u202egnp.exe\u202c \u2066a\u2069 \u200f\u061c\u200e",
    "nothing": "a\x00b\x01\x02\x1f",
    "half characters": "\ud800 \udfff \udce9",
    "formats": "{0} {x!r} %s %n %(a)s {student.__class__}",
    "invisible": "\u200b\u2060\ufeff\u00ad\U000e0041\ue000",
    "lines": "a\nb\r\nc\u2028d\u2029e\x85f\x0bg\x0ch",
    "length": "x" * 100_000,
}  # fmt: skip


def assert_tame(shown: str) -> None:
    """Nothing that a terminal obeys: no control character but the end of a line, no direction, no half character."""
    odd = {c for c in shown if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")}
    assert not odd, odd
    shown.encode("utf-8")


def record_of(text: str, status: Status = Status.FAILED) -> Record:
    """A record in which every text that can come from a student is this one."""
    both = Text(text, text)
    verdict = Verdict("answer.x", status, 0.5, 2.0, both, both, both, both, both)
    return Record(
        "exo1",
        both,
        text,
        text,
        Mode.FULL,
        0,
        (verdict, replace(verdict, status=Status.PARTIAL), replace(verdict, status=Status.ERROR)),
        None,
        {"backend": "bubblewrap", "level": "full"},
        Outcome("error", 1.0),
        notices=(Notice(both, text, 3), Notice(both)),
        failure=Failure(text, text, (Frame(text, 3, text, text),)),
        output_tail=text,
        output_dropped=4096,
        versions={text: text},
        curves={text: (1.0,)},
        identity={"id": text},
        members=(text,),
    )


@pytest.fixture
def console() -> Console:
    """As the command makes it, without colours of its own."""
    made = progress.console_for()
    made.file = io.StringIO()
    return made


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_report_shows_words_only(text: str, console: Console) -> None:
    record = record_of(text)
    for lang in ("fr", "en"):
        terminal.show_record(record, console, lang)  # type: ignore[arg-type]  # one of the two
        console.print(terminal.class_table([record, record_of("b")], lang))  # type: ignore[arg-type]
        console.print(terminal.class_summary([record], lang))  # type: ignore[arg-type]
        console.print(terminal.finished_line(record, lang))  # type: ignore[arg-type]
        console.print(terminal.verify_line(safe(text, 44), "wrong", record, [plain(text)], lang))  # type: ignore[arg-type]
        console.print(terminal.shown(say("Left out: {path} — {reason}", path=text, reason=plain(text)), lang))  # type: ignore[arg-type]
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert_tame(shown)
    assert len(shown) < 60_000
    if "[" in text and "\x1b" not in text:
        assert "[/]" in shown or "[on red]" in shown, "markup was obeyed"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_shown_while_it_runs_are_words_only(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        progress, "console_for", lambda *_: Console(file=io.StringIO(), highlight=False, markup=False, width=110)
    )
    main_file = tmp_path / (text.replace("/", "").replace("\0", "")[:60] + ".py")
    submission = Submission(text, "exo1", tmp_path, main_file, (), note=Text(text, text))
    exercise = catalog.locate().find("exo1")
    training = Training(1, 1, text, 5, 1, None, 0, False, False, {"loss": (1e308,), text: (1.0,), "accuracy": (float("nan"),)},
                        None, None)  # fmt: skip
    with progress.OneSubmission(exercise, submission, "fr", quiet=False) as one:
        one.on_preliminary_verdicts(record_of(text).verdicts)
        for event in ("fit_begin", "epoch", "fit_end"):
            one.on_event(event, training)
        one.on_event("batch", {"fit": 1, "epoch": 0, "done": 1 << 53, "total": 1})
        one.on_event(text, text)
    many = progress.ManySubmissions(2, "fr", "x")
    listener = many.listener(text)
    listener.on_phase(Phase.STUDENT)
    listener.on_event("epoch", training)
    many.console.print(many)
    for display in (one, many):
        assert_tame(display.console.file.getvalue())  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_an_error_of_the_grader_s_own_quotes_tamely(
    text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(lang: str) -> Any:
        def command(**_: Any) -> int:
            raise UnreadableSubmission(plain(f"« {text} »")) if lang == "fr" else WorkerDied(plain(f"“{text}”"))

        return command

    monkeypatch.setattr(main, "build", build)
    assert main.run(["exo1"]) == 2 and main.run(["exo1", "--lang", "en"]) == 3
    said = capsys.readouterr()
    assert_tame(said.out + said.err)
    assert len(said.err) < 8000


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_record_is_written_and_read_whatever_it_says(text: str, tmp_path: Path) -> None:
    record = record_of(text)
    records.write(record, tmp_path / "r.json")
    content = (tmp_path / "r.json").read_bytes()
    json.loads(content)
    content.decode("utf-8")
    assert records.read(tmp_path / "r.json").verdicts[0].message.fr == text.encode("utf-8", "replace").decode()
    assert [p.name for p in tmp_path.iterdir()] == ["r.json"]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_failure_that_quotes_a_student_quotes_tamely(text: str, console: Console, tmp_path: Path) -> None:
    submission = Submission(text, "exo1", tmp_path, tmp_path / "exo1.py", ())
    for problem in (OSError(28, text, text), ValueError(text), UnreadableSubmission(plain(text))):
        record = not_marked(catalog.locate().find("exo1"), submission, None, Options(Mode.FULL), problem)
        assert record.broken
        terminal.show_record(record, console, "fr")
    assert_tame(console.file.getvalue())  # type: ignore[attr-defined]


# ── Through a real program ──────────────────────────────────────────────────────────────────────

SPEAKING = """
# coding: utf-8
REPONSES = {"convexe": "oui \\x1b[31m [/red]", "parametres": "\\u202e0587 {x}", "minimum_global": "\\x00\\ud800"}
import os, sys
print("\\x1b]0;owned\\x07\\x1b[2J [bold]x[/bold]")
os.write(1, bytes(range(256)) * 20)
os.write(2, b"\\xed\\xa0\\x80\\x9b31m")
class Échec\x41(Exception):
    def __str__(self): return "\\x1b[5m[/red]\\u202e" + "\\ud800" + "x" * 10000
def \u202f_() -> None: ...
raise ÉchecA()
"""


def grade_and_show(grade_source: Any, console: Console, source: str, **options: Any) -> Record:
    record: Record = grade_source(source, **options)
    assert not record.broken
    terminal.show_record(record, console, "fr")
    assert_tame(console.file.getvalue())  # type: ignore[attr-defined]
    json.dumps(records.to_json(record), allow_nan=False)
    return record


def test_a_program_that_speaks_in_escapes_is_reported_in_words(grade_source: Any, console: Console) -> None:
    record = grade_and_show(grade_source, console, SPEAKING.replace("def \u202f_() -> None: ...\n", ""))
    assert record.failure is not None and record.failure.type == "ÉchecA"
    assert next(v for v in record.verdicts if v.id == "runs").status is Status.FAILED
    assert "[/red]" in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_notebook_that_speaks_in_escapes_is_reported_in_words(grade_source: Any, console: Console) -> None:
    cells = notebook_of("print('\\x1b]0;owned\\x07')", "raise ValueError('\\x1b[2J[/red]\\u202e')").decode()
    record = grade_and_show(grade_source, console, cells, name="exo1.ipynb")
    assert record.failure is not None and record.failure.cell == 2


def test_names_that_a_terminal_would_obey_are_files_like_any_others(grade_source: Any, console: Console) -> None:
    record = grade_and_show(grade_source, console, "raise ValueError('no')", name="\x1b[31m[bold]\u202e exo1.py")
    assert record.failure is not None and record.failure.frames
