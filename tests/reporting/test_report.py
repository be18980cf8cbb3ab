"""The page to look at: whole, harmless, and working in a real browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portals.article import Article
from portals.contract import normalise
from portals.reporting.facts import gather
from portals.reporting.page import LANGUAGES, report
from portals.store.database import Store
from tests.support.commands import scrapy
from tests.support.processes import until
from tests.support.project import PROJECT

pytest.importorskip("matplotlib")

NOW = datetime(2025, 3, 1, 5, tzinfo=UTC)
CHROMIUM = shutil.which("chromium")
NASTY = {
    "script": "<script>document.title='owned'</script> Công đoàn họp",
    "attribute": '" onmouseover="document.title=\'owned\'" x="',
    "bidi": "Giá \u202e000.005\u202c đồng",
    "long": "Dài" + "x" * 300,
    "markup": "</table></body><h1 id=owned>x</h1>",
    "plot": "Công đoàn $\\frac{1}{2}$ ]]> <!--",
}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database whose titles and portals bite."""
    store = Store.open(tmp_path / "articles.db")
    for number in range(1, 41):
        title = list(NASTY.values())[number % len(NASTY)] if number < 30 else "Liên đoàn Lao động"
        portal = ["ldtd", "haiphong", "<img src=x onerror=alert(1)>"][number % 3]
        item = Article(
            portal=portal,
            url=f"http://x.vn/{number}.html" if number % 7 else f"javascript:alert({number})",
            title=f"{title} {number}",
            body=f"Bài số {number} nói về người lao động ở phường {number}.",
            fetched_at=NOW + timedelta(hours=number),
            published_at=f"2024-{number % 12 + 1:02}-11T08:00:00+07:00",
            published_precision="minute",
        )
        store.articles.save(normalise(item), store.runs.start_run(portal, NOW))
    store.close()
    return tmp_path / "articles.db"


@pytest.fixture
def page(database: Path, tmp_path: Path) -> Path:
    done = scrapy("report", tmp_path / "out.html", "-s", f"DATABASE={database}")
    assert done.code == 0, done.err
    return tmp_path / "out.html"


def test_what_came_from_portals_is_text(page: Path) -> None:
    text = page.read_text("utf-8")

    assert text.count("<script") == 1
    assert "<img" not in text
    assert "javascript:" not in re.sub(r">[^<]*<", "><", text)
    assert "\u202e" not in text
    assert "id=owned" not in re.sub(r"&lt;.*?&gt;", "", text)


def test_the_page_loads_nothing_and_says_so(page: Path) -> None:
    text = page.read_text("utf-8")

    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text
    links = re.findall(r"\s(?:src|xlink:href|href)=\"(?!#)([^\"]*)", text)
    assert all(link.startswith(("http://x.vn/", "http://www.w3.org/")) for link in links)
    assert not re.search(r"<(?:link|iframe|object|embed|image)\b", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_database_has_a_page_too(tmp_path: Path, language: str) -> None:
    store = Store.open(tmp_path / "a.db")
    text = report(gather(store.db, NOW), language)
    store.close()

    assert f'lang="{language}"' in text
    assert "<svg" not in text


def test_the_latest_are_those_published_last_and_the_time_is_that_of_vietnam(
    tmp_path: Path,
) -> None:
    store = Store.open(tmp_path / "a.db")
    run_id = store.runs.start_run("ldtd", NOW)
    for number, at in enumerate([None, "2024-05-01T08:00:00+07:00", "2024-06-01T08:00:00+07:00"]):
        item = Article(
            portal="ldtd",
            url=f"http://x.vn/{number}.html",
            title=f"Tin số {number}",
            body=f"Bài số {number} nói về phường {number}.",
            fetched_at=NOW,
            published_at=at,
        )
        store.articles.save(normalise(item), run_id)
    text = report(gather(store.db, NOW))
    store.close()
    latest = text[text.index('id="latest"') :]

    assert re.findall(r"Tin số (\d)", latest) == ["2", "1", "0"]
    assert "2025-03-01 12:00 (+07:00)" in text
    assert ">0.5<" not in text  # there is no half an article


def test_a_hundred_portals_stay_under_three_megabytes(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "a.db")
    run_id = store.runs.start_run("p", NOW)
    with store.writing():
        for number in range(2_000):
            item = Article(
                portal=f"cong-doan-{number % 100}",
                url=f"http://x.vn/{number}.html",
                title=f"Tin số {number} " + "của liên đoàn lao động thành phố " * 3,
                body=f"Bài số {number} nói về phường {number}.",
                fetched_at=NOW,
                published_at=f"{2012 + number % 13}-{number % 12 + 1:02}-11T08:00:00+07:00",
                published_precision="minute",
            )
            store.articles.save(normalise(item), run_id)
    text = report(gather(store.db, NOW))
    store.close()

    assert len(text.encode()) < 3_000_000


# --- in a browser --------------------------------------------------------------------------------

without_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")


@contextmanager
def browsing() -> Iterator[Any]:
    """Yield a page of a real browser that reaches nothing but files and loopback."""
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
            ],
        )  # fmt: skip
        try:
            yield browser.new_page(viewport={"width": 1200, "height": 900})
        finally:
            browser.close()


@pytest.mark.browser
@without_browser
def test_the_report_works_in_a_browser(page: Path) -> None:
    asked, said = [], []
    with browsing() as tab:
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(page.as_uri())
        assert tab.title() == "Tin Công Đoàn: những gì đã lưu"
        assert tab.locator("svg").count() == 1
        assert tab.locator("#owned").count() == 0
        assert tab.locator("#portals tbody tr").count() == 3
        rows = tab.locator("#latest tbody tr:visible")
        assert rows.count() == 40
        tab.fill("#search", "lien DOAN")
        assert rows.count() == 11
        assert tab.inner_text("#count") == "11"
        tab.fill("#search", "")
        assert rows.count() == 40
        # A word of three hundred letters does not push the page apart.
        assert tab.evaluate("document.documentElement.scrollWidth") <= 1200
        picture = tab.screenshot(full_page=True)
        tab.hover("#latest")
        assert tab.title() == "Tin Công Đoàn: những gì đã lưu"

    assert asked == [page.as_uri()]
    assert said == []
    assert len(picture) > 20_000
    if folder := os.environ.get("SCREENSHOTS"):
        (Path(folder) / "report.png").write_bytes(picture)


@contextmanager
def datasette(database: Path) -> Iterator[str]:
    """Serve a database with the project's metadata; yield the address."""
    pytest.importorskip("datasette")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-m", "datasette", str(database), "-m", "data/datasette.yaml",
         "--port", str(port)],
        cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as server:  # fmt: skip
        try:
            until(lambda: _answers(port))
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _json(url: str) -> Any:
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def test_datasette_serves_tables_facets_and_queries(database: Path) -> None:
    with datasette(database) as origin:
        view = _json(f"{origin}/articles/v_articles.json?_shape=objects&_facet=portal")
        found = _json(f"{origin}/articles/search.json?words=lien+doan&_shape=array")
        odd = _json(f"{origin}/articles/search.json?words=%22%29+OR+*&_shape=array")
        lists = [
            _json(f"{origin}/articles/{name}.json?_shape=array")
            for name in ("syndication", "by_province", "edited")
        ]

    assert {one["value"] for one in view["facet_results"]["portal"]["results"]} >= {"ldtd"}
    assert len(found) == 11
    assert odd == []
    assert len(lists[1]) >= 1


@pytest.mark.browser
@without_browser
def test_datasette_shows_nasty_titles_as_text(database: Path) -> None:
    with datasette(database) as origin, browsing() as tab:
        tab.goto(f"{origin}/articles/v_articles")
        assert "owned" not in tab.title()
        assert tab.locator("#owned").count() == 0
        assert tab.locator("table.rows-and-columns tbody tr").count() == 40
        tab.goto(f"{origin}/articles/search?words=lien+doan")
        assert tab.locator("table tbody tr").count() == 11
