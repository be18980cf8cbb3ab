"""``scrapy gaps`` and the crawl that fills them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from tests.support.commands import live, scrapy
from tests.support.database import rows
from tests.support.federation import federation
from tests.support.http_server import Answer, serving
from tests.support.pages.prose import stories
from tests.support.pages.synthetic import text_of
from tests.support.pages.themes import Item

MONDAY = datetime(2024, 1, 1, 8, 30, tzinfo=timezone(timedelta(hours=7)))
WEEKS, A_WEEK = 14, 4
SILENT = (6, 7)  # weeks whose articles the first crawl does not see


def items() -> list[Item]:
    """Four articles a week, the newest first."""
    found = [
        Item(
            f"/tin-tuc-su-kien/{story.slug}-{story.number}.html",
            replace(
                text_of(story, "Tin"),
                published=MONDAY + timedelta(weeks=n // A_WEEK, days=n % A_WEEK),
            ),
        )
        for n, story in enumerate(stories(WEEKS * A_WEEK))
    ]
    return found[::-1]


def kept_of(shown: list[Item]) -> list[Item]:
    return [
        item
        for item in shown
        if item.text.published and (item.text.published - MONDAY).days // 7 not in SILENT
    ]


def test_a_gap_is_listed_and_filled_by_a_crawl_that_asks_for_nothing_it_knows(
    tmp_path: Path,
) -> None:
    database = tmp_path / "a.db"
    everything = items()
    with serving(federation(kept_of(everything))) as portal:
        scrapy(*live("haiphong", portal.origin, database))
        listed = json.loads(scrapy("gaps", "--json", "-s", f"DATABASE={database}").out)
        portal.pages = {path: Answer(page) for path, page in federation(everything).items()}
        usual = scrapy(*live("haiphong", portal.origin, database))
        portal.asked.clear()
        filled = scrapy(*live("haiphong", portal.origin, database, "-a", "backfill=gaps"))

    assert [(gap["since"], gap["until"]) for gap in listed] == [("2024-02-12", "2024-02-25")]
    assert ", 0 new," in usual.out
    assert f": ok, {len(SILENT) * A_WEEK} new," in filled.out, filled
    assert len(rows(database, "SELECT 1 FROM articles")) == WEEKS * A_WEEK
    assert sum(path.endswith(".html") for path in portal.asked) == len(SILENT) * A_WEEK


def test_a_portal_without_articles_is_one_line(tmp_path: Path) -> None:
    scrapy("crawl", "ldtd", "-s", "REPLAY=nowhere", "-s", f"DATABASE={tmp_path / 'a.db'}")
    done = scrapy("gaps", "ldtd", "-s", f"DATABASE={tmp_path / 'a.db'}")

    assert (done.code, done.err.count("\n")) == (15, 1)
