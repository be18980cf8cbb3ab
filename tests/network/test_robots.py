"""robots.txt that fails: the last good copy rules, and without one nothing is requested."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portals.network.robots import PATIENCE
from portals.store.database import Store
from portals.store.robots import RobotsRepository
from tests.support.commands import crawl_of, crawl_without_origin, live, scrapy, scrapy_after
from tests.support.database import rows
from tests.support.faults import LOCAL, catalogue
from tests.support.http_server import Answer, FakePortal, RawAnswer, http_server, serving
from tests.support.processes import Done
from tests.support.small_portal import small_portal

ROBOTS = "/robots.txt"


def crawl(portal: FakePortal, database: Path) -> Done:
    return scrapy(*crawl_of(portal.origin, database))


def last_run(database: Path) -> dict[str, Any]:
    return rows(database, "SELECT * FROM runs ORDER BY id")[-1]


def forbidding(path: str) -> Answer:
    return Answer(f"User-agent: *\nDisallow: {path}\n".encode())


@pytest.mark.parametrize("status", [500, 503, 429])
def test_nothing_is_requested_where_it_fails_and_no_copy_is_stored(
    tmp_path: Path, status: int
) -> None:
    pages, _ = small_portal()
    with serving({**pages, ROBOTS: Answer(b"", status)}) as portal:
        done = crawl(portal, tmp_path / "a.db")

    assert (done.code, set(portal.asked)) == (12, {ROBOTS})
    run = last_run(tmp_path / "a.db")
    assert (run["verdict"], run["reason_code"]) == ("blocked", "robots_unavailable")
    (reject,) = rows(tmp_path / "a.db", "SELECT code, detail FROM rejects")
    assert reject["code"] == "robots_unavailable"
    assert str(status) in reject["detail"]


def test_nothing_is_requested_where_it_alone_breaks_off(tmp_path: Path) -> None:
    pages, _ = small_portal()
    torn = RawAnswer(b"HTTP/1.1 200 OK\r\nContent-Le", resets=True)
    with http_server(
        lambda request: torn if request.path == ROBOTS else Answer(pages[request.path].body)
    ) as server:
        scrapy(*crawl_of(server.origin, tmp_path / "a.db"))

    assert {request.path for request in server.requests} == {ROBOTS}
    assert last_run(tmp_path / "a.db")["verdict"] != "ok"


def test_its_last_good_copy_rules_while_it_fails(tmp_path: Path) -> None:
    pages, _ = small_portal()
    forbidden = next(path for path in pages if path.endswith(".html"))
    with serving({**pages, ROBOTS: forbidding(forbidden)}) as portal:
        crawl(portal, tmp_path / "a.db")
        portal.pages[ROBOTS] = Answer(b"", 503)
        portal.asked.clear()
        done = crawl(portal, tmp_path / "a.db")

    assert forbidden not in portal.asked
    assert "/tin-tuc-su-kien" in portal.asked
    assert "its copy of " in done.err
    (row,) = rows(tmp_path / "a.db", "SELECT * FROM robots")
    assert row["failing_since"] >= row["fetched_at"]


def test_a_host_without_one_is_still_read_when_it_fails_later(tmp_path: Path) -> None:
    pages, first = small_portal()
    with serving(pages) as portal:
        crawl(portal, tmp_path / "a.db")
        portal.pages[ROBOTS] = Answer(b"", 503)
        portal.asked.clear()
        done = crawl(portal, tmp_path / "a.db")

    assert (done.code, first in portal.asked) == (0, True)


@pytest.mark.parametrize(("age", "is_read"), [(PATIENCE, True), (PATIENCE / 2, False)])
def test_it_counts_as_absent_after_thirty_days_of_failures(
    tmp_path: Path, age: timedelta, *, is_read: bool
) -> None:
    pages, first = small_portal()
    since = datetime.now(UTC) - age
    with serving({**pages, ROBOTS: Answer(b"", 503)}) as portal:
        store = Store.open(tmp_path / "a.db")
        RobotsRepository(store).record_failure(portal.origin.removeprefix("http://"), since)
        store.close()
        crawl(portal, tmp_path / "a.db")

    assert (first in portal.asked) == is_read
    run = last_run(tmp_path / "a.db")
    remark = f"robots.txt has failed since {since.date()} and counts as absent"
    assert (run["verdict"], remark in run["reason"]) == (
        ("ok", True) if is_read else ("blocked", False)
    )


def test_a_forbidden_link_is_counted_and_never_missing(tmp_path: Path) -> None:
    pages, _ = small_portal()
    forbidden = next(path for path in pages if path.endswith(".html"))
    reasons = []
    with serving({**pages, ROBOTS: forbidding(forbidden)}) as portal:
        for _night in range(2):
            done = crawl(portal, tmp_path / "a.db")
            assert done.code == 0, done.err
            reasons.append(last_run(tmp_path / "a.db")["reason"])

    assert forbidden not in portal.asked
    assert reasons == ["robots.txt forbids 1 pages"] * 2


@pytest.mark.parametrize("path", ["/tin-tuc-su-kien", "/"])
def test_forbidden_listings_are_blocked(tmp_path: Path, path: str) -> None:
    pages, _ = small_portal()
    with serving({**pages, ROBOTS: forbidding(path)}) as portal:
        done = crawl(portal, tmp_path / "a.db")

    assert (done.code, portal.asked) == (12, [ROBOTS]), done.err
    assert "robots.txt forbids" in last_run(tmp_path / "a.db")["reason"]


def test_a_good_answer_ends_the_series_of_failures(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "a.db")
    robots, first = RobotsRepository(store), datetime(2026, 10, 1, tzinfo=UTC)
    robots.record_failure("x.vn", first)
    robots.record_failure("x.vn", first + timedelta(days=9))
    assert robots.get("x.vn").failing_since == "2026-10-01T00:00:00+00:00"
    robots.save_copy("x.vn", b"User-agent: *", first + timedelta(days=10))
    robots.record_failure("x.vn", first + timedelta(days=11))

    known = robots.get("x.vn")
    assert known.failing_since == "2026-10-12T00:00:00+00:00"
    assert (known.body, known.fetched_at) == (b"User-agent: *", "2026-10-11T00:00:00+00:00")
    store.close()


@pytest.mark.parametrize("exception", ["", "agreed by mail on 3 May 2026"])
def test_the_catalogue_makes_exceptions(tmp_path: Path, exception: str) -> None:
    pages, _ = small_portal()
    with serving({**pages, ROBOTS: Answer(b"", 503)}) as portal:
        home = portal.origin.replace("127.0.0.1", "localhost")
        code = catalogue(tmp_path, f"{home}/", robots_exception=exception)
        scrapy_after(code + LOCAL, *crawl_without_origin(tmp_path))

    assert (len(portal.asked) > 1) == bool(exception)


def test_a_replayed_failure_forbids_nothing(tmp_path: Path) -> None:
    pages, _ = small_portal()
    with serving(pages) as portal:
        scrapy(*live("haiphong", portal.origin, tmp_path / "a.db"))
        portal.pages[ROBOTS] = Answer(b"", 503)
        scrapy(*live("haiphong", portal.origin, tmp_path / "a.db"))
        done = scrapy(
            *crawl_of(portal.origin, tmp_path / "b.db", "-s", f"REPLAY={tmp_path / 'archive'}")
        )

    assert done.code == 0, done.err
    assert len(rows(tmp_path / "b.db", "SELECT 1 FROM articles")) == 4
    assert rows(tmp_path / "b.db", "SELECT * FROM robots") == []
