"""Handed-in weights that students share, from real files read by the worker's job."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray

from grader.similarity import Arrays, same_weights
from grader.worker.weights_job import described

SHAPES = ((784, 100), (100,), (100, 10), (10,))


def network(seed: int) -> list[NDArray[np.float64]]:
    chance = np.random.default_rng(seed)
    return [chance.normal(size=shape) for shape in SHAPES]


def saved(path: Path, arrays: list[NDArray[np.float64]], prefix: str = "layers/dense", optimizer: float = 0) -> Path:
    with h5py.File(path, "w") as file:
        for n, values in enumerate(arrays):
            file[f"{prefix}_{n // 2}/vars/{n % 2}"] = values.astype("f4")
        file["optimizer/vars/0"] = np.full(5, optimizer)
    return path


def seen(student: str, path: Path) -> Arrays:
    told = described(path)
    shapes = tuple(map(tuple, told["shapes"]))
    return Arrays(
        student,
        frozenset((student,)),
        path.name,
        str(hash(path.read_bytes())),
        told["digest"],
        shapes,
        tuple(told["sample"]),
    )


def test_the_same_file_the_same_numbers_and_nearly_the_same_are_told_apart(tmp_path: Path) -> None:
    original = saved(tmp_path / "a.weights.h5", network(1))
    shutil.copy(original, tmp_path / "b.weights.h5")
    saved(tmp_path / "c.weights.h5", network(1), prefix="layers/couche", optimizer=1)
    saved(tmp_path / "d.weights.h5", [a + 0.01 * b for a, b in zip(network(1), network(2), strict=True)])
    saved(tmp_path / "e.weights.h5", network(3))
    found = same_weights([seen(name, tmp_path / f"{name}.weights.h5") for name in "abcde"])
    hows = {(s.first.student, s.second.student): s.how for s in found}
    assert hows == {
        ("a", "b"): "bytes",
        ("a", "c"): "numbers",
        ("b", "c"): "numbers",
        ("a", "d"): "near",
        ("b", "d"): "near",
        ("c", "d"): "near",
    }
    assert 0 < found[-1].distance < 0.02


def test_a_keras_archive_holds_the_same_numbers_as_its_weights(tmp_path: Path) -> None:
    plain = saved(tmp_path / "a.weights.h5", network(1))
    with zipfile.ZipFile(tmp_path / "b.keras", "w") as archive:
        archive.write(plain, "model.weights.h5")
        archive.writestr("metadata.json", "{}")
    assert described(plain)["digest"] == described(tmp_path / "b.keras")["digest"]


def test_another_network_or_another_start_is_not_near(tmp_path: Path) -> None:
    saved(tmp_path / "a.h5", network(1))
    saved(tmp_path / "b.h5", network(2))
    saved(tmp_path / "c.h5", network(1)[:2])
    assert same_weights([seen(name, tmp_path / f"{name}.h5") for name in "abc"]) == ()


def test_members_of_one_group_share_their_weights(tmp_path: Path) -> None:
    one = seen("a", saved(tmp_path / "a.h5", network(1)))
    group = [Arrays(name, frozenset("xy"), "f", one.file_digest) for name in ("first", "second")]
    assert same_weights(group) == ()


def test_a_group_that_holds_itself_and_links_that_lead_out_come_to_an_end(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.h5", network(1))
    with h5py.File(path, "a") as file:
        file["layers/loop"] = file["layers"]
        file["outside"] = h5py.ExternalLink("/etc/passwd", "/")
        file["soft"] = h5py.SoftLink("/layers")
    with pytest.raises(ValueError, match="too many"):
        described(path)
