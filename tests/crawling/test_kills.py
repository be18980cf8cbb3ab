"""A crawl may be killed anywhere: nothing is lost, nothing is stored twice, little is asked twice.

At night the loop runs over 3,000 articles with 20 kills as well.
"""

from __future__ import annotations

import random
import re
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from portals.article import Article
from portals.contract import normalise
from portals.store.migrations import migrations
from tests.support.commands import command, crawl_of, scrapy, scrapy_after
from tests.support.database import rows
from tests.support.federation import (
    ARTICLE,
    FIRST_PAGE,
    FRAME,
    LATER_PAGE,
    LIST,
    ROBOTS,
    federation,
    list_path,
    sample_items,
)
from tests.support.http_server import FakePortal, serving
from tests.support.kills import SIGKILLED, Killing, kill_at, kill_crawl
from tests.support.pages.synthetic import PLANS, build
from tests.support.pages.themes import danaweb_1_list
from tests.support.small_portal import small_portal
from tests.support.variants import some_rows

AT_ONCE = 8
PARALLEL = (
    "-s", f"CONCURRENT_REQUESTS={AT_ONCE}", "-s", f"CONCURRENT_REQUESTS_PER_DOMAIN={AT_ONCE}",
)  # fmt: skip
BOUNDARIES = [
    *(
        (where, what, count)
        for where in ("in the transaction", "before the commit", "after the commit")
        for what, count in ((FIRST_PAGE, 1), (LATER_PAGE, 1), (ARTICLE, 5))
    ),
    ("while leasing", "", 1),
    ("while leasing", "", 2),
    ("after leasing", "", 1),
    ("after leasing", "", 2),
    ("after the run began", "", 1),
]


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What is found in a database."""

    integrity: list[str]
    broken_keys: int
    articles: int
    texts: int
    sightings: int
    revisions: int


def aftermath(database: Path) -> Aftermath:
    """Look at a database."""
    with closing(sqlite3.connect(database)) as connection:

        def count(what: str) -> int:
            return int(connection.execute(f"SELECT {what}").fetchone()[0])

        return Aftermath(
            integrity=[row[0] for row in connection.execute("PRAGMA integrity_check")],
            broken_keys=len(connection.execute("PRAGMA foreign_key_check").fetchall()),
            articles=count("count(*) FROM articles"),
            texts=count("count(DISTINCT content_hash) FROM articles"),
            sightings=count("count(*) FROM sightings"),
            revisions=count("count(*) FROM revisions"),
        )


def whole(articles: int) -> Aftermath:
    """Return what a sound database with every article stored once looks like."""
    return Aftermath(["ok"], 0, articles, articles, articles, articles)


def repeated(portal: FakePortal) -> int:
    """Return how many requests asked again for what had been asked for."""
    asked = Counter(path for path in portal.asked if path != ROBOTS)
    return sum(asked.values()) - len(asked)


# --- at every boundary ---------------------------------------------------------------------------


@pytest.mark.parametrize(("where", "what", "count"), some_rows(BOUNDARIES, [1, 2, 3, 8, 10, 13]))
def test_a_crawl_goes_on_from_the_boundary_at_which_it_was_killed(
    tmp_path: Path, where: str, what: str, count: int
) -> None:
    database = tmp_path / "a.db"
    with serving(federation(sample_items(1, 12), per_page=4)) as portal:
        arguments = (*command("haiphong", portal.origin, database), *PARALLEL)
        assert kill_at(arguments, where, what, count) == SIGKILLED
        found = aftermath(database)
        assert (found.integrity, found.broken_keys) == (["ok"], 0)
        done = scrapy(*arguments)

    assert done.code == 0, done
    assert aftermath(database) == whole(12)
    assert repeated(portal) <= AT_ONCE
    assert rows(database, "SELECT verdict FROM runs ORDER BY id") == [
        {"verdict": "crashed"}, {"verdict": "ok"},
    ]  # fmt: skip


def test_a_resumed_crawl_that_is_killed_at_its_beginning_is_resumed_again(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with serving(federation(sample_items(1, 12), per_page=4)) as portal:
        arguments = (*command("haiphong", portal.origin, database), *PARALLEL)
        kill_at(arguments, "before the commit", ARTICLE, 3)
        kill_at(arguments, "after the run began")
        done = scrapy(*arguments)

    assert done.code == 0, done
    assert aftermath(database) == whole(12)
    assert repeated(portal) <= AT_ONCE


def test_a_crawl_killed_after_its_last_page_asks_for_little_again(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with serving(federation(sample_items(1, 24), per_page=2)) as portal:
        arguments = (*command("haiphong", portal.origin, database), *PARALLEL)
        assert kill_at(arguments, "after the commit", "", 36) == SIGKILLED
        done = scrapy(*arguments)

    assert done.code == 0, done
    assert aftermath(database) == whole(24)
    assert repeated(portal) <= AT_ONCE


def test_a_resumed_crawl_whose_rest_shows_known_articles_only_is_ok(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    pages = federation(sample_items(1, 12), per_page=4)
    items = sample_items(1, 12)[4:8]  # the last page repeats those of the page before
    pages[list_path(3)] = danaweb_1_list(items, FRAME, [(LIST, "1"), (list_path(2), "2")])
    with serving(pages) as portal:
        arguments = (
            *command("haiphong", portal.origin, database), "-s", "CONCURRENT_REQUESTS=1",
        )  # fmt: skip
        kill_at(arguments, "in the transaction", re.escape(list_path(3)))
        done = scrapy(*arguments)

    assert aftermath(database) == whole(8)
    assert done.code == 0, done


def test_a_crawl_killed_while_it_ends_counts_as_walked(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with serving(federation(sample_items(1, 30), per_page=6)) as portal:
        arguments = (*command("haiphong", portal.origin, database), *PARALLEL)
        assert kill_at(arguments, "after clearing", "", 2) == SIGKILLED
        done = scrapy(*arguments)

    assert done.code == 0, done
    assert aftermath(database) == whole(30)
    assert repeated(portal) <= 1  # the first page, to see whether anything is new


# --- in a migration ------------------------------------------------------------------------------


SEEN_AT = "2024-05-01T01:00:00+00:00"


def old_database(path: Path, origin: str) -> None:
    """Make a database of schema version 2 that holds an article of the federation."""
    item = sample_items(1, 1)[0]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        db = Database(connection)
        migrations.apply(db, stop_before="m0003_frontier")
        connection.execute("PRAGMA user_version = 2")
        connection.execute(
            "INSERT INTO runs (portal, started_at, verdict) VALUES ('haiphong', ?, 'ok')",
            ("2024-05-01T01:00:00+00:00",),
        )
        article = Article(
            portal="haiphong",
            url=origin + item.url,
            title=item.text.title,
            body="Công đoàn cơ sở họp bàn việc chăm lo Tết cho người lao động.",
            external_id="1",
            fetched_at=datetime(2024, 5, 1, 1, tzinfo=UTC),
        )
        normalise(article)
        shown = {name: getattr(article, name) for name in ("content_hash", "title")}
        seen = {"first_seen_at": SEEN_AT, "last_seen_at": SEEN_AT}
        address = {name: getattr(article, name) for name in ("portal", "url", "external_id")}
        text = {name: getattr(article, name) for name in ("body", "language", "word_count")}
        db.table("articles").insert(
            {**shown, **seen, **address, **text, "hash_version": 1, "provenance": "{}", "run_id": 1}
        )
        db.table("revisions").insert(
            {**shown, "article_id": 1, "body": article.body, "seen_at": SEEN_AT, "run_id": 1}
        )
        db.table("sightings").insert({**shown, **seen, **address, "article_id": 1})


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE frontier", "CREATE TABLE visits", "CREATE TABLE list_pages", "ALTER TABLE runs"],
)
def test_a_migration_that_is_killed_leaves_the_old_database_as_it_was(
    tmp_path: Path, statement: str
) -> None:
    database = tmp_path / "a.db"
    with serving({}) as portal:
        old_database(database, portal.origin)
        before = rows(database, "SELECT name, sql FROM sqlite_schema ORDER BY name")
        arguments = command("haiphong", portal.origin, database)
        assert kill_at(arguments, "in a migration", f"^{statement}") == SIGKILLED

    assert aftermath(database) == whole(1)
    assert rows(database, "PRAGMA user_version") == [{"user_version": 2}]
    assert rows(database, "SELECT name, sql FROM sqlite_schema ORDER BY name") == before


def test_a_migration_that_was_killed_is_done_by_the_next_run(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with serving(federation(sample_items(1, 12), per_page=4)) as portal:
        old_database(database, portal.origin)
        arguments = command("haiphong", portal.origin, database)
        kill_at(arguments, "in a migration", "^CREATE TABLE sections")
        done = scrapy(*arguments)

    assert done.out.startswith("haiphong: ok, 11 new, 1 changed"), done
    assert len(rows(database, "SELECT 1 FROM articles")) == 12
    assert len(rows(database, "SELECT 1 FROM revisions")) == 13


# --- over and over -------------------------------------------------------------------------------


def kill_over_and_over(
    database: Path, pages: dict[str, bytes], spider: str, kills: int, most: int
) -> tuple[FakePortal, list[int]]:
    """Kill a crawl after random numbers of requests, then run it to its end."""
    chance = random.Random(f"{spider} {kills}")
    with serving(pages) as portal:
        killing = Killing()
        portal.asked = killing
        arguments = (*command(spider, portal.origin, database), *PARALLEL)
        codes = [
            kill_crawl(killing, arguments, chance.randint(most // 3, most)) for _ in range(kills)
        ]
        done = scrapy(*arguments)
    assert done.code == 0, done
    print(
        f"\n{spider}: {kills} kills, {len(rows(database, 'SELECT 1 FROM articles'))} articles,"
        f" {len(portal.asked)} requests of which {repeated(portal)} again; {done.out.strip()}"
    )
    return portal, codes


@pytest.mark.nightly
@pytest.mark.parametrize(("articles", "kills", "most"), [(300, 5, 60), (3000, 20, 180)])
def test_a_list_is_crawled_whole_however_often_the_crawl_is_killed(
    tmp_path: Path, articles: int, kills: int, most: int
) -> None:
    pages = federation(sample_items(1, articles), per_page=20)
    portal, codes = kill_over_and_over(tmp_path / "a.db", pages, "haiphong", kills, most)

    assert codes == [SIGKILLED] * kills
    assert aftermath(tmp_path / "a.db") == whole(articles)
    assert repeated(portal) <= AT_ONCE * kills


@pytest.mark.nightly
@pytest.mark.parametrize(("articles", "kills", "most"), [(60, 3, 30), (600, 12, 50)])
def test_a_portal_is_explored_whole_however_often_the_crawl_is_killed(
    tmp_path: Path, articles: int, kills: int, most: int
) -> None:
    site = build(PLANS[0], articles)
    database = tmp_path / "a.db"
    with serving(site.pages) as calm:
        scrapy(*command("kiengiang", calm.origin, tmp_path / "calm.db"), *PARALLEL)
    portal, codes = kill_over_and_over(database, site.pages, "kiengiang", kills, most)

    assert codes == [SIGKILLED] * kills
    assert aftermath(database) == whole(articles)
    assert repeated(portal) <= AT_ONCE * kills
    assert set(portal.asked) - set(calm.asked) == set()
    assert rows(database, "SELECT count(*) AS n FROM runs WHERE verdict = 'crashed'") == [
        {"n": kills}
    ]


# --- a page that kills ---------------------------------------------------------------------------

_DEADLY = """
import os, signal
from portals.extraction.page import Page
from tests.support.variants import some_rows
whole = Page.from_bytes
def deadly(url, *more):
    if url.endswith({path!r}):
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(url, *more)
Page.from_bytes = deadly
"""


@pytest.mark.parametrize(
    "more",
    [(), pytest.param(PARALLEL, marks=pytest.mark.nightly)],
    ids=["one at a time", "eight at once"],
)
def test_a_page_that_kills_the_process_is_a_reject_after_the_second_death(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    database, (pages, _) = tmp_path / "a.db", small_portal()
    path = next(path for path in pages if path.endswith(".html"))
    with serving(pages) as portal:
        arguments = crawl_of(portal.origin, database, *more)
        ends = [scrapy_after(_DEADLY.format(path=path), *arguments) for _ in range(3)]
        asked = portal.asked.count(path)
        after = scrapy_after(_DEADLY.format(path=path), *arguments)

    assert [done.code for done in ends] == [SIGKILLED, SIGKILLED, 17], ends[-1].err
    (reject,) = rows(database, "SELECT url, code FROM rejects")
    assert (reject["url"], reject["code"]) == (f"{portal.origin}{path}", "killed_process")
    assert len(rows(database, "SELECT 1 FROM articles")) == 3
    assert (after.code, portal.asked.count(path)) == (10, asked)  # not ok: the article is missing
    *_, run = rows(database, "SELECT reason_code FROM runs")
    assert run == {"reason_code": "deadly_pages"}
