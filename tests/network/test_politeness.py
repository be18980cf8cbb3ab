"""Manners: waiting as asked, and the cookie that some hosts want."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from scrapy import Request, Spider
from scrapy.http import HtmlResponse, Response
from scrapy.utils.test import get_crawler

from portals.network.cookie_challenge import CookieChallengeMiddleware
from portals.network.politeness import retry_after
from tests.support.commands import live, scrapy
from tests.support.database import rows
from tests.support.http_server import Answer, serving
from tests.support.small_portal import small_portal

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
STUB = b"<html><script>document.cookie='D1N=5f3a'; window.location.reload();</script></html>"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("Fri, 20 Nov 2026 12:01:30 GMT", 90),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0),
        ("soon", 0),
        ("", 0),
        ("-5", 0),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str, seconds: float) -> None:
    response = Response("http://example.vn/", headers={"Retry-After": value})

    assert retry_after(response, NOW) == seconds


def test_a_busy_portal_is_asked_again_after_the_time_it_names(tmp_path: Path) -> None:
    pages, first = small_portal()
    with serving(pages) as portal:
        portal.first[first] = [Answer(b"busy", 503, {"Retry-After": "1"})]
        done = scrapy(*live("haiphong", portal.origin, tmp_path / "a.db", "-s", "RETRY_ENABLED=1"))

    assert done.code == 0, done.err
    assert "pausing for 1 seconds" in done.err


def test_crawl_delay_of_robots_txt_is_taken(tmp_path: Path) -> None:
    pages, _ = small_portal()
    robots = b"User-agent: *\nCrawl-delay: 0.05\n"
    with serving({**pages, "/robots.txt": Answer(robots)}) as portal:
        done = scrapy(*live("haiphong", portal.origin, tmp_path / "a.db"))

    assert done.code == 0, done.err
    assert "robots.txt asks for 0.05 seconds between requests" in done.err


@pytest.mark.parametrize("asked", ["nan", "-5", "nhiều", "1e-400"])
def test_a_crawl_delay_that_is_none_is_not_taken(tmp_path: Path, asked: str) -> None:
    pages, _ = small_portal()
    robots = f"User-agent: *\nCrawl-delay: {asked}\n".encode()
    with serving({**pages, "/robots.txt": Answer(robots)}) as portal:
        done = scrapy(*live("haiphong", portal.origin, tmp_path / "a.db"))

    assert done.code == 0, done.err
    assert "between requests" not in done.err


def test_a_cookie_stub_is_a_challenge_where_nobody_opted_in(tmp_path: Path) -> None:
    pages, _ = small_portal()
    with serving({path: Answer(STUB) for path in pages}) as portal:
        done = scrapy(*live("haiphong", portal.origin, tmp_path / "a.db"))

    assert done.code == 12
    (run,) = rows(tmp_path / "a.db", "SELECT verdict FROM runs")
    assert run["verdict"] == "blocked"


def test_a_spider_that_opted_in_asks_once_more_with_the_cookie() -> None:
    class Opted(Spider):
        name = "opted"
        answers_cookie_challenge = True

    crawler = get_crawler(Opted)
    crawler.spider = Opted.from_crawler(crawler)
    middleware = CookieChallengeMiddleware.from_crawler(crawler)
    request = Request("http://example.vn/tin")
    stub = HtmlResponse(request.url, body=STUB, encoding="utf-8")

    again = middleware.process_response(request, stub)
    assert isinstance(again, Request)
    middleware.process_request(again)
    assert again.headers["Cookie"] == b"D1N=5f3a"
    assert middleware.process_response(again, stub) is stub
