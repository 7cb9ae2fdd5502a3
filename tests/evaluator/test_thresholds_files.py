"""How large a model file may be, and what is measured of a model's predictions: from both sides."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from grader.evaluator.hdf5 import _Examiner, check_hdf5
from grader.evaluator.inputs import Inputs
from grader.evaluator.predict import evaluate, inputs_for
from grader.evaluator.saved import open_saved
from grader.evaluator.scaling import Affine
from grader.measurements import Mistake, Prediction
from tests.evaluator.build import refused

FREE = 8 << 20
TOO_MUCH = "a file that unpacks to too much"


def examined(folder: Path, fill: Callable[[h5py.File], Any]) -> str:
    path = folder / "model.h5"
    with h5py.File(path, "w") as file:
        fill(file)
    return refused(lambda: check_hdf5(path))


# ── HDF5 ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("size", "reason"), [(512 << 20, ""), ((512 << 20) + 1, "a file that large")])
def test_a_file_has_512_mebibytes_at_most(
    size: int, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.evaluator.hdf5.longest_text", lambda path: 0)  # reads all of it, for seconds
    path = tmp_path / "model.h5"
    with h5py.File(path, "w"):
        pass
    with path.open("r+b") as file:
        file.truncate(size)  # a hole: nothing is written
    assert refused(lambda: check_hdf5(path)) == reason


@pytest.mark.parametrize(("size", "reason"), [(FREE, ""), (FREE + 1, TOO_MUCH)])
@pytest.mark.parametrize("pieces", [1, 2])
def test_any_file_may_unpack_to_eight_mebibytes(size: int, reason: str, pieces: int, tmp_path: Path) -> None:
    def fill(file: h5py.File) -> None:
        for n in range(pieces):
            file.create_dataset(str(n), (size // pieces + (n == 0) * (size % pieces),), np.uint8)

    assert examined(tmp_path, fill) == reason


@pytest.mark.parametrize(("chunk", "reason"), [(FREE, ""), (FREE + 1, TOO_MUCH)])
def test_a_chunk_counts_whole_however_little_of_it_is_used(chunk: int, reason: str, tmp_path: Path) -> None:
    def fill(file: h5py.File) -> None:
        file.create_dataset("a", (1,), np.uint8, chunks=(chunk,), maxshape=(None,))

    assert examined(tmp_path, fill) == reason


@pytest.mark.parametrize(("times", "reason"), [(199, ""), (201, TOO_MUCH)])
def test_a_file_may_unpack_to_200_times_its_size(times: int, reason: str, tmp_path: Path) -> None:
    stored = 100_000

    def fill(file: h5py.File, more: int = 0) -> None:
        file.create_dataset("a", data=np.ones(stored, np.uint8))
        file.create_dataset("b", (more or 1,), np.uint8)  # never stored

    examined(tmp_path, fill)
    more = times * (tmp_path / "model.h5").stat().st_size - stored
    assert examined(tmp_path, lambda file: fill(file, more)) == reason


@pytest.mark.parametrize(("depth", "reason"), [(21, ""), (22, "a file with links, or too deep")])
def test_groups_stand_twenty_deep_in_one_another(depth: int, reason: str, tmp_path: Path) -> None:
    assert examined(tmp_path, lambda file: file.create_group("/".join("g" * depth))) == reason


@pytest.mark.parametrize(("count", "reason"), [(5000, ""), (5001, "a file with links, or too deep")])
def test_a_file_names_5000_things(count: int, reason: str, tmp_path: Path) -> None:
    def fill(file: h5py.File) -> None:
        one = file.create_group("0")
        for n in range(1, count):
            file[str(n)] = one

    assert examined(tmp_path, fill) == reason


@pytest.mark.parametrize(("count", "reason"), [(1000, ""), (1001, "a file with too many names")])
def test_an_attribute_lists_a_thousand_names(count: int, reason: str, tmp_path: Path) -> None:
    assert examined(tmp_path, lambda file: file.attrs.create("n", np.zeros(count, np.uint8))) == reason


@pytest.mark.parametrize(("seen", "reason"), [(4999, ""), (5000, "a file with too many names")])
def test_attributes_are_counted_among_the_5000_things(seen: int, reason: str, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "model.h5", "w") as file:
        file.attrs["n"] = 1
        examiner = _Examiner(FREE, 0)
        examiner._seen = seen
        assert refused(lambda: examiner.attributes(file)) == reason


@pytest.mark.parametrize(("longest", "reason"), [(1 << 22, ""), ((1 << 22) + 1, "a file with a name that long")])
def test_the_texts_of_an_attribute_have_64_mebibytes_at_most(longest: int, reason: str, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "model.h5", "w") as file:
        file.attrs["n"] = ["a"] * 16
        assert refused(lambda: _Examiner(FREE, longest).attributes(file)) == reason


# ── .keras archives ─────────────────────────────────────────────────────────────────────────────


def opened(folder: Path, fill: Callable[[zipfile.ZipFile], Any]) -> str:
    (folder / "file").mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "file" / "m.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        fill(archive)
    return refused(lambda: open_saved(folder / "file" / "m.keras", folder, None))


@pytest.mark.parametrize(
    ("entries", "reason"), [(200, "not a .keras archive"), (201, "an archive that unpacks to too much")]
)
def test_an_archive_has_200_entries_at_most(entries: int, reason: str, tmp_path: Path) -> None:
    assert opened(tmp_path, lambda archive: [archive.writestr(str(n), b"") for n in range(entries)]) == reason


@pytest.mark.parametrize(
    ("size", "reason"), [(FREE, "not a .keras archive"), (FREE + 1, "an archive that unpacks to too much")]
)
def test_any_archive_may_unpack_to_eight_mebibytes(size: int, reason: str, tmp_path: Path) -> None:
    assert opened(tmp_path, lambda archive: archive.writestr("a", bytes(size))) == reason


@pytest.mark.parametrize(
    ("times", "reason"), [(199, "not a .keras archive"), (201, "an archive that unpacks to too much")]
)
def test_an_archive_may_unpack_to_200_times_its_size(times: int, reason: str, tmp_path: Path) -> None:
    blob = np.random.default_rng(1).bytes(60_000)

    def fill(archive: zipfile.ZipFile, zeros: int) -> None:
        archive.writestr("a", blob)
        archive.writestr("b", bytes(zeros))

    zeros = times * 60_000
    for _ in range(4):  # zeros pack well, but not to nothing
        found = opened(tmp_path, partial(fill, zeros=zeros))
        zeros = times * (tmp_path / "file" / "m.keras").stat().st_size - len(blob)
    assert found == reason


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (("config.json", "model.weights.h5"), "not a layer"),  # both are there; what they hold is looked at
        (("config.json", "model.weights.h5", "metadata.json"), "not a layer"),
        (("config.json", "metadata.json"), "not a .keras archive"),
        (("model.weights.h5", "metadata.json"), "not a .keras archive"),
    ],
)
def test_an_archive_holds_two_files_at_least(names: tuple[str, ...], reason: str, tmp_path: Path) -> None:
    assert opened(tmp_path, lambda archive: [archive.writestr(name, b"[]") for name in names]) == reason


# ── Predictions ─────────────────────────────────────────────────────────────────────────────────


class Guess:
    """A model of images of two pixels that answers with the first of them."""

    input_shape = (None, 2)
    layers = ()

    def __call__(self, inputs: np.ndarray, training: bool) -> np.ndarray:
        assert not training, "dropout would make luck of it"
        return np.eye(3, dtype=np.float32)[np.rint(inputs[:, 0]).astype(int)]

    def count_params(self) -> int:
        return 7


def evaluated(folder: Path, test: list[int], train: list[int], labels: tuple[list[int], list[int]]) -> Prediction:
    for name, values, own in (("test", test, labels[0]), ("train", train, labels[1])):
        np.save(folder / f"x_{name}.npy", np.array([[v, 0] for v in values], np.uint8))
        np.save(folder / f"y_{name}.npy", np.array(own))
    return evaluate(Guess(), "d", Affine(1.0), Inputs(folder, {"d": folder}))


@pytest.mark.parametrize(("right", "share"), [(1999, 0.9995), (2000, 1.0), (2001, 1.0)])
def test_the_first_2000_training_images_are_predicted(right: int, share: float, tmp_path: Path) -> None:
    truth = [1] * right + [2] * (2002 - right)
    assert evaluated(tmp_path, [2], [1] * 2002, ([2], truth)).train_accuracy == share


@pytest.mark.parametrize(("wrong", "shown"), [(23, 23), (24, 24), (25, 24)])
def test_24_mistakes_are_shown(wrong: int, shown: int, tmp_path: Path) -> None:
    found = evaluated(tmp_path, [0] * wrong + [2] * 15, [0], ([1] * wrong + [2] * 15, [0]))
    assert found.wrong == tuple(Mistake(n, 1, 0) for n in range(shown))
    assert found.accuracy == 15 / (15 + wrong) and found.parameters == 7
    assert found.confusion == ((0, 0, 0), (wrong, 0, 0), (0, 0, 15))


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ((None, 2), ""),
        ((None, 1, 2), ""),
        ((None, 2, 1, 1), ""),
        ((None, 3), "an input of shape (3,) for images of shape (2,)"),
        ((None, None), "an input of shape (None,) for images of shape (2,)"),
        ((None, 2, None), "an input of shape (2, None) for images of shape (2,)"),
        ([None, 2], "a model with several inputs"),
        (((None, 2), (None, 2)), "a model with several inputs"),
        (((None, 2), 2), "a model with several inputs"),
        (None, "a model with several inputs"),
    ],
)
def test_images_enter_by_one_input_of_as_many_values(shape: Any, reason: str) -> None:
    class Fed(Guess):
        input_shape = shape

    pixels = np.array([[0, 255], [51, 102]], np.uint8)
    assert refused(lambda: inputs_for(Fed(), pixels, Affine())) == reason
    if not reason:
        given = inputs_for(Fed(), pixels, Affine())
        assert given.shape == (2, *shape[1:]) and given.ravel() == pytest.approx([0, 1, 0.2, 0.4])
