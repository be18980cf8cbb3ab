"""Scrapy's own tools work in the project, and never write."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import crawl_of, started
from tests.support.database import rows
from tests.support.federation import LIST, federation, sample_items
from tests.support.http_server import Answer, FakePortal, serving
from tests.support.processes import Done, run, until

ITEMS = sample_items(1, 6)
ARTICLE = ITEMS[0].url
TITLE = ITEMS[0].text.title


@pytest.fixture(scope="module")
def portal() -> Iterator[FakePortal]:
    lan = Answer(status=302, headers={"Location": "http://10.0.0.1/cau-hinh"})
    with serving({**federation(ITEMS), "/lan": lan}) as running:
        yield running


def tool(folder: Path, name: str, *arguments: str, browser: str = "") -> Done:
    """Run one of Scrapy's tools with a database and an archive that nobody has made."""
    settings = ("-s", f"DATABASE={folder / 'a.db'}", "-s", f"ARCHIVE_DIR={folder / 'archive'}")
    return run("scrapy", name, *arguments, *settings, environment={"BROWSER": browser})


def test_fetch_prints_the_page_and_writes_nothing(tmp_path: Path, portal: FakePortal) -> None:
    done = tool(tmp_path, "fetch", "--nolog", portal.origin + ARTICLE)

    assert (done.code, TITLE in done.out) == (0, True), done.err
    assert list(tmp_path.iterdir()) == []


def test_fetch_as_a_spider_prints_the_page(tmp_path: Path, portal: FakePortal) -> None:
    done = tool(tmp_path, "fetch", "--nolog", "--spider=haiphong", portal.origin + ARTICLE)

    assert (done.code, TITLE in done.out) == (0, True), done.err
    assert list(tmp_path.iterdir()) == []


def test_a_page_does_not_lead_a_tool_into_the_local_network(
    tmp_path: Path, portal: FakePortal
) -> None:
    done = tool(tmp_path, "fetch", portal.origin + "/lan")

    assert done.out == ""
    assert "10.0.0.1, which is not a public address" in done.err


def test_a_page_does_not_lead_a_tool_to_another_port(tmp_path: Path) -> None:
    with serving({"/bi-mat": b"bi mat"}) as inner, serving({}) as outer:
        outer.pages["/ra"] = Answer(status=302, headers={"Location": f"{inner.origin}/bi-mat"})
        done = tool(tmp_path, "fetch", f"{outer.origin}/ra")

    assert (done.out, inner.asked) == ("", [])
    assert "is not requested: it leads to another port of 127.0.0.1" in done.err


def test_view_opens_the_page_in_the_browser(tmp_path: Path, portal: FakePortal) -> None:
    done = tool(tmp_path, "view", "--nolog", portal.origin + ARTICLE, browser="echo seen %s")

    assert (done.code, done.out.startswith("seen file://")) == (0, True), done.err
    assert list(tmp_path.iterdir()) == []


def test_shell_has_the_response(tmp_path: Path, portal: FakePortal) -> None:
    code = "(response.status, response.css('title::text').get())"
    done = tool(tmp_path, "shell", "--nolog", "-c", code, portal.origin + ARTICLE)

    assert done.out.strip() == f"(200, {TITLE!r})", done.err
    assert list(tmp_path.iterdir()) == []


def test_shell_opens_a_file(tmp_path: Path) -> None:
    page = tmp_path / "trang.html"
    page.write_text("<title>Bản tin</title>", encoding="utf-8")
    done = tool(tmp_path, "shell", "--nolog", "-c", "response.css('title::text').get()", str(page))

    assert done.out.strip() == "Bản tin", done.err


def test_parse_shows_the_article_and_stores_nothing(tmp_path: Path, portal: FakePortal) -> None:
    done = tool(
        tmp_path, "parse", "--nolog", "--nocolour", "--spider=haiphong", "-c", "parse_article",
        portal.origin + ARTICLE,
    )  # fmt: skip

    assert (done.code, TITLE in done.out, "'provenance'" in done.out) == (0, True, True), done.err
    assert list(tmp_path.iterdir()) == []


def test_parse_without_a_callback_reads_an_article(tmp_path: Path, portal: FakePortal) -> None:
    done = tool(
        tmp_path, "parse", "--nolog", "--nocolour", "--spider=tienlang", portal.origin + ARTICLE
    )

    assert "# Scraped Items" in done.out
    assert list(tmp_path.iterdir()) == []


def test_parse_shows_what_a_listing_leads_to(tmp_path: Path, portal: FakePortal) -> None:
    done = tool(
        tmp_path, "parse", "--nolog", "--nocolour", "--spider=haiphong", "-c", "parse_listing",
        "--pipelines", "-a", f"origin={portal.origin}", portal.origin + LIST,
    )  # fmt: skip

    assert all(f"{item.url}>" in done.out for item in ITEMS), done.err
    assert list(tmp_path.iterdir()) == []


def test_parse_beside_a_crawl_leaves_its_queue_alone(tmp_path: Path) -> None:
    database, pages, release = tmp_path / "a.db", federation(ITEMS), threading.Event()
    held = ITEMS[3].url
    with (
        serving({**pages, held: Answer(pages[held], after=release)}) as portal,
        started(tmp_path, *crawl_of(portal.origin, database)) as crawl,
    ):
        until(lambda: held in portal.asked)
        tool(
            tmp_path, "parse", "--nolog", "--spider=haiphong", "-c", "parse_article",
            portal.origin + ARTICLE,
        )  # fmt: skip
        release.set()
        done = crawl.end()

    assert done.code == 0, done.err
    assert rows(database, "SELECT count(*) AS n FROM articles") == [{"n": len(ITEMS)}]
    assert rows(database, "SELECT count(*) AS n FROM runs") == [{"n": 1}]


def test_runspider_runs_a_spider_of_somebody_s_own(tmp_path: Path, portal: FakePortal) -> None:
    spider, out = tmp_path / "own_spider.py", tmp_path / "out.jsonl"
    spider.write_text(
        "import scrapy\n\n\nclass Own(scrapy.Spider):\n    name = 'own'\n"
        f"    start_urls = ['{portal.origin}{LIST}']\n\n"
        "    def parse(self, response):\n        yield {'status': response.status}\n",
        encoding="utf-8",
    )
    done = tool(tmp_path, "runspider", str(spider), "-O", str(out))

    assert (done.code, out.read_text("utf-8").strip()) == (0, '{"status": 200}'), done.err
    assert not (tmp_path / "a.db").exists()


def test_bench_crawls_its_own_server(tmp_path: Path) -> None:
    done = tool(tmp_path, "bench", "-s", "CLOSESPIDER_PAGECOUNT=3")

    assert (done.code, "closespider_pagecount" in done.err) == (0, True), done.err
    assert list(tmp_path.iterdir()) == []


def test_check_finds_no_broken_contract(tmp_path: Path) -> None:
    done = tool(tmp_path, "check")

    assert (done.code, "OK" in done.err) == (0, True), done.err
    assert list(tmp_path.iterdir()) == []
