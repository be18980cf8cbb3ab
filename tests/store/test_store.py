"""The store: what one page after another becomes in the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portals.article import Article, Attachment, Image, Reject
from portals.contract import normalise
from portals.errors import StorageError
from portals.outcomes import RejectCode
from portals.store.database import VERSION, Store
from portals.store.url_knowledge import StoredUrlPattern

FIRST = datetime(2025, 1, 1, 3, 0, tzinfo=UTC)
BODY = "\n\n".join(f"Đoạn thứ {n} của bài viết nói về hội nghị người lao động." for n in range(6))
COPY: dict[str, Any] = {
    "portal": "haiphong",
    "url": "https://congdoanhaiphong.vn/x-9.html",
    "external_id": "9",
}
OTHER = BODY.replace("hội nghị", "đại hội")


def article(days: int = 0, **changes: Any) -> Article:
    values: dict[str, Any] = {
        "portal": "ldtd",
        "url": "http://laodongthudo.vn/bai-1.html",
        "title": "Hội nghị người lao động",
        "body": BODY,
        "fetched_at": FIRST + timedelta(days=days),
        "external_id": "1",
        "published_at": "2024-12-31T08:00:00+07:00",
        "published_precision": "minute",
    }
    return normalise(Article(**(values | changes)))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "articles.db")
    yield opened
    opened.close()


@pytest.fixture
def run_id(store: Store) -> int:
    return store.runs.start_run("ldtd", FIRST)


def count(store: Store, table: str) -> int:
    return store.db.table(table).count


def only(store: Store, table: str) -> dict[str, Any]:
    (row,) = store.db.table(table).rows
    return dict(row)


def test_a_new_page_is_an_article_with_one_revision_and_one_sighting(
    store: Store, run_id: int
) -> None:
    assert store.articles.save(article(), run_id) == "new"

    assert [count(store, t) for t in ("articles", "revisions", "sightings")] == [1, 1, 1]
    assert only(store, "articles")["first_seen_at"] == "2025-01-01T03:00:00+00:00"


def test_the_same_page_again_adds_no_row(store: Store, run_id: int) -> None:
    store.articles.save(article(), run_id)

    assert store.articles.save(article(days=1), run_id) == "known"
    assert [count(store, t) for t in ("articles", "revisions", "sightings")] == [1, 1, 1]
    assert only(store, "sightings")["last_seen_at"] == "2025-01-02T03:00:00+00:00"


def test_a_changed_text_is_a_new_revision_and_the_article_shows_it(
    store: Store, run_id: int
) -> None:
    store.articles.save(article(), run_id)

    assert store.articles.save(article(days=1, body=OTHER), run_id) == "changed"
    assert count(store, "revisions") == 2
    assert only(store, "articles")["body"] == OTHER


def test_a_text_that_goes_back_is_a_third_revision(store: Store, run_id: int) -> None:
    store.articles.save(article(), run_id)
    store.articles.save(article(days=1, body=OTHER), run_id)

    assert store.articles.save(article(days=2), run_id) == "changed"
    assert count(store, "revisions") == 3
    assert only(store, "articles")["body"] == BODY


def test_an_older_capture_read_later_is_an_older_revision(store: Store, run_id: int) -> None:
    store.articles.save(article(days=5, body=OTHER), run_id)

    assert store.articles.save(article(), run_id) == "changed"
    assert only(store, "articles")["body"] == OTHER
    assert only(store, "articles")["first_seen_at"] == "2025-01-01T03:00:00+00:00"
    assert store.articles.save(article(), run_id) == "known"
    assert count(store, "revisions") == 2


def test_an_older_capture_of_the_same_text_moves_its_beginning(store: Store, run_id: int) -> None:
    store.articles.save(article(days=5), run_id)

    assert store.articles.save(article(), run_id) == "known"
    assert only(store, "revisions")["seen_at"] == "2025-01-01T03:00:00+00:00"


def test_a_change_of_marks_and_white_space_is_no_revision(store: Store, run_id: int) -> None:
    store.articles.save(article(), run_id)

    shouted = BODY.replace(" ", "  ").replace(".", "…")

    assert store.articles.save(article(days=1, body=shouted), run_id) == "known"


def test_the_same_text_elsewhere_is_one_article_with_two_sightings(
    store: Store, run_id: int
) -> None:
    store.articles.save(article(), run_id)
    copy = article(
        days=1, portal="haiphong", url="https://congdoanhaiphong.vn/x-9.html", external_id="9",
        title="Một tít khác hẳn",
    )  # fmt: skip

    assert store.articles.save(copy, run_id) == "copy"
    assert [count(store, t) for t in ("articles", "revisions", "sightings")] == [1, 1, 2]
    assert only(store, "articles")["portal"] == "ldtd"


def test_an_edit_on_one_portal_does_not_make_the_copy_flap(store: Store, run_id: int) -> None:
    store.articles.save(article(), run_id)
    copy = dict(COPY)
    store.articles.save(article(days=1, **copy), run_id)
    store.articles.save(article(days=2, body=OTHER), run_id)

    assert store.articles.save(article(days=3, **copy), run_id) == "known"
    assert store.articles.save(article(days=4, body=OTHER), run_id) == "known"
    assert count(store, "revisions") == 2


def test_a_stale_copy_of_an_old_text_joins_its_article(store: Store, run_id: int) -> None:
    store.articles.save(article(), run_id)
    store.articles.save(article(days=1, body=OTHER), run_id)
    copy = dict(COPY)

    assert store.articles.save(article(days=2, **copy), run_id) == "copy"
    assert [count(store, t) for t in ("articles", "revisions", "sightings")] == [1, 2, 2]
    assert only(store, "articles")["body"] == OTHER


def test_the_portals_own_number_joins_twin_addresses(store: Store, run_id: int) -> None:
    store.articles.save(article(), run_id)
    twin = article(days=1, url="http://tacnghiep.laodongthudo.vn/tit-moi-1.html", body=OTHER)

    assert store.articles.save(twin, run_id) == "changed"
    assert [count(store, t) for t in ("articles", "revisions", "sightings")] == [1, 2, 2]


def test_the_same_title_with_another_body_stays_apart(store: Store, run_id: int) -> None:
    store.articles.save(article(), run_id)
    other = article(url="http://laodongthudo.vn/bai-2.html", external_id="2", body=OTHER)

    assert store.articles.save(other, run_id) == "new"
    assert count(store, "articles") == 2


def test_an_address_that_turns_to_another_known_story_is_its_sighting(
    store: Store, run_id: int
) -> None:
    store.articles.save(article(), run_id)
    second: dict[str, Any] = {"url": "http://laodongthudo.vn/bai-2.html", "external_id": "2"}
    store.articles.save(article(body=OTHER, **second), run_id)

    store.articles.save(article(days=1, **second), run_id)

    sighting = next(store.db.query("SELECT * FROM sightings WHERE external_id = '2'"))
    assert sighting["article_id"] == 1
    assert count(store, "articles") == 2


def test_a_lists_address_never_makes_a_revision(store: Store, run_id: int) -> None:
    listing: dict[str, Any] = {
        "url": "http://x.vn/muc",
        "external_id": None,
        "is_listing_url": True,
    }
    store.articles.save(article(**listing), run_id)

    assert store.articles.save(article(days=1, body=OTHER, **listing), run_id) == "new"
    assert [count(store, t) for t in ("articles", "revisions", "sightings")] == [2, 2, 1]


def test_the_articles_own_address_replaces_that_of_a_list(store: Store, run_id: int) -> None:
    store.articles.save(
        article(url="http://x.vn/muc", external_id=None, is_listing_url=True), run_id
    )
    store.articles.save(article(), run_id)

    assert only(store, "articles")["url"] == "http://laodongthudo.vn/bai-1.html"


def test_pictures_and_files_follow_the_newest_text(store: Store, run_id: int) -> None:
    store.articles.save(article(images=[Image("http://x.vn/1.jpg", "Cũ")]), run_id)
    store.articles.save(
        article(
            days=1, body=OTHER,
            images=[Image("http://x.vn/2.jpg", "Mới"), Image("", "Chỉ chú thích")],
            attachments=[Attachment("http://x.vn/a.pdf", "Công văn")],
        ),
        run_id,
    )  # fmt: skip

    images = list(store.db.query("SELECT position, url, caption FROM images ORDER BY position"))
    assert images == [
        {"position": 0, "url": "http://x.vn/2.jpg", "caption": "Mới"},
        {"position": 1, "url": None, "caption": "Chỉ chú thích"},
    ]
    assert only(store, "attachments")["title"] == "Công văn"


def test_a_corrected_author_is_shown_without_a_new_revision(store: Store, run_id: int) -> None:
    store.articles.save(article(), run_id)

    assert store.articles.save(article(days=1, author="Minh Châu", view_count=7), run_id) == "known"
    assert only(store, "articles")["author"] == "Minh Châu"
    assert only(store, "sightings")["view_count"] == 7
    assert count(store, "revisions") == 1


def test_a_reject_met_again_is_one_row(store: Store, run_id: int) -> None:
    reject = Reject("http://x.vn/1", RejectCode.NO_ARTICLE)
    store.runs.record_reject(reject, run_id, FIRST)
    store.runs.record_reject(reject, run_id, FIRST + timedelta(days=1))

    assert only(store, "rejects")["at"] == "2025-01-02T03:00:00+00:00"


def test_shapes_are_kept_and_read_back(store: Store, run_id: int) -> None:
    shape = StoredUrlPattern("/{slug}-{n}.html", "article", 9, 9, 0, "http://x.vn/a-1.html")
    store.url_knowledge.save_url_patterns("brvt", [shape], run_id, FIRST)
    store.url_knowledge.save_url_patterns("brvt", [shape], run_id, FIRST)

    assert store.url_knowledge.url_patterns("brvt") == [shape]


def test_a_failure_in_the_middle_leaves_nothing_behind(store: Store, run_id: int) -> None:
    broken = article()
    broken.published_precision = "hour"  # refused by the schema's check

    with pytest.raises(sqlite3.IntegrityError):
        store.articles.save(broken, run_id)

    assert [count(store, t) for t in ("articles", "revisions", "sightings", "images")] == [0] * 4
    assert store.articles.save(article(), run_id) == "new"


def test_the_database_keeps_what_the_contract_promises(store: Store) -> None:
    pragma = {
        name: store.db.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "user_version")
    }

    assert pragma["journal_mode"] == "wal"
    assert (pragma["synchronous"], pragma["foreign_keys"], pragma["user_version"]) == (
        2,
        1,
        VERSION,
    )
    assert pragma["busy_timeout"] >= 10_000
    strict = store.db.execute("SELECT name FROM pragma_table_list WHERE strict").fetchall()
    assert {"articles", "revisions", "sightings", "images", "runs", "rejects"} <= {
        n for (n,) in strict
    }


def test_opening_again_migrates_nothing(store: Store, tmp_path: Path, run_id: int) -> None:
    store.articles.save(article(), run_id)
    again = Store.open(tmp_path / "articles.db")

    assert again.db.table("articles").count == 1
    again.close()


@pytest.mark.parametrize("name", ["folder", "text"])
def test_a_path_that_is_no_database_is_one_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"this is not a database, but a text file of some length" * 20)

    with pytest.raises(StorageError) as caught:
        Store.open(path)

    assert "\n" not in str(caught.value)
    assert "--db" in str(caught.value)


def test_reading_a_missing_database_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="crawl first"):
        Store.open_to_read(tmp_path / "none.db")
