"""Model files that do more than hold a model: nothing of theirs is executed, nothing outside of them is read or
written, and none costs more memory or time than a model may. All bombs are small enough to go off."""

from __future__ import annotations

import io
import json
import os
import pickle
import random
import resource
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import h5py
import keras
import numpy as np
import pytest
from keras import Input, Model, Sequential, layers

from grader.evaluator import bounds, consistency, hdf5, rebuild, saved
from grader.evaluator.inputs import Inputs
from grader.evaluator.rebuild import build, model_config
from grader.evidence import Reader
from grader.measurements import HandedInRequest, ModelInputs, SavedDifference, Unmeasurable
from grader.worker.recorder.describe import layers_of
from tests.endings import computes_no_longer_than
from tests.evaluator.test_rebuild import MODELS, adapted, shaken

Make = Callable[[Path], None]
GROWTH_MIB = 400  # what refusing may cost; each bomb would cost gigabytes


def net() -> Any:
    return shaken(Sequential([Input((12,)), layers.Dense(8, activation="relu"), layers.Dense(3)]))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where the evaluator finds the file; a neighbour and a secret beside it must stay as they are."""
    inside = tmp_path / "job"
    (inside / "left").mkdir(parents=True)
    np.savez(inside / "weights-1.npz", **{f"w{i}": w for i, w in enumerate(net().get_weights())})
    facts = {"architecture": net().to_json(), "weights": "weights-1.npz"}
    (inside / "snapshot-1.json").write_text(json.dumps(facts))
    with h5py.File(tmp_path / "secret.h5", "w") as secret:
        secret["w"] = np.ones((12, 8), np.float32)
        secret["b"] = np.ones(8, np.float32)
    before = {p: p.read_bytes() for p in tmp_path.iterdir() if p.is_file()}
    yield inside
    assert {p: p.read_bytes() for p in tmp_path.iterdir() if p.is_file()} == before, "something was written outside"
    assert not (tmp_path / "ran").exists(), "something was executed"


def opened(folder: Path, name: str) -> Any:
    return saved.open_saved(folder / "left" / name, folder, Inputs(folder, {}).snapshot(1)["architecture"])


def refused(folder: Path, name: str) -> str:
    """The reason, reached with little memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with computes_no_longer_than(), pytest.raises(Unmeasurable) as problem:
        opened(folder, name)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH_MIB << 10
    return str(problem.value)


def keras_file(path: Path, model: Any | None = None) -> dict[str, bytes]:
    """The entries of a `.keras` archive as Keras writes it."""
    (model or net()).save(path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)


# ── What is honest is read ──────────────────────────────────────────────────────────────────────


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", ["m.keras", "m.weights.h5", "m.h5"])
def test_honest_files_of_every_kind_are_read(name: str, folder: Path) -> None:
    model = net()
    model.save_weights(folder / "left" / name) if name.endswith(".weights.h5") else model.save(folder / "left" / name)
    for given, wanted in zip(opened(folder, name).get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(given, wanted)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_honest_files_of_a_trained_model_are_read(folder: Path) -> None:
    """With the optimizer's own arrays, fresh biases that are all zeros, and a name per layer."""
    model = Sequential([Input((12,)), *(layers.Dense(8, name=f"couche_{n}") for n in range(5)), layers.Dense(3)])
    model.compile("adam", "mse")
    model.fit(np.zeros((4, 12)), np.zeros((4, 3)), verbose=0)
    for name in ("m.keras", "m.h5"):
        model.save(folder / "left" / name)
        assert len(opened(folder, name).get_weights()) == 12


# ── HDF5 ────────────────────────────────────────────────────────────────────────────────────────


def old_file(path: Path) -> None:
    """What `save_weights("m.h5")` of Keras 2 wrote, which is what the attacks change."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = np.array([b"dense", b"dense_1"])
        for name, (kernel, bias) in {"dense": ((12, 8), 8), "dense_1": ((8, 3), 3)}.items():
            group = file.create_group(name)
            group.attrs["weight_names"] = np.array([b"k", b"b"])
            group["k"], group["b"] = np.ones(kernel, np.float32), np.ones(bias, np.float32)


def instead(make: Callable[[h5py.Group, Path], None]) -> Make:
    """The file of `old_file` with something else than the first kernel."""

    def change(path: Path) -> None:
        old_file(path)
        with h5py.File(path, "a") as file:
            del file["dense/k"]
            make(file["dense"], path.parents[2] / "secret.h5")

    return change


def external_storage(group: h5py.Group, secret: Path) -> None:
    group.create_dataset("k", (12, 8), "f4", external=[(str(secret), 0, h5py.h5f.UNLIMITED)])


def virtual(group: h5py.Group, secret: Path) -> None:
    layout = h5py.VirtualLayout((12, 8), "f4")
    layout[:] = h5py.VirtualSource(str(secret), "w", (12, 8))
    group.create_virtual_dataset("k", layout)


def packed_bomb(group: h5py.Group, secret: Path) -> None:
    group.create_dataset("k", (12, 8), "f4")
    group.create_dataset("bomb", (1 << 28,), "f4", chunks=(1 << 18,), compression="gzip")


def huge_chunk(group: h5py.Group, secret: Path) -> None:
    group.create_dataset("k", (12, 8), "f4", maxshape=(None, 8), chunks=(1 << 26, 8), compression="gzip")


def numbers_of_objects(group: h5py.Group, secret: Path) -> None:
    group.create_dataset("k", (12, 8), h5py.special_dtype(vlen=str))


def object_references(group: h5py.Group, secret: Path) -> None:
    group.create_dataset("k", (12, 8), h5py.ref_dtype)


def a_loop(group: h5py.Group, secret: Path) -> None:
    group["k"] = np.ones((12, 8), np.float32)
    group["again"] = group


def a_named_type(group: h5py.Group, secret: Path) -> None:
    group["k"] = np.dtype("f4")


def one_text_many_times(group: h5py.Group, secret: Path) -> None:
    """Each of the names may be the same megabytes."""
    group["k"] = np.ones((12, 8), np.float32)
    group.attrs.create("x", ["a", "b" * (1 << 20)] + ["c"] * 70, dtype=h5py.string_dtype())


def names(*given: bytes) -> Callable[[h5py.Group, Path], None]:
    def make(group: h5py.Group, secret: Path) -> None:
        group["k"] = np.ones((12, 8), np.float32)
        group.attrs["weight_names"] = np.array(given)

    return make


def many_objects(group: h5py.Group, secret: Path) -> None:
    group["k"] = np.ones((12, 8), np.float32)
    for number in range(hdf5.MAX_OBJECTS + 1):
        group[f"x{number}"] = 0.0


HDF5: dict[str, Make] = {
    "a link into another file": instead(lambda g, s: g.__setitem__("k", h5py.ExternalLink(str(s), "w"))),
    "a soft link": instead(lambda g, s: g.__setitem__("k", h5py.SoftLink("/dense_1/k"))),
    "values stored in another file": instead(external_storage),
    "a view of another file": instead(virtual),
    "a bomb in gzip": instead(packed_bomb),
    "a chunk far larger than its data": instead(huge_chunk),
    "values that were never stored": instead(lambda g, s: g.create_dataset("k", (1 << 20, 1 << 20), "f4") and None),
    "an unusual filter": instead(lambda g, s: g.create_dataset("k", (12, 8), "i4", chunks=True, scaleoffset=0) and None),
    "texts for numbers": instead(numbers_of_objects),
    "references for numbers": instead(object_references),
    "a group in itself": instead(a_loop),
    "a type for a value": instead(a_named_type),
    "one long text many times": instead(one_text_many_times),
    "one array under its name many times": instead(names(*[b"k"] * 500)),
    "one array under many names": instead(names(b"k", b"./k")),
    "a name that leads out": instead(names(b"k", b"../dense_1/b")),
    "an absolute name": instead(names(b"k", b"/dense_1/b")),
    "too many objects": instead(many_objects),
}  # fmt: skip


@pytest.mark.parametrize("make", HDF5.values(), ids=HDF5.keys())
def test_an_hdf5_file_that_leads_elsewhere_or_unpacks_to_too_much_is_refused(
    make: Make, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hdf5, "MAX_OBJECTS", 200)  # fewer make the same attack sooner
    old_file(folder / "left" / "honest.h5")
    assert opened(folder, "honest.h5") is not None
    make(folder / "left" / "m.h5")
    refused(folder, "m.h5")
    with (folder / "left" / "m.h5").open("rb") as inner:  # the same inside an archive
        entries = {"config.json": net().to_json().encode(), "model.weights.h5": inner.read()}
    pack(folder / "left" / "m.keras", entries)
    refused(folder, "m.keras")


def test_random_damage_to_a_file_ends_in_a_model_or_refused(folder: Path) -> None:
    dice = random.Random(3)
    old_file(folder / "left" / "m.h5")
    whole = (folder / "left" / "m.h5").read_bytes()
    ends = {"read": 0, "refused": 0}
    for _ in range(30):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(len(data) // (4 if dice.random() < 0.7 else 1))] = dice.randrange(256)
        (folder / "left" / "m.h5").write_bytes(data)
        try:
            opened(folder, "m.h5")
            ends["read"] += 1
        except Unmeasurable:
            ends["refused"] += 1
    assert ends["refused"] > 5, ends


# ── Code in files ───────────────────────────────────────────────────────────────────────────────


class Payload:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.weights.h5", "m.hdf5", "m.npz", "m.pt"])
def test_a_pickle_under_any_name_is_not_unpickled(name: str, folder: Path) -> None:
    payload = pickle.dumps(Payload(folder.parent / "ran"))
    pickle.loads(payload)
    (folder.parent / "ran").unlink()  # it would work
    (folder / "left" / name).write_bytes(payload)
    refused(folder, name)
    pack(folder / "left" / f"zip-{name}", {"config.json": payload, "model.weights.h5": payload, "data.pkl": payload})
    refused(folder, f"zip-{name}")
    held = io.BytesIO()
    np.save(held, np.array([Payload(folder.parent / "ran")], dtype=object), allow_pickle=True)
    pack(folder / "left" / f"npz-{name}", {"w0.npy": held.getvalue()})
    refused(folder, f"npz-{name}")


def with_lambda(folder: Path) -> dict[str, bytes]:
    mark = str(folder.parent / "ran")
    model = Sequential([Input((12,)), layers.Lambda(lambda x: (Path(mark).touch(), x)[1]), layers.Dense(3)])
    entries = keras_file(folder / "x.keras", model)
    (folder.parent / "ran").unlink(missing_ok=True)
    return entries


def with_a_class(folder: Path) -> dict[str, bytes]:
    entries = keras_file(folder / "x.keras")
    gadget = {
        "module": "os",
        "class_name": "system",
        "config": f"touch {folder.parent / 'ran'}",
        "registered_name": "system",
    }
    config = json.loads(entries["config.json"])
    config["config"]["layers"].insert(1, gadget)
    config["compile_config"] = {"loss": gadget, "optimizer": gadget}
    return {**entries, "config.json": json.dumps(config).encode()}


@pytest.mark.parametrize("make", [with_lambda, with_a_class])
def test_code_in_a_model_file_is_not_run(make: Callable[[Path], dict[str, bytes]], folder: Path) -> None:
    entries = make(folder)
    pack(folder / "left" / "m.keras", entries)
    refused(folder, "m.keras")
    old_file(folder / "left" / "m.h5")
    with h5py.File(folder / "left" / "m.h5", "a") as file:
        file.attrs["model_config"] = entries["config.json"].decode()
        file.move("dense", "model_weights/dense")
    refused(folder, "m.h5")


# ── Archives ────────────────────────────────────────────────────────────────────────────────────


def link_entry(archive: zipfile.ZipFile, name: str, to: str) -> None:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(entry, to)


def test_names_that_lead_out_of_an_archive_lead_nowhere(folder: Path) -> None:
    """Two entries are read, by their own names; the others are not even unpacked."""
    entries = keras_file(folder / "x.keras")
    outside = (
        "../../ran",
        "/tmp/grade-ran",
        "..\\..\\ran",
        "a/../../../ran",
        "C:\\ran",
        "con",
        "CONFIG.JSON",
        "x" * 300,
    )
    pack(folder / "left" / "m.keras", {**entries, **dict.fromkeys(outside, b"!")})
    with zipfile.ZipFile(folder / "left" / "m.keras", "a") as archive:
        link_entry(archive, "link", "/etc/passwd")
    assert opened(folder, "m.keras") is not None
    assert not Path("/tmp/grade-ran").exists()
    assert {p.name for p in folder.iterdir()} <= {
        "left",
        "weights-1.npz",
        "snapshot-1.json",
        "x.keras",
        "m-unpacked.weights.h5",
    }


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5"])
def test_a_link_in_an_archive_is_not_followed(name: str, folder: Path) -> None:
    entries = keras_file(folder / "x.keras")
    del entries[name]
    pack(folder / "left" / "m.keras", entries)
    with zipfile.ZipFile(folder / "left" / "m.keras", "a") as archive:
        link_entry(archive, name, str(folder.parent / "secret.h5"))
    refused(folder, "m.keras")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["config.json", "model.weights.h5", "other"])
@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_bomb_is_refused_before_it_goes_off(method: int, name: str, folder: Path) -> None:
    entries = keras_file(folder / "x.keras")
    pack(folder / "left" / "m.keras", {**entries, name: bytes(24 << 20)}, method)
    assert (folder / "left" / "m.keras").stat().st_size < 1 << 18
    refused(folder, "m.keras")
    assert (
        not (folder / "m-unpacked.weights.h5").exists() or (folder / "m-unpacked.weights.h5").stat().st_size < 1 << 20
    )


def test_an_entry_that_unpacks_to_more_than_it_says_is_cut(folder: Path) -> None:
    """The sizes in the archive's list are what it is judged by, and no more than that is ever unpacked."""
    entries = keras_file(folder / "x.keras")
    pack(folder / "left" / "m.keras", {"config.json": entries["config.json"], "model.weights.h5": bytes(32 << 20)}, 8)
    data = (folder / "left" / "m.keras").read_bytes()
    (folder / "left" / "m.keras").write_bytes(
        data.replace((32 << 20).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    )
    refused(folder, "m.keras")
    unpacked = folder / "m-unpacked.weights.h5"
    assert not unpacked.exists() or unpacked.stat().st_size <= 1000


ARCHIVES: dict[str, Callable[[dict[str, bytes]], dict[str, bytes]]] = {
    "without weights": lambda e: {"config.json": e["config.json"]},
    "without an architecture": lambda e: {"model.weights.h5": e["model.weights.h5"]},
    "names in other letters": lambda e: {n.upper(): d for n, d in e.items()},
    "an archive in an archive": lambda e: {"inner.keras": b"PK\x03\x04" + bytes(100)},
    "too many entries": lambda e: {**e, **{f"x{n}": b"" for n in range(300)}},
    "an architecture that long": lambda e: {**e, "config.json": b" " * (2 << 20) + e["config.json"]},
    "an architecture of brackets": lambda e: {**e, "config.json": b"[" * 900_000},
    "an architecture that is no text": lambda e: {**e, "config.json": b"\xff\xfe\x00"},
    "weights cut short": lambda e: {**e, "model.weights.h5": e["model.weights.h5"][:-500]},
    "weights that are a text": lambda e: {**e, "model.weights.h5": b"1 2 3"},
}


@pytest.mark.parametrize("change", ARCHIVES.values(), ids=ARCHIVES.keys())
def test_an_archive_that_is_no_model_is_refused(change: Any, folder: Path) -> None:
    pack(folder / "left" / "m.keras", change(keras_file(folder / "x.keras")))
    refused(folder, "m.keras")


def test_files_that_are_no_plain_files_are_not_opened(folder: Path) -> None:
    (folder / "left" / "a.keras").mkdir()
    os.mkfifo(folder / "left" / "b.keras")
    for name in ("a.keras", "b.keras", "gone.keras", "../../secret.txt"):
        refused(folder, name)


# ── Architectures without end ───────────────────────────────────────────────────────────────────


def sequence(*given: tuple[str, dict[str, Any]], shape: tuple[int, ...] = (28, 28, 1)) -> str:
    listed = [{"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [None, *shape]}}]
    listed += [{"class_name": kind, "config": {"name": f"l{n}", **config}} for n, (kind, config) in enumerate(given)]
    return json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": listed}})


def calls_of_calls(depth: int = 4, times: int = 16) -> str:
    """A model that calls a model 16 times, which calls a model 16 times…"""
    inner: Any = layers.Dense(4)
    for _ in range(depth):
        entry = Input((4,))
        value = entry
        for _ in range(times):
            value = inner(value)
        inner = Model(entry, value)
        if _expanded(inner) > 300:
            break
    return str(inner.to_json())


def _expanded(model: Any) -> int:
    return len(model.to_json()) // 400


def doubled(times: int) -> str:
    entry = value = Input((64,))
    for _ in range(times):
        value = layers.Concatenate()([value, value])
    return str(Model(entry, layers.Dense(10)(value)).to_json())


CONV = {"filters": 64, "kernel_size": [3, 3], "padding": "same"}
GIANTS = {
    "a hundred billion weights": lambda: sequence(("Flatten", {}), ("Dense", {"units": 131072}), ("Dense", {"units": 131072})),
    "a kernel as large as a city": lambda: sequence(("Conv2D", {"filters": 100_000, "kernel_size": [1000, 1000], "padding": "same"})),
    "images without end": lambda: sequence(("UpSampling2D", {"size": [1000, 1000]}), ("Dense", {"units": 2})),
    "images grown step by step": lambda: sequence(*[("UpSampling2D", {"size": [2, 2]})] * 12),
    "a padding without end": lambda: sequence(("ZeroPadding2D", {"padding": [[9999, 9999], [9999, 9999]]})),
    "hours of convolutions": lambda: sequence(*[("Conv2D", {**CONV, "filters": 256, "kernel_size": [9, 9]})] * 12),
    "hours of pooling": lambda: sequence(("UpSampling2D", {"size": [30, 30]}),
                                         ("MaxPooling2D", {"pool_size": [800, 800], "strides": [1, 1], "padding": "same"})),
    "thousands of layers": lambda: sequence(*[("Activation", {"activation": "relu"})] * 5000),
    "layers grown by concatenation": lambda: doubled(15),
    "calls of calls of calls": calls_of_calls,
    "an input without end": lambda: sequence(("Flatten", {}), shape=(1 << 13, 1 << 14)),
    "an embedding": lambda: sequence(("Embedding", {"input_dim": 10**9, "output_dim": 1000})),
}  # fmt: skip


@pytest.mark.parametrize("make", GIANTS.values(), ids=GIANTS.keys())
def test_a_giant_is_refused_before_anything_is_allocated(make: Callable[[], str], folder: Path) -> None:
    architecture = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with computes_no_longer_than(), pytest.raises(Unmeasurable) as problem:
        build(architecture)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH_MIB << 10
    assert "not a buildable" not in str(problem.value), "refused by accident"
    if len(architecture) < 1 << 20:
        weights = io.BytesIO()
        with h5py.File(weights, "w"):
            pass
        pack(
            folder / "left" / "m.keras", {"config.json": architecture.encode(), "model.weights.h5": weights.getvalue()}
        )
        refused(folder, "m.keras")


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_honest_models_lie_far_within_the_bounds(make: Callable[[], Any]) -> None:
    model = make()
    config = model_config(json.loads(model.to_json()), 0)
    dry = bounds.built_without_values(config)
    assert dry.count_params() == model.count_params()
    assert 0 < bounds.cost(dry, config["config"]).steps < bounds.MAX_STEPS / 1000
    assert all(v._value is None for v in dry.variables if "seed" not in v.path), "a variable was allocated"


# ── Notes that do not agree with the model ──────────────────────────────────────────────────────


def noted(model: Any) -> list[dict[str, Any]]:
    """The layers as the recorder notes them and the reader gives them back."""
    reader = Reader(None)
    event = {
        "event": "snapshot",
        "id": 1,
        "model": 1,
        "reason": "end",
        "layers": layers_of(model),
        "parameters": model.count_params(),
    }
    reader.feed(json.dumps(event).encode())
    (snapshot,) = reader.close().snapshots
    return [
        {"kind": s.kind, "name": s.name, "settings": dict(s.settings), "parameters": s.parameters}
        for s in snapshot.layers
    ]


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_honest_notes_agree_with_the_model(make: Callable[[], Any]) -> None:
    model = make() if make is adapted else shaken(make())
    consistency.check_agreement(rebuild.rebuild(model.to_json(), model.get_weights()), noted(model))


DISAGREEMENTS: dict[str, Callable[[list[dict[str, Any]]], Any]] = {
    "another activation": lambda n: n[0]["settings"].update(activation="sigmoid"),
    "other units": lambda n: n[0]["settings"].update(units=100),
    "another kind": lambda n: n[0].update(kind="Conv2D"),
    "fewer parameters": lambda n: n[0].update(parameters=1),
    "one layer less": lambda n: n.pop(),
    "one layer more": lambda n: n.append({"kind": "Dense", "name": "x", "settings": {}, "parameters": 0}),
    "one layer twice": lambda n: n.append(n[0]),
    "other names": lambda n: n[0].update(name="other"),
    "no notes": lambda n: n.clear(),
}


@pytest.mark.parametrize("change", DISAGREEMENTS.values(), ids=DISAGREEMENTS.keys())
def test_notes_that_speak_of_another_model_are_refused(change: Callable[[Any], Any]) -> None:
    model = net()
    notes = noted(model)
    consistency.check_agreement(model, notes)
    change(notes)
    with pytest.raises(Unmeasurable):
        consistency.check_agreement(model, notes)


def test_handed_in_weights_are_judged_in_the_program_s_own_architecture(folder: Path) -> None:
    """A file may hold the same weights between other layers, that make more of them."""
    other = Sequential([Input((12,)), layers.Dense(8, activation="tanh"), layers.Dense(3, activation="softmax")])
    (folder / "handed_in").mkdir()
    other.save(folder / "handed_in" / "m.keras")
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(saved, "figures", lambda model, *_: seen.append(model) or {"accuracy": 1.0})
        saved.evaluate_handed_in(HandedInRequest("m.keras", 1, ModelInputs("d")), Inputs(folder, {}))
    assert [layer.activation.__name__ for layer in seen[0].layers] == ["relu", "linear"]
    np.testing.assert_array_equal(seen[0].get_weights()[0], other.get_weights()[0])


def test_no_figure_of_the_evaluator_is_not_a_number() -> None:
    from grader.evaluator import job

    line = job._line(3, SavedDifference(float("nan")))
    assert json.loads(line) == {"index": 3, "answer": {"refused": {"code": "weights_not_finite", "values": {}}}}
    assert keras.backend.backend() == "tensorflow"
