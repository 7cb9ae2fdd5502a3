"""Archives made to hurt: nothing is written outside the target, and what a bomb may cost is bounded."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from grader.errors import SandboxUnavailable
from grader.intake.archive_members import MIB, Bounds
from grader.intake.archives import unpack
from grader.intake.refusals import Why, worded
from grader.intake.unpacking import Room, Unpack, take_over
from grader.parsing import Parser, unpacked_by
from grader.sandbox import choose

SMALL = Bounds(archive=4 * MIB, entries=200, total=8 * MIB, file=2 * MIB, ratio=50, ratio_from=MIB)


def zipped(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


def tarred(path: Path, *entries: tuple[tarfile.TarInfo, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for info, data in entries:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def info(name: str, **fields: object) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(made, field, value)
    return made


def written(folder: Path) -> Mapping[str, int]:
    """Every file below `folder` with its size; a link or a special file fails the test."""
    found = {}
    for path in folder.rglob("*"):
        assert stat.S_ISDIR(path.lstat().st_mode) or stat.S_ISREG(path.lstat().st_mode), path
        if path.is_file():
            found[str(path.relative_to(folder))] = path.stat().st_size
    return found


def refused(archive: Path, target: Path, bounds: Bounds = SMALL) -> dict[str, Why]:
    return {r.name: r.why for r in unpack(archive, target, bounds)}


# ── Names ───────────────────────────────────────────────────────────────────────────────────────

BAD_NAMES = {
    "/etc/passwd": Why.ABSOLUTE,
    "C:/Windows/evil.py": Why.ABSOLUTE,
    "\\\\server\\share": Why.ABSOLUTE,
    "../evil.py": Why.OUTSIDE,
    "a/../../evil.py": Why.OUTSIDE,
    "a\\..\\..\\evil.py": Why.OUTSIDE,
    "CON": Why.NAME,
    "a/nul.py": Why.NAME,
    "com1.txt": Why.NAME,
    "exo1:stream.py": Why.NAME,
    "what?.py": Why.NAME,
    "trailing.": Why.NAME,
    "bell\x07.py": Why.NAME,
    "gnp\u202eyp.exo1": Why.NAME,
    "/".join("a" * 30): Why.DEEP,
    "n" * 250 + ".py": Why.LONG,
}


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_name_that_leads_elsewhere_or_fits_no_system_is_refused_and_the_rest_is_taken(
    tmp_path: Path, kind: str
) -> None:
    names = [*BAD_NAMES, "exo1.py"]
    if kind == "zip":
        archive = zipped(tmp_path / "a.zip", *((name, b"x = 1") for name in names))
    else:
        archive = tarred(tmp_path / "a.tar.gz", *((info(name), b"x = 1") for name in names))
    target = tmp_path / "inside" / "target"
    assert refused(archive, target) == {name[:300]: why for name, why in BAD_NAMES.items()}
    assert written(tmp_path / "inside") == {"target/exo1.py": 5}


def test_equal_names_and_names_that_some_systems_hold_for_equal_are_taken_once(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive = zipped(
            tmp_path / "a.zip",
            ("exo1.py", b"first"),
            ("exo1.py", b"second"),
            ("EXO1.py", b"third"),
            ("a/b.py", b""),
            ("A/c.py", b""),
            ("a", b"a file where a folder is"),
        )
    assert [(r.name, r.why) for r in unpack(archive, tmp_path / "t", SMALL)] == [
        ("exo1.py", Why.DUPLICATE),
        ("EXO1.py", Why.COLLISION),
        ("A/c.py", Why.COLLISION),
        ("a", Why.DUPLICATE),
    ]
    assert (tmp_path / "t/exo1.py").read_bytes() == b"first"


def test_accents_survive_whoever_packed(tmp_path: Path) -> None:
    """With the flag; macOS without it; Windows in code page 850; the standard's code page 437."""
    names = {"é-drapeau.py": "é-drapeau.py"}
    archive = zipped(tmp_path / "a.zip", ("é-drapeau.py", b""))
    for label, raw in {
        "macos": "é.py".encode(),
        "windows": "À.py".encode("cp850"),
        "dos": "é.py".encode("cp437"),
    }.items():
        folder = label.encode() + b"/"
        plain = zipped(tmp_path / f"{label}.zip", ("x" * len(folder + raw), b""))
        plain.write_bytes(plain.read_bytes().replace(b"x" * len(folder + raw), folder + raw))
        unpack(plain, tmp_path / "t", SMALL)
    unpack(archive, tmp_path / "t", SMALL)
    assert set(written(tmp_path / "t")) == {*names, "macos/é.py", "windows/À.py", "dos/é.py"}


# ── Links and special files ─────────────────────────────────────────────────────────────────────


def test_no_link_and_no_special_file_comes_out_of_a_tar(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    archive = tarred(
        tmp_path / "a.tar",
        (info("link", type=tarfile.SYMTYPE, linkname=str(secret)), b""),
        (info("dir", type=tarfile.SYMTYPE, linkname=str(tmp_path)), b""),
        (info("dir/through.py"), b"written through the link?"),
        (info("hard", type=tarfile.LNKTYPE, linkname="exo1.py"), b""),
        (info("pipe", type=tarfile.FIFOTYPE), b""),
        (info("disk", type=tarfile.BLKTYPE, devmajor=8), b""),
        (info("exo1.py"), b"x = 1"),
        mode="w",
    )
    why = refused(archive, tmp_path / "t")
    assert why == {"link": Why.LINK, "dir": Why.LINK, "hard": Why.LINK, "pipe": Why.SPECIAL, "disk": Why.SPECIAL}
    assert written(tmp_path / "t") == {"dir/through.py": 25, "exo1.py": 5}
    assert not (tmp_path / "through.py").exists()


def test_no_link_comes_out_of_a_zip(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    pipe = zipfile.ZipInfo("pipe")
    pipe.external_attr = (stat.S_IFIFO | 0o666) << 16
    archive = zipped(tmp_path / "a.zip", (link, b"/etc/passwd"), (pipe, b""), ("exo1.py", b"x"))
    assert refused(archive, tmp_path / "t") == {"link": Why.LINK, "pipe": Why.SPECIAL}
    assert written(tmp_path / "t") == {"exo1.py": 1}


def test_what_lies_in_the_way_is_never_followed_or_overwritten(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "t/exo1.py").symlink_to(tmp_path / "victim")
    with pytest.raises(FileExistsError):
        unpack(zipped(tmp_path / "a.zip", ("exo1.py", b"x")), tmp_path / "t", SMALL)
    assert not (tmp_path / "victim").exists()


# ── Bombs ───────────────────────────────────────────────────────────────────────────────────────


def test_a_zip_bomb_costs_no_more_than_the_bounds(tmp_path: Path) -> None:
    zeros = b"\0" * (1900 * 1024)
    archive = zipped(tmp_path / "a.zip", ("bomb", zeros), ("exo1.py", b"x = 1"))
    assert refused(archive, tmp_path / "t") == {"bomb": Why.RATIO}
    assert written(tmp_path / "t") == {"exo1.py": 5}


def test_a_size_that_the_archive_lies_about_is_counted(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", ("bomb", b"\0" * (4 * MIB)))
    data = bytearray(archive.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)  # the size that the directory tells
    archive.write_bytes(data)
    why = refused(archive, tmp_path / "t")
    assert why == {"bomb": Why.DAMAGED} and written(tmp_path / "t") == {}


def test_a_file_too_large_is_left_and_the_next_is_taken(tmp_path: Path) -> None:
    noise = os.urandom(3 * MIB)
    archive = zipped(tmp_path / "a.zip", ("large", noise), ("exo1.py", b"x"))
    assert refused(archive, tmp_path / "t") == {"large": Why.LARGE}
    archive = tarred(tmp_path / "a.tar", (info("large"), noise), (info("exo1.py"), b"x"), mode="w")
    assert refused(archive, tmp_path / "u") == {"large": Why.LARGE}
    assert written(tmp_path / "t") == written(tmp_path / "u") == {"exo1.py": 1}


def test_the_whole_is_bounded_too_and_what_came_before_is_kept(tmp_path: Path) -> None:
    entries = [(f"{i}.bin", os.urandom(MIB // 2)) for i in range(6)]
    bounds = Bounds(total=MIB * 3 // 2, file=MIB)
    assert refused(zipped(tmp_path / "a.zip", *entries), tmp_path / "t", bounds) == {"": Why.TOTAL}
    assert sum(written(tmp_path / "t").values()) == MIB * 3 // 2


def overlapping(path: Path, names: int) -> Path:
    """Many names for one and the same compressed bytes."""
    zipped(path, ("a", b"\0" * MIB))
    data = path.read_bytes()
    directory = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    header = data[directory:end]
    headers = b"".join(header[:-1] + bytes([ord("b") + i]) for i in range(names))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, names, names, len(headers), directory, 0)
    path.write_bytes(data[:directory] + headers + tail)
    return path


def test_entries_that_share_their_bytes_are_all_refused(tmp_path: Path) -> None:
    archive = overlapping(tmp_path / "a.zip", 20)
    assert list(refused(archive, tmp_path / "t").values()) == [Why.OVERLAP] * 20
    assert written(tmp_path / "t") == {}


def test_the_number_of_entries_is_bounded(tmp_path: Path) -> None:
    names = [f"{i}.txt" for i in range(300)]
    archive = zipped(tmp_path / "a.zip", *((name, b"") for name in names))
    assert refused(archive, tmp_path / "t") == {"": Why.ENTRIES}
    archive = tarred(tmp_path / "a.tar.gz", *((info(name), b"") for name in names))
    assert refused(archive, tmp_path / "u") == {"": Why.ENTRIES}
    assert len(written(tmp_path / "u")) == 200


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_tar_that_is_mostly_nothing_stops_early(tmp_path: Path, compress: object) -> None:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for name in ("exo1.py", *(f"bomb{i}" for i in range(12))):
            entry = tarfile.TarInfo(name)
            entry.size = MIB if name != "exo1.py" else 5
            archive.addfile(entry, io.BytesIO(b"\0" * entry.size))
    path = tmp_path / "a.tar.x"
    path.write_bytes(compress(plain.getvalue()))  # type: ignore[operator]
    assert refused(path, tmp_path / "t") == {"": Why.RATIO}
    found = written(tmp_path / "t")
    assert found["exo1.py"] == 5 and sum(found.values()) <= 4 * MIB


def test_headers_of_a_tar_that_never_end_are_bounded(tmp_path: Path) -> None:
    """A name of many megabytes, or a stream of zeros, is no file and counts all the same."""
    pax = tarfile.TarInfo("exo1.py")
    pax.pax_headers = {"comment": "x" * (30 * MIB)}
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(pax)
    assert refused(path, tmp_path / "t") == {"": Why.RATIO}


def test_an_archive_that_is_too_large_is_not_even_opened(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", ("x", os.urandom(5 * MIB)))
    assert refused(archive, tmp_path / "t") == {"": Why.ARCHIVE_LARGE}
    assert not (tmp_path / "t").exists()


# ── Damage ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.xz"])
def test_a_truncated_archive_is_told_and_what_came_before_is_taken_where_it_can_be(tmp_path: Path, kind: str) -> None:
    data = os.urandom(200_000)
    if kind == "zip":
        archive = zipped(tmp_path / "a.zip", ("exo1.py", b"x = 1"), ("big", data))
    else:
        mode = "w" if kind == "tar" else "w:" + kind[4:]
        archive = tarred(tmp_path / f"a.{kind}", (info("exo1.py"), b"x = 1"), (info("big"), data), mode=mode)
    archive.write_bytes(archive.read_bytes()[:-150_000])
    assert refused(archive, tmp_path / "t") == {"": Why.DAMAGED}
    assert written(tmp_path / "t") == ({} if kind == "zip" else {"exo1.py": 5})


def test_a_damaged_entry_costs_the_others_nothing(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", ("bad", os.urandom(1000)), ("exo1.py", b"x = 1"))
    data = bytearray(archive.read_bytes())
    data[100:110] = b"\xff" * 10
    archive.write_bytes(data)
    assert refused(archive, tmp_path / "t") == {"bad": Why.DAMAGED}
    assert written(tmp_path / "t") == {"exo1.py": 5}


def test_a_password_and_a_rare_compression_are_named(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", ("secret.py", b"x"), ("rare.py", b"x"))
    data = bytearray(archive.read_bytes())
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[first + 8] |= 1
    data[second + 10] = 9  # deflate64
    archive.write_bytes(data)
    assert refused(archive, tmp_path / "t") == {"secret.py": Why.ENCRYPTED, "rare.py": Why.METHOD}


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"not an archive", zlib.compress(b"x")]
)
def test_what_is_no_archive_is_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    assert refused(tmp_path / "a.zip", tmp_path / "t") == {"": Why.DAMAGED}


def test_every_reason_has_words_in_both_languages() -> None:
    for why in Why:
        assert worded(why).fr and worded(why).en and worded(why).fr != worded(why).en, why


# ── In the sandbox ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def sandboxed() -> Iterator[Unpack]:
    try:
        sandbox, _ = choose("auto")
    except SandboxUnavailable as problem:
        pytest.skip(str(problem))
    with Parser(lambda: sandbox) as parser:
        yield unpacked_by(parser)


def test_in_the_sandbox_files_and_refusals_come_out_the_same(tmp_path: Path, sandboxed: Unpack) -> None:
    archive = zipped(tmp_path / "a.zip", ("exo1.py", b"x = 1"), ("a/b.txt", b"y"), ("../evil", b"z"))
    (tmp_path / "t").mkdir()
    assert [(r.name, r.why) for r in sandboxed(archive, tmp_path / "t", SMALL)] == [("../evil", Why.OUTSIDE)]
    assert written(tmp_path / "t") == {"exo1.py": 5, "a/b.txt": 1}
    assert archive.exists()


def test_an_xz_that_wants_all_memory_ends_in_the_sandbox_and_the_next_archive_is_opened(
    tmp_path: Path, sandboxed: Unpack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.parsing.archives.MEMORY_MIB", 24)
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as made:
        entry = tarfile.TarInfo("zeros")
        entry.size = 96 * MIB
        made.addfile(entry, io.BytesIO(b"\0" * entry.size))
    packer = lzma.LZMACompressor(filters=[{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 128 * MIB}])
    (tmp_path / "a.tar.xz").write_bytes(packer.compress(plain.getvalue()) + packer.flush())
    (tmp_path / "t").mkdir()
    found = sandboxed(tmp_path / "a.tar.xz", tmp_path / "t", Bounds(ratio=1 << 20, file=256 * MIB))
    assert [r.why for r in found] == [Why.MEMORY]
    assert not sandboxed(zipped(tmp_path / "b.zip", ("exo1.py", b"x")), tmp_path / "t", SMALL)


def test_what_an_unpacker_leaves_behind_is_not_trusted(tmp_path: Path) -> None:
    left = tmp_path / "left"
    (left / "sub").mkdir(parents=True)
    (left / "exo1.py").write_text("x = 1")
    (left / "link").symlink_to("/etc/passwd")
    (left / "folder").symlink_to("/etc")
    os.link(left / "exo1.py", left / "hard.py")
    (left / "sub/fine.py").write_text("y")
    (left / "sub/bad\x1b[2J.py").write_text("y")
    os.mkfifo(left / "pipe")
    (tmp_path / "t").mkdir()
    told = {r.name: r.why for r in take_over(left, tmp_path / "t", SMALL)}
    assert written(tmp_path / "t") == {"sub/fine.py": 1}
    assert set(told) == {"exo1.py", "hard.py", "link", "folder", "pipe", "sub/bad\x1b[2J.py"}


def test_an_archive_is_unpacked_once(tmp_path: Path) -> None:
    calls = []

    def counting(archive: Path, target: Path, bounds: Bounds) -> tuple[object, ...]:
        calls.append(archive)
        return unpack(archive, target, bounds)

    archive = zipped(tmp_path / "a.zip", ("exo1.py", b"x"), ("../y", b""))
    for _ in range(2):
        opened = Room(counting, tmp_path / "room").open(archive, SMALL)  # type: ignore[arg-type]
        assert written(opened.folder) == {"exo1.py": 1}
        assert [r.why for r in opened.refused] == [Why.OUTSIDE]
    assert len(calls) == 1
