"""Links of a menu that lead to no page: each is a reject, and no night is worse for them."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.commands import QUICK, scrapy
from tests.support.database import rows
from tests.support.http_server import FakePortal, serving
from tests.support.page_templates import TemplateSite, templates
from tests.support.processes import Done

SITE = TemplateSite(next(one for one in templates() if one.name == "amp-paper"), "story", 24)
HOME = SITE.bodies["/"].decode()
DEAD = {path for path in re.findall(r'href="(/[^"]+)"', HOME) if path not in SITE.bodies}
"""What the menu links to and the site does not have."""


def explore(portal: FakePortal, folder: Path) -> tuple[Done, set[str]]:
    """Crawl; return how it ended, and the dead links that were requested."""
    before = len(portal.asked)
    done = scrapy(
        "crawl", "portal", "-a", f"origin={portal.origin}", "-a", "portal=thu", *QUICK,
        "-s", f"DATABASE={folder / 'a.db'}", "-s", "ARCHIVE_DIR=",
    )  # fmt: skip
    return done, DEAD.intersection(portal.asked[before:])


@pytest.mark.crawl
def test_they_end_no_night_as_incomplete_and_are_asked_for_once_a_week(tmp_path: Path) -> None:
    with serving(SITE.bodies) as portal:
        first, asked_first = explore(portal, tmp_path)
        with closing(sqlite3.connect(tmp_path / "a.db")) as db, db:  # the second night of them
            db.execute("UPDATE page_visits SET first_fetched_at = '2026-01-01T00:00:00+00:00'")
        second, asked_second = explore(portal, tmp_path)
        skipped = rows(tmp_path / "a.db", "SELECT urls FROM skipped_urls WHERE rule = 'gone'")
        with closing(sqlite3.connect(tmp_path / "a.db")) as db, db:
            db.execute("UPDATE page_visits SET fetched_at = '2026-01-02T00:00:00+00:00'")
        later, asked_later = explore(portal, tmp_path)

    assert [first.code, second.code, later.code] == [0, 0, 0], (first, second, later)
    assert len(asked_first) > 5
    assert asked_second == set()
    assert skipped[0]["urls"] > 5
    assert len(asked_later) > 5
    rejects = rows(tmp_path / "a.db", "SELECT url, code FROM rejects")
    codes = {row["url"].removeprefix(portal.origin): row["code"] for row in rejects}
    assert {codes[path] for path in asked_first} == {"http_status"}


@pytest.mark.crawl
def test_a_list_that_was_read_once_and_is_gone_stays_missing(tmp_path: Path) -> None:
    with serving(SITE.bodies) as portal:
        explore(portal, tmp_path)
        lists = rows(tmp_path / "a.db", "SELECT url FROM page_visits WHERE listed_articles > 0")
        gone = next(row["url"] for row in lists if "hoat-dong-cong-doan" in row["url"])
        del portal.pages[gone.removeprefix(portal.origin)]
        nights = [explore(portal, tmp_path)[0] for _ in range(2)]

    assert [night.code for night in nights] == [10, 10], nights
    assert all("could not be read" in night.out for night in nights)
