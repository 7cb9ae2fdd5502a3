"""The pages in a real Chromium: they load nothing, run nothing of a student's, sort, filter, and fit a phone."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.domain import Record
from grader.reports.html import class_page, write_pages
from grader.reports.names import slug
from tests.reports import build

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
WIDER = """() => [...document.querySelectorAll('body *')]
    .filter(e => !e.closest('.scroll, .code, .unseen, .output') && e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.tagName + '.' + e.getAttribute('class'))"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


class Watched:
    """A page and everything that went wrong on it: console errors, exceptions, dialogs, and what it asked for."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.wrong: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: self.wrong.append(str(e)))
        page.on("dialog", lambda d: (self.wrong.append(d.message), d.dismiss()))
        page.on("request", lambda r: self.requests.append(r.url))

    def open(self, path: Path) -> Any:
        self.page.goto(path.as_uri(), wait_until="load")
        return self.page


@pytest.fixture
def watched(chromium: Any) -> Iterator[Callable[..., Watched]]:
    opened: list[Any] = []

    def new(viewport: dict[str, int] = DESK, **settings: Any) -> Watched:
        context = chromium.new_context(viewport=viewport, **settings)
        opened.append(context)
        return Watched(context.new_page())

    yield new
    for context in opened:
        context.close()


def pages_of(records: list[Record], folder: Path) -> tuple[Path, Path]:
    """The class page, and the page of the first student."""
    index = write_pages(records, folder, "fr")
    return index, folder / "etudiants" / f"{slug(records[0].student)}.html"


def names_shown(page: Any) -> list[str]:
    rows = page.locator("#class tbody tr:visible th")
    return [text.strip() for text in rows.all_inner_texts()]


# ── The class page ──────────────────────────────────────────────────────────────────────────────


def test_a_heading_sorts_by_mark_and_again_the_other_way(watched: Any, tmp_path: Path) -> None:
    index, _ = pages_of(build.class_of(12, ("exo1",)), tmp_path)
    page = watched().open(index)
    heading = page.get_by_role("columnheader", name="exo1")
    marks = page.locator("#class tbody tr td:nth-child(2)")
    heading.get_by_role("button").click()
    falling = [float(t.replace(",", ".")) for t in marks.all_inner_texts()]
    assert heading.get_attribute("aria-sort") == "descending"
    assert falling == sorted(falling, reverse=True)
    assert len(set(falling)) > 1
    heading.get_by_role("button").press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    assert [float(t.replace(",", ".")) for t in marks.all_inner_texts()] == sorted(falling)


def test_names_sort_as_people_sort_them(watched: Any, tmp_path: Path) -> None:
    records = [build.record(name) for name in ("Zoé", "Élodie", "adam", "copie 10", "copie 9")]
    index, _ = pages_of(records, tmp_path)
    page = watched().open(index)
    heading = page.get_by_role("columnheader", name="Étudiant·e")
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert names_shown(page) == ["Zoé", "Élodie", "copie 10", "copie 9", "adam"]


def test_a_name_is_found_without_accents_and_a_state_by_choice(watched: Any, tmp_path: Path) -> None:
    records = [
        build.record("Élodie"),
        build.record("Zoé", verdicts=(build.verdict("runs", 4, 4),)),
        build.broken("Tom"),
    ]
    index, _ = pages_of(records, tmp_path)
    page = watched().open(index)
    page.get_by_role("searchbox").fill("ELOD")
    assert names_shown(page) == ["Élodie"]
    assert page.get_by_role("status").inner_text() == "1 / 3"
    page.get_by_role("searchbox").fill("")
    page.get_by_label("Montrer").select_option("broken")
    assert names_shown(page) == ["Tom"]
    page.get_by_role("searchbox").fill("nobody")
    assert page.locator("#nobody").is_visible()


def test_a_mark_leads_to_its_exercise_and_back(watched: Any, tmp_path: Path) -> None:
    index, _ = pages_of([build.record("durand", "exo1"), build.record("durand", "exo2")], tmp_path)
    seen = watched()
    page = seen.open(index)
    page.locator("#class tbody td a").nth(1).click()
    page.wait_for_load_state("load")
    assert page.url.endswith("etudiants/durand.html#exo2")
    assert page.locator("h1").inner_text() == "durand"
    page.get_by_role("link", name="Toute la classe").click()
    page.wait_for_load_state("load")
    assert page.url.endswith("index.html")
    assert seen.wrong == []


def test_the_page_is_whole_without_scripts(watched: Any, tmp_path: Path) -> None:
    index, _ = pages_of(build.class_of(5), tmp_path)
    page = watched(java_script_enabled=False).open(index)
    assert page.locator("#class tbody tr").count() == 5
    assert not page.locator("form.filter").is_visible()


def test_three_hundred_students_open_and_sort_at_once(watched: Any, tmp_path: Path) -> None:
    index = tmp_path / "index.html"
    index.write_text(class_page(build.class_of(300), "fr"), encoding="utf-8")
    page = watched().open(index)
    loaded = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    took = page.evaluate(
        """() => { const start = performance.now(); document.querySelector('#class thead th:nth-child(2) button').click();
                   document.body.getBoundingClientRect(); return performance.now() - start; }"""
    )
    assert page.locator("#class tbody tr").count() == 300
    assert loaded < 3000  # about 100 ms on a quiet machine
    assert took < 1000  # about 20 ms


# ── Every page ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_quiet_ask_for_nothing_and_fit_a_phone(watched: Any, tmp_path: Path, scheme: str) -> None:
    records = [build.full("Anne-Marguerite-Philippine " + "de-La-Tour" * 12), *build.class_of(3), build.broken()]
    for path in pages_of(records, tmp_path):
        for viewport in (PHONE, DESK):
            seen = watched(viewport, color_scheme=scheme)
            page = seen.open(path)
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert page.evaluate(WIDER) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
            assert seen.wrong == []
            assert [url for url in seen.requests if not url.startswith("data:")] == [path.as_uri()]


def test_what_a_student_wrote_is_text_wherever_it_stands(watched: Any, tmp_path: Path) -> None:
    for path in pages_of([build.hostile()], tmp_path):
        seen = watched(PHONE)
        page = seen.open(path)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        page.wait_for_timeout(100)
        assert page.evaluate("window.pwned") is None
        assert (
            page.evaluate("document.querySelectorAll('[onerror], [onload], main script, a[href^=javascript]').length")
            == 0
        )
        assert seen.wrong == []
        assert [url for url in seen.requests if not url.startswith("data:")] == [path.as_uri()]
        assert "<script>window.pwned=1</script>" in page.locator("body").inner_text()
        assert "{{ 7*7 }}" in page.content()
        assert page.evaluate(WIDER) == []


def test_the_policy_stops_what_the_escaping_would_miss(watched: Any, tmp_path: Path) -> None:
    """A page into which markup was put by hand: it neither runs nor loads."""
    for path in pages_of([build.record()], tmp_path):
        text = path.read_text(encoding="utf-8")
        inserted = f"{build.SCRIPT}{build.IMAGE}<style>body{{display:none}}</style><img src=http://127.0.0.1:9/x.png>"
        path.write_text(text.replace("<footer", f"{inserted}<footer"), encoding="utf-8")
        seen = watched()
        page = seen.open(path)
        assert page.evaluate("window.pwned") is None
        assert page.locator("h1").is_visible()
        assert any("Content Security Policy" in told for told in seen.wrong)


def test_a_keyboard_finds_the_content_first(watched: Any, tmp_path: Path) -> None:
    _, student = pages_of([build.full()], tmp_path)
    page = watched().open(student)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0


def test_figures_speak_and_tables_have_headings(watched: Any, tmp_path: Path) -> None:
    for path in pages_of([build.full()], tmp_path):
        page = watched().open(path)
        silent = "[...document.querySelectorAll('svg:not([aria-hidden]), img')].filter(e => !(e.getAttribute('aria-label') || e.alt))"
        assert page.evaluate(f"{silent}.length") == 0
        assert page.evaluate("[...document.querySelectorAll('th')].every(e => e.scope)")
        assert page.evaluate("[...document.querySelectorAll('table')].every(e => e.caption)")
        assert page.evaluate("document.documentElement.lang") == "fr"
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(e => +e.tagName[1])")
        assert levels[0] == 1
        assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_a_printed_page_shows_what_is_folded(watched: Any, tmp_path: Path) -> None:
    _, student = pages_of([build.full()], tmp_path)
    page = watched().open(student)
    assert not page.locator(".code").first.is_visible()
    page.emulate_media(media="print")
    assert page.locator(".code").first.is_visible()
