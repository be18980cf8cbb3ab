"""A portal that changes its system in one night: theme, addresses and lists are others."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.commands import QUICK, scrapy
from tests.support.database import content, rows
from tests.support.http_server import answers, serving
from tests.support.page_templates import TemplateSite, templates

TEMPLATES = {one.name: one for one in templates()}


@pytest.mark.crawl
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(  # without minute and author
            "amp-paper", "gov-common-title", marks=pytest.mark.nightly
        ),
        pytest.param("gov-postdate", "nextjs-portal", marks=pytest.mark.nightly),  # with captions
        ("onecms-bgrid", "sharepoint-tables"),
    ],
)
def test_no_article_is_added_twice_and_none_is_called_edited_or_withdrawn(
    before: str, after: str, tmp_path: Path
) -> None:
    database = tmp_path / "a.db"
    places = ("-s", f"DATABASE={database}", "-s", f"ARCHIVE_DIR={tmp_path / 'archive'}")
    old, new = (TemplateSite(TEMPLATES[name], "story", 24) for name in (before, after))
    with serving(old.bodies) as portal:
        crawl = (
            "crawl", "portal", "-a", f"origin={portal.origin}", "-a", "portal=thu", *QUICK,
            *places,
        )  # fmt: skip
        scrapy(*crawl)
        with closing(sqlite3.connect(database)) as db, db:
            db.execute("UPDATE page_visits SET next_visit_at = '2026-01-02' WHERE kind='article'")
        portal.pages = answers(new.bodies)
        moved = scrapy(*crawl)

    titles = [row["title"] for row in rows(database, "SELECT title FROM articles")]
    assert len(titles) == len(set(titles)) == 24, moved.out
    crawled = content(database)
    again = scrapy("reextract", "--portal", "thu", *places)
    assert again.code == 0, again.err
    assert content(database) == crawled
    (seen,) = rows(database, "SELECT count(*) AS n FROM sightings")
    assert seen["n"] == 48
    for what in ("edits", "withdrawn"):
        assert rows(database, f"SELECT * FROM {what}") == []
    gone = rows(database, "SELECT 1 FROM page_visits WHERE kind = 'article' AND status = 404")
    assert len(gone) == 24
