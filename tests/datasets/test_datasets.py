"""Finding, preparing and opening datasets. The stand-ins here are small; the real generators have their own tests."""

from __future__ import annotations

import gzip
import json
import os
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader import datasets
from grader.datasets import hashing, prepared, resolving
from grader.datasets.dataset import Dataset
from grader.datasets.formats import IDX_NAMES
from grader.errors import DataUnavailable
from grader.fingerprints import fingerprints

REAL = os.environ.get("GRADE_DATA", "")
ROWS = {"train": 60, "test": 20}


def small_digits() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    arrays = {}
    for split, rows in ROWS.items():
        arrays[f"x_{split}"] = rng.integers(0, 256, (rows, 28, 28), dtype=np.uint8)
        arrays[f"y_{split}"] = np.arange(rows, dtype=np.uint8) % 10
    return arrays


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch) -> Path:
    """No data folder, an empty Keras cache, our own cache; MNIST is small."""
    monkeypatch.delenv("GRADE_DATA", raising=False)
    monkeypatch.setenv("GRADE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    (tmp_path / "keras" / "datasets").mkdir(parents=True)
    (tmp_path / "data").mkdir()
    monkeypatch.setitem(resolving.KNOWN, "mnist", small_mnist())
    return tmp_path


def small_mnist(**changes) -> Dataset:
    return replace(resolving.KNOWN["mnist"], rows=ROWS, generate=small_digits, **changes)


def other_digits() -> dict[str, np.ndarray]:
    return {key: array[::-1].copy() for key, array in small_digits().items()}


def write_npz(path: Path, **changes) -> dict[str, np.ndarray]:
    arrays = {**other_digits(), **changes}
    np.savez(path, **{key: array for key, array in arrays.items() if array is not None})
    return arrays


def test_without_any_file_the_stand_in_is_used(places):
    info = datasets.resolve("mnist")
    assert (info.name, info.source) == ("mnist", "stand-in")
    assert info.folder.parent == places / "cache"
    assert info.sha256[:16] in info.folder.name


def test_a_data_folder_wins_over_the_keras_cache(places):
    data = write_npz(places / "data" / "mnist.npz")
    write_npz(places / "keras" / "datasets" / "mnist.npz", x_test=small_digits()["x_test"])
    info = datasets.resolve("mnist", places / "data")
    assert info.source == "files"
    assert np.array_equal(datasets.load(info)["x_test"], data["x_test"])


def test_the_environment_names_a_data_folder(places, monkeypatch):
    write_npz(places / "data" / "mnist.npz")
    monkeypatch.setenv("GRADE_DATA", str(places / "data"))
    assert datasets.resolve("mnist").source == "files"


def test_the_keras_cache_wins_over_the_stand_in(places):
    write_npz(places / "keras" / "datasets" / "mnist.npz")
    assert datasets.resolve("mnist").source == "keras-cache"


def test_a_data_folder_without_this_dataset_falls_through(places):
    assert datasets.resolve("mnist", places / "data").source == "stand-in"


def test_a_broken_download_in_the_keras_cache_is_passed_over(places):
    (places / "keras" / "datasets" / "mnist.npz").write_bytes(b"half a downl")
    assert datasets.resolve("mnist").source == "stand-in"


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_idx_files_are_read(places, suffix):
    (places / "data" / "mnist").mkdir()
    arrays = other_digits()
    for name, key in zip(IDX_NAMES, ("x_train", "y_train", "x_test", "y_test"), strict=True):
        array = arrays[key]
        content = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes() + array.tobytes()
        (places / "data" / "mnist" / (name + suffix)).write_bytes(gzip.compress(content) if suffix else content)
    info = datasets.resolve("mnist", places / "data")
    assert info.source == "files"
    assert all(np.array_equal(found, arrays[key]) for key, found in datasets.load(info).items())


def test_the_prepared_folder_holds_arrays_fingerprints_and_the_file_in_keras_layout(places):
    data = write_npz(places / "data" / "mnist.npz")
    info = datasets.resolve("mnist", places / "data")
    loaded = datasets.load(info)
    assert set(loaded) == set(data)
    assert isinstance(loaded["x_train"], np.memmap)
    assert not loaded["x_train"].flags.writeable
    with np.load(info.folder / "mnist.npz") as archive:
        assert all(np.array_equal(archive[key], data[key]) for key in data)
    rows = datasets.row_index(info)
    assert np.array_equal(rows.split["test"], fingerprints(data["x_test"])[0])
    assert np.array_equal(rows.labels["train"], data["y_train"])
    assert rows.labels["train"].dtype == np.int64
    assert json.loads((info.folder / "meta.json").read_text())["sha256"] == info.sha256


def test_the_hash_of_one_file_is_that_of_its_bytes(places):
    import hashlib

    write_npz(places / "data" / "mnist.npz")
    expected = hashlib.sha256((places / "data" / "mnist.npz").read_bytes()).hexdigest()
    assert datasets.resolve("mnist", places / "data").sha256 == expected


def test_a_data_folder_that_is_not_there_is_an_error_with_a_remedy(places):
    with pytest.raises(DataUnavailable, match=r"nowhere.*does not exist.*GRADE_DATA") as caught:
        datasets.resolve("mnist", places / "nowhere")
    assert "n'existe pas" in caught.value.text.fr.replace("’", "'")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"y_test": None}, r"expected the arrays x_train, y_train, x_test, y_test; received"),
        ({"x_train": np.zeros((60, 14, 14), np.uint8)}, r"x_train: uint8 \(60, 28, 28\).*Received: uint8 \(60, 14, 14"),
        ({"x_train": np.zeros((60, 28, 28), np.float32)}, r"Received: float32 \(60, 28, 28\)"),
        ({"y_train": np.zeros((60, 10), np.uint8)}, r"y_train: .*\(60,\).*Received: uint8 \(60, 10\)"),
        ({"y_test": np.full(20, 10, np.uint8)}, r"y_test: 0…9. Received: 10…10"),
        ({"y_test": np.array([None] * 20)}, r"cannot be read .*pickle"),
    ],
    ids=["key", "shape", "dtype", "one-hot", "labels", "pickle"],
)
def test_a_wrong_file_is_an_error_which_says_what_was_expected_and_received(places, changes, said):
    write_npz(places / "data" / "mnist.npz", **changes)
    with pytest.raises(DataUnavailable, match=said) as caught:
        datasets.resolve("mnist", places / "data")
    assert "mnist.npz" in caught.value.text.fr
    assert caught.value.text.fr != caught.value.text.en


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", b"\x93NUMPY", b"<html>404</html>"])
def test_a_file_that_is_no_archive_is_an_error(places, content):
    (places / "data" / "mnist.npz").write_bytes(content)
    with pytest.raises(DataUnavailable, match="cannot be read"):
        datasets.resolve("mnist", places / "data")


def test_a_truncated_archive_is_an_error(places):
    path = places / "data" / "mnist.npz"
    write_npz(path)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(DataUnavailable, match="cannot be read"):
        datasets.resolve("mnist", places / "data")


def test_an_unknown_dataset_is_an_error_which_names_the_known_ones():
    with pytest.raises(DataUnavailable, match="mnist"):
        datasets.resolve("cifar")


def test_nothing_is_made_twice(places, monkeypatch):
    first = datasets.resolve("mnist")
    monkeypatch.setitem(resolving.KNOWN, "mnist", small_mnist())
    monkeypatch.setattr(prepared, "_write", forbidden)
    assert datasets.resolve("mnist") == first


def forbidden(*_args, **_kwargs):
    raise AssertionError("was called")


def test_an_unchanged_file_is_not_hashed_again(places, monkeypatch):
    write_npz(places / "data" / "mnist.npz")
    first = datasets.resolve("mnist", places / "data")
    monkeypatch.setattr(hashing.hashlib, "file_digest", forbidden)
    assert datasets.resolve("mnist", places / "data") == first


def test_a_changed_file_is_prepared_anew_even_with_the_old_size_and_time(places):
    path = places / "data" / "mnist.npz"
    write_npz(path)
    first, stat = datasets.resolve("mnist", places / "data"), path.stat()
    write_npz(path, x_test=small_digits()["x_test"])
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    second = datasets.resolve("mnist", places / "data")
    assert path.stat().st_size == stat.st_size
    assert second.sha256 != first.sha256
    assert np.array_equal(datasets.load(second)["x_test"], small_digits()["x_test"])


def test_a_new_version_of_a_stand_in_is_made(places, monkeypatch):
    first = datasets.resolve("mnist")
    monkeypatch.setitem(resolving.KNOWN, "mnist", small_mnist(version=99))
    assert datasets.resolve("mnist").folder != first.folder


@pytest.mark.parametrize("damage", ["note", "folder"])
def test_a_damaged_cache_heals(places, damage):
    import shutil

    first = datasets.resolve("mnist")
    if damage == "note":
        next((places / "cache" / "notes").iterdir()).write_text("{")
    else:
        shutil.rmtree(first.folder)
    assert datasets.resolve("mnist") == first
    assert len(datasets.load(first)["x_test"]) == 20


def test_two_at_once_make_one_folder(places):
    found, barrier = [], threading.Barrier(4)

    def one() -> None:
        barrier.wait()
        found.append(datasets.resolve("mnist"))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert sorted(p.name for p in (places / "cache").iterdir()) == sorted([found[0].folder.name, "notes"])


def test_a_failure_leaves_no_half_folder(places, monkeypatch):
    def broken(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(resolving.KNOWN, "mnist", small_mnist(extras=broken))
    with pytest.raises(DataUnavailable, match="No space left"):
        datasets.resolve("mnist")
    assert list((places / "cache").iterdir()) == []


def test_a_cache_that_cannot_be_made_is_an_error_with_a_remedy(places):
    (places / "file").write_text("")
    with pytest.raises(DataUnavailable, match="GRADE_CACHE"):
        datasets.resolve("mnist", cache_dir=places / "file" / "cache")


def test_a_prepared_dataset_is_found_again_without_reading_it(places, monkeypatch):
    write_npz(places / "data" / "mnist.npz")
    before = datasets.resolve("mnist", places / "data"), datasets.resolve("mnist")
    assert before[0].folder != before[1].folder
    for place in (hashing.hashlib, "file_digest"), (hashing, "arrays_sha256"), (Dataset, "read"), (np, "load"):
        monkeypatch.setattr(*place, lambda *arguments: pytest.fail("it was read"))
    again = replace(resolving.KNOWN["mnist"], generate=lambda: pytest.fail("it was made again"))
    monkeypatch.setitem(resolving.KNOWN, "mnist", again)
    assert (datasets.resolve("mnist", places / "data"), datasets.resolve("mnist")) == before


def test_a_prepared_folder_can_be_read_by_others(places):
    assert datasets.resolve("mnist").folder.stat().st_mode & 0o755 == 0o755


def test_fetch_prepares_what_was_downloaded(places, monkeypatch):
    target = places / "keras" / "datasets" / "mnist.npz"
    monkeypatch.setitem(resolving.KNOWN, "mnist", small_mnist(download=lambda: write_npz(target)))
    assert datasets.fetch("mnist").source == "keras-cache"


def test_fetch_says_why_a_download_failed(monkeypatch):
    def offline() -> None:
        raise Exception("URL fetch failure on https://…: no route to host")

    monkeypatch.setitem(resolving.KNOWN, "mnist", small_mnist(download=offline))
    with pytest.raises(DataUnavailable, match=r"no route to host.*--data"):
        datasets.fetch("mnist")


def test_fetch_says_where_to_put_what_cannot_be_downloaded(monkeypatch):
    monkeypatch.setitem(resolving.KNOWN, "mnist", small_mnist(download=None))
    with pytest.raises(DataUnavailable, match=r"cannot be downloaded.*mnist\.npz"):
        datasets.fetch("mnist")


@pytest.mark.skipif(not REAL, reason="needs the real data in GRADE_DATA")
def test_the_real_mnist_is_recognised_row_by_row(places, monkeypatch):
    monkeypatch.undo()
    info = datasets.resolve("mnist", Path(REAL), places / "cache")
    rows = datasets.row_index(info)
    assert len(np.unique(rows.split["train"])) == 60000
    sample = datasets.load(info)["x_test"][:500].astype(np.float32) / 255
    assert np.array_equal(fingerprints(sample)[0], rows.split["test"][:500])
