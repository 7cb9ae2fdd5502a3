"""`grade similar` on a small class: what the terminal says, and a page that is whole, safe and linked in itself."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from grader.cli.main import run
from tests.similarity.disguise import disguised

ROOT = Path(__file__).parents[2]
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample class, a copy under a name that is markup, and text that would break out of a page."""
    folder = tmp_path_factory.mktemp("similar") / "class"
    shutil.copytree(ROOT / "submissions", folder)
    text = (folder / "etudiant06/exo1.py").read_text(encoding="utf-8")
    (folder / HOSTILE).mkdir()
    end = "\n\x1b[2J = '</code></pre><script>alert(2)</script>'\n"
    (folder / HOSTILE / "exo1.py").write_text(disguised(text) + end, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def page(class_folder: Path) -> str:
    out = class_folder.parent / "page.html"
    assert run(["similar", str(class_folder), "--exercise", "exo1", "--out", str(out), "--lang", "fr"]) == 0
    return out.read_text(encoding="utf-8")


def test_the_terminal_names_the_pair_and_accuses_nobody(
    class_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["similar", str(class_folder), "--out", str(tmp_path / "p.html"), "--lang", "fr"]) == 0
    told = capsys.readouterr().out
    assert re.search(r"onerror=alert\(1\)> .* etudiant06 ", told) and "\x1b[2J" not in told
    assert "exo2" in told and "plagiat" not in told.lower() and "Aucune note ne change" in " ".join(told.split())


def test_a_file_that_cannot_be_read_is_told_and_costs_the_class_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "submissions" / "etudiant01", tmp_path / "class" / "ana")
    shutil.copytree(ROOT / "submissions" / "etudiant06", tmp_path / "class" / "luc")
    (tmp_path / "class" / "mallory").mkdir()
    (tmp_path / "class" / "mallory" / "exo1.ipynb").write_text("{", encoding="utf-8")
    out = tmp_path / "p.html"
    assert run(["similar", str(tmp_path / "class"), "--exercise", "exo1", "--out", str(out), "--lang", "en"]) == 0
    assert "mallory" in capsys.readouterr().out + out.read_text(encoding="utf-8")


def test_the_page_marks_each_passage_on_both_sides(page: str) -> None:
    links = re.findall(r'href="#(exo1-1-[ab]\d+)"', page)
    ids = set(re.findall(r'id="(exo1-1-[ab]\d+)"', page))
    assert ids and set(links) == ids
    assert {one[:-1] for one in ids if "-a" in one} and len({i for i in ids if "-a" in i}) == len(ids) / 2
    assert "plagiat" not in page.lower() and "semblables" in page


def test_the_page_shows_the_programs_whole_and_only_as_text(page: str, class_folder: Path) -> None:
    assert "<script" not in page and "<img" not in page and "\x1b" not in page
    assert html.escape(HOSTILE) in page
    shown = html.unescape(re.sub(r"<sup>\d+</sup>|<[^>]+>", "", page))
    for line in (class_folder / "etudiant06/exo1.py").read_text(encoding="utf-8").splitlines():
        assert line.strip() in shown


def test_the_page_loads_nothing_and_its_policy_allows_its_own_style_alone(page: str) -> None:
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert style is not None and policy is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    rules = html.unescape(policy[1])
    assert rules.startswith("default-src 'none'") and f"style-src 'sha256-{digest}'" in rules
    assert " style=" not in page and not re.search(r"(?:src|href)=\"(?!#|data:)", page)


def test_an_archive_and_handed_in_weights_are_read_in_the_sandbox(
    class_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "class.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for who in ("etudiant01", "etudiant05", "etudiant08"):
            made.write(class_folder / who / "exo1.py", f"{who}/exo1.py")
            made.writestr(f"{who}/mlp.keras", b"no model, but the same for all" if who != "etudiant08" else b"other")
    assert run(["similar", str(archive), "--out", str(tmp_path / "p.html"), "--lang", "en"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "etudiant01 (mlp.keras) and etudiant05 (mlp.keras): the same file, byte for byte" in told
    assert "etudiant08 (mlp" not in told


def test_a_folder_without_submissions_is_bad_usage(tmp_path: Path) -> None:
    assert run(["similar", str(tmp_path), "--out", str(tmp_path / "p.html")]) == 2
