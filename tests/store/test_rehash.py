"""Databases of the first version of the content hash."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portals.article import Article, Attachment
from portals.contract import normalise
from portals.language.text import HASH_VERSION, canonical_1, content_hash, fold_1
from portals.store.database import Store
from portals.store.history import find_article
from portals.store.rehash import is_pending, rehash
from portals.store.search import SearchQuery, faults, search
from portals.store.similar import queue_length, update

FIRST = datetime(2025, 1, 1, 3, 0, tzinfo=UTC)
ETH = "\u00d0oàn viên \u00d0ồng Mận nhận quà. " + " ".join(
    ["Công đoàn cơ sở tổ chức hội nghị."] * 9
)
FORMS_1 = {"exact": canonical_1, "folded": lambda text: fold_1(canonical_1(text))}


def page(number: int, body: str, **changes: Any) -> Article:
    values: dict[str, Any] = {
        "portal": f"portal{number}",
        "url": f"http://x{number}.vn/tin.html",
        "title": "Trao quà",
        "body": body,
        "fetched_at": FIRST + timedelta(days=number),
        "attachments": [Attachment(f"http://x{number}.vn/{number}.pdf")],
    }
    return normalise(Article(**(values | changes)))


def hash_1(title: str, body: str) -> str:
    """The hash of version 1: eth and đ apart. A letter of no script stands for eth here."""
    return content_hash(*(re.sub("[\u00d0\u00f0]", "\u0111x", text) for text in (title, body)))


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database in which version 1 made two articles of one text, and indexed its forms."""
    path = tmp_path / "articles.db"
    monkeypatch.setattr("portals.store.search.FORMS", FORMS_1)
    store = Store.open(path)
    store.runs.start_run("portal1", FIRST)
    for article in (
        page(1, ETH),
        page(2, ETH.replace("\u00d0", "\u0110")),
        page(3, ETH.replace("nhận quà", "vui Tết")),
        page(4, ETH.replace("\u00d0", "\u0110").replace("nhận quà", "họp")),
    ):
        article.content_hash = hash_1(article.title, article.body)
        store.articles.save(article, 1)
    store.db.execute("UPDATE articles SET hash_version = 1")
    list(update(store))
    store.db.conn.commit()
    store.close()
    monkeypatch.undo()
    return path


def reopened(path: Path) -> Store:
    store = Store.open(path)
    assert not is_pending(store.db.conn)
    return store


def test_texts_that_are_equal_now_become_one_article(path: Path) -> None:
    with closing(reopened(path)) as store:
        rows = store.db.execute("SELECT id, content_hash, hash_version, title, body FROM articles")
        found = rows.fetchall()
        assert [row[0] for row in found] == [1, 3, 4]
        assert [row[1:3] for row in found] == [
            (content_hash(row[3], row[4]), HASH_VERSION) for row in found
        ]
        urls = store.db.execute("SELECT url, article_id FROM sightings ORDER BY url").fetchall()
        assert [number for _, number in urls] == [1, 1, 3, 4]


def test_the_id_that_is_gone_leads_to_the_article(path: Path) -> None:
    with closing(reopened(path)) as store:
        assert find_article(store.db.conn, "2") == 1
        assert find_article(store.db.conn, "http://x2.vn/tin.html") == 1


def test_files_and_revisions_of_both_are_kept(path: Path) -> None:
    with closing(reopened(path)) as store:
        files = store.db.execute(
            "SELECT url, page_url FROM attachments WHERE article_id = 1 ORDER BY position"
        ).fetchall()
        assert files == [
            ("http://x1.vn/1.pdf", None),
            ("http://x2.vn/2.pdf", "http://x2.vn/tin.html"),
        ]
        assert store.db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_search_finds_both_letters_by_either(path: Path) -> None:
    with closing(reopened(path)) as store:
        assert faults(store.db.conn) == []
        for query in ("đồng mận", "dong man", "\u00d0ồng Mận", "đoàn viên"):
            found = search(store.db.conn, SearchQuery(query))
            assert sorted(one.article_id for one in found) == [1, 3, 4]


def test_changed_articles_are_compared_again(path: Path) -> None:
    with closing(reopened(path)) as store:
        assert queue_length(store) == 2


def test_pages_that_are_seen_again_are_known(path: Path) -> None:
    with closing(reopened(path)) as store:
        later = [page(n, ETH, fetched_at=FIRST + timedelta(days=9)) for n in (1, 2)]
        assert [store.articles.save(one, 1) for one in later] == ["known", "known"]


def test_headlines_of_copies_are_indexed(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE sightings SET title = 'Rộn ràng' WHERE article_id = 4")
    with closing(reopened(path)) as store:
        found = search(store.db.conn, SearchQuery("ron rang"))
        assert [one.article_id for one in found] == [4]
        assert faults(store.db.conn) == []


def test_a_killed_upgrade_is_continued(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portals.store.rehash._OLD", _first_only())
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        batches: list[str] = []
        connection.set_trace_callback(batches.append)
        rehash(connection)
        assert batches.count("COMMIT") == 4 - 1  # the second one was merged into the first
    with closing(reopened(path)) as store:
        assert store.db.table("articles").count == 3


def _first_only() -> str:
    return f"SELECT id FROM articles WHERE hash_version < {HASH_VERSION} ORDER BY id LIMIT 1"
