"""Which rows go with an article that is taken down, and which stay for its copies."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portals.article import Article, Attachment, Image, Reject
from portals.contract import normalise
from portals.outcomes import RejectCode
from portals.serve.application import SitePlugin
from portals.store import erasing
from portals.store.database import Store
from portals.store.erasing import erase, holds_any, overwrite_deleted
from portals.store.forgotten import Address, ForgottenUrls, marks, marks_of, unmark
from portals.store.request_queue import QueuedRequest, RequestQueue
from portals.store.search import SearchQuery, faults, search
from portals.store.similar import update
from portals.store.taking_down import take_down, takedown_of, texts_of

NOW = datetime(2025, 3, 1, 5, tzinfo=UTC)
SECRET = "Bà Tôn Nữ Vô Danh ở hẻm 77 gửi đơn vì bị trả lương chậm nhiều tháng liền zyxwvut."
OTHER = "Hội nghị tổng kết năm có hơn hai trăm đại biểu của các công đoàn cơ sở về dự ở quận."


def article(portal: str, number: int, body: str, days: int = 0, **values: Any) -> Article:
    return normalise(
        Article(
            portal=portal, url=f"http://{portal}.vn/tin/bai-{number}.html", title="Bài trong ngày",
            body=body, external_id=str(number), fetched_at=NOW + timedelta(days=days), **values,
        )
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "a.db")
    opened.runs.start_run("x", NOW)
    yield opened
    opened.close()


def save(store: Store, *articles: Article) -> None:
    for one in articles:
        store.articles.save(one, 1)
    for _ in update(store, lambda: None):
        pass


def forget(store: Store, *urls: str, with_copies: bool = False) -> list[str]:
    """Take articles down; return the URLs that stay with the same text."""
    found = [takedown_of(store.db.conn, url, with_copies=with_copies) for url in urls]
    wanted = [one for one in found if one is not None]
    assert len(wanted) == len(urls)
    with store.writing():
        take_down(store.db.conn, wanted, NOW, None)
    return [copy.url for one in wanted for copy in one.copies]


def text_of_everything(store: Store) -> str:
    """Return every value of every table but those of the index."""
    names = [name for name in store.db.table_names() if not name.startswith("search_")]
    return "\n".join(
        str(tuple(row)) for name in names for row in store.db.execute(f"SELECT * FROM {name}")
    )


# --- what goes -----------------------------------------------------------------------------------


def test_no_table_has_anything_of_the_only_url_of_an_article(store: Store) -> None:
    private = article("x", 1, SECRET, author="Tôn Nữ", images=[Image("http://x.vn/a.jpg", SECRET)])
    private.attachments = [Attachment("http://x.vn/a.pdf", SECRET[:60])]
    changed = article("x", 1, f"{SECRET} Thêm một câu.", 1)
    save(store, private, article("x", 2, OTHER))
    save(store, changed)
    store.runs.record_reject(Reject(private.url, RejectCode.NO_BODY, SECRET), 1, NOW)
    queue = RequestQueue(store, "x")
    queue.add([
        QueuedRequest("article 1", private.url, {"cb_kwargs": {"label": SECRET}}),
        QueuedRequest("/tin/bai-1.html?p=2", f"{private.url}?p=2",
                      {"meta": {"story": {"url": private.url}}, "cb_kwargs": {"story": SECRET}}),
        QueuedRequest("/tin", "http://x.vn/tin", {}),
    ])  # fmt: skip
    queue.record_exploration(
        "http://x.vn/tin", ["listing", [[private.url, SECRET], ["/b", "b"]], "h"]
    )

    assert forget(store, private.url) == []
    left = text_of_everything(store)
    assert "zyxwvut" not in left
    assert "Tôn Nữ" not in left
    assert queue.count("pending") == 1
    assert [page for _, page in queue.exploration_log()] == [["listing", [["/b", "b"]], "h"]]
    assert faults(store.db.conn) == []
    assert [one.article_id for one in search(store.db.conn, SearchQuery("bài"))] == [2]


def test_a_copy_keeps_the_article_and_only_what_it_showed(store: Store) -> None:
    """A correction that only the URL showed that is taken down goes; the copy's text stays."""
    own, copy = article("x", 1, OTHER), article("y", 7, OTHER, 1, author="Báo Y")
    save(store, own, copy, article("x", 1, f"{OTHER} {SECRET}", 2))

    assert forget(store, own.url) == [copy.url]
    (row,) = store.db.query("SELECT portal, url, author, body, first_seen_at FROM articles")
    assert row == {
        "portal": "y", "url": copy.url, "author": "Báo Y", "body": OTHER,
        "first_seen_at": "2025-03-02T05:00:00+00:00",
    }  # fmt: skip
    assert "zyxwvut" not in text_of_everything(store)
    assert [row["url"] for row in store.db.query("SELECT url FROM sightings")] == [copy.url]
    assert faults(store.db.conn) == []
    store.articles.save(article("y", 7, OTHER, 3, author="Báo Y"), 1, from_archive=True)
    assert faults(store.db.conn) == []


def test_copies_are_taken_where_they_are_asked_for(store: Store) -> None:
    own, copy, later = article("x", 1, SECRET), article("y", 7, SECRET), article("y", 8, OTHER)
    save(store, own, copy, later)

    assert forget(store, own.url, with_copies=True) == []
    assert [row["url"] for row in store.db.query("SELECT url FROM articles")] == [later.url]
    assert {one.portal for one in marks(store.db.conn)} == {"x", "y"}


def test_a_similar_article_is_named_and_stays(store: Store) -> None:
    own, near = article("x", 1, f"{SECRET} {OTHER}"), article("y", 2, f"{OTHER} {SECRET} Hết.")
    save(store, own, near)
    found = takedown_of(store.db.conn, own.url, with_copies=True)

    assert found is not None
    assert [one.url for one in found.similar] == [near.url]
    assert found.copies == []


def test_the_same_number_at_another_url_of_the_portal_is_the_same_article(store: Store) -> None:
    own = article("x", 1, SECRET)
    moved = article("x", 1, SECRET)
    moved.url = "http://x.vn/moi/ten-khac-1.html"
    save(store, own, moved)

    assert forget(store, own.url) == []
    assert store.db.table("articles").count == 0


# --- marks ---------------------------------------------------------------------------------------

ADDRESS = Address("x", "http://www.x.vn/Tin/Bai-1.html", "1")


@pytest.mark.parametrize(
    ("portal", "url", "number", "is_covered"),
    [
        ("x", "https://x.vn/tin/bai-1.html/", None, True),
        ("x", "http://x.vn/tin/bai-1.html?utm_source=a&fbclid=b", None, True),
        ("x", "http://x.vn/T%69n/bai-1.html", None, True),
        ("x", "http://127.0.0.1:8000/tin/bai-1.html", None, True),  # a copy of the portal
        ("y", "http://x.vn/tin/bai-1.html", None, True),  # its host, read as another portal
        ("x", "http://x.vn/moi/ten-khac.html", "1", True),
        ("y", "http://y.vn/tin/bai-1.html", "1", False),
        ("x", "http://x.vn/tin/bai-1.html?page=2", None, False),
        ("x", "http://x.vn/tin/bai-10.html", "10", False),
        ("x", "http://[x.vn/tin", None, False),
    ],
)
def test_a_mark_covers_every_form_of_its_url_and_no_other(
    portal: str, url: str, number: str | None, *, is_covered: bool
) -> None:
    assert ForgottenUrls(addresses=[ADDRESS]).covers(portal, url, number) is is_covered


def test_a_mark_is_deleted_with_those_of_the_same_number(store: Store) -> None:
    own, moved = article("x", 1, SECRET), article("x", 1, SECRET)
    moved.url = "http://x.vn/moi/ten-khac-1.html"
    save(store, own, moved, article("x", 2, OTHER))
    forget(store, own.url, "http://x.vn/tin/bai-2.html")
    found = marks_of(store.db.conn, "x.vn/tin/bai-1.html?utm_source=a")
    with store.writing():
        unmark(store.db.conn, found)

    assert len(found) == 2
    assert [one.key for one in marks(store.db.conn)] == ["/tin/bai-2.html"]


def test_a_site_shows_no_mark(store: Store, tmp_path: Path) -> None:
    save(store, article("x", 1, SECRET))
    forget(store, "http://x.vn/tin/bai-1.html")
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        SitePlugin(tmp_path / "a.db", "vi").prepare_connection(connection)

        assert connection.execute("SELECT portal, key FROM forgotten_urls").fetchall() == [
            (None, None)
        ]
        assert connection.execute("SELECT portal FROM runs").fetchall() == [("x",)]


# --- the file ------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_known", [True, False])
def test_what_earlier_versions_left_in_free_space_is_erased(
    store: Store, tmp_path: Path, *, is_known: bool
) -> None:
    """Rows that were written anew, without ``secure_delete``, left their old texts behind."""
    path = tmp_path / "a.db"
    store.db.conn.execute("PRAGMA secure_delete = OFF")
    many = [article("x", number, f"{OTHER} {number} " * 40) for number in range(2, 12)]
    save(store, article("x", 1, f"{SECRET} " * 90), *many)
    for one in many[::2]:
        forget(store, one.url)
    save(store, article("x", 1, f"{SECRET} " * 40, 1))
    found = takedown_of(store.db.conn, "http://x.vn/tin/bai-1.html", with_copies=False)
    assert found is not None
    texts = texts_of(store.db.conn, [found])
    forget(store, "http://x.vn/tin/bai-1.html")
    erasing.empty_log(store.db.conn, path)
    assert holds_any(store.db.conn, path, texts)
    overwrite_deleted(store.db.conn)
    erase(store.db.conn, path, texts if is_known else None, lambda: None)

    assert b"zyxwvut" not in path.read_bytes()
    assert path.with_name("a.db-wal").stat().st_size == 0
    assert faults(store.db.conn) == []


def test_words_that_other_articles_have_are_nothing_left(store: Store, tmp_path: Path) -> None:
    save(store, article("x", 1, OTHER), article("x", 2, f"{OTHER} Nhưng dài hơn nhiều."))
    erasing.empty_log(store.db.conn, tmp_path / "a.db")

    assert not holds_any(store.db.conn, tmp_path / "a.db", [OTHER])
