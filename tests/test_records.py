"""A record survives its JSON, whatever is in it, and is never met half written."""

from __future__ import annotations

import json
import math
import os
from dataclasses import replace
from pathlib import Path

import pytest

from grader import __version__, records
from grader.domain import (
    RECORD_SCHEMA,
    DatasetInfo,
    Failure,
    Frame,
    Lateness,
    Mode,
    Notice,
    Outcome,
    Override,
    Record,
    Status,
    Text,
    Verdict,
)
from grader.errors import UnreadableSubmission

VERDICTS = (
    Verdict("runs", Status.PASSED, 1, 1, Text("S'exécute", "Runs"), message=Text("Exécuté", "Ran")),
    Verdict(
        "accuracy", Status.PARTIAL, 2.5, 5, Text("Précision", "Accuracy"), Text("89 %", "89%"), Text("91 %", "91%")
    ),
    Verdict("answer.pourquoi", Status.REVIEW, 0, 3, Text("Pourquoi", "Why")),
    Verdict(
        "training",
        Status.PASSED,
        3,
        3,
        Text("Apprentissage", "Training"),
        override=Override("Mme Martin", "2026-11-21T10:00:00+00:00", "vu en TP", 1, Status.PARTIAL),
    ),
)
RECORD = Record(
    exercise="exo1",
    title=Text("Régression", "Regression"),
    student="Zoé « la star » Müller",
    file="exo1.py",
    mode=Mode.AUDIT,
    seed=7,
    verdicts=VERDICTS,
    dataset=DatasetInfo("mnist", "stand-in", "0" * 64, Path()),
    sandbox={"backend": "process", "level": "limits"},
    outcome=Outcome("error", 3.5, 4.5, 800, 1),
    notices=(Notice(Text("à savoir", "to know"), "exo1.py", 3),),
    failure=Failure("NameError", "name 'x' …", (Frame("exo1.py", 3, "f", "x"),), cell=2),
    output_tail="dernière ligne\n",
    output_dropped=12,
    versions={"keras": "3.9.0"},
    curves={"loss": (2.3, 1.0), "val_loss": (2.2, 1.1)},
    exhibits={"source": {"name": "exo1.py", "text": "x = 1"}, "confusion": [{"counts": [[1, 0], [0, 1]]}]},
    phases={"student": 3.5},
    received="2026-11-20T23:59:00+01:00",
    identity={"system": "moodle", "id": "123456"},
    members=("Zoé", "Léa"),
    attempt=2,
    lateness=Lateness(90_000, 2, Text("1 point par jour", "1 point a day")),
    grader_version="0.1.0",
)


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    records.write(RECORD, tmp_path / "deep" / "r.json")
    assert records.read(tmp_path / "deep" / "r.json") == RECORD


def test_a_record_of_almost_nothing_comes_back(tmp_path: Path) -> None:
    bare = replace(RECORD, verdicts=(), dataset=None, outcome=None, notices=(), failure=None, curves={})
    records.write(bare, tmp_path / "r.json")
    assert records.read(tmp_path / "r.json") == bare
    assert bare.score == bare.max_score == 0 and not bare.broken and not bare.to_review


def test_curves_that_diverged_come_back_and_the_file_is_strict_json(tmp_path: Path) -> None:
    wild = replace(
        RECORD,
        curves={"loss": (1.0, math.nan, math.inf, -math.inf)},
        exhibits={"confusion": {"accuracy": math.nan, "list": [math.inf, (math.nan,)]}},
    )
    records.write(wild, tmp_path / "r.json")

    def forbidden(name: str) -> float:
        raise AssertionError(name)

    json.loads((tmp_path / "r.json").read_text(encoding="utf-8"), parse_constant=forbidden)
    loss = records.read(tmp_path / "r.json").curves["loss"]
    assert loss[0] == 1.0 and math.isnan(loss[1]) and loss[2:] == (math.inf, -math.inf)


def test_score_and_status_are_written_for_readers_and_recomputed_on_reading(tmp_path: Path) -> None:
    fields = records.to_json(RECORD)
    assert (fields["score"], fields["max_score"]) == (6.5, 12)
    fields["score"] = 20
    assert records.from_json(fields).score == 6.5
    assert RECORD.to_review and not RECORD.broken


def test_half_characters_do_not_stop_the_writing(tmp_path: Path) -> None:
    records.write(replace(RECORD, output_tail="a\ud800b", student="\udcff"), tmp_path / "r.json")
    assert records.read(tmp_path / "r.json").output_tail == "a?b"


@pytest.mark.parametrize("schema", [0, -1, None, "1", 2.0, True, [3]])
def test_what_no_version_has_written_is_refused_in_both_languages(schema: object) -> None:
    with pytest.raises(UnreadableSubmission, match="grade the submission again") as told:
        records.from_json({**records.to_json(RECORD), "schema": schema})
    assert str(schema) in told.value.text.fr and str(schema) in told.value.text.en


def test_a_newer_record_is_refused_with_the_version_that_wrote_it_and_what_to_do() -> None:
    with pytest.raises(UnreadableSubmission) as told:
        records.from_json({**records.to_json(RECORD), "schema": 99, "grader_version": "7.2.1"})
    for words in (told.value.text.fr, told.value.text.en):
        assert "7.2.1" in words and "99" in words and str(RECORD_SCHEMA) in words and __version__ in words
    assert "Install version 7.2.1" in told.value.text.en and "Installez la version 7.2.1" in told.value.text.fr


def test_a_record_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "r.json"
    records.write(RECORD, target)
    before = target.read_bytes()

    def full(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(OSError, match="space"):
            records.write(replace(RECORD, seed=8), target)
    assert target.read_bytes() == before
    records.write(replace(RECORD, seed=9), target)
    assert records.read(target).seed == 9
    assert [p.name for p in tmp_path.iterdir() if not p.name.startswith(".")] == ["r.json"]
    assert os.access(target, os.R_OK)


def test_the_penalty_is_apart_from_the_score_and_never_leads_below_zero() -> None:
    assert (RECORD.score, RECORD.final_score) == (6.5, 4.5)
    assert replace(RECORD, lateness=Lateness(1, 100, Text())).final_score == 0
    assert replace(RECORD, lateness=None).final_score == 6.5
