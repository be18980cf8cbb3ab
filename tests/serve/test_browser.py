"""The site in a real browser: ways through it, its look at two widths, and accessibility."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from portals.serve.static import write_pages
from portals.store.database import Store
from tests.support.database import copy_database
from tests.support.site import HOSTILE, Site
from tests.support.variants import some

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium"),
]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LATER = pytest.param(WIDE, "light", marks=pytest.mark.nightly)
PAGES = (
    "/", "/article/1", "/portals", "/portal/ldtd", "/provinces", "/search?q=cong+doan", "/edits",
    "/withdrawn", "/operations", "/nowhere",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as player:
        found = player.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
            ],
        )  # fmt: skip
        try:
            yield found
        finally:
            found.close()


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport=WIDE, locale="vi-VN")
    yield context.new_page()
    context.close()


def shown(tab: Any, name: str) -> None:
    """Keep a picture where SCREENSHOTS says, for whoever wants to look."""
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        tab.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_reader_goes_from_the_news_to_an_article_its_portal_and_its_kept_page(
    tab: Any, sample: Site
) -> None:
    asked, said = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(f"{sample.origin}/")
    headline = tab.locator(".news h3 a").first.inner_text()
    tab.locator(".news h3 a").first.click()
    assert tab.locator("h1").inner_text() == headline
    assert tab.title().startswith(headline[:40])
    assert tab.locator(".text p").count() >= 2
    tab.locator(".doors a[href^='/page/']").click()
    assert headline in tab.content()
    assert tab.evaluate("document.styleSheets.length") >= 0  # the kept page answers for itself
    tab.go_back()
    tab.locator(".reading > header .kicker a").first.click()
    assert tab.url.startswith(f"{sample.origin}/portal/")
    tab.get_by_role("link", name="English").click()
    assert tab.get_attribute("html", "lang") == "en"
    assert "/en/portal/" in tab.url

    assert {url for url in asked if not url.startswith((sample.origin, "data:"))} == set()
    assert [line for line in said if "sandboxed" not in line and "Content" not in line] == []


def test_filters_and_their_chips(tab: Any, sample: Site) -> None:
    tab.goto(f"{sample.origin}/")
    tab.select_option("select[name=portal]", "tienlang")
    tab.get_by_role("button", name="Xem").click()
    assert tab.locator(".news > li").count() == 8
    assert tab.locator(".chips a").count() == 1
    tab.locator(".chips a").click()
    assert tab.locator(".news > li").count() == 20
    tab.get_by_role("link", name="Cũ hơn").click()
    assert "after=" in tab.url
    tab.get_by_role("link", name="Mới nhất").click()
    assert "after=" not in tab.url


@pytest.mark.parametrize("query", ["liên đoàn lao động", "lien doan lao dong"])
def test_a_search_with_marks_and_without(tab: Any, sample: Site, query: str) -> None:
    tab.goto(f"{sample.origin}/")
    tab.get_by_label("Tìm trong mọi bài").fill(query)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search*")
    assert tab.locator(".news > li").count() > 3
    assert "đoàn" in [text.lower() for text in tab.locator("mark").all_inner_texts()]
    assert tab.input_value("main input[name=q]") == query


def test_the_whole_way_by_keyboard(tab: Any, sample: Site) -> None:
    tab.goto(f"{sample.origin}/")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Đến nội dung"
    tab.keyboard.press("Enter")
    assert tab.evaluate("location.hash") == "#content"
    while tab.evaluate("document.activeElement.closest('h3') === null"):
        tab.keyboard.press("Tab")
    outline = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/article/*")

    assert outline == "solid"


def examined(tab: Any, site: Site, paths: Iterable[str], name: str) -> dict[str, str]:
    """Return by address what axe-core finds, and which pages are wider than the window."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    width, found = tab.viewport_size["width"], {}
    for path in paths:
        tab.goto(f"{site.origin}{path}")
        page = path.strip("/").split("?")[0].replace("/", "-") or "news"
        shown(tab, f"{name}{page}-{width}")
        result = axe.run(tab)
        if result.violations_count:
            found[path] = result.generate_report()
        if tab.evaluate("document.documentElement.scrollWidth") > width:
            found[f"{path}: width"] = "too wide"
    return found


@pytest.mark.parametrize(("width", "scheme"), [LATER, (NARROW, "dark")])
def test_axe_finds_nothing_and_no_page_is_wider_than_the_window(
    browser: Any, sample: Site, width: dict[str, int], scheme: str
) -> None:
    context = browser.new_context(viewport=width, color_scheme=scheme)
    found = examined(context.new_page(), sample, PAGES, "")
    context.close()

    assert found == {}


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "dark"), (NARROW, "light")])
def test_an_empty_archive_and_one_that_is_migrated_are_pages_to_read(
    browser: Any, empty: Site, migrated: Site, width: dict[str, int], scheme: str
) -> None:
    context = browser.new_context(viewport=width, color_scheme=scheme)
    tab = context.new_page()
    found = examined(tab, empty, ["/", "/search?q=tin", "/operations"], "empty-")
    found |= examined(tab, migrated, ["/en/article/1"], "migrated-")
    assert "is being migrated" in tab.locator("main").inner_text()
    assert tab.locator("main a").count() > 0, "no way out"
    context.close()

    assert found == {}


@pytest.mark.parametrize("width", some([WIDE, NARROW], [NARROW]))
def test_hostile_texts_run_nothing_and_break_no_layout(
    browser: Any, hostile: Site, width: dict[str, int]
) -> None:
    context = browser.new_context(viewport=width)
    tab = context.new_page()
    said: list[str] = []
    tab.on("dialog", lambda dialog: said.append(dialog.message))
    tab.on("console", lambda message: said.append(message.text))
    paths = [*PAGES[:-1], *(f"/article/{number}" for number in range(2, len(HOSTILE) + 1))]
    for path in paths:
        tab.goto(f"{hostile.origin}{path}")
        assert "owned" not in tab.title().replace("id=owned", "").replace("'owned'", "")
        assert tab.locator("#owned, main script, main img").count() == 0
        assert tab.evaluate("document.documentElement.scrollWidth") <= width["width"], path
    shown(tab, f"hostile-{width['width']}")
    context.close()

    assert said == []


def test_an_article_is_printed_without_the_frame(tab: Any, sample: Site) -> None:
    tab.goto(f"{sample.origin}/article/1")
    tab.emulate_media(media="print")

    assert not tab.locator(".top nav").is_visible()
    assert not tab.locator("footer").is_visible()
    assert tab.locator("h1").is_visible()


STATIC_PAGES = (
    "index.html",
    "article/0/1.html",
    "portal/ldtd.html",
    "provinces.html",
    "edits.html",
)


@pytest.fixture(scope="module")
def static_site(sample_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("static")
    copy_database(sample_database, folder / "a.db")
    with closing(Store.open(folder / "a.db")) as store:
        with store.writing():
            store.db.execute("DELETE FROM portals WHERE name NOT IN (SELECT portal FROM articles)")
        assert sum(1 for _ in write_pages(store.db.conn, folder, "vi")) > 100
    return folder


@pytest.mark.parametrize(("width", "scheme"), [LATER, (NARROW, "dark")])
def test_a_static_copy_is_read_from_a_folder(
    browser: Any, static_site: Path, width: dict[str, int], scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context = browser.new_context(viewport=width, color_scheme=scheme)
    tab = context.new_page()
    asked, said, found = [], [], {}
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    for path in STATIC_PAGES:
        tab.goto((static_site / path).as_uri())
        name = path.removesuffix(".html").replace("/", "-")
        shown(tab, f"static-{name}-{width['width']}")
        assert (
            tab.evaluate("getComputedStyle(document.querySelector('.skip')).position") == "absolute"
        )
        if tab.evaluate("document.documentElement.scrollWidth") > width["width"]:
            found[path] = "too wide"
    tab.goto((static_site / "index.html").as_uri())
    headline = tab.locator(".news h3 a").first.inner_text()
    tab.locator(".news h3 a").first.click()
    assert tab.locator("h1").inner_text() == headline
    tab.locator(".reading > header .kicker a").first.click()
    tab.locator(".doors a").first.click()
    assert tab.locator(".news > li").count() > 0
    tab.locator(".months a").first.click()
    assert said == []
    if (result := axe.run(tab)).violations_count:
        found[tab.url] = result.generate_report()
    context.close()

    assert found == {}
    assert {url for url in asked if not url.startswith(("file:", "data:"))} == set()
