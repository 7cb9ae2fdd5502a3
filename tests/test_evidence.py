"""The line that student code must not cross: whatever is written into the pipe or the folder, the reader either
takes plain facts from it or drops it, and never fails."""

from __future__ import annotations

import io
import json
import math
import os
import random
import socket
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.domain import TsneRun
from grader.evidence import (
    EVENTS,
    LINE_BYTES,
    STREAM_BYTES,
    EventWriter,
    InvalidEvidence,
    Reader,
    load_arrays,
    open_regular,
    read_json,
)

LAYER = {"kind": "Dense", "name": "dense", "settings": {"units": 10}, "output_shape": [10], "parameters": 7850}
SNAPSHOT = {
    "event": "snapshot", "id": 1, "model": 1, "name": "sequential", "reason": "fit", "architecture": "{}",
    "layers": [LAYER], "parameters": 7850, "input_shape": [None, 784], "output_shape": [None, 10],
    "weights": "weights-1.npz", "steps": 20,
}  # fmt: skip
COMPILED = {
    "model": 1,
    "loss": "mse",
    "optimizer": "SGD",
    "learning_rate": 0.5,
    "metrics": ["accuracy"],
}
DATA = {
    "rows": 600, "shape": [784], "dtype": "float32", "low": 0.0, "high": 1.0, "label_shape": [10],
    "rows_file": "rows-1.npz",
}  # fmt: skip
FIT = {
    "event": "fit_begin", "id": 1, "model": 1, "how": "fit", "epochs": 2, "batch_size": 30, "capped": False,
    "data": DATA, "compiled": COMPILED,
}  # fmt: skip
VALID: list[dict[str, Any]] = [
    {"event": "hello", "versions": {"python": "3.12.0", "keras": "3.9.0"}},
    FIT,
    {"event": "batch", "fit": 1, "epoch": 0, "done": 3, "total": 20},
    {"event": "epoch", "fit": 1, "epoch": 0, "logs": {"loss": 2.3, "accuracy": 0.1}},
    {"event": "epoch", "fit": 1, "epoch": 1, "logs": {"loss": "nan", "accuracy": 0.2}},
    {"event": "fit_end", "fit": 1, "steps": 40, "finished": True},
    SNAPSHOT,
    {"event": "use", "model": 1, "how": "evaluate", "snapshot": 1, "rows": 100, "values": [0.2, 0.95], "path": ""},
    {"event": "figure", "id": 1, "how": "show", "axes": [{"title": "t", "images": 1, "cmap": "gray", "lines": 0, "points": 0}],
     "arrays": "figure-1.npz", "picture": "picture-1.png"},
    {"event": "call", "id": 1, "what": "tsne", "facts": {"settings": {"perplexity": 30}}, "arrays": "call-1.npz"},
    {"event": "failure", "type": "ValueError", "message": "no", "frames": [{"file": "exo1.py", "line": 3, "function": "f",
     "text": "f()"}], "cell": None},
    {"event": "notice", "fr": "tiens", "en": "look", "where": "exo1.py", "line": 3},
    {"event": "value", "name": "nh", "value": 0.93},
    {"event": "finished"},
]  # fmt: skip


def line(event: object) -> bytes:
    return json.dumps(event).encode()


def read(*lines: bytes | dict[str, Any]) -> Reader:
    reader = Reader(None)
    for one in lines:
        reader.feed(one if isinstance(one, bytes) else line(one))
    return reader


# ── What is well formed comes out ───────────────────────────────────────────────────────────────


def test_every_event_that_the_recorder_writes_is_taken() -> None:
    evidence = read(*VALID).close()
    assert evidence.rejected == 0
    assert evidence.snapshots[0].layers[0].settings == {"units": 10}
    assert evidence.trainings[0].epochs_run == 2 and evidence.trainings[0].finished
    assert evidence.trainings[0].data is not None and evidence.trainings[0].data.rows == 600
    assert evidence.uses[0].values == (0.2, 0.95)
    assert evidence.figures[0].axes[0].cmap == "gray"
    (run,) = evidence.calls_of(TsneRun)
    assert (run.perplexity, run.init, run.arrays) == (30, None, "call-1.npz")
    assert evidence.failures[0].frames[0].line == 3
    assert evidence.values == {"nh": 0.93} and evidence.versions["keras"] == "3.9.0"
    assert evidence.finished


def test_what_recorders_of_old_wrote_besides_is_passed_over_without_a_word() -> None:
    """Kept runs hold it still."""
    old = [
        {"event": "compile", **COMPILED},
        {**FIT, "validation": DATA},
        {
            "event": "call",
            "id": 2,
            "what": "scaler_transform",
            "facts": {"kind": "MinMaxScaler"},
            "arrays": "call-2.npz",
        },
        {"event": "call", "id": 3, "what": "svm_predict", "facts": {"score": 0.9}, "arrays": None},
    ]
    evidence = read(*old).close()
    assert evidence.rejected == 0
    assert evidence.trainings == read(FIT).close().trainings


def test_what_the_writer_writes_the_reader_reads(tmp_path: Path) -> None:
    out, into = os.pipe()
    writer = EventWriter(into, tmp_path)
    weights = {"w0": np.arange(6, dtype=np.float32).reshape(2, 3), "w1": np.zeros(0), "flag": np.array(True)}
    name = writer.arrays("weights", weights)
    for event in VALID:
        writer.write(**{**event, "weights": name} if event["event"] == "snapshot" else event)
    writer.write("value", name="nh", value=np.float64(0.5))
    os.close(into)
    with os.fdopen(out, "rb") as pipe:
        evidence = read(*pipe.read().splitlines()).close()
    assert evidence.rejected == 0
    assert evidence.values == {"nh": 0.5}
    kept = load_arrays(tmp_path, evidence.snapshots[0].weights)
    assert kept.keys() == weights.keys()
    for key, array in weights.items():
        np.testing.assert_array_equal(kept[key], array)
        assert kept[key].shape == array.shape


def test_histories_that_diverge_keep_their_nan_and_infinity() -> None:
    logs = [{"loss": "nan"}, {"loss": "inf"}, {"loss": "-inf"}, {"loss": 1}]
    evidence = read(FIT, *({"event": "epoch", "fit": 1, "epoch": i, "logs": one} for i, one in enumerate(logs))).close()
    first, second, third, last = evidence.trainings[0].history["loss"]
    assert math.isnan(first) and (second, third, last) == (math.inf, -math.inf, 1.0)


def test_what_came_before_a_line_that_was_cut_short_still_counts() -> None:
    evidence = read(FIT, VALID[3], line(VALID[4])[:25]).close()
    assert evidence.trainings[0].history == {"loss": (2.3,), "accuracy": (0.1,)}
    assert not evidence.trainings[0].finished and evidence.rejected == 1


def test_events_of_a_forked_child_are_left_out(tmp_path: Path) -> None:
    out, into = os.pipe()
    writer = EventWriter(into, tmp_path)
    writer._pid += 1  # as seen from a child
    writer.write("finished")
    assert writer.arrays("weights", {"w0": np.zeros(2)}) is None
    os.close(into)
    assert os.read(out, 10) == b""
    os.close(out)
    assert not list(tmp_path.iterdir())


def test_a_writer_keeps_within_its_budget(tmp_path: Path) -> None:
    writer = EventWriter(-1, tmp_path, array_budget=100)
    assert writer.arrays("rows", {"a": np.zeros(10)}) == "rows-1.npz"
    assert writer.arrays("rows", {"a": np.zeros(10)}) is None
    assert len(list(tmp_path.iterdir())) == 1


# ── Lines without the form of evidence ──────────────────────────────────────────────────────────

HOSTILE = {
    "empty": b"",
    "no JSON": b"hello",
    "a pickle": b"\x80\x04\x95\x10",
    "bytes that are no UTF-8": b'{"event": "\xff\xfe"}',
    "NaN": b'{"event": "value", "name": "nh", "value": NaN}',
    "Infinity": b'{"event": "value", "name": "nh", "value": Infinity}',
    "a number of 5000 digits": b'{"event": "value", "name": "nh", "value": ' + b"9" * 5000 + b"}",
    "a number too large for a float": b'{"event": "value", "name": "nh", "value": ' + b"9" * 400 + b"}",
    "duplicate keys": b'{"event": "finished", "event": "hello"}',
    "duplicate keys inside": b'{"event": "hello", "versions": {"a": 1, "a": 2}}',
    "a bomb of depth": b'{"event": "call", "facts": {"a": ' + b"[" * 200_000 + b"]" * 200_000 + b"}}",
    "a list": b"[1, 2]",
    "a text": b'"finished"',
    "null": b"null",
    "no event": b"{}",
    "an unknown event": b'{"event": "score", "value": 20}',
    "an event that is no text": b'{"event": 3}',
    "an event that is a list": b'{"event": ["finished"]}',
    "a truth for a number": line({**VALID[2], "done": True}),
    "a float for a whole number": line({**VALID[2], "done": 1.5}),
    "a negative count": line({**VALID[2], "total": -1}),
    "a huge whole number": line({**VALID[2], "total": 1 << 60}),
    "a text for a number": line({**VALID[12], "value": "0.93"}),
    "a layer that is no object": line({**SNAPSHOT, "layers": ["Dense"]}),
    "too many layers": line({**SNAPSHOT, "layers": [LAYER] * 513}),
    "layers that are no list": line({**SNAPSHOT, "layers": {"0": LAYER}}),
    "a shape with a text": line({**SNAPSHOT, "input_shape": [None, "784"]}),
    "a shape with a negative": line({**SNAPSHOT, "input_shape": [None, -1]}),
    "a shape of many dimensions": line({**SNAPSHOT, "input_shape": [1] * 17}),
    "an architecture that is no text": line({**SNAPSHOT, "architecture": {"class_name": "Sequential"}}),
    "a loss that is no text": line({**FIT, "compiled": {**COMPILED, "loss": [{"a": 1}]}}),
    "an epoch of no training": line({**VALID[3], "fit": 99}),
    "logs that are no table": line({**VALID[3], "logs": [1, 2]}),
    "logs of texts": line({**VALID[3], "logs": {"loss": "small"}}),
    "a weights file elsewhere": line({**SNAPSHOT, "weights": "../weights-1.npz"}),
    "an absolute weights file": line({**SNAPSHOT, "weights": "/etc/passwd"}),
    "a weights file with a NUL": line({**SNAPSHOT, "weights": "weights-1.npz\0"}),
    "a weights file with a newline": line({**SNAPSHOT, "weights": "weights-1.npz\n"}),
    "a weights file of digits that are no ASCII": line({**SNAPSHOT, "weights": "weights-１.npz"}),
    "a weights file that is a list": line({**SNAPSHOT, "weights": ["weights-1.npz"]}),
    "a reason that is none": line({**SNAPSHOT, "reason": "because"}),
    "a reason that is left out": line({name: value for name, value in SNAPSHOT.items() if name != "reason"}),
    "a reason that is a list": line({**SNAPSHOT, "reason": ["fit"]}),
    "a long reason that begins like one": line({**SNAPSHOT, "reason": "fit" + " " * 5000}),
    "a training of a kind that is none": line({**FIT, "how": "magic"}),
    "a use of a model that is none": line({**VALID[7], "how": "praise"}),
    "a moment of a figure that is none": line({**VALID[8], "how": "dreamt"}),
    "a picture that is no picture": line({**VALID[8], "picture": "picture-1.svg"}),
}


@pytest.mark.parametrize("bad", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_line_without_the_form_of_evidence_is_counted_and_dropped(bad: bytes) -> None:
    reader = read(FIT)
    before = reader.close()
    assert reader.feed(bad) is None
    after = reader.close()
    assert after.rejected == 1
    assert (after.snapshots, after.trainings, after.values, after.finished) == (
        before.snapshots,
        before.trainings,
        {},
        False,
    )


def test_a_nesting_that_the_parser_still_takes_breaks_nothing_after_it() -> None:
    """Somewhere below the parser's own limit lies a depth at which showing or copying a value gives up."""
    reader = read(FIT)
    for depth in range(50, 1000, 10):
        deep = "[" * depth + "]" * depth
        for event in (
            f'{{"event": "fit_begin", "id": 2, "how": "fit", "compiled": {{"metrics": [{deep}]}}}}',
            f'{{"event": "compile", "model": 1, "metrics": [{deep}]}}',
            f'{{"event": "call", "id": 1, "what": "x", "facts": {{"a": {deep}}}}}',
            f'{{"event": "hello", "versions": {{"a": {deep}}}}}',
            f'{{"event": "epoch", "fit": 1, "logs": {{"a": {deep}}}}}',
            f'{{"event": "use", "values": {deep}}}',
            f'{{"event": {deep}}}',
            f'{{"event": "snapshot", "reason": {deep}}}',
        ):
            reader.feed(event.encode())
    evidence = reader.close()
    assert len(str(evidence.calls)) < 10_000  # what was kept is shallow


def test_long_texts_are_cut_and_half_characters_replaced() -> None:
    evidence = read(
        {"event": "failure", "type": "E" * 999, "message": "m" * 9999 + "\ud800", "frames": []},
        b'{"event": "notice", "fr": "a\\ud800b", "en": "", "where": ""}',
        b'{"event": "hello", "versions": {"\\udfff": "1"}}',
        FIT,
        b'{"event": "epoch", "fit": 1, "logs": {"loss\\ud800": 1}}',
    ).close()
    assert len(evidence.failures[0].type) == 200 and len(evidence.failures[0].message) == 4000
    for text in (evidence.notices[0].text.fr, *evidence.versions, *evidence.trainings[0].history):
        text.encode("utf-8")


def test_a_line_that_is_too_long_is_dropped_and_the_next_one_read() -> None:
    evidence = read(b'{"event": "notice", "fr": "' + b"a" * (5 << 20) + b'"}', {"event": "finished"}).close()
    assert evidence.rejected == 1 and evidence.finished


def test_a_stream_over_its_budget_adds_nothing_more() -> None:
    reader = Reader(None)
    filler = b" " * (LINE_BYTES - 100)
    for _ in range(STREAM_BYTES // len(filler) + 1):
        reader.feed(filler)
    reader.feed(line({"event": "finished"}))
    assert not reader.close().finished


def test_more_events_than_allowed_add_nothing_more() -> None:
    reader = Reader(None)
    for _ in range(EVENTS):
        reader.feed(b"{")
    reader.feed(line({"event": "finished"}))
    assert not reader.close().finished


def test_a_flood_of_epochs_with_ever_new_names_costs_no_more_than_its_reading() -> None:
    """The work per line must not grow with the lines before it."""
    reader = read(FIT)
    for epoch in range(3000):
        logs = {f"n{epoch}-{i}": 1 for i in range(32)}
        reader.feed(line({"event": "epoch", "fit": 1, "epoch": epoch, "logs": logs}))
    evidence = reader.close()
    assert len(evidence.trainings[0].history) <= 64


def test_a_training_of_many_epochs_is_kept_whole_and_told_one_by_one() -> None:
    """Told whole, it would be copied at every line."""
    reader = read(FIT)
    for epoch in range(20_000):
        told = reader.feed(b'{"event":"epoch","fit":1,"epoch":%d,"logs":{"loss":%d}}' % (epoch, epoch))
        assert told is not None and told[1].history == {"loss": (epoch,)} and told[1].epochs_run == epoch + 1
    training = reader.close().trainings[0]
    assert training.history["loss"] == tuple(map(float, range(20_000)))


def test_random_damage_to_valid_lines_never_raises() -> None:
    dice = random.Random(20_240_607)
    lines = [line(event) for event in VALID]
    reader = Reader(None)
    for _ in range(6000):
        reader.feed(_damaged(dice, dice.choice(lines)))
        if reader._events > 500:  # afresh, so that the budget never hides a line
            reader.close()
            reader = read(FIT)
    reader.close()


def _damaged(dice: random.Random, whole: bytes) -> bytes:
    value = json.loads(whole)
    if dice.random() < 0.6:
        _replace_one(dice, value)
        return line(value)
    data = bytearray(whole)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data) + 1)
        action = dice.randrange(3)
        if action == 0:
            data[at : at + dice.randint(0, 5)] = b""
        elif action == 1:
            data[at:at] = dice.choice(
                [b"{", b"}", b"[", b'"', b"null", b"\0", b"\\u0000", b"1e999", b"-", b"\xff", b","]
            )
        else:
            data[at:at] = data[: dice.randint(0, 30)]
    return bytes(data)


ODD = (
    None, True, 0, -1, 1.5, 1e308, 10**30, "", "x" * 1000, "\ud800", "nan", [], {}, [[]], [None], {"": None}, [1] * 100,
    {"config": {}}, {str(i): i for i in range(100)}, "../../etc/passwd", "weights-1.npz",
)  # fmt: skip


def _replace_one(dice: random.Random, value: Any) -> None:
    """Put something odd in a random place of a decoded line."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = dice.choice(keys)
        if isinstance(value[key], dict | list) and value[key] and dice.random() < 0.7:
            value = value[key]
            continue
        value[key] = dice.choice(ODD)
        return


# ── Array files ─────────────────────────────────────────────────────────────────────────────────

NAME = "weights-1.npz"


def npy(header: bytes | str, data: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    """An `.npy` file with a header as it is given."""
    header = header.encode() if isinstance(header, str) else header
    return b"\x93NUMPY" + version + struct.pack("<H", len(header)) + header + data


def described(dtype: str, shape: str, order: str = "False") -> str:
    return f"{{'descr': {dtype}, 'fortran_order': {order}, 'shape': {shape}, }}\n"


def good_npy() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.arange(4.0))
    return buffer.getvalue()


def archive(*entries: tuple[str, bytes], compression: int = zipfile.ZIP_STORED, comment: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as zipped:
        for name, data in entries:
            zipped.writestr(name, data)
        zipped.comment = comment
    return buffer.getvalue()


def one(header: bytes | str, data: bytes = b"") -> bytes:
    return archive(("w0.npy", npy(header, data)))


def objects() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    return archive(("w0.npy", buffer.getvalue()))


def bad_name() -> bytes:
    """The name is flagged as UTF-8 and is none."""
    return archive(("é.npy", good_npy())).replace("é".encode(), b"\xff\xff")


def moved_directory() -> bytes:
    """The central directory is said to lie far before the file's beginning."""
    data = bytearray(archive(("w0.npy", good_npy())))
    data[-6:-2] = struct.pack("<I", 0xFFFFFF00)
    return bytes(data)


FORGED_FILES = {
    "empty": b"",
    "no archive": b"hello" * 100,
    "a plain npy": good_npy(),
    "cut short": archive(("w0.npy", good_npy()))[:-30],
    "cut in the middle": archive(("w0.npy", good_npy()))[40:],
    "a directory elsewhere": moved_directory(),
    "objects": objects(),
    "compressed": archive(("w0.npy", good_npy()), compression=zipfile.ZIP_DEFLATED),
    "compressed by bzip2": archive(("w0.npy", good_npy()), compression=zipfile.ZIP_BZIP2),
    "a damaged checksum": archive(("w0.npy", good_npy())).replace(b"\x08@", b"\x09@"),
    "an entry that is no npy": archive(("w0.npy", b"hello")),
    "an entry that is empty": archive(("w0.npy", b"")),
    "a folder": archive(("w0/", b"")),
    "too many entries": archive(*((f"w{i}.npy", good_npy()) for i in range(1025))),
    "one name in two spellings": archive(("w0", good_npy()), ("w0.npy", good_npy())),
    "a name that is no text": bad_name(),
    "a huge shape": one(described("'<f8'", "(1000000, 1000000)"), b"12345678"),
    "a shape beyond all numbers": one(described("'<f8'", f"({10**40}, 3)")),
    "an empty array beyond all numbers": one(described("'<f8'", f"(0, {10**30})")),
    "an empty array that is too large": one(described("'<f8'", f"(0, {2**62}, {2**62})")),
    "a negative shape": one(described("'<f8'", "(-1,)"), b"12345678"),
    "a negative shape twice": one(described("'<f8'", "(-1, -1)"), b"12345678"),
    "a shape of texts": one(described("'<f8'", "('1',)"), b"12345678"),
    "a shape that is a number": one(described("'<f8'", "1"), b"12345678"),
    "too many dimensions": one(described("'<f8'", "(1,)" + "+(1,)" * 8)),
    "nine dimensions": one(described("'<f8'", str((1,) * 9)), b"12345678"),
    "texts": one(described("'<U4'", "(1,)"), b"1234" * 4),
    "complex numbers": one(described("'<c16'", "(1,)"), b"12345678" * 2),
    "dates": one(described("'<M8[s]'", "(1,)"), b"12345678"),
    "long doubles": one(described("'<f16'", "(1,)"), b"12345678" * 2),
    "records": one(described("[('a', '<f8')]", "(1,)"), b"12345678"),
    "a sub-array type": one(described("('<f8', (2,))", "(1,)"), b"12345678" * 2),
    "an odd type": one(described("()", "(1,)"), b"12345678"),
    "a type that is a table": one(described("{}", "(1,)"), b"12345678"),
    "a type that is nothing": one(described("None", "(1,)"), b"12345678"),
    "a call in the header": one("__import__('os').system('true')\n"),
    "a header of brackets": one("(" * 3000 + "\n"),
    "a header of closing brackets": one(")" * 3000 + "\n"),
    "an open text in the header": one("{'descr': '''\n"),
    "bad indentation in the header": one("{\n  1\n 2\n"),
    "a header with a NUL": one(b"{'descr': \x00'<f8'}\n"),
    "a header without keys": one("{}\n"),
    "a header that is a list": one("[]\n"),
    "a header with more keys": one("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}\n", b"12345678"),
    "a header of Python 2": one("{'descr': '<f8', 'fortran_order': False, 'shape': (1L,)}\n", b"12345678"),
    "a large header": one(described("'<f8'", "(1,)") + " " * 5000, b"12345678"),
    "a header longer than the file": archive(("w0.npy", b"\x93NUMPY\x01\x00\xff\xff{")),
    "version 2": archive(("w0.npy", npy(described("'<f8'", "(1,)"), b"12345678", version=b"\x02\x00"))),
    "version 9": archive(("w0.npy", npy(described("'<f8'", "(1,)"), b"12345678", version=b"\x09\x00"))),
}


@pytest.mark.parametrize("content", FORGED_FILES.values(), ids=FORGED_FILES.keys())
def test_an_array_file_without_the_form_is_forged(content: bytes, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(InvalidEvidence):
        load_arrays(tmp_path, NAME)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_are_forged(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(archive(("w0.npy", good_npy()), ("w0.npy", good_npy())))
    with pytest.raises(InvalidEvidence):
        load_arrays(tmp_path, NAME)


def test_entries_that_share_their_bytes_are_forged(tmp_path: Path) -> None:
    """Many names for one large entry would read more than any file holds."""
    large = io.BytesIO()
    np.save(large, np.zeros(1 << 17))
    data = archive(("w0.npy", large.getvalue()))
    start = data.rindex(b"PK\x01\x02")
    end = data.rindex(b"PK\x05\x06")
    entries = [data[start:end].replace(b"w0.npy", b"%06d" % i) for i in range(1000)]
    directory = b"".join(entries)
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(entries), len(entries), len(directory), start, 0)
    (tmp_path / NAME).write_bytes(data[:start] + directory + tail)
    with pytest.raises(InvalidEvidence):
        load_arrays(tmp_path, NAME)


@pytest.mark.parametrize("extra", [{"comment": b"c" * 1000}, {"before": b"#!/bin/sh\n" * 10}])
def test_a_comment_or_a_prefix_of_an_archive_is_of_no_account(extra: dict[str, bytes], tmp_path: Path) -> None:
    content = extra.get("before", b"") + archive(("w0.npy", good_npy()), comment=extra.get("comment", b""))
    (tmp_path / NAME).write_bytes(content)
    np.testing.assert_array_equal(load_arrays(tmp_path, NAME)["w0"], np.arange(4.0))


@pytest.mark.parametrize("array", [np.zeros(0), np.zeros((0, 5)), np.array(3.5), np.asfortranarray(np.eye(3)[:2]),
                                   np.array([True, False]), np.arange(3, dtype=">i4"), np.float16([1.5])])  # fmt: skip
def test_plain_arrays_of_every_kind_are_read(array: np.ndarray, tmp_path: Path) -> None:
    np.savez(tmp_path / NAME, w0=array)
    found = load_arrays(tmp_path, NAME)["w0"]
    np.testing.assert_array_equal(found, array)
    assert found.shape == array.shape


def _link(path: Path) -> None:
    np.savez(path.with_name("else.npz"), w0=np.zeros(2))
    path.symlink_to(path.with_name("else.npz"))


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one_end:
        one_end.bind(str(path))


NO_FILES = {
    "a link": _link,
    "a dangling link": lambda path: path.symlink_to("/nowhere"),
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a FIFO": os.mkfifo,
    "a folder": Path.mkdir,
    "a socket": _socket,
    "nothing": lambda path: None,
}


@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES.keys())
def test_what_is_no_plain_file_is_forged_and_never_waited_for(make: Any, tmp_path: Path) -> None:
    make(tmp_path / NAME)
    with pytest.raises(InvalidEvidence):
        load_arrays(tmp_path, NAME)


def test_devices_and_large_files_are_not_opened(tmp_path: Path) -> None:
    with pytest.raises(InvalidEvidence):
        open_regular(Path("/dev/zero"), 1 << 30)
    (tmp_path / "large").write_bytes(b"12345")
    with pytest.raises(InvalidEvidence):
        open_regular(tmp_path / "large", 4)


@pytest.mark.parametrize(
    "name", ["../weights-1.npz", "/tmp/weights-1.npz", "weights-1.npy", "", ".", "weights-1.npz/", None]
)
def test_only_names_of_kept_files_are_looked_up(name: str | None, tmp_path: Path) -> None:
    np.savez(tmp_path / NAME, w0=np.zeros(2))
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(InvalidEvidence):
        load_arrays(inside, name)


def test_random_damage_to_an_array_file_ends_in_arrays_or_forged(tmp_path: Path) -> None:
    dice = random.Random(7)
    np.savez(tmp_path / NAME, w0=np.arange(6.0).reshape(2, 3), w1=np.arange(3))
    whole = (tmp_path / NAME).read_bytes()
    outcomes = {"read": 0, "forged": 0}
    for _ in range(1200):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 3)):
            at = dice.randrange(len(data))
            if dice.random() < 0.7:
                data[at] = dice.randrange(256)
            else:
                del data[at : at + dice.randint(1, 20)]
        (tmp_path / NAME).write_bytes(data)
        try:
            arrays = load_arrays(tmp_path, NAME)
        except InvalidEvidence:
            outcomes["forged"] += 1
        else:
            outcomes["read"] += 1
            assert all(array.dtype.kind in "biuf" for array in arrays.values())
    assert outcomes["forged"] > 250


def test_strict_json_is_read_and_anything_else_is_forged() -> None:
    assert read_json('{"a": [1, 2.5, null, true]}') == {"a": [1, 2.5, None, True]}
    for bad in ("NaN", "-Infinity", "{'a': 1}", '{"a": 1, "a": 1}', "[" * 100_000, "1" * 5000, b"\xff"):
        with pytest.raises(InvalidEvidence):
            read_json(bad)
