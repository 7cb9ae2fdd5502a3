"""The hand signs: the course's two files are read, made, and found again in the prepared folder."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from grader import datasets
from grader.datasets import resolving, standin_signs
from grader.errors import DataUnavailable

FEW = {"train": 60, "test": 12}
REAL = os.environ.get("GRADE_DATA", "")


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch) -> Path:
    monkeypatch.delenv("GRADE_DATA", raising=False)
    monkeypatch.setenv("GRADE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    (tmp_path / "data").mkdir()
    small = replace(resolving.KNOWN["signs"], rows=FEW, generate=lambda: standin_signs.generate(FEW))
    monkeypatch.setitem(resolving.KNOWN, "signs", small)
    return tmp_path


@pytest.fixture(scope="module")
def hands() -> dict[str, np.ndarray]:
    return standin_signs.generate(FEW)


def write_files(folder: Path, hands: dict[str, np.ndarray], leave_out: str = "") -> None:
    for split in ("train", "test"):
        with h5py.File(folder / f"{split}_signs.h5", "w") as file:
            for key, array in ((f"{split}_set_x", hands[f"x_{split}"]), (f"{split}_set_y", hands[f"y_{split}"])):
                if key != leave_out:
                    file[key] = array
            file["list_classes"] = np.arange(6)


def test_the_stand_in_has_the_shapes_and_the_balance_of_the_real_set(hands):
    assert hands["x_train"].shape == (60, 64, 64, 3)
    assert standin_signs.ROWS == {"train": 1080, "test": 120}
    assert hands["x_train"].dtype == np.uint8
    assert np.bincount(hands["y_train"]).tolist() == [10] * 6
    assert np.bincount(hands["y_test"]).tolist() == [2] * 6


def test_its_bytes_have_not_changed_without_a_new_version(hands):
    assert (standin_signs.VERSION, hashlib.sha256(hands["x_test"].data).hexdigest()[:16]) == (1, "08acbafee2007784")


def test_each_finger_adds_to_the_hand():
    size = [standin_signs._hand(fingers, 100, np.random.default_rng(0))[0].mean() for fingers in range(1, 6)]
    assert size == sorted(size)


def test_the_prepared_folder_holds_the_course_s_two_files():
    info = datasets.resolve("signs")
    assert info.source == "stand-in"
    arrays = datasets.load(info)
    for split in ("train", "test"):
        with h5py.File(info.folder / f"{split}_signs.h5", "r") as file:
            assert set(file) == {f"{split}_set_x", f"{split}_set_y", "list_classes"}
            assert np.array_equal(file[f"{split}_set_x"][:], arrays[f"x_{split}"])
            assert np.array_equal(file[f"{split}_set_y"][:], arrays[f"y_{split}"])
            assert file["list_classes"][:].tolist() == [0, 1, 2, 3, 4, 5]


def test_files_in_a_data_folder_are_used_and_copied_as_they_are(places, hands):
    write_files(places / "data", hands)
    info = datasets.resolve("signs", places / "data")
    assert info.source == "files"
    for name in ("train_signs.h5", "test_signs.h5"):
        assert (info.folder / name).read_bytes() == (places / "data" / name).read_bytes()


def test_one_file_alone_is_not_the_dataset(places, hands):
    write_files(places / "data", hands)
    (places / "data" / "test_signs.h5").unlink()
    assert datasets.resolve("signs", places / "data").source == "stand-in"


def test_a_missing_key_is_an_error_which_names_it(places, hands):
    write_files(places / "data", hands, leave_out="test_set_y")
    with pytest.raises(DataUnavailable, match=r"test_signs\.h5: expected test_set_y; received list_classes"):
        datasets.resolve("signs", places / "data")


def test_a_file_that_is_no_hdf5_is_an_error(places, hands):
    write_files(places / "data", hands)
    (places / "data" / "train_signs.h5").write_bytes(b"<html>404</html>")
    with pytest.raises(DataUnavailable, match="cannot be read"):
        datasets.resolve("signs", places / "data")


def test_swapped_files_are_an_error(places, hands):
    write_files(places / "data", hands)
    train, test = (places / "data" / f"{split}_signs.h5" for split in ("train", "test"))
    train.rename(places / "data" / "other")
    test.rename(train)
    (places / "data" / "other").rename(test)
    with pytest.raises(DataUnavailable, match="expected train_set_x"):
        datasets.resolve("signs", places / "data")


def test_they_cannot_be_downloaded_and_fetch_says_what_to_do():
    with pytest.raises(DataUnavailable, match=r"train_signs\.h5, test_signs\.h5"):
        datasets.fetch("signs")


@pytest.mark.skipif(not REAL, reason="needs the real data in GRADE_DATA")
def test_the_real_files_are_read(places, monkeypatch):
    monkeypatch.undo()
    arrays = datasets.load(datasets.resolve("signs", Path(REAL), places / "cache"))
    assert arrays["x_train"].shape == (1080, 64, 64, 3)
    assert np.bincount(arrays["y_test"]).tolist() == [20] * 6
