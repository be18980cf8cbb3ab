"""Announcements with one covering text: articles of their own, and copies that stay copies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from portals.article import Article, Attachment
from portals.contract import normalise
from portals.store.database import Store
from portals.store.search import SearchQuery, faults, search
from portals.store.search_rebuild import rebuild

FIRST = datetime(2025, 1, 1, 3, 0, tzinfo=UTC)
COVER = " ".join(["Ban Thường vụ thông báo đến công đoàn cơ sở nội dung trong tệp kèm theo."] * 4)
LONG = " ".join(["Công đoàn cơ sở tổ chức hội nghị người lao động và ký thỏa ước mới."] * 20)
PLANS = ("Kế hoạch số 12 về Tháng Công nhân", "Kế hoạch số 15 về tập huấn", "Thông báo số 31")


def page(number: int, days: int = 0, **changes: Any) -> Article:
    values: dict[str, Any] = {
        "portal": "haiphong",
        "url": f"http://x.vn/tin-{number}.html",
        "title": PLANS[number % 3],
        "body": COVER,
        "fetched_at": FIRST + timedelta(days=days),
        "external_id": str(number),
        "published_at": f"2024-03-{number + 1:02}T08:00:00+07:00",
        "published_precision": "minute",
        "attachments": [Attachment(f"http://x.vn/tep/vb-{number}.pdf")],
    }
    return normalise(Article(**(values | changes)))


def elsewhere(number: int, **changes: Any) -> Article:
    values = {
        "portal": "kiengiang",
        "url": f"http://y.vn/bai-{number}.html",
        "external_id": f"9{number}",
        "published_at": "2024-03-20T08:00:00+07:00",
        "attachments": [Attachment(f"http://y.vn/upload/{number}-moi.pdf")],
    }
    return page(number, **(values | changes))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "articles.db")
    opened.runs.start_run("haiphong", FIRST)
    yield opened
    opened.close()


def save(store: Store, *pages: Article, **how: Any) -> list[str]:
    return [store.articles.save(one, 1, **how) for one in pages]


def titles(store: Store) -> dict[str, list[str]]:
    """The headlines at the URLs of each article, by its own headline."""
    found: dict[str, list[str]] = {}
    for title, shown in store.db.execute(
        "SELECT a.title, s.title FROM articles a JOIN sightings s ON s.article_id = a.id"
        " ORDER BY a.title, s.url"
    ):
        found.setdefault(title, []).append(shown)
    return found


def hits(store: Store, query: str) -> list[str]:
    return [one.url for one in search(store.db.conn, SearchQuery(query))]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_announcements_with_one_covering_text_are_articles(
    store: Store, order: tuple[int, ...]
) -> None:
    assert save(store, *(page(n) for n in order)) == ["new"] * 3
    assert titles(store) == {title: [title] for title in sorted(PLANS)}
    for number in range(3):
        assert hits(store, PLANS[number]) == [page(number).url]
    files = store.db.execute("SELECT url FROM attachments ORDER BY url").fetchall()
    assert files == [(f"http://x.vn/tep/vb-{n}.pdf",) for n in range(3)]


def test_they_stay_so_when_they_are_seen_again(store: Store) -> None:
    save(store, *(page(n) for n in range(3)))
    assert save(store, *(page(n, days=1) for n in (2, 0, 1))) == ["known"] * 3
    assert len(titles(store)) == 3


def test_another_file_or_day_of_a_known_announcement_is_no_new_article(store: Store) -> None:
    save(store, *(page(n) for n in range(3)))
    changed = page(1, days=2, published_at="2024-03-28T08:00:00+07:00", attachments=[])
    assert save(store, changed) == ["known"]
    assert len(titles(store)) == 3


def test_a_text_that_changes_is_a_revision_of_its_own_announcement(store: Store) -> None:
    save(store, *(page(n) for n in range(3)))
    assert save(store, page(1, days=2, body=f"{COVER} Bổ sung.")) == ["changed"]
    assert save(store, page(1, days=3)) == ["changed"]
    assert len(titles(store)) == 3


@pytest.mark.parametrize("number", range(3))
def test_a_copy_on_another_portal_is_the_announcement_with_its_headline(
    store: Store, number: int
) -> None:
    save(store, *(page(n) for n in range(3)))
    assert save(store, elsewhere(number)) == ["copy"]
    assert titles(store)[PLANS[number]] == [PLANS[number]] * 2


def test_an_announcement_that_only_another_portal_has_is_an_article(store: Store) -> None:
    assert save(store, page(0), elsewhere(1)) == ["new", "new"]
    assert save(store, page(1)) == ["copy"]


def test_a_copy_with_an_edited_headline_is_found_by_it_and_keeps_its_files(store: Store) -> None:
    save(store, page(0, body=LONG))
    assert save(store, elsewhere(0, title="Sôi nổi tháng thi đua", body=LONG)) == ["copy"]

    assert hits(store, "soi noi thang thi dua") == [page(0).url]
    assert hits(store, "Sôi nổi") == [page(0).url]
    files = store.db.execute("SELECT url, page_url FROM attachments ORDER BY position").fetchall()
    assert files == [
        ("http://x.vn/tep/vb-0.pdf", None),
        ("http://y.vn/upload/0-moi.pdf", "http://y.vn/bai-0.html"),
    ]
    assert faults(store.db.conn) == []


def test_headlines_and_files_of_a_copy_follow_its_page(store: Store) -> None:
    save(store, page(0, body=LONG), elsewhere(0, title="Sôi nổi thi đua", body=LONG))
    save(store, elsewhere(0, days=1, title="Rộn ràng", body=LONG, attachments=[]))

    assert hits(store, "soi noi thi dua") == []
    assert hits(store, "ron rang") == [page(0).url]
    assert store.db.table("attachments").count == 1
    assert faults(store.db.conn) == []


def test_the_own_page_of_an_article_keeps_the_files_of_its_copies(store: Store) -> None:
    save(store, page(0, body=LONG), elsewhere(0, body=LONG))
    new = Attachment("http://x.vn/tep/vb-0b.pdf")
    save(store, page(0, days=2, body=LONG, attachments=[new]))

    files = store.db.execute("SELECT url FROM attachments ORDER BY position").fetchall()
    assert files == [("http://x.vn/tep/vb-0b.pdf",), ("http://y.vn/upload/0-moi.pdf",)]


SAME = {
    "another section": {"url": "http://x.vn/khac/tin-0.html", "external_id": "0"},
    "without a number": {"url": "http://x.vn/khac/tin.html", "external_id": None},
    "another day": {
        "url": "http://x.vn/lai.html",
        "external_id": "77",
        "published_at": "2024-05-05T08:00:00+07:00",
    },
    "a long text with another headline": {
        "url": "http://x.vn/dai.html",
        "external_id": "78",
        "title": "Sôi nổi tháng thi đua",
        "published_at": "2024-05-05T08:00:00+07:00",
        "attachments": [],
        "body": LONG,
    },
}


@pytest.mark.parametrize("changes", SAME.values(), ids=SAME.keys())
def test_the_same_document_at_another_address_is_a_copy(
    store: Store, changes: dict[str, Any]
) -> None:
    first = page(0, body=changes.get("body", COVER))
    assert save(store, first, page(0, **changes)) == ["new", "copy"]


def test_a_weekly_schedule_has_one_headline_and_an_article_a_week(store: Store) -> None:
    weeks = [page(n, title="Lịch công tác tuần", body="Chi tiết trong tệp.") for n in range(3)]
    assert save(store, *weeks) == ["new"] * 3
    assert save(store, *weeks) == ["known"] * 3
    assert store.db.table("attachments").count == 3


def test_announcements_that_an_earlier_release_took_for_copies_become_articles(
    store: Store,
) -> None:
    save(store, page(0))
    store.db.execute(
        "UPDATE sightings SET title = ?, external_id = NULL WHERE url = ?", [PLANS[0], page(0).url]
    )
    store.db.table("sightings").insert(
        {
            **next(iter(store.db.table("sightings").rows)),
            "url": page(1).url,
            "title": PLANS[1],
            "external_id": "1",
            "published_at": page(1).published_at,
        }
    )
    list(rebuild(store.db.conn))
    assert save(store, page(1, days=1), from_archive=True) == ["new"]
    assert len(titles(store)) == 2
