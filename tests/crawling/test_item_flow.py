"""A page through the pipelines: what they drop or fail on is a reject, and what others see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import crawl_of, live, scrapy, scrapy_after
from tests.support.database import rows
from tests.support.faults import failing
from tests.support.federation import federation, list_path, sample_items
from tests.support.http_server import serving
from tests.support.pages.synthetic import PLANS, build
from tests.support.variants import some, some_rows

ITEMS = sample_items(1, 9)
BAD = ITEMS[4].url

PIPELINES = (
    "pipelines.normalise:NormalisePipeline",
    "pipelines.validate:ValidatePipeline",
    "pipelines.deduplicate:DeduplicatePipeline",
    "pipelines.sqlite:SqlitePipeline",
)
DROPPING = """
import pipelines.validate
from scrapy.exceptions import DropItem
whole = pipelines.validate.ValidatePipeline.process_item
def process_item(self, item):
    if item.request.url.endswith({bad!r}):
        raise DropItem("không cần")
    return whole(self, item)
pipelines.validate.ValidatePipeline.process_item = process_item
"""


def stored(database: Path) -> list[str]:
    return [row["url"] for row in rows(database, "SELECT url FROM articles")]


@pytest.mark.parametrize("pipeline", some(PIPELINES, PIPELINES[-1:]))
def test_a_page_on_which_a_pipeline_fails_is_a_reject_and_the_crawl_goes_on(
    tmp_path: Path, pipeline: str
) -> None:
    database = tmp_path / "a.db"
    code = failing(pipeline, "process_item", f"given[1].request.url.endswith({BAD!r})")
    with serving(federation(ITEMS)) as portal:
        done = scrapy_after(code, *crawl_of(portal.origin, database))

    (reject,) = rows(database, "SELECT * FROM rejects")
    assert done.code == 17, done.err
    assert (reject["url"], reject["code"]) == (portal.origin + BAD, "pipeline_failed")
    assert len(stored(database)) == len(ITEMS) - 1
    assert rows(database, "SELECT * FROM frontier") == []


def test_a_page_that_cannot_be_stored_takes_none_of_its_batch_with_it(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    saved = "portals.store.articles:ArticleRepository"
    code = failing(saved, "save", f"given[1].url.endswith({BAD!r})")
    with serving(federation(ITEMS)) as portal:
        done = scrapy_after(code, *crawl_of(portal.origin, database), "-s", "CONCURRENT_REQUESTS=8")

    (reject,) = rows(database, "SELECT * FROM rejects")
    assert done.code == 17, done.err
    assert (reject["url"], reject["code"]) == (portal.origin + BAD, "not_storable")
    assert len(stored(database)) == len(ITEMS) - 1
    assert rows(database, "SELECT * FROM frontier") == []


def test_a_page_that_a_pipeline_drops_is_a_reject_and_the_crawl_goes_on(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with serving(federation(ITEMS)) as portal:
        done = scrapy_after(DROPPING.format(bad=BAD), *crawl_of(portal.origin, database))

    (reject,) = rows(database, "SELECT * FROM rejects")
    assert (reject["code"], reject["detail"]) == ("pipeline_dropped", "không cần"), done.err
    assert len(stored(database)) == len(ITEMS) - 1
    assert rows(database, "SELECT * FROM frontier") == []


def test_a_feed_export_has_every_article_once_it_is_stored(tmp_path: Path) -> None:
    database, feed = tmp_path / "a.db", tmp_path / "feed.jsonl"
    with serving(federation(ITEMS)) as portal:
        scrapy(*crawl_of(portal.origin, database), "-O", feed)

    lines = [json.loads(line) for line in feed.read_text("utf-8").splitlines()]
    assert sorted(line["url"] for line in lines) == sorted(stored(database))
    assert all(line["content_hash"] and line["provenance"] for line in lines)
    assert len(lines) == len(ITEMS)


def test_closespider_itemcount_counts_articles(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with serving(federation(ITEMS)) as portal:
        done = scrapy(*crawl_of(portal.origin, database), "-s", "CLOSESPIDER_ITEMCOUNT=4")

    assert "closespider_itemcount" in done.out
    assert 4 <= len(stored(database)) < len(ITEMS)


def test_the_stats_count_articles_and_rejects_as_items(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    settings = ("-s", "STATS_DUMP=1", "-s", "LOG_LEVEL=INFO")
    with serving(federation(ITEMS)) as portal:
        done = scrapy(*crawl_of(portal.origin, database), *settings)

    assert f"'item_scraped_count': {len(ITEMS)}" in done.err
    assert f"'portal/articles_new': {len(ITEMS)}" in done.err


def test_what_is_no_article_is_a_reject_and_not_lost_in_silence(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    code = (
        "import spiders.base.portal as portal\n"
        "def parse_article(self, response, **_):\n    yield {'url': response.url}\n"
        "portal.PortalSpider.parse_article = parse_article\n"
    )
    with serving(federation(ITEMS[:2])) as portal:
        done = scrapy_after(code, *crawl_of(portal.origin, database))

    assert done.code == 17, done.err
    assert {row["code"] for row in rows(database, "SELECT code FROM rejects")} == {"spider_failed"}


DROPPING_LATE = """
import portals.settings
import sys, types
from scrapy.exceptions import DropItem
late = types.ModuleType("late")
class Late:
    def process_item(self, item):
        if item.request.url.endswith({bad!r}):
            raise DropItem("muộn")
        return item
late.Late = Late
sys.modules["late"] = late
portals.settings.ITEM_PIPELINES["late.Late"] = 500
"""


def test_a_pipeline_behind_the_store_drops_no_stored_article(tmp_path: Path) -> None:
    database, feed = tmp_path / "a.db", tmp_path / "feed.jsonl"
    with serving(federation(ITEMS)) as portal:
        crawl = crawl_of(portal.origin, database)
        done = scrapy_after(DROPPING_LATE.format(bad=BAD), *crawl, "-O", feed)

    assert done.code == 0, done.err
    assert len(stored(database)) == len(ITEMS)
    assert rows(database, "SELECT * FROM rejects") == []
    assert len(feed.read_text("utf-8").splitlines()) == len(ITEMS) - 1
    (visit,) = rows(database, f"SELECT * FROM page_visits WHERE url LIKE '%{BAD}'")
    assert visit["fingerprint"]


UNREADABLE_ONCE = """
from portals.extraction.page import Page
from portals.extraction.unreadable import UnreadablePageError
from portals.outcomes import RejectCode
whole, asked = Page.from_bytes.__func__, []
def from_bytes(cls, url, *more):
    if {path!r} in url:
        asked.append(url)
        if len(asked) <= {times}:
            raise UnreadablePageError(RejectCode.TOO_LARGE, "thử")
    return whole(cls, url, *more)
Page.from_bytes = classmethod(from_bytes)
"""


@pytest.mark.parametrize(("times", "code", "count"), some_rows([(1, 0, 18), (9, 10, 12)], [1]))
def test_a_listing_page_that_cannot_be_read_is_tried_again_at_the_end(
    tmp_path: Path, times: int, code: int, count: int
) -> None:
    database, path = tmp_path / "a.db", list_path(2)
    with serving(federation(sample_items(1, 18))) as portal:
        unreadable = UNREADABLE_ONCE.format(path=path, times=times)
        done = scrapy_after(unreadable, *crawl_of(portal.origin, database))
        requested = portal.asked.count(path)

    assert (done.code, requested, len(stored(database))) == (code, 2, count), done.out


@pytest.mark.parametrize(("times", "completions"), some_rows([(1, 1), (9, 0)], [1]))
def test_an_exploration_that_cannot_read_a_listing_page_is_not_complete(
    tmp_path: Path, times: int, completions: int
) -> None:
    database, site = tmp_path / "a.db", build(PLANS[0], 40)
    with serving(site.pages) as portal:
        unreadable = UNREADABLE_ONCE.format(path=max(site.lists), times=times)
        scrapy_after(unreadable, *live(PLANS[0].portal, portal.origin, database))

    sql = "SELECT count(completed_at) AS n FROM listings WHERE listing = ''"
    assert rows(database, sql) == [{"n": completions}]
