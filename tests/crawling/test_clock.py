"""A clock that is behind: no command that stores times begins."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portals.crawling.clock import ClockError, check_clock
from portals.store.database import Store
from portals.timestamps import RELEASED, utc
from tests.support.commands import live, scrapy, scrapy_after
from tests.support.database import rows
from tests.support.http_server import Answer, serving
from tests.support.small_portal import small_portal

AHEAD = """
from datetime import datetime, timedelta
from portals import timestamps
class Ahead(datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + timedelta(days=4600)
timestamps.datetime = Ahead
"""


def test_only_a_clock_that_is_a_day_behind_is_refused() -> None:
    store = Store.open(":memory:")
    check_clock(store, RELEASED - timedelta(hours=23))
    with pytest.raises(ClockError, match=r"this release is later than"):
        check_clock(store, datetime(1970, 1, 1, tzinfo=UTC))
    now = RELEASED + timedelta(days=300)
    store.runs.start_run("ldtd", now)
    check_clock(store, now - timedelta(hours=23))
    with pytest.raises(ClockError, match=r"the newest run began at .*; set the clock"):
        check_clock(store, now - timedelta(hours=25))


def test_no_release_is_from_the_future() -> None:
    assert datetime.now(UTC) >= RELEASED


def test_after_a_night_with_the_clock_ahead_the_true_one_is_asked_for_and_then_holds(
    tmp_path: Path,
) -> None:
    database = tmp_path / "a.db"
    pages, first = small_portal()
    with serving(pages) as portal:
        crawl = live("haiphong", portal.origin, database)
        ahead = scrapy_after(AHEAD, *crawl)
        for path in portal.pages.keys() - {first}:
            body = portal.pages[path].body.replace(b"</title>", b" (tin)</title>")
            portal.pages[path] = Answer(body.replace(b"</p>", " Đã sửa.</p>".encode()))
        future = scrapy("verify", "-s", f"DATABASE={database}", "-s", "ARCHIVE_DIR=")
        asked = len(portal.asked)
        refused = scrapy(*crawl, "--json")
        again = scrapy(
            "reextract", "-s", f"DATABASE={database}", "-s", f"ARCHIVE_DIR={tmp_path / 'archive'}"
        )
        assert len(portal.asked) == asked
        allowed = scrapy(*crawl, "-s", "CHECK_CLOCK=0")
        last = scrapy(*crawl)

    assert ahead.code == 0, ahead.err
    assert future.code == 10
    assert "revisions: 4 rows have a seen_at in the future, the last one 2039" in future.out
    assert "set the clock; crawls that fetch the pages again correct the times" in future.err
    bodies = rows(database, "SELECT body FROM articles")
    assert [("Đã sửa." in row["body"]) for row in bodies] == [True] * 4
    assert refused.code == again.code == 15
    assert json.loads(refused.out)["verdict"] == "storage"
    for done in (refused, again):
        assert len(done.err.splitlines()) == 1
        assert "CHECK_CLOCK=0" in done.err
    assert allowed.code == last.code == 0
    starts = [row["started_at"] for row in rows(database, "SELECT started_at FROM runs")]
    assert len(starts) == 3
    tomorrow = utc(datetime.now(UTC) + timedelta(days=1))
    assert [at > tomorrow for at in starts] == [True, False, False]
