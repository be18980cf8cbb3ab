"""The index of a static copy: its files, and that a browser finds what the command finds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from portals.article import Article
from portals.contract import normalise
from portals.serve.search_files import bucket_of, encoded, older_tone_places, words_of
from portals.serve.static import write_pages
from portals.store.database import Store
from portals.store.search import SearchQuery, has_marks
from portals.store.search_pages import search_page
from tests.support.database import copy_database
from tests.support.variants import some

CHROMIUM = shutil.which("chromium")
ATTACK = "<img src=x onerror=alert(1)> Công đoàn"
NOW = datetime(2025, 3, 1, tzinfo=UTC)


def attack() -> Article:
    """Return an article whose headline is markup."""
    return Article(
        portal="ldtd",
        url="http://x.vn/1.html",
        title=ATTACK,
        body="Công đoàn xã mở lớp hướng dẫn đoàn viên nhận biết tin nhắn lừa đảo.",
        fetched_at=NOW,
    )


@pytest.mark.quick
def test_numbers_are_differences_of_five_bits_a_sign() -> None:
    assert encoded([]) == ""
    assert encoded([0, 1, 32]) == "ABf"
    assert encoded([32]) == "gB"
    assert encoded([1_000_000]) == "gywe"


@pytest.mark.quick
def test_a_word_has_one_file() -> None:
    assert bucket_of("cong", 1) == 0
    assert bucket_of("ab", 65_521) == 97 * 31 + 98
    assert {bucket_of(word, 7) for word in ("", "𝒳", "đ", "lien doan")} <= set(range(7))


@pytest.mark.quick
def test_the_words_of_an_article_are_those_of_the_search() -> None:
    assert words_of(["Hoà Bình", "Ðoàn viên", None, "hòa " + "x" * 41]) == {
        "hòa": True, "bình": True, "đoàn": False, "viên": False,
    }  # fmt: skip


@pytest.mark.quick
def test_the_older_place_of_a_tone() -> None:
    assert older_tone_places()["oà"] == "òa"
    assert len(older_tone_places()) == 15


# --- in a browser --------------------------------------------------------------------------------


def in_browser(test: Any) -> Any:
    """Mark a test that needs Chromium."""
    return pytest.mark.browser(pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")(test))


@pytest.fixture(scope="module")
def database(sample_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("searched") / "a.db"
    copy_database(sample_database, path)
    return path


@pytest.fixture(scope="module")
def copy(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    with closing(Store.open(database)) as store:
        with store.writing():
            store.db.execute("DELETE FROM portals WHERE name NOT IN (SELECT portal FROM articles)")
        run_id = store.runs.start_run("ldtd", NOW)
        store.articles.save(normalise(attack()), run_id)
        for link in write_pages(store.db.conn, folder, "vi"):
            if link.path == "/search":  # no page behind it is opened
                break
    return folder


@pytest.fixture(scope="module")
def tab() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"],
        )
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, color_scheme="dark", locale="vi-VN"
        )
        yield context.new_page()
        browser.close()


def searched(tab: Any, copy: Path, query: str) -> list[int]:
    """Return the articles that a copy finds, in order."""
    tab.goto((copy / "search.html").as_uri())
    tab.fill("#static-search input", query)
    tab.keyboard.press("Enter")
    shown = tab.locator("#results[aria-busy=false]")
    shown.wait_for(state="attached")
    while tab.locator("#more").is_visible():
        tab.click("#more")
        shown.wait_for(state="attached")
    links = [link.get_attribute("href") for link in tab.locator("#results a").all()]
    return [int(link.rpartition("/")[2].removesuffix(".html")) for link in links]


QUERIES = (
    "liên đoàn", "LIEN DOAN lao dong", "công nhân -nữ", "cong nhan -nu", "hoà bình", "Ðoàn",
    "2018", "constructor", "“Công đoàn”, 450", "công", "không-có-chữ-nào-như-thế",
)  # fmt: skip


@pytest.mark.parametrize("query", some(QUERIES, (QUERIES[0], QUERIES[3])))
@in_browser
def test_a_copy_finds_what_the_command_finds(
    tab: Any, copy: Path, database: Path, query: str
) -> None:
    with closing(Store.open_to_read(database)) as store:
        page = search_page(store.db.conn, SearchQuery(query, limit=100))
    found = searched(tab, copy, query)

    assert sorted(found) == sorted(one.article_id for one in page.results)
    if has_marks(query):
        exact = {one.article_id for one in page.results if one.exact}
        assert set(found[: len(exact)]) == exact


@in_browser
def test_nothing_is_asked_of_others_and_a_title_stays_text(tab: Any, copy: Path) -> None:
    asked: list[str] = []
    said: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("dialog", lambda dialog: said.append(dialog.message))
    searched(tab, copy, "cong")

    assert said == []
    assert {url for url in asked if not url.startswith(("file:", "data:"))} == set()
    assert tab.locator("#results img").count() == 0
    assert ATTACK in tab.locator("#results").inner_text()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390


@in_browser
@pytest.mark.nightly
def test_axe_finds_nothing(tab: Any, copy: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    searched(tab, copy, "liên đoàn")
    result = axe.run(tab)

    assert result.violations_count == 0, result.generate_report()


@in_browser
def test_a_copy_that_is_not_whole_says_so(tab: Any, copy: Path, tmp_path: Path) -> None:
    part = shutil.copytree(copy, tmp_path / "part")
    for file in (part / "search").glob("w*.js"):
        file.unlink()
    tab.goto(f"{(part / 'search.html').as_uri()}#q=tin")
    tab.locator("#results[aria-busy=false]").wait_for(state="attached")

    assert tab.inner_text("#said") == "Thiếu tệp của chỉ mục: bản sao này không đầy đủ."
