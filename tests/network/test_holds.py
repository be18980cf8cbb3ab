"""Long ``Retry-After``: the server is left alone until then, by later runs too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portals.network.servers import server_of
from portals.store.database import Store
from portals.store.holds import HoldRepository
from tests.support.commands import crawl_of, scrapy
from tests.support.database import rows
from tests.support.http_server import Answer, FakePortal, serving
from tests.support.processes import Done
from tests.support.small_portal import small_portal

HOUR = 3600
LIST = "/tin-tuc-su-kien"


def busy(status: int, seconds: int = HOUR) -> Answer:
    return Answer(b"", status, {"Retry-After": str(seconds)})


def crawl(portal: FakePortal, database: Path, *more: str) -> Done:
    """Crawl as an operator does: with Scrapy's retries."""
    return scrapy(*crawl_of(portal.origin, database, "-s", "RETRY_ENABLED=1", *more))


def last_run(database: Path) -> dict[str, Any]:
    return rows(database, "SELECT * FROM runs ORDER BY id")[-1]


def let_it_pass(database: Path) -> None:
    """Let the time of every hold be over."""
    store = Store.open(database)
    past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat(timespec="seconds")
    store.db.execute("UPDATE holds SET until = ?", [past])
    store.db.conn.commit()
    store.close()


@pytest.mark.parametrize(
    ("busy_at", "status"), [("every page", 503), ("every page", 429), ("one article", 429)]
)
def test_a_busy_server_ends_the_run_and_is_left_alone_until_then(
    tmp_path: Path, busy_at: str, status: int
) -> None:
    database, (pages, _) = tmp_path / "a.db", small_portal()
    article = next(path for path in pages if path.endswith(".html"))
    paths = [article] if busy_at == "one article" else [*pages, "/robots.txt"]
    with serving({**pages, **dict.fromkeys(paths, busy(status))}) as portal:
        before = datetime.now(UTC)
        first = crawl(portal, database)
        asked = list(portal.asked)
        second = crawl(portal, database)

        assert (first.code, second.code) == (9, 9), first.err
        assert max(asked.count(path) for path in asked) == 1
        assert portal.asked == asked
        run = last_run(database)
        assert (run["verdict"], run["reason_code"], run["requests"]) == (
            "postponed", "retry_after", 0,
        )  # fmt: skip
        (hold,) = rows(database, "SELECT * FROM holds")
        until = datetime.fromisoformat(hold["until"])
        assert timedelta(hours=1, seconds=-2) < until - before < timedelta(hours=1, minutes=10)
        assert hold["until"] in run["reason"]
        shown = scrapy("status", "haiphong", "-s", f"DATABASE={database}")
        assert hold["until"] in shown.out

        portal.pages.update({path: pages.get(path, Answer(b"", 404)) for path in paths})
        let_it_pass(database)
        third = crawl(portal, database)
        assert third.code == 0, third.err
        assert len(rows(database, "SELECT 1 FROM articles")) == 4


def test_now_lifts_it(tmp_path: Path) -> None:
    database, (pages, _) = tmp_path / "a.db", small_portal()
    with serving({**pages, LIST: busy(429)}) as portal:
        crawl(portal, database)
        portal.pages[LIST] = pages[LIST]
        done = crawl(portal, database, "--now")

    assert done.code == 0, done.err
    assert rows(database, "SELECT * FROM holds") == []


def test_a_busy_page_of_a_server_that_answers_is_held_alone(tmp_path: Path) -> None:
    database, (pages, _) = tmp_path / "a.db", small_portal()
    article = next(path for path in pages if path.endswith(".html"))
    with serving({**pages, article: busy(503)}) as portal:
        first = crawl(portal, database)
        second = crawl(portal, database)

    assert (first.code, second.code) == (10, 0), first.err  # the page is not due before tomorrow
    assert portal.asked.count(article) == 1
    assert len(rows(database, "SELECT 1 FROM articles")) == 3
    (reject,) = rows(database, "SELECT * FROM rejects WHERE code = 'held'")
    assert reject["url"].endswith(article)
    (hold,) = rows(database, "SELECT url FROM holds")
    assert hold["url"].endswith(article)


def test_a_time_of_years_is_a_day(tmp_path: Path) -> None:
    database, (pages, _) = tmp_path / "a.db", small_portal()
    with serving({**pages, LIST: busy(429, 10 * 365 * 24 * HOUR)}) as portal:
        before = datetime.now(UTC)
        crawl(portal, database)

    store = Store.open(database)
    (hold,) = HoldRepository(store).active(before)
    store.close()
    assert hold.until - before < timedelta(hours=25)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("http://khoicqdn.baria-vungtau.gov.vn/tin", "baria-vungtau.gov.vn"),
        ("https://www.laodongthudo.vn/", "laodongthudo.vn"),
        ("http://127.0.0.1:8000/", "127.0.0.1:8000"),
        ("http://[::1]:8000/", "[::1]:8000"),
        ("http://localhost:8000/", "localhost:8000"),
        ("http://203.113.1.1/", "203.113.1.1"),
    ],
)
def test_a_server_is_a_registrable_domain_or_an_address_with_its_port(
    url: str, server: str
) -> None:
    assert server_of(url) == server
