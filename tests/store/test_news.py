"""The lists that readers page through: the right articles, each once, and each from an index."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.article import Article
from portals.contract import normalise
from portals.store import search_pages
from portals.store.changes import edits_page, withdrawn_page
from portals.store.database import Store
from portals.store.news import NewsFilter, Position, news_page
from portals.store.search import SearchQuery
from portals.store.search_pages import search_page
from tests.support.database import rows

NOW = datetime(2025, 3, 1, 5, tzinfo=UTC)
PORTALS = ("ldtd", "haiphong", "brvt")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty articles: some at the same moment, some on the same day, some without a date."""
    path = tmp_path_factory.mktemp("news") / "a.db"
    store = Store.open(path)
    run_id = store.runs.start_run("ldtd", NOW)
    chance = random.Random(7)
    for number in range(60):
        item = Article(
            portal=chance.choice(PORTALS),
            url=f"http://x.vn/{number}.html",
            title=f"Công đoàn số {number}{' chung' if number % 3 else ''}",
            body=f"Bài số {number} nói về phường {number}.",
            author=chance.choice([None, "Lan Anh", "Thu Hà"]),
            section=chance.choice([None, "Tin tức"]),
            fetched_at=NOW,
            published_at=chance.choice(
                [None, f"2024-0{number % 9 + 1}-01T08:00:00+07:00", "2024-05-05T00:00:00+07:00"]
            ),
        )
        store.articles.save(normalise(item), run_id)
    store.close()
    return path


@pytest.fixture
def conn(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row  # as the web site reads
    yield connection
    connection.close()


def every_page(conn: sqlite3.Connection, wanted: NewsFilter, limit: int) -> list[int]:
    found: list[int] = []
    after: Position | None = None
    while True:
        page = news_page(conn, wanted, after, limit)
        found += [row["id"] for row in page.articles]
        after = page.following
        if after is None:
            return found


filters = st.builds(
    NewsFilter,
    portals=st.none() | st.lists(st.sampled_from(PORTALS), max_size=2, unique=True).map(tuple),
    author=st.sampled_from([None, "Lan Anh", "nobody"]),
    section=st.sampled_from([None, "Tin tức"]),
    since=st.sampled_from([None, "2024-03-01", "2024-05-05"]),
    until=st.sampled_from([None, "2024-05-06", "2024-05-05"]),
)


@given(wanted=filters, limit=st.integers(1, 30))
def test_every_filter_lists_what_matches_once_newest_first(
    path: Path, wanted: NewsFilter, limit: int
) -> None:
    connection = sqlite3.connect(path)
    matching = [row for row in rows(path, "SELECT * FROM articles") if _matches(row, wanted)]
    expected = sorted(matching, key=lambda row: (row["published_at"] or "", row["id"]))[::-1]

    assert every_page(connection, wanted, limit) == [row["id"] for row in expected]
    connection.close()


def _matches(row: dict[str, Any], wanted: NewsFilter) -> bool:
    at = row["published_at"]
    return (
        (wanted.portals is None or row["portal"] in wanted.portals)
        and wanted.author in (None, row["author"])
        and wanted.section in (None, row["section"])
        and (not wanted.since or (at is not None and at >= wanted.since))
        and (not wanted.until or (at is not None and at < wanted.until))
    )


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (NewsFilter(), "articles_by_date"),
        (NewsFilter(since="2024-01-01", until="2025-01-01"), "articles_by_date"),
        (NewsFilter(portals=("ldtd", "brvt")), "articles_by_portal_and_date"),
        (NewsFilter(author="Lan Anh"), "articles_by_author"),
        (NewsFilter(author="Lan Anh", portals=("ldtd",)), "articles_by_author"),
        (NewsFilter(section="Tin tức"), "articles_by_section"),
    ],
)
def test_every_list_comes_from_its_index_and_nothing_is_sorted(
    conn: sqlite3.Connection, wanted: NewsFilter, index: str
) -> None:
    asked: list[str] = []
    conn.set_trace_callback(asked.append)
    news_page(conn, wanted)
    conn.set_trace_callback(None)
    lists = [sql for sql in asked if sql.startswith("SELECT published_at, id")]
    plans = [row[3] for sql in lists for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}")]

    assert plans
    assert all(f"INDEX {index} " in plan for plan in plans), plans


def test_what_is_gone_comes_from_its_index(conn: sqlite3.Connection) -> None:
    asked: list[str] = []
    conn.set_trace_callback(asked.append)
    assert withdrawn_page(conn).rows == []
    assert edits_page(conn).rows == []
    conn.set_trace_callback(None)
    plans = [row[3] for sql in asked for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}")]

    assert any("page_visits_gone" in plan for plan in plans), plans
    assert not any(plan.startswith("USE TEMP B-TREE FOR ORDER BY") for plan in plans), plans


def test_edits_are_paged_each_once(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "a.db")
    run_id = store.runs.start_run("ldtd", NOW)
    item = Article(
        portal="ldtd", url="http://x.vn/1", title="Tin", body="Bài nói về phường.", fetched_at=NOW
    )
    store.articles.save(normalise(item), run_id)
    with store.writing():
        for number in range(25):
            store.db.execute(
                "INSERT INTO edits (article_id, url, field, before, after, seen_at, cause, run_id)"
                " VALUES (1, 'http://x.vn/1', 'title', 'a', ?, ?, ?, 1)",
                [str(number), f"2025-03-0{number % 3 + 1}", "reader" if number == 7 else "portal"],
            )
    found: list[str] = []
    after = None
    while True:
        page = edits_page(store.db.conn, after, limit=4)
        found += [row["after"] for row in page.rows]
        if page.following is None:
            break
        after = (page.following[0], page.following[1], page.following[2])
    store.close()

    assert sorted(found, key=int) == [str(number) for number in range(25) if number != 7]
    assert found == sorted(found, key=lambda one: (int(one) % 3, int(one)), reverse=True)


def test_very_many_matches_come_by_day_and_the_page_says_so(
    conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = search_page(conn, SearchQuery("cong doan", limit=10))
    whole = search_page(conn, SearchQuery("cong doan", limit=100), by_day=True)
    monkeypatch.setattr(search_pages, "MANY", 30)
    many = search_page(conn, SearchQuery("cong doan", limit=100))
    monkeypatch.setattr(search_pages, "MANY", 59)
    monkeypatch.setattr(search_pages, "_FEW", 5)
    walked = search_page(conn, SearchQuery("cong doan chung", limit=100), by_day=True)

    assert (few.by_day, few.hits, few.following) == (False, 60, 10)
    assert (many.by_day, many.hits) == (True, 31)
    ids = [one.article_id for one in whole.results]
    assert [one.article_id for one in many.results] == ids
    assert len(ids) == 60
    assert [one.article_id for one in walked.results] == [
        one.article_id for one in whole.results if "chung" in one.title
    ]


def test_a_search_in_one_portal_looks_for_words_in_its_articles_only(
    conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_pages, "MANY", 30)
    (own,) = conn.execute("SELECT count(*) FROM sightings WHERE portal = 'brvt'").fetchone()
    wanted = SearchQuery("cong doan", "brvt", limit=100)
    asked: list[str] = []
    conn.set_trace_callback(asked.append)
    page = search_page(conn, wanted)
    conn.set_trace_callback(None)
    monkeypatch.setattr(search_pages, "_DENSE", 5)
    among_all = search_page(conn, wanted)

    matched = [sql for sql in asked if "AND rowid =" in sql and "folded" in sql]
    assert len(matched) == len(page.results) == own < 30
    assert among_all == page


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("công đoàn", 60), ("công đoàn -chung", 20), ('"công đoàn số"', 60), ('"đoàn công"', 0),
        ('-"đoàn số 7" công', 59), ("-chung", 0), ("- chung", 40), ("", 0), ('"', 0), ("-", 0),
        ("NOT OR AND", 0), ("công) OR (đoàn", 0), ("số*", 60),
    ],
)  # fmt: skip
def test_words_phrases_and_what_is_excluded(
    conn: sqlite3.Connection, query: str, hits: int
) -> None:
    assert search_page(conn, SearchQuery(query)).hits == hits
