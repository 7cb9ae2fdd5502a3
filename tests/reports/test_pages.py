"""The pages as text: what they hold, what they refuse to hold, and when they are written."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from grader import records as form
from grader.domain import LANGS, Lang, Status
from grader.reports import html
from grader.reports.code import numbered
from grader.reports.html import MANIFEST, TEMPLATES, class_page, student_page, write_pages
from grader.reports.names import slug
from grader.reports.words import WORDS
from tests.endings import computes_no_longer_than
from tests.reports import build


class Seen(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def flat(text: str) -> str:
    return " ".join(text.split())


# ── What is shown ───────────────────────────────────────────────────────────────────────────────


def test_a_student_reads_what_was_measured_expected_and_advised() -> None:
    text = flat(Seen(student_page([build.full()], "fr")).text)
    for words in (
        "12,5 / 20",  # 14,5 less the penalty
        "90,1 %",
        "au moins 91,5 %",
        "train for 10 epochs",
        "Mme Roy, 02/03/2026 10:00",
        "la figure est juste",
        "en retard de 1 jour 2 h",
        "KeyError: 'precision'",
        "bubblewrap (full)",
        "Maëlle Le Goff, Tom Petit",
    ):
        assert words in text.replace("\u202f", " ").replace("\xa0", " "), words


def test_every_exhibit_has_its_figure_with_words_for_it() -> None:
    page = Seen(student_page([build.full()], "en"))
    told = [a["aria-label"] for a in page.all("svg") if "aria-label" in a] + [a["alt"] for a in page.all("img")]
    for start in ("Loss — training: from 2.300 to 0.600 in 3 epochs", "Accuracy", "Confusion matrix: 185 of 200"):
        assert any(str(words).startswith(start) for words in told), start
    assert "Test image 4: a 5 taken for a 3" in told
    assert "6 images in 2 rows of 3, colours “gray”" in told
    assert any("neighbourhood hit 0.830" in str(words) for words in told)
    assert all(told)


def test_a_notice_stands_under_the_line_it_speaks_of() -> None:
    page = student_page([build.full()], "en")
    line = re.search(r'<li class="stopped">(.*?)</li>', page, re.DOTALL)
    assert line is not None
    assert "print" in line[1]
    assert "write <code>keras.utils</code>" in line[1]
    assert "Where the program stopped" in line[1]


def test_a_notice_of_a_notebook_stands_in_its_cell() -> None:
    own = build.full()
    notice = replace(own.notices[0], where="<cell 1>", line=1)
    shown = {**own.exhibits}
    shown.pop("source")
    page = student_page([replace(own, file="exo1.ipynb", notices=(notice,), failure=None, exhibits=shown)], "en")
    assert '<li class="noted"><code>x' in page


def test_a_failure_of_the_grader_is_never_a_mark() -> None:
    record = build.broken()
    for page in (student_page([record], "en"), class_page([record, build.record()], "en")):
        assert "not marked" in page
        assert "0 / 20" not in page


def test_the_class_page_counts_what_each_check_earned() -> None:
    records = [
        build.record("a"),
        build.record("b", verdicts=(build.verdict("accuracy", 0, 14),)),
        build.record("c", verdicts=(build.verdict("accuracy", 14, 14),)),
        build.record("d", verdicts=(build.verdict("accuracy", 0, 14, Status.SKIPPED),)),
    ]
    page = Seen(class_page(records, "en"))
    told = [a.get("aria-label") for a in page.all("svg")]
    assert "1 in full, 1 in part, 1 none, 1 undecided" in told
    assert "2 of 4" in page.text  # submissions that lost points on it


def test_a_student_with_two_attempts_counts_once_by_the_last() -> None:
    first = build.record("a", verdicts=(build.verdict("runs", 0, 20),))
    second = build.record("a", verdicts=(build.verdict("runs", 20, 20),), attempt=2)
    page = class_page([second, first], "en")
    assert page.count('scope="row" data-value="a"') == 1
    assert 'data-value="20">' in page
    assert 'data-value="0">' not in page


def test_what_was_not_handed_in_is_said_and_is_no_zero() -> None:
    page = class_page([build.record("a", "exo1"), build.record("b", "exo2")], "en")
    assert page.count('data-value="-1">—') == 2
    assert page.count('data-tags="lost review missing"') == 2


@pytest.mark.parametrize("lang", LANGS)
def test_pages_speak_one_language(lang: Lang) -> None:
    page = student_page([build.full()], lang) + class_page([build.full()], lang)
    other = "fr" if lang == "en" else "en"
    for name in ("verdicts", "curves", "distribution", "checks", "effort", "lost_most", "measured"):
        assert WORDS[name].in_(lang) in page
        assert WORDS[name].in_(other) not in page


def test_every_word_is_used_by_a_template_or_a_report() -> None:
    files = [*TEMPLATES.glob("*.j2"), *TEMPLATES.parent.glob("*.py")]
    used = "".join(path.read_text(encoding="utf-8") for path in files if path.name != "words.py")
    assert [name for name in WORDS if f"w.{name}" not in used and f'"{name}"' not in used] == []


# ── What is refused ─────────────────────────────────────────────────────────────────────────────


def test_only_our_own_style_and_script_are_allowed() -> None:
    for page in (class_page([build.record()], "fr"), student_page([build.record()], "fr")):
        seen = Seen(page)
        policy = next(str(a["content"]) for a in seen.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        for tag in ("style", "script"):
            own = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
            hashes = re.findall(rf"{tag}-src 'sha256-([^']+)'", policy)
            assert hashes == [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in own]
        assert page.index("Content-Security-Policy") < page.index("<style>")
        assert not any(name == "style" or name.startswith("on") for _, a in seen.tags for name in a)
        outside = [a.get(n) for _, a in seen.tags for n in ("src", "href") if a.get(n)]
        assert not [url for url in outside if re.match(r"\w+:(?!,|image/png;base64,)|//", str(url))]


def test_hostile_words_open_no_tag() -> None:
    honest = {tag for tag, _ in Seen(student_page([build.full()], "fr") + class_page([build.full()], "fr")).tags}
    for page in (student_page([build.hostile()], "fr"), class_page([build.hostile()], "fr")):
        seen = Seen(page)
        assert {tag for tag, _ in seen.tags} <= honest
        assert "<script>window.pwned=1</script>" in seen.text
        assert "\x1b" not in page
        assert "\u202e" not in page


@pytest.mark.parametrize("exhibits", build.forged_exhibits())
def test_exhibits_of_the_wrong_form_give_a_page_without_them(exhibits: dict[str, form.Any]) -> None:
    page = student_page([build.record(exhibits=exhibits)], "en")
    assert "Accuracy on the test images" in page
    assert "data:image" not in page


def test_a_picture_that_is_no_png_is_not_shown() -> None:
    svg = base64.b64encode(b"<svg onload=alert(1)>").decode()
    page = student_page([build.record(exhibits={"figures": [{"png": svg}, {"png": "javascript:alert(1)"}]})], "en")
    assert "<img" not in page


def test_a_program_that_is_slow_to_colour_is_shown_plain() -> None:
    text = "a = '" + "%(a" * 20_000
    with computes_no_longer_than():
        lines = numbered(text)
    assert "<span" not in lines[0].text
    assert "<span" in numbered("import os")[0].text


# ── When they are written ───────────────────────────────────────────────────────────────────────


def test_only_pages_that_changed_are_written(tmp_path: Path) -> None:
    records = [build.record("a"), build.record("b")]
    write_pages(records, tmp_path, "fr")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")}
    write_pages(records, tmp_path, "fr")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")} == before
    write_pages([records[0], replace(records[1], seed=7)], tmp_path, "fr")
    changed = {path.name for path in before if path.stat().st_mtime_ns != before[path]}
    assert changed == {"b.html", "index.html", MANIFEST}
    write_pages(records, tmp_path, "en")
    assert 'lang="en"' in (tmp_path / "etudiants" / "a.html").read_text(encoding="utf-8")


def test_a_record_read_back_makes_the_same_page(tmp_path: Path) -> None:
    """Between a batch and the next one, records go through JSON."""
    again = form.from_json(json.loads(json.dumps(form.to_json(build.full()))))
    assert student_page([again], "fr") == student_page([build.full()], "fr")


def test_a_page_that_was_lost_is_written_again_and_one_of_nobody_removed(tmp_path: Path) -> None:
    write_pages([build.record("a"), build.record("b")], tmp_path, "fr")
    other = tmp_path / "etudiants" / "notes.html"
    other.write_text("a teacher's own")
    (tmp_path / "etudiants" / "a.html").unlink()
    write_pages([build.record("a")], tmp_path, "fr")
    assert {path.name for path in (tmp_path / "etudiants").iterdir()} == {"a.html", "notes.html"}


def test_a_manifest_that_somebody_edited_removes_nothing_elsewhere(tmp_path: Path) -> None:
    keep = tmp_path / "keep.html"
    keep.write_text("mine")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / MANIFEST).write_text('{"etudiants/../../keep.html": "", "../keep.html": "", "state": 1}')
    write_pages([build.record()], tmp_path / "out", "fr")
    assert keep.exists()


def test_pages_of_unchanged_records_are_not_even_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [build.full(f"étudiant {n}") for n in range(3)]
    write_pages(records, tmp_path, "fr")
    made: list[str] = []

    def making(found: Sequence[form.Record], lang: Lang) -> str:
        made.append(found[0].student)
        return student_page(found, lang)

    monkeypatch.setattr(html, "student_page", making)
    write_pages([*records[:2], replace(records[2], seed=7)], tmp_path, "fr")
    assert made == ["étudiant 2"]


@pytest.mark.parametrize(
    "name", ["durand", "Jean Petit", "../../etc/passwd", "", "a/b", "\udce9t\udce9", "😀" * 200, ".", "CON", "x" * 300]
)
def test_a_name_becomes_a_file_name(name: str) -> None:
    made = slug(name)
    assert re.fullmatch(r"[\w.-]+", made)
    assert len(made.encode()) < 240
    assert not made.startswith(".")
    assert slug(f"{name}!") != made
