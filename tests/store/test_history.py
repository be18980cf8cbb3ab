"""The life of an article: its texts, what was changed without a word, and its end."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.article import Article
from portals.contract import normalise
from portals.store.changes import edits_page
from portals.store.crawl_state import CrawlState, PageVisit
from portals.store.database import Store
from portals.store.history import difference, find_article, history_of
from portals.timestamps import utc

NOW = datetime(2025, 3, 1, 5, tzinfo=UTC)
URL = "http://x.vn/1.html"
BODY = "Công đoàn trao 120 suất quà cho đoàn viên. Mỗi suất trị giá 500.000 đồng."


def page(days: int = 0, **changes: Any) -> Article:
    values: dict[str, Any] = {
        "portal": "ldtd", "url": URL, "title": "Trao quà cho đoàn viên", "body": BODY,
        "published_at": "2025-02-28T08:00:00+07:00", "published_precision": "minute",
    }  # fmt: skip
    return normalise(Article(**{**values, **changes, "fetched_at": NOW + timedelta(days=days)}))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "a.db")
    opened.runs.start_run("ldtd", NOW)
    yield opened
    opened.close()


def test_a_changed_figure_is_flagged_and_shown_word_by_word(store: Store) -> None:
    store.articles.save(page(), 1)
    store.articles.save(page(1, body=BODY.replace("120", "210")), 1)
    found = history_of(store.db.conn, 1)

    assert [step.flags for step in found.steps] == [[], ["text", "figures"]]
    changes = [(piece.change, piece.text.strip()) for piece in found.steps[1].pieces]
    assert ("deleted", "120") in changes
    assert ("inserted", "210") in changes


def test_a_changed_title_alone_is_an_edit(store: Store) -> None:
    store.articles.save(page(), 1)
    store.articles.save(page(1, title="Trao quà Tết cho đoàn viên"), 1)
    (edit,) = [edit for edit in history_of(store.db.conn, 1).edits if edit.field == "title"]

    assert (edit.before, edit.after) == ("Trao quà cho đoàn viên", "Trao quà Tết cho đoàn viên")
    assert edit.cause == "portal"


@pytest.mark.parametrize("body", [BODY, BODY.replace("120", "210")])
def test_a_changed_title_is_once_on_the_page_of_edits(store: Store, body: str) -> None:
    store.articles.save(page(), 1)
    store.articles.save(page(1, title="Trao quà Tết cho đoàn viên", body=body), 1)

    (row,) = edits_page(store.db.conn).rows
    assert (row["before"], row["after"]) == (
        "Trao quà cho đoàn viên", "Trao quà Tết cho đoàn viên",
    )  # fmt: skip


def test_a_date_that_was_moved_is_an_edit(store: Store) -> None:
    store.articles.save(page(), 1)
    store.articles.save(page(1, published_at="2025-02-20T08:00:00+07:00"), 1)
    (edit,) = history_of(store.db.conn, 1).edits

    assert (edit.field, edit.before) == ("published_at", "2025-02-28T08:00:00+07:00")
    assert edit.seen_at == utc(NOW + timedelta(days=1))


def test_what_a_newer_reader_reads_otherwise_is_not_the_portals_doing(store: Store) -> None:
    store.articles.save(page(author="Tin"), 1)
    store.articles.save(page(author="Lan Anh"), 1, from_archive=True)
    (edit,) = history_of(store.db.conn, 1).edits

    assert (edit.field, edit.after, edit.cause) == ("author", "Lan Anh", "reader")


def test_a_lead_that_was_changed_alone_is_an_edit(store: Store) -> None:
    for days, number in enumerate((100, 250, 999)):
        store.articles.save(page(days, lead=f"Có {number} người được nhận quà."), 1)
    edits = history_of(store.db.conn, 1).edits

    assert [(edit.field, edit.after) for edit in edits] == [
        ("lead", "Có 250 người được nhận quà."), ("lead", "Có 999 người được nhận quà."),
    ]  # fmt: skip


def test_a_figure_that_differs_in_its_comma_is_an_edit(store: Store) -> None:
    store.articles.save(page(body=f"{BODY} Tăng 5,25 tỷ đồng."), 1)
    store.articles.save(page(1, body=f"{BODY} Tăng 5.25 tỷ đồng."), 1)
    (edit,) = history_of(store.db.conn, 1).edits

    assert (edit.field, edit.before, edit.after) == ("figures", "5,25", "5.25")


def test_an_author_who_appears_is_an_edit(store: Store) -> None:
    store.articles.save(page(), 1)
    store.articles.save(page(1, author="Lan Anh"), 1)
    (edit,) = history_of(store.db.conn, 1).edits

    assert (edit.field, edit.before, edit.after) == ("author", None, "Lan Anh")


def test_what_a_copy_changes_is_not_told_of_the_first_portal(store: Store) -> None:
    copy: dict[str, Any] = {"portal": "haiphong", "url": "http://h.vn/1.html", "author": "An"}
    store.articles.save(page(author="Lan Anh"), 1)
    store.articles.save(page(**copy), 1)
    store.articles.save(page(2, **{**copy, "author": "Bình", "body": f"{BODY} Tin thêm."}), 1)
    found = history_of(store.db.conn, 1)
    row = next(store.db.query("SELECT portal, author, published_at FROM articles"))

    assert [(edit.url, edit.field, edit.after) for edit in found.edits] == [
        ("http://h.vn/1.html", "author", "Bình")
    ]
    assert (row["portal"], row["author"]) == ("ldtd", "Lan Anh")


def test_an_outage_that_begins_in_the_night_withdraws_nothing(store: Store) -> None:
    store.articles.save(page(), 1)
    visited(store, "http://x.vn/2.html", 200, 2, "y")
    visited(store, URL, 404, 3, "x")

    assert history_of(store.db.conn, 1).gone_at is None


def test_the_same_page_again_is_no_edit(store: Store) -> None:
    store.articles.save(page(), 1)
    store.articles.save(page(1), 1)

    assert history_of(store.db.conn, 1).edits == []


def visited(store: Store, url: str, status: int, days: int, fingerprint: str | None) -> None:
    at = utc(NOW + timedelta(days=days))
    visit = PageVisit(url, url, "article", status, at, at, fingerprint=fingerprint)
    CrawlState(store, "ldtd").save_visit(visit)


@pytest.mark.parametrize(("status", "fingerprint"), [(404, "x"), (410, "x"), (200, None)])
def test_a_page_that_is_gone_while_its_neighbours_live_was_withdrawn(
    store: Store, status: int, fingerprint: str | None
) -> None:
    store.articles.save(page(), 1)
    visited(store, URL, status, 3, fingerprint)
    visited(store, "http://x.vn/2.html", 200, 3, "y")

    assert history_of(store.db.conn, 1).gone_at == utc(NOW + timedelta(days=3))


@pytest.mark.parametrize(
    ("stored", "given_"),
    [
        ("https://www.x.vn/tin/công-đoàn?id=7", "x.vn/tin/c%C3%B4ng-%C4%91o%C3%A0n/?id=7&fbclid=1"),
        ("https://x.vn/tin/c%C3%B4ng-%C4%91o%C3%A0n/", "http://x.vn/tin/co\u0302ng-đoa\u0300n"),
        ("http://x.vn/", "www.x.vn"),
    ],
)
def test_marks_in_an_address_are_found_however_they_are_written(
    store: Store, stored: str, given_: str
) -> None:
    item = page()
    item.url = stored
    store.articles.save(item, 1)

    assert find_article(store.db.conn, given_) == 1


def test_where_the_whole_portal_is_gone_nothing_was_withdrawn(store: Store) -> None:
    store.articles.save(page(), 1)
    visited(store, URL, 404, 3, "x")
    visited(store, "http://x.vn/2.html", 404, 3, "y")

    assert history_of(store.db.conn, 1).gone_at is None


@pytest.mark.parametrize(
    "given_",
    [
        "1", URL, "https://x.vn/1.html", "x.vn/1.html", "http://www.x.vn/1.html", "X.vn/1.html/",
        " https://x.vn/1.html#binh-luan ", "http://x.vn/1.html?fbclid=IwAR1&utm_source=fb",
        "<http://x.vn/1.html>",
    ],
)  # fmt: skip
def test_an_article_is_found_by_address_or_id(store: Store, given_: str) -> None:
    store.articles.save(page(), 1)

    assert find_article(store.db.conn, given_) == 1


@given(st.text(alphabet="ab \n.1", max_size=40), st.text(alphabet="ab \n.1", max_size=40))
def test_a_difference_holds_both_texts(before: str, after: str) -> None:
    pieces = difference(before, after)
    old = " ".join(piece.text for piece in pieces if piece.change != "inserted")
    new = " ".join(piece.text for piece in pieces if piece.change != "deleted")

    assert new.split() == after.split()
    assert old.split() == before.split()


STORED = "http://www.x.vn/tin-t\u1ee9c/B\u00e0i-1.html?id=5&q=\u0111\u1ed3ng"
ENCODED = "https://x.vn/tin-t%e1%bb%a9c/2.html"


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("HTTPS://X.VN/tin-tức/Bài-1.html?id=5&q=đồng", STORED),
        ("//x.vn/tin-tức/Bài-1.html?id=5&q=đồng", STORED),
        ("x.vn/tin-tức/Bài-1.html/?id=5&q=đồng", STORED),
        ("https://x.vn:443/tin-tức/Bài-1.html?id=5&amp;q=đồng", STORED),
        ("http://x.vn/tin-t%E1%BB%A9c/B%C3%A0i-1.html?id=5&q=%C4%91%E1%BB%93ng#top", STORED),
        ("http://x.vn/tin-tức/Bài-1.html?utm_source=a&id=5&msclkid=1&q=đồng&fbclid=2", STORED),
        (unicodedata.normalize("NFD", "http://x.vn/tin-tức/Bài-1.html?id=5&q=đồng"), STORED),
        ("www.x.vn/tin-tức/2.html?fbclid=x", ENCODED),
        ("http://x.vn./tin-t%E1%BB%A9c/2.html/", ENCODED),
    ],
)
def test_an_address_is_found_in_every_form_that_is_pasted(
    store: Store, given: str, stored: str
) -> None:
    store.articles.save(page(url=stored), 1)

    assert find_article(store.db.conn, given) == 1


def test_a_parameter_whose_name_ends_like_a_tracking_one_stays(store: Store) -> None:
    store.articles.save(page(url="http://x.vn/?my_ga=5"), 1)

    assert find_article(store.db.conn, "x.vn/?my_ga=5") == 1
    assert find_article(store.db.conn, "x.vn/?my_ga=6") is None
